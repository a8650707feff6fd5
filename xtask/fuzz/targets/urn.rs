//! Any text as URN: what is read is written back equal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sts_proto::{AgencyUrn, AssumeAgency, AssumedAgency, Operation};

fuzz_target!(|text: &str| {
    if let Ok(urn) = text.parse::<AgencyUrn>() {
        assert_eq!(urn.to_string(), text);
    }
    let assumed = AssumedAgency::new(text, text);
    assert_eq!(assumed.agency().is_some(), assumed.session_name().is_some());
    let _ = AssumeAgency::new(text, text).validate();
});
