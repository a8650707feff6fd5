//! What a gateway echoes: the token goes, the rest stays for comparison.

use serde_json::json;
use sts_proto::ErrorKind;

use crate::{body, error, error_with, everything};

/// Long, and of the characters that tokens have.
const TOKEN: &str = "ggpjbi1ub3J0aC00TOKENplanted0123456789+/abcdefghijklmnopqrstuvwxyz==";

/// A canonical request as the gateway echoes it, with `separator` between its lines.
fn canonical_request(header: &str, separator: &str) -> String {
    [
        "POST",
        "/v5/agencies/assume/",
        "",
        "content-type:application/json",
        "host:sts.cn-north-4.myhuaweicloud.com",
        "x-sdk-date:20260305T070809Z",
        &format!("{header}:{TOKEN}"),
        "",
        &format!("content-type;host;x-sdk-date;{header}"),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ]
    .join(separator)
}

fn refusal(echo: &str) -> String {
    format!(
        "Incorrect IAM authentication information: verify aksk signature fail,canonicalRequest:{echo}"
    )
}

#[track_caller]
fn assert_hidden<B: AsRef<[u8]>>(body: B) {
    for status in [200, 302, 400, 401, 500] {
        let shown = everything(&error(status, &body));
        // No part of it either, be it ever so short.
        for part in [TOKEN, &TOKEN[..12], &TOKEN[20..32], &TOKEN[TOKEN.len() - 12..]] {
            assert!(!shown.contains(part), "{shown}");
        }
    }
}

#[test]
fn an_echoed_canonical_request_loses_the_token_and_keeps_the_rest() {
    let headers = ["x-security-token", "X-Security-Token", "X-SECURITY-TOKEN", "x-auth-token"];
    for (header, separator) in
        headers.into_iter().flat_map(|header| [(header, "|"), (header, "\n")])
    {
        let body = body("APIGW.0301", &refusal(&canonical_request(header, separator)));
        assert_hidden(&body);
        let error = error(401, &body);
        let message = "Incorrect IAM authentication information: verify aksk signature fail";
        assert_eq!(error.message(), Some(message));
        let expected = canonical_request(header, "|").replace(TOKEN, "[redacted]");
        assert_eq!(error.echoed_canonical_request(), Some(expected.as_str()));
    }
}

#[test]
fn an_echo_is_recognised_by_its_structure() {
    let fail = "Incorrect IAM authentication information: verify aksk signature fail";
    for separator in ["|", "\n"] {
        let echo = canonical_request("x-security-token", separator);
        for between in
            [", canonicalRequest:", ", canonicalRequest: ", ",", " - canonical request: "]
        {
            let body = body("APIGW.0301", &format!("{fail}{between}{echo}"));
            assert_hidden(&body);
            let error = error(401, &body);
            assert!(error.message().unwrap().starts_with(fail), "{between}");
            assert!(!error.message().unwrap().contains("POST"), "{between}");
            let expected = canonical_request("x-security-token", "|").replace(TOKEN, "[redacted]");
            assert_eq!(error.echoed_canonical_request(), Some(expected.as_str()), "{between}");
            // The date and the host of the request are not those of a wrong clock or key.
            assert_eq!(error.kind(), ErrorKind::InvalidCredentials);
        }
    }
    for separator in ["|", "\n", "\r\n"] {
        let echo = canonical_request("X-Security-Token", separator);
        let body = body("APIGW.0301", &format!("canonical request is {echo}"));
        assert_hidden(&body);
        let error = error(401, &body);
        assert_eq!(error.message(), Some("canonical request is"));
        let echo = error.echoed_canonical_request().unwrap();
        assert!(echo.contains("host:sts.cn-north-4.myhuaweicloud.com"));
        assert!(echo.contains("e3b0c44298fc1c14"), "what follows stays");
    }
}

#[test]
fn an_echo_cut_off_at_any_byte_shows_nothing_of_the_token() {
    let full = body("APIGW.0301", &refusal(&canonical_request("x-security-token", "|")));
    for end in 0..full.len() {
        let shown = everything(&error(401, &full.as_bytes()[..end]));
        for start in 0..TOKEN.len() - 4 {
            assert!(!shown.contains(&TOKEN[start..start + 5]), "{end}: {shown}");
        }
    }
    let message = refusal(&canonical_request("x-security-token", "\n"));
    for end in 0..message.len() {
        let shown = everything(&error(401, body("APIGW.0301", &message[..end])));
        for start in 0..TOKEN.len() - 4 {
            assert!(!shown.contains(&TOKEN[start..start + 5]), "{end}: {shown}");
        }
    }
}

