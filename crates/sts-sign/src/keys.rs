//! What keys must look like.

/// Keys that cannot sign. The key itself is never part of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKeys {
    /// A part is missing.
    #[error("the {part} is empty")]
    Empty {
        /// Which: `access key id`, `secret access key`, `security token`, `region` or `service`.
        part: &'static str,
    },
    /// A line end or a space came along when the part was read.
    #[error("the {part} has white space before or after it; trim it where it is read")]
    WhiteSpace {
        /// Which.
        part: &'static str,
    },
    /// The part has to go into a header, and cannot.
    #[error("the {part} holds a character that is not visible ASCII, a comma or a slash")]
    Character {
        /// Which.
        part: &'static str,
    },
}

/// A key that is only computed with: any text that is not empty.
pub(crate) fn check_secret(part: &'static str, text: &str) -> Result<(), InvalidKeys> {
    if text.is_empty() {
        Err(InvalidKeys::Empty { part })
    } else if text.trim().len() != text.len() {
        Err(InvalidKeys::WhiteSpace { part })
    } else {
        Ok(())
    }
}

/// A header value of its own.
pub(crate) fn check_token(part: &'static str, text: &str) -> Result<(), InvalidKeys> {
    check_secret(part, text)?;
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(InvalidKeys::Character { part })
    }
}

/// A text that stands in the `Authorization` header, where commas and slashes separate.
pub(crate) fn check_name(part: &'static str, text: &str) -> Result<(), InvalidKeys> {
    check_secret(part, text)?;
    if text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b',' && byte != b'/')
    {
        Ok(())
    } else {
        Err(InvalidKeys::Character { part })
    }
}
