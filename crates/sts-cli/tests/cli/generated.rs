//! The terminal session in docs/cli.svg. `cargo xtask cli-docs` writes it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anstyle_svg::Term;
use sts_emulator::{Emulator, builtin};

use crate::support::{Cloud, tampering};

/// Width of the terminal, in characters.
const WIDTH: usize = 96;
/// What the picture shows instead of addresses, request ids and encoded messages.
const ADDRESS: &str = "127.0.0.1:8090";
const REQUEST_ID: &str = "7010ac79210984b62b3eb8e5246cc695";
const SESSION_KEY: &str = "HSTA1B2C3D4E5F6G7H8J";
const MESSAGE: &str = "hQpjbi1leGFtcGxlLW1lc3NhZ2U=";

/// Runs commands, and keeps what a terminal shows: the same in each run.
struct Session {
    cloud: Cloud,
    shown: String,
}

impl Session {
    fn start() -> Self {
        let cloud = Cloud::of(Emulator::builder().any_service().echo_canonical_request());
        Self { cloud, shown: String::new() }
    }

    /// Runs a command against a server that is shown as [`ADDRESS`], and returns what it prints.
    fn run(&mut self, line: &str, server: &str) -> String {
        let server = server.trim_start_matches("http://");
        let arguments = line.replace(ADDRESS, server);
        let arguments: Vec<_> = arguments.split(' ').skip(1).collect();
        let mut command = self.cloud.sts(&arguments);
        // `sts exec` finds `sts`.
        let programs = Path::new(env!("CARGO_BIN_EXE_sts")).parent().unwrap();
        let output = command.env("CLICOLOR_FORCE", "1").env("PATH", programs).output().unwrap();
        let mut printed = String::from_utf8(output.stdout).unwrap();
        if !printed.is_empty() && !printed.ends_with('\n') {
            printed.push('\n');
        }
        printed.push_str(&String::from_utf8(output.stderr).unwrap());
        let shown = format!("\u{1b}[1;32m$\u{1b}[0m {line}\n{printed}").replace(server, ADDRESS);
        for line in shown.lines() {
            writeln!(self.shown, "{}", wrapped(&filtered(line))).unwrap();
        }
        self.shown.push('\n');
        printed
    }
}

/// Replaces what differs between runs.
fn filtered(line: &str) -> String {
    if let Some((before, _)) = line.split_once("20").filter(|_| line.contains("expires at")) {
        return format!("{before}2026-03-05T08:08:09Z");
    }
    if let Some((before, key)) = line.split_once("HST").filter(|_| line.contains("access key")) {
        let is_session = !builtin::ACCESS_KEY_ID.ends_with(key);
        return format!(
            "{before}{}",
            if is_session { SESSION_KEY } else { builtin::ACCESS_KEY_ID }
        );
    }
    let is_separator = |c: char| c.is_whitespace() || "\"),|:".contains(c);
    let words = line.split_inclusive(is_separator);
    let word = |word: &str| {
        let value = word.trim_end_matches(is_separator);
        let is_of =
            |allowed: &str| value.chars().all(|c| c.is_ascii_alphanumeric() || allowed.contains(c));
        let is_request_id =
            value.len() == 32 && is_of("") && line.to_lowercase().contains("request");
        let shown = match value.len() {
            150.. if is_of("+/=") => MESSAGE,
            64 if is_of("") => "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            16 if value.starts_with("20") && value.ends_with('Z') => "20260305T070809Z",
            _ if is_request_id && value != builtin::ACCOUNT_ID => REQUEST_ID,
            _ => value,
        };
        word.replacen(value, shown, 1)
    };
    words.map(word).collect()
}

/// Breaks a line as a terminal does. Sequences for colours have no width.
fn wrapped(line: &str) -> String {
    let (mut wrapped, mut width, mut is_sequence) = (String::new(), 0, false);
    for c in line.chars() {
        is_sequence |= c == '\u{1b}';
        if !is_sequence {
            if width == WIDTH {
                wrapped.push('\n');
                width = 0;
            }
            width += 1;
        }
        wrapped.push(c);
        is_sequence &= c != 'm';
    }
    wrapped
}

#[test]
fn the_picture_of_a_session_is_up_to_date() {
    let mut session = Session::start();
    let url = session.cloud.emulator.url().to_owned();
    session.run("sts whoami", &url);
    session.run("sts exec --agency demo -- sts whoami", &url);
    let denied = session.run("sts assume forbidden", &url);
    let command = denied.lines().find(|line| line.starts_with("sts decode ")).unwrap().to_owned();
    session.run(&command, &url);
    let gateway = tampering(&session.cloud, usize::MAX, "application/json", "text/json");
    session.run("sts request -d {} http://127.0.0.1:8090/v1/servers", &gateway);

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.svg");
    let picture = Term::new().render_svg(session.shown.trim_end());
    // A red that is legible on black.
    let picture = picture.replace("#AA0000", "#F14C4C");
    if std::env::var_os("STS_CLI_DOCS").is_some() {
        fs::write(&path, &picture).unwrap();
    }
    let recorded = fs::read_to_string(&path).unwrap_or_default();
    assert!(recorded == picture, "docs/cli.svg is out of date: run `cargo xtask cli-docs`");
}
