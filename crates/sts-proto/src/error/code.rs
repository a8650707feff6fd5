//! Error codes of the service.

use std::convert::Infallible;
use std::str::FromStr;

use super::text;
use crate::text_type::text_type;

/// Maximum length in bytes; longer codes are truncated. The known ones have ten characters.
const LIMIT: usize = 128;

/// An error code of the service, such as `STS5.1106`.
///
/// A complete list of codes is not published, so unknown ones are to be expected; they are kept
/// unchanged. A code that is a number in the response is kept as its digits. With serde, a code is
/// a string.
///
/// ```
/// use sts_proto::{CodeFamily, ErrorCode};
///
/// let code = ErrorCode::from("APIG.0301");
/// assert_eq!((code.family(), code.number()), (CodeFamily::Gateway, Some(301)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ErrorCode(Box<str>);

impl ErrorCode {
    /// Returns the code of a response, redacted unless it has the form of a code.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text::identifier(text, LIMIT).into()))
    }

    /// Returns the code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the service that the code belongs to.
    #[must_use]
    pub fn family(&self) -> CodeFamily {
        match self.0.split_once('.') {
            Some(("STS5", _)) => CodeFamily::Sts5,
            Some(("PAP5", _)) => CodeFamily::Pap5,
            Some(("APIGW" | "APIG" | "APIC", _)) => CodeFamily::Gateway,
            Some(("IAM", _)) => CodeFamily::Iam,
            _ => CodeFamily::Other,
        }
    }

    /// Returns the number after the prefix, or the whole code if it is a number.
    ///
    /// The gateway's codes mean the same under each of its prefixes, so they are compared by
    /// number.
    #[must_use]
    pub fn number(&self) -> Option<u16> {
        let digits = self.0.split_once('.').map_or(&*self.0, |(_, digits)| digits);
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten()
    }
}

impl From<&str> for ErrorCode {
    /// Returns the code with unprintable characters replaced, truncated to 128 bytes.
    fn from(text: &str) -> Self {
        Self(text::printable(text, LIMIT).into())
    }
}

text_type!(ErrorCode);

impl FromStr for ErrorCode {
    type Err = Infallible;

    /// As `ErrorCode::from`; cannot fail.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::from(text))
    }
}

impl PartialEq<str> for ErrorCode {
    fn eq(&self, text: &str) -> bool {
        *self.0 == *text
    }
}

impl PartialEq<&str> for ErrorCode {
    fn eq(&self, text: &&str) -> bool {
        *self.0 == **text
    }
}

/// The service that an error code belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CodeFamily {
    /// `STS5.`: STS itself.
    Sts5,
    /// `PAP5.`: permissions and policies of IAM v5.
    Pap5,
    /// `APIGW.`, `APIG.` or `APIC.`: the API gateway in front of the services.
    Gateway,
    /// `IAM.`: classic IAM.
    Iam,
    /// Anything else: other services, bare numbers.
    Other,
}

impl CodeFamily {
    /// Returns the prefix of this family's codes, without the dot.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Sts5 => "STS5",
            Self::Pap5 => "PAP5",
            Self::Gateway => "APIGW",
            Self::Iam => "IAM",
            Self::Other => "",
        }
    }
}
