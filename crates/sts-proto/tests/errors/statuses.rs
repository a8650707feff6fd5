//! Statuses by themselves.

use http::StatusCode;
use sts_proto::{ErrorKind, RetryAdvice, StatusClass, kind_of_status};

use crate::{error, error_with};

/// The rows of the documented table that say "repeat", with 500 and above.
fn is_to_be_repeated(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..600) && !matches!(status, 501 | 505)
}

#[test]
fn each_status_is_judged_as_its_row_of_the_documented_table_says() {
    for (status, kind) in [
        (301, ErrorKind::UnexpectedStatus),
        (304, ErrorKind::UnexpectedStatus),
        (400, ErrorKind::InvalidRequest),
        (401, ErrorKind::InvalidCredentials),
        (402, ErrorKind::Other),
        (403, ErrorKind::AccessDenied),
        (404, ErrorKind::NotFound),
        (405, ErrorKind::Unsupported),
        (406, ErrorKind::InvalidRequest),
        (407, ErrorKind::Other),
        (408, ErrorKind::Unavailable),
        (409, ErrorKind::Conflict),
        (410, ErrorKind::NotFound),
        (411, ErrorKind::InvalidRequest),
        (412, ErrorKind::InvalidRequest),
        (413, ErrorKind::InvalidRequest),
        (414, ErrorKind::InvalidRequest),
        (415, ErrorKind::InvalidRequest),
        (416, ErrorKind::InvalidRequest),
        (417, ErrorKind::InvalidRequest),
        (418, ErrorKind::Other),
        (422, ErrorKind::InvalidRequest),
        (429, ErrorKind::Throttled),
        (494, ErrorKind::InvalidRequest),
        (499, ErrorKind::Other),
        (500, ErrorKind::Unavailable),
        (501, ErrorKind::Unsupported),
        (502, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
        (504, ErrorKind::Unavailable),
        (505, ErrorKind::Unsupported),
        (520, ErrorKind::Unavailable),
        (527, ErrorKind::Unavailable),
        (600, ErrorKind::UnexpectedStatus),
        (999, ErrorKind::UnexpectedStatus),
    ] {
        assert_eq!(error(status, "").kind(), kind, "{status}");
    }
}

#[test]
fn every_status_has_a_class_a_kind_and_a_judgement_about_retries() {
    for status in (100..=999).filter(|status| !(200..300).contains(status)) {
        let error = error(status, "");
        let class = match status / 100 {
            1 => StatusClass::Informational,
            3 => StatusClass::Redirection,
            4 => StatusClass::ClientError,
            5 => StatusClass::ServerError,
            _ => StatusClass::Unassigned,
        };
        assert_eq!((error.class(), StatusClass::of(error.status())), (class, class), "{status}");
        let repeats = error.kind().advice() == RetryAdvice::AfterBackoff;
        assert_eq!(repeats, is_to_be_repeated(status), "{status}");
    }
    for status in 200..300 {
        let status = StatusCode::from_u16(status).unwrap();
        assert_eq!(StatusClass::of(status), StatusClass::Success);
        assert_eq!(kind_of_status(status), ErrorKind::InvalidResponse);
    }
}

#[test]
fn too_large_is_for_now_only_when_retry_after_says_so() {
    assert_eq!(error(413, "").kind(), ErrorKind::InvalidRequest);
    let for_now = error_with(413, &[("retry-after", "30")], "");
    assert_eq!(for_now.kind(), ErrorKind::Unavailable);
    let nonsense = error_with(413, &[("retry-after", "soon")], "");
    assert_eq!(nonsense.kind(), ErrorKind::InvalidRequest);
}

#[test]
fn each_kind_and_class_has_a_name_of_its_own() {
    let names: std::collections::BTreeSet<_> =
        ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(names.len(), ErrorKind::ALL.len());
    let meanings: std::collections::BTreeSet<_> =
        ErrorKind::ALL.iter().map(|kind| kind.meaning()).collect();
    assert_eq!(meanings.len(), ErrorKind::ALL.len());
    assert_eq!(StatusClass::ClientError.as_str(), "client_error");
    assert_eq!(RetryAdvice::AfterNewCredentials.as_str(), "after_new_credentials");
}

#[test]
fn kinds_about_the_credentials_or_the_signing_date_reject_them() {
    let rejections: Vec<_> =
        ErrorKind::ALL.iter().filter(|kind| kind.rejects_credentials()).collect();
    assert_eq!(
        rejections,
        [
            &ErrorKind::InvalidCredentials,
            &ErrorKind::ExpiredCredentials,
            &ErrorKind::AccessKeyLocked,
            &ErrorKind::ClockSkew,
        ]
    );
}
