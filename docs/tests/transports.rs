//! The table in `transports.md` is what the suite says.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fmt::Write;

use sts_client::transport::PemCertificates;
use sts_conformance::{
    CaseReport, Outcome, Report, Setup, Unsupported, conformance, conformance_blocking,
};
use sts_hyper::HyperTransport;
use sts_isahc::IsahcTransport;
use sts_reqwest::{ReqwestTransport, ReqwestTransportBuilder};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

#[path = "../../crates/sts-conformance/examples/ureq_transport/errors.rs"]
mod errors;
#[path = "../../crates/sts-conformance/examples/ureq_transport/transport.rs"]
mod transport;

use transport::UreqTransport;

const GUIDE: &str = include_str!("../transports.md");

#[expect(clippy::unnecessary_wraps, reason = "the suite asks for it")]
fn hyper(setup: &Setup) -> Result<HyperTransport, Unsupported> {
    let mut builder = HyperTransport::builder().no_proxy();
    if let Some(proxy) = &setup.proxy {
        builder = builder.proxy(proxy);
    }
    if let Some(pem) = &setup.root_certificates_pem {
        builder = builder.root_certificate_pem(pem.as_bytes());
    }
    Ok(builder.build().unwrap())
}

#[expect(clippy::unnecessary_wraps, reason = "the suite asks for it")]
fn isahc(setup: &Setup) -> Result<IsahcTransport, Unsupported> {
    let mut builder = IsahcTransport::builder().no_proxy();
    if let Some(proxy) = &setup.proxy {
        builder = builder.proxy(proxy);
    }
    if let Some(pem) = &setup.root_certificates_pem {
        builder = builder.root_certificate_pem(pem.as_bytes());
    }
    Ok(builder.build().unwrap())
}

fn reqwest_builder(setup: &Setup) -> ReqwestTransportBuilder {
    // This workspace builds reqwest without a crypto provider; its feature `rustls` has one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = ReqwestTransport::builder().no_proxy();
    if let Some(proxy) = &setup.proxy {
        builder = builder.proxy(proxy);
    }
    if let Some(pem) = &setup.root_certificates_pem {
        let certificates = reqwest::Certificate::from_pem_bundle(&certificates(pem)).unwrap();
        builder = builder.configure(move |reqwest| reqwest.tls_certs_only(certificates.clone()));
    }
    builder
}

#[expect(clippy::unnecessary_wraps, reason = "the suite asks for it")]
fn reqwest(setup: &Setup) -> Result<ReqwestTransport, Unsupported> {
    Ok(reqwest_builder(setup).build().unwrap())
}

#[expect(clippy::unnecessary_wraps, reason = "the suite asks for it")]
fn reqwest_blocking(setup: &Setup) -> Result<sts_reqwest::blocking::ReqwestTransport, Unsupported> {
    Ok(reqwest_builder(setup).build_blocking().unwrap())
}

fn ureq(setup: &Setup) -> Result<UreqTransport, Unsupported> {
    if setup.proxy.is_some() {
        return Err(Unsupported::new("ureq asks a proxy for a tunnel also to http"));
    }
    let mut settings = transport::settings();
    if let Some(pem) = &setup.root_certificates_pem {
        let pem = certificates(pem);
        let certificates = parse_pem(&pem).filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        });
        let certificates: Vec<Certificate<'_>> = certificates.collect();
        let roots = RootCerts::from(certificates);
        settings = settings.tls_config(TlsConfig::builder().root_certs(roots).build());
    }
    Ok(UreqTransport(settings.build().into()))
}

/// The certificates of a PEM text, in the form that every parser reads.
fn certificates(pem: &str) -> Vec<u8> {
    PemCertificates::read(pem.as_bytes(), |block| Ok(block.to_vec())).all().unwrap().concat()
}

/// Passed cases of all cases, group by group.
fn table(reports: &[Report; 6]) -> String {
    let mut table = String::new();
    let mut groups: Vec<&str> = reports[0].cases().iter().map(group).collect();
    groups.dedup();
    for name in groups {
        write!(table, "| {name} |").unwrap();
        for report in reports {
            let cases = report.cases().iter().filter(|case| group(case) == name);
            let (passed, others): (Vec<_>, Vec<_>) =
                cases.partition(|case| case.outcome == Outcome::Passed);
            write!(table, " {} of {} |", passed.len(), passed.len() + others.len()).unwrap();
        }
        table.push('\n');
    }
    table
}

fn group(case: &CaseReport) -> &'static str {
    case.name.split("::").next().unwrap()
}

/// The guides show the shortest transport and state its length.
#[test]
fn the_shortest_transport_is_shown_and_counted() {
    let files = [
        include_str!("../../crates/sts-conformance/examples/ureq_transport/transport.rs"),
        include_str!("../../crates/sts-conformance/examples/ureq_transport/errors.rs"),
    ];
    // Without the first line, which documents the module.
    let files = files.map(|file| file.split_once("\n\n").unwrap().1.trim_end());
    for code in files {
        assert!(GUIDE.contains(code), "the guide does not show\n{code}");
    }
    let code = files.join("\n");
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
    let length = format!("{} lines", code.lines().filter(is_code).count());
    for guide in [GUIDE, include_str!("../../crates/sts-conformance/README.md")] {
        assert!(guide.contains(&length), "the transport has {length} of code");
    }
}

#[test]
fn the_table_in_the_guide_is_what_the_suite_says() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let reports = [
        runtime.block_on(conformance(hyper)),
        futures_lite::future::block_on(conformance(isahc)),
        conformance_blocking(isahc),
        runtime.block_on(conformance(reqwest)),
        conformance_blocking(reqwest_blocking),
        conformance_blocking(ureq),
    ];
    for report in &reports {
        assert!(report.is_conformant(), "{report}");
    }
    let table = table(&reports);
    assert!(GUIDE.contains(&table), "the table is now\n{table}");
}
