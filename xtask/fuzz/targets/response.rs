//! A 200 with any bytes: an output or an error that says why, for every operation.
#![no_main]

use http::Response;
use libfuzzer_sys::fuzz_target;
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, DecodeAuthorizationMessage,
    ErrorKind, GetCallerIdentity, Operation,
};

fn read<O: Operation>(body: &[u8]) {
    if let Err(error) = O::read(&Response::new(body)) {
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert!(error.invalid_body().is_some());
    }
}

fuzz_target!(|body: &[u8]| {
    read::<AssumeAgency>(body);
    read::<AssumeAgencyWithOidc>(body);
    read::<AssumeAgencyWithSaml>(body);
    read::<DecodeAuthorizationMessage>(body);
    read::<GetCallerIdentity>(body);
});
