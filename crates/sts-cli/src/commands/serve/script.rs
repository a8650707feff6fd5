//! Variables in the languages of shells.

use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::{Map, Value};

use crate::local_server::Variable;

/// Form of variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Script {
    /// `export` and `unset`, for shells of Unix
    Sh,
    /// `$env:`, for `PowerShell`
    Powershell,
    /// `NAME="value"`, for files that programs load
    Dotenv,
    /// One object; the value of a variable to remove is null
    Json,
}

impl Script {
    /// Writes the variables. Those to remove are not in the form `dotenv`, which cannot express it.
    pub(super) fn write(self, out: &mut dyn Write, variables: &[Variable]) -> io::Result<()> {
        if self == Self::Json {
            let pairs = variables.iter().map(|(name, value)| {
                ((*name).to_owned(), value.as_deref().map_or(Value::Null, Value::from))
            });
            return writeln!(out, "{}", Value::Object(pairs.collect::<Map<_, _>>()));
        }
        for (name, value) in variables {
            match (self, value) {
                (Self::Sh, Some(value)) => {
                    writeln!(out, "export {name}='{}'", value.replace('\'', r"'\''"))?;
                }
                (Self::Sh, None) => writeln!(out, "unset {name}")?,
                (Self::Powershell, Some(value)) => {
                    writeln!(out, "$env:{name} = '{}'", doubled_quotes(value))?;
                }
                (Self::Powershell, None) => {
                    writeln!(out, "Remove-Item Env:{name} -ErrorAction SilentlyContinue")?;
                }
                (_, Some(value)) => {
                    let value = value.replace('\\', r"\\").replace('"', "\\\"");
                    writeln!(out, "{name}=\"{value}\"")?;
                }
                (_, None) => {}
            }
        }
        Ok(())
    }
}

/// Doubles single quotes. `PowerShell` ends a literal at typographic ones, too.
fn doubled_quotes(value: &str) -> String {
    let is_quote = |c: char| matches!(c, '\'' | '\u{2018}'..='\u{201b}');
    value.chars().flat_map(|c| std::iter::repeat_n(c, if is_quote(c) { 2 } else { 1 })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(script: Script) -> String {
        let variables = [("A", Some("it's \"a\"\\b".to_owned())), ("B", None)];
        let mut out = Vec::new();
        script.write(&mut out, &variables).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_are_quoted() {
        assert_eq!(written(Script::Sh), "export A='it'\\''s \"a\"\\b'\nunset B\n");
        assert_eq!(
            written(Script::Powershell),
            "$env:A = 'it''s \"a\"\\b'\nRemove-Item Env:B -ErrorAction SilentlyContinue\n"
        );
        assert_eq!(written(Script::Dotenv), "A=\"it's \\\"a\\\"\\\\b\"\n");
        assert_eq!(written(Script::Json), "{\"A\":\"it's \\\"a\\\"\\\\b\",\"B\":null}\n");
    }

    #[test]
    fn typographic_quotes_do_not_end_a_literal() {
        let variables = [("A", Some("\u{2018}a\u{2019}; b".to_owned()))];
        let mut out = Vec::new();
        Script::Powershell.write(&mut out, &variables).unwrap();
        let expected = "$env:A = '\u{2018}\u{2018}a\u{2019}\u{2019}; b'\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
