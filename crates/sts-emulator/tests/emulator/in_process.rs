//! The emulator as a function.

use std::sync::{Arc, Mutex};

use http::Request;
use sts_emulator::{Emulator, Fault, Injection, TestClock, builtin};
use sts_proto::{AssumeAgency, Body, Endpoint, ErrorKind, GetCallerIdentity, Operation, Region};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::caller::signer;

const NOW: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);

fn signed<O: Operation>(operation: &O, credentials: &sts_proto::Credentials) -> Request<Body> {
    let mut request = operation.to_request(&Endpoint::from(Region::CN_NORTH_4)).unwrap();
    signer(credentials).sign(&mut request, NOW).unwrap();
    request
}

#[test]
fn without_a_socket_it_issues_keys_and_takes_them() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&log);
    let sts = Emulator::builder()
        .clock(TestClock::new(NOW))
        .on_request(move |line| told.lock().unwrap().push(line.status.as_u16()))
        .in_process()
        .unwrap();

    let assume = AssumeAgency::new(builtin::AGENCY_URN, "nightly");
    let answer = sts.respond(signed(&assume, &builtin::credentials()));
    let keys = AssumeAgency::read(&answer).unwrap().credentials;
    let identity = sts.respond(signed(&GetCallerIdentity::new(), &keys));
    assert!(GetCallerIdentity::read(&identity).unwrap().principal_urn.contains("nightly"));

    let unsigned = GetCallerIdentity::new().to_request(&Endpoint::from(Region::CN_NORTH_4));
    let error = GetCallerIdentity::read(&sts.respond(unsigned.unwrap())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(*log.lock().unwrap(), [200, 200, 401]);
}

#[test]
fn without_a_socket_the_gateways_limits_and_refusals_hold() {
    let sts = Emulator::builder()
        .clock(TestClock::new(NOW))
        .fault(Injection::new(Fault::Throttling { retry_after: None }).times(1))
        .in_process()
        .unwrap();
    let identity = || signed(&GetCallerIdentity::new(), &builtin::credentials());
    assert_eq!(sts.respond(identity()).status(), 429);
    assert_eq!(sts.respond(identity()).status(), 200);
    let large = identity().map(|_| Body::from(vec![b' '; 12 * 1024 * 1024 + 1]));
    assert_eq!(sts.respond(large).status(), 413);
    assert_eq!(sts.respond(Request::new(Body::empty())).status(), 404);
}
