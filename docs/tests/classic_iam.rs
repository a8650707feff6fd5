//! Providers of classic IAM against the emulator, over hyper and isahc.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::io;
use std::path::Path;
use std::time::Duration;

use sts_client::session::RefreshProvider;
use sts_client::test_util::TestEnvironment;
use sts_client::{Environment, InvalidVariable, Session};
use sts_emulator::{Emulator, builtin};
use sts_hyper::HyperTransport;
use sts_isahc::IsahcTransport;
use sts_proto::{Body, ErrorKind};
use sts_providers::{AgencyByName, ChainedAgency, EcsMetadata, IamFederation, ProviderChain};

/// The variables of a federation with the emulator, and a file with this token.
#[derive(Clone)]
struct Federated {
    endpoint: String,
    id_token: String,
}

impl Environment for Federated {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        Ok(match name {
            "HUAWEICLOUD_SDK_IDP_ID" => Some("emulator".to_owned()),
            "HUAWEICLOUD_SDK_ID_TOKEN_FILE" => Some("/token".to_owned()),
            "HUAWEICLOUD_SDK_IAM_ENDPOINT" => Some(self.endpoint.clone()),
            _ => None,
        })
    }

    fn read_file(&self, path: &Path) -> io::Result<Body> {
        let token = (path == Path::new("/token")).then(|| self.id_token.clone().into_bytes());
        token.map(Body::from).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn federated(emulator: &Emulator) -> Federated {
    let id_token = emulator.oidc_issuer().id_token("run-7", builtin::OIDC_CLIENT_ID);
    Federated {
        endpoint: emulator.endpoint().as_str().to_owned(),
        id_token: id_token.expose_secret().to_owned(),
    }
}

fn agency(emulator: &Emulator) -> AgencyByName {
    AgencyByName::of_account_id("demo", builtin::ACCOUNT_ID)
        .endpoint(emulator.endpoint().clone())
        .session_user("nightly")
        .duration(Duration::from_secs(86_400))
}

fn session<P>(emulator: &Emulator, environment: impl Environment + 'static, provider: P) -> Session
where
    P: RefreshProvider<Refresh: Send> + Send + Sync + 'static,
{
    let client = HyperTransport::new()
        .unwrap()
        .client()
        .endpoint(emulator.endpoint().clone())
        .environment(environment)
        .build()
        .unwrap();
    client.session(provider).unwrap()
}

/// Returns the URN of the session's credentials.
async fn identity(emulator: &Emulator, session: Session) -> String {
    let client = HyperTransport::new()
        .unwrap()
        .client()
        .endpoint(emulator.endpoint().clone())
        .credentials_provider(session)
        .build()
        .unwrap();
    client.caller_identity().await.unwrap().principal_urn
}

#[tokio::test]
async fn the_variables_of_the_official_sdks_select_federation() {
    let emulator = Emulator::builder().start().await.unwrap();
    let metadata = EcsMetadata::at("http://127.0.0.1:1").unwrap();
    let chain = ProviderChain::default_chain(metadata);
    let session = session(&emulator, federated(&emulator), chain.clone());
    let urn = identity(&emulator, session.clone()).await;
    assert!(urn.contains(builtin::ACCOUNT_ID) && urn.contains("run-7"), "{urn}");
    assert_eq!(chain.report().used(), Some("environment"));
    let lifetime =
        session.credentials().await.unwrap().expiration.unwrap() - time::OffsetDateTime::now_utc();
    assert!(lifetime > time::Duration::hours(5), "{lifetime}");
}

/// The chains with the variables with which the tests of the emulator run the official Python client.
#[tokio::test]
async fn the_chains_read_the_variables_of_the_official_sdks() {
    let emulator = Emulator::builder().start().await.unwrap();
    let identity_by = async |chain: ProviderChain, names: &[&str]| {
        let id_token = emulator.oidc_issuer().id_token("carol", builtin::OIDC_CLIENT_ID);
        let environment = TestEnvironment::new();
        environment.write("/token", id_token.expose_secret());
        environment.write("/profile", "[basic]\nidp_id = emulator\nid_token_file = /token\n");
        for (name, value) in [
            ("HUAWEICLOUD_SDK_AK", builtin::ACCESS_KEY_ID),
            ("HUAWEICLOUD_SDK_SK", builtin::SECRET_ACCESS_KEY),
            ("HUAWEICLOUD_SDK_IDP_ID", "emulator"),
            ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", "/token"),
            ("HUAWEICLOUD_OIDC_PROVIDER_URN", builtin::OIDC_PROVIDER_URN),
            ("HUAWEICLOUD_OIDC_AGENCY_URN", builtin::AGENCY_URN),
            ("HUAWEICLOUD_OIDC_TOKEN_FILE", "/token"),
            ("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/profile"),
        ] {
            if names.iter().any(|start| name.starts_with(start)) {
                environment.set(name, value);
            }
        }
        environment.set("HUAWEICLOUD_SDK_IAM_ENDPOINT", emulator.endpoint().as_str());
        let session = session(&emulator, environment, chain);
        identity(&emulator, session).await
    };
    let account = builtin::ACCOUNT_ID;
    let user = format!("iam::{account}:user:{}", builtin::USER_NAME);
    let federated = format!("sts::{account}:external-user:emulator/carol");
    let agency = format!("sts::{account}:assumed-agency:demo/oidc-sts-session");
    let key = ["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"];
    let with = |names: &[&'static str]| [&key[..], names].concat();
    let all = with(&["HUAWEICLOUD_OIDC", "HUAWEICLOUD_SDK_ID"]);
    let metadata = || EcsMetadata::at("http://127.0.0.1:1").unwrap();
    // The variables, the identity by the official order, and by the default one.
    for (names, official, default) in [
        (with(&[]), &user, &user),
        (with(&["HUAWEICLOUD_SDK_ID"]), &federated, &federated),
        (with(&["HUAWEICLOUD_SDK_IDP_ID"]), &user, &user),
        (all, &agency, &federated),
        (vec!["HUAWEICLOUD_SDK_CREDENTIALS"], &federated, &federated),
        (vec!["HUAWEICLOUD_OIDC"], &agency, &agency),
    ] {
        assert_eq!(
            identity_by(ProviderChain::official(metadata()), &names).await,
            *official,
            "{names:?}"
        );
        let chain = ProviderChain::default_chain(metadata());
        assert_eq!(identity_by(chain, &names).await, *default, "{names:?}");
    }
}

#[tokio::test]
async fn a_rejected_id_token_is_an_error_with_the_response() {
    let emulator = Emulator::builder().start().await.unwrap();
    let environment = Federated { id_token: "e.y.z".to_owned(), ..federated(&emulator) };
    let federation = IamFederation::from_environment(&environment).unwrap();
    let error = session(&emulator, environment, federation).credentials().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::FederationRejected, "{error:?}");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));

    let unknown = IamFederation::new("other", "/token").endpoint(emulator.endpoint().clone());
    let session = session(&emulator, federated(&emulator), unknown);
    let error = session.credentials().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error:?}");
}

