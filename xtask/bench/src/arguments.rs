//! The command line. `cargo xtask` reads it too, before it builds this program.

use lexopt::prelude::{Long, Short, ValueExt};

pub(crate) const HELP: &str = "\
usage: cargo xtask bench [--build] [--json] [--only TEXT]

Measures ours, floors and peers in turns; prints the tables, and writes them with charts to
docs/performance.md. Takes some four minutes.

  --build       measure what it costs to build small programs instead; takes some fifteen minutes
  --json        print a list of objects, and write nothing
  --only TEXT   measure what has this in its name, and write nothing
";

#[derive(Default)]
pub(crate) struct Options {
    pub(crate) is_for_help: bool,
    pub(crate) builds: bool,
    pub(crate) as_json: bool,
    pub(crate) only: Option<String>,
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
                _ => return Err(argument.unexpected()),
            }
        }
        if options.builds && options.only.is_some() {
            return Err("--only is for what runs: --build measures all programs".into());
        }
        Ok(options)
    }
}
