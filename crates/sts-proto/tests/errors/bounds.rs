//! Whatever comes in, what is kept is bounded and printable.

use serde_json::json;

use crate::{body, error, everything};

#[test]
fn a_message_is_kept_whole_up_to_4096_bytes() {
    for length in [4095, 4096] {
        let message = "m ".repeat(length).split_at(length).0.to_owned();
        assert_eq!(error(400, body("C.1", &message)).message(), Some(message.as_str()));
    }
    for c in ["m ", "名", "😀"] {
        for count in [4097, 200_000] {
            let error = error(400, body("C.1", &c.repeat(count)));
            let message = error.message().unwrap();
            assert!((4090..=4096).contains(&message.len()), "{}", message.len());
            assert!(message.starts_with(c) && message.ends_with('…'));
        }
    }
}

#[test]
fn codes_excerpts_and_echoes_are_bounded() {
    let long = "x".repeat(200_000);
    let error_with_code = error(400, body(&long, "m"));
    assert_eq!(error_with_code.code().unwrap().as_str().len(), 128);
    assert_eq!(error(400, body(&"x".repeat(128), "m")).code().unwrap().as_str().len(), 128);

    let page = error(502, "bad gateway ".repeat(20_000));
    assert!((1020..=1024).contains(&page.excerpt().unwrap().len()));
    let replaced = error(502, vec![0xff; 200_000]);
    assert!(replaced.excerpt().unwrap().len() <= 1024);

    let path = "/v5".repeat(60_000);
    let echo = error(401, body("APIGW.0301", &format!("m,canonicalRequest:GET|{path}|")));
    assert_eq!(echo.message(), Some("m"));
    assert!((16_380..=16 * 1024).contains(&echo.echoed_canonical_request().unwrap().len()));
}

#[test]
fn an_error_as_text_is_bounded() {
    let long = "\u{1b}x\n".repeat(100_000);
    let body = json!({"error_code": long, "error_msg": long, "request_id": long,
        "encoded_authorization_message": long})
    .to_string();
    let error = error(400, body);
    assert!(error.to_string().len() < 8 * 1024);
    assert!(format!("{error:?}").len() < 16 * 1024);
}

/// Control characters, line separators, and marks that turn the direction of text.
const STEERING: [char; 18] = [
    '\u{0}', '\u{7}', '\u{8}', '\t', '\n', '\r', '\u{1b}', '\u{7f}', '\u{9b}', '\u{61c}',
    '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}',
];

#[test]
fn nothing_that_is_kept_steers_a_terminal_or_a_log() {
    let steering: String = STEERING.iter().collect();
    let json = json!({
        "error_code": format!("C{steering}C"),
        "error_msg": format!("m{steering}m,canonicalRequest:{steering}"),
        "request_id": format!("r{steering}r"),
    })
    .to_string();
    for body in [&json, &steering, &format!("<html>{steering}</html>")] {
        for status in [200, 400, 500] {
            let error = error(status, body);
            let ids = error.request_ids();
            for text in [
                Some(error.to_string().as_str()),
                error.message(),
                error.excerpt(),
                error.echoed_canonical_request(),
                error.code().map(sts_proto::ErrorCode::as_str),
                ids.body.as_deref(),
            ] {
                assert!(!text.unwrap_or_default().contains(STEERING), "{text:?}");
            }
        }
    }
}

#[test]
fn an_error_is_cheap_to_clone_and_goes_between_threads() {
    fn assert_error<T: std::error::Error + Clone + Send + Sync + 'static>(_: &T) {}
    let error = error(400, body("C.1", "m"));
    assert_error(&error);
    assert_eq!(everything(&error.clone()), everything(&error));
    assert!(size_of_val(&error) <= size_of::<usize>());
    assert!(std::error::Error::source(&error).is_none());
}
