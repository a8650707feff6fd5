//! The service's own name for an error.

use std::fmt;

/// Longer codes are cut: the known ones have ten characters.
const LIMIT: usize = 128;

/// An error code as the service wrote it, such as `STS5.1106`.
///
/// No list of the codes is published, so unknown ones are to be expected; they are kept as they
/// came. A code that was a number in the answer is kept as its digits.
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
    pub(crate) fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(super::text::printable(text, LIMIT).into()))
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Who gave the code.
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

    /// The number behind the family's prefix, or the whole of a code that is a number. The
    /// gateway's codes mean the same under each of its prefixes, so they are compared by number.
    #[must_use]
    pub fn number(&self) -> Option<u16> {
        let digits = self.0.split_once('.').map_or(&*self.0, |(_, digits)| digits);
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten()
    }
}

impl From<&str> for ErrorCode {
    /// The code as it is, but for characters that cannot be printed and for what is longer than
    /// 128 bytes.
    fn from(text: &str) -> Self {
        Self(super::text::printable(text, LIMIT).into())
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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

/// Who gave an error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CodeFamily {
    /// `STS5.`: STS itself.
    Sts5,
    /// `PAP5.`: the part of IAM v5 that knows permissions and policies.
    Pap5,
    /// `APIGW.`, `APIG.` or `APIC.`: the gateway in front, one software under three names.
    Gateway,
    /// `IAM.`: classic IAM.
    Iam,
    /// Anything else: other services, bare numbers.
    Other,
}

impl CodeFamily {
    /// The prefix under which this family's codes are listed, without the dot.
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
