//! Credentials expire by the clock of the server that issued them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use sts_client::NoCredentials;
use sts_client::blocking;
use sts_client::session::CredentialState;
use sts_client::session::{IssuedCredentials, RefreshProvider};
use sts_client::{CallContext, CallPolicy, Clock, Now, Platform, Session};
use sts_client::{StateMachine, Step};
use sts_proto::Credentials;
use sts_providers::{EcsMetadata, PodIdentity};
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

use crate::world::{Answer, Place, START, Wire, answer, ask, ask_blocking, client};
use crate::world::{blocking_client, in_full};

const HOUR: Duration = Duration::from_secs(3600);

fn http_date(date: OffsetDateTime) -> String {
    date.format(&Rfc2822).unwrap().replace("+0000", "GMT")
}

/// Services with a correct clock, while the one of `place` is `ahead` seconds ahead. They issue
/// credentials for an hour, and `header` changes the `Date` of their responses.
fn services(place: &Place, ahead: i64, header: fn(&str) -> Option<String>) -> Wire {
    let (place, count) = (place.clone(), AtomicI64::new(0));
    Wire::new(move |request| {
        let now = place.now().wall - time::Duration::seconds(ahead);
        let end = (now + HOUR).format(&Rfc3339).unwrap();
        let id = count.fetch_add(1, Ordering::Relaxed);
        let body = match request.uri().path() {
            "/meta-data/latest/api/token" => "the-token".to_owned(),
            "/openstack/latest/securitykey" => format!(
                r#"{{"credential":{{"access":"ID{id}","secret":"s","securitytoken":"t",
                "expires_at":"{end}"}}}}"#
            ),
            _ => format!(
                r#"{{"credentials":{{"accessKeyId":"ID{id}","secretAccessKey":"s",
                "securityToken":"t","expiration":"{end}"}}}}"#
            ),
        };
        let response = answer(200, &body);
        with_date(response, header(&http_date(now)))
    })
}

fn with_date(response: Answer, date: Option<String>) -> Answer {
    let mut response = response?;
    if let Some(date) = date {
        response.headers_mut().insert("date", HeaderValue::from_str(&date).unwrap());
    }
    Ok(response)
}

fn place() -> Place {
    Place::default().with_file("/token", "pod-token")
}

fn sessions(wire: &Wire, place: &Place) -> [Session; 2] {
    let client = client(wire, place);
    let pod = PodIdentity::new("http://127.0.0.1:1/", "/token").unwrap();
    [
        client.session(EcsMetadata::at("http://127.0.0.1:1").unwrap()).unwrap(),
        client.session(pod).unwrap(),
    ]
}

#[test]
fn a_local_clock_that_is_ahead_does_not_make_credentials_expire_early() {
    for hours in [1, 2, 25, 24 * 365 * 30] {
        let place = place();
        let wire = services(&place, hours * 3600, |date| Some(date.to_owned()));
        for session in sessions(&wire, &place) {
            let first = ask(&session).unwrap();
            assert_eq!(session.state(), CredentialState::Fresh, "{hours} h ahead");
            place.pass(HOUR / 2);
            assert!(Arc::ptr_eq(&ask(&session).unwrap(), &first), "{hours} h ahead");
            place.pass(HOUR / 2);
            assert_ne!(ask(&session).unwrap().access_key_id, first.access_key_id);
        }
    }
}

#[test]
fn a_local_clock_that_is_behind_does_not_make_credentials_last_longer() {
    for hours in [1, 2, 25, 24 * 365 * 30] {
        let place = place();
        let wire = services(&place, -hours * 3600, |date| Some(date.to_owned()));
        for session in sessions(&wire, &place) {
            ask(&session).unwrap();
            assert_eq!(session.state(), CredentialState::Fresh);
            place.pass(HOUR * 55 / 60);
            assert_eq!(session.state(), CredentialState::Stale, "{hours} h behind");
            place.pass(HOUR * 5 / 60);
            assert_eq!(session.state(), CredentialState::Expired, "{hours} h behind");
        }
    }
}

