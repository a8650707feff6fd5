//! Answers that are no success.

mod body;
mod classify;
mod code;
mod echo;
mod invalid_body;
mod redact;
mod table;
pub(crate) mod text;
mod throttling;
mod words;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use sts_credentials::{ErrorKind, Secret};
use time::OffsetDateTime;

use self::body::ErrorBody;
pub use self::code::{CodeFamily, ErrorCode};
pub use self::invalid_body::InvalidBody;
pub use self::table::{KnownCode, KnownMessage, known_codes, known_messages};
use crate::http_date;
use crate::request_ids::{RequestIds, header_text};
use crate::retry_after::RetryAfter;
use crate::status::StatusClass;

/// How long a key stays locked after too many failed signatures: five minutes, by the FAQ on
/// authentication errors.
pub const ACCESS_KEY_LOCKOUT: Duration = Duration::from_secs(300);

/// Bytes of a message that are kept.
const MESSAGE_LIMIT: usize = 4096;
/// Bytes of a message as it came that are kept.
const RAW_LIMIT: usize = 64 * 1024;
/// Bytes of a body that was not understood that are kept.
const EXCERPT_LIMIT: usize = 1024;
/// Bytes of an echoed canonical request that are kept.
const ECHO_LIMIT: usize = 16 * 1024;

/// An answer that is no success: an error of the service, of something in front of it, or a 2xx
/// without the answer in it.
///
/// [`kind`](Self::kind) is what to branch on. All texts are bounded, free of control characters,
/// and redacted, because the gateway may echo what was sent. Two are kept as they arrived: the
/// [encoded reason of a denial](Self::encoded_authorization_message), and the
/// [raw message](Self::raw_message), which neither `Display` nor `Debug` shows.
///
/// ```
/// use sts_proto::{AssumeAgency, ErrorKind, Operation, RetryAdvice};
///
/// let response = http::Response::builder()
///     .status(403)
///     .header("X-Request-Id", "0f3c")
///     .body(r#"{"error_code":"PAP5.0001","error_msg":"access denied: no policy allows it"}"#)?;
/// let error = AssumeAgency::read(&response).unwrap_err();
///
/// assert_eq!(error.kind(), ErrorKind::AccessDenied);
/// assert_eq!(error.kind().advice(), RetryAdvice::Never);
/// assert_eq!(
///     error.to_string(),
///     "access denied: PAP5.0001: access denied: no policy allows it \
///      (HTTP status 403, request id 0f3c)",
/// );
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone)]
pub struct ServiceError(Arc<Content>);

/// What is kept of the answer. Shared, so that a `Result` stays small and all who wait for one
/// call can be told why it failed.
struct Content {
    kind: ErrorKind,
    status: StatusCode,
    code: Option<ErrorCode>,
    message: Option<String>,
    raw_message: Option<Secret>,
    /// The window of the rate limit that the message names.
    window: Option<Duration>,
    request_ids: RequestIds,
    encoded_authorization_message: Option<String>,
    retry_after: Option<RetryAfter>,
    date: Option<OffsetDateTime>,
    from_cache: bool,
    echoed_canonical_request: Option<String>,
    excerpt: Option<String>,
    invalid_body: Option<InvalidBody>,
}

impl ServiceError {
    /// Judges an answer. `invalid_body` says why a 2xx is no success.
    pub(crate) fn new(
        status: StatusCode,
        headers: &HeaderMap,
        bytes: &[u8],
        invalid_body: Option<InvalidBody>,
    ) -> Self {
        let body = ErrorBody::read(bytes);
        let code = body.code.as_ref().map(Secret::expose_secret).and_then(ErrorCode::new);
        let raw = body.message.as_ref().map(Secret::expose_secret);
        let split = raw.map(echo::split);
        let retry_after = header_text(headers, "retry-after").and_then(RetryAfter::parse);
        let excerpt = (!body.is_understood()).then(|| text::excerpt(status, bytes, EXCERPT_LIMIT));
        Self(Arc::new(Content {
            kind: classify::kind(status, code.as_ref(), raw, retry_after.is_some()),
            status,
            code,
            message: split.as_ref().map(shown_message),
            raw_message: raw.map(|message| Secret::from(beginning(message, RAW_LIMIT))),
            window: raw.and_then(throttling::window),
            request_ids: RequestIds::new(
                headers,
                body.request_id.as_ref().map(Secret::expose_secret),
            ),
            encoded_authorization_message: body
                .encoded_authorization_message
                .map(|message| message.expose_secret().to_owned()),
            retry_after,
            date: header_text(headers, "date").and_then(http_date::parse),
            from_cache: headers.contains_key(http::header::AGE),
            echoed_canonical_request: split
                .and_then(|split| split.echo)
                .map(|echo| text::printable_lines(echo, ECHO_LIMIT)),
            excerpt: excerpt.flatten(),
            invalid_body,
        }))
    }

    /// What happened, in terms of what to do now.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The class of the status.
    #[must_use]
    pub fn class(&self) -> StatusClass {
        StatusClass::of(self.0.status)
    }