#[test]
fn an_echo_longer_than_what_is_kept_shows_nothing_of_the_token() {
    for before in [0, 900, 1000, 1020, 4000, 4090, 8000, 8190, 16_000, 16_380, 100_000] {
        let echo = format!("{}|{}", "a".repeat(before), canonical_request("x-security-token", "|"));
        assert_hidden(body("APIGW.0301", &refusal(&echo)));
        assert_hidden(body("APIGW.0301", &echo));
        assert_hidden(&echo);
    }
}

#[test]
fn an_echo_that_is_escaped_once_or_twice_more_shows_nothing_of_the_token() {
    let echo = canonical_request("X-Security-Token", "\n");
    let once = json!({"echo": echo}).to_string();
    let twice = json!({"echo": once}).to_string();
    for text in [&echo, &once, &twice] {
        assert_hidden(body("APIGW.0301", text));
        assert_hidden(text);
        assert_hidden(format!("<html>{text}</html>"));
    }
    let as_object = json!({"error_code": "C", "error_msg": {"request": echo}});
    assert_hidden(as_object.to_string());
}

#[test]
fn echoes_of_headers_in_other_forms_show_nothing_of_the_token() {
    for echo in [
        format!("X-Security-Token: {TOKEN}"),
        format!("x-security-token:{TOKEN}"),
        format!("x-security-token={TOKEN}"),
        format!("x-security-token {TOKEN}"),
        format!("x-security-token   {TOKEN}"),
        format!("x-security-token\t{TOKEN}"),
        format!("\"x-security-token\":\"{TOKEN}\""),
        format!("'X-Security-Token' : '{TOKEN}'"),
        format!("{{\"headers\":{{\"X-Security-Token\":[\"{TOKEN}\"],\"a\":1}}}}"),
        format!("[x-security-token]={TOKEN}"),
        format!("(x-security-token) {TOKEN}"),
        format!("X-Auth-Token: {TOKEN}\r\nHost: h"),
        format!("X-Subject-Token: {TOKEN}"),
        format!("x-security-token;x-security-token:{TOKEN}"),
        format!("x-security-token: a|x-security-token: {TOKEN}|x-security-token: {TOKEN}"),
    ] {
        assert_hidden(body("C.1", &echo));
        assert_hidden(body(&echo, "m"));
        assert_hidden(json!({"error_code": "C", "request_id": echo}).to_string());
        assert_hidden(&echo);
        let plain = echo.replace(['\r', '\n', '\t'], " ");
        let in_headers =
            error_with(500, &[("x-request-id", &plain), ("x-iam-trace-id", &plain)], "");
        assert!(!everything(&in_headers).contains(TOKEN));
    }
}

#[test]
fn echoes_of_bodies_show_none_of_their_secrets() {
    for field in [
        "secret_access_key",
        "security_token",
        "secretAccessKey",
        "securityToken",
        "id_token",
        "saml_assertion",
        "context_assertion",
        "token_code",
    ] {
        let compact = json!({"x": {field: TOKEN, "after": 1}}).to_string();
        let pretty = serde_json::to_string_pretty(&json!({"x": {field: TOKEN}})).unwrap();
        let apart = format!("{{\"{field}\" :\n\n \"{TOKEN}\"}}");
        for echo in [compact, pretty, apart] {
            assert_hidden(&echo);
            assert_hidden(body("C.1", &echo));
            assert_hidden(format!("<pre>{echo}</pre>"));
            assert_hidden(&echo.as_bytes()[..echo.len() - 3]);
            assert_hidden(json!({"code": "C", "message": {"request": echo}}).to_string());
        }
    }
}

#[test]
fn a_token_that_a_sentence_speaks_of_is_hidden_and_the_sentence_stays() {
    for (before, after) in [
        ("x-security-token is invalid: ", ""),
        ("x-security-token is invalid: \"", "\", check it"),
        ("The X-Auth-Token is wrong, it was ", " at the gateway"),
        ("x-security-token, ", " is refused"),
        ("x-security-token. It read ", "."),
        ("x-security-token;host; ", ""),
        ("x-security-token is not ", " as it was in the request before"),
    ] {
        let text = format!("{before}{TOKEN}{after}");
        for text in [text.clone(), format!("{text}, and once more: {text}")] {
            assert_hidden(body("C.1", &text));
            assert_hidden(&text);
        }
        let message = format!("{before}[redacted]{after}");
        assert_eq!(error(400, body("C.1", &text)).message(), Some(message.as_str()));
    }
}

