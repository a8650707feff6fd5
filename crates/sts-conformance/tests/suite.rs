//! The suite tells good transports from bad ones. That good ones pass is shown where they are.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use http::{Request, Response, StatusCode};
use sts_client::transport::{
    BlockingTransport, Exchange, Transport, TransportError, TransportErrorKind,
};
use sts_conformance::{Case, CaseReport, Outcome, Setup, Unsupported, conformance_blocking};
use sts_proto::Body;

/// Whatever its function does.
struct Does(fn(Exchange) -> Result<Response<Body>, TransportError>);

impl BlockingTransport for Does {
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
    Case::named(case).unwrap().run_blocking(|_: &Setup| Ok(Does(transport)))
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

/// A naive exchange over plain HTTP: the answer is what comes until the server closes.
fn naive(request: &Request<Body>, repeat: usize) -> std::io::Result<Response<Body>> {
    let authority = request.uri().authority().unwrap().as_str();
    let mut answer = Vec::new();
    for _ in 0..repeat {
        let mut connection = TcpStream::connect(authority)?;
        let body = request.body();
        write!(connection, "{} {} HTTP/1.1\r\n", request.method(), request.uri().path())?;
        write!(connection, "Host: {authority}\r\nContent-Length: {}\r\n\r\n", body.len())?;
        connection.write_all(body.as_ref())?;
        connection.read_to_end(&mut answer)?;
    }
    let end = answer.windows(4).rposition(|bytes| bytes == b"\r\n\r\n").map_or(0, |at| at + 4);
    Ok(Response::new(Body::from(answer.split_off(end))))
}

fn closed(error: std::io::Error) -> TransportError {
    TransportError::maybe_sent(TransportErrorKind::Closed).with_source(error)
}

#[test]
fn there_are_more_than_a_hundred_cases_with_names_of_their_own() {
    let names: HashSet<_> = Case::all().iter().map(Case::name).collect();
    assert_eq!(names.len(), Case::all().len());
    assert!(names.len() > 100, "{}", names.len());
    assert!(Case::named("tls::another_name_is_refused").is_some());
    assert!(Case::named("tls").is_none());
}

#[test]
fn what_cannot_be_set_up_is_skipped_and_never_passed() {
    let report = conformance_blocking(|_: &Setup| -> Result<Does, Unsupported> {
        Err(Unsupported::new("it is not written yet"))
    });
    assert_eq!(report.skipped(), Case::all().len());
    assert_eq!((report.passed(), report.failed()), (0, 0));
    let skipped = Outcome::Skipped("it is not written yet".to_owned());
    assert!(report.cases().iter().all(|case| case.outcome == skipped));
}

#[test]
fn a_report_is_a_table_and_json() {
    let report = conformance_blocking(|_: &Setup| -> Result<Does, Unsupported> {
        Err(Unsupported::new("none \"yet\""))
    });
    let table = report.to_string();
    assert!(table.contains("targets::an_ipv6_address_is_reached: none \"yet\"\n"), "{table}");
    let last = format!("0 passed, 0 failed, {} skipped", Case::all().len());
    assert_eq!(table.lines().last(), Some(&*last));

    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(json["skipped"], Case::all().len());
    assert_eq!(json["cases"][0]["outcome"], "skipped");
    assert_eq!(json["cases"][0]["reason"], "none \"yet\"");
    assert_eq!(json["cases"][0]["name"], Case::all()[0].name());
}

#[test]
fn a_wrong_kind_fails() {
    let case = "targets::a_refused_connection_is_not_sent";
    let other = |_| Err(TransportError::not_sent(TransportErrorKind::Other));
    fails(case, other, "Other NotSent in place of [Connect] NotSent");
    let answers = |_| Ok(Response::new(Body::empty()));
    fails(case, answers, "an answer in place of an error");
}

#[test]
fn not_sent_where_it_was_fails() {
    let case = "broken::a_close_without_an_answer_may_be_sent";
    let transport = |exchange: Exchange| match naive(&exchange.request, 1) {
        Ok(_) => Err(TransportError::not_sent(TransportErrorKind::Closed)),
        Err(error) => Err(closed(error)),
    };
    fails(case, transport, "Closed NotSent in place of [Closed] MaybeSent");
}

#[test]
fn a_doubt_is_no_failure_but_does_not_pass() {
    let case = "targets::a_refused_connection_is_not_sent";
    let report = run(case, |_| Err(TransportError::maybe_sent(TransportErrorKind::Connect)));
    assert!(matches!(report.outcome, Outcome::Skipped(_)), "{report}");
}

#[test]
fn a_repeated_request_fails() {
    let case = "broken::a_close_without_an_answer_may_be_sent";
    let transport = |exchange: Exchange| match naive(&exchange.request, 2) {
        Ok(_) => Err(TransportError::maybe_sent(TransportErrorKind::Closed)),
        Err(error) => Err(closed(error)),
    };
    fails(case, transport, "2 requests arrived in place of 1");
}

#[test]
fn a_lost_header_fails() {
    let case = "requests::every_header_arrives_once_and_as_given";
    let transport = |exchange: Exchange| {
        // The server keeps the connection open; the answer is known.
        let request = exchange.request;
        std::thread::spawn(move || naive(&request, 1));
        std::thread::sleep(Duration::from_millis(300));
        Ok(Response::new(Body::from(b"ok".to_vec())))
    };
    fails(case, transport, "content-type");
}

#[test]
fn a_secret_in_an_error_fails() {
    let case = "targets::a_refused_connection_is_not_sent";
    let transport = |exchange: Exchange| {
        let shown = format!("{:?}", exchange.request.body().clone().into_bytes());
        let token = exchange.request.headers()["x-security-token"].to_str().unwrap().to_owned();
        let error = TransportError::not_sent(TransportErrorKind::Connect);
        Err(error.with_source(if shown.len() > 4 { shown } else { token }))
    };
    fails(case, transport, "the error shows a secret");
}

#[test]
fn a_cut_body_that_passes_for_whole_fails() {
    let case = "broken::a_body_cut_short_is_closed";
    let transport = |exchange: Exchange| naive(&exchange.request, 1).map_err(closed);
    fails(case, transport, "an answer in place of an error");
}

#[test]
fn a_followed_redirect_fails() {
    let case = "answers::redirects_are_handed_back_and_not_followed";
    let transport = |_| {
        let mut response = Response::new(Body::from(b"ok".to_vec()));
        *response.status_mut() = StatusCode::OK;
        Ok(response)
    };
    fails(case, transport, "the answer is \"ok\" in place of \"this\"");
}

/// One that awaits is given up a little after its limit; its future never ends.
#[test]
fn a_transport_that_hangs_fails_and_does_not_hang_the_suite() {
    struct Hangs;
    impl Transport for Hangs {
        async fn send(&self, _: Exchange) -> Result<Response<Body>, TransportError> {
            std::future::pending().await
        }

        async fn sleep(&self, _: Duration) {}
    }
    let started = Instant::now();
    let case = Case::named("time::silence_is_a_timeout").unwrap();
    let report = sts_conformance::block_on(case.run(|_: &Setup| Ok(Hangs)));
    let Outcome::Failed(reason) = &report.outcome else { panic!("{report}") };
    assert!(reason.contains("did not hold"), "{report}");
    assert!(started.elapsed() < Duration::from_secs(8));
}

#[test]
fn the_future_of_the_suite_is_send() {
    fn is_send<T: Send>(_: T) {}
    struct Nothing;
    impl Transport for Nothing {
        async fn send(&self, _: Exchange) -> Result<Response<Body>, TransportError> {
            Err(TransportError::not_sent(TransportErrorKind::Other))
        }

        async fn sleep(&self, _: Duration) {}
    }
    is_send(sts_conformance::conformance(|_: &Setup| Ok(Nothing)));
    is_send(sts_conformance::check("tls::another_name_is_refused", |_: &Setup| Ok(Nothing)));
}
