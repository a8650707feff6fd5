//! `sts request`.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use insta::assert_snapshot;
use sts_emulator::{Emulator, Fault, builtin};

use crate::support::{Cloud, Run, tampering, with_filters};

/// An emulator that accepts signed requests to any path.
pub(crate) fn services() -> Cloud {
    Cloud::of(Emulator::builder().any_service().echo_canonical_request())
}

pub(crate) const SERVERS: &str = "/v1/0a1b/cloudservers?limit=2&name=a%20b";

#[test]
fn a_signed_request_needs_no_region() {
    let cloud = services();
    let url = cloud.url(SERVERS);
    with_filters(|| {
        let run = |arguments: &[&str]| {
            let arguments = [&["request", &url], arguments].concat();
            Run::of(&mut cloud.without_endpoint(&arguments)).snapshot()
        };
        assert_snapshot!(run(&[]), @r#"
        exit code Some(0)
        {"access_key_id":"HSTAEMULATOR00000001","account_id":"HEX","algorithm":"SDK-HMAC-SHA256","is_payload_signed":true,"method":"GET","principal_id":"HEX","principal_urn":"iam::HEX:user:emulator","signed_at":"TIME","signed_headers":{"host":"127.0.0.1:PORT","x-sdk-date":"SDK-DATE"},"target":"/v1/0a1b/cloudservers?limit=2&name=a%20b"}---
        "#);
        assert_snapshot!(run(&["-v", "-H", "X-Auth-Extra: mysecret", "-H", "Accept: */*"]), @r#"
        exit code Some(0)
        {"access_key_id":"HSTAEMULATOR00000001","account_id":"HEX","algorithm":"SDK-HMAC-SHA256","is_payload_signed":true,"method":"GET","principal_id":"HEX","principal_urn":"iam::HEX:user:emulator","signed_at":"TIME","signed_headers":{"host":"127.0.0.1:PORT","x-sdk-date":"SDK-DATE"},"target":"/v1/0a1b/cloudservers?limit=2&name=a%20b"}---
        > GET http://127.0.0.1:PORT/v1/0a1b/cloudservers
        > x-auth-extra: [redacted]
        > accept: */*
        > host: 127.0.0.1:PORT
        > x-sdk-date: SDK-DATE
        > authorization: [redacted]
        < 200 OK, N ms
        provider environment, access key HSTAEMULATOR00000001
        "#);
        assert_snapshot!(run(&["-i", "-X", "DELETE"]), @r#"
        exit code Some(0)
        200 OK
        content-type: application/json
        cache-control: no-store
        x-content-type-options: nosniff
        x-request-id: HEX
        date: HTTP-DATE
        content-length: N

        {"access_key_id":"HSTAEMULATOR00000001","account_id":"HEX","algorithm":"SDK-HMAC-SHA256","is_payload_signed":true,"method":"DELETE","principal_id":"HEX","principal_urn":"iam::HEX:user:emulator","signed_at":"TIME","signed_headers":{"host":"127.0.0.1:PORT","x-sdk-date":"SDK-DATE"},"target":"/v1/0a1b/cloudservers?limit=2&name=a%20b"}---
        "#);
        assert_snapshot!(run(&["--output", "json"]), @r#"
        exit code Some(0)
        {"status":200,"headers":{"cache-control":"no-store","content-length":"N","content-type":"application/json","date":"HTTP-DATE","x-content-type-options":"nosniff","x-request-id":"HEX"},"body":"{\"access_key_id\":\"HSTAEMULATOR00000001\",\"account_id\":\"HEX\",\"algorithm\":\"SDK-HMAC-SHA256\",\"is_payload_signed\":true,\"method\":\"GET\",\"principal_id\":\"HEX\",\"principal_urn\":\"iam::HEX:user:emulator\",\"signed_at\":\"TIME\",\"signed_headers\":{\"host\":\"127.0.0.1:PORT\",\"x-sdk-date\":\"SDK-DATE\"},\"target\":\"/v1/0a1b/cloudservers?limit=2&name=a%20b\"}","attempts":1}
        ---
        "#);
        assert_snapshot!(run(&["--v11", "cn-north-4/ecs"]), @r#"
        exit code Some(0)
        {"access_key_id":"HSTAEMULATOR00000001","account_id":"HEX","algorithm":"V11-HMAC-SHA256","is_payload_signed":true,"method":"GET","principal_id":"HEX","principal_urn":"iam::HEX:user:emulator","signed_at":"TIME","signed_headers":{"host":"127.0.0.1:PORT","x-sdk-date":"SDK-DATE"},"target":"/v1/0a1b/cloudservers?limit=2&name=a%20b"}---
        "#);
    });
}

#[test]
fn bodies_and_headers_come_from_arguments_files_and_standard_input() {
    let cloud = services();
    let url = cloud.url("/v1/action");
    let file = cloud.home().join("body.bin");
    fs::write(&file, [0, 159, 146, 150]).unwrap();
    let headers = cloud.home().join("headers");
    fs::write(&headers, "Content-Type: application/octet-stream\n\nX-Project-Id: 0a1b\n").unwrap();
    let (file, headers) = (format!("@{}", file.display()), format!("@{}", headers.display()));
    let sent = |run: Run| {
        assert_eq!(run.code, Some(0), "{run:?}");
        let response: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let content_type = &response["signed_headers"]["content-type"];
        format!("{} {content_type} {}", response["method"], response["is_payload_signed"])
    };
    let json = cloud.run(&["request", &url, "-d", "{}"]);
    assert_eq!(sent(json), r#""POST" "application/json" true"#);
    let binary = cloud.run(&["request", &url, "-d", &file, "-X", "PUT", "-H", &headers]);
    assert_eq!(sent(binary), r#""PUT" "application/octet-stream" true"#);
    let read = &mut cloud.sts(&["request", &url, "-d", "@-"]);
    assert_eq!(sent(Run::with_input(read, b"[]")), r#""POST" "application/json" true"#);
    with_filters(|| {
        let missing = cloud.run(&["request", &url, "-d", "@missing.json"]);
        assert_snapshot!(missing.snapshot(), @"
        exit code Some(2)
        ---
        error: @missing.json: No such file or directory (os error 2)
        ");
    });
}

#[test]
fn the_body_of_an_error_is_printed_and_explained() {
    let cloud = Cloud::start();
    with_filters(|| {
        let unknown = cloud.run(&["request", &cloud.url("/v1/servers")]);
        assert_snapshot!(unknown.snapshot(), @r#"
        exit code Some(1)
        {"error_code":"APIGW.0101","error_msg":"The API does not exist or has not been published in the environment","request_id":"HEX"}---
        error: resource not found: APIGW.0101: The API does not exist or has not been published in the environment (HTTP status 404, request id HEX)
        "#);
        let url = cloud.url("/v5/agencies/assume");
        let body = format!(
            r#"{{"agency_urn":"{}","agency_session_name":"test"}}"#,
            builtin::FORBIDDEN_AGENCY_URN
        );
        let denied = cloud.run(&["request", &url, "-d", &body]);
        assert_snapshot!(denied.snapshot(), @r#"
        exit code Some(1)
        {"error_code":"PAP5.0001","error_msg":"access denied: a deny rule denies the action","request_id":"HEX","encoded_authorization_message":"ENCODED"}---
        error: access denied: PAP5.0001: access denied: a deny rule denies the action (HTTP status 403, request id HEX)
          help: for the reason of the denial, run
        sts decode ENCODED
        "#);
        let json = cloud.run(&["request", &url, "-d", &body, "--output", "json"]);
        assert_snapshot!(json.snapshot(), @r#"
        exit code Some(1)
        {"status":403,"headers":{"content-length":"N","content-type":"application/json","date":"HTTP-DATE","x-request-id":"HEX"},"body":"{\"error_code\":\"PAP5.0001\",\"error_msg\":\"access denied: a deny rule denies the action\",\"request_id\":\"HEX\",\"encoded_authorization_message\":\"ENCODED\"}","attempts":1}
        ---
        {"error":"access denied: PAP5.0001: access denied: a deny rule denies the action (HTTP status 403, request id HEX)","causes":[],"advice":"for the reason of the denial, run\nsts decode ENCODED","kind":"AccessDenied","status":403,"error_code":"PAP5.0001","request_id":"HEX","encoded_authorization_message":"ENCODED"}
        "#);
    });
}

#[test]
fn a_wrong_request_is_not_sent() {
    let cloud = services();
    let url = cloud.url("/v1");
    let run = |arguments: &[&str]| cloud.run(&[&["request"], arguments].concat()).snapshot();
    with_filters(|| {
        assert_snapshot!(run(&["http://ecs.example.com/v1?token=mysecret"]), @r#"
        exit code Some(2)
        ---
        error: invalid URL "http://ecs.example.com/v1": plain http is allowed for loopback addresses only
          help: use https
        "#);
        assert_snapshot!(run(&["ecs.example.com/v1"]), @r#"
        exit code Some(2)
        ---
        error: invalid URL "ecs.example.com/v1": expected https://HOST/PATH
        "#);
        assert_snapshot!(run(&["https://user:mysecret@ecs.example.com/a b?token=mysecret"]), @r#"
        exit code Some(2)
        ---
        error: invalid URL "ecs.example.com/a b": invalid uri character
          help: percent-encode spaces, quotes and other special characters
        "#);
        assert_snapshot!(run(&["https://user:mysecret@ecs.example.com/"]), @r#"
        exit code Some(2)
        ---
        error: invalid URL "ecs.example.com/": must not contain user info
          help: omit it: the request is signed with the credentials of the provider
        "#);
        assert_snapshot!(run(&[&url, "-H", "Authorization: mysecret"]), @"
        exit code Some(2)
        ---
        error: header authorization is set by the signature or the transport
          help: omit it
        ");
        assert_snapshot!(run(&[&url, "-H", "mysecret"]), @"
        exit code Some(2)
        ---
        error: invalid header: expected `NAME: VALUE`
        ");
        assert_snapshot!(run(&[&url, "-H", "X-A: a\nb"]), @"
        exit code Some(2)
        ---
        error: header x-a: invalid value
        ");
        assert_snapshot!(run(&[&url, "--v11", "cn-north-4"]), @"
        exit code Some(2)
        ---
        error: invalid value 'cn-north-4' for '--v11 <REGION/SERVICE>': expected REGION/SERVICE, such as cn-north-4/ecs

        For more information, try '--help'.
        ");
        // The signature could not contain it.
        for scope in ["cn-north-4/ecs/v1", "cn-north-4/a,b", "cn-north-4/a b"] {
            let invalid = run(&[&url, "--v11", scope]);
            assert!(invalid.contains("expected REGION/SERVICE"), "{invalid}");
        }
        let closed = run(&["http://127.0.0.1:9/v1?a=mysecret"]);
        assert_snapshot!(closed, @"
        exit code Some(1)
        ---
        error: GET http://127.0.0.1:PORT/v1: request failed: cannot connect (the request was not sent)
          caused by: connecting to 127.0.0.1:PORT failed
          caused by: tcp connect error
          caused by: Connection refused (os error 111)
          help: check the host of the URL, proxy and certificates
        ");
        assert_snapshot!(run(&[&url, "-H", "@-", "-d", "@-"]), @"
        exit code Some(2)
        ---
        error: standard input is read once: @- is for one --header or for --data
        ");
        let without = Run::of(cloud.bare().args(["request", &url]));
        assert_eq!(without.code, Some(3), "{without:?}");
        let mut oidc = cloud.bare();
        oidc.env_remove("HUAWEICLOUD_SDK_STS_ENDPOINT")
            .env("HUAWEICLOUD_OIDC_PROVIDER_URN", builtin::OIDC_PROVIDER_URN)
            .env("HUAWEICLOUD_OIDC_AGENCY_URN", builtin::AGENCY_URN)
            .env("HUAWEICLOUD_OIDC_ID_TOKEN", "mysecret.e30.c2ln")
            .args(["request", &url]);
        assert_snapshot!(Run::of(&mut oidc).snapshot(), @"
        exit code Some(2)
        ---
        error: provider oidc is configured but failed; before it, environment is not configured (HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set)
          caused by: no credentials from the service
          caused by: AssumeAgencyWithOIDC: the client has no endpoint
          help: the credential provider needs STS: pass --region or --endpoint
        ");
    });
}

#[test]
fn an_error_about_a_url_has_no_part_of_a_password() {
    let cloud = services();
    for password in [
        "mysecret",
        "my?secret",
        "my#secret",
        "my/secret",
        "my:secret",
        "my@secret",
        "my@secret?word",
        "my secret",
    ] {
        let url = format!("https://user:{password}@ecs.example.com/v1?token=mysecret");
        for arguments in [&["request", &url][..], &["whoami", "--endpoint", &url]] {
            let run = cloud.run(arguments);
            assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{url}");
            for part in ["my", "secret"] {
                assert!(!run.stderr.contains(part), "{url}: {}", run.stderr);
            }
        }
    }
    let run = cloud.run(&["request", "http://ecs.example.com:80/v1?mail=a@b"]);
    assert!(run.stderr.contains("ecs.example.com"), "{}", run.stderr);
}

#[test]
fn the_signed_headers_can_be_used_by_another_program() {
    let cloud = services();
    let url = cloud.url(SERVERS);
    let signed = cloud.run(&["request", "--sign-only", "-d", "{}", &url]);
    assert_eq!(signed.code, Some(0), "{signed:?}");
    let (_, address) = cloud.emulator.url().split_once("://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let headers = signed.stdout.trim_end().replace('\n', "\r\n");
    assert!(headers.contains(&format!("host: {address}\r\n")), "{headers}");
    write!(
        stream,
        "POST {SERVERS} HTTP/1.1\r\n{headers}\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}"
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");

    let json = cloud.run(&["request", "--sign-only", &url, "--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((json["method"].as_str(), json["url"].as_str()), (Some("GET"), Some(&*url)));
    assert!(json["headers"]["authorization"].as_str().unwrap().starts_with("SDK-HMAC-SHA256 "));
}

#[test]
fn the_clock_is_corrected_once() {
    let cloud = services();
    let hour = time::Duration::hours(1);
    cloud.emulator.faults().inject(Fault::ClockOffset(hour));
    let run = cloud.run(&["request", "-v", &cloud.url(SERVERS)]);
    assert_eq!(run.code, Some(0), "{run:?}");
    // An hour, to within two seconds.
    let note = "the signing date was rejected; sent again with the clock corrected by +3";
    assert_eq!(run.stderr.matches(note).count(), 1, "{run:?}");
}

#[test]
fn rejected_credentials_are_replaced_once() {
    let cloud = Cloud::of(Emulator::builder().any_service().metadata("127.0.0.1:0"));
    let token = cloud.home().join("token");
    fs::write(&token, builtin::POD_TOKEN).unwrap();
    let pod = format!("{}/pod-identity", cloud.emulator.metadata_url().unwrap());
    let run = |rejections| {
        let gateway = tampering(&cloud, rejections, "application/json", "text/json");
        let mut command = cloud.bare();
        command
            .env("HC_CONTAINER_CREDENTIALS_FULL_URI", &pod)
            .env("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", &token)
            .args(["request", "-v", "--output", "json", "-d", "{}", &format!("{gateway}/v1")]);
        let run = Run::of(&mut command);
        let response: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let note = "the credentials were rejected; sent again with others";
        (run.code, response["attempts"].as_u64(), run.stderr.matches(note).count())
    };
    assert_eq!(run(0), (Some(0), Some(1), 0));
    assert_eq!(run(1), (Some(0), Some(2), 1));
    assert_eq!(run(2), (Some(1), Some(2), 1));
}

#[test]
fn bodies_are_binary_safe() {
    let cloud = services();
    cloud.emulator.faults().inject(Fault::GarbageBody);
    let output = cloud.sts(&["request", &cloud.url("/v1")]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8(output.stdout).is_err());
    let json = cloud.run(&["request", &cloud.url("/v1"), "--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert!(json["body_base64"].is_string() && json.get("body").is_none(), "{json}");
}