#[test]
fn names_of_secrets_in_sentences_and_lists_stay() {
    for message in [
        "the header x-security-token is missing",
        "x-security-token must be signed",
        "signed headers: content-type;host;x-sdk-date;x-security-token",
        "content-type;x-security-token;host",
        "x-auth-token;x-project-of-the-tenant-2;x-sdk-date",
        "x-security-token.",
        "Invalid header parameter: X-Security-Token, required",
        "'id_token' is a required property",
        "id_token: the audience is not among the client ids",
        "The securitytoken has expired",
        "Get secretKey failed: ak not exist",
        "Get secretKey failed,ak:HSTEXAMPLE0000000001,err:ak not exist",
        "verify aksk signature fail",
        "the algorithm of the signature is not SDK-HMAC-SHA256",
        "signature expired, now is 2026-03-05 07:38:09, x-sdk-date: 20260305T070809Z",
        "the SAML response is refused: its assertion is encrypted, which is not supported here",
        "The access token does not have permissions for the request",
        "The user with ak: HSTEXAMPLE0000000001 is disabled",
        "Invalid input for field 'token_code'",
        "the agency 'iam::0123456789abcdef0123456789abcdef:agency:reader' cannot be found",
        "policy ip over ratelimit,limit:200,time:1 minute",
        "token expires, expires_at: 2026-03-05T07:38:09Z",
    ] {
        assert_eq!(error(400, body("C.1", message)).message(), Some(message));
    }
}

