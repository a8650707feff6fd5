//! Table of known error codes and messages.
//!
//! Sources: the error pages of the IAM v5, classic IAM and API Gateway references, the API Request
//! Signing Guide and, for STS codes, of which a list is not published, observed responses. The
//! kinds are assigned by this crate.

use http::StatusCode;
use sts_credentials::ErrorKind::{
    self, AccessDenied, AccessKeyLocked, ClockSkew, Conflict, ExpiredCredentials,
    FederationRejected, InvalidCredentials, InvalidRequest, NotFound, QuotaExceeded, ServiceFault,
    Throttled, Unavailable, Unsupported,
};

use self::Rule::{ByStatus, Is, UnavailableFrom500};
use super::code::CodeFamily::{self, Gateway, Iam, Pap5, Sts5};
use super::code::ErrorCode;
use crate::status::kind_of_status;

/// Documented or observed error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownCode {
    family: CodeFamily,
    number: u16,
    statuses: &'static [u16],
    meaning: &'static str,
    rule: Rule,
}

/// Rule by which a code determines the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// The same kind for every status.
    Is(ErrorKind),
    /// The kind of the status, which is more specific than the code.
    ByStatus,
    /// `Unavailable` with a 5xx, `ServiceFault` with any other status.
    UnavailableFrom500,
}

impl KnownCode {
    /// Returns the kind of a response with this code and `status`.
    #[must_use]
    pub fn kind(&self, status: StatusCode) -> ErrorKind {
        match self.rule {
            Rule::Is(kind) => kind,
            Rule::ByStatus => kind_of_status(status),
            Rule::UnavailableFrom500 if status.is_server_error() => ErrorKind::Unavailable,
            Rule::UnavailableFrom500 => ErrorKind::ServiceFault,
        }
    }

    /// Returns the code, as in `STS5.1106`. Gateway codes have the prefix `APIGW`.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        code(self.family, self.number)
    }

    /// Returns the documented or observed statuses. Empty if unknown.
    #[must_use]
    pub const fn statuses(&self) -> &'static [u16] {
        self.statuses
    }

    /// Returns the meaning of the code.
    #[must_use]
    pub const fn meaning(&self) -> &'static str {
        self.meaning
    }
}

/// Returns all known error codes, sorted by family and number.
#[must_use]
pub const fn known_codes() -> &'static [KnownCode] {
    CODES
}

pub(super) fn find(code: &ErrorCode) -> Option<&'static KnownCode> {
    let (family, number) = (code.family(), code.number()?);
    CODES.iter().find(|known| known.number == number && known.family == family)
}

impl ErrorCode {
    /// Returns the meaning of the code, or `None` if it is unknown.
    #[must_use]
    pub fn meaning(&self) -> Option<&'static str> {
        find(self).map(KnownCode::meaning)
    }
}

/// Part of a message that determines the kind, for codes that do not. Messages may change without
/// notice; code and status classify an unknown one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownMessage {
    pub(super) numbers: &'static [u16],
    pub(super) contains: &'static str,
    kind: ErrorKind,
}

impl KnownMessage {
    /// Returns the codes of the message, with the prefix `APIGW`. Empty for a message that was
    /// observed with status 400 or 401 and without a fixed code.
    pub fn codes(&self) -> impl Iterator<Item = ErrorCode> {
        self.numbers.iter().map(|number| code(Gateway, *number))
    }

    /// Returns a part of the message, in lower case. The comparison ignores case.
    #[must_use]
    pub const fn contains(&self) -> &'static str {
        self.contains
    }

    /// Returns the kind of a response with this message.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }
}

fn code(family: CodeFamily, number: u16) -> ErrorCode {
    ErrorCode::from(format!("{}.{number:04}", family.prefix()).as_str())
}

/// Returns all known messages, in the order in which they are matched.
#[must_use]
pub const fn known_messages() -> &'static [KnownMessage] {
    MESSAGES
}

const fn message(numbers: &'static [u16], contains: &'static str, kind: ErrorKind) -> KnownMessage {
    KnownMessage { numbers, contains, kind }
}

