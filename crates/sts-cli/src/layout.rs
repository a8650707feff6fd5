//! Text in lines of the width of the terminal.

use std::env;
use std::io::{self, Write};

use terminal_size::{Height, Width, terminal_size_of};
use textwrap::{Options, WordSplitter};

use crate::printable;

/// The least width for text beside other columns.
const NARROWEST: usize = 30;

/// Returns the width of standard output: `COLUMNS`, else that of the terminal; `None` in a pipe, in
/// which lines are not broken.
pub(crate) fn stdout_width() -> Option<usize> {
    width(terminal_size_of(io::stdout()))
}

/// Returns the width of standard error, like [`stdout_width`].
pub(crate) fn stderr_width() -> Option<usize> {
    width(terminal_size_of(io::stderr()))
}

fn width(terminal: Option<(Width, Height)>) -> Option<usize> {
    let set = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let set = set.filter(|columns| *columns > 0);
    set.or_else(|| terminal.map(|(width, _)| usize::from(width.0)))
}

/// Writes `text` beside the columns in `head`, or below them where it does not fit beside
/// them in lines of `width`.
pub(crate) fn beside(
    out: &mut dyn Write,
    width: Option<usize>,
    head: &str,
    text: &str,
) -> io::Result<()> {
    let text = &*printable::line(text);
    let used = anstream::adapter::strip_str(head).to_string().chars().count();
    let Some(width) = width else { return writeln!(out, "{head}{text}") };
    if used + text.chars().count() <= width {
        return writeln!(out, "{head}{text}");
    }
    let (indent, first) = if used + NARROWEST <= width { (used, head) } else { (4, "    ") };
    if indent == 4 {
        writeln!(out, "{}", head.trim_end())?;
    }
    let options = Options::new(width.saturating_sub(indent).max(1))
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation);
    let mut prefix = first.to_owned();
    for line in textwrap::wrap(text, options) {
        writeln!(out, "{prefix}{line}")?;
        prefix = " ".repeat(indent);
    }
    Ok(())
}
