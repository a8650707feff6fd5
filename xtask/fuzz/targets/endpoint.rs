//! Any text as endpoint or region: what is taken gives requests, and reads back equal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sts_proto::{Endpoint, GetCallerIdentity, Operation, Region};

fuzz_target!(|text: &str| {
    if let Ok(endpoint) = Endpoint::parse_allowing_http(text) {
        let again = Endpoint::parse_allowing_http(&endpoint.to_string()).expect("an endpoint");
        assert_eq!(again, endpoint);
        let request = GetCallerIdentity::new().to_request(&endpoint).expect("a request");
        assert!(request.uri().path().ends_with("/v5/caller-identity"));
    }
    if let Ok(region) = Region::new(text) {
        assert_eq!(Endpoint::from(region).host(), format!("sts.{text}.myhuaweicloud.com"));
    }
});
