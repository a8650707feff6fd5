use std::sync::Arc;
use std::time::Duration;

use sts_client::session::{RefreshProvider, SessionError};
use sts_client::{CallContext, CallPolicy, Client, CredentialsError, Platform, Session};
use sts_proto::{AssumeAgency, Credentials, ErrorKind, RetryAdvice};
use sts_providers::{
    EcsMetadata, EnvironmentVariables, OidcAgency, ProfileFile, ProviderChain, ProviderState,
    SharedProvider,
};

use crate::world::{
    END, Place, Wire, answer, ask, ask_again, ask_blocking, blocking_client, client, in_full,
};

const PROFILE: &str = "/home/u/.huaweicloud/credentials";

pub(crate) fn home() -> Place {
    Place::default().with_variable("HOME", "/home/u").with_variable("USERPROFILE", "/home/u")
}

pub(crate) fn with_variables(place: Place) -> Place {
    place.with_variable("HUAWEICLOUD_SDK_AK", "ENV").with_variable("HUAWEICLOUD_SDK_SK", "s")
}

pub(crate) fn with_profile(place: Place) -> Place {
    place.with_file(PROFILE, "[basic]\nak = PROFILE\nsk = s\n")
}

pub(crate) fn with_pod(place: Place) -> Place {
    place
        .with_variable("HC_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:2/pod")
        .with_variable("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/pod/token")
        .with_file("/pod/token", "token")
}

pub(crate) fn with_oidc(place: Place) -> Place {
    place
        .with_variable("HUAWEICLOUD_OIDC_PROVIDER_URN", "iam::0a1b:oidcProvider:p")
        .with_variable("HUAWEICLOUD_OIDC_AGENCY_URN", "iam::0a1b:agency:a")
        .with_variable("HUAWEICLOUD_OIDC_TOKEN_FILE", "/oidc/token")
        .with_file("/oidc/token", "token")
}

/// A network in which every service returns credentials with its own name.
pub(crate) fn rich() -> Wire {
    Wire::new(|request| {
        let path = request.uri().path();
        let issued = |id: &str| {
            format!(
                r#"{{"credential":{{"access":"{id}","secret":"s","securitytoken":"t","expires_at":"{END}"}}}}"#
            )
        };
        let oidc = r#"{"assumed_agency":{"urn":"u","id":"i"},"audience":"a","provider":"p",
            "subject_from_id_token":"s","credentials":{"access_key_id":"OIDC",
            "secret_access_key":"s","security_token":"t","expiration":"2026-03-05T08:08:09Z"}}"#;
        match path {
            "/meta-data/latest/api/token" => answer(200, "token"),
            "/openstack/latest/securitykey" => answer(200, &issued("ECS")),
            "/pod" => answer(200, &issued("POD")),
            "/idtoken" => answer(200, r#"{"value":"token"}"#),
            _ => answer(200, oidc),
        }
    })
}

pub(crate) fn metadata() -> EcsMetadata {
    EcsMetadata::at("http://127.0.0.1:1").unwrap()
}

/// A session of a chain.
pub(crate) struct Chained {
    pub(crate) chain: ProviderChain,
    pub(crate) session: Session,
}

impl Chained {
    pub(crate) fn new(wire: &Wire, place: &Place, chain: ProviderChain) -> Self {
        let session = client(wire, place).session(chain.clone()).unwrap();
        Self { chain, session }
    }

    pub(crate) fn official(wire: &Wire, place: &Place) -> Self {
        Self::new(wire, place, ProviderChain::official(metadata()))
    }

    pub(crate) fn ask(&self) -> Result<Arc<Credentials>, CredentialsError> {
        ask(&self.session)
    }

    pub(crate) fn report(&self) -> String {
        self.chain.report().to_string()
    }
}

