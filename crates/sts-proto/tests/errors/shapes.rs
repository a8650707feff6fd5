//! Shapes of bodies: all that were seen, and what is none.

use serde_json::{Value, json};
use sts_proto::ErrorKind;

use crate::error;

/// Code and message, as they are read from `body`.
#[track_caller]
fn pair(body: &Value) -> (Option<String>, Option<String>) {
    let error = error(400, body.to_string());
    (error.code().map(ToString::to_string), error.message().map(str::to_owned))
}

fn both(code: &str, message: &str) -> (Option<String>, Option<String>) {
    (Some(code.to_owned()), Some(message.to_owned()))
}

#[test]
fn every_documented_shape_is_read() {
    let m = "what happened";
    for body in [
        json!({"error_code": "C.1", "error_msg": m}),
        json!({"error_code": "C.1", "error_msg": m, "request_id": "r"}),
        json!({"error_code": "C.1", "error_msg": m, "encoded_authorization_message": "e"}),
        json!({"error_code": "C.1", "error_msg": m,
            "details": [{"error_code": "D.2", "error_msg": "detail"}]}),
        json!({"errorCode": "C.1", "errorMsg": m}),
        json!({"code": "C.1", "message": m}),
        json!({"error": {"code": "C.1", "message": m, "title": "Unauthorized"}}),
        json!({"error": {"error_code": "C.1", "error_msg": m}}),
        json!({"anything": {"at": {"all": {"errorCode": "C.1", "errorMsg": m}}}}),
        json!({"details": [{"error_code": "C.1", "error_msg": m}]}),
        json!([{"code": "C.1", "message": m}]),
        json!([[[{"code": "C.1", "message": m}]]]),
    ] {
        assert_eq!(pair(&body), both("C.1", m), "{body}");
        assert_eq!(error(400, body.to_string()).excerpt(), None, "it was understood");
    }
}

#[test]
fn code_and_message_are_read_in_every_spelling() {
    let codes = [
        "error_code",
        "errorCode",
        "errorcode",
        "errCode",
        "errcode",
        "err_code",
        "ErrorCode",
        "ERROR_CODE",
        "error-code",
        "code",
        "Code",
    ];
    let messages = [
        "error_msg",
        "errorMsg",
        "errormsg",
        "errMsg",
        "errmsg",
        "err_msg",
        "errorMessage",
        "error_message",
        "errMessage",
        "ErrorMsg",
        "message",
        "Message",
        "msg",
    ];
    for code in codes {
        for message in messages {
            let body = json!({code: "C.1", message: "m"});
            assert_eq!(pair(&body), both("C.1", "m"), "{body}");
            let nested = json!({"error": body});
            assert_eq!(pair(&nested), both("C.1", "m"), "{nested}");
        }
    }
    for request_id in ["request_id", "requestId", "requestid", "RequestId", "request-id"] {
        let body = json!({"errCode": "C.1", request_id: "r"}).to_string();
        assert_eq!(error(400, body).request_id(), Some("r"));
    }
    for encoded in ["encoded_authorization_message", "encodedAuthorizationMessage"] {
        let body = json!({"errCode": "C.1", encoded: "e"}).to_string();
        assert_eq!(error(403, body).encoded_authorization_message(), Some("e"));
    }
    // The documented spelling wins over the others, and each over the general one.
    let all = json!({"code": "C.3", "errcode": "C.2", "error_code": "C.1",
        "message": "z", "errmsg": "y", "error_msg": "x"});
    assert_eq!(pair(&all), both("C.1", "x"));
    let two = json!({"code": "C.3", "errcode": "C.2", "message": "z", "errmsg": "y"});
    assert_eq!(pair(&two), both("C.2", "y"));
    for other in ["error", "errorCodes", "codes", "subcode", "error_code_text"] {
        assert_eq!(pair(&json!({other: "C.1"})), (None, None), "{other}");
    }
}

#[test]
fn a_body_may_be_the_text_of_a_message() {
    let inner = json!({"error_code": "C.1", "error_msg": "m", "request_id": "r"}).to_string();
    for outer in [json!({"message": inner}), json!({"error": {"errmsg": inner}, "id": 5})] {
        assert_eq!(pair(&outer), both("C.1", "m"), "{outer}");
        assert_eq!(error(400, outer.to_string()).request_id(), Some("r"));
    }
    // A code of the outer body is the one of the response.
    let with_code = json!({"error_code": "C.2", "error_msg": inner});
    assert_eq!(pair(&with_code), both("C.2", &inner));
    for text in ["{", "{}", "5", "[\"a\"]", "{\"message\":\"m\"}"] {
        assert_eq!(pair(&json!({"message": text})), (None, Some(text.to_owned())));
    }
}

