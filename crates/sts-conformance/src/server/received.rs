//! A request as it arrived.

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Request line and headers, with the empty line at their end.
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) const fn new(head: String, body: Vec<u8>) -> Self {
        Self { head, body }
    }

    /// Method, target and version, as written.
    pub(crate) fn request_line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// The target, as written.
    pub(crate) fn target(&self) -> &str {
        self.request_line().split(' ').nth(1).unwrap_or_default()
    }

    /// Names and values as they arrived.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.head.lines().skip(1);
        lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name, value.trim()))
    }

    /// All values of a header, by its name in any case.
    pub(crate) fn values<'a>(&'a self, name: &str) -> Vec<&'a str> {
        let named =
            |(found, value): (&str, &'a str)| found.eq_ignore_ascii_case(name).then_some(value);
        self.headers().filter_map(named).collect()
    }

    /// The only value of a header, or `None` if there is none, or more than one.
    pub(crate) fn value<'a>(&'a self, name: &str) -> Option<&'a str> {
        match self.values(name).as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }
}