#[test]
fn the_order_matches_the_official_sdk() {
    let all = || with_pod(with_profile(with_variables(with_oidc(home()))));
    let unset = |place: Place, name: &str| place.with_variable(name, "");
    let mut place = all();
    let wire = rich();
    let used = |place: &Place| {
        let chained = Chained::official(&wire, place);
        let credentials = chained.ask().unwrap();
        let chain = ProviderChain::official(metadata());
        let blocking = blocking_client(&wire, place).session(chain.clone()).unwrap();
        let other = ask_blocking(&blocking).unwrap();
        assert_eq!(other.access_key_id, credentials.access_key_id);
        assert_eq!(chain.report(), chained.chain.report());
        (credentials.access_key_id.clone(), chain.report().used().unwrap().to_owned())
    };
    assert_eq!(used(&place), ("OIDC".into(), "OIDC agency".into()));
    for name in ["HUAWEICLOUD_OIDC_PROVIDER_URN", "HUAWEICLOUD_OIDC_AGENCY_URN"] {
        place = unset(place, name);
    }
    assert_eq!(used(&place), ("ENV".into(), "environment".into()));
    for name in ["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"] {
        place = unset(place, name);
    }
    assert_eq!(used(&place), ("PROFILE".into(), "profile file".into()));
    place.remove(PROFILE);
    assert_eq!(used(&place), ("ECS".into(), "ECS metadata".into()));

    let pod_only = Wire::new(|request| match request.uri().path() {
        "/pod" => answer(
            200,
            r#"{"credentials":{"accessKeyId":"POD","secretAccessKey":"s","securityToken":"t",
            "expiration":"2026-03-05T08:08:09Z"}}"#,
        ),
        _ => answer(404, ""),
    });
    let chained = Chained::official(&pod_only, &place);
    assert_eq!(chained.ask().unwrap().access_key_id, "POD");
    assert_eq!(chained.chain.report().used(), Some("pod identity"));
}

#[test]
fn the_report_contains_the_used_provider_and_why_others_are_not_used() {
    let place = with_profile(home());
    let chained = Chained::official(&Wire::dead(), &place);
    assert_eq!(chained.chain.report().used(), None);
    let report = chained.chain.report();
    assert!(report.iter().all(|(_, state)| *state == ProviderState::NotAsked));

    chained.ask().unwrap();
    assert_eq!(
        chained.report(),
        "OIDC agency is not configured (HUAWEICLOUD_OIDC_PROVIDER_URN and \
         HUAWEICLOUD_OIDC_AGENCY_URN are not set); environment is not configured \
         (HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set); profile file is used; \
         ECS metadata was not asked; pod identity was not asked"
    );
}

#[test]
fn an_error_names_every_provider_and_its_reason() {
    let wire = Wire::dead();
    let error = Chained::official(&wire, &home()).ask().unwrap_err();
    assert!(error.is_not_configured());
    assert_eq!(
        error.to_string(),
        format!(
            "no credential provider is configured; OIDC agency is not configured \
             (HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN are not set); \
             environment is not configured (HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not \
             set); profile file is not configured (profile file not found: {PROFILE}); ECS \
             metadata is not configured (no metadata service responds at \
             http://127.0.0.1:1: cannot connect (the request was not sent)); pod identity is not \
             configured (HC_CONTAINER_CREDENTIALS_FULL_URI and \
             HC_CONTAINER_AUTHORIZATION_TOKEN_FILE are not set)"
        )
    );
    let empty = Chained::new(&wire, &home(), ProviderChain::new());
    let error = empty.ask().unwrap_err();
    assert!(error.is_not_configured());
    assert_eq!(error.to_string(), "empty provider chain");
}

#[test]
fn a_provider_that_is_configured_but_fails_is_not_skipped() {
    let place = with_variables(home()).with_variable("HUAWEICLOUD_OIDC_AGENCY_URN", "a");
    let chained = Chained::official(&rich(), &place);
    let error = chained.ask().unwrap_err();
    assert!(!error.is_not_configured());
    assert_eq!(
        in_full(&error),
        "provider OIDC agency is configured but failed: HUAWEICLOUD_OIDC_AGENCY_URN is set, but \
         HUAWEICLOUD_OIDC_PROVIDER_URN is not"
    );
    assert!(chained.report().starts_with("OIDC agency failed ("));

    let place = with_pod(home());
    place.write("/pod/token", "");
    let error = Chained::official(&Wire::dead(), &place).ask().unwrap_err();
    let text = in_full(&error);
    assert!(
        text.starts_with("provider pod identity is configured but failed; before it, "),
        "{text}"
    );
    assert!(text.contains("environment is not configured"), "{text}");
    assert!(text.ends_with(": the token file /pod/token is empty"), "{text}");
}

