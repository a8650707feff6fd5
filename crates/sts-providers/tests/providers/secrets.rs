use sts_client::session::{IssuedCredentials, RefreshProvider};
use sts_client::transport::TransportErrorKind;
use sts_client::{CallContext, CallPolicy, Clock, Platform, TransportError};
use sts_client::{StateMachine, Step};
use sts_proto::{Endpoint, Region};
use sts_providers::{
    ContainerCredentials, EcsMetadata, EnvironmentVariables, IamFederation, IdTokenProvider,
    OidcAgency, PodIdentity, ProfileFile, ProviderChain,
};

use crate::world::{Place, Wire, answer, ask, client, in_full};

/// Marker in place of every secret.
const PLANTED: &str = "PLANTEDSECRET";

fn clean(text: &str) {
    assert!(!text.contains(PLANTED), "{text}");
}

fn place() -> Place {
    Place::default()
        .with_variable("HUAWEICLOUD_SDK_AK", "AK")
        .with_variable("HUAWEICLOUD_SDK_SK", PLANTED)
        .with_variable("HUAWEICLOUD_SDK_SECURITY_TOKEN", PLANTED)
        .with_variable("HUAWEICLOUD_OIDC_PROVIDER_URN", "iam::0a1b:oidcProvider:p")
        .with_variable("HUAWEICLOUD_OIDC_AGENCY_URN", "iam::0a1b:agency:a")
        .with_variable("HUAWEICLOUD_OIDC_ID_TOKEN", PLANTED)
        .with_file("/profile", &format!("[basic]\nak = AK\nsk = {PLANTED}\n"))
        .with_file("/token", PLANTED)
}

#[test]
fn providers_do_not_show_their_credentials() {
    let place = place();
    let environment = EnvironmentVariables;
    let profile = ProfileFile::new().path("/profile");
    environment.read(&place).unwrap();
    profile.read(&place).unwrap();
    clean(&format!("{environment:?} {profile:?}"));
    let oidc = OidcAgency::from_environment(&place).unwrap();
    clean(&format!("{oidc:?} {:?}", oidc.operation(&place).unwrap()));
    let chain = ProviderChain::new().provider("environment", environment);
    let session = client(&Wire::dead(), &place).session(chain.clone()).unwrap();
    ask(&session).unwrap();
    clean(&format!("{session:?}"));
    let shown = format!("{chain:?} {} {:?}", chain.report(), chain.report());
    assert_eq!(shown.matches("Used").count(), 2, "{shown}");
    clean(&shown);
}

#[test]
fn state_machines_do_not_show_tokens_and_credentials_at_any_step() {
    let place = place();
    let context = CallContext::new([Endpoint::from(Region::CN_NORTH_4)], CallPolicy::default());
    let issued = format!(
        r#"{{"credential":{{"access":"AK","secret":"{PLANTED}","securitytoken":"{PLANTED}",
        "expires_at":"2026-03-05T08:08:09Z"}}}}"#
    );
    let metadata = EcsMetadata::at("http://127.0.0.1:1").unwrap();
    let pod = PodIdentity::new("http://127.0.0.1:1", "/token").unwrap();
    drive(
        &mut metadata.begin(&Platform::new(place.clone(), place.clone()), &context).unwrap(),
        &place,
        PLANTED,
        &issued,
    );
    drive(
        &mut pod.begin(&Platform::new(place.clone(), place.clone()), &context).unwrap(),
        &place,
        &issued,
        &issued,
    );
    clean(&format!("{metadata:?} {pod:?}"));
}

