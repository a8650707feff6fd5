//! Environment variables as providers read them: trimmed and validated.
//!
//! Values come from shells, env files and templates, which add line ends, blanks and quotes. White
//! space around a value is removed, and an empty value counts as unset. Any other problem is an
//! error that names the variable and the reason, never the value, which may be a secret.

use std::path::PathBuf;

use sts_credentials::{CredentialsError, InvalidCredentials};
use sts_proto::Secret;

use crate::token;
use sts_client::Environment;

/// Quotes that an env file or a template leaves in a value.
const QUOTES: [char; 7] = ['"', '\'', '`', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}'];

/// Reads a variable that is one word of visible ASCII: tokens, URNs, URLs.
pub(crate) fn word(
    environment: &dyn Environment,
    name: &str,
) -> Result<Option<Secret>, CredentialsError> {
    let Some(value) = text(environment, name)? else { return Ok(None) };
    check_word(value.expose_secret()).map_err(|fault| invalid(name, fault))?;
    Ok(Some(value))
}

/// Reads a part of credentials, and validates it.
pub(crate) fn credential(
    environment: &dyn Environment,
    name: &str,
    validate: fn(&str) -> Result<(), InvalidCredentials>,
) -> Result<Option<Secret>, CredentialsError> {
    let Some(value) = text(environment, name)? else { return Ok(None) };
    validate(value.expose_secret())
        .map_err(|fault| CredentialsError::new(format!("environment variable {name}: {fault}")))?;
    Ok(Some(value))
}

/// Checks one word. The fault completes a sentence that begins with its origin.
pub(crate) fn check_word(text: &str) -> Result<(), &'static str> {
    if text.contains(char::is_whitespace) {
        Err("contains white space or a line break; remove it")
    } else if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(())
    } else {
        Err("contains a character that is not allowed; allowed: visible ASCII")
    }
}

/// Like `word`, for values that are not secret.
pub(crate) fn plain_word(
    environment: &dyn Environment,
    name: &str,
) -> Result<Option<String>, CredentialsError> {
    Ok(word(environment, name)?.map(|word| word.expose_secret().to_owned()))
}

/// Reads a variable that is a path of the local system.
pub(crate) fn path(
    environment: &dyn Environment,
    name: &str,
) -> Result<Option<PathBuf>, CredentialsError> {
    let Some(value) = text(environment, name)? else { return Ok(None) };
    if value.expose_secret().contains(char::is_control) {
        return Err(invalid(name, "contains a control character or a line break"));
    }
    if token::is_content(value.expose_secret().as_bytes()) {
        return Err(invalid(name, "must be a path, but is the content of such a file"));
    }
    Ok(Some(PathBuf::from(value.expose_secret())))
}

/// Reads a variable that is any text.
pub(crate) fn text(
    environment: &dyn Environment,
    name: &str,
) -> Result<Option<Secret>, CredentialsError> {
    let Some(value) = untrimmed(environment, name)? else { return Ok(None) };
    let trimmed = value.expose_secret().trim();
    Ok((!trimmed.is_empty()).then(|| Secret::from(trimmed)))
}

/// Like [`text`], with the white space around it.
pub(crate) fn untrimmed(
    environment: &dyn Environment,
    name: &str,
) -> Result<Option<Secret>, CredentialsError> {
    let value =
        environment.variable(name).map_err(|error| CredentialsError::new(error.to_string()))?;
    let Some(value) = value.map(Secret::from) else { return Ok(None) };
    let trimmed = value.expose_secret().trim();
    if trimmed.starts_with(QUOTES) || trimmed.ends_with(QUOTES) {
        return Err(invalid(name, "is in quotes, which are part of the value; remove them"));
    }
    Ok(Some(value))
}

/// Returns the error for a variable whose value has a `fault`.
pub(crate) fn invalid(name: &str, fault: &str) -> CredentialsError {
    CredentialsError::new(format!("environment variable {name} {fault}"))
}

/// Returns the error for one of two variables that belong together, if the other is missing.
pub(crate) fn half_set(set: &str, missing: &str) -> CredentialsError {
    CredentialsError::new(format!("{set} is set, but {missing} is not"))
}