#[test]
fn a_blocking_session_uses_the_same_time() {
    let place = place();
    let wire = services(&place, 25 * 3600, |date| Some(date.to_owned()));
    let metadata = EcsMetadata::at("http://127.0.0.1:1").unwrap();
    let client: blocking::Client<Wire, NoCredentials> = blocking_client(&wire, &place);
    let session = client.session(metadata).unwrap();
    let first = ask_blocking(&session).unwrap();
    assert_eq!(session.state(), CredentialState::Fresh);
    place.pass(HOUR);
    assert_ne!(ask_blocking(&session).unwrap().access_key_id, first.access_key_id);
}

#[test]
fn without_a_usable_date_the_local_clock_is_used() {
    let headers: [fn(&str) -> Option<String>; 6] = [
        |_| None,
        |_| Some("garbage".to_owned()),
        |_| Some(String::new()),
        |_| Some("0".to_owned()),
        // A machine without a clock of its own.
        |_| Some("Thu, 01 Jan 1970 00:00:07 GMT".to_owned()),
        |_| Some("Fri, 31 Dec 9999 23:59:59 GMT".to_owned()),
    ];
    for header in headers {
        let place = place();
        let wire = services(&place, 0, header);
        for session in sessions(&wire, &place) {
            ask(&session).unwrap();
            assert_eq!(session.state(), CredentialState::Fresh);
            place.pass(HOUR);
            assert_eq!(session.state(), CredentialState::Expired);
        }
        // By a clock that is ahead they have expired, and the server provides no other evidence.
        let wire = services(&place, 2 * 3600, header);
        for session in sessions(&wire, &place) {
            assert!(in_full(&ask(&session).unwrap_err()).contains("clock"), "clock");
        }
    }
}

