//! `sts whoami`.

use insta::assert_snapshot;

use crate::support::{Cloud, Run, responding, with_filters};

#[test]
fn it_shows_the_identity() {
    let cloud = Cloud::start();
    with_filters(|| {
        assert_snapshot!(cloud.run(&["whoami"]).snapshot(), @"
        exit code Some(0)
        account     HEX
        principal   iam::HEX:user:emulator
        id          HEX
        access key  HSTAEMULATOR00000001
        provider    environment
        expires at  never
        ---
        ");
        assert_snapshot!(cloud.run(&["whoami", "--output", "json"]).snapshot(), @r#"
        exit code Some(0)
        {"account_id":"HEX","principal_urn":"iam::HEX:user:emulator","principal_id":"HEX","access_key_id":"HSTAEMULATOR00000001","provider":"environment","expires_at":null}
        ---
        "#);
        assert_snapshot!(cloud.run(&["whoami", "-v"]).snapshot(), @"
        exit code Some(0)
        account     HEX
        principal   iam::HEX:user:emulator
        id          HEX
        access key  HSTAEMULATOR00000001
        provider    environment
        expires at  never
        ---
        provider environment: used
        provider oidc: not asked
        provider ci: not asked
        provider terraform: not asked
        provider hcloud: not asked
        provider profile: not asked
        provider identity-center: not asked
        provider pod-identity: not asked
        provider ecs-metadata: not asked
        GetCallerIdentity: attempts 1, failed attempts none, time N ms
        clock of the service: N s from this machine's, to within N s
        ");
    });
}

#[test]
fn failures_have_their_exit_codes() {
    let cloud = Cloud::start();
    with_filters(|| {
        let wrong = Run::of(cloud.sts(&["whoami"]).env("HUAWEICLOUD_SDK_SK", "wrong-secret"));
        assert_snapshot!(wrong.snapshot(), @"
        exit code Some(1)
        ---
        error: GetCallerIdentity: credentials rejected: APIGW.0301: Incorrect IAM authentication information: verify aksk signature fail (HTTP status 401, request id HEX)
          help: check the access key and the secret key; do not repeat the call unchanged
        ");
        let without = Run::of(cloud.bare().arg("whoami"));
        assert_snapshot!(without.snapshot(), @"
        exit code Some(3)
        ---
        error: GetCallerIdentity: no credential provider is configured
          environment      HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set
          oidc             HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN are not set
          ci               HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN are not set
          terraform        HW_ACCESS_KEY, HW_PROFILE and HW_SHARED_CONFIG_FILE are not set
          hcloud           KooCLI configuration not found: HOME/.hcloud/config.json
          profile          profile file not found: HOME/.huaweicloud/credentials
          identity-center  no sign-in in HOME/.config/sts/identity-center.json
          pod-identity     HC_CONTAINER_CREDENTIALS_FULL_URI and HC_CONTAINER_AUTHORIZATION_TOKEN_FILE are not set
          ecs-metadata     ECS metadata is disabled by HUAWEICLOUD_STS_METADATA_DISABLED
          help: configure one of them, for example by `sts login`
        ");
        let in_json = Run::of(cloud.bare().args(["whoami", "--output", "json"]));
        assert_snapshot!(in_json.snapshot(), @r#"
        exit code Some(3)
        ---
        {"error":"GetCallerIdentity: no credential provider is configured; environment is not configured (HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set); oidc is not configured (HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN are not set); ci is not configured (HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN are not set); terraform is not configured (HW_ACCESS_KEY, HW_PROFILE and HW_SHARED_CONFIG_FILE are not set); hcloud is not configured (KooCLI configuration not found: HOME/.hcloud/config.json); profile is not configured (profile file not found: HOME/.huaweicloud/credentials); identity-center is not configured (no sign-in in HOME/.config/sts/identity-center.json); pod-identity is not configured (HC_CONTAINER_CREDENTIALS_FULL_URI and HC_CONTAINER_AUTHORIZATION_TOKEN_FILE are not set); ecs-metadata is not configured (ECS metadata is disabled by HUAWEICLOUD_STS_METADATA_DISABLED)","causes":[],"advice":"configure one of them, for example by `sts login`","kind":"Credentials"}
        "#);
        let unknown = cloud.run(&["whoami", "--provider", "unknown"]);
        assert_snapshot!(unknown.snapshot(), @r#"
        exit code Some(2)
        ---
        error: unknown provider "unknown"; expected one of: environment, oidc, ci, terraform, hcloud, profile, identity-center, pod-identity, ecs-metadata
        "#);
        let http = cloud.run(&["whoami", "--endpoint", "http://sts.example.com"]);
        assert_snapshot!(http.snapshot(), @r#"
        exit code Some(2)
        ---
        error: --endpoint: invalid endpoint "http://sts.example.com": plain http is allowed for loopback addresses only; use https
        "#);
        let closed = cloud.run(&["whoami", "--endpoint", "http://127.0.0.1:9"]);
        assert_snapshot!(closed.snapshot(), @"
        exit code Some(1)
        ---
        error: GetCallerIdentity: request failed: cannot connect (the request was not sent) after 3 attempts
          caused by: connecting to 127.0.0.1:PORT failed
          caused by: tcp connect error
          caused by: Connection refused (os error 111)
          help: run `sts doctor` to check endpoint, proxy and certificates
        ");
    });
}

#[test]
fn text_of_the_service_cannot_control_the_terminal() {
    let cloud = Cloud::start();
    let url = responding(
        r#"{"account_id":"a\u001b[2Jb\nid  c","principal_urn":"\u202ed\u009b1m","principal_id":"e"}"#,
    );
    let run = cloud.run(&["whoami", "--endpoint", &url]);
    assert_snapshot!(run.snapshot(), @r"
    exit code Some(0)
    account     a\u{1b}[2Jb\u{a}id  c
    principal   \u{202e}d\u{9b}1m
    id          e
    access key  HSTAEMULATOR00000001
    provider    environment
    expires at  never
    ---
    ");
}

#[test]
fn the_exit_code_does_not_depend_on_the_reader() {
    let cloud = Cloud::start();
    assert_eq!(Run::code_without_reader(&mut cloud.sts(&["whoami"])), Some(0));
    assert_eq!(Run::code_without_reader(&mut cloud.sts(&["assume", "demo"])), Some(0));
    let doctor = &["doctor", "--endpoint", "http://127.0.0.1:9"];
    assert_eq!(Run::code_without_reader(&mut cloud.sts(doctor)), Some(1));
    let rejected = &["request", "--output", "json", &cloud.url("/v5/none")];
    assert_eq!(Run::code_without_reader(&mut cloud.sts(rejected)), Some(1));
    // Its variables are lost.
    assert_eq!(Run::code_without_reader(&mut cloud.sts(&["serve", "--agency", "demo"])), Some(1));
}
