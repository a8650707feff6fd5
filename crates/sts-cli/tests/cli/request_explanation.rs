//! The explanation of a rejected signature by `sts request`.

use insta::assert_snapshot;

use crate::request::{SERVERS, services};
use crate::support::{Run, tampering, with_filters};

#[test]
fn a_rejected_signature_is_explained() {
    let cloud = services();
    let url = tampering(&cloud, usize::MAX, "application/json", "application/xml");
    let url = format!("{url}{SERVERS}");
    let run = |arguments: &[&str]| {
        let arguments = [&["request", &url, "-d", "{}"], arguments].concat();
        cloud.run(&arguments).snapshot()
    };
    with_filters(|| {
        assert_snapshot!(run(&[]), @r#"
        exit code Some(1)
        {"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:POST|/v1/0a1b/cloudservers/|limit=2&name=a%20b|content-type:application/xml|host:127.0.0.1:PORT|x-sdk-date:SDK-DATE||content-type;host;x-sdk-date|HASH","request_id":"HEX"}---
        error: credentials rejected: APIGW.0301: Incorrect IAM authentication information: verify aksk signature fail (HTTP status 401, request id HEX)
          help: the gateway received a different request: content-type signed as "application/json", gateway received "application/xml"
        "#);
        assert_snapshot!(run(&["--explain"]), @r#"
        exit code Some(1)
        {"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:POST|/v1/0a1b/cloudservers/|limit=2&name=a%20b|content-type:application/xml|host:127.0.0.1:PORT|x-sdk-date:SDK-DATE||content-type;host;x-sdk-date|HASH","request_id":"HEX"}---
        canonical request
          POST
          /v1/0a1b/cloudservers/
          limit=2&name=a%20b
        > content-type:application/json
          host:127.0.0.1:PORT
          x-sdk-date:SDK-DATE

          content-type;host;x-sdk-date
          HASH
        string to sign
          SDK-HMAC-SHA256
          SDK-DATE
          HASH
        canonical request of the gateway
          POST
          /v1/0a1b/cloudservers/
          limit=2&name=[redacted]
          content-type:application/xml
          host:127.0.0.1:PORT
          x-sdk-date:SDK-DATE

          content-type;host;x-sdk-date
          HASH
        first difference
          content-type signed as "application/json", gateway received "application/xml"
        error: credentials rejected: APIGW.0301: Incorrect IAM authentication information: verify aksk signature fail (HTTP status 401, request id HEX)
          help: the gateway received a different request: content-type signed as "application/json", gateway received "application/xml"
        "#);
        assert_snapshot!(run(&["--explain", "--output", "json"]), @r#"
        exit code Some(1)
        {"status":401,"headers":{"connection":"close","content-length":"N","content-type":"application/json","date":"HTTP-DATE","x-request-id":"HEX"},"body":"{\"error_code\":\"APIGW.0301\",\"error_msg\":\"Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:POST|/v1/0a1b/cloudservers/|limit=2&name=a%20b|content-type:application/xml|host:127.0.0.1:PORT|x-sdk-date:SDK-DATE||content-type;host;x-sdk-date|HASH\",\"request_id\":\"HEX\"}","attempts":1,"explanation":{"canonical_request":"POST\n/v1/0a1b/cloudservers/\nlimit=2&name=a%20b\ncontent-type:application/json\nhost:127.0.0.1:PORT\nx-sdk-date:SDK-DATE\n\ncontent-type;host;x-sdk-date\nHASH","string_to_sign":"SDK-HMAC-SHA256\nSDK-DATE\nHASH","gateway_canonical_request":"POST|/v1/0a1b/cloudservers/|limit=2&name=[redacted]|content-type:application/xml|host:127.0.0.1:PORT|x-sdk-date:SDK-DATE||content-type;host;x-sdk-date|HASH","difference":"content-type signed as \"application/json\", gateway received \"application/xml\""}}
        ---
        {"error":"credentials rejected: APIGW.0301: Incorrect IAM authentication information: verify aksk signature fail (HTTP status 401, request id HEX)","causes":[],"advice":"the gateway received a different request: content-type signed as \"application/json\", gateway received \"application/xml\"","kind":"InvalidCredentials","status":401,"error_code":"APIGW.0301","request_id":"HEX"}
        "#);

        let mut wrong = cloud.sts(&["request", &cloud.url("/v1"), "--explain"]);
        let wrong = Run::of(wrong.env("HUAWEICLOUD_SDK_SK", "wrong-secret"));
        assert_snapshot!(wrong.snapshot(), @r#"
        exit code Some(1)
        {"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:GET|/v1/||host:127.0.0.1:PORT|x-sdk-date:SDK-DATE||host;x-sdk-date|HASH","request_id":"HEX"}---
        canonical request
          GET
          /v1/

          host:127.0.0.1:PORT
          x-sdk-date:SDK-DATE

          host;x-sdk-date
          HASH
        string to sign
          SDK-HMAC-SHA256
          SDK-DATE
          HASH
        canonical request of the gateway
          GET
          /v1/

          host:127.0.0.1:PORT
          x-sdk-date:SDK-DATE

          host;x-sdk-date
          HASH
        first difference
          none is visible
        error: credentials rejected: APIGW.0301: Incorrect IAM authentication information: verify aksk signature fail (HTTP status 401, request id HEX)
          help: the gateway received the request as it was signed; check the secret key
        "#);
    });
}
