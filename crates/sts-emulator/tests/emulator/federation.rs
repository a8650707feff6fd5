//! `AssumeAgencyWithOIDC`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sts_emulator::Config;
use sts_proto::{
    AssumeAgencyWithOidc, AssumeAgencyWithOidcOutput, DecodeAuthorizationMessage, ErrorKind,
    GetCallerIdentity, Operation as _, ServiceError,
};

use crate::caller::{Sts, sts_with};

const PROVIDER: &str = "iam::a:oidcProvider:ci";

/// A provider of ID tokens with a P-256 key.
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
        // Keys of other kinds are ignored.
        json!({"keys": [
            {"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": "other"},
            {"kty": "EC", "crv": "P-256", "kid": "ec-1", "x": x, "y": y},
        ]})
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_texts(&header.to_string(), &claims.to_string())
    }

    fn sign_texts(&self, header: &str, claims: &str) -> String {
        let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part));
        let message = format!("{header}.{claims}");
        let signature = self.key.sign(&self.random, message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn token(&self, claims: &Value) -> String {
        self.sign(&json!({"alg": "ES256", "kid": "ec-1"}), claims)
    }
}

/// Claims that are valid for an hour.
fn claims() -> Value {
    json!({"iss": "https://ci.example", "sub": "run-7", "aud": "sts", "exp": 1_772_698_089})
}

fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn config(jwks: &Value) -> Config {
    format!(
        r#"
        [[accounts]]
        id = "a"
        [[accounts.users]]
        name = "alice"
        access_keys = [{{ access_key_id = "HSTALICE000000000001", secret_access_key = "alice-secret" }}]
        [[accounts.agencies]]
        name = "deploy"
        trust = ["{PROVIDER}"]
        [[accounts.agencies]]
        name = "internal"
        [[accounts.agencies]]
        name = "guarded"
        mfa = true
        trust = ["{PROVIDER}"]
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
    sts_with(|builder| builder.config(config(jwks))).await
}

async fn assume(
    sts: &Sts,
    agency: &str,
    token: &str,
) -> Result<AssumeAgencyWithOidcOutput, ServiceError> {
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
async fn an_agency_that_requires_mfa_is_denied() {
    let provider = Provider::new();
    let sts = federated(&provider.jwks()).await;
    let error = assume(&sts, "guarded", &provider.token(&claims())).await.unwrap_err();
    assert_eq!((error.status().as_u16(), error.kind()), (403, ErrorKind::AccessDenied));
}

#[tokio::test]
async fn rs256_and_several_audiences_are_accepted() {
    let vector: Value = serde_json::from_str(include_str!("vectors/rs256.json")).unwrap();
    let sts = federated(&vector["jwks"]).await;
    let token = vector["id_token"].as_str().unwrap();
    let session = assume(&sts, "deploy", token).await.unwrap();
    assert_eq!(session.audience, "sts");
    assert_eq!(session.subject_from_id_token, "repo:corp/app");
}

#[tokio::test]
async fn a_token_for_another_audience_is_rejected() {
    let provider = Provider::new();
    let sts = federated(&provider.jwks()).await;
    for audience in [json!("billing"), json!(["billing", "shop"]), json!([])] {
        let token = provider.token(&claims_with("aud", audience));
        let error = assume(&sts, "deploy", &token).await.unwrap_err();
        assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("STS5.2001"));
        assert_eq!(error.kind(), ErrorKind::FederationRejected);
    }
}

#[tokio::test]
async fn a_token_that_proves_nothing_is_rejected() {
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
        (format!("{message}."), "signature mismatch"),
        (format!("{unsigned}.{payload}."), "RS256 or ES256"),
        (stranger.token(&claims()), "signature mismatch"),
        (provider.sign(&json!({"alg": "ES256", "kid": "other"}), &claims()), "signature mismatch"),
        (provider.sign(&json!({"alg": "RS256"}), &claims()), "signature mismatch"),
        (provider.sign(&json!({"alg": "HS256"}), &claims()), "RS256 or ES256"),
        (provider.token(&claims_with("iss", json!("https://evil.example"))), "issuer"),
        (provider.token(&claims_with("exp", json!(1_772_694_489))), "expired"),
        (provider.token(&claims_with("nbf", json!(1_772_694_500))), "not valid yet"),
    ] {
        let error = assume(&sts, "deploy", &token).await.unwrap_err();
        assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("EMULATOR.0005"));
        let message = error.raw_message().unwrap().expose_secret();
        assert!(message.contains(why), "{message:?} says {why:?}");
    }
}

#[tokio::test]
async fn critical_extensions_are_rejected() {
    let provider = Provider::new();
    let sts = federated(&provider.jwks()).await;
    // None is supported, and none of these is a list of names (RFC 7515, 4.1.11).
    for crit in [
        json!(["exp"]),
        json!(["b64"]),
        json!(["urn:example:unknown"]),
        json!([]),
        json!(["exp", "exp"]),
        json!("exp"),
        json!({}),
        json!(0),
        json!(false),
        json!(null),
    ] {
        let header = json!({"alg": "ES256", "kid": "ec-1", "crit": crit, "exp": 1, "b64": true});
        let error = assume(&sts, "deploy", &provider.sign(&header, &claims())).await.unwrap_err();
        assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("EMULATOR.0005"));
        assert!(
            error.raw_message().unwrap().expose_secret().contains("critical"),
            "{crit}: {error}"
        );
    }
    // Other parameters that are not known restrict nothing (RFC 7515, 4).
    let header = json!({"alg": "ES256", "kid": "ec-1", "typ": "JWT", "urn:example:unknown": 1});
    assume(&sts, "deploy", &provider.sign(&header, &claims())).await.unwrap();
}

