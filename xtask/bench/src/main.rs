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

use crate::row::Row;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

const USAGE: &str = "\
usage: cargo xtask bench [--build] [--json]

Measures ours, floors and peers in turns; prints the tables, and writes them with charts to
docs/performance.md. Takes some two minutes.

  --build   measure what it costs to build small programs instead; takes some fifteen minutes
  --json    print a list of objects, and write nothing
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (mut builds, mut as_json) = (false, false);
    for argument in &arguments {
        match argument.as_str() {
            "--build" => builds = true,
            "--json" => as_json = true,
            "--help" | "-h" => {
                print!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            _ => {
                eprint!("bench: no such option: {argument:?}\n{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    match if builds { measure_builds(as_json) } else { measure_work(as_json) } {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure_work(as_json: bool) -> io::Result<()> {
    let rows = workloads::run(progress(as_json));
    if as_json {
        return print_json(&rows);
    }
    print!("{}", page::tables(&rows));
    page::write_rows(&rows)
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
