//! The canonical headers: one line each, sorted by name, and the list of their names.

use http::HeaderValue;

use crate::sink::Sink;

/// Whether the values of a header are secrets, marked so or not. `name` is in lower case.
pub(crate) fn is_secret(name: &str) -> bool {
    const PARTS: [&str; 8] = [
        "token",
        "secret",
        "password",
        "cookie",
        "authorization",
        "credential",
        "api-key",
        "apikey",
    ];
    PARTS.iter().any(|part| name.contains(part))
}

/// The signed headers of a request.
pub(crate) struct CanonicalHeaders<'a>(Vec<CanonicalHeader<'a>>);

struct CanonicalHeader<'a> {
    /// In lower case.
    name: &'a str,
    /// Without white space at its ends.
    value: &'a [u8],
    is_secret: bool,
}

/// A header that cannot be signed.
pub(crate) enum Unsignable<'a> {
    /// Its value is not visible ASCII.
    Value(&'a str),
    /// It has several values, and signers differ about those.
    Repeated(&'a str),
}

impl<'a> CanonicalHeaders<'a> {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// Adds a header of the request.
    pub(crate) fn add(
        &mut self,
        name: &'a str,
        value: &'a HeaderValue,
    ) -> Result<(), Unsignable<'a>> {
        let text = value.to_str().map_err(|_| Unsignable::Value(name))?;
        let is_secret = value.is_sensitive() || is_secret(name);
        self.add_text(name, text.as_bytes(), is_secret);
        Ok(())
    }

    /// Adds a header that the signer sets, and that is a secret.
    pub(crate) fn add_secret(&mut self, name: &'a str, value: &'a [u8]) {
        self.add_text(name, value, true);
    }

    /// Adds a header that the signer sets, and that is none.
    pub(crate) fn add_plain(&mut self, name: &'a str, value: &'a [u8]) {
        self.add_text(name, value, false);
    }

    fn add_text(&mut self, name: &'a str, value: &'a [u8], is_secret: bool) {
        self.0.push(CanonicalHeader { name, value: value.trim_ascii(), is_secret });
    }

    /// Brings the headers into order when all were added.
    pub(crate) fn sort(&mut self) -> Result<(), Unsignable<'a>> {
        self.0.sort_unstable_by(|a, b| a.name.cmp(b.name));
        let mut pairs = self.0.iter().zip(self.0.iter().skip(1));
        match pairs.find(|(a, b)| a.name == b.name) {
            Some((header, _)) => Err(Unsignable::Repeated(header.name)),
            None => Ok(()),
        }
    }

    /// The names in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().map(|header| header.name)
    }

    /// Writes `name:value` and a line feed for each.
    pub(super) fn write_lines(&self, sink: &mut impl Sink) {
        for header in &self.0 {
            sink.write(header.name.as_bytes());
            sink.write(b":");
            if header.is_secret {
                sink.write_secret(header.value);
            } else {
                sink.write(header.value);
            }
            sink.write(b"\n");
        }
    }

    /// Writes the names with semicolons between.
    pub(crate) fn write_names(&self, sink: &mut impl Sink) {
        for (index, name) in self.names().enumerate() {
            if index > 0 {
                sink.write(b";");
            }
            sink.write(name.as_bytes());
        }
    }
}
