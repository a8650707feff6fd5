//! The codes that are known, as data. To add one, add a row.
//!
//! Sources: the error pages of the IAM v5, classic IAM and API Gateway references, the API Request
//! Signing Guide, and for STS's own codes, of which no list is published, the answers seen. The
//! kinds are this crate's judgement.

use http::StatusCode;

use self::Rule::{ByStatus, Is, UnavailableFrom500};
use super::code::CodeFamily::{self, Gateway, Iam, Pap5, Sts5};
use super::code::ErrorCode;
use super::judge;
use super::kind::ErrorKind::{
    self, AccessDenied, ClockSkew, Conflict, ExpiredCredentials, FederationRefused,
    InvalidCredentials, InvalidRequest, KeyLocked, NotFound, QuotaExceeded, ServiceFault,
    Throttled, Unavailable, Unsupported,
};

/// A code of which something is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownCode {
    /// Who gives it. The gateway's codes hold under each of its prefixes.
    pub family: CodeFamily,
    /// Its number, `1106` for `STS5.1106`.
    pub number: u16,
    /// The statuses it is documented or was seen with; none if that was not recorded.
    pub statuses: &'static [u16],
    /// What it means.
    pub meaning: &'static str,
    rule: Rule,
}

/// How a known code is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// The same with every status.
    Is(ErrorKind),
    /// The code says less than the status.
    ByStatus,
    /// Worth another try if the service calls it a failure of its own, which not all parts of it
    /// do.
    UnavailableFrom500,
}

impl KnownCode {
    /// What the code means together with `status`, without the help of a message.
    #[must_use]
    pub fn kind(&self, status: StatusCode) -> ErrorKind {
        match self.rule {
            Rule::Is(kind) => kind,
            Rule::ByStatus => judge::by_status(status),
            Rule::UnavailableFrom500 if status.is_server_error() => ErrorKind::Unavailable,
            Rule::UnavailableFrom500 => ErrorKind::ServiceFault,
        }
    }

    /// The code as answers write it, as in `STS5.1106`; for the gateway under the prefix that
    /// stands in front of cloud services, `APIGW`.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        ErrorCode::from(format!("{}.{:04}", self.family.prefix(), self.number).as_str())
    }
}

/// All codes that are known, by family and number.
#[must_use]
pub const fn known_codes() -> &'static [KnownCode] {
    CODES
}

pub(super) fn find(code: &ErrorCode) -> Option<&'static KnownCode> {
    let (family, number) = (code.family(), code.number()?);
    CODES.iter().find(|known| known.number == number && known.family == family)
}

/// A message that tells more than its code. Messages may change without notice, so one that is not
/// known leaves the judgement to code and status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownMessage {
    /// The gateway's numbers it refines; none if it was seen without a certain code, with 400 or
    /// 401.
    pub numbers: &'static [u16],
    /// What the message contains, in lower case; held against it whatever its case.
    pub contains: &'static str,
    /// What it means.
    pub kind: ErrorKind,
}

/// All messages that are known to refine; the first that fits counts.
#[must_use]
pub const fn known_messages() -> &'static [KnownMessage] {
    MESSAGES
}

const fn message(numbers: &'static [u16], contains: &'static str, kind: ErrorKind) -> KnownMessage {
    KnownMessage { numbers, contains, kind }
}

