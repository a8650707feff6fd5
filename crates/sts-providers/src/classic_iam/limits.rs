//! Documented limits of the fields. Errors name the field and the rule; they contain no value.

use http::HeaderValue;
use serde_json::value::RawValue;
use sts_credentials::CredentialsError;

use crate::failure::invalid;
use crate::token;

/// Content type of the requests, as the official SDKs write it.
pub(super) const JSON: &str = "application/json;charset=utf-8";

/// Maximum of a policy, in characters.
const LONGEST_POLICY: usize = 2048;

/// Checks the name of an identity provider: 1 to 64 characters, and a header can contain it.
pub(super) fn idp_id(name: &str) -> Result<(), CredentialsError> {
    header("the id of the identity provider", name)?;
    if (1..=64).contains(&name.chars().count()) {
        return Ok(());
    }
    Err(invalid("the id of the identity provider must have 1 to 64 characters"))
}

/// Checks a lifetime of credentials.
pub(super) fn duration(seconds: Option<u32>) -> Result<(), CredentialsError> {
    match seconds {
        None | Some(900..=86_400) => Ok(()),
        Some(_) => Err(invalid("duration_seconds must be 900 to 86400")),
    }
}

/// Checks the name of a session user.
pub(super) fn session_user(name: &str) -> Result<(), CredentialsError> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if (5..=64).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(is_allowed)
    {
        return Ok(());
    }
    Err(invalid(
        "the name of the session user must have 5 to 64 ASCII letters, digits, `-` and `_`, and \
         begin with a letter",
    ))
}

/// Checks a mandatory text.
pub(super) fn not_empty(what: &str, text: &str) -> Result<(), CredentialsError> {
    if text.trim().is_empty() { Err(invalid(format!("{what} is empty"))) } else { Ok(()) }
}

/// Checks a policy: at most 2048 characters.
pub(super) fn policy(policy: Option<&str>) -> Result<(), CredentialsError> {
    match policy.map(|policy| policy.trim().chars().count()) {
        Some(length) if length > LONGEST_POLICY => {
            Err(invalid("the policy must have at most 2048 characters"))
        }
        _ => Ok(()),
    }
}

/// Returns the object in a policy. Classic IAM takes an object, STS v5 its text.
pub(super) fn policy_object(policy: &str) -> Result<Box<RawValue>, CredentialsError> {
    let error = || invalid("the policy is not a JSON object");
    let object = RawValue::from_string(policy.trim().to_owned()).map_err(|_| error())?;
    if object.get().starts_with('{') { Ok(object) } else { Err(error()) }
}

/// Returns the value of a header, in visible ASCII.
pub(super) fn header(what: &str, text: &str) -> Result<HeaderValue, CredentialsError> {
    let is_valid = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    let value = is_valid.then(|| token::header(text)).flatten();
    value.ok_or_else(|| invalid(format!("{what} must be visible ASCII without white space")))
}