#[test]
fn a_provider_with_invalid_settings_fails_when_it_is_asked() {
    let invalid = OidcAgency::new("not a URN", "iam::0a1b:agency:a", "/oidc/token");
    let chain = ProviderChain::new()
        .provider("environment", EnvironmentVariables)
        .provider("pipeline", invalid);
    let place = with_oidc(home());
    let error = Chained::new(&rich(), &place, chain.clone()).ask().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().starts_with("provider pipeline is configured but failed"));

    let place = with_variables(place);
    assert_eq!(Chained::new(&rich(), &place, chain).ask().unwrap().access_key_id, "ENV");
}

#[test]
fn a_failing_metadata_service_does_not_lead_to_another_identity() {
    let wire = Wire::new(|_| answer(500, ""));
    let error = Chained::official(&wire, &with_pod(home())).ask().unwrap_err();
    let text = in_full(&error);
    assert!(text.starts_with("provider ECS metadata is configured but failed"), "{text}");
    assert!(wire.lines().iter().all(|line| !line.contains("/pod")));
}

#[test]
fn the_error_of_the_service_keeps_its_facts() {
    let denial = r#"{"error_code":"STS5.1013","error_msg":"m","request_id":"0f3c-denial"}"#;
    let wire = Wire::new(|_| answer(403, denial));
    let inner = ProviderChain::new().provider("agency", agency());
    let chain = ProviderChain::new()
        .provider("environment", EnvironmentVariables)
        .provider("nested", inner);
    let place = with_oidc(home());
    let blocking = blocking_client(&wire, &place).session(chain.clone()).unwrap();
    let client = client(&wire, &place);
    let session = client.session(chain).unwrap();
    let errors: [SessionError; 2] = [
        futures_lite::future::block_on(session.credentials()).unwrap_err(),
        blocking.credentials().unwrap_err(),
    ];
    for error in errors {
        assert_eq!((error.kind(), error.advice()), (ErrorKind::AccessDenied, RetryAdvice::Never));
        assert_eq!(error.code(), Some("STS5.1013"));
        assert_eq!(error.request_id(), Some("0f3c-denial"));
        assert_eq!(error.status().map(|status| status.as_u16()), Some(403));
        let text = in_full(&error);
        assert_eq!(text.matches("0f3c-denial").count(), 1, "{text}");
    }
}

#[test]
fn the_official_chain_requests_no_tokens_of_ci_jobs() {
    let wire = rich();
    let place = with_oidc(with_variables(home()))
        .with_variable("HUAWEICLOUD_OIDC_TOKEN_FILE", "")
        .with_variable("ACTIONS_ID_TOKEN_REQUEST_URL", "https://ci.example/idtoken")
        .with_variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request-token");
    let chained = Chained::official(&wire, &place);
    let text = in_full(&chained.ask().unwrap_err());
    assert!(text.starts_with("provider OIDC agency is configured but failed"), "{text}");
    assert!(text.contains("HUAWEICLOUD_OIDC_TOKEN_FILE is not"), "{text}");
    assert!(wire.seen().is_empty(), "no other identity, and no request");
}

fn agency() -> OidcAgency {
    OidcAgency::new("iam::0a1b:oidcProvider:p", "iam::0a1b:agency:a", "/oidc/token")
}

#[test]
fn a_chain_stays_with_the_provider_that_returned_credentials() {
    let place = with_profile(home());
    let chained = Chained::official(&rich(), &place);
    let credentials = chained.ask().unwrap();
    assert_eq!(credentials.access_key_id, "PROFILE");

    let place = with_variables(place);
    place.remove(PROFILE);
    let clone = Chained::new(&rich(), &place, chained.chain.clone());
    let error = clone.ask().unwrap_err();
    assert_eq!(error.to_string(), format!("profile file not found: {PROFILE}"));
    let error = ask_again(&chained.session, credentials).unwrap_err();
    assert!(error.to_string().contains("profile file"), "it does not change its identity: {error}");
    assert_eq!(clone.chain.report().used(), Some("profile file"));
}

