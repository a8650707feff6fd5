//! Every code that is documented, held against judgements that were made apart from the table.

use std::collections::BTreeSet;

use http::StatusCode;
use serde::Deserialize;
use sts_proto::codes::{known_codes, known_messages};
use sts_proto::{CodeFamily, ErrorCode, ErrorKind, RetryAdvice};

use crate::{body, error};

#[derive(Deserialize)]
pub(crate) struct Reference {
    pub(crate) codes: Vec<Row>,
    pub(crate) message_patterns: Vec<Pattern>,
}

#[derive(Deserialize)]
pub(crate) struct Row {
    number: String,
    prefixes: Vec<String>,
    statuses: Vec<u16>,
    class: String,
    retry: String,
}

#[derive(Deserialize)]
pub(crate) struct Pattern {
    pub(crate) contains: String,
    pub(crate) codes: Vec<String>,
    pub(crate) retry: String,
}

pub(crate) fn reference() -> Reference {
    serde_json::from_str(include_str!("../data/error-codes.json")).unwrap()
}

impl Row {
    /// With which statuses it is tried. Where none was recorded, one that decides nothing.
    fn statuses(&self) -> &[u16] {
        if self.statuses.is_empty() { &[499] } else { &self.statuses }
    }

    /// The kind that says the same as the judgement.
    fn kind(&self, status: u16) -> ErrorKind {
        match (self.class.as_str(), self.retry.as_str()) {
            ("parameter", _) => ErrorKind::InvalidRequest,
            // Someone has to change a permission, be it of a user or of an address.
            ("permission" | "network_policy", _) => ErrorKind::AccessDenied,
            // New credentials cure it, so it is an end and no refusal.
            ("expired_credentials", _) | ("authentication", "after_refresh") => {
                ErrorKind::ExpiredCredentials
            }
            ("authentication", _) => ErrorKind::InvalidCredentials,
            ("not_found", _) => ErrorKind::NotFound,
            ("throttling", _) => ErrorKind::Throttled,
            ("server", "yes") => ErrorKind::Unavailable,
            ("server", "maybe") if status >= 500 => ErrorKind::Unavailable,
            ("server", _) => ErrorKind::ServiceFault,
            // Another region, protocol or version of it is wanted.
            ("transport" | "region", _) => ErrorKind::Unsupported,
            ("quota", _) => ErrorKind::QuotaExceeded,
            ("conflict", _) => ErrorKind::Conflict,
            ("federation", _) => ErrorKind::FederationRejected,
            // What the status alone says.
            ("by_status" | "out_of_scope", _) => error(status, "").kind(),
            other => panic!("{other:?}"),
        }
    }

