//! Lists whose length a client determines.

use http::Method;
use serde_json::Value;
use sts_emulator::builtin;
use sts_proto::AssumeAgency;

use crate::caller::{Sts, json_of, sts};
use crate::control::{call, controlled};
use crate::identity_center::sign_in;

#[tokio::test]
async fn only_the_last_thousand_sessions_are_kept() {
    let sts = controlled().await;
    for number in 0..1003 {
        let assume = AssumeAgency::new(builtin::AGENCY_URN, format!("s{number}"));
        sts.call(assume).await.unwrap();
    }
    let sessions = call(&sts, Method::GET, "/sessions", "").await.1["sessions"].take();
    let sessions = sessions.as_array().unwrap();
    assert_eq!(sessions.len(), 1000);
    assert!(sessions[999]["urn"].as_str().unwrap().ends_with("/s3"));
}

async fn logout(sts: &Sts, token: &str) -> u16 {
    let headers = [("access-token", token)];
    sts.send_json("POST", "/v1/logout", &headers, &Value::Null).await.status().as_u16()
}

#[tokio::test]
async fn a_revoked_access_token_stays_revoked() {
    let sts = sts().await;
    let first = sign_in(&sts).await;
    assert_eq!(logout(&sts, &first).await, 200);
    for _ in 0..1100 {
        let token = sign_in(&sts).await;
        assert_eq!(logout(&sts, &token).await, 200);
    }
    let headers = [("access-token", first.as_str())];
    let response = sts.send_json("GET", "/v1/assigned-accounts", &headers, &Value::Null).await;
    assert_eq!(json_of(&response, 401)["error_code"], "IIC.1001");
}