/// The many faces of 0301 and what is known of others; the first that fits counts.
const MESSAGES: &[KnownMessage] = &[
    message(&[301], "ak access failed to reach the limit", KeyLocked),
    // Documented for 0303. Under which code STS refuses a date is not known.
    message(&[301, 303], "signature expired", ClockSkew),
    // The signature did not arrive, or not in a form that is understood: the key is not at fault.
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

/// One row a line, so that it reads as a table.
#[rustfmt::skip]
const CODES: &[KnownCode] = &[
    row(Sts5, 1001, &[403], Is(AccessDenied), "no policy allows the action on this agency, or one forbids it"),
    row(Sts5, 1007, &[], Is(Unsupported), "this region's STS does not offer the path"),
    row(Sts5, 1106, &[404], Is(NotFound), "the agency URN names nothing"),
    row(Sts5, 1804, &[400], ByStatus, "login only: the proof of possession is refused"),
    row(Sts5, 1805, &[400], ByStatus, "login only: the authorization code is refused"),
    row(Sts5, 1806, &[400], ByStatus, "login only: the refresh token is invalid, used up or of another client"),
    row(Sts5, 2001, &[], Is(FederationRefused), "the ID token's audience is none of the provider's client ids"),
    row(Pap5, 1, &[403], Is(AccessDenied), "permission denied; the encoded authorization message says why"),
    row(Pap5, 3, &[], Is(QuotaExceeded), "too many policies are attached to the agency"),
    row(Pap5, 10, &[400], Is(InvalidRequest), "a marker for the next page is wrong"),
    row(Pap5, 11, &[400], Is(InvalidRequest), "the policy is not well formed"),
    row(Pap5, 29, &[400], Is(InvalidRequest), "the agency's name is wrong"),
    row(Pap5, 30, &[400], Is(InvalidRequest), "a path is wrong"),
    row(Pap5, 33, &[400], Is(InvalidRequest), "a key stands twice, as in tags"),
    row(Pap5, 36, &[400], Is(InvalidRequest), "a tag breaks a tag policy"),
    row(Pap5, 38, &[400], Is(InvalidRequest), "the agency is of the old kind, not a trust agency"),
    row(Pap5, 40, &[400], Is(InvalidRequest), "the caller has to be an IAM user"),
    row(Pap5, 41, &[400], Is(InvalidRequest), "the MFA device's serial number is wrong"),
    row(Pap5, 46, &[400], Is(InvalidRequest), "an internal header is missing; tell support"),
    row(Gateway, 101, &[404], Is(NotFound), "the host has no such path or method"),
    row(Gateway, 103, &[404, 500], UnavailableFrom500, "the gateway knows no backend"),
    row(Gateway, 104, &[400, 500], UnavailableFrom500, "the gateway lacks a plug-in"),
    row(Gateway, 105, &[400, 500], UnavailableFrom500, "the backend's configuration is missing"),
    row(Gateway, 106, &[400], Is(InvalidRequest), "a parameter fails the gateway's check, such as a required header that is missing"),
    row(Gateway, 107, &[500], Is(Unavailable), "a plug-in of the gateway failed"),
    row(Gateway, 108, &[404], Is(ServiceFault), "the group of servers is missing"),
    row(Gateway, 201, &[400, 413, 414, 494, 500, 502, 504], ByStatus, "one code for seven statuses: bad request, too large in three ways, backend down, slow or failing"),
    row(Gateway, 202, &[502], Is(Unavailable), "the backend is down"),
    row(Gateway, 203, &[504], Is(Unavailable), "the backend is slow; it may have carried the request out"),
    row(Gateway, 204, &[400], Is(Unsupported), "the version of TLS is refused"),
    row(Gateway, 205, &[400], Is(Unsupported), "the client's certificate is refused"),
    row(Gateway, 301, &[401], Is(InvalidCredentials), "authentication failed; only the message says why"),
    row(Gateway, 302, &[403], Is(AccessDenied), "the user may not call this API"),
    row(Gateway, 303, &[401], Is(InvalidCredentials), "authentication of an application failed; also documented for dates that are too far off"),
    row(Gateway, 304, &[403], Is(AccessDenied), "the application may not call this API"),
    row(Gateway, 305, &[401], Is(InvalidCredentials), "a custom authorizer refused"),
    row(Gateway, 306, &[403], Is(AccessDenied), "access to the API is denied"),
    row(Gateway, 307, &[401], Is(ExpiredCredentials), "the token is out of date or of another region"),
    row(Gateway, 308, &[429], Is(Throttled), "the rate limit is reached; the message names limit and window"),
    row(Gateway, 310, &[403], Is(AccessDenied), "the project is suspended"),
    row(Gateway, 311, &[401], Is(InvalidCredentials), "authentication for debugging failed"),
    row(Gateway, 312, &[401], Is(InvalidCredentials), "third-party authentication failed"),
    row(Gateway, 313, &[401], Is(InvalidCredentials), "third-party authentication refused the identity"),
    row(Gateway, 314, &[403], Is(AccessDenied), "third-party authentication denied access"),
    row(Gateway, 401, &[403], Is(AccessDenied), "the client's address is unknown"),
    row(Gateway, 402, &[403], Is(AccessDenied), "the client's address is not allowed"),
    row(Gateway, 404, &[403], Is(AccessDenied), "the backend's address is not allowed"),
    row(Gateway, 405, &[403], Is(AccessDenied), "the application's address is not trusted"),
    row(Gateway, 501, &[405], Is(QuotaExceeded), "the application's quota is used up"),
    row(Gateway, 502, &[405], Is(AccessDenied), "the application is frozen"),
    row(Gateway, 601, &[500], Is(Unavailable), "the gateway failed"),
    row(Gateway, 602, &[400], Is(InvalidRequest), "the request is malformed; also seen with a security token missing or unsigned"),
    row(Gateway, 605, &[500], Is(Unavailable), "the gateway could not resolve a name"),
    row(Gateway, 606, &[500], Is(Unavailable), "the gateway could not load the API's configuration"),
    row(Gateway, 607, &[400], Is(Unsupported), "http where https is wanted, or the reverse"),
    row(Gateway, 608, &[500], Is(Unavailable), "the gateway got no token of its own"),
    row(Gateway, 609, &[500], Is(Unavailable), "the backend's network is missing"),
    row(Gateway, 610, &[502], Is(Unavailable), "no backend is available"),
    row(Gateway, 611, &[500], Is(Unavailable), "the backend's port is missing"),
    row(Gateway, 612, &[500], Is(ServiceFault), "the API calls itself in a circle"),
    row(Gateway, 613, &[503], Is(Unavailable), "IAM is not available at the moment"),
    row(Gateway, 615, &[500], Is(Unavailable), "third-party authentication: the network's data is wrong"),
    row(Gateway, 616, &[500], Is(Unavailable), "third-party authentication: the request failed"),
    row(Gateway, 617, &[500], Is(Unavailable), "third-party authentication: the answer is wrong"),
    row(Gateway, 624, &[], Is(InvalidCredentials), "another signing algorithm is wanted"),
    row(Gateway, 705, &[500], Is(Unavailable), "the gateway could not sign for the backend"),
    row(Gateway, 801, &[403], Is(Unsupported), "the region does not offer the service"),
    row(Gateway, 802, &[403], Is(Unsupported), "the user is forbidden in this region"),
    row(Gateway, 1001, &[401], ByStatus, "an application's OAuth: refresh token ended"),
    row(Gateway, 1002, &[401], ByStatus, "an application's OAuth: access token ended"),
    row(Gateway, 1003, &[401], ByStatus, "an application's OAuth: refresh token of another application"),
    row(Gateway, 1004, &[401], ByStatus, "an application's OAuth: unknown application"),
    row(Gateway, 1009, &[400], ByStatus, "an application's OAuth: key or secret wrong"),
    row(Gateway, 2102, &[400], ByStatus, "an application's OAuth: public key missing"),
    row(Gateway, 2201, &[400], ByStatus, "an application's OAuth: key or secret wrong"),
    row(Gateway, 2202, &[400], ByStatus, "an application's OAuth: refresh token wrong"),
    row(Gateway, 2203, &[400], ByStatus, "an application's OAuth: access token wrong"),
    row(Gateway, 2204, &[400], ByStatus, "an application's OAuth: content type wrong"),
    row(Gateway, 2205, &[400], ByStatus, "an application's OAuth: parameter wrong"),
    row(Gateway, 2206, &[400], ByStatus, "an application's OAuth: method wrong"),
    row(Gateway, 2208, &[400], ByStatus, "an application's OAuth: data passed through too long"),
    row(Gateway, 2209, &[400], ByStatus, "an application's OAuth: grant type unknown"),
    row(Gateway, 2210, &[400], ByStatus, "an application's OAuth: grant type missing"),
    row(Gateway, 2211, &[400], ByStatus, "an application's OAuth: client id missing"),
    row(Gateway, 2212, &[400], ByStatus, "an application's OAuth: client secret missing"),
    row(Gateway, 2213, &[400], ByStatus, "an application's OAuth: refresh token missing"),
    row(Iam, 1, &[401], Is(InvalidCredentials), "no authentication arrived"),
    row(Iam, 2, &[403], Is(AccessDenied), "the action is not allowed"),
    row(Iam, 3, &[403], Is(AccessDenied), "no policy allows the actions named"),
    row(Iam, 4, &[404], Is(NotFound), "what was named could not be found"),
    row(Iam, 5, &[409], Is(Conflict), "it could not be stored because of a conflict"),
    row(Iam, 6, &[500], Is(Unavailable), "IAM failed"),
    row(Iam, 7, &[400], Is(InvalidRequest), "a parameter is wrong"),
    row(Iam, 9, &[400], Is(InvalidRequest), "the token asked about is wrong"),
    row(Iam, 11, &[400], Is(InvalidRequest), "the body is wrong"),
    row(Iam, 12, &[429], Is(Throttled), "the rate limit is reached; the message names limit and window"),
    row(Iam, 20, &[410], UnavailableFrom500, "authentication has moved to another region for now"),
    row(Iam, 61, &[401], Is(InvalidCredentials), "the account is locked"),
    row(Iam, 62, &[401], Is(InvalidCredentials), "the password is wrong"),
    row(Iam, 63, &[401], Is(InvalidCredentials), "the access token is refused"),
    row(Iam, 64, &[401], Is(AccessDenied), "the access token lacks a permission"),
    row(Iam, 66, &[401], Is(ExpiredCredentials), "the token has ended"),
    row(Iam, 67, &[401], Is(InvalidCredentials), "the token is wrong"),
    row(Iam, 72, &[400], Is(InvalidRequest), "a required field is missing"),
    row(Iam, 73, &[400], Is(InvalidRequest), "a field has a wrong value"),
    row(Iam, 77, &[400], Is(InvalidRequest), "the type of policy is wrong"),
    row(Iam, 80, &[403], Is(AccessDenied), "the key's user is disabled"),
    row(Iam, 81, &[403], Is(AccessDenied), "the user may use the console only"),
    row(Iam, 82, &[403], Is(AccessDenied), "the user is disabled"),
    row(Iam, 83, &[403], Is(Unsupported), "the private region is not for this caller"),
    row(Iam, 1101, &[400], Is(InvalidRequest), "the size of the body is wrong"),
    row(Iam, 1102, &[400], Is(InvalidRequest), "a field of the body is wrong"),
    row(Iam, 1103, &[400], Is(InvalidRequest), "a field of the body is missing"),
    row(Iam, 1104, &[400], Is(InvalidCredentials), "the access key is blocked"),
    row(Iam, 1105, &[400], Is(ExpiredCredentials), "the access key has ended"),
    row(Iam, 1106, &[400], Is(InvalidCredentials), "the access key belongs to no user"),
    row(Iam, 1107, &[400], Is(InvalidCredentials), "the access key is switched off"),
    row(Iam, 1108, &[400], Is(ExpiredCredentials), "the security token has ended"),
    row(Iam, 1109, &[400], Is(InvalidRequest), "the project's data could not be found"),
];
