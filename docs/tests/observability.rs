//! The readiness function of the guide to observability.

use http::StatusCode;
use sts_client::session::{CredentialState, Session, SessionHealth};
use sts_emulator::{Emulator, builtin};
use sts_hyper::HyperTransport;
use sts_proto::AssumeAgency;

fn readiness(session: &Session) -> (StatusCode, String) {
    let status = session.status();
    let is_waiting = status.state == CredentialState::Expired;
    let code = match status.health {
        SessionHealth::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ if is_waiting => StatusCode::SERVICE_UNAVAILABLE, // nothing was obtained yet
        _ => StatusCode::OK,
    };
    let text = format!(
        "credentials: {}; served for {} s; failed refreshes: {}\n",
        status.health.as_str(),
        status.served_for.as_secs(),
        status.consecutive_failures,
    );
    (code, text)
}

#[test]
fn the_guide_shows_this_function() {
    let (guide, source) = (include_str!("../observability.md"), include_str!("observability.rs"));
    let function = |text: &str| {
        let start = text.find("fn readiness(").expect("the function");
        let end = text[start..].find("\n}\n").expect("its end");
        text[start..start + end].to_owned()
    };
    assert_eq!(function(guide), function(source));
}

#[tokio::test]
async fn a_session_is_ready_while_callers_receive_credentials() {
    let emulator = Emulator::builder().start().await.expect("an emulator");
    let transport = HyperTransport::new().expect("a transport");
    let client = transport
        .client()
        .endpoint(emulator.endpoint().clone())
        .credentials(builtin::credentials())
        .build()
        .expect("a client");
    let session = |urn: &str| client.session(AssumeAgency::new(urn, "test")).expect("a session");

    let working = session(builtin::AGENCY_URN);
    assert_eq!(readiness(&working).0, StatusCode::SERVICE_UNAVAILABLE, "before the first refresh");
    working.credentials().await.expect("credentials");
    let (code, text) = readiness(&working);
    assert_eq!(code, StatusCode::OK);
    assert!(text.starts_with("credentials: healthy; served for 35"), "{text}");

    let broken = session("iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:missing");
    broken.credentials().await.expect_err("no such agency");
    let (code, text) = readiness(&broken);
    assert_eq!(code, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(text, "credentials: unavailable; served for 0 s; failed refreshes: 1\n");
}