#[test]
fn only_the_host_of_a_url_is_shown() {
    let url = format!("http://127.0.0.1:1/{PLANTED}?{PLANTED}");
    let place = place();
    let context = CallContext::new([Endpoint::from(Region::CN_NORTH_4)], CallPolicy::default());
    let metadata = EcsMetadata::at(&url).unwrap();
    let pod = PodIdentity::new(&url, "/token").unwrap();
    let refreshes = format!(
        "{:?} {:?}",
        metadata.begin(&Platform::new(place.clone(), place.clone()), &context).unwrap(),
        pod.begin(&Platform::new(place.clone(), place.clone()), &context).unwrap()
    );
    let shown = format!("{metadata:?} {pod:?}");
    clean(&format!("{shown} {refreshes}"));
    assert_eq!(shown.matches("\"http://127.0.0.1:1\"").count(), 2, "{shown}");

    let silent = Wire::new(|_| Err(TransportError::not_sent(TransportErrorKind::Connect)));
    let client = client(&silent, &place);
    for session in [client.session(metadata).unwrap(), client.session(pod).unwrap()] {
        clean(&in_full(&ask(&session).unwrap_err()));
    }
}

fn drive(
    refresh: &mut (impl StateMachine<Output = IssuedCredentials> + std::fmt::Debug),
    place: &Place,
    first: &str,
    later: &str,
) {
    let mut body = first;
    loop {
        clean(&format!("{refresh:?}"));
        match refresh.step(place.now()) {
            Step::Credentials(_) => panic!("no credentials are needed"),
            Step::Send(exchange) => {
                clean(&format!("{exchange:?} {refresh:?}"));
                refresh.receive(answer(200, body), place.now());
                body = later;
            }
            Step::Wait(_) => panic!("there is nothing to wait for"),
            Step::Done(outcome) => return clean(&format!("{:?}", outcome.unwrap())),
        }
    }
}

