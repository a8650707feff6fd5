//! Which words name a secret, and which are prose.

/// Bytes of a name that are kept; a longer one is recognised by its end.
const KEPT: usize = 40;

/// How the names of secrets end, in lower case and without hyphens and underscores.
const SECRETS: [&[u8]; 16] = [
    b"token",
    b"tokencode",
    b"secret",
    b"secretkey",
    b"secretaccesskey",
    b"secretid",
    b"signingkey",
    b"privatekey",
    b"apikey",
    b"assertion",
    b"samlresponse",
    b"signature",
    b"password",
    b"passwd",
    b"authorization",
    b"cookie",
];
/// Names of secrets that other words end with.
const SECRET_WORDS: [&[u8]; 6] = [b"sk", b"pwd", b"jwt", b"bearer", b"passcode", b"mfacode"];
/// Names that are words of prose as well: a value follows them only behind a separator.
const WORDS: [&[u8]; 12] = [
    b"token",
    b"secret",
    b"sk",
    b"pwd",
    b"jwt",
    b"passcode",
    b"password",
    b"passwd",
    b"signature",
    b"assertion",
    b"authorization",
    b"cookie",
];
/// Names of what is shown, on the line of a secret too.
const PLAIN: [&[u8]; 20] = [
    b"ak",
    b"access",
    b"accesskey",
    b"accesskeyid",
    b"code",
    b"date",
    b"err",
    b"error",
    b"errorcode",
    b"errormsg",
    b"expiresat",
    b"host",
    b"message",
    b"msg",
    b"now",
    b"reason",
    b"region",
    b"requestid",
    b"time",
    b"xsdkdate",
];

/// Words that follow the name of a secret in a sentence about it.
#[rustfmt::skip]
const PROSE: [&str; 113] = [
    "a", "absent", "access", "already", "also", "an", "and", "are", "as", "at", "authentication",
    "bad", "be", "because", "been", "being", "but", "by", "can", "cannot", "check", "code",
    "contains", "could", "decode", "decrypt", "denied", "did", "do", "does", "empty", "error",
    "exceeds", "exist", "exists", "expire", "expired", "expires", "fail", "failed", "fails",
    "failure", "field", "for", "forbidden", "format", "found", "from", "had", "has", "have",
    "header", "headers", "id", "if", "illegal", "in", "incorrect", "invalid", "is", "it", "its",
    "key", "length", "long", "malformed", "may", "mismatch", "missing", "must", "needed", "no",
    "none", "not", "null", "of", "on", "only", "or", "parameter", "present", "rejected", "required",
    "revoked", "sent", "should", "short", "signed", "than", "that", "the", "this", "to", "too",
    "unknown", "unset", "unsupported", "update", "updated", "used", "valid", "value", "verification",
    "verify", "was", "were", "when", "which", "will", "with", "without", "wrong", "you",
];
/// Words between a name and its value.
const LINKS: [&str; 9] = ["is", "was", "are", "were", "equals", "reads", "read", "为", "是"];

/// The end of a word, in lower case and without hyphens and underscores. On the stack, for the word
/// may be a secret itself.
#[derive(Clone, Copy)]
pub(super) struct Name {
    bytes: [u8; KEPT],
    /// Where the text in `bytes` begins.
    start: usize,
}

impl Default for Name {
    fn default() -> Self {
        Self { bytes: [0; KEPT], start: KEPT }
    }
}

impl Name {
    pub(super) fn of(word: &str) -> Self {
        let mut name = Self::default();
        name.prepend(word.bytes().filter(u8::is_ascii_alphanumeric).rev());
        name
    }

    /// The name that both words make.
    pub(super) fn followed_by(&self, last: &Self) -> Self {
        let mut joined = *last;
        joined.prepend(self.as_bytes().iter().rev().copied());
        joined
    }

    fn prepend(&mut self, backwards: impl Iterator<Item = u8>) {
        for byte in backwards {
            let Some(place) = self.start.checked_sub(1).and_then(|at| self.bytes.get_mut(at))
            else {
                return;
            };
            *place = byte.to_ascii_lowercase();
            self.start -= 1;
        }
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Whether a secret has this name.
    pub(super) fn is_secret(&self) -> bool {
        let name = self.as_bytes();
        SECRETS.iter().any(|end| name.ends_with(end)) || SECRET_WORDS.contains(&name)
    }

    /// Whether it is a name only, and no word of prose.
    pub(super) fn is_specific(&self) -> bool {
        self.is_secret() && !WORDS.contains(&self.as_bytes())
    }
}

pub(super) fn is_plain_name(name: &Name) -> bool {
    PLAIN.contains(&name.as_bytes())
}

/// Whether `word` is one that a sentence about a secret goes on with.
pub(super) fn is_prose(word: &str) -> bool {
    PROSE.iter().any(|prose| word.eq_ignore_ascii_case(prose))
}

/// The length of a word between a name and its value.
pub(super) fn links(here: &str) -> Option<usize> {
    let is_link = |link: &&&str| {
        let Some((head, rest)) = here.split_at_checked(link.len()) else {
            return false;
        };
        let is_over = !link.is_ascii()
            || rest.starts_with(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
        head.eq_ignore_ascii_case(link) && is_over
    };
    LINKS.iter().find(is_link).map(|link| link.len())
}