#[test]
fn a_code_may_be_a_number() {
    assert_eq!(pair(&json!({"code": 401, "message": "m"})), both("401", "m"));
    assert_eq!(pair(&json!({"error_code": 1106, "error_msg": "m"})), both("1106", "m"));
    assert_eq!(pair(&json!({"code": -1.5, "message": "m"})), both("-1.5", "m"));
    let huge = r#"{"code":123456789012345678901234567890,"message":"m"}"#;
    let error = error(400, huge);
    assert_eq!(error.code().unwrap().as_str(), "123456789012345678901234567890");
    assert_eq!(error.code().unwrap().number(), None);
}

#[test]
fn half_a_pair_counts() {
    assert_eq!(pair(&json!({"error_code": "C.1"})), (Some("C.1".into()), None));
    assert_eq!(pair(&json!({"message": "m"})), (None, Some("m".into())));
    assert_eq!(pair(&json!({"error_code": "C.1", "message": "m"})), both("C.1", "m"));
    assert_eq!(pair(&json!({"error": {"code": 5}})), (Some("5".into()), None));
}

#[test]
fn nulls_and_empty_texts_are_as_good_as_nothing() {
    assert_eq!(pair(&json!({"error_code": null, "error_msg": null})), (None, None));
    assert_eq!(pair(&json!({"error_code": "", "error_msg": ""})), (None, None));
    assert_eq!(pair(&json!({"error_code": " \t", "error_msg": "m"})), (None, Some("m".into())));
    let body = json!({"error_code": null, "code": "C.1", "error_msg": "", "message": "m"});
    assert_eq!(pair(&body), both("C.1", "m"));
    let nested = json!({"error_code": null, "error": {"error_code": "C.1", "error_msg": "m"}});
    assert_eq!(pair(&nested), both("C.1", "m"));
}

#[test]
fn a_message_of_another_type_is_told_as_the_json_it_is() {
    for message in [json!(5), json!(true), json!([1, "a"]), json!({"why": "x"})] {
        let body = json!({"error_code": "C.1", "error_msg": message});
        assert_eq!(pair(&body), both("C.1", &message.to_string()));
    }
    for code in [json!(true), json!({"a": 1}), json!([1])] {
        let body = json!({"error_code": code, "error_msg": "m"});
        assert_eq!(pair(&body), (None, Some("m".into())), "{code}");
    }
}

#[test]
fn what_stands_further_out_wins() {
    let body = json!({
        "inner": {"error_code": "C.2", "error_msg": "inner"},
        "error_code": "C.1",
        "error_msg": "outer",
    });
    assert_eq!(pair(&body), both("C.1", "outer"));
    let code_only =
        json!({"error_code": "C.1", "details": [{"error_code": "D", "error_msg": "d"}]});
    assert_eq!(pair(&code_only), (Some("C.1".into()), None), "a pair is never mixed");
}

#[test]
fn a_message_alone_gives_way_to_a_code_further_in() {
    let body = json!({"message": "Forbidden", "error": {"error_code": "C.1", "error_msg": "m"}});
    assert_eq!(pair(&body), both("C.1", "m"));
    let no_message = json!({"message": "Forbidden", "error": {"error_code": "C.1"}});
    assert_eq!(pair(&no_message), both("C.1", "Forbidden"));
}

#[test]
fn of_duplicates_the_first_counts() {
    let twice = r#"{"error_code":"C.1","error_code":"C.2","error_msg":"m","error_msg":"n"}"#;
    let error = error(400, twice);
    assert_eq!(error.code().unwrap().as_str(), "C.1");
    assert_eq!(error.message(), Some("m"));
}

#[test]
fn escapes_are_resolved_in_keys_and_values() {
    let body = r#"{"error\u005fcode":"C\u002e1","error_msg":"a\"b\\c\/d \u00e9 😀"}"#;
    let error = error(400, body);
    assert_eq!(error.code().unwrap().as_str(), "C.1");
    assert_eq!(error.message(), Some("a\"b\\c/d [redacted] 😀"));
    let raw = error.raw_message().unwrap().expose_secret();
    assert_eq!(raw, "a\"b\\c/d é 😀");
}

