//! `tracing` instrumentation, with the feature of that name; no-op without it.
//!
//! There is a span for each call of a client and each refresh of a session, and an event for each
//! attempt; `session/log.rs` logs the events of sessions. Names, fields and levels are documented in
//! `docs/observability.md`. Events contain only the error code and the request id of a response,
//! bounded and printable as in [`sts_proto::ServiceError`]; no body, no message, no other header.

#[cfg(feature = "tracing")]
mod on {
    use sts_proto::Endpoint;
    use tracing::{Instrument, Span, debug, debug_span};

    use crate::stats::FailedAttempt;
    use crate::transport::TransportErrorKind;

    /// Part of the documented interface, so it does not follow the modules.
    const TARGET: &str = "sts_client";

    fn call_span(operation: &'static str) -> Span {
        debug_span!(target: TARGET, "sts.call", operation)
    }

    /// Runs a call in its span.
    pub(crate) fn in_call<F: Future>(
        operation: &'static str,
        call: F,
    ) -> impl Future<Output = F::Output> {
        call.instrument(call_span(operation))
    }

    /// Runs a blocking call in its span.
    pub(crate) fn in_call_blocking<T>(operation: &'static str, call: impl FnOnce() -> T) -> T {
        call_span(operation).in_scope(call)
    }

    fn refresh_span(session: &str) -> Span {
        debug_span!(target: TARGET, "sts.refresh", session)
    }

    /// Runs a refresh in its span. `session` is the label of its provider.
    pub(crate) fn in_refresh<F: Future>(
        session: &str,
        refresh: F,
    ) -> impl Future<Output = F::Output> + use<F> {
        refresh.instrument(refresh_span(session))
    }

    /// Runs a blocking refresh in its span.
    pub(crate) fn in_refresh_blocking<T>(session: &str, refresh: impl FnOnce() -> T) -> T {
        refresh_span(session).in_scope(refresh)
    }

    pub(crate) fn attempt_sent(number: u32, endpoint: &Endpoint) {
        debug!(target: TARGET, attempt = number, %endpoint, "sent");
    }

    pub(crate) fn attempt_succeeded(number: u32) {
        debug!(target: TARGET, attempt = number, "succeeded");
    }

    pub(crate) fn attempt_failed(attempt: &FailedAttempt) {
        debug!(
            target: TARGET,
            endpoint = attempt.endpoint,
            kind = attempt.kind.as_str(),
            status = attempt.status.map(|status| status.as_u16()),
            code = attempt.code.as_ref().map(sts_proto::ErrorCode::as_str),
            request_id = attempt.request_id,
            transport = attempt.transport.map(TransportErrorKind::as_str),
            wait_ms = attempt.waited.map(|wait| wait.as_secs_f64() * 1000.0),
            "failed"
        );
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use sts_proto::Endpoint;

    use crate::stats::FailedAttempt;

    pub(crate) fn in_call<F: Future>(_: &'static str, call: F) -> F {
        call
    }

    pub(crate) fn in_call_blocking<T>(_: &'static str, call: impl FnOnce() -> T) -> T {
        call()
    }

    pub(crate) fn in_refresh<F: Future>(_: &str, refresh: F) -> F {
        refresh
    }

    pub(crate) fn in_refresh_blocking<T>(_: &str, refresh: impl FnOnce() -> T) -> T {
        refresh()
    }

    pub(crate) fn attempt_sent(_: u32, _: &Endpoint) {}

    pub(crate) fn attempt_succeeded(_: u32) {}

    pub(crate) fn attempt_failed(_: &FailedAttempt) {}
}

#[cfg(not(feature = "tracing"))]
pub(crate) use self::off::{
    attempt_failed, attempt_sent, attempt_succeeded, in_call, in_call_blocking, in_refresh,
    in_refresh_blocking,
};
#[cfg(feature = "tracing")]
pub(crate) use self::on::{
    attempt_failed, attempt_sent, attempt_succeeded, in_call, in_call_blocking, in_refresh,
    in_refresh_blocking,
};
