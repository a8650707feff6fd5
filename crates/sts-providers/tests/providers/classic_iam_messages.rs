//! Messages of classic IAM: requests contain what they are made of, and any response is read or an
//! error.

use std::time::Duration;

use http::Response;
use proptest::prelude::*;
use sts_proto::{Body, Endpoint};
use sts_providers::classic_iam::{
    CreateTemporaryAccessKeyByAgency, CreateTemporaryAccessKeyByToken, CreateTokenWithIdToken,
    GLOBAL_ENDPOINT, IamCaller, KeystoneListProjects,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::world::answer;

fn endpoint() -> Endpoint {
    Endpoint::parse(GLOBAL_ENDPOINT).unwrap()
}

fn response(status: u16, body: &str) -> Response<Body> {
    answer(status, body).unwrap()
}

proptest! {
    #[test]
    fn requests_contain_what_they_are_made_of(
        id_token in "[ -~]{1,64}", name in "\\PC{1,40}", seconds in 900_u32..=86_400,
        text in "\\PC{0,40}",
    ) {
        prop_assume!(!id_token.trim().is_empty() && !name.trim().is_empty());
        let request = CreateTokenWithIdToken::new("idp", &*id_token).to_request(&endpoint()).unwrap();
        let body: serde_json::Value = serde_json::from_slice(request.body().as_ref()).unwrap();
        prop_assert_eq!(body, serde_json::json!({"auth": {"id_token": {"id": id_token}}}));

        let policy = serde_json::json!({"Version": "1.1", "Statement": [text]});
        let request = CreateTemporaryAccessKeyByAgency::of_account_name(&*name, &*name)
            .duration(Duration::from_secs(seconds.into()))
            .policy(policy.to_string())
            .to_request(&endpoint(), &IamCaller::signer())
            .unwrap();
        let body: serde_json::Value = serde_json::from_slice(request.body().as_ref()).unwrap();
        prop_assert_eq!(body, serde_json::json!({"auth": {"identity": {
            "methods": ["assume_role"], "policy": policy, "assume_role":
            {"agency_name": name, "domain_name": name, "duration_seconds": seconds}}}}));

        let request = KeystoneListProjects::named(&*name).to_request(&endpoint(), &IamCaller::token("MII"));
        let query = request.unwrap().uri().query().unwrap().to_owned();
        let decoded = percent_encoding::percent_decode_str(&query).decode_utf8().unwrap();
        prop_assert_eq!(decoded, format!("name={name}"));
    }

    #[test]
    fn any_rfc_3339_date_is_read(
        seconds in 0_i64..4_000_000_000, nanos in 0_i64..1_000_000_000, offset in -14_i8..=14,
    ) {
        let end = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        let end = end + time::Duration::nanoseconds(nanos);
        let offset = time::UtcOffset::from_hms(offset, 30 * offset.signum(), 0).unwrap();
        let text = end.to_offset(offset).format(&Rfc3339).unwrap();
        let body = serde_json::json!({"credential": {"access": "A", "secret": "s",
            "securitytoken": "t", "expires_at": text}, "unknown": [1]});
        let issued = CreateTemporaryAccessKeyByToken::read(&response(201, &body.to_string())).unwrap();
        prop_assert_eq!(issued.credentials.expiration, Some(end));
    }

    #[test]
    fn any_body_is_read_or_an_error(status in 100_u16..600, body in "\\PC{0,200}") {
        let response = response(status, &body);
        let read = CreateTemporaryAccessKeyByToken::read(&response);
        prop_assert!(read.is_err(), "no such text is credentials");
        prop_assert!(CreateTokenWithIdToken::read(&response).is_err());
    }
}

#[test]
fn credentials_that_cannot_sign_and_lists_in_place_of_objects_are_rejected() {
    let valid = serde_json::json!({"access": "A", "secret": "s", "securitytoken": "t",
        "expires_at": "2026-03-05T13:08:09Z"});
    let read = |credential: &serde_json::Value| {
        let body = serde_json::json!({ "credential": credential }).to_string();
        CreateTemporaryAccessKeyByAgency::read(&response(201, &body))
    };
    read(&valid).unwrap();
    read(&serde_json::json!(["A", "s", "t", "2026-03-05T13:08:09Z"])).unwrap_err();
    for field in ["access", "secret", "securitytoken", "expires_at"] {
        for value in [serde_json::json!(""), serde_json::json!(null), serde_json::json!("a b\n")] {
            let mut altered = valid.clone();
            altered[field] = value;
            let error = read(&altered).unwrap_err();
            assert!(error.to_string().contains(&format!("credential.{field}")), "{error}");
        }
    }
}

#[test]
fn a_caller_with_a_token_is_in_a_header() {
    let list = KeystoneListProjects::named("cn-north-4");
    let request = list.to_request(&endpoint(), &IamCaller::token("MII")).unwrap();
    let token = &request.headers()["x-auth-token"];
    assert_eq!((token.to_str().unwrap(), token.is_sensitive()), ("MII", true));
    let request = list.to_request(&endpoint(), &IamCaller::signer()).unwrap();
    assert!(!request.headers().contains_key("x-auth-token"));
}