#[test]
fn nesting_is_searched_to_a_bounded_depth() {
    let nested = |depth: usize| {
        let (open, close) = ("{\"a\":".repeat(depth), "}".repeat(depth));
        format!("{open}{{\"error_code\":\"C.1\"}}{close}")
    };
    assert!(error(400, nested(7)).code().is_some());
    let too_deep = error(400, nested(8));
    assert!(too_deep.code().is_none());
    assert!(too_deep.excerpt().is_some_and(|excerpt| excerpt.starts_with("{\"a\":")));
}

#[test]
fn very_deep_nesting_overflows_no_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{\"error\":", "}"), ("[{\"a\":", "}]")] {
        for depth in [100, 1000, 200_000] {
            let cut = error(502, open.repeat(depth));
            assert!(cut.code().is_none() && cut.excerpt().is_some());
            let whole = error(502, format!("{}1{}", open.repeat(depth), close.repeat(depth)));
            assert!(whole.code().is_none() && whole.excerpt().is_some());
        }
    }
    let beside = format!(
        "{{\"deep\":{}{},\"error_code\":\"C.1\"}}",
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    assert_eq!(error(502, beside).code().unwrap().as_str(), "C.1");
}

#[test]
fn what_is_no_error_body_leaves_an_excerpt() {
    for body in [
        "Bad Gateway",
        "<html><body>502 Bad Gateway</body></html>",
        "42",
        "null",
        "\"text\"",
        "[]",
        "{}",
        "{\"error_code\":\"C.1\"",
        "{\"error_code\":\"C.1\",}",
        "{\"unknown\":{\"fields\":\"set\"}}",
    ] {
        let error = error(502, body);
        assert_eq!((error.code(), error.message()), (None, None), "{body}");
        assert_eq!(error.excerpt(), Some(body));
    }
    for body in ["", " \r\n\t", "\u{feff}"] {
        assert_eq!(error(502, body).excerpt(), None, "{body:?}");
    }
}

#[test]
fn bytes_that_are_no_text_leave_a_printable_excerpt() {
    let bad = error(502, b"bad gateway \xff\xfe");
    assert_eq!((bad.code(), bad.excerpt()), (None, Some("bad gateway \u{fffd}\u{fffd}")));
    let gzip = error(502, b"\x1f\x8b\x08\x00\x00\x1b[31m");
    assert!(!gzip.excerpt().unwrap().contains(char::is_control));
    let cut_character = error(502, &"é".as_bytes()[..1]);
    assert_eq!(cut_character.excerpt(), Some("\u{fffd}"));
}

#[test]
fn a_message_with_invalid_bytes_does_not_hide_the_code() {
    let body =
        b"{\"error_code\":\"IAM.1108\",\"error_msg\":\"token \xe5\x90\",\"request_id\":\"0f3c\"}";
    let error = error(400, body);
    assert_eq!(error.kind(), ErrorKind::ExpiredCredentials);
    assert_eq!(error.code().unwrap().as_str(), "IAM.1108");
    assert_eq!(error.message(), Some("token \u{fffd}"));
    assert_eq!((error.request_id(), error.excerpt()), (Some("0f3c"), None));
}

#[test]
fn a_byte_order_mark_and_white_space_are_passed_over() {
    let error = error(400, "\u{feff}\r\n {\"error_code\":\"C.1\",\"error_msg\":\"m\"} \n");
    assert_eq!(error.code().unwrap().as_str(), "C.1");
    assert_eq!(error.message(), Some("m"));
}

#[test]
fn the_encoded_authorization_message_is_found_wherever_it_stands_and_kept_whole() {
    let encoded = format!("{}+/=", "A".repeat(20_000));
    for body in [
        json!({"error_code": "PAP5.0001", "encoded_authorization_message": encoded}),
        json!({"error": {"code": "C", "encoded_authorization_message": encoded}}),
        json!({"code": "C", "details": [{"x": {"encoded_authorization_message": encoded}}]}),
    ] {
        let error = error(403, body.to_string());
        assert_eq!(error.encoded_authorization_message(), Some(encoded.as_str()));
        assert!(!format!("{error} {error:?}").contains(&encoded));
    }
    for none in [json!(null), json!(""), json!(5), json!({})] {
        let body = json!({"code": "C", "encoded_authorization_message": none});
        assert_eq!(error(403, body.to_string()).encoded_authorization_message(), None);
    }
}
