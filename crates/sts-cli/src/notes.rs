//! Notes on standard error.

/// Where notes about a call go.
pub(crate) trait Notes {
    /// Prints a line to standard error, with `--verbose`.
    fn note(&self, line: impl FnOnce() -> String);
}
