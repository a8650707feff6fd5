//! The SDK of `sdk-author.md` against the emulator, which verifies requests to any path.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "../examples/sdk_author/ecs.rs"]
#[expect(dead_code, unreachable_pub, reason = "the SDK has more than this test uses")]
mod ecs;
#[path = "../examples/sdk_author/exchange.rs"]
mod exchange;

use ecs::Ecs;
use sts_credentials::{Credentials, SharedCredentials};
use sts_emulator::{Emulator, builtin};
use sts_proto::AssumeAgency;
use sts_reqwest::ReqwestTransport;

/// Returns an error if the signature is rejected. Accepted requests get the signer, not a job.
async fn is_accepted(ecs: &Ecs) -> Result<(), String> {
    match ecs.start(&["s1"]).await.unwrap_err().to_string() {
        text if text == "missing field job_id" => Ok(()),
        text => Err(text),
    }
}

#[tokio::test]
async fn the_emulator_accepts_the_signatures_of_the_sdk() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let emulator = Emulator::builder().any_service().start().await.unwrap();
    let client = ReqwestTransport::builder()
        .no_proxy()
        .build()
        .unwrap()
        .client()
        .endpoint(emulator.endpoint().clone())
        .credentials(builtin::credentials())
        .build()
        .unwrap();
    let session = client.session(AssumeAgency::new(builtin::AGENCY_URN, "sdk")).unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let ecs = Ecs::new(http.clone(), emulator.url(), "0a1b", SharedCredentials::new(session));
    is_accepted(&ecs).await.unwrap();
    is_accepted(&ecs.derived_keys("cn-north-4")).await.unwrap();

    let wrong = Credentials::permanent(builtin::ACCESS_KEY_ID, "wrong");
    let error = is_accepted(&Ecs::new(http, emulator.url(), "0a1b", wrong)).await.unwrap_err();
    assert!(error.starts_with("credentials rejected: APIGW.0301"), "{error}");
}
