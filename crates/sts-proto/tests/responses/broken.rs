//! Bodies that are cut, marked, or no JSON.

use sts_proto::InvalidBody;

use crate::{good, read, unreadable};

#[test]
fn a_byte_order_mark_and_white_space_are_passed_over() {
    let body = format!("\u{feff} \r\n\t{} \n", good());
    assert_eq!(read(body).unwrap(), read(good().to_string()).unwrap());
    let pretty = serde_json::to_string_pretty(&good()).unwrap();
    assert_eq!(read(pretty).unwrap(), read(good().to_string()).unwrap());
}

#[test]
fn an_answer_cut_off_at_any_byte_is_an_error_that_says_so() {
    let mut answer = good();
    answer["credentials"]["security_token"] = serde_json::json!("tok\"\\");
    answer["source_identity"] = serde_json::json!("\n名😀");
    let body = serde_json::to_vec_pretty(&answer).unwrap();
    read(&body).unwrap();
    assert_eq!(unreadable(&body[..0]), InvalidBody::Empty);
    for end in 1..body.len() {
        let why = unreadable(&body[..end]);
        // A truncated character is reported as invalid JSON.
        let is_whole = std::str::from_utf8(&body[..end]).is_ok();
        match why {
            InvalidBody::Truncated { .. } => {}
            InvalidBody::NotJson { .. } if !is_whole => {}
            other => panic!("{end}: {other:?}"),
        }
        let marked = [b"\xEF\xBB\xBF", &body[..end]].concat();
        assert_eq!(unreadable(marked), unreadable(&body[..end]));
    }
}

#[test]
fn the_place_of_a_cut_is_told() {
    let why = unreadable("{\n  \"assumed_agency\"");
    assert!(matches!(why, InvalidBody::Truncated { line: 2, column: 18, .. }), "{why:?}");
    assert_eq!(why.to_string(), "body is truncated (line 2, column 18)");
}

#[test]
fn a_body_with_nothing_in_it_is_empty() {
    for body in ["", " ", "\r\n\t ", "\u{feff}", "\u{feff} \n"] {
        assert_eq!(unreadable(body), InvalidBody::Empty, "{body:?}");
    }
}

#[test]
fn json_of_another_form_is_no_object() {
    let list = format!("[{}]", good());
    for body in ["null", "true", "42", "-1.5", "\"text\"", "[]", "[{}]", " [1] ", &list] {
        assert_eq!(unreadable(body), InvalidBody::NotAnObject, "{body}");
    }
}

#[test]
fn what_is_no_json_is_told_with_its_place() {
    for body in [
        "<html><body>Sign in</body></html>",
        "OK",
        "{]",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":\"\n\"}",
        "nul",
    ] {
        match unreadable(body) {
            InvalidBody::NotJson { line, column, .. } => assert!(line >= 1 && column <= body.len()),
            InvalidBody::Truncated { .. } if body == "nul" => {}
            other => panic!("{body}: {other:?}"),
        }
    }
    for trailing in ["x", "{}", "\u{0}", ","] {
        let body = format!("{}{trailing}", good());
        assert!(matches!(unreadable(body), InvalidBody::NotJson { line: 1, .. }), "{trailing:?}");
    }
}

#[test]
fn bytes_that_are_no_text_are_no_json() {
    let gzip: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xabV\x4a\x2d";
    let utf16: Vec<u8> = good().to_string().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin1 = good().to_string().replace("ci@corp", "X").into_bytes();
    let latin1: Vec<u8> = latin1.iter().map(|b| if *b == b'X' { 0xE9 } else { *b }).collect();
    for body in [gzip, &utf16, &latin1, b"\xff\xff\xff", b"{\"source_identity\":\"\xc3\"}"] {
        assert!(matches!(unreadable(body), InvalidBody::NotJson { .. }), "{body:?}");
    }
}

#[test]
fn very_deep_nesting_is_an_error_and_overflows_no_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{\"credentials\":", "}")] {
        let depth = 200_000;
        unreadable(open.repeat(depth));
        unreadable(format!("{}1{}", open.repeat(depth), close.repeat(depth)));
    }
}

#[test]
fn an_invalid_response_never_shows_its_content() {
    let whole = good().to_string();
    let secret = "0123456789012345678901234567890123456789";
    for body in [
        whole[..whole.len() - 3].to_owned(),
        whole.replace("\"expiration\"", "\"expires\""),
        whole.replace(&format!("\"{secret}\""), &format!("{{\"message\":\"{secret}\"}}")),
        whole.replace(&format!("\"{secret}\""), &format!("[\"{secret}\"]")),
        format!("{{\"code\":200,\"message\":{whole}}}"),
        format!("{{\"code\":200,\"message\":{}}}", serde_json::json!(whole)),
        format!("<html>{whole}</html>"),
        format!("[{whole}]"),
        whole.replace("\"2026-03-05T07:38:09.512Z\"", &format!("\"{secret}\"")),
    ] {
        let error = read(body).unwrap_err();
        let texts = [error.message(), error.excerpt(), error.echoed_canonical_request()];
        let shown = format!("{error} {error:?} {texts:?}");
        assert!(!shown.contains(secret) && !shown.contains("ggpjbi1leGFtcGxl"), "{shown}");
    }
}
