//! Text that must not be printed: secret keys, tokens, assertions.

use std::fmt;

use zeroize::Zeroize;

/// Text that is never printed, is compared in constant time, and is wiped when it is dropped.
///
/// `Debug` and `Display` print `[redacted]` for every value, so that not even the length is
/// visible. [`expose_secret`](Self::expose_secret) is the only access to the text; the name is
/// easy to search for. The type does not implement `Serialize`, so code that writes a secret must call this method.
///
/// ```
/// use sts_credentials::Secret;
///
/// let secret = Secret::from("a1B2c3");
/// assert_eq!(format!("{secret:?} {secret}"), "[redacted] [redacted]");
/// assert_eq!(secret.expose_secret(), "a1B2c3");
/// ```
#[derive(Clone, Default)]
pub struct Secret(Box<str>);

impl Secret {
    /// Returns the text. Do not print it, and wipe every copy that you make.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.0
    }

    /// Returns whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Secret {
    /// Takes ownership of the text. A string with spare capacity is copied into a block of the exact size
    /// and its own block is wiped, because shrinking in place could leave a copy behind.
    fn from(mut text: String) -> Self {
        if text.len() == text.capacity() {
            return Self(text.into_boxed_str());
        }
        let secret = Self::from(text.as_str());
        text.zeroize();
        secret
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Eq for Secret {}

impl PartialEq for Secret {
    /// Takes a time that depends on the lengths only.
    fn eq(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.0.as_bytes(), other.0.as_bytes());
        let difference = ours.iter().zip(theirs).fold(0, |difference, (a, b)| {
            // Without the black box the compiler may stop at the first difference.
            std::hint::black_box(difference | (a ^ b))
        });
        ours.len() == theirs.len() && difference == 0
    }
}
