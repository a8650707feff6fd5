//! `sts decode`.

use insta::assert_snapshot;
use sts_emulator::builtin;

use crate::support::{Cloud, Run, with_filters};

/// Returns the response to a denied request.
fn denied(cloud: &Cloud) -> Run {
    let body = format!(
        r#"{{"agency_urn":"{}","agency_session_name":"test"}}"#,
        builtin::FORBIDDEN_AGENCY_URN
    );
    cloud.run(&["request", "-d", &body, &cloud.url("/v5/agencies/assume")])
}

#[test]
fn the_reason_of_a_denial_is_shown() {
    let cloud = Cloud::start();
    let denied = denied(&cloud);
    let decoded = |text: &str| cloud.run(&["decode", text]);

    // The command in the advice can be pasted.
    let command = denied.stderr.lines().last().unwrap();
    let message = command.strip_prefix("sts decode ").unwrap();
    with_filters(|| {
        assert_snapshot!(decoded(message).snapshot(), @"
        exit code Some(0)
        failure     a deny rule denies the action
        action      sts:agencies:assume
        resource    iam::HEX:agency:forbidden
        principal   iam::HEX:user:emulator
        ---
        ");
        let json = cloud.run(&["decode", message, "--output", "json"]);
        assert_snapshot!(json.snapshot(), @r#"
        exit code Some(0)
        {"failure":"a deny rule denies the action","effect":null,"policy_type":null,"principal":"iam::HEX:user:emulator","action":"sts:agencies:assume","resource":"iam::HEX:agency:forbidden","conditions":null,"decoded":{"context":{"action":"sts:agencies:assume","principal":"iam::HEX:user:emulator","resource":"iam::HEX:agency:forbidden"},"failure":"a deny rule denies the action"}}
        ---
        "#);
    });
    // The message is found in the response, in the error, and on standard input.
    for text in [&denied.stdout, &denied.stderr] {
        assert_eq!(decoded(text).stdout, decoded(message).stdout);
        let read = Run::with_input(&mut cloud.sts(&["decode", "-"]), text.as_bytes());
        assert_eq!(read.stdout, decoded(message).stdout, "{read:?}");
    }
}

#[test]
fn text_without_a_message_is_not_sent() {
    let cloud = Cloud::start();
    with_filters(|| {
        assert_snapshot!(cloud.run(&["decode", "access denied"]).snapshot(), @"
        exit code Some(2)
        ---
        error: the text contains no encoded authorization message
          help: pass the value of `encoded_authorization_message`, or the whole response
        ");
        let forged = cloud.run(&["decode", "hQpjbi1leGFtcGxlLW1lc3NhZ2U="]);
        assert_snapshot!(forged.snapshot(), @"
        exit code Some(1)
        ---
        error: DecodeAuthorizationMessage: invalid request: EMULATOR.0003: the encoded message is damaged or was not issued by this service (HTTP status 400, request id HEX)
        ");
        let long = "a".repeat(10_241);
        let long = Run::with_input(&mut cloud.sts(&["decode", "-"]), long.as_bytes());
        assert_snapshot!(long.snapshot(), @r#"
        exit code Some(2)
        ---
        error: invalid DecodeAuthorizationMessage request: encoded_message must have 1 to 10240 characters (given: 10241 characters, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…")
        "#);
    });
}

#[cfg(unix)]
#[test]
fn inputs_are_limited() {
    let cloud = Cloud::start();
    let input = std::fs::File::open("/dev/zero").unwrap();
    let run = Run::of(cloud.sts(&["decode", "-"]).stdin(input));
    assert_snapshot!(run.snapshot(), @"
    exit code Some(2)
    ---
    error: standard input: exceeds 1 MiB
    ");
    let run = cloud.run(&["whoami", "--ca-file", "/dev/zero"]);
    assert_snapshot!(run.snapshot(), @"
    exit code Some(2)
    ---
    error: --ca-file /dev/zero: exceeds 4 MiB
    ");
    let run = cloud.run(&["assume", "demo", "--policy", "/dev/zero"]);
    assert_snapshot!(run.snapshot(), @"
    exit code Some(2)
    ---
    error: --policy /dev/zero: exceeds 4 MiB
    ");
    let run = cloud.run(&["request", "-H", "@/dev/zero", "https://example.com"]);
    assert_snapshot!(run.snapshot(), @"
    exit code Some(2)
    ---
    error: @/dev/zero: exceeds 1 MiB
    ");
    let run = cloud.run(&["request", "-d", "@/dev/zero", "https://example.com"]);
    assert_snapshot!(run.snapshot(), @"
    exit code Some(2)
    ---
    error: @/dev/zero: exceeds 64 MiB
    ");
}
