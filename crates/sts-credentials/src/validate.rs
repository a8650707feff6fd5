//! Which credentials can sign and be sent.

/// Error returned for credentials that cannot sign. It names the part and never contains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCredentials {
    /// A part is empty.
    #[error("{part} is empty")]
    Empty {
        /// `access key id`, `secret access key` or `security token`.
        part: &'static str,
    },
    /// The part contains white space or a line break, as after copying a whole line.
    #[error("{part} contains white space or a line break; remove it")]
    WhiteSpace {
        /// Which part.
        part: &'static str,
    },
    /// The part contains another character that no such part has.
    #[error("{part} contains a character that is not allowed; allowed: {allowed}")]
    Character {
        /// Which part.
        part: &'static str,
        /// The characters that are allowed, in words.
        allowed: &'static str,
    },
}

/// Checks an access key id: visible ASCII without comma and slash, which separate the parts of the
/// `Authorization` header.
///
/// # Errors
///
/// `text` is not an access key id that can be sent.
pub fn validate_access_key_id(text: &str) -> Result<(), InvalidCredentials> {
    let is_allowed = |c: char| c.is_ascii_graphic() && c != ',' && c != '/';
    let allowed = "visible ASCII except comma and slash";
    characters("access key id", text, is_allowed, allowed)
}

/// Checks a secret access key: visible ASCII, of any length.
///
/// It is never sent, so the signature algorithms accept any text. The service issues no others,
/// though: white space or a typographic quote is a copying error, and more than five requests in a row
/// that are signed with such a secret lock the access key for all its users.
///
/// # Errors
///
/// `text` is not a secret access key.
pub fn validate_secret_access_key(text: &str) -> Result<(), InvalidCredentials> {
    characters("secret access key", text, |c| c.is_ascii_graphic(), "visible ASCII")
}

/// Checks a security token: visible ASCII, of any length. It is the value of a header.
///
/// # Errors
///
/// `text` is not a security token that can be sent.
pub fn validate_security_token(text: &str) -> Result<(), InvalidCredentials> {
    characters("security token", text, |c| c.is_ascii_graphic(), "visible ASCII")
}

fn characters(
    part: &'static str,
    text: &str,
    is_allowed: impl Fn(char) -> bool,
    allowed: &'static str,
) -> Result<(), InvalidCredentials> {
    // Most credentials are visible ASCII, and a loop over bytes without branches is vectorized.
    let is_plain = |byte: u8| byte.is_ascii_graphic() & is_allowed(char::from(byte));
    if !text.is_empty() && text.bytes().fold(true, |all, byte| all & is_plain(byte)) {
        return Ok(());
    }
    if text.is_empty() {
        Err(InvalidCredentials::Empty { part })
    } else if text.contains(char::is_whitespace) {
        Err(InvalidCredentials::WhiteSpace { part })
    } else if text.chars().all(is_allowed) {
        Ok(())
    } else {
        Err(InvalidCredentials::Character { part, allowed })
    }
}
