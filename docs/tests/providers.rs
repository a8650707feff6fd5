//! Providers over an emulator and a network: a sign-in with Identity Center, and agencies of profiles.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::time::Duration;

use sts_client::test_util::TestEnvironment;
use sts_client::{Client, Clock, NoCredentials, Now, SystemClock};
use sts_credentials::ErrorKind;
use sts_emulator::{Emulator, builtin};
use sts_hyper::HyperTransport;
use sts_isahc::IsahcTransport;
use sts_providers::identity_center::{
    IdentityCenter, IdentityCenterCredentials, ListAccountAgencies, ListAccounts, Logout,
    MessageCall,
};
use sts_providers::{
    HcloudProfile, IdTokenProvider, OidcAgency, ProviderChain, TerraformVariables,
};

/// The emulator approves this user at once, and expects polls each second.
const CONFIG: &str = r#"
[identity_center]
auto_approve = "iam::00112233445566778899aabbccddeeff:user:alice"
interval = 1

[[accounts]]
id = "00112233445566778899aabbccddeeff"

[[accounts.users]]
name = "alice"

[[accounts.agencies]]
name = "reader"
"#;

async fn emulator() -> Emulator {
    Emulator::builder().config(CONFIG.parse().unwrap()).start().await.unwrap()
}

fn hyper(emulator: &Emulator) -> Client<HyperTransport, NoCredentials> {
    let client = HyperTransport::builder().no_proxy().build().unwrap().client();
    client.endpoint(emulator.endpoint().clone()).build().unwrap()
}

fn center(emulator: &Emulator) -> IdentityCenter {
    let portal = "https://idcenter.example.com/d-0123456789/portal";
    IdentityCenter::at(emulator.endpoint().clone(), portal).client_name("tests")
}

#[tokio::test]
async fn a_person_signs_in_over_hyper() {
    let emulator = emulator().await;
    let client = hyper(&emulator);
    let seed = SystemClock.seed();
    let sign_in = client.drive(center(&emulator).start(None, seed)).await.unwrap();
    assert!(sign_in.verification_uri_complete().unwrap().contains(sign_in.user_code()));
    let now: Now = SystemClock.now();
    assert!(sign_in.registration().expires_at - now.wall > time::Duration::days(89));
    let registration = sign_in.registration().clone();
    let token = client.drive(sign_in.poll()).await.unwrap();

    // The registration is used again.
    let again = client.drive(center(&emulator).start(Some(registration.clone()), seed)).await;
    assert_eq!(again.unwrap().registration(), &registration);

    let portal = emulator.endpoint();
    let accounts = MessageCall::new(portal.clone(), ListAccounts::new(token.token.clone()), seed);
    let accounts = client.drive(accounts).await.unwrap();
    let account = &accounts.accounts.first().unwrap().account_id;
    let agencies = ListAccountAgencies::new(token.token.clone(), account);
    let agencies = client.drive(MessageCall::new(portal.clone(), agencies, seed)).await.unwrap();
    let agency = &agencies.agencies.first().unwrap().agency_urn;

    let provider = IdentityCenterCredentials::new(token.clone(), account, agency);
    let provider = provider.endpoint(portal.clone());
    let session = client.session(provider.clone()).unwrap();
    let credentials = session.credentials().await.unwrap();
    let signed = HyperTransport::builder().no_proxy().build().unwrap().client();
    let signed = signed.endpoint(portal.clone()).credentials((*credentials).clone());
    let caller = signed.build().unwrap().caller_identity().await.unwrap();
    assert!(caller.principal_urn.contains(":assumed-agency:reader/"), "{}", caller.principal_urn);

    let logout = MessageCall::new(portal.clone(), Logout::new(token.token), seed);
    client.drive(logout).await.unwrap();
    let error = client.session(provider).unwrap().credentials().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::ExpiredCredentials, Some("IIC.1001")));
    assert!(error.to_string().contains("sign in again"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_over_a_blocking_transport() {
    let emulator = emulator().await;
    let client = IsahcTransport::builder().no_proxy().build().unwrap().client();
    let client = client.endpoint(emulator.endpoint().clone()).build_blocking().unwrap();
    let center = center(&emulator);
    let token = tokio::task::spawn_blocking(move || {
        let sign_in = client.drive(center.start(None, 7)).unwrap();
        client.drive(sign_in.poll()).unwrap()
    });
    let token = token.await.unwrap();
    let now: Now = SystemClock.now();
    assert!(token.expires_at > now.wall + Duration::from_secs(7 * 3600));
}

fn profile(emulator: &Emulator, environment: TestEnvironment) -> TestClient {
    let client = HyperTransport::builder().no_proxy().build().unwrap().client();
    let client = client.endpoint(emulator.endpoint().clone()).environment(environment);
    client.build().unwrap()
}

type TestClient = Client<HyperTransport, NoCredentials>;

#[tokio::test]
async fn profiles_and_variables_assume_agencies() {
    let emulator = Emulator::builder().start().await.unwrap();
    let environment = TestEnvironment::new();
    environment.set("HOME", "/home/u");
    environment.set("USERPROFILE", "/home/u");
    let profiles = format!(
        r#"{{"current": "deploy", "profiles": [
            {{"name": "dev", "accessKeyId": "{}", "secretAccessKey": "{}"}},
            {{"name": "deploy", "mode": "AssumeRole", "sourceProfile": "dev",
              "agencyDomainId": "{}", "agencyName": "demo"}}]}}"#,
        builtin::ACCESS_KEY_ID,
        builtin::SECRET_ACCESS_KEY,
        builtin::ACCOUNT_ID,
    );
    environment.write("/home/u/.hcloud/config.json", profiles);
    let client = profile(&emulator, environment.clone());
    let chain = ProviderChain::default_chain(sts_providers::EcsMetadata::default());
    let session = client.session(chain.clone()).unwrap();
    assert!(session.credentials().await.unwrap().is_temporary());
    assert_eq!(chain.report().used(), Some("hcloud"));
    let session = client.session(HcloudProfile::new().profile("dev")).unwrap();
    assert!(!session.credentials().await.unwrap().is_temporary());

    for (name, value) in [
        ("HW_ACCESS_KEY", builtin::ACCESS_KEY_ID),
        ("HW_SECRET_KEY", builtin::SECRET_ACCESS_KEY),
        ("HW_ASSUME_ROLE_AGENCY_NAME", "demo"),
        ("HW_ASSUME_ROLE_DOMAIN_NAME", builtin::ACCOUNT_NAME),
        ("HUAWEICLOUD_SDK_IAM_ENDPOINT", emulator.endpoint().as_str()),
    ] {
        environment.set(name, value);
    }
    // By the name of the account, over classic IAM.
    let session = client.session(TerraformVariables::new()).unwrap();
    assert!(session.credentials().await.unwrap().is_temporary());
    environment.set("HW_ASSUME_ROLE_DOMAIN_ID", builtin::ACCOUNT_ID);
    let session = client.session(TerraformVariables::new()).unwrap();
    assert!(session.credentials().await.unwrap().is_temporary());
}

