//! Variables in the languages of shells and of files of variables.

use std::io::{self, Write};

use crate::variables::Variable;

/// Language of a list of variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// `export` and `unset` of POSIX shells.
    Sh,
    /// `set` of fish.
    Fish,
    /// `$env:` of `PowerShell`.
    Powershell,
    /// `NAME=value`, for files that programs load. It cannot express that a variable is removed.
    Dotenv,
}

impl Language {
    /// Writes variables.
    ///
    /// # Errors
    ///
    /// A value cannot be written in the language.
    pub(crate) fn write(self, out: &mut dyn Write, variables: &[Variable]) -> io::Result<()> {
        for (name, value) in
            variables.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)))
        {
            let value = value.expose_secret();
            match self {
                Self::Sh => {
                    write!(out, "export {name}=")?;
                    quote_sh(out, value)?;
                    writeln!(out)?;
                }
                Self::Fish => {
                    write!(out, "set -gx {name} ")?;
                    quote_fish(out, value)?;
                    writeln!(out)?;
                }
                Self::Powershell => {
                    write!(out, "$env:{name} = ")?;
                    quote_powershell(out, value)?;
                    writeln!(out)?;
                }
                Self::Dotenv => write_dotenv(out, name, value)?,
            }
        }
        let removed: Vec<_> =
            variables.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
        match self {
            _ if removed.is_empty() => Ok(()),
            Self::Sh => writeln!(out, "unset {}", removed.join(" ")),
            Self::Fish => {
                let names = removed.join(" ");
                // A variable of all sessions is not erased, but hidden by an empty one: programs get it
                // unless an exported one has its name.
                writeln!(out, "set -eg {names}")?;
                writeln!(out, "for name in {names}")?;
                writeln!(out, "    set -qU $name; and set -gx $name; or true")?;
                writeln!(out, "end")?;
                writeln!(out, "set -e name")
            }
            Self::Powershell => {
                let paths: Vec<_> = removed.iter().map(|name| format!("Env:{name}")).collect();
                writeln!(out, "Remove-Item {} -ErrorAction SilentlyContinue", paths.join(", "))
            }
            Self::Dotenv => Ok(()),
        }
    }
}

/// Writes `value` in single quotes. A quote in it ends the literal, stands alone, and begins another one.
fn quote_sh(out: &mut dyn Write, value: &str) -> io::Result<()> {
    out.write_all(b"'")?;
    for (index, piece) in value.split('\'').enumerate() {
        if index > 0 {
            out.write_all(br"'\''")?;
        }
        out.write_all(piece.as_bytes())?;
    }
    out.write_all(b"'")
}

/// Writes `value` in single quotes, in which fish reads a backslash before another one and before a quote
/// as an escape.
fn quote_fish(out: &mut dyn Write, value: &str) -> io::Result<()> {
    out.write_all(b"'")?;
    for c in value.chars() {
        if matches!(c, '\'' | '\\') {
            out.write_all(b"\\")?;
        }
        write!(out, "{c}")?;
    }
    out.write_all(b"'")
}

/// Writes `value` in single quotes. `PowerShell` ends a literal at a typographic quote, too; two quotes
/// stand for the first of them.
fn quote_powershell(out: &mut dyn Write, value: &str) -> io::Result<()> {
    let is_quote = |c: char| matches!(c, '\'' | '\u{2018}'..='\u{201b}');
    out.write_all(b"'")?;
    for piece in value.split_inclusive(is_quote) {
        out.write_all(piece.as_bytes())?;
        if let Some(quote) = piece.chars().next_back().filter(|last| is_quote(*last)) {
            write!(out, "{quote}")?;
        }
    }
    out.write_all(b"'")
}

/// Writes a line that all readers of such files, and POSIX shells, read alike. They differ in escapes,
/// expansions and comments, and some of them take quotes as part of the value.
fn write_dotenv(out: &mut dyn Write, name: &str, value: &str) -> io::Result<()> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "+,-./:=@_".contains(c);
    let quote = if value.chars().all(is_plain) {
        ""
    } else if !value.contains(|c: char| c.is_control() || "'\\".contains(c)) {
        "'"
    } else if !value.contains(|c: char| c.is_control() || "\"\\$`!".contains(c)) {
        "\""
    } else {
        let message = format!("{name} cannot be written in this form; use --format json");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    };
    for piece in [name, "=", quote, value, quote, "\n"] {
        out.write_all(piece.as_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
