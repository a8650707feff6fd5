//! Sessions for the holders of ID tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sts_emulator::World;
use sts_proto::{
    AssumeAgencyWithOidc, AssumeAgencyWithOidcOutput, DecodeAuthorizationMessage, Error, ErrorKind,
    GetCallerIdentity, Operation as _,
};

use crate::caller::{Sts, sts_with};

const PROVIDER: &str = "iam::a:oidcProvider:ci";

/// A provider of ID tokens: a P-256 key and what is published of it.
struct Provider {
    key: EcdsaKeyPair,
    random: SystemRandom,
}

impl Provider {
    fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let key = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(algorithm, key.as_ref(), &random).unwrap();
        Self { key, random }
    }

    fn jwks(&self) -> Value {
        let point = &self.key.public_key().as_ref()[1..];
        let (x, y) = point.split_at(32);
        let [x, y] = [x, y].map(|part| URL_SAFE_NO_PAD.encode(part));
        // A key of another kind is no reason to refuse the set.
        json!({"keys": [
            {"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": "other"},
            {"kty": "EC", "crv": "P-256", "kid": "ec-1", "x": x, "y": y},
        ]})
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let [header, claims] =
            [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let message = format!("{header}.{claims}");
        let signature = self.key.sign(&self.random, message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn token(&self, claims: &Value) -> String {
        self.sign(&json!({"alg": "ES256", "kid": "ec-1"}), claims)
    }
}

/// Good for another hour.
fn claims() -> Value {
    json!({"iss": "https://ci.example", "sub": "run-7", "aud": "sts", "exp": 1_772_698_089})
}

fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn world(jwks: &Value) -> World {
    format!(
        r#"
        [[accounts]]
        id = "a"
        [[accounts.users]]
        name = "alice"
        keys = [{{ access_key_id = "HSTALICE000000000001", secret_access_key = "alice-secret" }}]
        [[accounts.agencies]]
        name = "deploy"
        trust = ["{PROVIDER}"]
        [[accounts.agencies]]
        name = "internal"
        [[accounts.oidc_providers]]
        name = "ci"
        issuer = "https://ci.example"
        client_ids = ["sts", "deployer"]
        jwks = '{jwks}'
        "#
    )
    .parse()
    .unwrap()
}

async fn federated(jwks: &Value) -> Sts {
    sts_with(|builder| builder.world(world(jwks))).await
}

async fn assume(sts: &Sts, agency: &str, token: &str) -> Result<AssumeAgencyWithOidcOutput, Error> {
    let agency = format!("iam::a:agency:{agency}");
    let operation = AssumeAgencyWithOidc::new(PROVIDER, agency, "run-7", token);
    let request = operation.to_request(sts.emulator.endpoint()).unwrap();
    AssumeAgencyWithOidc::read(&sts.send(request).await)
}

#[tokio::test]
async fn a_good_id_token_gives_a_session() {
    let provider = Provider::new();
    let sts = federated(&provider.jwks()).await;
    let session = assume(&sts, "deploy", &provider.token(&claims())).await.unwrap();
    assert_eq!(session.audience, "sts");
    assert_eq!(session.provider, PROVIDER);
    assert_eq!(session.subject_from_id_token, "run-7");
    let identity = sts.call_with(&session.credentials, GetCallerIdentity::new()).await.unwrap();
    assert_eq!(identity.principal_urn, "sts::a:assumed-agency:deploy/run-7");
}

#[tokio::test]
async fn rs256_and_several_audiences_are_taken() {
    let vector: Value = serde_json::from_str(include_str!("vectors/rs256.json")).unwrap();
    let sts = federated(&vector["jwks"]).await;
    let token = vector["id_token"].as_str().unwrap();
    let session = assume(&sts, "deploy", token).await.unwrap();
    assert_eq!(session.audience, "sts");
    assert_eq!(session.subject_from_id_token, "repo:corp/app");
}

#[tokio::test]
async fn a_token_for_somebody_else_is_refused() {
    let provider = Provider::new();
    let sts = federated(&provider.jwks()).await;
    for audience in [json!("billing"), json!(["billing", "shop"]), json!([])] {
        let token = provider.token(&claims_with("aud", audience));
        let error = assume(&sts, "deploy", &token).await.unwrap_err();
        assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("STS5.2001"));
        assert_eq!(error.kind(), ErrorKind::FederationRefused);
    }
}

#[tokio::test]
async fn a_token_that_proves_nothing_is_refused() {
    let (provider, stranger) = (Provider::new(), Provider::new());
    let sts = federated(&provider.jwks()).await;
    let good = provider.token(&claims());
    let (message, _) = good.rsplit_once('.').unwrap();
    let unsigned = URL_SAFE_NO_PAD.encode(json!({"alg": "none"}).to_string());
    let (_, payload) = message.split_once('.').unwrap();
    for (token, why) in [
        ("eyJhbGciOi".to_owned(), "not a signed JSON Web Token"),
        ("a.b.c".to_owned(), "not a signed JSON Web Token"),
        (provider.token(&json!({"iss": "https://ci.example"})), "the claims"),
        (format!("{message}."), "none of the provider's keys"),
        (format!("{unsigned}.{payload}."), "RS256 or ES256"),
        (stranger.token(&claims()), "none of the provider's keys"),
        (
            provider.sign(&json!({"alg": "ES256", "kid": "other"}), &claims()),
            "none of the provider's keys",
        ),
        (provider.sign(&json!({"alg": "RS256"}), &claims()), "none of the provider's keys"),
        (provider.sign(&json!({"alg": "HS256"}), &claims()), "RS256 or ES256"),
        (provider.token(&claims_with("iss", json!("https://evil.example"))), "issuer"),
        (provider.token(&claims_with("exp", json!(1_772_694_489))), "expired"),
        (provider.token(&claims_with("nbf", json!(1_772_694_500))), "not valid yet"),
    ] {
        let error = assume(&sts, "deploy", &token).await.unwrap_err();
        assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("EMULATOR.0005"));
        let message = error.message().unwrap();
        assert!(message.contains(why), "{message:?} says {why:?}");
    }
}

