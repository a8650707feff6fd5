//! Unsuccessful responses.

mod body;
mod classify;
mod code;
mod echo;
mod invalid_body;
mod redact;
mod shown;
pub(crate) mod table;
pub(crate) mod text;
mod throttling;
mod words;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AGE, DATE, RETRY_AFTER};
use http::{HeaderMap, Response, StatusCode};
use sts_credentials::{ErrorKind, Secret};
use time::OffsetDateTime;

use self::body::ErrorBody;
pub use self::code::{CodeFamily, ErrorCode};
pub use self::invalid_body::InvalidBody;
use crate::http_date;
use crate::request_ids::{RequestIds, header_text};
use crate::retry_after::RetryAfter;
use crate::status::StatusClass;

/// Duration for which an access key stays locked after too many failed signatures: five minutes,
/// according to the service's FAQ on authentication errors.
pub const ACCESS_KEY_LOCKOUT: Duration = Duration::from_secs(300);

/// Maximum length of a message in bytes.
const MESSAGE_LIMIT: usize = 4096;
/// Maximum length of a raw message in bytes.
const RAW_LIMIT: usize = 64 * 1024;
/// Maximum length of the excerpt of an unknown body in bytes.
const EXCERPT_LIMIT: usize = 1024;
/// Maximum length of an echoed canonical request in bytes.
const ECHO_LIMIT: usize = 16 * 1024;

/// An unsuccessful response: an error of the service or of an intermediary, or a 2xx with an
/// invalid body.
///
/// Branch on [`kind`](Self::kind). All texts are bounded, free of control characters and redacted,
/// because the gateway may echo parts of the request. Only the
/// [encoded authorization message](Self::encoded_authorization_message) and the
/// [raw message](Self::raw_message) are unchanged; `Display` and `Debug` do not show them.
///
/// Cloning is cheap: the content is shared.
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

