//! `cargo xtask api`: records the public API of each crate as text, so that reviews show its changes,
//! and checks that features are additive.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a command-line program")]

mod listing;
mod package;

use std::collections::BTreeSet;
use std::fs;
use std::process::ExitCode;

use lexopt::prelude::{Long, Short};

use self::listing::Listing;
use self::package::Package;

const HELP: &str = include_str!("../usage.txt");

/// The action for each crate, with its API under all features. It returns the differences.
type Work = fn(&Package, &Listing) -> Result<Vec<String>, String>;

fn main() -> ExitCode {
    let work = match parse(lexopt::Parser::from_env()) {
        Ok(Some(work)) => work,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("xtask: api: {error}; see `cargo xtask api --help`");
            return ExitCode::from(2);
        }
    };
    match complaints(work) {
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

/// Does the work for each published crate.
fn complaints(work: Work) -> Result<Vec<String>, String> {
    let packages = Package::published()?;
    let listings = Listing::with_all_features(&packages)?;
    let complaints = packages.iter().zip(&listings).map(|(package, all)| work(package, all));
    Ok(complaints.collect::<Result<Vec<_>, _>>()?.concat())
}

/// Returns `None` if help is requested.
fn parse(mut parser: lexopt::Parser) -> Result<Option<Work>, lexopt::Error> {
    let mut work: Option<Work> = None;
    while let Some(argument) = parser.next()? {
        let chosen: Work = match argument {
            Short('h') | Long("help") => return Ok(None),
            Long("check") => check,
            Long("features") => features_only_add,
            other => return Err(other.unexpected()),
        };
        if work.replace(chosen).is_some() {
            return Err("give either --check or --features, and once".into());
        }
    }
    Ok(Some(work.unwrap_or(write)))
}

fn write(package: &Package, listing: &Listing) -> Result<Vec<String>, String> {
    let file = package.listing_file();
    fs::write(&file, listing.to_string())
        .map_err(|error| format!("{}: {error}", file.display()))?;
    println!("{}: {} items", package.name, listing.items.len());
    Ok(Vec::new())
}

#[expect(clippy::unnecessary_wraps, reason = "it is `Work`")]
fn check(package: &Package, listing: &Listing) -> Result<Vec<String>, String> {
    let text = listing.to_string();
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

/// Checks that the API without features is part of the API with each feature, and that part of the
/// API with all features.
fn features_only_add(package: &Package, all: &Listing) -> Result<Vec<String>, String> {
    if package.features.is_empty() {
        return Ok(Vec::new());
    }
    let none = Listing::with(package, &[])?;
    let mut complaints = Vec::new();
    let mut holds =
        |more: &Listing, less: &Listing, with: &str, without: &str| {
            complaints.extend(less.beyond(more).into_iter().map(|item| {
                format!("{}: offered {without}, but not {with}: {item}", package.name)
            }));
        };
    holds(all, &none, "with all features", "without any");
    for feature in &package.features {
        let with = Listing::with(package, &[feature])?;
        holds(&with, &none, &format!("with {feature}"), "without any feature");
        holds(all, &with, "with all features", &format!("with {feature}"));
    }
    println!("{}: {} features only add", package.name, package.features.len());
    Ok(complaints)
}
