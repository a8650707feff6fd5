//! What keys must look like.

/// Keys that cannot sign. The key itself is never part of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKeys {
    /// A part is missing.
    #[error("the {part} is empty")]
    #[non_exhaustive]
    Empty {
        /// Which: `access key id`, `secret access key`, `security token`, `region` or `service`.
        part: &'static str,
    },
    /// A line end or a space came along when the part was read.
    #[error("the {part} has white space before or after it; trim it where it is read")]
    #[non_exhaustive]
    WhiteSpace {
        /// Which.
        part: &'static str,
    },
    /// The part goes into a header, where only visible ASCII can stand.
    #[error("the {part} holds a character that is not visible ASCII")]
    #[non_exhaustive]
    NotVisible {
        /// Which.
        part: &'static str,
    },
    /// The part goes into a header in which commas and slashes separate.
    #[error("the {part} holds a comma, a slash or a character that is not visible ASCII")]
    #[non_exhaustive]
    Character {
        /// Which.
        part: &'static str,
    },
    /// No private key follows from the keys, which does not happen in practice.
    #[error("no private key can be derived from the keys; use others")]
    NoPrivateKey,
}

/// Checks an access key: its id stands in a header, its secret is only computed with.
pub(crate) fn check_keys(id: &str, secret: &str) -> Result<(), InvalidKeys> {
    check_name("access key id", id)?;
    check_ends("secret access key", secret)
}

/// Checks a text that stands in the `Authorization` header, where commas and slashes separate.
pub(crate) fn check_name(part: &'static str, text: &str) -> Result<(), InvalidKeys> {
    check_ends(part, text)?;
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && byte != b',' && byte != b'/';
    if text.bytes().all(is_allowed) { Ok(()) } else { Err(InvalidKeys::Character { part }) }
}

/// Checks a text that is the whole value of a header.
pub(crate) fn check_token(token: &str) -> Result<(), InvalidKeys> {
    let part = "security token";
    check_ends(part, token)?;
    if token.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(InvalidKeys::NotVisible { part })
    }
}

fn check_ends(part: &'static str, text: &str) -> Result<(), InvalidKeys> {
    if text.is_empty() {
        Err(InvalidKeys::Empty { part })
    } else if text.trim().len() != text.len() {
        Err(InvalidKeys::WhiteSpace { part })
    } else {
        Ok(())
    }
}
