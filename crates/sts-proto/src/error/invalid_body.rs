//! Errors in the body of a response or a request.

use std::fmt;

/// Error returned when the body of a response or a request fails to decode. It does not contain
/// values from the body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidBody {
    /// Empty body, as in a 204.
    Empty,
    /// Invalid JSON, such as HTML of a proxy.
    #[non_exhaustive]
    NotJson {
        /// Line, counted from 1.
        line: usize,
        /// Position in the line, in bytes.
        column: usize,
    },
    /// Truncated JSON.
    #[non_exhaustive]
    Truncated {
        /// Line of the end, counted from 1.
        line: usize,
        /// Position of the end in the line, in bytes.
        column: usize,
    },
    /// JSON that is not an object.
    NotAnObject,
    /// Missing mandatory field.
    #[non_exhaustive]
    MissingField {
        /// Path of the field, as in `credentials.expiration`.
        path: String,
    },
    /// Duplicate field, or a field with an unexpected type or format. This includes credentials
    /// that cannot sign: empty ones, and ones that an HTTP header cannot contain.
    #[non_exhaustive]
    InvalidField {
        /// Path of the field, as in `credentials.expiration`.
        path: String,
    },
}

impl std::error::Error for InvalidBody {}

impl fmt::Display for InvalidBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty body"),
            Self::NotJson { line, column } => {
                write!(f, "body is not valid JSON (line {line}, column {column})")
            }
            Self::Truncated { line, column } => {
                write!(f, "body is truncated (line {line}, column {column})")
            }
            Self::NotAnObject => f.write_str("body is not a JSON object"),
            Self::MissingField { path } => write!(f, "missing field {path}"),
            Self::InvalidField { path } => write!(f, "invalid or duplicate field {path}"),
        }
    }
}
