//! Words that the project does not use: refused in docs, comments and texts, and counted.

use std::path::{Path, PathBuf};

use crate::files;
use crate::text::{self, Line};

/// An expression, word for word, and what to write in its place.
struct Rule {
    words: &'static [&'static str],
    instead: &'static str,
}

const fn rule(words: &'static [&'static str], instead: &'static str) -> Rule {
    Rule { words, instead }
}

const RULES: &[Rule] = &[
    rule(&["nobody"], "name the subject: no caller, no other crate"),
    rule(&["somebody"], "name the subject: a caller, another program"),
    rule(&["everybody"], "name the subject: all callers"),
    rule(&["whoever"], "name the subject: the caller that, any program that"),
    rule(&["whichever"], "\"any\" or \"regardless of which\""),
    rule(&["tell"], "returns, reports, states, contains"),
    rule(&["tells"], "returns, reports, states, contains"),
    rule(&["told"], "takes, receives"),
    rule(&["is", "no"], "\"is not\" or \"invalid\""),
    rule(&["are", "no"], "\"are not\", \"there are none\" or \"invalid\""),
    rule(&["answer"], "response"),
    rule(&["answers"], "responses, responds"),
    rule(&["answered"], "responded"),
    rule(&["purse"], "retry budget"),
    rule(&["knocks"], "retries"),
    rule(&["stirred"], "notified"),
    rule(&["mend"], "fix"),
    rule(&["mended"], "fixed"),
    rule(&["weakness"], "vulnerability"),
    rule(&["in", "vain"], "without success"),
    rule(&["forth", "and", "back"], "in both orders"),
    rule(&["such", "a", "one"], "name the thing"),
    rule(&["least", "versions"], "minimal versions"),
    rule(&["least", "supported"], "minimum supported"),
    rule(&["fetch", "of", "keys"], "refresh"),
    rule(&["source", "of", "keys"], "credential provider"),
    rule(&["sources", "of", "keys"], "credential providers"),
    rule(&["good", "keys"], "valid credentials"),
    rule(&["fresh", "keys"], "fresh credentials"),
];

/// Words that follow an expression and make it standard English.
const CONTINUATIONS: &[(&str, &[&str])] = &[("no", &["longer", "more", "fewer", "less", "later"])];

/// Files with words of others: recorded texts and their vocabulary, and the rules themselves.
const EXEMPT: &[&str] =
    &["xtask/source/src/language.rs", "docs/errors.md", "crates/sts-proto/src/error/words.rs"];

/// Checks all text and prints what it finds. Returns whether that is nothing.
pub(crate) fn check(root: &Path) -> Result<bool, String> {
    let mut found = 0;
    for path in sources(root)? {
        let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        if EXEMPT.contains(&shown.as_str()) {
            continue;
        }
        for line in text::lines(&path)? {
            for rule in violated(&line) {
                let words = rule.words.join(" ");
                println!("{shown}:{}: \"{words}\"; write: {}", line.number, rule.instead);
                found += 1;
            }
        }
    }
    println!("{found} expressions to replace");
    Ok(found == 0)
}

/// Prints how often the expressions of each group occur in doc comments, by crate.
pub(crate) fn measure(root: &Path) -> Result<bool, String> {
    const GROUPS: &[(&str, &[&[&str]])] = &[
        ("tell, told", &[&["tell"], &["tells"], &["told"]]),
        ("nobody, somebody, everybody", &[&["nobody"], &["somebody"], &["everybody"]]),
        ("whoever, whichever", &[&["whoever"], &["whichever"]]),
        ("is no X", &[&["is", "no"]]),
        ("answer", &[&["answer"], &["answers"], &["answered"]]),
        ("response", &[&["response"], &["responses"]]),
        ("keys", &[&["keys"]]),
        ("credentials", &[&["credentials"]]),
    ];
    println!("per 1,000 words of doc comments");
    let mut total = Vec::new();
    for directory in files::crates(root)? {
        let mut lines = Vec::new();
        for path in files::below(&directory.join("src"), &["rs"])? {
            lines.extend(text::lines(&path)?.into_iter().filter(|line| line.is_doc));
        }
        let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
        print_rates(&name, &lines, GROUPS);
        total.append(&mut lines);
    }
    print_rates("all", &total, GROUPS);
    Ok(true)
}

fn print_rates(name: &str, lines: &[Line], groups: &[(&str, &[&[&str]])]) {
    let words: usize = lines.iter().map(|line| line.words.len()).sum();
    println!("{name}: {words} words");
    for (group, expressions) in groups {
        let count: usize = lines
            .iter()
            .flat_map(|line| expressions.iter().map(|words| occurrences(line, words)))
            .sum();
        // Counts of words are far below the precision of f64.
        #[expect(clippy::cast_precision_loss, reason = "a few thousand words")]
        let rate = count as f64 * 1000.0 / words.max(1) as f64;
        println!("    {rate:>6.2}  {group}");
    }
}

fn violated(line: &Line) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(|rule| occurrences(line, rule.words) > 0)
}

fn occurrences(line: &Line, words: &[&str]) -> usize {
    let continuations = words.last().and_then(|last| {
        CONTINUATIONS.iter().find(|(word, _)| word == last).map(|(_, following)| *following)
    });
    line.words
        .windows(words.len())
        .enumerate()
        .filter(|(at, window)| {
            let next = line.words.get(at + words.len()).map(String::as_str);
            let goes_on =
                continuations.is_some_and(|words| next.is_some_and(|next| words.contains(&next)));
            window.iter().map(String::as_str).eq(words.iter().copied()) && !goes_on
        })
        .count()
}

fn sources(root: &Path) -> Result<Vec<PathBuf>, String> {
    let mut paths = files::below(&root.join("crates"), &["rs", "md"])?;
    paths.append(&mut files::below(&root.join("docs"), &["rs", "md"])?);
    paths.append(&mut files::below(&root.join("xtask"), &["rs"])?);
    for name in ["README.md", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md"] {
        let path = root.join(name);
        if path.is_file() {
            paths.push(path);
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        Line { number: 1, is_doc: true, words: text::words(text) }
    }

    #[test]
    fn expressions_are_found_by_word() {
        let count = |text: &str| violated(&line(text)).count();
        assert_eq!(count("Nobody waits."), 1);
        assert_eq!(count("This is no URL"), 1);
        assert_eq!(count("This is no longer a URL"), 0);
        assert_eq!(count("A storyteller"), 0);
        assert_eq!(count("It TOLD nobody"), 2);
    }
}