#[test]
fn a_search_without_a_result_begins_anew() {
    let place = home();
    let wire = Wire::dead();
    let chained = Chained::official(&wire, &place);
    assert!(chained.ask().is_err());
    let place = with_variables(place);
    let again = Chained::new(&wire, &place, chained.chain);
    assert_eq!(again.ask().unwrap().access_key_id, "ENV");
}

#[test]
fn rotated_credentials_are_read_by_the_provider_in_use() {
    let place = with_profile(home());
    let chained = Chained::official(&Wire::dead(), &place);
    let old = chained.ask().unwrap();
    place.write(PROFILE, "[basic]\nak = ROTATED\nsk = s\n");
    assert_eq!(ask_again(&chained.session, old).unwrap().access_key_id, "ROTATED");
}

#[test]
fn a_custom_chain_contains_any_providers() {
    let fixed = Credentials::permanent("OWN", "s");
    let chain = ProviderChain::new()
        .provider("nothing", SharedProvider::new(EnvironmentVariables))
        .provider("file".to_owned(), ProfileFile::new().path("/missing"))
        .provider("own", fixed.clone());
    let place = home().with_file("/missing", "[basic]\nak = FILE\nsk = s\n");
    assert_eq!(Chained::new(&rich(), &place, chain).ask().unwrap().access_key_id, "FILE");

    let chain = ProviderChain::new()
        .provider("nothing", SharedProvider::new(EnvironmentVariables))
        .provider("own", fixed.clone());
    let chained = Chained::new(&rich(), &home(), chain);
    assert_eq!(*chained.ask().unwrap(), fixed);
    assert_eq!(
        chained.report(),
        "nothing is not configured (HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set); own is \
         used"
    );
    let longer = chained.chain.provider("more", EnvironmentVariables);
    assert_eq!(longer.report().used(), None, "previous results are discarded");
}

#[test]
fn an_agency_in_a_chain_signs_with_the_credentials_of_the_client() {
    let wire = Wire::new(|_| {
        answer(
            200,
            r#"{"assumed_agency":{"urn":"u","id":"i"},"credentials":{"access_key_id":"AGENCY",
            "secret_access_key":"s","security_token":"t","expiration":"2026-03-05T08:08:09Z"}}"#,
        )
    });
    let place = home();
    let client = Client::builder(wire.clone())
        .clock(place.clone())
        .environment(place)
        .region("cn-north-4")
        .credentials(Credentials::permanent("CALLER", "s"))
        .build()
        .unwrap();
    let chain = ProviderChain::new()
        .provider("environment", EnvironmentVariables)
        .provider("agency", AssumeAgency::new("iam::0a1b:agency:a", "name"));
    assert_eq!(ask(&client.session(chain).unwrap()).unwrap().access_key_id, "AGENCY");
    assert!(wire.seen()[0].header("authorization").unwrap().contains("Access=CALLER"));
}

#[test]
fn an_error_of_a_chain_reaches_the_caller_of_a_client() {
    let place = home();
    let chained = Chained::official(&Wire::dead(), &place);
    let client = Client::builder(Wire::dead())
        .clock(place)
        .region("cn-north-4")
        .credentials_provider(chained.session)
        .build()
        .unwrap();
    let error = futures_lite::future::block_on(client.caller_identity()).unwrap_err();
    assert!(error.to_string().contains("no credential provider is configured"), "{error}");
}

#[test]
fn a_shared_provider_is_like_the_provider_itself() {
    let context = Arc::new(CallContext::new([], CallPolicy::default()));
    let shared = SharedProvider::new(agency().duration(Duration::from_secs(900)));
    assert_eq!(shared.lifetime(), Some(Duration::from_secs(900)));
    assert_eq!(shared.label(), agency().label());
    assert!(shared.validate(&context).is_ok());
    let place = with_oidc(home());
    let platform = Platform::new(place.clone(), place);
    let refresh = shared.begin(&platform, &context).unwrap();
    assert_eq!(format!("{shared:?} {refresh:?}"), "SharedProvider { .. } SharedRefresh { .. }");
    let invalid = SharedProvider::new(agency().session_name("?"));
    assert_eq!(invalid.validate(&context).unwrap_err().kind(), ErrorKind::InvalidRequest);

    let session = client(&rich(), &with_oidc(home())).session(shared).unwrap();
    assert_eq!(ask(&session).unwrap().access_key_id, "OIDC");
}
