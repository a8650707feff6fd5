//! Wrong usage.

use crate::run;

#[test]
fn wrong_usage_is_one_line_on_standard_error_and_sends_nothing() {
    // Nothing listens there, so a request would give an outcome in place of a complaint.
    let endpoint = ["--endpoint", "http://127.0.0.1:9"];
    let keys = ["--ak", "EXAMPLEAK00000000001", "--sk", "secret"];
    let good = |rest: &[&'static str]| {
        [&["--transport", "hyper"], &endpoint[..], &keys[..], rest].concat()
    };
    let with_keys = |ak: &'static str, sk: &'static str| {
        let keys = ["--ak", ak, "--sk", sk];
        [&["--transport", "hyper"], &endpoint[..], &keys, &["get_caller_identity", "{}"]].concat()
    };
    let cases: &[(Vec<&str>, &str)] = &[
        (good(&["assume_agency", "{\"agency_urn\":\"iam::a:agency:b\"}"]), "agency_session_name"),
        (
            good(&[
                "assume_agency",
                r#"{"agency_urn":"iam::a:agency:b","agency_session_name":"x"}"#,
            ]),
            "2 to 128",
        ),
        (
            good(&[
                "assume_agency",
                r#"{"agency_urn":"iam::a:agency:b","agency_session_name":"xx","duration_seconds":60}"#,
            ]),
            "duration_seconds",
        ),
        (good(&["assume_agency", "{"]), "JSON: invalid syntax"),
        (
            good(&[
                "assume_agency",
                r#"{"agency_urn":"iam::a:agency:b","agency_session_name":"xx","duration_second":900}"#,
            ]),
            r#"unknown field "duration_second"; did you mean "duration_seconds"?"#,
        ),
        (
            good(&[
                "assume_agency",
                r#"{"agency_urn":"iam::a:agency:b","agency_session_name":"xx","policy":{}}"#,
            ]),
            "policy must be a string",
        ),
        (
            good(&[
                "assume_agency",
                r#"{"agency_urn":"iam::a:agency:b","agency_session_name":"xx","policy":"[]"}"#,
            ]),
            "policy: expected a JSON object",
        ),
        (good(&["get_caller_identity", "[]"]), "expected an object"),
        (good(&["get_caller_identity", r#"{"a":1}"#]), "unknown field \"a\""),
        (good(&["get_caller_identity", "{}", "surplus"]), "third argument"),
        (good(&["--ak", "AGAIN", "get_caller_identity", "{}"]), "--ak is given twice"),
        (good(&["--region", "cn-north-4", "get_caller_identity", "{}"]), "given twice"),
        (good(&["--max-attempts", "99999999999", "get_caller_identity", "{}"]), "1 to 4294967295"),
        (good(&["--max-attempts", "-1", "get_caller_identity", "{}"]), "--max-attempts"),
        (good(&["--token", "", "get_caller_identity", "{}"]), "--token"),
        (good(&["--token", "a\nb", "get_caller_identity", "{}"]), "--token"),
        (good(&["--ca", ".", "get_caller_identity", "{}"]), "--ca: cannot read \".\""),
        (good(&["--ca", "/dev/null", "get_caller_identity", "{}"]), "/dev/null is empty"),
        (good(&["--no-validate=no", "get_caller_identity", "{}"]), "--no-validate"),
        (good(&["get_caller_identity", "{}", "--sk"]), "--sk"),
        (with_keys("", "secret"), "--ak"),
        (with_keys("EXAMPLEAK00000000001", ""), "--sk"),
        (with_keys("EXAMPLE\nAK", "secret"), "--ak"),
        (with_keys("EXAMPLE AK", "secret"), "--ak"),
        (vec![], "--transport"),
        (good(&["assume_agency", "[]"]), "JSON"),
        (good(&["assume_everything", "{}"]), "assume_everything"),
        (good(&["get_caller_identity"]), "missing JSON"),
        (good(&["--max-attempts", "0", "get_caller_identity", "{}"]), "--max-attempts"),
        (good(&["--ca", "there/is/none.pem", "get_caller_identity", "{}"]), "none.pem"),
        (good(&["--colour", "get_caller_identity", "{}"]), "--colour"),
        (good(&["--region", "Beijing", "get_caller_identity", "{}"]), "Beijing"),
        (good(&["--endpoint", "127.0.0.1:9", "get_caller_identity", "{}"]), "--endpoint"),
        (good(&["--endpoint", "", "get_caller_identity", "{}"]), "--endpoint"),
        (good(&["--endpoint", "https://u:p@127.0.0.1", "get_caller_identity", "{}"]), "user info"),
        (good(&["--transport", "carrier-pigeon", "get_caller_identity", "{}"]), "carrier-pigeon"),
        (vec!["--transport", "hyper", "get_caller_identity", "{}"], "--endpoint"),
        (
            vec!["--transport", "hyper", endpoint[0], endpoint[1], "get_caller_identity", "{}"],
            "--ak",
        ),
    ];
    for (arguments, naming) in cases {
        let output = run(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(complaint.contains(naming), "{arguments:?}: {complaint}");
        assert!(output.stdout.is_empty());
    }
}
