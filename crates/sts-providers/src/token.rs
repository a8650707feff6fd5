//! Tokens from files and from the metadata service, in the form of headers and requests.

use std::path::Path;

use http::HeaderValue;
use sts_credentials::CredentialsError;
use sts_proto::Body;

use sts_client::Environment;

/// Limit of the file of a token, in bytes. STS accepts 20000.
const LARGEST_FILE: usize = 1 << 16;

const NOT_A_TOKEN: &str = "must be a single line of visible ASCII";

/// Reads the token in a file. Such files are rewritten before their token expires, so they are read
/// for every refresh.
pub(crate) fn read_file(
    environment: &dyn Environment,
    path: &Path,
) -> Result<HeaderValue, CredentialsError> {
    read_file_as(environment, path, of)
}

/// Like [`read_file`], with the rules of `parse` for the content.
pub(crate) fn read_file_as(
    environment: &dyn Environment,
    path: &Path,
    parse: fn(Body) -> Result<HeaderValue, &'static str>,
) -> Result<HeaderValue, CredentialsError> {
    if is_content(path.as_os_str().as_encoded_bytes()) {
        return Err(CredentialsError::new("the path of the token file is a token itself"));
    }
    let content = environment.read_file(path).map_err(|error| {
        let message = format!("cannot read the token file {}", path.display());
        CredentialsError::new(message).with_source(error)
    })?;
    let parsed = if content.len() > LARGEST_FILE { Err("exceeds 64 KiB") } else { parse(content) };
    parsed.map_err(|fault| {
        CredentialsError::new(format!("the token file {} {fault}", path.display()))
    })
}

/// Whether `path` is a JSON web token, JSON or a profile: the content of a file, given in place of
/// its path. Errors show paths, so it is rejected first.
pub(crate) fn is_content(path: &[u8]) -> bool {
    path.starts_with(b"eyJ") || path.starts_with(b"{") || path.starts_with(b"[")
}

/// Returns a header value in a buffer that is wiped on drop. `None` if a header cannot contain `text`.
pub(crate) fn header(text: &str) -> Option<HeaderValue> {
    let buffer = Body::from(text.as_bytes().to_vec());
    HeaderValue::from_maybe_shared(buffer.into_bytes()).ok()
}

/// Parses the token in `content`, without the white space around it. It shares the buffer of
/// `content`, which is wiped when the token is dropped, and is marked sensitive. The fault
/// completes a sentence that begins with the origin of the token.
pub(crate) fn of(content: Body) -> Result<HeaderValue, &'static str> {
    if !content.as_ref().trim_ascii().iter().all(u8::is_ascii_graphic) {
        return Err(NOT_A_TOKEN);
    }
    authorization(content)
}

/// Like [`of`], for a value of `Authorization`, which may begin with a scheme and a blank.
pub(crate) fn authorization(content: Body) -> Result<HeaderValue, &'static str> {
    let content = content.into_bytes();
    let trimmed = content.trim_ascii();
    if trimmed.is_empty() {
        return Err("is empty");
    }
    if !trimmed.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') {
        return Err(NOT_A_TOKEN);
    }
    let mut token =
        HeaderValue::from_maybe_shared(content.slice_ref(trimmed)).map_err(|_| NOT_A_TOKEN)?;
    token.set_sensitive(true);
    Ok(token)
}
