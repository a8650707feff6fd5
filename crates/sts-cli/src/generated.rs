//! Man pages and completion scripts, which packages of distributions install. `cargo xtask cli-docs`
//! writes them.

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory as _, ValueEnum as _};
use clap_complete::{Generator as _, Shell, generate};
use clap_mangen::Man;

use crate::cli::Cli;

/// A generated file: its path in the package, and its content.
type Generated = (String, Vec<u8>);

fn man_pages() -> Vec<Generated> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let subcommands: Vec<_> = command.get_subcommands().filter(|it| !it.is_hide_set()).collect();
    subcommands.into_iter().chain([&command]).map(man_page).collect()
}

fn man_page(command: &Command) -> Generated {
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let man = Man::new(command.clone()).manual("Huawei Cloud STS");
    let man = man.source(concat!("sts ", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    man.render_title(&mut page).unwrap();
    man.render_name_section(&mut page).unwrap();
    man.render_synopsis_section(&mut page).unwrap();
    man.render_description_section(&mut page).unwrap();
    man.render_options_section(&mut page).unwrap();
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page).unwrap();
    }
    page.extend(examples(&man).into_bytes());
    if name != "sts" {
        page.extend(b".SH \"SEE ALSO\"\nsts(1)\n");
    }
    (format!("man/{name}.1"), page)
}

/// Returns the text at the end of the help as sections of a man page, without filling its lines.
fn examples(man: &Man) -> String {
    let mut section = Vec::new();
    man.render_extra_section(&mut section).unwrap();
    let text = String::from_utf8(section).unwrap();
    let (_, text) = text.split_once(":\n").expect("the help ends with examples");
    let (examples, status) = text.split_once("Exit codes: ").unwrap_or((text, ""));
    let examples = examples.trim_end();
    let status =
        if status.is_empty() { String::new() } else { format!(".SH \"EXIT STATUS\"\n{status}") };
    format!(".SH EXAMPLES\n.nf\n{examples}\n.fi\n{status}")
}

fn completions() -> impl Iterator<Item = Generated> {
    Shell::value_variants().iter().map(|shell| {
        let mut script = Vec::new();
        generate(*shell, &mut Cli::command(), "sts", &mut script);
        (format!("completions/{}", shell.file_name("sts")), script)
    })
}

#[test]
fn man_pages_and_completions_are_up_to_date() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files: Vec<Generated> = man_pages().into_iter().chain(completions()).collect();
    if std::env::var_os("STS_CLI_DOCS").is_some() {
        for directory in ["man", "completions"] {
            let _ = fs::remove_dir_all(package.join(directory));
            fs::create_dir(package.join(directory)).unwrap();
        }
        for (path, content) in &files {
            fs::write(package.join(path), content).unwrap();
        }
    }
    for (path, content) in &files {
        let recorded = fs::read(package.join(path)).unwrap_or_default();
        assert!(recorded == *content, "{path} is out of date: run `cargo xtask cli-docs`");
    }
    let count = |directory: &str| fs::read_dir(package.join(directory)).unwrap().count();
    let recorded = count("man") + count("completions");
    assert_eq!(recorded, files.len(), "a file is left over: run `cargo xtask cli-docs`");
}
