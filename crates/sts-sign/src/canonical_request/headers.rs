//! Canonical headers: one line per header, sorted by name, and the list of names.

use http::HeaderValue;

use crate::sink::Sink;

/// Returns whether a header is known to contain a secret. `name` is in lower case.
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

/// Signed headers of a request.
pub(crate) struct CanonicalHeaders<'a>(Vec<CanonicalHeader<'a>>);

struct CanonicalHeader<'a> {
    /// Name in lower case.
    name: &'a str,
    /// Value without surrounding white space.
    value: &'a [u8],
    is_sensitive: bool,
}

/// Header that cannot be signed.
pub(crate) enum Unsignable<'a> {
    /// The value is not visible ASCII.
    Value(&'a str),
    /// The header has several values.
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
        self.add_text(name, text.as_bytes(), value.is_sensitive());
        Ok(())
    }

    /// Adds a header that the signer sets.
    pub(crate) fn add_own(&mut self, name: &'a str, value: &'a [u8]) {
        self.add_text(name, value, false);
    }

    fn add_text(&mut self, name: &'a str, value: &'a [u8], is_sensitive: bool) {
        self.0.push(CanonicalHeader { name, value: value.trim_ascii(), is_sensitive });
    }

    /// Sorts the headers and rejects duplicates.
    pub(crate) fn sort(&mut self) -> Result<(), Unsignable<'a>> {
        self.0.sort_unstable_by(|a, b| a.name.cmp(b.name));
        let mut pairs = self.0.iter().zip(self.0.iter().skip(1));
        match pairs.find(|(a, b)| a.name == b.name) {
            Some((header, _)) => Err(Unsignable::Repeated(header.name)),
            None => Ok(()),
        }
    }

    /// Returns the names in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().map(|header| header.name)
    }

    /// Writes a line `name:value` per header.
    pub(super) fn write_lines(&self, sink: &mut impl Sink) {
        for header in &self.0 {
            sink.write(header.name.as_bytes());
            sink.write(b":");
            sink.write_value(header.value, || header.is_sensitive || is_secret(header.name));
            sink.write(b"\n");
        }
    }

    /// Writes the names, separated by semicolons.
    pub(crate) fn write_names(&self, sink: &mut impl Sink) {
        for (index, name) in self.names().enumerate() {
            if index > 0 {
                sink.write(b";");
            }
            sink.write(name.as_bytes());
        }
    }
}
