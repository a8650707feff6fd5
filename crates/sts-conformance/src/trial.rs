//! Context of a running case.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{HeaderValue, Method, Request};
use sts_client::transport::{Exchange, Limits};
use sts_proto::Body;

use crate::setup::Setup;
use crate::stop::Stop;
use crate::subject::{Factory, Subject};

/// Timeout of cases that wait for it.
pub(crate) const SHORT: Duration = Duration::from_millis(300);

/// A name that cannot be resolved. Its label is too long for DNS, so no resolver sends a query.
pub(crate) const NO_NAME: &str =
    "this-label-has-more-than-the-sixty-three-letters-that-dns-can-hold-in-one.invalid";

/// One case on one transport.
pub(crate) struct Trial<'a> {
    factory: &'a Factory<'a>,
    /// Set when the transport reported an unsent request as possibly sent.
    is_inconclusive: Arc<AtomicBool>,
}

impl<'a> Trial<'a> {
    pub(crate) fn new(factory: &'a Factory<'a>) -> Self {
        Self { factory, is_inconclusive: Arc::default() }
    }

    /// Returns whether the transport reported an unsent request as possibly sent, which is allowed.
    pub(crate) fn is_inconclusive(&self) -> bool {
        self.is_inconclusive.load(Ordering::Relaxed)
    }

    /// Creates a transport for targets without TLS.
    pub(crate) fn transport(&self) -> Result<Subject, Stop> {
        self.make(&Setup::default())
    }

    /// Creates a transport for `https` targets.
    pub(crate) fn https(&self) -> Result<Subject, Stop> {
        self.make(&Setup { needs_https: true, ..Setup::default() })
    }

    /// Creates a transport for each scheme of targets: `http`, and `https` if it is supported.
    pub(crate) fn for_each_scheme(
        &self,
        proxy: Option<String>,
    ) -> Result<Vec<(&'static str, Subject)>, Stop> {
        let setup = Setup { proxy, ..Setup::default() };
        let mut subjects = vec![("http", self.make(&setup)?)];
        match self.make(&Setup { needs_https: true, ..setup }) {
            Ok(subject) => subjects.push(("https", subject)),
            // The cases that need https alone report it.
            Err(Stop::Skipped(_)) => {}
            Err(failed) => return Err(failed),
        }
        Ok(subjects)
    }

    /// Creates a transport that trusts these certificates.
    pub(crate) fn trusting(&self, pem: impl Into<String>) -> Result<Subject, Stop> {
        let root_certificates_pem = Some(pem.into());
        self.make(&Setup { needs_https: true, root_certificates_pem, ..Setup::default() })
    }

    /// Creates a transport that uses a proxy for targets without TLS.
    pub(crate) fn via_proxy(&self, proxy: impl Into<String>) -> Result<Subject, Stop> {
        self.make(&Setup { proxy: Some(proxy.into()), ..Setup::default() })
    }

    /// Creates a transport that uses a proxy for `https` targets.
    pub(crate) fn https_via_proxy(&self, proxy: impl Into<String>) -> Result<Subject, Stop> {
        self.make(&Setup { needs_https: true, proxy: Some(proxy.into()), ..Setup::default() })
    }

    /// Creates a transport that uses a proxy and trusts these certificates.
    pub(crate) fn via_proxy_trusting(
        &self,
        proxy: impl Into<String>,
        pem: impl Into<String>,
    ) -> Result<Subject, Stop> {
        let root_certificates_pem = Some(pem.into());
        let proxy = Some(proxy.into());
        self.make(&Setup { needs_https: true, root_certificates_pem, proxy, ..Setup::default() })
    }

    /// Creates a transport whose exchanges may be polled outside of the runtime on which they
    /// started.
    pub(crate) fn moving_exchanges(&self) -> Result<Subject, Stop> {
        self.make(&Setup { moves_exchanges: true, ..Setup::default() })
    }

    fn make(&self, setup: &Setup) -> Result<Subject, Stop> {
        self.factory.make(setup, &self.is_inconclusive)
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

/// Sets the timeout of an exchange.
pub(crate) fn with_timeout(mut exchange: Exchange, timeout: Duration) -> Exchange {
    exchange.limits.timeout = timeout;
    exchange
}

/// Sets the body limit of an exchange, in bytes.
pub(crate) fn with_body_limit(mut exchange: Exchange, body: usize) -> Exchange {
    exchange.limits.body = body;
    exchange
}
