//! The command line. `cargo xtask` reads it too, before it builds this program.

use lexopt::prelude::{Long, Short, ValueExt};

pub(crate) const HELP: &str = "\
usage: cargo xtask bench [--build] [--json] [--only TEXT] [--times] [--processes N]

Measures ours, floors and peers in turns; prints the tables, and writes them with charts to
docs/performance.md. Takes some eight minutes.

  --build       measure what it costs to build small programs instead; takes some fifteen minutes
  --json        print a list of objects, and write nothing
  --only TEXT   measure what has this in its name, and write nothing
  --times       leave out exchanges under load, and write nothing
  --processes N do that in N processes, and compare their ratios: exit code 1 if those of a row of
                times differ by more than 5 % from their median
";

#[derive(Default)]
pub(crate) struct Options {
    pub(crate) is_for_help: bool,
    pub(crate) builds: bool,
    pub(crate) as_json: bool,
    pub(crate) only: Option<String>,
    pub(crate) only_times: bool,
    pub(crate) processes: Option<u32>,
}

impl Options {
    pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Self, lexopt::Error> {
        let mut options = Self::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("help") | Short('h') => options.is_for_help = true,
                Long("build") => options.builds = true,
                Long("json") => options.as_json = true,
                Long("only") if options.only.is_some() => {
                    return Err("--only is given twice".into());
                }
                Long("only") => options.only = Some(parser.value()?.string()?),
                Long("times") => options.only_times = true,
                Long("processes") => {
                    let processes = parser.value()?.parse().ok().filter(|&number| number > 1);
                    options.processes = Some(processes.ok_or("--processes must be 2 or more")?);
                }
                _ => return Err(argument.unexpected()),
            }
        }
        if options.processes.is_some() && (options.builds || options.as_json) {
            return Err(
                "--processes prints a table of what runs: leave out --build and --json".into()
            );
        }
        if options.builds && (options.only.is_some() || options.only_times) {
            return Err("--only and --times are for what runs: --build measures programs".into());
        }
        Ok(options)
    }
}
