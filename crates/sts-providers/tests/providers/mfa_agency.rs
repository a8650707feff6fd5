use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sts_client::CredentialsError;
use sts_proto::{AssumeAgency, Credentials, ErrorKind, Secret};
use sts_providers::{FileCache, MfaAgency};

use crate::world::{Place, Wire, answer};

const SERIAL_NUMBER: &str = "iam::0a1b2c3d:mfa:phone";

/// A device that shows other codes each time, and counts them.
#[derive(Clone, Default)]
struct Device(Arc<AtomicU32>);

impl Device {
    fn agency(&self, agency: AssumeAgency) -> MfaAgency {
        let count = Arc::clone(&self.0);
        MfaAgency::new(agency, SERIAL_NUMBER, move || {
            Ok(Secret::from(format!("{:06}", count.fetch_add(1, Ordering::Relaxed))))
        })
    }

    fn shown(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

fn agency() -> AssumeAgency {
    AssumeAgency::new("iam::0a1b2c3d:agency:admin", "laptop")
}

/// An STS whose access keys are the codes that it received.
fn wire() -> Wire {
    Wire::new(|request| {
        let body: serde_json::Value = serde_json::from_slice(request.body().as_ref()).unwrap();
        assert_eq!(body["serial_number"], SERIAL_NUMBER);
        let code = body["token_code"].as_str().unwrap();
        answer(
            200,
            &format!(
                r#"{{"assumed_agency":{{"urn":"u","id":"i"}},"credentials":{{"access_key_id":
                "AK{code}","secret_access_key":"s","security_token":"t",
                "expiration":"2026-03-05T08:08:09Z"}}}}"#
            ),
        )
    })
}

fn client(wire: &Wire, place: &Place) -> sts_client::blocking::Client<Wire, Arc<Credentials>> {
    sts_client::Client::builder(wire.clone())
        .clock(place.clone())
        .environment(place.clone())
        .region("cn-north-4")
        .credentials(Credentials::permanent("EXAMPLEAK00000000001", "secret"))
        .build_blocking()
        .unwrap()
}

#[test]
fn each_request_has_a_new_code() {
    let (wire, place, device) = (wire(), Place::default(), Device::default());
    let client = client(&wire, &place);
    for expected in ["AK000000", "AK000001"] {
        let issued = client.obtain(&device.agency(agency())).unwrap();
        assert_eq!(issued.credentials().access_key_id, expected);
    }
}

#[test]
fn cached_credentials_need_no_code() {
    let (wire, place, device) = (wire(), Place::default(), Device::default());
    for _ in 0..2 {
        let cached = FileCache::new(device.agency(agency()), "/cache", "me");
        let issued = client(&wire, &place).obtain(&cached).unwrap();
        assert_eq!(issued.credentials().access_key_id, "AK000000");
    }
    assert_eq!(device.shown(), 1);
}

#[test]
fn an_invalid_request_needs_no_code() {
    let (wire, place, device) = (wire(), Place::default(), Device::default());
    let error = client(&wire, &place).obtain(&device.agency(agency().policy("x".repeat(4097))));
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("policy"), "{error}");
    assert_eq!(device.shown(), 0);
}

#[test]
fn no_code_is_an_error() {
    let (wire, place) = (wire(), Place::default());
    let without = MfaAgency::new(agency(), SERIAL_NUMBER, || Err(CredentialsError::new("no code")));
    let error = client(&wire, &place).obtain(&without).unwrap_err();
    assert!(error.to_string().contains("no code"), "{error}");
    assert!(wire.seen().is_empty());
}