/// Content of the response, shared between clones. The indirection keeps `Result`s small.
struct Content {
    kind: ErrorKind,
    status: StatusCode,
    code: Option<ErrorCode>,
    message: Option<String>,
    raw_message: Option<Secret>,
    /// Window of the rate limit, from the message.
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
    /// Reads an unsuccessful response of any service behind the gateway of Huawei Cloud. Returns
    /// `None` for a 2xx.
    ///
    /// Responses of STS are read by [`Operation::read`](crate::Operation::read).
    ///
    /// Code, message and request id are found in all known shapes of bodies, at any depth of up to
    /// eight levels: `error_code` and `error_msg`, `code` and `message`, `{"error": {…}}`,
    /// `{"badRequest": {…}}`, `{"errors": [{…}]}` and their spellings. Other bodies, such as text and
    /// HTML, are classified by their status. [`kind`](Self::kind) never returns a kind that only a
    /// client yields, such as [`ErrorKind::Timeout`].
    ///
    /// ```
    /// use sts_proto::{ErrorKind, ServiceError};
    ///
    /// let response = http::Response::builder()
    ///     .status(400)
    ///     .body(r#"{"badRequest":{"code":"Ecs.0005","message":"Invalid parameter"}}"#)?;
    /// let error = ServiceError::from_response(&response).ok_or("a success")?;
    /// assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    /// assert_eq!(error.code().map(|code| code.as_str()), Some("Ecs.0005"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_response<B: AsRef<[u8]>>(response: &Response<B>) -> Option<Self> {
        let (status, body) = (response.status(), response.body().as_ref());
        (!status.is_success()).then(|| Self::new(status, response.headers(), body, None))
    }

    /// Returns the error for a response that lacks a mandatory part, for example the header `name`
    /// of a 2xx: [`InvalidBody::MissingField`] of that name.
    ///
    /// ```
    /// use sts_proto::ServiceError;
    ///
    /// let response = http::Response::builder().status(201).body("{}")?;
    /// let error = ServiceError::of_missing(&response, "X-Subject-Token");
    /// assert!(error.to_string().contains("missing field X-Subject-Token"));
    /// # Ok::<(), http::Error>(())
    /// ```
    #[must_use]
    pub fn of_missing<B: AsRef<[u8]>>(response: &Response<B>, name: &str) -> Self {
        let missing = InvalidBody::MissingField { path: name.to_owned() };
        let (status, body) = (response.status(), response.body().as_ref());
        let invalid_body = Some(missing).filter(|_| status.is_success());
        Self::new(status, response.headers(), body, invalid_body)
    }

    /// Classifies an unsuccessful response. `invalid_body` is set for a 2xx.
    pub(crate) fn new(
        status: StatusCode,
        headers: &HeaderMap,
        bytes: &[u8],
        invalid_body: Option<InvalidBody>,
    ) -> Self {
        let bytes = without_byte_order_mark(bytes);
        let body = ErrorBody::read(bytes);
        let code = body.code.as_ref().map(Secret::expose_secret).and_then(ErrorCode::new);
        let raw = body.message.as_ref().map(Secret::expose_secret);
        let (message, echo) = raw.map_or(("", None), echo::split);
        let echo = echo.map(|echo| echo.shown(ECHO_LIMIT));
        let after = echo.as_ref().map_or("", |(_, after)| after);
        let retry_after = header_text(headers, &RETRY_AFTER).and_then(RetryAfter::parse);
        let is_unknown = code.is_none() && raw.is_none();
        let unknown = is_unknown.then(|| text::of_bytes(bytes, RAW_LIMIT));
        let unknown = unknown.as_deref().map(String::as_str).filter(|text| !text.is_empty());
        Self(Arc::new(Content {
            kind: classify::kind(status, code.as_ref(), raw, retry_after.is_some()),
            status,
            code,
            message: raw.map(|_| shown_message(message, after)),
            raw_message: raw
                .or(unknown.filter(|_| !status.is_success()))
                .map(|message| Secret::from(text::beginning(message, RAW_LIMIT))),
            window: raw.and_then(throttling::window),
            request_ids: RequestIds::new(
                headers,
                body.request_id.as_ref().map(Secret::expose_secret),
            ),
            encoded_authorization_message: body
                .encoded_authorization_message
                .map(|message| message.expose_secret().to_owned()),
            retry_after,
            date: header_text(headers, &DATE).and_then(http_date::parse),
            from_cache: headers.contains_key(AGE),
            echoed_canonical_request: echo.map(|(echo, _)| echo),
            excerpt: unknown.map(|text| text::message(text, EXCERPT_LIMIT)),
            invalid_body,
        }))
    }

    /// Returns the classification, in terms of what to do next.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Returns the class of the HTTP status.
    #[must_use]
    pub fn class(&self) -> StatusClass {
        StatusClass::of(self.0.status)
    }

    /// Returns the error code, if the body contains one.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        self.0.code.as_ref()
    }

    /// Returns the error message, redacted and truncated to 4096 bytes with `…` at the end.
    ///
    /// The service may echo any part of the request, so only parts that are known to be harmless
    /// are shown: words of the service's messages and of common English, names of fields and
    /// headers, short numbers, dates, actions, URNs and the values of a few fields. All others, such
    /// as names of users, are replaced by `[redacted]`. An
    /// [echoed canonical request](Self::echoed_canonical_request) is removed.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// Returns the error message as received, or the body of an unsuccessful status without a code
    /// or message, truncated to 64 KiB. It may contain credentials, because the gateway echoes
    /// parts of requests. Do not log it.
    #[must_use]
    pub fn raw_message(&self) -> Option<&Secret> {
        self.0.raw_message.as_ref()
    }

    /// Returns the request id for support: from `X-Request-Id`, else from the body, else from
    /// `X-IAM-Trace-Id`.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_ids.first()
    }

    /// Returns all request ids of the response.
    #[must_use]
    pub fn request_ids(&self) -> &RequestIds {
        &self.0.request_ids
    }

    /// Returns the encoded reason of an access-denied error, unchanged, for
    /// [`DecodeAuthorizationMessage`](crate::DecodeAuthorizationMessage).
    #[must_use]
    pub fn encoded_authorization_message(&self) -> Option<&str> {
        self.0.encoded_authorization_message.as_deref()
    }

    /// Returns the `Retry-After` header, or `None` if it is missing or invalid.
    #[must_use]
    pub fn retry_after(&self) -> Option<RetryAfter> {
        self.0.retry_after
    }

    /// Returns how long the service asks to wait before a retry: `Retry-After`, the window in a
    /// throttling message, or [`ACCESS_KEY_LOCKOUT`] for a locked access key.
    ///
    /// The wait starts when the response was received. It is not capped. If `Retry-After` is a
    /// date, it is compared with the [`date`](Self::date) of the response. `now` is used only if
    /// the response has no date or was served [from a cache](Self::from_cache); correct it by the
    /// known clock offset.
    #[must_use]
    pub fn wait(&self, now: OffsetDateTime) -> Option<Duration> {
        self.wait_from(Some(self.responded().unwrap_or(now)))
    }

    /// Returns [`wait`](Self::wait) without a clock: if `Retry-After` is a date, it is compared with
    /// the date of the response; without that, or if the response was served from a cache, the result
    /// is `None`.
    #[must_use]
    pub fn wait_without_clock(&self) -> Option<Duration> {
        self.wait_from(self.responded())
    }

    /// Returns the time of the service when it responded.
    fn responded(&self) -> Option<OffsetDateTime> {
        self.0.date.filter(|_| !self.0.from_cache)
    }

    fn wait_from(&self, responded: Option<OffsetDateTime>) -> Option<Duration> {
        match (self.0.retry_after, self.0.kind) {
            (Some(RetryAfter::Delay(delay)), _) => Some(delay),
            (Some(moment @ RetryAfter::At(_)), _) => responded.map(|now| moment.wait(now)),
            (None, ErrorKind::Throttled) => self.0.window,
            (None, ErrorKind::AccessKeyLocked) => Some(ACCESS_KEY_LOCKOUT),
            (None, _) => None,
        }
    }

    /// Returns the `Date` of the response. If the response was served
    /// [from a cache](Self::from_cache), it does not show the current time of the service.
    #[must_use]
    pub fn date(&self) -> Option<OffsetDateTime> {
        self.0.date
    }

    /// Returns whether the response was served from a cache, as indicated by an `Age` header.
    #[must_use]
    pub fn from_cache(&self) -> bool {
        self.0.from_cache
    }

    /// Returns the gateway's canonical request, which some messages about a signature mismatch
    /// contain, truncated to 16 KiB. Compare it with your own to find the difference.
    ///
    /// Lines are separated by `|`. The values of headers and query parameters that may be secret are
    /// redacted.
    #[must_use]
    pub fn echoed_canonical_request(&self) -> Option<&str> {
        self.0.echoed_canonical_request.as_deref()
    }

    /// Returns the beginning of a body without a code or message, redacted as a
    /// [message](Self::message) and truncated to 1024 bytes.
    #[must_use]
    pub fn excerpt(&self) -> Option<&str> {
        self.0.excerpt.as_deref()
    }

    /// Returns why the body of a 2xx is invalid, or `None` for any other status.
    #[must_use]
    pub fn invalid_body(&self) -> Option<&InvalidBody> {
        self.0.invalid_body.as_ref()
    }
}

/// Returns the redacted text before and after an echo.
fn shown_message(before: &str, after: &str) -> String {
    let mut shown = text::message(before, MESSAGE_LIMIT);
    if !after.is_empty() {
        let room = MESSAGE_LIMIT.saturating_sub(shown.len() + 2);
        shown.push_str("; ");
        shown.push_str(&text::message(after, room));
    }
    shown
}

/// Removes a byte order mark, which RFC 8259 allows parsers to ignore.
pub(crate) fn without_byte_order_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
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
        let meaning = self.0.code.as_ref().and_then(ErrorCode::meaning);
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
