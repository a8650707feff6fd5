//! Kinds of callers, for limits that depend on them.

/// Kind of credentials with which the caller signs. Some limits depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Caller {
    /// Permanent credentials, or none.
    Permanent,
    /// Temporary credentials, sent with a security token.
    Temporary,
}
