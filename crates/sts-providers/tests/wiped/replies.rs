//! Responses of services, with secrets.

use xtask_secrets::mark;

/// Status and body of a response. Every response has an IAM token in its header.
pub(crate) type Reply = (u16, &'static str);

pub(crate) const ID_TOKEN: Reply = (200, concat!(r#"{"value":""#, mark!(), r#""}"#));
pub(crate) const IAM_TOKEN: Reply = (201, r#"{"token":{}}"#);
pub(crate) const CLASSIC: Reply = (
    201,
    concat!(
        r#"{"credential":{"access":"AK","secret":""#,
        mark!(),
        r#"","securitytoken":""#,
        mark!(),
        r#"","expires_at":"2026-03-05T13:08:09Z"}}"#
    ),
);
pub(crate) const ASSUMED: Reply = (
    200,
    concat!(
        r#"{"assumed_agency":{"urn":"u","id":"i"},"audience":"a","provider":"p",
        "subject_from_id_token":"s","credentials":{"access_key_id":"AK","secret_access_key":""#,
        mark!(),
        r#"","security_token":""#,
        mark!(),
        r#"","expiration":"2026-03-05T08:08:09Z"}}"#
    ),
);
/// As servers and programs write it.
pub(crate) const AWS: Reply = (
    200,
    concat!(
        r#"{"Version":1,"AccessKeyId":"AK","Expiration":"2026-03-05T08:08:09Z","SecretAccessKey":""#,
        mark!(),
        r#"","SessionToken":""#,
        mark!(),
        r#"","Token":""#,
        mark!(),
        r#""}"#
    ),
);
pub(crate) const ASSIGNED: Reply = (
    200,
    concat!(
        r#"{"agency_credentials":{"access_key_id":"AK","expiration":1772700000,
        "secret_access_key":""#,
        mark!(),
        r#"","session_token":""#,
        mark!(),
        r#""}}"#
    ),
);
pub(crate) const CLIENT: Reply = (
    200,
    concat!(
        r#"{"client_info":{"client_id":"c","client_id_issued_at":1,
        "client_secret_expires_at":1780000000,"client_secret":""#,
        mark!(),
        r#""}}"#
    ),
);
pub(crate) const DEVICE: Reply = (
    200,
    concat!(
        r#"{"user_code":"BCDF","interval":10,"verification_uri":"https://center.example/device",
        "expires_in":600,"device_code":""#,
        mark!(),
        r#""}"#
    ),
);
pub(crate) const TOKEN: Reply = (
    200,
    concat!(
        r#"{"token_info":{"expires_in":600,"token_type":"Bearer","access_token":""#,
        mark!(),
        r#"","refresh_token":""#,
        mark!(),
        r#""}}"#
    ),
);
/// Responses with a secret where none belongs.
pub(crate) const BROKEN: [&str; 5] = [
    concat!(r#"{"value":[""#, mark!(), r#""]}"#),
    concat!(r#"{"value":""#, mark!(), " ", mark!(), r#""}"#),
    concat!(r#"{"credential":{"access":"AK","secret":""#, mark!(), r#"\n","expires_at":7}}"#),
    concat!(r#"{"Version":1,"AccessKeyId":"AK","SecretAccessKey":""#, mark!(), r#"","Token":7}"#),
    mark!(),
];