    /// The service's code, if the body named one.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        self.0.code.as_ref()
    }

    /// The service's message, at most 4096 bytes of it; a longer one ends in `…`. Secrets read
    /// `[redacted]`: values behind the name of a secret in any spelling, JWTs and long runs of
    /// base64. An echoed canonical request is removed; it
    /// [has its own place](Self::echoed_canonical_request).
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The service's message as it arrived, at most 64 KiB of it. It may contain credentials: the
    /// gateway echoes what was sent. Do not log it.
    #[must_use]
    pub fn raw_message(&self) -> Option<&Secret> {
        self.0.raw_message.as_ref()
    }

    /// The id to quote to support: that of `X-Request-Id`, else that of the body.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_ids.first()
    }

    /// All ids of the answer.
    #[must_use]
    pub fn request_ids(&self) -> &RequestIds {
        &self.0.request_ids
    }

    /// The reason of a denial, whole and as it came, for
    /// [`DecodeAuthorizationMessage`](crate::DecodeAuthorizationMessage).
    #[must_use]
    pub fn encoded_authorization_message(&self) -> Option<&str> {
        self.0.encoded_authorization_message.as_deref()
    }

    /// The `Retry-After` header, if it is there and can be read.
    #[must_use]
    pub fn retry_after(&self) -> Option<RetryAfter> {
        self.0.retry_after
    }

    /// How long the service asks to wait before the next try: `Retry-After`, else the window that
    /// a throttling message names, else the lock time of a locked key. `None` if it does not say.
    ///
    /// The wait is not capped, and counts from when the answer came. A `Retry-After` that names a
    /// moment is held against the answer's own [`date`](Self::date), for both are read off one
    /// clock; `now` is used only if there is none, or if the answer came [from a
    /// cache](Self::from_cache), and should be corrected by the skew that is known.
    #[must_use]
    pub fn wait(&self, now: OffsetDateTime) -> Option<Duration> {
        let answered = self.0.date.filter(|_| !self.0.from_cache).unwrap_or(now);
        let asked = self.0.retry_after.map(|retry_after| retry_after.wait(answered));
        asked.or_else(|| match self.0.kind {
            ErrorKind::Throttled => self.0.window,
            ErrorKind::KeyLocked => Some(ACCESS_KEY_LOCKOUT),
            _ => None,
        })
    }

    /// The answer's `Date`: the clock of whoever answered. Useless for a comparison of clocks if
    /// the answer came [from a cache](Self::from_cache).
    #[must_use]
    pub fn date(&self) -> Option<OffsetDateTime> {
        self.0.date
    }

    /// Whether the answer was stored on its way, which an `Age` header tells.
    #[must_use]
    pub fn from_cache(&self) -> bool {
        self.0.from_cache
    }

    /// The canonical request as the gateway built it, with `|` for line feeds and without the
    /// values of secret headers: some messages about wrong signatures carry it. Comparing it with
    /// one's own shows why the signatures differ. At most 16 KiB.
    #[must_use]
    pub fn echoed_canonical_request(&self) -> Option<&str> {
        self.0.echoed_canonical_request.as_deref()
    }

    /// The beginning of a body that was not understood, at most 1024 bytes of printable text.
    /// Of a 2xx only markup is shown, for a broken answer may hold keys.
    #[must_use]
    pub fn excerpt(&self) -> Option<&str> {
        self.0.excerpt.as_deref()
    }

    /// Why a 2xx is no success; `None` with any other status.
    #[must_use]
    pub fn invalid_body(&self) -> Option<&InvalidBody> {
        self.0.invalid_body.as_ref()
    }
}

/// What is shown of a message: without the echo, and without secrets.
fn shown_message(split: &echo::Split<'_>) -> String {
    let mut shown = text::printable_prose(split.message, MESSAGE_LIMIT);
    if !split.after.is_empty() {
        let room = MESSAGE_LIMIT.saturating_sub(shown.len() + 2);
        shown.push_str("; ");
        shown.push_str(&text::printable_prose(split.after, room));
    }
    shown
}

/// At most `limit` bytes.
fn beginning(text: &str, limit: usize) -> &str {
    let end = (0..=limit.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.kind.meaning())?;
        if let Some(invalid_body) = &self.0.invalid_body {
            write!(f, ": {invalid_body}")?;
        }
        if let Some(code) = &self.0.code {
            write!(f, ": {code}")?;
        }
        let meaning = self.0.code.as_ref().and_then(table::find).map(|known| known.meaning);
        if let Some(words) = self.0.message.as_deref().filter(|words| !words.is_empty()).or(meaning)
        {
            write!(f, ": {words}")?;
        }
        write!(f, " (HTTP status {}", self.0.status.as_u16())?;
        if let Some(id) = self.request_id() {
            write!(f, ", request id {id}")?;
        }
        f.write_str(")")
    }
}

impl fmt::Debug for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceError")
            .field("kind", &self.0.kind)
            .field("status", &self.0.status)
            .field("code", &self.0.code)
            .field("message", &self.0.message)
            .field("request_ids", &self.0.request_ids)
            .field("retry_after", &self.0.retry_after)
            .field("date", &self.0.date)
            .field("from_cache", &self.0.from_cache)
            .field("excerpt", &self.0.excerpt)
            .field("invalid_body", &self.0.invalid_body)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for ServiceError {}
