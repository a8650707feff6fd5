//! Ours, floors and peers, measured in one run.

mod allocations;
mod arguments;
mod build;
mod comparison;
mod cores;
mod load;
mod machine;
mod page;
mod quiet;
mod responses;
mod row;
mod server;
mod stability;
mod statistics;
mod steps;
mod table;
mod versions;
mod work;
mod workloads;

use std::io;
use std::process::ExitCode;

use crate::arguments::{HELP, Options, Scope};
use crate::row::Row;
use crate::steps::Steps;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

fn main() -> ExitCode {
    let options = match Options::parse(lexopt::Parser::from_env()) {
        Ok(options) => options,
        Err(error) => {
            eprint!("bench: {error}\n{HELP}");
            return ExitCode::from(2);
        }
    };
    let measured = if options.is_for_help {
        print!("{HELP}");
        Ok(())
    } else if options.scope == Scope::Builds {
        measure_builds(options.as_json)
    } else if let Some(processes) = options.processes {
        check_stability(processes, options.only.as_deref().unwrap_or_default())
    } else {
        measure_work(&options)
    };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure_work(options: &Options) -> io::Result<()> {
    // Else the first client with libcurl would install another one, for our transports but not for raw clients.
    let is_first = rustls::crypto::ring::default_provider().install_default().is_ok();
    assert!(is_first, "a second crypto provider of the process");
    let only = options.only.as_deref();
    let with_loads = options.scope == Scope::All;
    let steps = Steps::new(options.as_json);
    let rows = workloads::run(only.unwrap_or_default(), with_loads, &steps);
    drop(steps);
    if rows.is_empty() {
        let complaint = format!("no workload has {:?} in its name", only.unwrap_or_default());
        return Err(io::Error::other(complaint));
    }
    let disturbed = 100.0 * quiet::disturbed();
    eprintln!("{disturbed:.0} % of the turns were disturbed by other programs or virtual machines");
    if options.as_json {
        return print_json(&rows);
    }
    print!("{}", page::tables(&rows));
    if only.is_some() || !with_loads { Ok(()) } else { page::write_rows(&rows) }
}

fn check_stability(processes: u32, only: &str) -> io::Result<()> {
    if stability::check(processes, only)? {
        Ok(())
    } else {
        Err(io::Error::other("the ratios of a row differ between processes by more than 5 %"))
    }
}

fn measure_builds(as_json: bool) -> io::Result<()> {
    let programs = build::run(&Steps::new(as_json))?;
    if as_json {
        return print_json(&build::rows(&programs));
    }
    print!("{}", build::table(&programs));
    page::write_programs(&programs)
}

fn print_json(rows: &[Row]) -> io::Result<()> {
    serde_json::to_writer_pretty(io::stdout(), rows)?;
    println!();
    Ok(())
}
