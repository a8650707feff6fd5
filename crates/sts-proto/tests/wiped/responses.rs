//! What the client reads.

use std::hint::black_box;
use std::io::Write;

use http::Response;
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Body, BodyWriter, Operation, Secret,
};
use xtask_secrets::mark;

use crate::{ALLOCATOR, PLAIN, SENDABLE_JSON, print};

/// Returns a response to the assume operations, in memory that is never freed.
pub(crate) fn answer(secret: &str) -> Body {
    let mut body = BodyWriter::with_capacity(2048);
    write!(
        body,
        r#"{{"assumed_agency":{{"urn":"u\u0041","id":"i"}},"credentials":{{"access_key_id":"H\u0053T","secret_access_key":"{secret}","security_token":"{secret}","expiration":"2026-03-05T07:38:09.512Z","future":["{secret}"]}},"audience":"a","provider":"p","subject_from_id_token":"s","session_secret":"{secret}"}}"#
    )
    .unwrap();
    body.finish()
}

fn read<B: AsRef<[u8]>>(status: u16, body: B) -> Result<(), ()> {
    let response = Response::builder().status(status).body(body).unwrap();
    let oidc = AssumeAgencyWithOidc::read(&response);
    let saml = AssumeAgencyWithSaml::read(&response);
    print(&(oidc, saml));
    match AssumeAgency::read(&response) {
        Ok(output) => {
            print(&output.clone());
            Ok(())
        }
        Err(error) => {
            print(&error.clone());
            black_box(error.to_string());
            print(&(error.message(), error.excerpt(), error.echoed_canonical_request()));
            Err(())
        }
    }
}

pub(crate) fn are_read() {
    for secret in [PLAIN, SENDABLE_JSON] {
        ALLOCATOR.assert_wiped("answers", || read(200, answer(secret)).unwrap());
    }
}