#[tokio::test]
async fn a_ci_job_assumes_an_agency_over_hyper() {
    let emulator = Emulator::builder().oidc_issuer("127.0.0.1:0").start().await.unwrap();
    let issuer = emulator.oidc_issuer();
    let claims = std::collections::BTreeMap::from([("sub", "repo:o/r:ref:refs/heads/main")]);
    let environment = TestEnvironment::new();
    environment.set("ACTIONS_ID_TOKEN_REQUEST_URL", issuer.actions_request_url());
    let token = issuer.actions_request_token(claims).unwrap();
    environment.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", token.expose_secret());

    let client = HyperTransport::builder().no_proxy().build().unwrap().client();
    let client = client.endpoint(emulator.endpoint().clone()).environment(environment.clone());
    let client = client.build().unwrap();
    let agency =
        |token| OidcAgency::with_token(builtin::OIDC_PROVIDER_URN, builtin::AGENCY_URN, token);
    let session = client.session(agency(IdTokenProvider::actions(Some("sts")))).unwrap();
    assert!(session.credentials().await.unwrap().is_temporary());

    environment.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "other");
    let session = client.session(agency(IdTokenProvider::actions(Some("sts")))).unwrap();
    let error = sts_credentials::CredentialsError::from(session.credentials().await.unwrap_err());
    assert!(error.to_string().contains("request failed with status 401"), "{error}");
}

/// The guide and the front page of the crate name every provider.
#[test]
fn every_provider_is_documented() {
    let exports = include_str!("../../crates/sts-providers/src/lib.rs");
    let exports = exports.lines().filter(|line| line.starts_with("pub use "));
    let names = exports.flat_map(|line| line.split([':', '{', '}', ',', ';', ' ']));
    let is_provider = |name: &&str| {
        name.starts_with(char::is_uppercase)
            && !name.ends_with("Refresh")
            && !["CacheEntry", "CacheFile", "ChainReport", "ProviderState"].contains(name)
    };
    let names: Vec<&str> = names.filter(is_provider).collect();
    assert!(names.len() >= 15, "{names:?}");
    for name in names {
        for page in
            [include_str!("../providers.md"), include_str!("../../crates/sts-providers/README.md")]
        {
            let is_named = [format!("`{name}`"), format!("`{name}::")];
            assert!(is_named.iter().any(|named| page.contains(named)), "{name} is missing");
        }
    }
}
