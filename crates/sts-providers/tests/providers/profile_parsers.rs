//! Compares the profile parser with models of the three official ones, on generated files: all
//! models must agree on every accepted file.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sts_providers::ProfileFile;

use crate::world::Place;

type Entries = BTreeMap<String, String>;
type Sections = BTreeMap<String, Entries>;

/// Access key id, secret key and security token.
type Identity = (String, String, Option<String>);

fn ours(content: &str) -> Option<Identity> {
    let place = Place::default().with_file("/profile", content);
    let credentials = ProfileFile::new().path("/profile").read(&place).ok()?;
    let token = credentials.security_token.as_ref();
    Some((
        credentials.access_key_id.clone(),
        credentials.secret_access_key.expose_secret().to_owned(),
        token.map(|token| token.expose_secret().to_owned()),
    ))
}

/// Returns what a parser reads from the section that this project uses.
fn identity(sections: &Sections) -> Option<Identity> {
    let entries = sections.get("basic").or_else(|| sections.get("global"))?;
    let value = |key: &str| entries.get(key).filter(|value| !value.is_empty()).cloned();
    let federates = value("idp_id").is_some() && value("id_token_file").is_some();
    (!federates).then_some((value("ak")?, value("sk")?, value("security_token")))
}

/// `configparser.ConfigParser` of Python.
mod python {
    use super::{Entries, Sections};

    pub(super) fn parse(content: &str) -> Option<Sections> {
        let content = content.replace("\r\n", "\n").replace('\r', "\n");
        let mut sections = Sections::new();
        let mut defaults = Entries::new();
        let mut section: Option<String> = None;
        let mut key: Option<String> = None;
        for line in content.split('\n') {
            let value = line.trim();
            if value.starts_with(['#', ';']) {
                continue;
            }
            let entries = match section.as_deref() {
                Some("DEFAULT") => Some(&mut defaults),
                Some(name) => sections.get_mut(name),
                None => None,
            };
            if value.is_empty() {
                if let (Some(entries), Some(key)) = (entries, &key) {
                    entries.get_mut(key)?.push('\n');
                }
            } else if line.starts_with(char::is_whitespace)
                && let (Some(entries), Some(key)) = (entries, &key)
            {
                let before = entries.get_mut(key)?;
                *before = format!("{before}\n{value}");
            } else if let Some(rest) = value.strip_prefix('[')
                && let Some(end) = rest.rfind(']').filter(|end| *end > 0)
            {
                let name = rest[..end].to_owned();
                if name != "DEFAULT" && sections.insert(name.clone(), Entries::new()).is_some() {
                    return None;
                }
                (section, key) = (Some(name), None);
            } else {
                let at = value.find(['=', ':'])?;
                let (name, value) = (value[..at].trim().to_lowercase(), value[at + 1..].trim());
                let entries = match section.as_deref()? {
                    "DEFAULT" => &mut defaults,
                    name => sections.get_mut(name)?,
                };
                if name.is_empty() || entries.insert(name.clone(), value.to_owned()).is_some() {
                    return None;
                }
                key = Some(name);
            }
        }
        for value in sections.values_mut().chain([&mut defaults]).flat_map(Entries::values_mut) {
            *value = value.trim_end().to_owned();
        }
        for entries in sections.values_mut() {
            for (key, value) in &defaults {
                entries.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        // Interpolation: `%%` is a per cent sign; any other one is a reference or an error.
        for value in sections.values_mut().flat_map(Entries::values_mut) {
            *value = value.replace("%%", "<per cent>").replace('%', "<reference>");
        }
        Some(sections)
    }
}

/// `ini.Load` of Go's gopkg.in/ini.v1, with default options.
mod go {
    use super::Sections;

    pub(super) fn parse(content: &str) -> Option<Sections> {
        let mut sections = Sections::new();
        let mut section = "DEFAULT".to_owned();
        let mut lines = content.split('\n');
        while let Some(line) = lines.next() {
            let line = line.trim_start();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(rest) = line.strip_prefix('[') {
                rest[..rest.rfind(']')?].clone_into(&mut section);
                if section.is_empty() {
                    return None;
                }
                sections.entry(section.clone()).or_default();
                continue;
            }
            let quote = ["\"\"\"", "\"", "`"].into_iter().find(|quote| line.starts_with(quote));
            let (key, value) = if let Some(quote) = quote {
                let rest = &line[quote.len()..];
                let (key, rest) = rest.split_once(quote)?;
                (key, rest.split_once(['=', ':'])?.1)
            } else {
                line.split_once(['=', ':'])?
            };
            let key = key.trim();
            if key.is_empty() {
                return None;
            }
            let value = value_of(value.trim_start(), &mut lines)?;
            sections.entry(section.clone()).or_default().insert(key.to_owned(), value);
        }
        Some(sections)
    }

    fn value_of<'a>(text: &str, lines: &mut impl Iterator<Item = &'a str>) -> Option<String> {
        let multiline = ["\"\"\"", "`"].into_iter().find(|quote| text.starts_with(quote));
        if let Some(quote) = multiline {
            let mut value = text[quote.len()..].to_owned();
            while !value.contains(quote) {
                value = format!("{value}\n{}", lines.next()?);
            }
            return value.rfind(quote).map(|end| value[..end].to_owned());
        }
        let mut value = text.trim().to_owned();
        while let Some(begun) = value.strip_suffix('\\') {
            value = format!("{begun}{}", lines.next().unwrap_or_default().trim());
        }
        if let Some(comment) = value.find(['#', ';']) {
            value = value[..comment].trim().to_owned();
        }
        for quote in ['"', '\''] {
            let inner = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
            if let Some(inner) = inner.map(str::to_owned) {
                value = inner;
            }
        }
        Some(value.replace("%(", "<reference>"))
    }
}

/// `ProfileCredentialProvider` of the Java SDK: two patterns, applied in turn to every line.
mod java {
    use super::{Entries, Identity};