#[test]
fn errors_quote_neither_responses_nor_files() {
    let broken = [
        format!(r#"{{"credential":{{"access":"AK","secret":["{PLANTED}"]}}}}"#),
        format!(r#"{{"credential":{{"access":"AK","secret":"{PLANTED}","expires_at":7}}}}"#),
        format!(r#"{{"credential":{{"access":"AK","secret":"{PLANTED}"}}}}"#),
        format!(
            r#"{{"credential":{{"access":"AK","secret":"s","securitytoken":"t","expires_at":"{PLANTED}"}}}}"#
        ),
        format!(r#"{{"credential":"{PLANTED}"}}"#),
        format!("{PLANTED} {PLANTED}"),
    ];
    for status in [200, 401, 403, 500] {
        for body in &broken {
            let wire = {
                let body = body.clone();
                Wire::new(move |_| answer(status, &body))
            };
            let place = place();
            let client = client(&wire, &place);
            let pod = PodIdentity::new("http://127.0.0.1:1", "/token").unwrap();
            let metadata = EcsMetadata::at("http://127.0.0.1:1").unwrap();
            for session in [client.session(pod).unwrap(), client.session(metadata).unwrap()] {
                let error = ask(&session).unwrap_err();
                clean(&in_full(&error));
                clean(&format!("{error:?} {session:?}"));
            }
        }
    }
    for profile in [
        format!("[basic]\nak = AK\nsk = \"{PLANTED}\"\n"),
        format!("[basic]\nak = AK\n{PLANTED}\n"),
        format!("[basic]\n {PLANTED} = 1\n"),
        format!("[basic]\n{PLANTED} = 1\n{PLANTED} = 1\n"),
        format!("[{PLANTED}]\n"),
    ] {
        let place = Place::default().with_file("/profile", &profile);
        let error = ProfileFile::new().path("/profile").read(&place).unwrap_err();
        clean(&format!("{} {error:?}", in_full(&error)));
    }
    let place = Place::default().with_file("/token", &format!("{PLANTED} {PLANTED}"));
    let error = OidcAgency::new("p", "a", "/token").operation(&place).unwrap_err();
    clean(&format!("{} {error:?}", in_full(&error)));
}

/// A hostile or verbose server returns the token of the request, whole, in part, or encoded.
#[test]
fn errors_do_not_show_tokens_that_a_server_echoes() {
    const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJQTEFOVEVEIjoieCJ9.PLANTEDSECRET";
    let place = place()
        .with_file("/token", TOKEN)
        .with_variable("ACTIONS_ID_TOKEN_REQUEST_URL", "https://ci.example/idtoken")
        .with_variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN", TOKEN);
    let clean = |text: &str| {
        for part in ["eyJhbGci", "eyJQTEFO", "PLANTEDSECRET", "PLANTEDSEC"] {
            assert!(!text.contains(part), "{text}");
        }
    };
    let start = &TOKEN[..40];
    let echoes = [
        format!(r#"{{"message":"token {start}... is rejected"}}"#),
        format!(r#"{{"message":"token {TOKEN} is rejected"}}"#),
        format!(r#"{{"code":"{TOKEN}","message":"Bearer {TOKEN}"}}"#),
        format!(r#"{{"error_code":"X.1","error_msg":"authorization={TOKEN}"}}"#),
        format!(r#"{{"error":{{"code":403,"message":"{TOKEN}","title":"{TOKEN}"}}}}"#),
        format!("Authorization: {TOKEN}"),
        format!("<html>{TOKEN}</html>"),
    ];
    for status in [200, 302, 400, 401, 403, 404, 429, 500] {
        for body in &echoes {
            let body = body.clone();
            let wire = Wire::new(move |_| answer(status, &body));
            let client = client(&wire, &place);
            let url = "http://127.0.0.1:1/";
            let job = IdTokenProvider::actions(Some("sts"));
            let sessions = [
                client.session(PodIdentity::new(url, "/token").unwrap()),
                client.session(ContainerCredentials::new(url).unwrap().token(TOKEN)),
                client.session(ContainerCredentials::new(url).unwrap().token_file("/token")),
                client.session(OidcAgency::with_token(
                    "iam::a:oidcProvider:p",
                    "iam::a:agency:x",
                    job.clone(),
                )),
                client.session(IamFederation::with_token("idp", job)),
                client.session(IamFederation::new("idp", "/token")),
            ];
            for session in sessions {
                let session = session.unwrap();
                let error = ask(&session).unwrap_err();
                clean(&format!("{} {error:?} {session:?}", in_full(&error)));
            }
        }
    }
}

#[test]
fn content_in_place_of_a_path_is_not_shown() {
    for content in [
        format!("eyJ{PLANTED}.e30.c2ln"),
        format!("{{\"id_token\": \"{PLANTED}\"}}"),
        format!("[basic] ak=AK sk={PLANTED}"),
    ] {
        let place = place().with_variable("HUAWEICLOUD_SDK_CREDENTIALS_FILE", &content);
        let error = ProfileFile::new().read(&place).unwrap_err();
        clean(&format!("{} {error:?}", in_full(&error)));
        assert!(error.to_string().contains("HUAWEICLOUD_SDK_CREDENTIALS_FILE must be a path"));

        let place = Place::default()
            .with_variable("HUAWEICLOUD_OIDC_PROVIDER_URN", "iam::0a1b:oidcProvider:p")
            .with_variable("HUAWEICLOUD_OIDC_AGENCY_URN", "iam::0a1b:agency:a")
            .with_variable("HUAWEICLOUD_OIDC_TOKEN_FILE", &content);
        let error = OidcAgency::from_environment(&place).unwrap_err();
        clean(&format!("{} {error:?}", in_full(&error)));
        let error = OidcAgency::new("p", "a", &content).operation(&place).unwrap_err();
        clean(&format!("{} {error:?}", in_full(&error)));
        assert!(!error.is_not_configured());
    }
}

#[test]
fn an_exchange_shows_method_and_host_only() {
    let uri = format!("http://127.0.0.1:9/agent/{PLANTED}?token={PLANTED}");
    let request = http::Request::post(uri)
        .header("authorization", PLANTED)
        .body(sts_proto::Body::from(PLANTED.as_bytes().to_vec()))
        .unwrap();
    let exchange = sts_client::Exchange::new(request, sts_client::Limits::default());
    let shown = format!("{exchange:?}");
    clean(&shown);
    assert!(shown.contains("POST") && shown.contains("127.0.0.1"), "{shown}");
}
