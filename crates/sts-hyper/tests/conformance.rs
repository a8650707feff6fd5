//! The suite of `sts-conformance`.

#![cfg(any(feature = "ring", feature = "aws-lc-rs"))]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::sync::LazyLock;

use sts_conformance::{Setup, Unsupported};
use sts_hyper::HyperTransport;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

#[expect(clippy::unnecessary_wraps, reason = "the suite requires it")]
fn transport(setup: &Setup) -> Result<HyperTransport, Unsupported> {
    let mut builder = HyperTransport::builder();
    if let Some(pem) = &setup.root_certificates_pem {
        builder = builder.root_certificate_pem(pem.as_bytes());
    }
    builder = match &setup.proxy {
        Some(proxy) => builder.proxy(proxy),
        None => builder.no_proxy(),
    };
    Ok(builder.build().unwrap())
}

sts_conformance::tests!(transport, |case| RUNTIME.block_on(case));

/// Runs all cases concurrently on a current-thread runtime.
#[test]
fn conforms_on_a_current_thread_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let report = runtime.block_on(sts_conformance::conformance(transport));
    assert!(report.is_conformant() && report.skipped() == 0, "{report}");
}