    /// `\s` of Java's patterns.
    fn is_blank(c: char) -> bool {
        matches!(c, ' ' | '\t' | '\u{b}' | '\u{c}')
    }

    /// Sections and credentials are one word in its map.
    pub(super) fn identity(content: &str, section: &str) -> Option<Identity> {
        let mut map = Entries::new();
        let (mut name, mut seen) = (String::new(), false);
        for line in content.replace("\r\n", "\n").split(['\n', '\r']) {
            if let Some(header) = header(line) {
                header.clone_into(&mut name);
                seen |= name == section;
            } else if let Some((key, value)) = entry(line) {
                map.insert(format!("{name}{key}"), value.to_owned());
            }
        }
        let value = |key: &str| map.get(&format!("{section}{key}")).cloned();
        let federates = value("idp_id").is_some() && value("id_token_file").is_some();
        (seen && !federates).then_some((value("ak")?, value("sk")?, value("security_token")))
    }

    /// `^\[([a-z]+)\]\s*`
    fn header(line: &str) -> Option<&str> {
        let (name, rest) = line.strip_prefix('[')?.split_once(']')?;
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
        (is_name && rest.chars().all(is_blank)).then_some(name)
    }

    /// `^(\S+)\s?=\s?(\S+)\s*`, whose first group takes as much as it can.
    fn entry(line: &str) -> Option<(&str, &str)> {
        let is_word = |text: &str| !text.is_empty() && !text.contains(is_blank);
        line.rmatch_indices('=').find_map(|(at, _)| {
            let (before, after) = (&line[..at], &line[at + 1..]);
            let key = before.strip_suffix(is_blank).unwrap_or(before);
            let value = after.strip_prefix(is_blank).unwrap_or(after).trim_end_matches(is_blank);
            (is_word(key) && is_word(value)).then_some((key, value))
        })
    }
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    let good = |text: &'static str| Just(text.to_owned());
    let line = prop_oneof![
        12 => "(ak|sk|security_token)( = |=| =|= )[A-Z][a-z0-9+/]{0,3}=?",
        4 => "(project_id|idp_id|k|cak)( = |=)[a-z/]{0,3}",
        1 => "(sk|security_token)( = |=| =|= )[A=]{1,3}",
        2 => Just(String::new()),
        2 => "[#;] ?(x|\\[basic\\]|ak = C)",
        4 => "\\[(basic|global|other|basica|basi)\\]",
        1 => "\\[(basic|other)\\] ?[#;]",
        1 => good("[DEFAULT]"),
        1 => "[Aa][Kk] ?[=:] ?U",
        1 => "[ \t](ak = V|sk|\\[other\\])",
        1 => "(ak|sk|security_token) {0,2}= {0,2}(\"W\"|'W'|`W|W\\\\|W #|W;|%%W|W W|=|\"\"\"|)",
        1 => "[a-zA-Z=:#;%'\"`\\\\\\[\\] \t\r]{0,8}",
    ];
    prop::collection::vec(line, 0..7)
}

fn files() -> impl Strategy<Value = String> {
    let start = prop_oneof![
        6 => Just("[basic]\nak = A\nsk = B\n"),
        2 => Just("[global]\nak = G\nsk = H\n[other]\n"),
        1 => Just(""),
    ];
    let end = prop_oneof![4 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\r")];
    (start, lines(), end).prop_map(|(start, lines, end)| format!("{start}{}", lines.join(end)))
}

fn check(content: &str) -> bool {
    let Some(expected) = ours(content) else { return false };
    let python = python::parse(content).and_then(|sections| identity(&sections));
    let go = go::parse(content).and_then(|sections| identity(&sections));
    assert_eq!(python.as_ref(), Some(&expected), "Python reads {content:?}");
    assert_eq!(go.as_ref(), Some(&expected), "Go reads {content:?}");
    let section =
        if content.lines().any(|line| line.trim() == "[basic]") { "basic" } else { "global" };
    let java = java::identity(content, section);
    assert_eq!(java.as_ref(), Some(&expected), "Java reads {content:?}");
    true
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn what_is_accepted_has_one_meaning(content in files()) {
        check(&content);
    }
}

/// Checks the models: they differ where the parsers are known to differ.
#[test]
fn the_models_differ_where_the_parsers_do() {
    let basic = "[basic]\nak = A\nsk = S\n";
    let token = |token: &str| Some(("A".to_owned(), "S".to_owned(), Some(token.to_owned())));
    let none = || Some(("A".to_owned(), "S".to_owned(), None));
    for (lines, python, go, java) in [
        ("security_token = T", token("T"), token("T"), token("T")),
        ("[x] # y\nsecurity_token = T", none(), none(), token("T")),
        ("[DEFAULT]\nsecurity_token = T", token("T"), none(), token("T")),
        ("Security_Token = T", token("T"), none(), none()),
        ("security_token: T", token("T"), token("T"), none()),
        ("security_token=T==", token("T=="), token("T=="), none()),
        ("security_token  = T", token("T"), token("T"), none()),
        ("security_token = 'T'", token("'T'"), token("T"), token("'T'")),
        ("security_token = T;x", token("T;x"), token("T"), token("T;x")),
        (
            "  security_token = T",
            Some(("A".into(), "S\nsecurity_token = T".into(), None)),
            token("T"),
            none(),
        ),
        ("security_token = T\\\nU", None, token("TU"), token("T\\")),
        ("[basica]\nk = B", none(), none(), Some(("B".into(), "S".into(), None))),
        (
            "sk = B",
            None,
            Some(("A".into(), "B".into(), None)),
            Some(("A".into(), "B".into(), None)),
        ),
    ] {
        let content = format!("{basic}{lines}");
        let by_python = python::parse(&content).and_then(|sections| identity(&sections));
        let by_go = go::parse(&content).and_then(|sections| identity(&sections));
        assert_eq!(by_python, python, "Python reads {lines:?}");
        assert_eq!(by_go, go, "Go reads {lines:?}");
        assert_eq!(java::identity(&content, "basic"), java, "Java reads {lines:?}");
        assert_eq!(check(&content), python == go && go == java, "{lines:?}");
    }
}
