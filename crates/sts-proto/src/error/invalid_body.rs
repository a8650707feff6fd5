//! Why a 2xx is no success.

use std::fmt;

/// Why the body of a 2xx did not decode. It holds no value of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidBody {
    /// There is no body, as in a 204.
    Empty,
    /// The body is no JSON from here on; HTML of a proxy, for one. Lines count from 1, columns in
    /// bytes.
    #[non_exhaustive]
    NotJson {
        /// The line.
        line: usize,
        /// The byte in the line.
        column: usize,
    },
    /// The body is JSON that ends in the middle.
    #[non_exhaustive]
    Truncated {
        /// The line it ends in.
        line: usize,
        /// The byte it ends at.
        column: usize,
    },
    /// The body is JSON, but no object.
    NotAnObject,
    /// A field that is mandatory is not there.
    #[non_exhaustive]
    MissingField {
        /// Where it should stand, as in `credentials.expiration`.
        path: String,
    },
    /// A field has another type or form than documented, or stands there twice. Credentials that
    /// cannot sign count as well: an empty part, or one that no header can hold.
    #[non_exhaustive]
    WrongField {
        /// Where it stands, as in `credentials.expiration`.
        path: String,
    },
}

impl fmt::Display for InvalidBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the body is empty"),
            Self::NotJson { line, column } => {
                write!(f, "the body is no JSON at line {line} column {column}")
            }
            Self::Truncated { line, column } => {
                write!(f, "the body is cut off at line {line} column {column}")
            }
            Self::NotAnObject => f.write_str("the body is no JSON object"),
            Self::MissingField { path } => write!(f, "the field {path} is missing"),
            Self::WrongField { path } => write!(f, "the field {path} is not of the expected form"),
        }
    }
}
