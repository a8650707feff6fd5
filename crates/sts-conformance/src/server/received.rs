//! Received requests.

/// A received request.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Request line and headers, including the final empty line.
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) const fn new(head: String, body: Vec<u8>) -> Self {
        Self { head, body }
    }

    /// Returns method, target and version as sent.
    pub(crate) fn request_line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// Returns the target as sent.
    pub(crate) fn target(&self) -> &str {
        self.request_line().split(' ').nth(1).unwrap_or_default()
    }

    /// Returns names and values of the headers.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.head.lines().skip(1);
        lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name, value.trim()))
    }

    /// Returns all values of a header; the name is case-insensitive.
    pub(crate) fn values<'a>(&'a self, name: &str) -> Vec<&'a str> {
        let named =
            |(found, value): (&str, &'a str)| found.eq_ignore_ascii_case(name).then_some(value);
        self.headers().filter_map(named).collect()
    }

    /// Returns the value of a header that occurs exactly once.
    pub(crate) fn value<'a>(&'a self, name: &str) -> Option<&'a str> {
        match self.values(name).as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }
}
