//! Selection of the headers to sign.

use std::sync::Arc;

use http::HeaderName;
use http::header::{CONTENT_TYPE, HOST};

pub(crate) static X_SDK_DATE: HeaderName = HeaderName::from_static("x-sdk-date");
pub(crate) static X_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-security-token");
pub(crate) static X_SDK_CONTENT_SHA256: HeaderName =
    HeaderName::from_static("x-sdk-content-sha256");
pub(crate) static X_SDK_CONTENT_SM3: HeaderName = HeaderName::from_static("x-sdk-content-sm3");

/// Selection of the headers that a [`Signer`](crate::Signer) signs.
///
/// `Host`, `X-Sdk-Date`, `Content-Type`, `X-Security-Token` and the header that marks an unsigned
/// payload are always signed if present. A signed header must arrive unchanged: do not sign headers
/// that HTTP libraries or proxies add or change, such as `User-Agent`, `Content-Length`, `Accept`
/// and `Connection`. Names with `_` are never signed, because gateways drop such headers.
#[derive(Clone, Debug, Default)]
pub struct SignedHeaders(Choice);

#[derive(Clone, Debug)]
enum Choice {
    DefaultAnd(Arc<[HeaderName]>),
    All,
}

impl Default for Choice {
    fn default() -> Self {
        Self::DefaultAnd(Arc::default())
    }
}

impl SignedHeaders {
    /// Selects the default headers and those in `names`.
    #[must_use]
    pub fn default_and(names: impl IntoIterator<Item = HeaderName>) -> Self {
        Self(Choice::DefaultAnd(names.into_iter().collect()))
    }

    /// Selects all headers that a request has when it is signed.
    #[must_use]
    pub const fn all() -> Self {
        Self(Choice::All)
    }

    pub(crate) fn include(&self, name: &HeaderName) -> bool {
        if *name == CONTENT_TYPE || *name == HOST {
            return true;
        }
        let is_chosen = match &self.0 {
            Choice::DefaultAnd(names) => names.contains(name),
            Choice::All => true,
        };
        is_chosen && !name.as_str().contains('_')
    }
}