#[tokio::test]
async fn an_agency_is_assumed_by_name_with_any_credentials() {
    let emulator = Emulator::builder().start().await.unwrap();
    let environment = federated(&emulator);
    let chained = ChainedAgency::signing(builtin::credentials(), agency(&emulator));
    // A chain: the credentials of the agency assume it again.
    let twice = ChainedAgency::signing(chained.clone(), agency(&emulator));
    for provider in [chained, twice] {
        let session = session(&emulator, environment.clone(), provider);
        let urn = identity(&emulator, session.clone()).await;
        assert!(urn.contains(":assumed-agency:"), "{urn}");
        let lifetime = session.credentials().await.unwrap().expiration.unwrap()
            - time::OffsetDateTime::now_utc();
        assert!(lifetime > time::Duration::hours(23), "{lifetime}");
    }
}

#[tokio::test]
async fn isahc_sends_the_same_requests() {
    let emulator = Emulator::builder().start().await.unwrap();
    let environment = federated(&emulator);
    let federation = IamFederation::from_environment(&environment).unwrap();
    let client = IsahcTransport::new()
        .unwrap()
        .client()
        .endpoint(emulator.endpoint().clone())
        .environment(environment)
        .credentials(builtin::credentials())
        .build()
        .unwrap();
    let session = client.session(federation).unwrap();
    assert!(session.credentials().await.unwrap().is_temporary());
    // Signed with the credentials of the client.
    let session = client.session(agency(&emulator)).unwrap();
    assert!(session.credentials().await.unwrap().is_temporary());
}