#[tokio::test]
async fn a_token_ends_by_the_clock_of_the_emulator() {
    let provider = Provider::new();
    let sts = federated(&provider.jwks()).await;
    let token = provider.token(&claims());
    sts.wait(3599);
    assume(&sts, "deploy", &token).await.unwrap();
    sts.wait(1);
    assume(&sts, "deploy", &token).await.unwrap_err();
}

#[tokio::test]
async fn an_agency_has_to_trust_the_provider() {
    let provider = Provider::new();
    let sts = federated(&provider.jwks()).await;
    let error = assume(&sts, "internal", &provider.token(&claims())).await.unwrap_err();
    assert_eq!((error.status().as_u16(), error.kind()), (403, ErrorKind::AccessDenied));
    let decode = DecodeAuthorizationMessage::new(error.encoded_authorization_message().unwrap());
    let alice = sts_proto::Credentials::permanent("HSTALICE000000000001", "alice-secret");
    let reason = sts.call_with(&alice, decode).await.unwrap().decoded_message;
    assert!(reason.contains("sts:agencies:assumeWithOIDC"), "{reason}");
    assert!(reason.contains("iam::a:oidcProvider:ci/run-7"), "{reason}");

    let nowhere = assume(&sts, "nowhere", &provider.token(&claims())).await.unwrap_err();
    assert_eq!(nowhere.code().map(ToString::to_string).as_deref(), Some("STS5.1106"));
}

#[test]
fn keys_that_are_no_key_set_are_refused_with_their_line() {
    for jwks in ["", "{}", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#] {
        let toml = format!(
            "[[accounts]]\nid = \"a\"\n[[accounts.oidc_providers]]\nname = \"ci\"\n\
             issuer = \"i\"\nclient_ids = []\njwks = '{jwks}'\n"
        );
        let error = toml.parse::<World>().unwrap_err();
        assert_eq!((error.line(), error.key()), (Some(7), Some("jwks")), "{error}");
    }
}
