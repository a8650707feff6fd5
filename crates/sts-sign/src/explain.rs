//! What is signed, as a text that can be shown.

use std::fmt;

use crate::canonical_request::CanonicalRequest;
use crate::sink;
use crate::string_to_sign::StringToSign;

/// The canonical request and the string to sign of a request, with secrets left out.
///
/// Values of security tokens and of headers marked sensitive read `[redacted]`; the hash in the
/// string to sign is that of the real ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    canonical_request: String,
    string_to_sign: String,
}

impl Explanation {
    pub(crate) fn of(request: &CanonicalRequest<'_>, text: &StringToSign<'_>) -> Self {
        Self { canonical_request: sink::readable(request), string_to_sign: sink::readable(text) }
    }

    /// The six parts of the canonical request.
    #[must_use]
    pub fn canonical_request(&self) -> &str {
        &self.canonical_request
    }

    /// The string that the signature is computed over.
    #[must_use]
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (request, text) = (&self.canonical_request, &self.string_to_sign);
        write!(f, "canonical request:\n{request}\nstring to sign:\n{text}")
    }
}
