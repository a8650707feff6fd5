//! The command line. `cargo xtask` reads it too, before it builds this program.

use lexopt::prelude::{Long, Short, ValueExt};

pub(crate) const HELP: &str = "\
usage: cargo xtask bench [--build] [--json] [--only TEXT] [--times] [--processes N]

Measures ours, floors and peers in turns; prints the tables, and writes them with charts to
docs/performance.md. Takes some eight minutes, up to four times as long if the machine is not quiet.

  --build       measure what it costs to build small programs instead; takes some fifteen minutes
  --json        print a list of objects, and write nothing
  --only TEXT   measure what has this in its name, and write nothing
  --times       leave out exchanges under load, and write nothing
  --processes N do that in N processes, and compare their ratios: exit code 1 if those of a row of
                times differ by more than 5 % from their median
";

/// What is measured.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    #[default]
    All,
    /// All but exchanges over sockets.
    Times,
    /// Builds of programs.
    Builds,
}

#[derive(Default)]
pub(crate) struct Options {
    pub(crate) is_for_help: bool,
    pub(crate) scope: Scope,
    pub(crate) as_json: bool,
    pub(crate) only: Option<String>,
    pub(crate) processes: Option<u32>,
}

impl Options {
    pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Self, lexopt::Error> {
        let mut options = Self::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("help") | Short('h') => options.is_for_help = true,
                Long("build" | "times") if options.scope != Scope::All => {
                    return Err("give one of --build and --times, once".into());
                }
                Long("build") => options.scope = Scope::Builds,
                Long("json") => options.as_json = true,
                Long("only") if options.only.is_some() => {
                    return Err("--only is given twice".into());
                }
                Long("only") => options.only = Some(parser.value()?.string()?),
                Long("times") => options.scope = Scope::Times,
                Long("processes") => {
                    let processes = parser.value()?.parse().ok().filter(|&number| number > 1);
                    options.processes = Some(processes.ok_or("--processes must be 2 or more")?);
                }
                _ => return Err(argument.unexpected()),
            }
        }
        if options.processes.is_some() && (options.scope == Scope::Builds || options.as_json) {
            return Err(
                "--processes prints a table of what runs: leave out --build and --json".into()
            );
        }
        if options.scope == Scope::Builds && options.only.is_some() {
            return Err("--only is for what runs: --build measures programs".into());
        }
        Ok(options)
    }
}
