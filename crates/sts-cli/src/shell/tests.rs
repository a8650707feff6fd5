use std::process::Command;

use huaweicloud_sts::sts_client::Secret;
use proptest::prelude::*;

use super::*;

const HOSTILE: [&str; 18] = [
    "",
    " ",
    "'",
    "''a'",
    "\"",
    "\\",
    "\\'",
    "a b",
    "$HOME",
    "$(exit 3)",
    "`exit 3`",
    "a\nexit 3\n",
    "a\r\nb\t",
    "!!",
    "# a",
    "~",
    "\u{1b}[31m",
    "a\u{2018}b\u{2019}c\u{201a}d\u{201b}; exit",
];

fn written(language: Language, value: &str) -> io::Result<String> {
    let mut out = Vec::new();
    language.write(&mut out, &[("A", Some(Secret::from(value)))])?;
    Ok(String::from_utf8(out).unwrap())
}

/// Returns the value of `A` after a shell has run the script.
fn value_in_sh(script: &str) -> String {
    // The mark keeps the line ends that a substitution would remove.
    let script = format!("{script}\nprintf '%s.' \"$A\"");
    let output = Command::new("sh").args(["-c", &script]).env_remove("A").output().unwrap();
    assert!(output.status.success(), "{script}");
    String::from_utf8(output.stdout).unwrap().strip_suffix('.').unwrap().to_owned()
}

/// Returns the value of a literal by the rules of `PowerShell`: two quotes stand for the first.
fn value_in_powershell(script: &str) -> String {
    let is_quote = |c: &char| matches!(c, '\'' | '‘' | '’' | '‚' | '‛');
    let mut chars = script.strip_prefix("$env:A = '").unwrap().chars().peekable();
    let mut value = String::new();
    while let Some(next) = chars.next() {
        if is_quote(&next) && chars.next_if(is_quote).is_none() {
            assert_eq!(chars.collect::<String>(), "\n", "after the end of the literal");
            return value;
        }
        value.push(next);
    }
    panic!("no end of the literal: {script}");
}

/// Returns the value of a literal by the rules of fish, in which a backslash escapes a quote or a backslash.
fn value_in_fish(script: &str) -> String {
    let mut chars = script.strip_prefix("set -gx A '").unwrap().chars().peekable();
    let mut value = String::new();
    while let Some(next) = chars.next() {
        match next {
            '\'' => {
                assert_eq!(chars.collect::<String>(), "\n", "after the end of the literal");
                return value;
            }
            '\\' => value.push(chars.next_if(|c| matches!(c, '\'' | '\\')).unwrap_or('\\')),
            other => value.push(other),
        }
    }
    panic!("no end of the literal: {script}");
}

fn check(value: &str) {
    assert_eq!(value_in_fish(&written(Language::Fish, value).unwrap()), value);
    assert_eq!(value_in_sh(&written(Language::Sh, value).unwrap()), value);
    assert_eq!(value_in_powershell(&written(Language::Powershell, value).unwrap()), value);
    if let Ok(line) = written(Language::Dotenv, value) {
        assert_eq!(value_in_sh(&line), value);
        assert_eq!(line.lines().count(), 1);
    }
}

#[test]
fn hostile_values_are_read_unchanged() {
    for value in HOSTILE {
        check(value);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_value_is_read_unchanged(value in "[^\u{0}]*", special in "['\"\\\\$`!\n #=a‘’‚‛]{0,12}") {
        check(&value);
        check(&special);
    }
}

#[test]
fn the_form_dotenv_is_the_simplest_one_that_all_readers_share() {
    for (value, expected) in [
        ("aB3+/=", "A=aB3+/=\n"),
        ("", "A=\n"),
        ("a b", "A='a b'\n"),
        ("$(a)", "A='$(a)'\n"),
        ("it's", "A=\"it's\"\n"),
    ] {
        assert_eq!(written(Language::Dotenv, value).unwrap(), expected);
    }
    for value in ["a\nb", "\\", "'$", "'\"", "\u{7f}"] {
        let error = written(Language::Dotenv, value).unwrap_err();
        assert_eq!(error.to_string(), "A cannot be written in this form; use --format json");
    }
}

#[test]
fn variables_are_removed_in_one_statement() {
    let variables = [("A", Some(Secret::from("1"))), ("B", None), ("C", None)];
    for (language, expected) in [
        (Language::Sh, "export A='1'\nunset B C\n"),
        (
            Language::Fish,
            "set -gx A '1'\nset -eg B C\nfor name in B C\n    \
             set -qU $name; and set -gx $name; or true\nend\nset -e name\n",
        ),
        (
            Language::Powershell,
            "$env:A = '1'\nRemove-Item Env:B, Env:C -ErrorAction SilentlyContinue\n",
        ),
        (Language::Dotenv, "A=1\n"),
    ] {
        let mut out = Vec::new();
        language.write(&mut out, &variables).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
