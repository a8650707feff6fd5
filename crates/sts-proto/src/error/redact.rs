//! Takes secrets out of text that others wrote.
//!
//! A secret is found by the name in front of it, in any spelling and with any separator, or by its
//! own form: a JWT, or a long run of base64. What follows a name is kept only if it is a word of
//! ordinary prose, so that an unknown form hides too much rather than too little.

mod names;

use self::names::{Name, is_plain_name, is_prose, links};

/// Bytes from which on a word is taken for a token, on a line that names one.
const SHORTEST_TOKEN: usize = 20;
/// Bytes from which on a run of base64 with digits and both cases is taken for a secret.
const SHORTEST_RUN: usize = 32;
/// Bytes from which on a hex number is taken for a secret. Request and account ids have 32.
const SHORTEST_HEX: usize = 40;
/// Hex digits of a SHA-256, which payload hashes have.
const HASH: usize = 64;

/// A piece of a text.
pub(super) enum Piece<'a> {
    /// To be shown.
    Plain(&'a str),
    /// A secret stood here.
    Secret,
}

/// Splits a text into what may be shown and the places of secrets.
pub(super) struct Redacted<'a> {
    rest: &'a str,
    state: State,
    /// Whether long runs of base64 are secrets wherever they stand.
    with_runs: bool,
    /// The character in front of `rest`.
    before: Option<char>,
    /// The kind of the last word on this line.
    word: Word,
    /// The last word in front of one blank, for names such as `security token`.
    joined: Name,
    /// Whether the last name is one that prose does not use.
    is_specific: bool,
    is_secret_next: bool,
}

/// What the line told so far.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// No secret is named on this line.
    Unnamed,
    /// A name ends here; quotes, brackets and blanks may stand behind it.
    Named { is_quoted: bool, has_blank: bool, is_open: bool },
    /// The value of a name begins here.
    Value(Extent, Option<char>),
    /// A name was part of a sentence on this line.
    Sentence,
}

/// How far a value reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Word,
    Line {
        may_be_prose: bool,
    },
    /// The end of a quoted value depends on how often it is escaped.
    Rest,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    None,
    Prose,
    /// The name of something that is shown.
    PlainName,
    Other,
}

impl<'a> Redacted<'a> {
    /// Names and JWTs only, for texts that are ids or may be.
    pub(super) fn names(text: &'a str) -> Self {
        Self {
            rest: text,
            state: State::Unnamed,
            with_runs: false,
            before: None,
            word: Word::None,
            joined: Name::default(),
            is_specific: false,
            is_secret_next: false,
        }
    }

    /// Long runs of base64 as well, for text that a person reads.
    pub(super) fn prose(text: &'a str) -> Self {
        Self { with_runs: true, ..Self::names(text) }
    }

    /// Bytes of the secret at the beginning of `here`, or how many bytes to pass over.
    fn step(&mut self, here: &str, c: char) -> Step {
        if c == '|' || (is_line_end(c) && !matches!(self.state, State::Value(..))) {
            (self.state, self.word) = (State::Unnamed, Word::None);
            self.joined = Name::default();
            return Step::Pass(c.len_utf8());
        }
        if let State::Value(extent, quote) = self.state {
            return self.value(here, c, extent, quote);
        }
        if let State::Named { .. } = self.state
            && let Some(step) = self.behind_name(here, c)
        {
            return step;
        }
        if self.state == State::Sentence
            && let Some(length) = separator(here)
            && self.separates(here, length)
        {
            self.state = State::Value(Extent::Word, None);
            return Step::Pass(length);
        }
        if is_of_token(c) && !self.before.is_some_and(is_of_name) {
            return self.word(here);
        }
        if !is_of_token(c) && c != ' ' {
            self.joined = Name::default();
        }
        Step::Pass(c.len_utf8())
    }

