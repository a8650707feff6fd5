//! `cargo xtask api`: the public API of each crate as text, checked in, so that a change of it shows
//! in review; and the proof that features only add to it.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a command-line program")]

mod listing;
mod package;

use std::collections::BTreeSet;
use std::fs;
use std::process::ExitCode;

use self::listing::Listing;
use self::package::Package;

const USAGE: &str = "\
usage: cargo xtask api [--check | --features]

  Writes crates/*/public-api.txt.

  --check      compares instead, and fails where they differ
  --features   shows that each feature of each crate adds to the API and takes nothing away
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let work: fn(&Package) -> Result<Vec<String>, String> =
        match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [] => write,
            ["--check"] => check,
            ["--features"] => features_only_add,
            _ => {
                eprint!("{USAGE}");
                return ExitCode::from(2);
            }
        };
    let complaints = Package::published()
        .and_then(|packages| packages.iter().map(work).collect::<Result<Vec<_>, _>>());
    match complaints.map(|complaints| complaints.concat()) {
        Ok(complaints) if complaints.is_empty() => ExitCode::SUCCESS,
        Ok(complaints) => {
            eprintln!("{}", complaints.join("\n"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("xtask: api: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(package: &Package) -> Result<Vec<String>, String> {
    let listing = Listing::of(package, &package.all_features())?;
    let file = package.listing_file();
    fs::write(&file, listing.to_string())
        .map_err(|error| format!("{}: {error}", file.display()))?;
    println!("{}: {} items", package.name, listing.items.len());
    Ok(Vec::new())
}

fn check(package: &Package) -> Result<Vec<String>, String> {
    let text = Listing::of(package, &package.all_features())?.to_string();
    let file = package.listing_file();
    let recorded = fs::read_to_string(&file).unwrap_or_default();
    if text == recorded {
        return Ok(Vec::new());
    }
    let lines = |text: &'_ str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (now, recorded) = (lines(&text), lines(&recorded));
    let mut complaints = vec![format!(
        "{} differs from the public API; if the change is meant, run `cargo xtask api`:",
        file.display()
    )];
    complaints.extend(recorded.difference(&now).map(|line| format!("  - {line}")));
    complaints.extend(now.difference(&recorded).map(|line| format!("  + {line}")));
    Ok(complaints)
}

/// What a crate offers without features is offered with each, and what it offers with one is offered
/// with all.
fn features_only_add(package: &Package) -> Result<Vec<String>, String> {
    let none = Listing::of(package, &[])?;
    let all = Listing::of(package, &package.all_features())?;
    let mut complaints = Vec::new();
    let mut holds =
        |more: &Listing, less: &Listing, with: &str, without: &str| {
            complaints.extend(less.beyond(more).into_iter().map(|item| {
                format!("{}: offered {without}, but not {with}: {item}", package.name)
            }));
        };
    holds(&all, &none, "with all features", "without any");
    for feature in package.all_features() {
        let with = Listing::of(package, &[feature])?;
        holds(&with, &none, &format!("with {feature}"), "without any feature");
        holds(&all, &with, "with all features", &format!("with {feature}"));
    }
    println!("{}: {} features only add", package.name, package.features.len());
    Ok(complaints)
}