/// The time learned from STS is better than the local clock, and worse than the issuer's own time.
#[test]
fn without_a_date_the_time_learned_from_calls_is_used() {
    let place = place();
    let services = services(&place, 25 * 3600, |_| None);
    let sts = {
        let place = place.clone();
        Wire::new(move |request| {
            let body = r#"{"account_id":"a","principal_urn":"u","principal_id":"p"}"#;
            let now = place.now().wall - 25 * HOUR;
            let day = format!("{:04}{:02}{:02}T", now.year(), u8::from(now.month()), now.day());
            let is_of_today = |date: &HeaderValue| date.as_bytes().starts_with(day.as_bytes());
            let response = match request.uri().host() {
                Some("127.0.0.1") => return services.respond(request),
                _ if request.headers().get("x-sdk-date").is_some_and(is_of_today) => {
                    answer(200, body)
                }
                _ => answer(401, r#"{"error_code":"APIGW.0301","error_msg":"the date is wrong"}"#),
            };
            with_date(response, Some(http_date(now)))
        })
    };
    let credentials = Arc::new(Credentials::permanent("AK", "s"));
    let client = sts_client::Client::builder(sts)
        .clock(place)
        .region("cn-north-4")
        .credentials_provider(credentials)
        .build()
        .unwrap();
    let metadata = || EcsMetadata::at("http://127.0.0.1:1").unwrap();
    assert!(ask(&client.session(metadata()).unwrap()).is_err(), "nothing is known yet");
    futures_lite::future::block_on(client.caller_identity()).unwrap();
    let session = client.session(metadata()).unwrap();
    ask(&session).unwrap();
    assert_eq!(session.state(), CredentialState::Fresh);
}

#[test]
fn a_response_is_assumed_in_the_middle_of_its_exchange() {
    let place = place();
    let context = CallContext::new([], CallPolicy::default());
    let pod = PodIdentity::new("http://127.0.0.1:1/", "/token").unwrap();
    let metadata = EcsMetadata::at("http://127.0.0.1:1").unwrap();
    let wire = services(&place, 3600, |date| Some(date.to_owned()));
    let issued = [
        issued(
            &mut pod.begin(&Platform::new(place.clone(), place.clone()), &context).unwrap(),
            &wire,
            place.now(),
        ),
        issued(
            &mut metadata.begin(&Platform::new(place.clone(), place.clone()), &context).unwrap(),
            &wire,
            place.now(),
        ),
    ];
    let date = START.replace_nanosecond(0).unwrap() - HOUR;
    for (issued, received) in issued {
        assert_eq!(issued.issuer_time(received), Some(date + Duration::from_secs(1)));
        // From then on the monotonic clock counts, regardless of the wall clock.
        let mut later = received.after(Duration::from_secs(10));
        later.wall = OffsetDateTime::UNIX_EPOCH;
        assert_eq!(issued.issuer_time(later), Some(date + Duration::from_secs(11)));
    }
}

/// Drives a refresh whose exchanges take two seconds each.
fn issued(
    refresh: &mut impl StateMachine<Output = IssuedCredentials>,
    wire: &Wire,
    mut now: Now,
) -> (IssuedCredentials, Now) {
    loop {
        match refresh.step(now) {
            Step::Credentials(_) => panic!("the metadata service needs no credentials"),
            Step::Send(exchange) => {
                now = now.after(Duration::from_secs(2));
                refresh.receive(wire.respond(&exchange.request), now);
            }
            Step::Wait(_) => panic!("there is nothing to wait for"),
            Step::Done(outcome) => return (outcome.unwrap(), now),
        }
    }
}

#[test]
fn an_implausible_date_is_ignored() {
    let end = START + HOUR;
    let credentials = || IssuedCredentials::from(Credentials::temporary("a", "s", "t", end));
    let time = |date: &str, sent: Now, received: Now| {
        let mut headers = HeaderMap::new();
        headers.insert("date", HeaderValue::from_str(date).unwrap());
        credentials().with_date_of(&headers, sent, received).issuer_time(received)
    };
    let sent = Now::new(START, Duration::from_secs(100));
    let start = START.replace_nanosecond(0).unwrap();
    let date = http_date(start);

    // A response that was read late was probably written early.
    for (took, later) in [(0, 0), (3, 2), (60, 30), (61, 31), (600, 570)] {
        let received = sent.after(Duration::from_secs(took));
        let expected = start + Duration::from_secs(later);
        let time = time(&date, sent, received).unwrap();
        assert!((time - expected).abs() <= time::Duration::milliseconds(500), "{took}: {time}");
    }
    // A monotonic clock that goes backwards is tolerated.
    let before = Now::new(START, Duration::from_secs(50));
    assert_eq!(time(&date, sent, before), Some(start));

    // No service issues credentials for days.
    let limit = end.replace_nanosecond(0).unwrap() - Duration::from_secs(48 * 3600);
    assert!(time(&http_date(limit + Duration::from_secs(1)), sent, sent).is_some());
    assert!(time(&http_date(limit - Duration::from_secs(1)), sent, sent).is_none());
    // Credentials that have expired by the issuer's time have expired, unless it was days ago.
    assert!(time(&http_date(end + Duration::from_secs(48 * 3600 - 1)), sent, sent).is_some());
    assert!(time(&http_date(end + Duration::from_secs(48 * 3600 + 1)), sent, sent).is_none());

    // A response without a date does not change the known time.
    let received = sent.after(Duration::from_secs(2));
    let mut headers = HeaderMap::new();
    headers.insert("date", HeaderValue::from_str(&date).unwrap());
    let issued = credentials().with_date_of(&headers, sent, received);
    let before = issued.issuer_time(received);
    assert!(before.is_some());
    let issued = issued.with_date_of(&HeaderMap::new(), sent, received);
    assert_eq!(issued.issuer_time(received), before);
    // Credentials without an expiration have no time to compare a date with.
    let issued = IssuedCredentials::from(Credentials::permanent("a", "s"));
    assert!(issued.with_date_of(&headers, sent, received).issuer_time(received).is_some());

    // The age of a response from a cache is unknown.
    let mut headers = HeaderMap::new();
    headers.insert("date", HeaderValue::from_str(&date).unwrap());
    headers.insert("age", HeaderValue::from_static("0"));
    assert_eq!(credentials().with_date_of(&headers, sent, sent).issuer_time(sent), None);
}
