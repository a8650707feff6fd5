//! Codes whose kind depends on the message.

use sts_proto::{ACCESS_KEY_LOCKOUT, ErrorKind, RetryAdvice};

use crate::table::reference;
use crate::{body, error};

fn face(detail: &str) -> ErrorKind {
    face_of("APIGW.0301", detail)
}

fn face_of(code: &str, detail: &str) -> ErrorKind {
    error(401, body(code, &format!("Incorrect IAM authentication information: {detail}"))).kind()
}

#[test]
fn the_faces_of_0301_are_told_by_their_message() {
    for (detail, kind) in [
        ("verify aksk signature fail", ErrorKind::InvalidCredentials),
        ("Get secretKey failed,ak:AK,err:ak not exist", ErrorKind::InvalidCredentials),
        ("AK access failed to reach the limit, forbidden", ErrorKind::AccessKeyLocked),
        ("decrypt token fail", ErrorKind::ExpiredCredentials),
        ("token expires, expires_at: 2026-03-05T07:38:09Z", ErrorKind::ExpiredCredentials),
        ("signature expired, now is 2026", ErrorKind::ClockSkew),
        // No signature arrived, or none that is understood: other keys would fare the same.
        ("x-auth-token not found", ErrorKind::InvalidRequest),
        ("the authorization format is incorrect", ErrorKind::InvalidRequest),
        ("an unknown message", ErrorKind::InvalidCredentials),
        ("", ErrorKind::InvalidCredentials),
    ] {
        for prefix in ["APIGW", "APIG", "APIC"] {
            assert_eq!(face_of(&format!("{prefix}.0301"), detail), kind, "{detail}");
        }
        assert_eq!(face(&detail.to_uppercase()), kind, "in any case: {detail}");
    }
}

#[test]
fn every_documented_message_leads_to_its_documented_reaction() {
    for pattern in reference().message_patterns {
        let codes = match pattern.codes.as_slice() {
            [] => vec!["UNKNOWN.1".to_owned()],
            codes => codes.to_vec(),
        };
        for code in codes {
            let code = if code.contains('.') { code } else { format!("APIGW.{code}") };
            let status = match code.as_str() {
                "IAM.1108" | "UNKNOWN.1" => 400,
                "APIGW.0308" | "IAM.0012" => 429,
                _ => 401,
            };
            let error = error(status, body(&code, &format!("x: {}: y", pattern.contains)));
            let advice = error.kind().advice();
            let fits = match pattern.retry.as_str() {
                // Not unchanged; with another key it is another request.
                "no" => matches!(advice, RetryAdvice::Never | RetryAdvice::AfterNewCredentials),
                "after_refresh" => advice == RetryAdvice::AfterNewCredentials,
                "not before 5 minutes" => {
                    let now = time::OffsetDateTime::UNIX_EPOCH;
                    advice == RetryAdvice::AfterLockout
                        && error.wait(now) == Some(ACCESS_KEY_LOCKOUT)
                }
                "once, with the corrected clock" => advice == RetryAdvice::AfterClockCorrection,
                "yes" => advice == RetryAdvice::AfterBackoff,
                other => panic!("{other}"),
            };
            assert!(fits, "{} of {code}: {advice:?}", pattern.contains);
        }
    }
}

#[test]
fn a_signature_that_is_too_old_is_told_under_0303_too() {
    assert_eq!(face_of("APIG.0303", "signature expired, now 1"), ErrorKind::ClockSkew);
    assert_eq!(face_of("APIG.0303", "app not found"), ErrorKind::InvalidCredentials);
}

#[test]
fn messages_refine_their_own_code_only() {
    for code in ["APIGW.0302", "STS5.0301", "IAM.0301", "0301", "301"] {
        let error = error(403, body(code, "AK access failed to reach the limit"));
        assert_eq!(error.kind(), ErrorKind::AccessDenied, "{code}");
    }
}

#[test]
fn a_text_about_an_ended_token_counts_under_400_and_401_whatever_the_code() {
    for text in ["The security token has expired.", "The securitytoken has expired"] {
        for status in [400, 401] {
            assert_eq!(error(status, body("X.1", text)).kind(), ErrorKind::ExpiredCredentials);
            let no_code = serde_json::json!({"message": text}).to_string();
            assert_eq!(error(status, no_code).kind(), ErrorKind::ExpiredCredentials);
        }
        assert_eq!(error(403, body("X.1", text)).kind(), ErrorKind::AccessDenied);
        assert_eq!(error(500, body("X.1", text)).kind(), ErrorKind::Unavailable);
        assert_eq!(error(301, body("X.1", text)).kind(), ErrorKind::UnexpectedStatus);
    }
}

/// The client holds a rejected access key back by the kind, so that these must not be mistaken for
/// a wrong request, as their status 400 suggests.
#[test]
fn codes_of_classic_iam_about_credentials_are_rejections_with_any_status() {
    for (code, kind) in [
        ("IAM.1104", ErrorKind::InvalidCredentials),
        ("IAM.1105", ErrorKind::ExpiredCredentials),
        ("IAM.1106", ErrorKind::InvalidCredentials),
        ("IAM.1107", ErrorKind::InvalidCredentials),
        ("IAM.1108", ErrorKind::ExpiredCredentials),
    ] {
        for status in [400, 401, 403] {
            let error = error(status, body(code, "m"));
            assert_eq!((error.kind(), code), (kind, code), "{status}");
            assert_eq!(error.kind().advice(), RetryAdvice::AfterNewCredentials);
        }
        assert_eq!(error(301, body(code, "m")).kind(), ErrorKind::UnexpectedStatus);
    }
    for code in ["IAM.1101", "IAM.1103", "IAM.1109"] {
        assert_eq!(error(400, body(code, "m")).kind(), ErrorKind::InvalidRequest, "{code}");
    }
}

#[test]
fn a_401_without_a_known_code_is_about_credentials() {
    for body in [body("X.1", "m"), body("IAM.9999", "m"), String::new(), "<html>".to_owned()] {
        let error = error(401, &body);
        assert_eq!(error.kind(), ErrorKind::InvalidCredentials, "{body}");
        assert_eq!(error.kind().advice(), RetryAdvice::AfterNewCredentials);
    }
    // A known code says more than the status: what it names is not cured by other credentials.
    for (code, kind) in [
        ("STS5.1106", ErrorKind::NotFound),
        ("STS5.1001", ErrorKind::AccessDenied),
        ("APIGW.0308", ErrorKind::Throttled),
        ("IAM.0064", ErrorKind::AccessDenied),
    ] {
        assert_eq!(error(401, body(code, "m")).kind(), kind, "{code}");
    }
    for code in ["APIGW.0201", "APIG.1001", "STS5.1804"] {
        assert_eq!(error(401, body(code, "m")).kind(), ErrorKind::InvalidCredentials, "{code}");
    }
}