#[test]
fn a_value_that_looks_like_a_name_or_a_word_is_hidden_all_the_same() {
    for (text, shown) in [
        ("security_token=SECRET", "security_token=[redacted]"),
        ("securityToken is SECRET", "securityToken is [redacted]"),
        ("x_security_token: SECRET", "x_security_token: [redacted]"),
        ("the provided token, hunter2, is invalid", "the provided token, [redacted], is invalid"),
        ("hunter2 is not a valid security token", "[redacted] is not a valid security token"),
        ("token hunter2 expired", "token [redacted] expired"),
        ("mfa code is 123456", "mfa code is [redacted]"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [redacted]"),
        ("安全令牌hunter2无效", "安全令牌[redacted]无效"),
    ] {
        assert_eq!(error(400, body("C.1", text)).message(), Some(shown), "{text}");
    }
}

#[test]
fn only_parts_that_are_known_to_be_harmless_are_shown() {
    for (message, shown) in [
        (
            "user bob is not allowed to perform iam:agencies:assume on iam::0a1b:agency:reader",
            "user [redacted] is not allowed to perform iam:agencies:assume on \
             iam::0a1b:agency:reader",
        ),
        (
            "cannot reach sts.cn-north-4.myhuaweicloud.com/v5/caller-identity",
            "cannot reach sts.cn-north-4.myhuaweicloud.com/v5/caller-identity",
        ),
        ("cannot reach https://bob:hunter2@proxy:8080/x", "cannot reach https:[redacted]"),
        ("mail bob@example.com", "mail [redacted]"),
        ("AssumeAgencyWithOIDC reads 2 to 8 parts", "AssumeAgencyWithOIDC reads 2 to 8 parts"),
        ("at most 43200 seconds", "at most [redacted] seconds"),
        ("request_id=0a1b, limit:200", "request_id=0a1b, limit:200"),
    ] {
        let error = error(403, body("C.1", message));
        assert_eq!(error.message(), Some(shown));
        assert_eq!(error.raw_message().unwrap().expose_secret(), message);
    }
}

#[test]
fn secrets_behind_unknown_names_and_escapes_are_hidden() {
    for text in [
        "key=swordfish",
        "sid=swordfish; path=/",
        "nonce=\"swordfish\"",
        "Basic swordfish",
        "Digest response=swordfish",
        "Hawk mac swordfish",
        "t\\u006fken=swordfish",
        "t\\u006fken is swordfish",
        "%74oken=swordfish",
        "%74oken%3Dswordfish",
        "t&#111;ken=swordfish",
        "dG9rZW4=swordfish",
        "swordfish",
        "pin:swordfish:x",
        "iam:swordfish",
        "https://host/swordfish?x=swordfish",
        "access_key=swordfish&code=swordfish",
    ] {
        let errors = [
            error(400, body("C.1", text)),
            error(502, text),
            error(200, text),
            error(400, json!({"error_code": "C", "request_id": text.to_owned() + " "}).to_string()),
            error(401, body("APIGW.0301", &format!("fail,canonicalRequest:GET|/|{text}|a:b||a|"))),
            error(401, body("APIGW.0301", &format!("fail,canonicalRequest:GET|/||{text}||a|"))),
        ];
        for (index, error) in errors.iter().enumerate() {
            let shown = everything(error);
            assert!(!shown.contains("swordfish") || (index == 3 && text == "swordfish"), "{shown}");
        }
    }
}

#[test]
fn secrets_have_names_in_other_words_and_languages() {
    for text in [
        "credential=hunter2xQ",
        "invalid credentials: hunter2xQ",
        "aksk is HST/hunter2xQ",
        "AK/SK=HST:hunter2xQ",
        "auth=hunter2xQ",
        "totp hunter2xQ",
        "mfa: hunter2xQ",
        "one-time code: hunter2xQ",
        "session-key: hunter2xQ",
        "code_verifier=hunter2xQ",
        "秘钥hunter2xQ错误",
        "凭证hunter2xQ无效",
        "验证码: hunter2xQ",
        "密鑰=hunter2xQ",
        "簽名\u{3000}hunter2xQ",
        "ｔｏｋｅｎ＝hunter2xQ",
        "トークン hunter2xQ",
        "비밀번호: hunter2xQ",
        "Пароль: hunter2xQ",
        "Kennwort: hunter2xQ",
        "MOT DE PASSE : hunter2xQ",
        "contraseña hunter2xQ",
    ] {
        let shown = everything(&error(400, body("C.1", text)));
        assert!(!shown.contains("hunter2xQ"), "{shown}");
    }
}

#[test]
fn a_name_in_one_column_of_a_table_hides_the_value_in_the_next() {
    for (text, shown) in [
        ("x-security-token|hunter2", "x-security-token|[redacted]"),
        ("| token | hunter2 | wrong |", "| token | [redacted] | wrong |"),
        ("token:|SECRET", "token:|[redacted]"),
        ("sk|hunter2|ak:HST1", "sk|[redacted]|ak:HST1"),
    ] {
        assert_eq!(error(400, body("C.1", text)).message(), Some(shown));
    }
}

#[test]
fn a_value_after_a_composed_name_is_hidden() {
    for name in ["HW_SK", "HUAWEICLOUD_SDK_SK", "userSk", "smtp-pass", "admin.otp"] {
        let text = format!("{name}=hunter2");
        let shown = error(400, body("C.1", &text)).message().map(str::to_owned);
        assert!(!shown.clone().unwrap_or_default().contains("hunter2"), "{text}: {shown:?}");
    }
}

#[test]
fn a_passphrase_and_a_code_in_groups_are_hidden() {
    for (text, secret) in [
        ("password: correct-horse-battery; try again", "horse"),
        ("wrong password; correct-horse-battery", "horse"),
        ("token code: 12 34 56 rejected", "56"),
        ("token_code: 12 34 56 rejected", "56"),
        ("password: hunter2 swordfish rejected", "swordfish"),
        ("secret access key: swordfish", "swordfish"),
        ("the secret key is swordfish", "swordfish"),
        ("password=hunter2, swordfish", "swordfish"),
    ] {
        let shown = error(400, body("C.1", text)).message().unwrap_or_default().to_owned();
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn symbols_at_the_end_of_a_secret_are_not_shown() {
    for text in [
        "security_token:Q#0#a0~#a!a**0a^a0#A00~*##*--#~^-",
        "security_token=Qa0a0a0a0a0~*##*--#~^-",
        "security_token: ~*##*--#~^-",
    ] {
        let error = error(400, body("C.1", text));
        assert!(!format!("{error} {error:?}").contains("*##"), "{text}: {error}");
    }
    let message =
        error(400, body("C.1", "the token Qa0a0a0a0a0a0 is wrong. Try again!")).to_string();
    assert!(message.contains("is wrong. Try again!"), "{message}");
}
