//! Writes the tables of `docs/errors.md` from the tables that classify errors.

use std::fmt::Write;
use std::fs;

use http::StatusCode;
use sts_proto::codes::{KnownCode, known_codes, known_messages};
use sts_proto::{ErrorKind, kind_of_status};

use crate::status_meanings;
use crate::task::{Task, one_option};
use crate::tools::root;

const PATH: &str = "docs/errors.md";

/// Separates the manually written text from the generated tables.
const MARK: &str = "<!-- Below this line: cargo xtask docs -->\n";

pub(crate) const TASK: Task = Task {
    name: "docs",
    summary: "write or check the generated part of docs/errors.md",
    help: "\
usage: cargo xtask docs [--check]

Writes the tables of docs/errors.md from the tables in sts-proto.

  --check   compare instead, and fail where they differ
",
    run: |arguments| {
        update(one_option(arguments, &["check"])?.is_some())?;
        Ok(true)
    },
};

fn update(is_check: bool) -> Result<(), String> {
    let path = root().join(PATH);
    let old = fs::read_to_string(&path).map_err(|error| format!("{PATH}: {error}"))?;
    let (by_hand, _) = old.split_once(MARK).ok_or_else(|| format!("{PATH} lacks its mark"))?;
    let new = format!("{by_hand}{MARK}{}", tables());
    if new == old {
        println!("{PATH} is up to date");
        return Ok(());
    }
    if is_check {
        return Err(format!("{PATH} is out of date: run `cargo xtask docs`"));
    }
    fs::write(&path, new).map_err(|error| format!("{PATH}: {error}"))?;
    println!("{PATH} is written");
    Ok(())
}

fn tables() -> String {
    let mut text = String::from("\n## Kinds\n\n| kind | meaning | retry |\n|---|---|---|\n");
    for &kind in ErrorKind::ALL {
        let advice = kind.advice().as_str().replace('_', " ");
        line(&mut text, &[&format!("`{}`", kind.as_str()), kind.meaning(), &advice]);
    }
    text.push_str(
        "\n## Codes\n\nGateway codes have the prefix `APIGW.`, `APIG.` or `APIC.`.\n\n\
         | code | status | kind | meaning |\n|---|---|---|---|\n",
    );
    for code in known_codes() {
        let statuses: Vec<String> = code.statuses().iter().map(u16::to_string).collect();
        let statuses =
            if statuses.is_empty() { "not known".to_owned() } else { statuses.join(" ") };
        line(&mut text, &[&format!("`{}`", code.code()), &statuses, &kinds(code), code.meaning()]);
    }
    text.push_str(
        "\n## Messages\n\nA known message determines the kind. Messages may change without notice; code \
         and status classify an unknown message.\n\n| code | message contains | kind |\n|---|---|---|\n",
    );
    for known in known_messages() {
        let numbers = known.codes().map(|code| format!("`{code}`"));
        let numbers: Vec<String> = numbers.collect();
        let numbers = if numbers.is_empty() {
            "any, with status 400 or 401".to_owned()
        } else {
            numbers.join(" ")
        };
        line(&mut text, &[&numbers, known.contains(), &format!("`{}`", known.kind().as_str())]);
    }
    text.push_str(
        "\n## Statuses\n\nKinds and meanings of statuses of responses without a known code.\n\n\
         | status | kind | meaning |\n|---|---|---|\n",
    );
    for number in (100..=505).chain(520..=527) {
        let Ok(status) = StatusCode::from_u16(number) else { continue };
        // Rows of the service's table, and statuses that proxies send.
        if status.canonical_reason().is_some() || [306, 494].contains(&number) {
            let kind = match kind_of_status(status) {
                _ if status.is_success() => "success, if the body is valid".to_owned(),
                kind => format!("`{}`", kind.as_str()),
            };
            line(&mut text, &[&number.to_string(), &kind, status_meanings::meaning(status)]);
        }
    }
    text
}

/// Returns the kind of a code, or the kind for each of its statuses.
fn kinds(code: &KnownCode) -> String {
    let statuses: &[u16] = if code.statuses().is_empty() { &[400] } else { code.statuses() };
    let kinds: Vec<(u16, &str)> = statuses
        .iter()
        .filter_map(|number| {
            let status = StatusCode::from_u16(*number).ok()?;
            Some((*number, code.kind(status).as_str()))
        })
        .collect();
    match kinds.as_slice() {
        [(_, first), rest @ ..] if rest.iter().all(|(_, kind)| kind == first) => {
            format!("`{first}`")
        }
        _ => {
            let each = kinds.iter().map(|(number, kind)| format!("{number}: `{kind}`"));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}

fn line(text: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    // Writing to a string does not fail.
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}
