//! The suite detects transports that violate the contract. The transports themselves test that they
//! pass.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use http::{Request, Response, StatusCode};
use sts_client::blocking;
use sts_client::transport::{Exchange, Transport, TransportError, TransportErrorKind};
use sts_conformance::{
    Case, CaseReport, Outcome, Requirement, Setup, Unsupported, conformance_blocking,
};
use sts_proto::Body;

/// A transport that calls a function.
struct TransportFn(fn(Exchange) -> Result<Response<Body>, TransportError>);

impl blocking::Transport for TransportFn {
    fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        (self.0)(exchange)
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

fn run(
    case: &str,
    transport: fn(Exchange) -> Result<Response<Body>, TransportError>,
) -> CaseReport {
    Case::named(case).unwrap().run_blocking(|_: &Setup| Ok(TransportFn(transport)))
}

fn fails(
    case: &str,
    transport: fn(Exchange) -> Result<Response<Body>, TransportError>,
    because: &str,
) {
    let report = run(case, transport);
    let Outcome::Failed(reason) = &report.outcome else { panic!("{report}") };
    assert!(reason.contains(because), "{report}");
}

/// A naive exchange over plain HTTP that reads until the server closes.
fn naive(request: &Request<Body>, repeat: usize) -> std::io::Result<Response<Body>> {
    let authority = request.uri().authority().unwrap().as_str();
    let mut response = Vec::new();
    for _ in 0..repeat {
        let mut connection = TcpStream::connect(authority)?;
        let body = request.body();
        write!(connection, "{} {} HTTP/1.1\r\n", request.method(), request.uri().path())?;
        write!(connection, "Host: {authority}\r\nContent-Length: {}\r\n\r\n", body.len())?;
        connection.write_all(body.as_ref())?;
        connection.shutdown(Shutdown::Write)?;
        connection.read_to_end(&mut response)?;
    }
    let end = response.windows(4).rposition(|bytes| bytes == b"\r\n\r\n").map_or(0, |at| at + 4);
    Ok(Response::new(Body::from(response.split_off(end))))
}

fn closed(error: std::io::Error) -> TransportError {
    TransportError::maybe_sent(TransportErrorKind::Closed).with_source(error)
}

#[test]
fn more_than_a_hundred_cases_have_unique_names() {
    let names: HashSet<_> = Case::all().iter().map(Case::name).collect();
    assert_eq!(names.len(), Case::all().len());
    assert!(names.len() > 100, "{}", names.len());
    assert!(Case::named("tls::other_name_is_rejected").is_some());
    assert!(Case::named("tls").is_none());
}

#[test]
fn unsupported_setup_is_skipped() {
    let report = conformance_blocking(|_: &Setup| -> Result<TransportFn, Unsupported> {
        Err(Unsupported::new("it is not written yet"))
    });
    assert_eq!(report.skipped(), Case::all().len());
    assert_eq!((report.passed(), report.failed()), (0, 0));
    let skipped = Outcome::Skipped("it is not written yet".to_owned());
    assert!(report.cases().iter().all(|case| case.outcome == skipped));
}

/// A transport without TLS that fails every exchange over https.
#[test]
fn transport_without_tls_declares_it() {
    let unreachable = |exchange: Exchange| {
        assert_eq!(exchange.request.uri().scheme_str(), Some("http"), "{exchange:?}");
        Err(TransportError::not_sent(TransportErrorKind::Connect))
    };
    let make = |setup: &Setup| {
        if setup.needs_https {
            Err(Unsupported::new("no TLS"))
        } else {
            Ok(TransportFn(unreachable))
        }
    };
    let skipped = |case: &&Case| {
        let report = case.run_blocking(make);
        report.outcome == Outcome::Skipped("no TLS".to_owned())
    };
    let of = |group: &str| {
        let cases: Vec<_> =
            Case::all().iter().filter(|case| case.name().starts_with(group)).collect();
        (cases.iter().copied().filter(skipped).count(), cases.len())
    };
    let (all_tls, all_tunnels) = (of("tls::"), of("tunnels::"));
    assert_eq!((all_tls.0, all_tunnels.0), (all_tls.1, all_tunnels.1));
    assert_eq!(of("targets::refused").0, 0);
    let refused = Case::named("targets::refused_connection_is_not_sent").unwrap();
    assert_eq!(refused.run_blocking(make).outcome, Outcome::Passed);
}

/// A transport that connects directly although a proxy is set.
#[test]
fn bypassed_proxy_fails() {
    let make = |setup: &Setup| -> Result<_, Unsupported> {
        let mut builder = sts_isahc::IsahcTransport::builder().no_proxy();
        if let Some(pem) = &setup.root_certificates_pem {
            builder = builder.root_certificate_pem(pem.as_bytes());
        }
        Ok(builder.build().unwrap())
    };
    for (case, because) in [
        ("proxy::https_uses_a_tunnel", "did not use the proxy"),
        ("tunnels::any_2xx_opens_a_tunnel", "the number of tunnels"),
        ("tunnels::rejection_is_not_a_response", "expected 1 requests, received 0"),
        ("tunnels::closing_proxy_is_a_connect_error", "expected 1 requests, received 0"),
    ] {
        let report = Case::named(case).unwrap().run_blocking(make);
        let Outcome::Failed(reason) = &report.outcome else { panic!("{report}") };
        assert!(reason.contains(because), "{report}");
    }
}

#[test]
fn report_is_printed_as_table_and_json() {
    let report = conformance_blocking(|_: &Setup| -> Result<TransportFn, Unsupported> {
        Err(Unsupported::new("none \"yet\""))
    });
    let table = report.to_string();
    assert!(table.contains("targets::ipv6_address_is_reached: none \"yet\"\n"), "{table}");
    let all = Case::all().len();
    let is_safety = |case: &&Case| case.requirement() == Requirement::Safety;
    let safety = Case::all().iter().filter(is_safety).count();
    let precision = all - safety;
    assert!(safety > 50 && precision > 30, "{safety} {precision}");
    let last =
        format!("0 passed, 0 failed, {all} skipped ({safety} of safety, {precision} of precision)");
    assert_eq!(table.lines().last(), Some(&*last));

    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(json["skipped"], Case::all().len());
    assert_eq!(json["skipped_safety"], safety);
    assert_eq!(json["cases"][0]["requirement"], "safety");
    assert_eq!(json["cases"][0]["outcome"], "skipped");
    assert_eq!(json["cases"][0]["reason"], "none \"yet\"");
    assert_eq!(json["cases"][0]["name"], Case::all()[0].name());
}

#[test]
fn wrong_kind_fails() {
    let case = "targets::refused_connection_is_not_sent";
    let other = |_| Err(TransportError::not_sent(TransportErrorKind::Other));
    fails(case, other, "expected [Connect] NotSent, got Other NotSent");
    let responds = |_| Ok(Response::new(Body::empty()));
    fails(case, responds, "expected an error, got a response");
}

#[test]
fn wrong_progress_fails() {
    let case = "malformed::close_before_the_response_is_closed";
    let transport = |exchange: Exchange| match naive(&exchange.request, 1) {
        Ok(_) => Err(TransportError::not_sent(TransportErrorKind::Closed)),
        Err(error) => Err(closed(error)),
    };
    fails(case, transport, "expected [Closed] MaybeSent, got Closed NotSent");
}

/// As on a busy machine: connecting takes a second, and it does not always know whether the request was
/// sent.
fn busy(exchange: &Exchange) -> Result<Response<Body>, TransportError> {
    const CONNECT: Duration = Duration::from_secs(1);
    let timeout = exchange.limits.timeout;
    std::thread::sleep(timeout.min(CONNECT));
    if timeout < CONNECT / 2 {
        return Err(TransportError::not_sent(TransportErrorKind::Timeout));
    }
    if timeout > CONNECT {
        let authority = exchange.request.uri().authority().unwrap().as_str();
        let mut connection = TcpStream::connect(authority).unwrap();
        write!(connection, "POST / HTTP/1.1\r\nHost: {authority}\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
        std::thread::sleep(timeout.saturating_sub(CONNECT));
    }
    Err(TransportError::maybe_sent(TransportErrorKind::Timeout))
}

#[test]
fn a_timeout_before_the_first_bytes_arrive_is_repeated_with_a_longer_one() {
    assert_eq!(
        run("time::unread_request_times_out", |exchange| busy(&exchange)).outcome,
        Outcome::Passed
    );
}

#[test]
fn a_timeout_before_the_request_arrives_is_repeated_with_a_longer_one() {
    const CASE: &str = "time::stall_in_the_body_times_out";
    assert_eq!(run(CASE, |exchange| busy(&exchange)).outcome, Outcome::Passed);
    let never_sent = |exchange: Exchange| {
        std::thread::sleep(exchange.limits.timeout);
        Err(TransportError::not_sent(TransportErrorKind::Timeout))
    };
    fails(CASE, never_sent, "expected [Timeout] MaybeSent, got Timeout NotSent");
    let sent_elsewhere = |exchange: Exchange| {
        std::thread::sleep(exchange.limits.timeout);
        Err(TransportError::maybe_sent(TransportErrorKind::Timeout))
    };
    fails("time::slow_body_does_not_extend_the_timeout", sent_elsewhere, "received 0");
    let early = |_| Err(TransportError::not_sent(TransportErrorKind::Timeout));
    fails(CASE, early, "ended early");
}

#[test]
fn an_exchange_that_takes_longer_than_its_timeout_is_repeated_with_a_longer_one() {
    const CASE: &str = "time::timeout_applies_to_each_exchange";
    const TIMED_OUT: TransportError = TransportError::maybe_sent(TransportErrorKind::Timeout);
    let busy = |exchange: Exchange| {
        let timeout = exchange.limits.timeout;
        if timeout <= Duration::from_secs(1) {
            std::thread::sleep(timeout);
            return Err(TIMED_OUT);
        }
        naive(&exchange.request, 1).map_err(closed)
    };
    assert_eq!(run(CASE, busy).outcome, Outcome::Passed);
    // Its timeout applies to all exchanges together.
    let hasty = |exchange: Exchange| {
        static STARTED: OnceLock<Instant> = OnceLock::new();
        let started = STARTED.get_or_init(Instant::now);
        let response = naive(&exchange.request, 1).map_err(closed)?;
        let is_late = started.elapsed() > Duration::from_secs(1);
        if is_late { Err(TIMED_OUT) } else { Ok(response) }
    };
    fails(CASE, hasty, "the exchange timed out");
}

#[test]
fn maybe_sent_instead_of_not_sent_is_skipped() {
    let case = "targets::refused_connection_is_not_sent";
    let report = run(case, |_| Err(TransportError::maybe_sent(TransportErrorKind::Connect)));
    assert!(matches!(report.outcome, Outcome::Skipped(_)), "{report}");
}

#[test]
fn repeated_request_fails() {
    let case = "malformed::close_before_the_response_is_closed";
    let transport = |exchange: Exchange| match naive(&exchange.request, 2) {
        Ok(_) => Err(TransportError::maybe_sent(TransportErrorKind::Closed)),
        Err(error) => Err(closed(error)),
    };
    fails(case, transport, "expected 1 requests, received 2");
}

#[test]
fn lost_header_fails() {
    let case = "requests::headers_are_sent_once_and_unchanged";
    let transport = |exchange: Exchange| {
        // The server keeps the connection open; the response is known.
        let request = exchange.request;
        std::thread::spawn(move || naive(&request, 1));
        std::thread::sleep(Duration::from_millis(300));
        Ok(Response::new(Body::from(b"ok".to_vec())))
    };
    fails(case, transport, "content-type");
}

#[test]
fn secret_in_an_error_fails() {
    let case = "targets::refused_connection_is_not_sent";
    let transport = |exchange: Exchange| {
        let shown = format!("{:?}", exchange.request.body().clone().into_bytes());
        let token = exchange.request.headers()["x-security-token"].to_str().unwrap().to_owned();
        let error = TransportError::not_sent(TransportErrorKind::Connect);
        Err(error.with_source(if shown.len() > 4 { shown } else { token }))
    };
    fails(case, transport, "the error contains a secret");
}

#[test]
fn truncated_body_fails() {
    let case = "malformed::truncated_body_is_closed";
    let transport = |exchange: Exchange| naive(&exchange.request, 1).map_err(closed);
    fails(case, transport, "expected an error, got a response");
}

#[test]
fn followed_redirect_fails() {
    let case = "responses::redirects_are_not_followed";
    let transport = |_| {
        let mut response = Response::new(Body::from(b"ok".to_vec()));
        *response.status_mut() = StatusCode::OK;
        Ok(response)
    };
    fails(case, transport, "expected body \"this\", got \"ok\"");
}

/// The suite drops the exchange of an async transport shortly after its timeout.
#[test]
fn hanging_transport_fails_within_a_limit() {
    struct Hangs;
    impl Transport for Hangs {
        async fn send(&self, _: Exchange) -> Result<Response<Body>, TransportError> {
            std::future::pending().await
        }

        async fn sleep(&self, _: Duration) {}
    }
    let started = Instant::now();
    let case = Case::named("time::no_response_times_out").unwrap();
    let report = sts_conformance::block_on(case.run(|_: &Setup| Ok(Hangs)));
    let Outcome::Failed(reason) = &report.outcome else { panic!("{report}") };
    assert!(reason.contains("did not end within"), "{report}");
    assert!(started.elapsed() < Duration::from_secs(8));
}

#[test]
fn future_of_the_suite_is_send() {
    fn is_send<T: Send>(_: T) {}
    struct Nothing;
    impl Transport for Nothing {
        async fn send(&self, _: Exchange) -> Result<Response<Body>, TransportError> {
            Err(TransportError::not_sent(TransportErrorKind::Other))
        }

        async fn sleep(&self, _: Duration) {}
    }
    is_send(sts_conformance::conformance(|_: &Setup| Ok(Nothing)));
    is_send(sts_conformance::check("tls::other_name_is_rejected", |_: &Setup| Ok(Nothing)));
}
