//! Tokens that go into headers and requests: of files and of the metadata service.

use std::path::Path;

use http::HeaderValue;
use sts_proto::Body;

use super::SourceError;
use crate::Host;

/// The token that a file holds, read now: such files are rewritten before their token ends.
pub(super) fn read_file(host: &dyn Host, path: &Path) -> Result<HeaderValue, SourceError> {
    let content = host.read_file(path).map_err(|error| {
        let message = format!("the token file {} cannot be read", path.display());
        SourceError::new(message).with_source(error)
    })?;
    of(content).map_err(|complaint| {
        SourceError::new(format!("the token file {} {complaint}", path.display()))
    })
}

/// The token in `content`, without white space round it. It shares the block of `content`, which
/// is wiped when the token is gone, and is marked sensitive.
pub(super) fn of(content: Body) -> Result<HeaderValue, &'static str> {
    let content = content.into_bytes();
    let trimmed = content.trim_ascii();
    if trimmed.is_empty() {
        return Err("is empty");
    }
    if !trimmed.iter().all(u8::is_ascii_graphic) {
        return Err(
            "holds more than a token: there are spaces, line breaks or other letters in it",
        );
    }
    let mut token =
        HeaderValue::from_maybe_shared(content.slice_ref(trimmed)).map_err(|_| "holds no token")?;
    token.set_sensitive(true);
    Ok(token)
}
