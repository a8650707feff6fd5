//! `tracing` instrumentation, with the feature of that name; no-op without it.
//!
//! There is a span for each call of a client and each refresh of a provider, and an event for each
//! attempt. Events contain only the error code and the request id of a response, bounded and
//! printable as in [`sts_proto::ServiceError`]; no body, no message, no other header.

#[cfg(feature = "tracing")]
mod on {
    use sts_proto::Endpoint;
    use tracing::{Instrument, Span, debug, debug_span};

    use crate::stats::FailedAttempt;

    fn call_span(operation: &'static str) -> Span {
        debug_span!("sts_call", operation)
    }

    /// Runs a call in its span.
    pub(crate) async fn in_call<F: Future>(operation: &'static str, call: F) -> F::Output {
        call.instrument(call_span(operation)).await
    }

    /// Runs a blocking call in its span.
    pub(crate) fn in_call_blocking<T>(operation: &'static str, call: impl FnOnce() -> T) -> T {
        call_span(operation).in_scope(call)
    }

    fn refresh_span(provider: &'static str) -> Span {
        debug_span!("sts_refresh", provider)
    }

    /// Runs a refresh in its span. `provider` is the type of the provider.
    pub(crate) async fn in_refresh<F: Future>(provider: &'static str, refresh: F) -> F::Output {
        refresh.instrument(refresh_span(provider)).await
    }

    /// Runs a blocking refresh in its span.
    pub(crate) fn in_refresh_blocking<T>(provider: &'static str, refresh: impl FnOnce() -> T) -> T {
        refresh_span(provider).in_scope(refresh)
    }

    pub(crate) fn attempt_sent(number: u32, endpoint: &Endpoint) {
        debug!(attempt = number, %endpoint, "sent");
    }

    pub(crate) fn attempt_succeeded(number: u32) {
        debug!(attempt = number, "succeeded");
    }

    pub(crate) fn attempt_failed(attempt: &FailedAttempt) {
        debug!(
            endpoint = attempt.endpoint,
            kind = attempt.kind.as_str(),
            status = attempt.status.map(|status| status.as_u16()),
            code = attempt.code.as_ref().map(sts_proto::ErrorCode::as_str),
            request_id = attempt.request_id,
            transport = attempt.transport.map(tracing::field::debug),
            wait_ms = attempt.waited.map(|wait| wait.as_secs_f64() * 1000.0),
            "failed"
        );
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use sts_proto::Endpoint;

    use crate::stats::FailedAttempt;

    pub(crate) async fn in_call<F: Future>(_: &'static str, call: F) -> F::Output {
        call.await
    }

    pub(crate) fn in_call_blocking<T>(_: &'static str, call: impl FnOnce() -> T) -> T {
        call()
    }

    pub(crate) async fn in_refresh<F: Future>(_: &'static str, refresh: F) -> F::Output {
        refresh.await
    }

    pub(crate) fn in_refresh_blocking<T>(_: &'static str, refresh: impl FnOnce() -> T) -> T {
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
