//! Variables in the languages of shells.

use std::io::{self, Write};

use clap::ValueEnum;
use huaweicloud_sts::sts_client::Secret;
use serde_json::{Map, Value};

use crate::local_server::Variable;
use crate::shell::Language;

/// Form of variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Script {
    /// `export` and `unset`, for shells of Unix
    Sh,
    /// `set`, for fish
    Fish,
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
        let language = match self {
            Self::Sh => Language::Sh,
            Self::Fish => Language::Fish,
            Self::Powershell => Language::Powershell,
            Self::Dotenv => Language::Dotenv,
            Self::Json => {
                let pairs = variables.iter().map(|(name, value)| {
                    ((*name).to_owned(), value.as_deref().map_or(Value::Null, Value::from))
                });
                return writeln!(out, "{}", Value::Object(pairs.collect::<Map<_, _>>()));
            }
        };
        let secret = |value: &String| Secret::from(value.as_str());
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| (*name, value.as_ref().map(secret))).collect();
        language.write(out, &variables)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_to_remove_is_null_in_json() {
        let variables = [("A", Some("it's \"a\"\\b".to_owned())), ("B", None)];
        let mut out = Vec::new();
        Script::Json.write(&mut out, &variables).unwrap();
        let expected = "{\"A\":\"it's \\\"a\\\"\\\\b\",\"B\":null}\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