#[tokio::test]
async fn names_that_occur_twice_or_have_another_type_are_rejected() {
    let provider = Provider::new();
    let sts = federated(&provider.jwks()).await;
    let header = r#"{"alg":"ES256","kid":"ec-1"}"#;
    let claims = claims().to_string();
    let with = |more: &str| claims.replace('{', &format!("{{{more},"));
    for (header, claims) in [
        (r#"{"alg":"none","alg":"ES256","kid":"ec-1"}"#, claims.clone()),
        (r#"{"alg":"ES256","kid":"ec-1","crit":["x"],"crit":["x"]}"#, claims.clone()),
        (r#"{"alg":"ES256","kid":null}"#, claims.clone()),
        (r#"{"alg":["ES256"],"kid":"ec-1"}"#, claims.clone()),
        (r#"["ES256","ec-1"]"#, claims.clone()),
        (header, with(r#""sub":"root""#)),
        (header, with(r#""exp":9999999999"#)),
        (header, with(r#""nbf":null"#)),
        (header, with(r#""nbf":"1""#)),
        (header, with(r#""iat":"now""#)),
        (header, with(r#""iat":1,"iat":2"#)),
        (header, claims.replace("1772698089", "1e999")),
        (header, claims.replace("\"sts\"", "[\"sts\",1]")),
    ] {
        let error = assume(&sts, "deploy", &provider.sign_texts(header, &claims)).await;
        let error = error.expect_err(&claims);
        assert!(
            error.raw_message().unwrap().expose_secret().contains("not a signed JSON Web Token"),
            "{error}"
        );
    }
    let good = with(r#""iat":1772694489,"nbf":1772694489"#);
    assume(&sts, "deploy", &provider.sign_texts(header, &good)).await.unwrap();
}

#[tokio::test]
async fn a_key_for_something_else_verifies_nothing() {
    let provider = Provider::new();
    for (member, value, is_accepted) in [
        ("use", json!("sig"), true),
        ("use", json!("enc"), false),
        ("key_ops", json!(["verify"]), true),
        ("key_ops", json!(["encrypt"]), false),
        ("alg", json!("ES256"), true),
        ("alg", json!("ES384"), false),
    ] {
        let mut jwks = provider.jwks();
        // Another key of the set, so that it is never without any.
        let other = Provider::new().jwks()["keys"][1].clone();
        jwks["keys"].as_array_mut().unwrap().push(other);
        jwks["keys"][1][member] = value.clone();
        let sts = federated(&jwks).await;
        let outcome = assume(&sts, "deploy", &provider.token(&claims())).await;
        assert_eq!(outcome.is_ok(), is_accepted, "{member} {value}");
    }
}

#[test]
fn keys_that_cannot_verify_or_only_at_great_cost_are_left_out() {
    let number = |bytes: usize, last: u8| {
        let mut number = vec![0xff; bytes];
        number[bytes - 1] = last;
        URL_SAFE_NO_PAD.encode(number)
    };
    let rsa = |n: String, e: String| json!({"keys": [{"kty": "RSA", "n": n, "e": e}]});
    let p256 = |x: usize, y: usize| json!({"keys": [{"kty": "EC", "crv": "P-256", "x": number(x, 1), "y": number(y, 1)}]});
    for (jwks, is_accepted) in [
        (rsa(number(256, 1), "AQAB".to_owned()), true),
        (rsa(number(1024, 1), "AQAB".to_owned()), true),
        (rsa(number(255, 1), "AQAB".to_owned()), false),
        (rsa(number(1025, 1), "AQAB".to_owned()), false),
        (rsa(number(65_536, 1), "AQAB".to_owned()), false),
        (rsa(number(256, 2), "AQAB".to_owned()), false),
        (rsa(number(256, 1), number(5, 1)), false),
        (rsa(number(256, 1), number(256, 1)), false),
        (rsa(number(256, 1), "AQ".to_owned()), false),
        (rsa(number(256, 1), "AA".to_owned()), false),
        (rsa(number(256, 1), String::new()), false),
        (rsa(String::new(), "AQAB".to_owned()), false),
        (p256(32, 32), true),
        (p256(31, 32), false),
        (p256(32, 33), false),
    ] {
        let toml = format!(
            "[[accounts]]\nid = \"a\"\n[[accounts.oidc_providers]]\nname = \"ci\"\n\
             issuer = \"i\"\nclient_ids = [\"sts\"]\njwks = '{jwks}'\n"
        );
        let outcome = toml.parse::<Config>();
        assert_eq!(outcome.is_ok(), is_accepted, "{outcome:?} {jwks:.80}");
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
fn keys_that_are_no_key_set_are_rejected_with_their_line() {
    for jwks in ["", "{}", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#] {
        let toml = format!(
            "[[accounts]]\nid = \"a\"\n[[accounts.oidc_providers]]\nname = \"ci\"\n\
             issuer = \"i\"\nclient_ids = []\njwks = '{jwks}'\n"
        );
        let error = toml.parse::<Config>().unwrap_err();
        assert_eq!((error.line(), error.key()), (Some(7), Some("jwks")), "{error}");
    }
}