    /// A word in a sentence, or one that may begin one.
    fn word(&mut self, here: &str) -> Step {
        if let Some(length) = jwt(here) {
            return Step::Secret(length);
        }
        let word = run(here, is_of_name);
        let name = Name::of(word);
        // What stands in the middle of a token was looked at with its beginning.
        let is_begin = !name.is_secret() && !self.before.is_some_and(is_of_token);
        let token = if is_begin { run(here, is_of_token) } else { "" };
        let is_listed = self.before == Some(';') && token.bytes().all(is_of_header_name);
        let is_long = self.state == State::Sentence
            && token.len() >= SHORTEST_TOKEN
            && self.word != Word::PlainName
            && !is_listed;
        if is_long || (self.with_runs && is_run(token)) {
            // The parts of a JWT behind the first one have no mark of their own.
            let token = run(here, |c| is_of_token(c) || c == '.').trim_end_matches('.');
            return Step::Secret(with_named(line_of(here), token.len()));
        }
        if word.is_empty() {
            return Step::Pass(1);
        }
        let joined = self.joined.followed_by(&name);
        self.joined = if here.get(word.len()..).is_some_and(|rest| rest.starts_with(' ')) {
            joined
        } else {
            Name::default()
        };
        self.word = if is_prose(word) {
            Word::Prose
        } else if is_plain_name(&name) {
            Word::PlainName
        } else {
            Word::Other
        };
        if name.is_secret() || joined.is_secret() {
            self.word = Word::Prose;
            self.is_specific = name.is_specific();
            self.state = State::Named { is_quoted: false, has_blank: false, is_open: false };
        }
        Step::Pass(word.len())
    }

    /// What stands between a name and its value; `None` if that is for others to judge.
    fn behind_name(&mut self, here: &str, c: char) -> Option<Step> {
        let State::Named { mut is_quoted, mut has_blank, mut is_open } = self.state else {
            return None;
        };
        if let Some(length) = separator(here).or_else(|| dash(here)) {
            let after = here.get(length..).unwrap_or_default();
            let may_be_prose = c == ':' && after.starts_with(char::is_whitespace);
            let extent = if is_quoted { Extent::Rest } else { Extent::Line { may_be_prose } };
            self.state = State::Value(extent, None);
            return Some(Step::Pass(length));
        }
        if let Some(length) = quote(here) {
            (is_quoted, is_open) = (is_quoted || !has_blank, is_open || has_blank);
            self.state = State::Named { is_quoted, has_blank, is_open };
            return Some(Step::Pass(length));
        }
        if is_blank(c) || is_bracket(c) {
            has_blank |= is_blank(c);
            is_open |= "([{<".contains(c);
            self.state = State::Named { is_quoted, has_blank, is_open };
            return Some(Step::Pass(c.len_utf8()));
        }
        if let Some(length) = links(here) {
            self.state = State::Value(Extent::Word, None);
            return Some(Step::Pass(length));
        }
        let word = run(here, is_of_name);
        let is_value = is_open || (has_blank && self.is_specific);
        let is_begun = is_of_token(c) && !is_prose(word) && !Name::of(word).is_secret();
        if is_value && is_begun {
            self.state = State::Value(Extent::Word, None);
            return Some(self.value(here, c, Extent::Word, None));
        }
        self.state = State::Sentence;
        None
    }

    /// The value itself, or what stands in front of it.
    fn value(&mut self, here: &str, c: char, extent: Extent, opened: Option<char>) -> Step {
        if let Some(length) = separator(here).or_else(|| quote(here)) {
            let opened = if "\"'`".contains(c) { Some(c) } else { opened };
            self.state = State::Value(extent, opened);
            return Step::Pass(length);
        }
        if is_blank(c) || is_line_end(c) || is_bracket(c) {
            return Step::Pass(c.len_utf8());
        }
        let word = run(here, is_of_name);
        let may_be_prose = extent == Extent::Word || extent == Extent::Line { may_be_prose: true };
        let name = Name::of(word);
        let is_name = opened.is_none() && (name.is_secret() || is_plain_name(&name));
        // `its assertion is encrypted`: of a word of prose something may be said.
        let is_said = extent == Extent::Word
            && opened.is_none()
            && !self.is_specific
            && is_like_prose(run(here, is_of_token));
        if may_be_prose && (is_prose(word) || is_name || is_said) {
            self.state = State::Sentence;
            return self.word(here);
        }
        self.state = State::Sentence;
        let line = line_of(here);
        Step::Secret(match extent {
            Extent::Rest => here.len(),
            Extent::Line { .. } => line.len(),
            Extent::Word => with_named(line, word_length(line, opened)),
        })
    }

    /// Whether a separator in a sentence may stand in front of the secret that the sentence names.
    fn separates(&self, here: &str, length: usize) -> bool {
        let after = here.get(length..).unwrap_or_default();
        match self.word {
            Word::PlainName | Word::None => false,
            Word::Prose => true,
            Word::Other => {
                !here.starts_with(':') || after.starts_with(|c| is_blank(c) || "\"'".contains(c))
            }
        }
    }
}

enum Step {
    /// So many bytes are shown.
    Pass(usize),
    /// So many bytes are not.
    Secret(usize),
}

