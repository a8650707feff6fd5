//! Redacted canonical request and string to sign, for debugging.

mod difference;

use std::fmt;

pub use self::difference::Difference;
use crate::canonical_request::CanonicalRequest;
use crate::hash::Hash;
use crate::sink::readable;
use crate::string_to_sign::StringToSign;

/// Redacted canonical request and string to sign of a request.
///
/// Values of secret and sensitive headers are replaced by `[redacted]`, those of query parameters are
/// not. The hash in the string to sign covers the actual values. `Display` shows both texts.
///
/// A gateway that rejects a signature may echo its canonical request with `|` instead of line
/// feeds. Compare both to find the cause:
///
/// ```
/// use sts_sign::Signer;
/// use time::macros::datetime;
///
/// let now = datetime!(2026-03-05 07:08:09 UTC);
/// let signer = Signer::from_parts("HSTEXAMPLE0000000001", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z")?;
/// let request = http::Request::get("https://a.example.com/v5/caller-identity").body("")?;
///
/// let echo = "verify aksk signature fail, canonicalRequest:GET|/v5/caller-identity/||\
///             host:b.example.com|x-sdk-date:20260305T070809Z||host;x-sdk-date|e3b0c442";
/// let difference = signer.explain(&request, now)?.first_difference(echo);
/// assert_eq!(
///     difference.map(|difference| difference.to_string()).as_deref(),
///     Some(r#"host signed as "a.example.com", gateway received "b.example.com""#),
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    canonical_request: String,
    string_to_sign: String,
    hash: Hash,
}

impl Explanation {
    pub(crate) fn new(request: &CanonicalRequest<'_>, text: &StringToSign, hash: Hash) -> Self {
        Self { canonical_request: readable(request), string_to_sign: readable(text), hash }
    }

    /// Returns the canonical request.
    #[must_use]
    pub fn canonical_request(&self) -> &str {
        &self.canonical_request
    }

    /// Returns the string to sign.
    #[must_use]
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }

    /// Returns the first difference between this canonical request and the one in `echo`, a
    /// message of a gateway, or `None` if no difference is visible or `echo` does not contain one.
    ///
    /// The lines in `echo` are separated by `|` or line feeds. Text before and after is ignored.
    /// Redacted values count as equal. Other secret values, and queries with a parameter whose name is
    /// that of a secret, are compared, but never shown.
    #[must_use]
    pub fn first_difference(&self, echo: &str) -> Option<Difference> {
        Difference::first(self, echo)
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (request, text) = (&self.canonical_request, &self.string_to_sign);
        write!(f, "canonical request:\n{request}\nstring to sign:\n{text}")
    }
}
