//! Ours, floors and peers, measured in one run.

mod allocations;
mod load;
mod measure;
mod report;
mod server;
mod workloads;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let as_json = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--json"] => true,
        _ => {
            eprintln!("usage: cargo xtask bench [--json]");
            return ExitCode::from(2);
        }
    };
    let progress = |name: &str| {
        if !as_json {
            eprintln!("{name}");
        }
    };
    let mut rows = Vec::new();
    for comparison in workloads::all() {
        progress(comparison.name);
        rows.extend(comparison.run());
    }
    rows.extend(workloads::under_load(progress));
    if as_json {
        report::print_json(&rows)
    } else {
        report::print_table(&rows)
    }
    ExitCode::SUCCESS
}
