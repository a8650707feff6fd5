//! Requests to object storage, signed with the credentials of an assumed agency.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use http::request::Parts;
use reqsign_huaweicloud_obs::RequestSigner;
use sha1::Sha1;
use sts_client::Session;
use sts_emulator::{Emulator, builtin};
use sts_hyper::HyperTransport;
use sts_proto::{AssumeAgency, Credentials};

#[path = "../../crates/sts-hyper/examples/obs_credentials/signer.rs"]
mod obs_credentials;

use obs_credentials::{AgencyCredentials, ObsSigner};

fn session(emulator: &Emulator) -> Session {
    let client = HyperTransport::builder().no_proxy().build().unwrap().client();
    let client = client.endpoint(emulator.endpoint().clone()).credentials(builtin::credentials());
    client.build().unwrap().session(AssumeAgency::new(builtin::AGENCY_URN, "test")).unwrap()
}

fn signer(session: &Session) -> ObsSigner {
    let credentials = AgencyCredentials(session.clone());
    ObsSigner { credentials, bucket: RequestSigner::new("backups") }
}

fn unsigned() -> Parts {
    let url = "https://backups.obs.cn-north-4.myhuaweicloud.com/nightly.tar";
    Request::get(url).body(()).unwrap().into_parts().0
}

fn header<'a>(head: &'a Parts, name: &str) -> &'a str {
    head.headers.get(name).unwrap().to_str().unwrap()
}

/// The value according to "Authentication of Signature in a Header" in the OBS API reference.
fn expected(head: &Parts, credentials: &Credentials) -> String {
    let token = credentials.security_token.as_ref().unwrap().expose_secret();
    let date = header(head, "date");
    let text = format!("GET\n\n\n{date}\nx-obs-security-token:{token}\n/backups/nightly.tar");
    let secret = credentials.secret_access_key.expose_secret();
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    format!("OBS {}:{signature}", credentials.access_key_id)
}

#[tokio::test]
async fn the_credentials_of_the_agency_sign_and_add_their_token() {
    let emulator = Emulator::builder().start().await.unwrap();
    let session = session(&emulator);
    let mut head = unsigned();
    signer(&session).sign(&mut head).await.unwrap();

    let credentials = session.credentials().await.unwrap();
    assert_ne!(credentials.access_key_id, builtin::ACCESS_KEY_ID);
    assert_eq!(header(&head, "authorization"), expected(&head, &credentials));
    let token = credentials.security_token.as_ref().unwrap().expose_secret();
    assert_eq!(header(&head, "x-obs-security-token"), token);
    assert!(!format!("{head:?}").contains(token));
}

#[tokio::test]
async fn new_credentials_of_the_session_sign_the_next_request() {
    let emulator = Emulator::builder().start().await.unwrap();
    let session = session(&emulator);
    let signer = signer(&session);
    let mut head = unsigned();
    signer.sign(&mut head).await.unwrap();
    let old = session.credentials().await.unwrap();
    session.invalidate(&old);

    // Signed again: what was there is replaced.
    signer.sign(&mut head).await.unwrap();
    let new = session.credentials().await.unwrap();
    assert_ne!(new.access_key_id, old.access_key_id);
    assert_eq!(header(&head, "authorization"), expected(&head, &new));
    assert_eq!(head.headers.get_all("x-obs-security-token").iter().count(), 1);
}

#[tokio::test]
async fn without_credentials_nothing_is_signed() {
    let emulator = Emulator::builder().start().await.unwrap();
    let session = session(&emulator);
    drop(emulator);
    let mut head = unsigned();
    let error = signer(&session).sign(&mut head).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    assert!(head.headers.is_empty());
}
