//! What is signed, as a text that can be shown.

mod difference;

use std::fmt;

pub use self::difference::Difference;
use crate::canonical_request::CanonicalRequest;
use crate::hash::Hash;
use crate::sink::readable;
use crate::string_to_sign::StringToSign;

/// The canonical request and the string to sign of a request, with secrets left out.
///
/// Values of security tokens and of headers marked sensitive read `[redacted]`; the hash in the
/// string to sign is that of the real ones. `Display` shows both texts.
///
/// A gateway that refuses a signature may echo the canonical request it computed, with `|` in
/// place of line feeds. Holding the two against each other names the mistake:
///
/// ```
/// # use sts_sign::Signer;
/// # let now = time::macros::datetime!(2026-03-05 07:08:09 UTC);
/// let signer = Signer::from_parts("HSTEXAMPLE0000000001", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z")?;
/// let request = http::Request::get("https://a.example.com/v5/caller-identity").body("")?;
///
/// let echo = "verify aksk signature fail, canonicalRequest:GET|/v5/caller-identity/||\
///             host:b.example.com|x-sdk-date:20260305T070809Z||host;x-sdk-date|e3b0c442";
/// let difference = signer.explain(&request, now)?.first_difference(echo);
/// assert_eq!(
///     difference.map(|difference| difference.to_string()).as_deref(),
///     Some(r#"host signed as "a.example.com", gateway saw "b.example.com""#),
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
    pub(crate) fn new(request: &CanonicalRequest<'_>, text: &StringToSign<'_>, hash: Hash) -> Self {
        Self { canonical_request: readable(request), string_to_sign: readable(text), hash }
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

    /// The first difference between this canonical request and the one in `echo`, the message of
    /// a gateway; `None` when none can be seen.
    ///
    /// The parts are separated by `|` or by line feeds, and words may stand before and after.
    /// Values of secrets may be redacted in `echo`; then they are taken as equal. When they are
    /// not, they are compared, but never shown.
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
