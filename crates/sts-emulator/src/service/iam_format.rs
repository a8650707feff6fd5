//! Formats that classic IAM and the metadata service share.

use serde_json::{Value, json};
use sts_proto::{Credentials, Secret};
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

/// Formats a time in UTC with six digits of a second. All official SDKs can read it if the last
/// three of them are zeros.
pub(crate) fn iam_time(time: OffsetDateTime) -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");
    let time = time.replace_millisecond(time.millisecond()).unwrap_or(time);
    let time = time.checked_to_offset(UtcOffset::UTC).unwrap_or(time);
    // Fails for no time: all parts of the format are parts of a time.
    time.format(format).unwrap_or_default()
}

/// Returns the member `credential` of a response.
pub(crate) fn credential_object(credentials: &Credentials) -> Value {
    json!({
        "access": credentials.access_key_id,
        "secret": credentials.secret_access_key.expose_secret(),
        "securitytoken": credentials.security_token.as_ref().map(Secret::expose_secret),
        "expires_at": credentials.expiration.map(iam_time),
    })
}
