//! Ours, floors and peers, measured in one run.

mod allocations;
mod answers;
mod build;
mod chart;
mod comparison;
mod cores;
mod load;
mod machine;
mod page;
mod row;
mod server;
mod statistics;
mod table;
mod versions;
mod work;
mod workloads;

use std::io;
use std::process::ExitCode;

use lexopt::prelude::*;

use crate::row::Row;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

const USAGE: &str = "\
usage: cargo xtask bench [--build] [--json] [--only TEXT]

Measures ours, floors and peers in turns; prints the tables, and writes them with charts to
docs/performance.md. Takes some four minutes.

  --build       measure what it costs to build small programs instead; takes some fifteen minutes
  --json        print a list of objects, and write nothing
  --only TEXT   measure what has this in its name, and write nothing
";

fn main() -> ExitCode {
    let arguments = match Arguments::parse(lexopt::Parser::from_env()) {
        Ok(arguments) => arguments,
        Err(error) => {
            eprint!("bench: {error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let measured = if arguments.is_for_help {
        print!("{USAGE}");
        Ok(())
    } else if arguments.builds {
        measure_builds(arguments.as_json)
    } else {
        measure_work(&arguments)
    };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Default)]
struct Arguments {
    is_for_help: bool,
    builds: bool,
    as_json: bool,
    only: Option<String>,
}

impl Arguments {
    fn parse(mut parser: lexopt::Parser) -> Result<Self, lexopt::Error> {
        let mut arguments = Self::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("help") | Short('h') => arguments.is_for_help = true,
                Long("build") => arguments.builds = true,
                Long("json") => arguments.as_json = true,
                Long("only") => arguments.only = Some(parser.value()?.string()?),
                _ => return Err(argument.unexpected()),
            }
        }
        if arguments.builds && arguments.only.is_some() {
            return Err("--only is for what runs: --build measures all programs".into());
        }
        Ok(arguments)
    }
}

fn measure_work(arguments: &Arguments) -> io::Result<()> {
    let only = arguments.only.as_deref();
    let rows = workloads::run(only.unwrap_or_default(), progress(arguments.as_json));
    if arguments.as_json {
        return print_json(&rows);
    }
    print!("{}", page::tables(&rows));
    match only {
        Some(_) => Ok(()),
        None => page::write_rows(&rows),
    }
}

fn measure_builds(as_json: bool) -> io::Result<()> {
    let programs = build::run(progress(as_json))?;
    if as_json {
        return print_json(&build::rows(&programs));
    }
    print!("{}", build::table(&programs));
    page::write_programs(&programs)
}

fn progress(is_quiet: bool) -> impl Fn(&str) + Sync {
    move |name| {
        if !is_quiet {
            eprintln!("{name}");
        }
    }
}

fn print_json(rows: &[Row]) -> io::Result<()> {
    serde_json::to_writer_pretty(io::stdout(), rows)?;
    println!();
    Ok(())
}