/// Known messages; the first match is used.
const MESSAGES: &[KnownMessage] = &[
    message(&[301], "ak access failed to reach the limit", AccessKeyLocked),
    // Documented for 0303. Which code STS uses is not known.
    message(&[301, 303], "signature expired", ClockSkew),
    // The signature is missing or malformed, so the access key is not the cause.
    message(&[301], "x-auth-token not found", InvalidRequest),
    message(&[301], "format is incorrect", InvalidRequest),
    message(&[301], "decrypt token fail", ExpiredCredentials),
    message(&[301], "token expires, expires_at", ExpiredCredentials),
    message(&[], "security token has expired", ExpiredCredentials),
    message(&[], "securitytoken has expired", ExpiredCredentials),
];

const fn row(
    family: CodeFamily,
    number: u16,
    statuses: &'static [u16],
    rule: Rule,
    meaning: &'static str,
) -> KnownCode {
    KnownCode { family, number, statuses, meaning, rule }
}

// One line per row keeps this readable as a table.
#[rustfmt::skip]
const CODES: &[KnownCode] = &[
    row(Sts5, 1001, &[403], Is(AccessDenied), "no identity-based policy allows the action on this agency, or a policy denies it"),
    row(Sts5, 1007, &[], Is(Unsupported), "API not supported by STS in this region"),
    row(Sts5, 1106, &[404], Is(NotFound), "agency not found"),
    row(Sts5, 1804, &[400], ByStatus, "DPoP proof rejected (login API only)"),
    row(Sts5, 1805, &[400], ByStatus, "authorization code rejected (login API only)"),
    row(Sts5, 1806, &[400], ByStatus, "refresh token invalid, already used or issued to another client (login API only)"),
    row(Sts5, 2001, &[], Is(FederationRejected), "audience of the ID token is not a client id of the identity provider"),
    row(Pap5, 1, &[403], Is(AccessDenied), "permission denied; includes encoded_authorization_message"),
    row(Pap5, 3, &[], Is(QuotaExceeded), "limit of attached policies per agency exceeded (IAM only)"),
    row(Pap5, 10, &[400], Is(InvalidRequest), "invalid pagination marker (not an STS parameter)"),
    row(Pap5, 11, &[400], Is(InvalidRequest), "invalid identity policy or trust policy; may concern the policy parameter"),
    row(Pap5, 12, &[404], Is(NotFound), "agency not available yet (created seconds ago)"),
    row(Pap5, 23, &[], Is(InvalidRequest), "principal is not service-linked (IAM only)"),
    row(Pap5, 28, &[409], Is(QuotaExceeded), "limit of versions per policy exceeded (IAM only)"),
    row(Pap5, 29, &[400], Is(InvalidRequest), "invalid agency name"),
    row(Pap5, 30, &[400], Is(InvalidRequest), "invalid path"),
    row(Pap5, 33, &[400], Is(InvalidRequest), "duplicate key (tags)"),
    row(Pap5, 36, &[400], Is(InvalidRequest), "tag violates a predefined rule (tag policy)"),
    row(Pap5, 38, &[400], Is(InvalidRequest), "agency is of the old type, not a trust agency"),
    row(Pap5, 40, &[400], Is(InvalidRequest), "caller must be an IAM user"),
    row(Pap5, 41, &[400], Is(InvalidRequest), "invalid serial number of the MFA device"),
    row(Pap5, 46, &[400], Is(InvalidRequest), "missing internal header; sign the call with temporary credentials instead of sending an agency token"),
    row(Gateway, 101, &[404], Is(NotFound), "API not found: wrong host, path or method"),
    row(Gateway, 103, &[404, 500], UnavailableFrom500, "gateway configuration error: backend does not exist"),
    row(Gateway, 104, &[400, 500], UnavailableFrom500, "gateway configuration error: plug-in does not exist"),
    row(Gateway, 105, &[400, 500], UnavailableFrom500, "gateway configuration error: backend configuration does not exist"),
    row(Gateway, 106, &[400], Is(InvalidRequest), "parameter validation at the gateway failed, e.g. missing required header"),
    row(Gateway, 107, &[500], Is(Unavailable), "error in a gateway plug-in"),
    row(Gateway, 108, &[404], Is(ServiceFault), "server group error"),
    row(Gateway, 201, &[400, 413, 414, 494, 500, 502, 504], ByStatus, "bad request, body, URI or headers too large, or backend unavailable, slow or failing, by status"),
    row(Gateway, 202, &[502], Is(Unavailable), "backend unavailable"),
    row(Gateway, 203, &[504], Is(Unavailable), "backend timeout; the request may have been executed"),
    row(Gateway, 204, &[400], Is(Unsupported), "TLS version rejected"),
    row(Gateway, 205, &[400], Is(Unsupported), "client certificate verification failed (mutual TLS)"),
    row(Gateway, 301, &[401], Is(InvalidCredentials), "IAM authentication failed; only the message names the cause"),
    row(Gateway, 302, &[403], Is(AccessDenied), "IAM authorization at the gateway failed"),
    row(Gateway, 303, &[401], Is(InvalidCredentials), "app authentication failed (app signing, not IAM); also the documented code for 'signature expired'"),
    row(Gateway, 304, &[403], Is(AccessDenied), "app authorization failed"),
    row(Gateway, 305, &[401], Is(InvalidCredentials), "authentication by a custom authorizer failed"),
    row(Gateway, 306, &[403], Is(AccessDenied), "API access denied"),
    row(Gateway, 307, &[401], Is(ExpiredCredentials), "X-Auth-Token outdated or from another region"),
    row(Gateway, 308, &[429], Is(Throttled), "rate limit exceeded; WHO is api, user, app or ip"),
    row(Gateway, 310, &[403], Is(AccessDenied), "project suspended"),
    row(Gateway, 311, &[401], Is(InvalidCredentials), "debugging authentication failed"),
    row(Gateway, 312, &[401], Is(InvalidCredentials), "third-party authentication failed"),
    row(Gateway, 313, &[401], Is(InvalidCredentials), "third-party authentication: identity error"),
    row(Gateway, 314, &[403], Is(AccessDenied), "third-party authentication: access denied"),
    row(Gateway, 401, &[403], Is(AccessDenied), "unknown client IP address"),
    row(Gateway, 402, &[403], Is(AccessDenied), "IP address not authorized to access the API"),
    row(Gateway, 404, &[403], Is(AccessDenied), "access to the backend IP address denied"),
    row(Gateway, 405, &[403], Is(AccessDenied), "app access from an untrusted IP address"),
    row(Gateway, 501, &[405], Is(QuotaExceeded), "app quota exhausted"),
    row(Gateway, 502, &[405], Is(AccessDenied), "app frozen"),
    row(Gateway, 601, &[500], Is(Unavailable), "internal server error"),
    row(Gateway, 602, &[400], Is(InvalidRequest), "malformed request"),
    row(Gateway, 605, &[500], Is(Unavailable), "DNS resolution at the gateway failed"),
    row(Gateway, 606, &[500], Is(Unavailable), "API configuration could not be loaded"),
    row(Gateway, 607, &[400], Is(Unsupported), "wrong protocol: http instead of https, or the reverse"),
    row(Gateway, 608, &[500], Is(Unavailable), "admin token could not be obtained"),
    row(Gateway, 609, &[500], Is(Unavailable), "VPC backend does not exist"),
    row(Gateway, 610, &[502], Is(Unavailable), "no backend available"),
    row(Gateway, 611, &[500], Is(Unavailable), "backend port does not exist"),
    row(Gateway, 612, &[500], Is(ServiceFault), "API calls itself (X-Apig-count above 10)"),
    row(Gateway, 613, &[503], Is(Unavailable), "IAM service unavailable"),
    row(Gateway, 615, &[500], Is(Unavailable), "third-party authentication: VPC information error"),
    row(Gateway, 616, &[500], Is(Unavailable), "third-party authentication: request information error"),
    row(Gateway, 617, &[500], Is(Unavailable), "third-party authentication: response information error"),
    row(Gateway, 624, &[], Is(InvalidCredentials), "signature algorithm mismatch: SDK-HMAC-SHA256 used instead of V11-HMAC-SHA256"),
    row(Gateway, 705, &[500], Is(Unavailable), "backend signature calculation failed"),
    row(Gateway, 801, &[403], Is(Unsupported), "service not available in the selected region"),
    row(Gateway, 802, &[403], Is(Unsupported), "IAM user not allowed in the selected region"),
    row(Gateway, 1001, &[401], ByStatus, "refresh token expired (app OAuth)"),
    row(Gateway, 1002, &[401], ByStatus, "access token expired (app OAuth)"),
    row(Gateway, 1003, &[401], ByStatus, "app does not match the refresh token (app OAuth)"),
    row(Gateway, 1004, &[401], ByStatus, "app does not exist (app OAuth)"),
    row(Gateway, 1009, &[400], ByStatus, "invalid AppKey or AppSecret (app OAuth)"),
    row(Gateway, 2102, &[400], ByStatus, "PublicKey is null (app OAuth)"),
    row(Gateway, 2201, &[400], ByStatus, "invalid Appkey or SecretKey (app OAuth)"),
    row(Gateway, 2202, &[400], ByStatus, "invalid refresh token (app OAuth)"),
    row(Gateway, 2203, &[400], ByStatus, "invalid access token (app OAuth)"),
    row(Gateway, 2204, &[400], ByStatus, "invalid ContentType (app OAuth)"),
    row(Gateway, 2205, &[400], ByStatus, "invalid auth parameter (app OAuth)"),
    row(Gateway, 2206, &[400], ByStatus, "invalid auth method (app OAuth)"),
    row(Gateway, 2208, &[400], ByStatus, "length of through_data out of range (app OAuth)"),
    row(Gateway, 2209, &[400], ByStatus, "unsupported grant_type (app OAuth)"),
    row(Gateway, 2210, &[400], ByStatus, "missing grant_type (app OAuth)"),
    row(Gateway, 2211, &[400], ByStatus, "missing client_id (app OAuth)"),
    row(Gateway, 2212, &[400], ByStatus, "missing client_secret (app OAuth)"),
    row(Gateway, 2213, &[400], ByStatus, "missing refresh_token (app OAuth)"),
    row(Iam, 1, &[401], Is(InvalidCredentials), "missing authentication"),
    row(Iam, 2, &[403], Is(AccessDenied), "not authorized to perform the requested action"),
    row(Iam, 3, &[403], Is(AccessDenied), "policy does not allow the actions"),
    row(Iam, 4, &[404], Is(NotFound), "resource not found"),
    row(Iam, 5, &[409], Is(Conflict), "conflict when storing the resource"),
    row(Iam, 6, &[500], Is(Unavailable), "unexpected server error"),
    row(Iam, 7, &[400], Is(InvalidRequest), "invalid request parameter"),
    row(Iam, 9, &[400], Is(InvalidRequest), "invalid X-Subject-Token"),
    row(Iam, 11, &[400], Is(InvalidRequest), "invalid request body"),
    row(Iam, 12, &[429], Is(Throttled), "rate limit exceeded"),
    row(Iam, 20, &[410], UnavailableFrom500, "authentication of the region has failed over; the system degrades automatically"),
    row(Iam, 61, &[401], Is(InvalidCredentials), "account locked"),
    row(Iam, 62, &[401], Is(InvalidCredentials), "incorrect password"),
    row(Iam, 63, &[401], Is(InvalidCredentials), "access token authentication failed"),
    row(Iam, 64, &[401], Is(AccessDenied), "access token has insufficient permissions for the request"),
    row(Iam, 66, &[401], Is(ExpiredCredentials), "token expired"),
    row(Iam, 67, &[401], Is(InvalidCredentials), "invalid token"),
    row(Iam, 72, &[400], Is(InvalidRequest), "schema validation failed: missing required property"),
    row(Iam, 73, &[400], Is(InvalidRequest), "invalid input for a field"),
    row(Iam, 77, &[400], Is(InvalidRequest), "invalid policy type"),
    row(Iam, 80, &[403], Is(AccessDenied), "user of the access key is disabled"),
    row(Iam, 81, &[403], Is(AccessDenied), "user has console access only"),
    row(Iam, 82, &[403], Is(AccessDenied), "user is disabled"),
    row(Iam, 83, &[403], Is(Unsupported), "no permission to access the private region"),
    row(Iam, 1101, &[400], Is(InvalidRequest), "invalid request body size"),
    row(Iam, 1102, &[400], Is(InvalidRequest), "invalid field in the request body"),
    row(Iam, 1103, &[400], Is(InvalidRequest), "missing required field in the request body"),
    row(Iam, 1104, &[400], Is(InvalidCredentials), "access key is blacklisted"),
    row(Iam, 1105, &[400], Is(ExpiredCredentials), "access key expired"),
    row(Iam, 1106, &[400], Is(InvalidCredentials), "user of the access key not found"),
    row(Iam, 1107, &[400], Is(InvalidCredentials), "access key is inactive"),
    row(Iam, 1108, &[400], Is(ExpiredCredentials), "temporary credentials expired (reported with status 400, not 401)"),
    row(Iam, 1109, &[400], Is(InvalidRequest), "project information not found"),
];
