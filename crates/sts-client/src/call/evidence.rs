//! Evidence from the outcome of an attempt about its sender, its endpoint and its credentials.

use http::StatusCode;
use sts_proto::{CodeFamily, ErrorCode, ErrorKind, ServiceError};

use crate::error::Failure;
use crate::shared::clock_offset::Witness;
use crate::shared::rejected_keys::{Reason, Verdict};
use crate::transport::TransportErrorKind;

/// Whether an endpoint is the cause of a failure, so that another one may succeed: it is
/// unreachable, unavailable, or another server responds in its place.
pub(super) fn blames_endpoint(failure: &Failure) -> bool {
    match failure {
        Failure::Transport(error) => {
            !matches!(error.kind(), TransportErrorKind::Cancelled | TransportErrorKind::Proxy)
        }
        Failure::Service(error) => match error.kind() {
            ErrorKind::Unavailable
            | ErrorKind::ServiceFault
            | ErrorKind::InvalidResponse
            | ErrorKind::UnexpectedStatus => true,
            // The proxy is the same for all endpoints.
            _ if error.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED => false,
            // A page, or JSON in another format than the service's: from a captive portal, a
            // firewall, or another server at this address. A status alone proves nothing.
            _ => !is_from_service(error) && has_content(error),
        },
        _ => false,
    }
}

/// Whether an error response shows that the service or its gateway wrote it.
pub(super) fn is_from_service(error: &ServiceError) -> bool {
    // Many proxies add a request id to their pages, too.
    has_known_code(error) || (error.request_id().is_some() && error.excerpt().is_none())
}

fn has_content(error: &ServiceError) -> bool {
    error.excerpt().is_some() || error.message().is_some() || error.code().is_some()
}

fn has_known_code(error: &ServiceError) -> bool {
    error.code().is_some_and(|code| code.family() != CodeFamily::Other)
}

/// What a response proves about the clock of its sender.
pub(super) fn witness<T>(outcome: &Result<T, Failure>, is_signed: bool) -> Witness {
    match outcome {
        Ok(_) if is_signed => Witness::Accepted,
        Ok(_) => Witness::Service,
        Err(Failure::Service(error)) if is_signed => match verdict_of(error) {
            Verdict::Accepted => Witness::Accepted,
            Verdict::Rejected(..) => Witness::Rejected,
            Verdict::None if is_from_service(error) => Witness::Service,
            Verdict::None => Witness::Unknown,
        },
        Err(Failure::Service(error)) if is_from_service(error) => Witness::Service,
        Err(_) => Witness::Unknown,
    }
}

/// What an outcome proves about the credentials that signed the request.
pub(super) fn verdict<T>(outcome: &Result<T, Failure>) -> Verdict<'_> {
    match outcome {
        Ok(_) => Verdict::Accepted,
        Err(Failure::Service(error)) => verdict_of(error),
        Err(_) => Verdict::None,
    }
}

fn verdict_of(error: &ServiceError) -> Verdict<'_> {
    // Any intermediary can respond with 401; only the service can classify credentials.
    if !has_known_code(error) {
        return Verdict::None;
    }
    if error.kind().rejects_credentials() {
        return Verdict::Rejected(error, reason(error));
    }
    // The service is behind the gateway, which has already checked the signature.
    let family = error.code().map(ErrorCode::family);
    let is_behind_gateway = matches!(family, Some(CodeFamily::Sts5 | CodeFamily::Pap5));
    if error.status().is_client_error() && is_behind_gateway {
        Verdict::Accepted
    } else {
        Verdict::None
    }
}

fn reason(error: &ServiceError) -> Reason {
    let message = error.message().unwrap_or_default().to_ascii_lowercase();
    let is_unknown = message.contains("get secretkey failed")
        || (message.contains("ak ") && message.contains("not exist"))
        || error.code().is_some_and(|code| *code == "IAM.1106");
    match error.kind() {
        ErrorKind::ExpiredCredentials => Reason::Invalid,
        ErrorKind::AccessKeyLocked | ErrorKind::ClockSkew => Reason::FailedSignature,
        _ if is_unknown => Reason::UnknownKey,
        // The gateway's 401; other codes mean disabled or revoked access keys.
        _ if error.status() == StatusCode::UNAUTHORIZED => Reason::FailedSignature,
        _ => Reason::Invalid,
    }
}