    /// What the judgement says about retries.
    fn advice(&self, status: u16, kind: ErrorKind) -> RetryAdvice {
        match self.retry.as_str() {
            "yes" => RetryAdvice::AfterBackoff,
            "maybe" if status >= 500 => RetryAdvice::AfterBackoff,
            "after_refresh" => RetryAdvice::AfterNewCredentials,
            "by_status" => error(status, "").kind().advice(),
            // Never unchanged; but with another key it is another request.
            "no" if kind == ErrorKind::InvalidCredentials => RetryAdvice::AfterNewCredentials,
            "no" | "maybe" => RetryAdvice::Never,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn every_documented_code_is_judged_as_documented_under_each_prefix_and_status() {
    let mut tried = 0;
    for row in reference().codes {
        for (prefix, status) in
            row.prefixes.iter().flat_map(|prefix| row.statuses().iter().map(move |s| (prefix, *s)))
        {
            let code = format!("{prefix}.{}", row.number);
            let error = error(status, body(&code, "what happened"));
            let kind = row.kind(status);
            assert_eq!(error.kind(), kind, "{code} with {status}");
            assert_eq!(kind.advice(), row.advice(status, kind), "{code} with {status}");
            assert!(error.code().is_some_and(|kept| *kept == *code), "{code}");
            tried += 1;
        }
    }
    assert!(tried > 250, "{tried}");
}

#[test]
fn the_table_has_the_documented_codes_and_statuses_and_no_others() {
    let documented: BTreeSet<_> = reference()
        .codes
        .into_iter()
        .map(|row| (format!("{}.{}", row.prefixes[0], row.number), row.statuses))
        .collect();
    let known: BTreeSet<_> = known_codes()
        .iter()
        .map(|known| (known.code().to_string(), known.statuses().to_vec()))
        .collect();
    assert_eq!(known, documented);
    assert_eq!(known_codes().len(), 122);
}

#[test]
fn the_table_is_in_order_and_each_row_says_what_it_means() {
    for pair in known_codes().windows(2) {
        let (first, second) = (pair[0].code(), pair[1].code());
        let same_family = first.family() == second.family();
        assert!(!same_family || first.number() < second.number(), "{second}");
    }
    for known in known_codes() {
        assert!(known.meaning().len() > 8 && known.meaning().is_ascii(), "{known:?}");
        assert_eq!(known.code().meaning(), Some(known.meaning()));
        assert_ne!(known.code().family(), CodeFamily::Other);
        assert!(known.code().number().is_some());
        for status in known.statuses() {
            let status = StatusCode::from_u16(*status).unwrap();
            let error = error(status.as_u16(), body(known.code().as_str(), ""));
            assert_eq!(known.kind(status), error.kind());
        }
    }
}

#[test]
fn one_code_has_seven_statuses_and_as_many_judgements() {
    for prefix in ["APIGW", "APIG", "APIC"] {
        let kind = |status| error(status, body(&format!("{prefix}.0201"), "m")).kind();
        for status in [400, 413, 414, 494] {
            assert_eq!(kind(status), ErrorKind::InvalidRequest, "{status}");
        }
        for status in [500, 502, 504] {
            assert_eq!(kind(status), ErrorKind::Unavailable, "{status}");
        }
    }
}

#[test]
fn ended_keys_are_told_although_they_come_as_400() {
    for code in ["IAM.1105", "IAM.1108"] {
        assert_eq!(error(400, body(code, "m")).kind(), ErrorKind::ExpiredCredentials);
    }
    for code in ["IAM.1104", "IAM.1106", "IAM.1107"] {
        assert_eq!(error(400, body(code, "m")).kind(), ErrorKind::InvalidCredentials);
    }
}

#[test]
fn an_unknown_code_is_kept_and_changes_nothing() {
    for status in (300..=999).step_by(7) {
        let expected = error(status, "").kind();
        for code in
            ["STS5.9999", "APIGW.9999", "XYZ.0308", "0308", "308", "IAM.", ".0308", "sts5.1106"]
        {
            let error = error(status, body(code, "m"));
            assert_eq!(error.kind(), expected, "{code} with {status}");
            assert_eq!(error.code().unwrap().as_str(), code);
        }
    }
}

#[test]
fn each_code_has_a_family() {
    for (code, family, number) in [
        ("STS5.1001", CodeFamily::Sts5, Some(1001)),
        ("PAP5.0001", CodeFamily::Pap5, Some(1)),
        ("APIGW.0301", CodeFamily::Gateway, Some(301)),
        ("APIG.0301", CodeFamily::Gateway, Some(301)),
        ("APIC.0301", CodeFamily::Gateway, Some(301)),
        ("IAM.0012", CodeFamily::Iam, Some(12)),
        ("APIGX.0301", CodeFamily::Other, Some(301)),
        ("IAM5.0001", CodeFamily::Other, Some(1)),
        ("1101", CodeFamily::Other, Some(1101)),
        ("STS5", CodeFamily::Other, None),
        ("STS5.", CodeFamily::Sts5, None),
        ("STS5.1.2", CodeFamily::Sts5, None),
        ("STS5.99999", CodeFamily::Sts5, None),
    ] {
        let error = error(400, body(code, "m"));
        let kept = error.code().unwrap();
        assert_eq!((kept.family(), kept.number()), (family, number), "{code}");
        assert!(*kept == *code && *kept != *"IAM.9999", "{code}");
    }
}

#[test]
fn a_known_message_decides_with_its_codes_only() {
    let kind = |code: &str, message: &str| error(401, body(code, message)).kind();
    for known in known_messages() {
        let message = format!("Error: {}.", known.contains().to_ascii_uppercase());
        let codes: Vec<_> = known.codes().collect();
        for code in &codes {
            assert_eq!(kind(code.as_str(), &message), known.kind(), "{code}: {message}");
        }
        let with_any_code =
            if codes.is_empty() { known.kind() } else { ErrorKind::InvalidCredentials };
        assert_eq!(kind("XYZ.0301", &message), with_any_code, "{message}");
    }
    let codes_of = |text| {
        let known = known_messages().iter().find(|known| known.contains() == text).unwrap();
        known.codes().map(|code| code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(codes_of("signature expired"), ["APIGW.0301", "APIGW.0303"]);
    assert!(codes_of("security token has expired").is_empty());
}

#[test]
fn a_code_is_compared_with_texts() {
    let code = ErrorCode::from("STS5.1106");
    assert_eq!("STS5.1106".parse(), Ok(code.clone()));
    assert_eq!(code.as_ref(), "STS5.1106");
    assert!(code == "STS5.1106" && code == *"STS5.1106");
    assert!(code != "STS5.1107" && code != *"STS5.1107");
}

#[test]
fn each_family_has_the_prefix_of_its_codes() {
    for (family, prefix) in [
        (CodeFamily::Sts5, "STS5"),
        (CodeFamily::Pap5, "PAP5"),
        (CodeFamily::Gateway, "APIGW"),
        (CodeFamily::Iam, "IAM"),
        (CodeFamily::Other, ""),
    ] {
        assert_eq!(family.prefix(), prefix);
        assert_eq!(ErrorCode::from(format!("{prefix}.0001").as_str()).family(), family);
    }
}
