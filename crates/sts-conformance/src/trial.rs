//! What a case works with.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{HeaderValue, Method, Request};
use sts_client::transport::{Exchange, Limits};
use sts_proto::Body;

use crate::setup::Setup;
use crate::stop::Stop;
use crate::subject::{Maker, Subject};

/// A limit that cases wait for.
pub(crate) const SHORT: Duration = Duration::from_millis(300);

/// A name without an address. It cannot be asked for either, for its label is too long for DNS: no
/// resolver sends anything.
pub(crate) const NO_NAME: &str =
    "this-label-has-more-than-the-sixty-three-letters-that-dns-can-hold-in-one.invalid";

/// One case on one kind of transport.
pub(crate) struct Trial<'a> {
    maker: &'a Maker<'a>,
    /// Whether the transport could not tell that nothing was sent.
    doubt: Arc<AtomicBool>,
}

impl<'a> Trial<'a> {
    pub(crate) fn new(maker: &'a Maker<'a>) -> Self {
        Self { maker, doubt: Arc::default() }
    }

    /// Whether the transport said that a request may have been sent when it was not. That is no
    /// mistake, but nothing to praise either.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.doubt.load(Ordering::Relaxed)
    }

    /// A new transport.
    pub(crate) fn transport(&self) -> Result<Subject, Stop> {
        self.make(&Setup::default())
    }

    /// A new transport that trusts these certificates.
    pub(crate) fn trusting(&self, pem: impl Into<String>) -> Result<Subject, Stop> {
        self.make(&Setup { root_certificates_pem: Some(pem.into()), ..Setup::default() })
    }

    /// A new transport that goes through a proxy.
    pub(crate) fn through(&self, proxy: impl Into<String>) -> Result<Subject, Stop> {
        self.make(&Setup { proxy: Some(proxy.into()), ..Setup::default() })
    }

    /// A new transport that goes through a proxy and trusts these certificates.
    pub(crate) fn through_trusting(
        &self,
        proxy: impl Into<String>,
        pem: impl Into<String>,
    ) -> Result<Subject, Stop> {
        let root_certificates_pem = Some(pem.into());
        let proxy = Some(proxy.into());
        self.make(&Setup { root_certificates_pem, proxy, ..Setup::default() })
    }

    /// A new transport whose exchanges may be polled outside of the runtime on which they began.
    pub(crate) fn moving_exchanges(&self) -> Result<Subject, Stop> {
        self.make(&Setup { moves_exchanges: true, ..Setup::default() })
    }

    fn make(&self, setup: &Setup) -> Result<Subject, Stop> {
        self.maker.make(setup, &self.doubt)
    }
}

/// A GET with secrets in its headers.
pub(crate) fn get(url: &str) -> Result<Exchange, Stop> {
    exchange(Method::GET, url, Body::empty())
}

/// A POST with secrets in its headers and its body.
pub(crate) fn post(url: &str) -> Result<Exchange, Stop> {
    post_body(url, r#"{"id_token":"planted-body"}"#)
}

/// A POST of `body`.
pub(crate) fn post_body(url: &str, body: impl AsRef<[u8]>) -> Result<Exchange, Stop> {
    exchange(Method::POST, url, Body::from(body.as_ref().to_vec()))
}

fn exchange(method: Method, url: &str, body: Body) -> Result<Exchange, Stop> {
    let request = Request::builder()
        .method(method)
        .uri(url)
        .header("content-type", "application/json")
        .header("x-sdk-date", "20260305T070809Z")
        .header("x-security-token", sensitive("planted-token"))
        .header("authorization", sensitive("SDK-HMAC-SHA256 Access=AK, Signature=planted"))
        .body(body)?;
    Ok(Exchange::new(request, Limits::default()))
}

fn sensitive(value: &'static str) -> HeaderValue {
    let mut value = HeaderValue::from_static(value);
    value.set_sensitive(true);
    value
}

/// The same exchange with another limit in time.
pub(crate) fn within(mut exchange: Exchange, timeout: Duration) -> Exchange {
    exchange.limits.timeout = timeout;
    exchange
}

/// The same exchange with another limit of the answer's body.
pub(crate) fn at_most(mut exchange: Exchange, body: usize) -> Exchange {
    exchange.limits.body = body;
    exchange
}
