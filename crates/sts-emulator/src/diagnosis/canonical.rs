//! A canonical request in parts.

use std::fmt;

use http::HeaderMap;

/// Replacement for the value of a secret header.
const REDACTED: &str = "[redacted]";

/// The parts of a canonical request, each of which may be wrong.
#[derive(Clone)]
pub(super) struct Canonical {
    pub(super) method: String,
    pub(super) uri: String,
    pub(super) query: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) signed_headers: String,
    pub(super) payload: String,
    /// What follows the last header.
    pub(super) after_headers: &'static str,
    pub(super) line_end: &'static str,
    pub(super) end: &'static str,
}

impl Canonical {
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let (method, uri, query) = (lines.next()?, lines.next()?, lines.next()?);
        let headers = lines.by_ref().take_while(|line| !line.is_empty());
        let pair = |line: &str| {
            line.split_once(':').map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        let headers = headers.map(pair).collect::<Option<_>>()?;
        Some(Self {
            method: method.to_owned(),
            uri: uri.to_owned(),
            query: query.to_owned(),
            headers,
            signed_headers: lines.next()?.to_owned(),
            payload: lines.next()?.to_owned(),
            after_headers: "\n",
            line_end: "\n",
            end: "",
        })
    }

    /// Replaces redacted values by those of the request.
    pub(super) fn with_secrets(&self, headers: &HeaderMap) -> Self {
        let mut canonical = self.clone();
        for (name, value) in &mut canonical.headers {
            if value == REDACTED
                && let Some(secret) = headers.get(name.as_str()).and_then(|v| v.to_str().ok())
            {
                secret.trim().clone_into(value);
            }
        }
        canonical
    }

    pub(super) fn header(&mut self, name: &str) -> Option<&mut String> {
        self.headers.iter_mut().find(|(other, _)| other == name).map(|(_, value)| value)
    }
}

impl fmt::Display for Canonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.line_end;
        write!(f, "{}{end}{}{end}{}{end}", self.method, self.uri, self.query)?;
        for (name, value) in &self.headers {
            write!(f, "{name}:{value}{end}")?;
        }
        if !self.after_headers.is_empty() {
            f.write_str(end)?;
        }
        write!(f, "{}{end}{}{}", self.signed_headers, self.payload, self.end)
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
