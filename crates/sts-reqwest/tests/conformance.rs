//! The suite of `sts-conformance`, for both transports.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::sync::LazyLock;

use reqwest::Certificate;
use sts_client::transport::PemCertificates;
use sts_conformance::{Setup, Unsupported};
use sts_reqwest::{ReqwestTransport, ReqwestTransportBuilder};
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

fn builder(setup: &Setup) -> ReqwestTransportBuilder {
    // This workspace builds reqwest without a crypto provider; its feature `rustls` has one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = ReqwestTransport::builder();
    if let Some(pem) = &setup.root_certificates_pem {
        let pem = PemCertificates::read(pem.as_bytes(), |block| Ok(block.to_vec()));
        let pem = pem.all().unwrap().concat();
        let certificates = Certificate::from_pem_bundle(&pem).unwrap();
        builder = builder.configure(move |reqwest| reqwest.tls_certs_only(certificates.clone()));
    }
    match &setup.proxy {
        Some(proxy) => builder.proxy(proxy),
        None => builder.no_proxy(),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the suite requires it")]
fn transport(setup: &Setup) -> Result<ReqwestTransport, Unsupported> {
    Ok(builder(setup).build().unwrap())
}

sts_conformance::tests!(transport, |case| RUNTIME.block_on(case));

/// Runs all cases concurrently.
#[test]
fn only_unusual_tunnels_are_skipped() {
    let report = RUNTIME.block_on(sts_conformance::conformance(transport));
    assert!(report.is_conformant(), "{report}");
    assert_eq!(
        skipped(&report),
        [
            "tunnels::any_2xx_opens_a_tunnel",
            "tunnels::response_head_of_60_kb_opens_a_tunnel",
            "tunnels::informational_response_is_skipped",
        ]
    );
}

fn skipped(report: &sts_conformance::Report) -> Vec<&'static str> {
    let skipped = |case: &&sts_conformance::CaseReport| {
        matches!(case.outcome, sts_conformance::Outcome::Skipped(_))
    };
    report.cases().iter().filter(skipped).map(|case| case.name).collect()
}

#[cfg(feature = "blocking")]
mod blocking {
    use sts_conformance::{Setup, Unsupported};
    use sts_reqwest::blocking::ReqwestTransport;

    #[expect(clippy::unnecessary_wraps, reason = "the suite requires it")]
    fn transport(setup: &Setup) -> Result<ReqwestTransport, Unsupported> {
        Ok(super::builder(setup).build_blocking().unwrap())
    }

    /// A blocking exchange cannot be dropped, and reqwest does not report the progress of a request.
    #[test]
    fn only_cases_that_reqwest_cannot_meet_are_skipped() {
        let report = sts_conformance::conformance_blocking(transport);
        assert!(report.is_conformant(), "{report}");
        let skipped = super::skipped(&report);
        let skipped: Vec<_> =
            skipped.into_iter().filter(|name| !name.starts_with("cancellation::")).collect();
        assert_eq!(
            skipped,
            [
                "targets::unresponsive_target_is_not_sent",
                "tls::stalled_handshake_times_out",
                "tunnels::any_2xx_opens_a_tunnel",
                "tunnels::response_head_of_60_kb_opens_a_tunnel",
                "tunnels::informational_response_is_skipped",
                "tunnels::stalled_proxy_times_out",
            ]
        );
    }
}