impl<'a> Iterator for Redacted<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if std::mem::take(&mut self.is_secret_next) {
            return Some(Piece::Secret);
        }
        let text = self.rest;
        let mut at = 0;
        while let Some((here, c)) = text.get(at..).and_then(|t| Some((t, t.chars().next()?))) {
            let length = match self.step(here, c) {
                Step::Pass(length) => length,
                Step::Secret(length) => {
                    self.rest = here.get(length..).unwrap_or_default();
                    self.before = here.get(..length).and_then(|secret| secret.chars().last());
                    self.word = Word::Other;
                    self.is_secret_next = true;
                    return Some(Piece::Plain(text.get(..at).unwrap_or_default()));
                }
            };
            let passed = here.get(..length).unwrap_or(here);
            self.before = passed.chars().last();
            at += passed.len().max(1);
        }
        self.rest = "";
        (!text.is_empty()).then_some(Piece::Plain(text))
    }
}

fn run(text: &str, is_of_run: impl Fn(char) -> bool) -> &str {
    text.split(|c| !is_of_run(c)).next().unwrap_or_default()
}

/// The first `length` bytes; or all of the line if another secret is named in them.
fn with_named(line: &str, length: usize) -> usize {
    let secret = line.get(..length).unwrap_or_default();
    let mut words = secret.split(|c| !is_of_name(c));
    if words.any(|word| Name::of(word).is_secret()) { line.len() } else { length }
}

fn line_of(here: &str) -> &str {
    run(here, |c| c != '|' && !is_line_end(c))
}

/// A value in a sentence ends with its quote, or with white space and punctuation.
fn word_length(line: &str, opened: Option<char>) -> usize {
    if let Some(quote) = opened {
        return line.find(quote).unwrap_or(line.len());
    }
    let word = run(line, |c| !c.is_whitespace() && !"\"'`<>,;)]}".contains(c));
    let trimmed = word.trim_end_matches(['.', ':', '!', '?', '\\']);
    if trimmed.is_empty() { word.len().max(1) } else { trimmed.len() }
}

/// The length of a JSON web token at the beginning of `here`. All begin with `{"`.
fn jwt(here: &str) -> Option<usize> {
    let token = run(here, |c| c.is_ascii_alphanumeric() || "_-.=".contains(c));
    (token.starts_with("eyJ") && token.len() >= 12).then(|| token.trim_end_matches('.').len())
}

/// Whether a word has the form of a key, a token or a signature.
fn is_run(word: &str) -> bool {
    let has = |is: fn(&u8) -> bool| word.as_bytes().iter().any(is);
    let is_hex = |part: &str| {
        part.len() >= SHORTEST_HEX
            && part.len() != HASH
            && part.bytes().all(|b| b.is_ascii_hexdigit())
    };
    if word.split(|c: char| !c.is_ascii_alphanumeric()).any(is_hex) {
        return true;
    }
    word.len() >= SHORTEST_RUN
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
}

/// Whether a word may be one of a language.
fn is_like_prose(word: &str) -> bool {
    word.len() <= 16 && word.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn is_of_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+/=-_%".contains(c)
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

fn is_of_header_name(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

const fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

/// White space, and characters that are not seen.
fn is_blank(c: char) -> bool {
    (c.is_whitespace() && !is_line_end(c))
        || (c.is_control() && !is_line_end(c))
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}')
        || matches!(c, '\u{2060}'..='\u{2069}' | '\u{61c}')
}

fn is_bracket(c: char) -> bool {
    "()[]{}<".contains(c)
}

/// Escaped forms are those of JSON, URLs and HTML.
fn quote(here: &str) -> Option<usize> {
    const QUOTES: [&str; 14] = [
        "\"", "'", "`", "\\u0022", "\\u0027", "\\", "%22", "%27", "&quot;", "&#34;", "&#39;",
        "&apos;", "\u{201c}", "\u{201d}",
    ];
    QUOTES.iter().find(|quote| here.starts_with(**quote)).map(|quote| quote.len())
}

fn separator(here: &str) -> Option<usize> {
    const SEPARATORS: [&str; 14] = [
        ":", "=", ">", "\\u003d", "\\u003D", "\\u003a", "\\u003A", "%3D", "%3d", "%3A", "%3a",
        "->", "\u{ff1a}", "\u{ff1d}",
    ];
    SEPARATORS.iter().find(|separator| here.starts_with(**separator)).map(|found| found.len())
}

/// A dash with a blank behind it.
fn dash(here: &str) -> Option<usize> {
    ["- ", "\u{2013} ", "\u{2014} "].iter().find(|dash| here.starts_with(**dash)).map(|d| d.len())
}