/// As a provider of credentials reads the response of another service.
pub(crate) fn are_read_by_others() {
    #[derive(Debug, serde::Deserialize)]
    struct Other {
        #[serde(deserialize_with = "sts_proto::secret_json::deserialize")]
        secret: Secret,
        #[serde(default, deserialize_with = "sts_proto::secret_json::deserialize_option")]
        token: Option<Secret>,
    }
    const BODY: &str =
        concat!(r#"{"secret":"\/"#, mark!(), r#"","token":"\u0041"#, mark!(), r#""}"#);
    ALLOCATOR.assert_wiped("responses of others", || {
        for end in 0..BODY.len() {
            serde_json::from_str::<Other>(&BODY[..end]).unwrap_err();
        }
        let other: Other = serde_json::from_str(BODY).unwrap();
        assert_eq!(other.secret.expose_secret(), concat!("/", mark!()));
        print(&(other.token, serde_json::from_str::<Other>(r#"{"secret":"s"}"#).unwrap()));
    });
}

pub(crate) fn are_cut_off_at_every_byte() {
    ALLOCATOR.assert_wiped("cut answers", || {
        for body in [answer(PLAIN), answer(SENDABLE_JSON)] {
            for end in 0..body.len() {
                read(200, &body.as_ref()[..end]).unwrap_err();
            }
            read(500, &body).unwrap_err();
            read(302, &body.as_ref()[..body.len() / 2]).unwrap_err();
        }
    });
}

/// Returns the response with the first occurrence of `part` replaced.
fn changed(secret: &str, part: &str, replacement: &str) -> Body {
    let body = answer(secret);
    let text = std::str::from_utf8(body.as_ref()).unwrap();
    let (before, after) = text.split_once(part).unwrap();
    let mut changed = BodyWriter::with_capacity(4096);
    for piece in [before, replacement, after] {
        changed.extend(piece.as_bytes());
    }
    changed.finish()
}

pub(crate) fn fail_half_way() {
    const EXPIRATION: &str = r#""expiration":"2026-03-05T07:38:09.512Z","#;
    const MOMENT: &str = r#""2026-03-05T07:38:09.512Z""#;
    for (part, replacement) in [
        (EXPIRATION, ""),
        (MOMENT, r#""tomorrow""#),
        (MOMENT, concat!('"', mark!(), '"')),
        (MOMENT, "5"),
        (r#""access_key_id":"H\u0053T","#, ""),
        (r#""H\u0053T""#, "null"),
        (r#""id":"i""#, r#""id":5"#),
        (r#""assumed_agency""#, r#""assumed""#),
        (r#""expiration""#, concat!(r#""security_token":""#, mark!(), r#"","expiration""#)),
        (r#""assumed_agency":{"#, r#""credentials":{},"assumed_agency":{"#),
        (r#"","session_secret""#, "]"),
        (r#"":"#, concat!(r#"":{"security_token":""#, mark!(), r#""},"":"#)),
        (
            r#""secret_access_key":"#,
            concat!(r#""secret_access_key":{"message":""#, mark!(), r#""},"x":"#),
        ),
        (r#""security_token":"#, concat!(r#""security_token":[""#, mark!(), r#""],"x":"#)),
        (r#""security_token":"#, concat!(r#""security_token":""#, mark!(), r#"\n\ud800"}}"#)),
        (r#""security_token":"#, concat!(r#""security_token":""#, mark!(), "\u{1}\"")),
        (
            r#""assumed_agency":"#,
            concat!(r#""message":{"security_token":""#, mark!(), r#""},"x":"#),
        ),
    ] {
        for secret in [PLAIN, SENDABLE_JSON] {
            ALLOCATOR.assert_wiped(replacement, || {
                read(200, changed(secret, part, replacement)).unwrap_err();
                read(503, changed(secret, part, replacement)).unwrap_err();
            });
        }
    }
    // Nothing names these secrets. In what came with a success they are suspected all the same.
    for (part, replacement) in [
        (r#""credentials":"#, concat!(r#""credentials":["HST",""#, mark!(), r#""],"x":"#)),
        ("{", concat!("[\"", mark!(), "\",{")),
        ("{", concat!("<html>", mark!(), "{")),
    ] {
        let body = changed(PLAIN, part, replacement);
        ALLOCATOR.assert_wiped(replacement, || read(200, &body).unwrap_err());
    }
}

pub(crate) fn echo_a_token() {
    for echo in [
        concat!(
            "POST|/v5/agencies/assume/||x-security-token:",
            mark!(),
            "||host;x-security-token|e3b0"
        ),
        concat!("POST\\n/v5/\\nX-Security-Token:", mark!(), "\\n\\nhost\\ne3b0"),
        concat!("x-security-token: ", mark!()),
        concat!(r#"{\"x-security-token\":\""#, mark!(), r#"\"}"#),
        concat!(r#"{\"security_token\":\""#, mark!(), r#"\"}"#),
    ] {
        let document = |before: &str, after: &str| {
            let mut body = BodyWriter::with_capacity(4096);
            for piece in [before, echo, after] {
                body.extend(piece.as_bytes());
            }
            body.finish()
        };
        ALLOCATOR.assert_wiped(echo, || {
            for (before, after) in [
                (
                    r#"{"error_code":"APIGW.0301","error_msg":"verify aksk signature fail,canonicalRequest:"#,
                    r#""}"#,
                ),
                (r#"{"error_code":"APIGW.0301","error_msg":"decrypt token fail: "#, r#""}"#),
                (r#"{"code":"C","message":{"deep":{"echo":""#, r#""}}}"#),
                (r#"{"error":{"details":[[{"message":""#, r#""}]]}}"#),
                (r#"{"error_code":""#, r#"","error_msg":"m"}"#),
                (r#"{"error_code":"C","request_id":""#, r#""}"#),
                (r#"{"unknown":""#, r#""}"#),
                ("<html>", "</html>"),
                ("", ""),
            ] {
                for status in [200, 301, 400, 401, 429, 500] {
                    let body = document(before, after);
                    let _ = read(status, &body);
                    for end in (0..body.len()).step_by(7) {
                        let _ = read(status, &body.as_ref()[..end]);
                    }
                }
            }
        });
    }
}
