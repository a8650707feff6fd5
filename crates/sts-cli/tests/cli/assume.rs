//! `sts assume`.

use std::process::{Command, Stdio};

use insta::assert_snapshot;
use sts_emulator::builtin;

use crate::support::{Cloud, Run, with_all_filters};

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_a_warning() {
    use std::fs::{File, Permissions, read_to_string};
    use std::os::unix::fs::PermissionsExt as _;

    let cloud = Cloud::start();
    for (mode, is_open) in [(0o600, false), (0o644, true), (0o604, true)] {
        let path = cloud.home().join(format!("out-{mode:o}"));
        let file = File::create(&path).unwrap();
        file.set_permissions(Permissions::from_mode(mode)).unwrap();
        let mut command = cloud.sts(&["assume", "demo", "--format", "process"]);
        let output = command.stdout(file).stderr(Stdio::piped()).spawn().unwrap();
        let run = Run::from(output.wait_with_output().unwrap());
        assert_eq!((run.code, run.stderr.contains("umask 077")), (Some(0), is_open), "{run:?}");
        assert!(read_to_string(&path).unwrap().starts_with(r#"{"Version":1,"#));
    }
}

#[test]
fn the_form_for_shells_sets_and_removes_variables() {
    let cloud = Cloud::start();
    with_all_filters(|| {
        assert_snapshot!(cloud.run(&["assume", "demo"]).snapshot(), @"
        exit code Some(0)
        export HUAWEICLOUD_SDK_AK='ACCESS-KEY'
        export HUAWEICLOUD_SDK_SK='SECRET'
        export HUAWEICLOUD_SDK_SECURITY_TOKEN='TOKEN'
        export HW_ACCESS_KEY='ACCESS-KEY'
        export HW_SECRET_KEY='SECRET'
        export HW_SECURITY_TOKEN='TOKEN'
        export OBS_ACCESS_KEY_ID='ACCESS-KEY'
        export OBS_SECRET_ACCESS_KEY='SECRET'
        export OBS_SECURITY_TOKEN='TOKEN'
        export AWS_ACCESS_KEY_ID='ACCESS-KEY'
        export AWS_SECRET_ACCESS_KEY='SECRET'
        export AWS_SESSION_TOKEN='TOKEN'
        export AWS_CREDENTIAL_EXPIRATION='TIME'
        unset HUAWEICLOUD_SDK_CREDENTIALS_FILE HUAWEICLOUD_SDK_IDP_ID HUAWEICLOUD_SDK_ID_TOKEN_FILE HUAWEICLOUD_STS_PROVIDER HUAWEICLOUD_OIDC_PROVIDER_URN HUAWEICLOUD_OIDC_AGENCY_URN HUAWEICLOUD_OIDC_ID_TOKEN HUAWEICLOUD_OIDC_TOKEN_FILE HUAWEICLOUD_OIDC_SESSION_NAME HUAWEICLOUD_OIDC_DURATION_SECONDS HUAWEICLOUD_OIDC_POLICY HUAWEICLOUD_OIDC_POLICY_IDS HC_CONTAINER_CREDENTIALS_FULL_URI HC_CONTAINER_AUTHORIZATION_TOKEN_FILE HW_AUTH_TOKEN HW_SHARED_CONFIG_FILE HW_PROFILE HW_ASSUME_ROLE_AGENCY_NAME HW_ASSUME_ROLE_DOMAIN_NAME HW_ASSUME_ROLE_DOMAIN_ID HW_ASSUME_ROLE_DURATION HW_ASSUME_ROLE_IDP_ID HW_ASSUME_ROLE_ID_TOKEN HW_ASSUME_ROLE_ID_TOKEN_FILE OS_ACCESS_KEY OS_SECRET_KEY OS_AUTH_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SECURITY_TOKEN AWS_ROLE_ARN AWS_ROLE_SESSION_NAME AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_AUTHORIZATION_TOKEN AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE AWS_ACCESS_KEY AWS_SECRET_KEY
        ---
        ");
        let mut with_region = cloud.sts(&["assume", "demo", "--format", "powershell"]);
        with_region.env("HW_REGION_NAME", "cn-north-4");
        assert_snapshot!(Run::of(&mut with_region).snapshot(), @"
        exit code Some(0)
        $env:HUAWEICLOUD_SDK_AK = 'ACCESS-KEY'
        $env:HUAWEICLOUD_SDK_SK = 'SECRET'
        $env:HUAWEICLOUD_SDK_SECURITY_TOKEN = 'TOKEN'
        $env:HW_ACCESS_KEY = 'ACCESS-KEY'
        $env:HW_SECRET_KEY = 'SECRET'
        $env:HW_SECURITY_TOKEN = 'TOKEN'
        $env:OBS_ACCESS_KEY_ID = 'ACCESS-KEY'
        $env:OBS_SECRET_ACCESS_KEY = 'SECRET'
        $env:OBS_SECURITY_TOKEN = 'TOKEN'
        $env:AWS_ACCESS_KEY_ID = 'ACCESS-KEY'
        $env:AWS_SECRET_ACCESS_KEY = 'SECRET'
        $env:AWS_SESSION_TOKEN = 'TOKEN'
        $env:AWS_CREDENTIAL_EXPIRATION = 'TIME'
        $env:HUAWEICLOUD_SDK_REGION_ID = 'cn-north-4'
        $env:HW_REGION_NAME = 'cn-north-4'
        $env:AWS_REGION = 'cn-north-4'
        $env:AWS_DEFAULT_REGION = 'cn-north-4'
        Remove-Item Env:HUAWEICLOUD_SDK_CREDENTIALS_FILE, Env:HUAWEICLOUD_SDK_IDP_ID, Env:HUAWEICLOUD_SDK_ID_TOKEN_FILE, Env:HUAWEICLOUD_STS_PROVIDER, Env:HUAWEICLOUD_OIDC_PROVIDER_URN, Env:HUAWEICLOUD_OIDC_AGENCY_URN, Env:HUAWEICLOUD_OIDC_ID_TOKEN, Env:HUAWEICLOUD_OIDC_TOKEN_FILE, Env:HUAWEICLOUD_OIDC_SESSION_NAME, Env:HUAWEICLOUD_OIDC_DURATION_SECONDS, Env:HUAWEICLOUD_OIDC_POLICY, Env:HUAWEICLOUD_OIDC_POLICY_IDS, Env:HC_CONTAINER_CREDENTIALS_FULL_URI, Env:HC_CONTAINER_AUTHORIZATION_TOKEN_FILE, Env:HW_AUTH_TOKEN, Env:HW_SHARED_CONFIG_FILE, Env:HW_PROFILE, Env:HW_ASSUME_ROLE_AGENCY_NAME, Env:HW_ASSUME_ROLE_DOMAIN_NAME, Env:HW_ASSUME_ROLE_DOMAIN_ID, Env:HW_ASSUME_ROLE_DURATION, Env:HW_ASSUME_ROLE_IDP_ID, Env:HW_ASSUME_ROLE_ID_TOKEN, Env:HW_ASSUME_ROLE_ID_TOKEN_FILE, Env:OS_ACCESS_KEY, Env:OS_SECRET_KEY, Env:OS_AUTH_TOKEN, Env:AWS_PROFILE, Env:AWS_DEFAULT_PROFILE, Env:AWS_SECURITY_TOKEN, Env:AWS_ROLE_ARN, Env:AWS_ROLE_SESSION_NAME, Env:AWS_WEB_IDENTITY_TOKEN_FILE, Env:AWS_CONTAINER_CREDENTIALS_FULL_URI, Env:AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, Env:AWS_CONTAINER_AUTHORIZATION_TOKEN, Env:AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, Env:AWS_ACCESS_KEY, Env:AWS_SECRET_KEY -ErrorAction SilentlyContinue
        ---
        ");
        assert_snapshot!(cloud.run(&["assume", "demo", "--format", "dotenv"]).snapshot(), @"
        exit code Some(0)
        HUAWEICLOUD_SDK_AK=ACCESS-KEY
        HUAWEICLOUD_SDK_SK=SECRET
        HUAWEICLOUD_SDK_SECURITY_TOKEN=TOKEN
        HW_ACCESS_KEY=ACCESS-KEY
        HW_SECRET_KEY=SECRET
        HW_SECURITY_TOKEN=TOKEN
        OBS_ACCESS_KEY_ID=ACCESS-KEY
        OBS_SECRET_ACCESS_KEY=SECRET
        OBS_SECURITY_TOKEN=TOKEN
        AWS_ACCESS_KEY_ID=ACCESS-KEY
        AWS_SECRET_ACCESS_KEY=SECRET
        AWS_SESSION_TOKEN=TOKEN
        AWS_CREDENTIAL_EXPIRATION=TIME
        ---
        ");
    });
}

#[test]
fn a_shell_uses_the_credentials() {
    let cloud = Cloud::start();
    let script = r#"eval "$("$STS" assume demo)" && "$STS" whoami"#;
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script])
        .env_clear()
        .envs(cloud.sts(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
    // It would take precedence.
    shell.env("HUAWEICLOUD_STS_PROVIDER", "environment").env("STS", env!("CARGO_BIN_EXE_sts"));
    with_all_filters(|| {
        assert_snapshot!(Run::of(&mut shell).snapshot(), @"
        exit code Some(0)
        account     HEX
        principal   sts::HEX:assumed-agency:demo/sts-cli
        id          HEX:sts-cli
        access key  ACCESS-KEY
        provider    environment
        expires at  an unknown time
        ---
        ");
    });
}

#[test]
fn each_form_is_read_by_its_tool() {
    let cloud = Cloud::start();
    with_all_filters(|| {
        assert_snapshot!(cloud.run(&["assume", "demo", "--output", "json"]).snapshot(), @r#"
        exit code Some(0)
        {"agency_urn":"iam::HEX:agency:demo","access_key_id":"ACCESS-KEY","secret_access_key":"SECRET","security_token":"TOKEN","expires_at":"TIME"}
        ---
        "#);
        let process = cloud.run(&["assume", "demo", "--format", "process"]);
        assert_snapshot!(process.snapshot(), @r#"
        exit code Some(0)
        {"Version":1,"AccessKeyId":"ACCESS-KEY","SecretAccessKey":"SECRET","SessionToken":"TOKEN","Expiration":"TIME"}
        ---
        "#);
        let profile = cloud.run(&["assume", "demo", "--format", "profile"]);
        assert_snapshot!(profile.snapshot(), @"
        exit code Some(0)
        [basic]
        ak = ACCESS-KEY
        sk = SECRET
        security_token = TOKEN
        ---
        ");
        let file = cloud.home().join("credentials");
        std::fs::write(&file, profile.stdout).unwrap();
        let mut whoami = cloud.bare();
        whoami.arg("whoami").env("HUAWEICLOUD_SDK_CREDENTIALS_FILE", &file);
        assert_snapshot!(Run::of(&mut whoami).snapshot(), @"
        exit code Some(0)
        account     HEX
        principal   sts::HEX:assumed-agency:demo/sts-cli
        id          HEX:sts-cli
        access key  ACCESS-KEY
        provider    profile
        expires at  an unknown time
        ---
        ");
    });
}

#[test]
fn options_are_those_of_the_operation() {
    let cloud = Cloud::start();
    let policy = cloud.home().join("policy.json");
    std::fs::write(&policy, r#"{"Version":"5.0","Statement":[]}"#).unwrap();
    let policy = policy.to_str().unwrap();
    let run = cloud.run(&[
        "assume",
        builtin::AGENCY_URN,
        "--session-name",
        "nightly",
        "--duration",
        "45m",
        "--policy",
        policy,
        "--policy-id",
        "a1",
        "--policy-id",
        "b2",
        "--tag",
        "team=infra",
        "--tag",
        "a=b=c",
        "--source-identity",
        "alice",
        "--output",
        "json",
    ]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let mut whoami = cloud.bare();
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    whoami
        .arg("whoami")
        .env("HUAWEICLOUD_SDK_AK", json["access_key_id"].as_str().unwrap())
        .env("HUAWEICLOUD_SDK_SK", json["secret_access_key"].as_str().unwrap())
        .env("HUAWEICLOUD_SDK_SECURITY_TOKEN", json["security_token"].as_str().unwrap());
    let whoami = Run::of(&mut whoami);
    assert!(whoami.stdout.contains(":assumed-agency:demo/nightly"), "{whoami:?}");
}

#[test]
fn an_account_name_is_for_classic_iam() {
    let cloud = Cloud::start();
    with_all_filters(|| {
        let name =
            cloud.run(&["assume", "demo", "--domain", builtin::ACCOUNT_NAME, "--output", "json"]);
        assert_snapshot!(name.snapshot(), @r#"
        exit code Some(0)
        {"agency_urn":null,"access_key_id":"ACCESS-KEY","secret_access_key":"SECRET","security_token":"TOKEN","expires_at":"TIME"}
        ---
        "#);
        let id =
            cloud.run(&["assume", "demo", "--domain", builtin::ACCOUNT_ID, "--output", "json"]);
        assert_snapshot!(id.snapshot(), @r#"
        exit code Some(0)
        {"agency_urn":"iam::HEX:agency:demo","access_key_id":"ACCESS-KEY","secret_access_key":"SECRET","security_token":"TOKEN","expires_at":"TIME"}
        ---
        "#);
        let tag = cloud.run(&["assume", "demo", "--domain", builtin::ACCOUNT_NAME, "--tag", "a=b"]);
        assert_snapshot!(tag.snapshot(), @"
        exit code Some(2)
        ---
        error: classic IAM does not support --tag
          help: pass the id of the account to --domain
        ");
        let long =
            cloud.run(&["assume", "demo", "--domain", builtin::ACCOUNT_NAME, "--duration", "25h"]);
        assert_snapshot!(long.snapshot(), @"
        exit code Some(2)
        ---
        error: duration_seconds must be 900 to 86400
        ");
        let urn = cloud.run(&["assume", builtin::AGENCY_URN, "--domain", "a"]);
        assert_snapshot!(urn.snapshot(), @"
        exit code Some(2)
        ---
        error: --domain is for an agency that is given by its name
          help: omit --domain
        ");
    });
}

#[test]
fn failures_say_what_to_do() {
    let cloud = Cloud::start();
    with_all_filters(|| {
        assert_snapshot!(cloud.run(&["assume", builtin::FORBIDDEN_AGENCY_URN]).snapshot(), @"
        exit code Some(1)
        ---
        error: AssumeAgency: access denied: PAP5.0001: access denied: a deny rule denies the action (HTTP status 403, request id HEX)
          help: for the reason of the denial, run
        sts decode TOKEN
        ");
        let forbidden = cloud.run(&["assume", "forbidden", "--output", "json"]);
        assert_snapshot!(forbidden.snapshot(), @r#"
        exit code Some(1)
        ---
        {"error":"AssumeAgency: access denied: PAP5.0001: access denied: a deny rule denies the action (HTTP status 403, request id HEX)","causes":[],"advice":"for the reason of the denial, run\nsts decode TOKEN","kind":"AccessDenied","status":403,"error_code":"PAP5.0001","request_id":"HEX","encoded_authorization_message":"TOKEN"}
        "#);
        assert_snapshot!(cloud.run(&["assume", "missing"]).snapshot(), @"
        exit code Some(1)
        ---
        error: AssumeAgency: resource not found: STS5.1106: the agency 'iam::HEX:agency:missing' cannot be found (HTTP status 404, request id HEX)
        ");
        assert_snapshot!(cloud.run(&["assume", "iam::a:user:b"]).snapshot(), @r#"
        exit code Some(2)
        ---
        error: invalid agency URN "iam::a:user:b": expected iam::ACCOUNT:agency:NAME
        "#);
        assert_snapshot!(cloud.run(&["assume", "demo", "--duration", "2d"]).snapshot(), @"
        exit code Some(2)
        ---
        error: invalid value '2d' for '--duration <DURATION>': expected seconds, or a number with s, m or h, such as 900 or 1h

        For more information, try '--help'.
        ");
        assert_snapshot!(cloud.run(&["assume", "demo", "--duration", "13h"]).snapshot(), @"
        exit code Some(2)
        ---
        error: invalid AssumeAgency request: duration_seconds must be 900 to 43200 seconds (given: 46800 seconds)
        ");
        assert_snapshot!(cloud.run(&["assume", "demo", "--policy", "missing.json"]).snapshot(), @"
        exit code Some(2)
        ---
        error: --policy missing.json: No such file or directory (os error 2)
        ");
        let policy = cloud.home().join("policy.json");
        std::fs::write(&policy, format!("{{{}}}", " ".repeat(5000))).unwrap();
        assert_snapshot!(cloud.run(&["assume", "demo", "--policy", "policy.json"]).snapshot(), @r#"
        exit code Some(2)
        ---
        error: invalid AssumeAgency request: policy must have 2 to 4096 characters (given: 5002 characters, "{                                                            …")
        "#);
        let without = Run::of(cloud.bare().args(["assume", builtin::AGENCY_URN]));
        assert_eq!(without.code, Some(3), "{without:?}");
    });
}

#[test]
fn a_chained_session_lasts_an_hour_at_most() {
    let cloud = Cloud::start();
    with_all_filters(|| {
        let chained = |duration: &str| {
            cloud.run(&[
                "exec",
                "--agency",
                "demo",
                "--",
                env!("CARGO_BIN_EXE_sts"),
                "assume",
                builtin::AGENCY_URN,
                "--duration",
                duration,
            ])
        };
        assert_eq!(chained("1h").code, Some(0));
        assert_snapshot!(chained("2h").snapshot(), @"
        exit code Some(2)
        ---
        error: invalid AssumeAgency request: duration_seconds must be at most 3600 seconds if the caller has temporary credentials (given: 7200 seconds)
        ");
    });
}
