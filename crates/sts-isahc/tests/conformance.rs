//! The suite of `sts-conformance`, for both halves.

#![cfg(feature = "rustls-tls")]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use sts_conformance::{Setup, Unsupported};
use sts_isahc::IsahcTransport;

#[expect(clippy::unnecessary_wraps, reason = "the suite asks for it")]
fn transport(setup: &Setup) -> Result<IsahcTransport, Unsupported> {
    let mut builder = IsahcTransport::builder();
    if let Some(pem) = &setup.root_certificates_pem {
        builder = builder.root_certificate_pem(pem.as_bytes());
    }
    builder = match &setup.proxy {
        Some(proxy) => builder.proxy(proxy),
        None => builder.no_proxy(),
    };
    Ok(builder.build().unwrap())
}

mod awaiting {
    sts_conformance::tests!(super::transport);
}

mod blocking {
    sts_conformance::blocking_tests!(super::transport);
}
