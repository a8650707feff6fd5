//! `sts providers`.

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use insta::assert_snapshot;
use serde_json::json;
use sts_emulator::Emulator;

use crate::support::{Cloud, Run, with_filters};

#[cfg(target_os = "linux")]
#[test]
fn lines_in_a_pipe_are_not_broken() {
    let cloud = Cloud::start();
    let variables = cloud.sts(&[]);
    let mut command = Command::new("script");
    let lines = format!("stty cols 40; {} providers | cat", env!("CARGO_BIN_EXE_sts"));
    command
        .args(["--quiet", "--return", "--echo", "never", "--command", &lines, "/dev/null"])
        .env_clear()
        .envs(variables.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let run = Run::of(&mut command);
    assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 9), "{run:?}");
}

#[test]
fn an_invalid_endpoint_is_not_a_missing_one() {
    let cloud = Cloud::start();
    for arguments in [&["providers"][..], &["providers", "--probe"]] {
        let mut command = cloud.sts(arguments);
        let run = Run::of(command.env("HUAWEICLOUD_SDK_STS_ENDPOINT", "https://::"));
        assert_eq!((run.code, run.stderr.contains("invalid endpoint")), (Some(2), true), "{run:?}");
    }
}

#[test]
fn it_lists_what_each_provider_lacks() {
    let cloud = Cloud::start();
    with_filters(|| {
        assert_snapshot!(cloud.run(&["providers"]).snapshot(), @"
        exit code Some(0)
        * environment      configured
          oidc             not configured  HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN are not set
          ci               not configured  HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN are not set
          terraform        not configured  HW_ACCESS_KEY, HW_PROFILE and HW_SHARED_CONFIG_FILE are not set
          hcloud           not configured  KooCLI configuration not found: HOME/.hcloud/config.json
          profile          not configured  profile file not found: HOME/.huaweicloud/credentials
          identity-center  not configured  no sign-in in HOME/.config/sts/identity-center.json
          pod-identity     not configured  HC_CONTAINER_CREDENTIALS_FULL_URI and HC_CONTAINER_AUTHORIZATION_TOKEN_FILE are not set
          ecs-metadata     not configured  ECS metadata is disabled by HUAWEICLOUD_STS_METADATA_DISABLED
        ---
        ");
        assert_snapshot!(cloud.run(&["providers", "--output", "json"]).snapshot(), @r#"
        exit code Some(0)
        [{"provider":"environment","state":"configured","reason":null,"used":true,"access_key_id":null,"expires_at":null},{"provider":"oidc","state":"not_configured","reason":"HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN are not set","used":false,"access_key_id":null,"expires_at":null},{"provider":"ci","state":"not_configured","reason":"HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN are not set","used":false,"access_key_id":null,"expires_at":null},{"provider":"terraform","state":"not_configured","reason":"HW_ACCESS_KEY, HW_PROFILE and HW_SHARED_CONFIG_FILE are not set","used":false,"access_key_id":null,"expires_at":null},{"provider":"hcloud","state":"not_configured","reason":"KooCLI configuration not found: HOME/.hcloud/config.json","used":false,"access_key_id":null,"expires_at":null},{"provider":"profile","state":"not_configured","reason":"profile file not found: HOME/.huaweicloud/credentials","used":false,"access_key_id":null,"expires_at":null},{"provider":"identity-center","state":"not_configured","reason":"no sign-in in HOME/.config/sts/identity-center.json","used":false,"access_key_id":null,"expires_at":null},{"provider":"pod-identity","state":"not_configured","reason":"HC_CONTAINER_CREDENTIALS_FULL_URI and HC_CONTAINER_AUTHORIZATION_TOKEN_FILE are not set","used":false,"access_key_id":null,"expires_at":null},{"provider":"ecs-metadata","state":"not_configured","reason":"ECS metadata is disabled by HUAWEICLOUD_STS_METADATA_DISABLED","used":false,"access_key_id":null,"expires_at":null}]
        ---
        "#);
        let narrow = Run::of(cloud.bare().args(["providers"]).env("COLUMNS", "40"));
        assert_snapshot!(narrow.snapshot(), @"
        exit code Some(3)
          environment      not configured
            HUAWEICLOUD_SDK_AK and
            HUAWEICLOUD_SDK_SK are not set
          oidc             not configured
            HUAWEICLOUD_OIDC_PROVIDER_URN and
            HUAWEICLOUD_OIDC_AGENCY_URN are not
            set
          ci               not configured
            HUAWEICLOUD_OIDC_PROVIDER_URN and
            HUAWEICLOUD_OIDC_AGENCY_URN are not
            set
          terraform        not configured
            HW_ACCESS_KEY, HW_PROFILE and
            HW_SHARED_CONFIG_FILE are not set
          hcloud           not configured
            KooCLI configuration not found:
            HOME/.hcloud/config.json
          profile          not configured
            profile file not found:
            HOME/.huaweicloud/credentials
          identity-center  not configured
            no sign-in in
            HOME/.config/sts/identity-center.json
          pod-identity     not configured
            HC_CONTAINER_CREDENTIALS_FULL_URI
            and
            HC_CONTAINER_AUTHORIZATION_TOKEN_FILE
            are not set
          ecs-metadata     not configured
            ECS metadata is disabled by
            HUAWEICLOUD_STS_METADATA_DISABLED
        ---
        error: no credential provider is configured
        ");
    });
}

/// Variables of an agency that is assumed with an ID token.
fn with_oidc(command: &mut Command) -> &mut Command {
    command
        .env("HUAWEICLOUD_OIDC_PROVIDER_URN", "iam::0a1b:oidcProvider:p")
        .env("HUAWEICLOUD_OIDC_AGENCY_URN", "iam::0a1b:agency:a")
        .env("HUAWEICLOUD_OIDC_ID_TOKEN", "header.claims.signature")
}

#[test]
fn it_needs_no_endpoint() {
    let cloud = Cloud::start();
    with_filters(|| {
        let mut command = cloud.bare();
        command.arg("providers");
        command.env_remove("HUAWEICLOUD_SDK_STS_ENDPOINT");
        command.env_remove("HUAWEICLOUD_STS_METADATA_DISABLED");
        assert_snapshot!(Run::of(with_oidc(&mut command)).snapshot(), @"
        exit code Some(0)
          environment      not configured  HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set
        * oidc             configured
          ci               not configured  ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set; a CI job has them with the permission `id-token: write` (in Forgejo, `enable-openid-connect: true`), unless it runs for a pull request from a fork
          terraform        not configured  HW_ACCESS_KEY, HW_PROFILE and HW_SHARED_CONFIG_FILE are not set
          hcloud           not configured  KooCLI configuration not found: HOME/.hcloud/config.json
          profile          not configured  profile file not found: HOME/.huaweicloud/credentials
          identity-center  not configured  no sign-in in HOME/.config/sts/identity-center.json
          pod-identity     not configured  HC_CONTAINER_CREDENTIALS_FULL_URI and HC_CONTAINER_AUTHORIZATION_TOKEN_FILE are not set
          ecs-metadata     unknown         only a request shows it; use --probe
        ---
        ");
        command.arg("--probe");
        assert_snapshot!(Run::of(&mut command).snapshot(), @"
        exit code Some(2)
          environment      not configured  HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set
          oidc             failed          no credentials from the service: AssumeAgencyWithOIDC: the client has no endpoint
          ci               not asked
          terraform        not asked
          hcloud           not asked
          profile          not asked
          identity-center  not asked
          pod-identity     not asked
          ecs-metadata     not asked
        ---
        error: provider oidc is configured but failed
          caused by: no credentials from the service
          caused by: AssumeAgencyWithOIDC: the client has no endpoint
          help: pass --region or --endpoint
        ");
    });
}

#[test]
fn a_provider_that_only_a_request_can_find_is_not_shown_as_used() {
    let cloud = Cloud::start();
    for selected in [&[][..], &["--provider", "ecs-metadata"]] {
        let run = |arguments: &[&str]| {
            let mut command = cloud.bare();
            command.arg("providers").args(selected).args(arguments);
            Run::of(command.env_remove("HUAWEICLOUD_STS_METADATA_DISABLED"))
        };
        let text = run(&[]);
        assert_eq!(text.code, Some(0), "{text:?}");
        assert!(!text.stdout.contains('*'), "{text:?}");
        let expected = "? ecs-metadata     unknown         only a request shows it; use --probe";
        assert_eq!(text.stdout.lines().last(), Some(expected));

        let json = run(&["--output", "json"]);
        assert_eq!(json.code, Some(0), "{json:?}");
        let rows: Vec<serde_json::Value> = serde_json::from_str(&json.stdout).unwrap();
        for row in rows {
            let is_unknown = row["provider"] == "ecs-metadata";
            let expected = if is_unknown { json!(null) } else { json!(false) };
            assert_eq!(row["used"], expected, "{row}");
            assert_eq!(row["state"] == "unknown", is_unknown, "{row}");
        }
    }
}

#[test]
fn only_a_probe_sends_requests() {
    let requests = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&requests);
    let cloud = Cloud::of(Emulator::builder().on_request(move |_| {
        seen.fetch_add(1, Ordering::Relaxed);
    }));
    let mut command = cloud.bare();
    let listed = Run::of(with_oidc(command.arg("providers")));
    assert_eq!((listed.code, requests.load(Ordering::Relaxed)), (Some(0), 0));
    Run::of(command.arg("--probe"));
    assert_eq!(requests.load(Ordering::Relaxed), 1, "the token is rejected");
}

#[test]
fn options_and_the_variable_select_a_provider() {
    let cloud = Cloud::start();
    let directory = cloud.home().join(".hcloud");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("config.json"), "{").unwrap();
    with_filters(|| {
        assert_snapshot!(cloud.run(&["providers", "--provider", "hcloud"]).snapshot(), @"
        exit code Some(3)
          environment      not asked
          oidc             not asked
          ci               not asked
          terraform        not asked
          hcloud           failed          KooCLI configuration HOME/.hcloud/config.json: is not JSON (line 1)
          profile          not asked
          identity-center  not asked
          pod-identity     not asked
          ecs-metadata     not asked
        ---
        error: provider hcloud is configured but failed
        ");
        assert_snapshot!(cloud.run(&["providers", "--profile", "work"]).snapshot(), @"
        exit code Some(3)
          hcloud  failed          KooCLI configuration HOME/.hcloud/config.json: is not JSON (line 1)
        ---
        error: provider hcloud is configured but failed
        ");
        let selected =
            Run::of(cloud.sts(&["providers"]).env("HUAWEICLOUD_STS_PROVIDER", "profile"));
        assert_snapshot!(selected.snapshot(), @"
        exit code Some(3)
          environment      not asked
          oidc             not asked
          ci               not asked
          terraform        not asked
          hcloud           not asked
          profile          not configured  profile file not found: HOME/.huaweicloud/credentials
          identity-center  not asked
          pod-identity     not asked
          ecs-metadata     not asked
        ---
        error: the selected provider profile is not configured
        ");
        let unknown = Run::of(cloud.sts(&["providers"]).env("HUAWEICLOUD_STS_PROVIDER", "profil"));
        assert_snapshot!(unknown.snapshot(), @"
        exit code Some(2)
        ---
        error: environment variable HUAWEICLOUD_STS_PROVIDER selects an unknown provider; expected one of: environment, oidc, ci, terraform, hcloud, profile, identity-center, pod-identity, ecs-metadata
        ");
    });
}

#[test]
fn a_probe_requests_credentials() {
    let cloud = Cloud::start();
    with_filters(|| {
        assert_snapshot!(cloud.run(&["providers", "--probe"]).snapshot(), @"
        exit code Some(0)
        * environment      used            access key HSTAEMULATOR00000001, does not expire
          oidc             not asked
          ci               not asked
          terraform        not asked
          hcloud           not asked
          profile          not asked
          identity-center  not asked
          pod-identity     not asked
          ecs-metadata     not asked
        ---
        ");
        let json = cloud.run(&["providers", "--probe", "--output", "json"]);
        assert_snapshot!(json.snapshot(), @r#"
        exit code Some(0)
        [{"provider":"environment","state":"used","reason":null,"used":true,"access_key_id":"HSTAEMULATOR00000001","expires_at":null},{"provider":"oidc","state":"not_asked","reason":null,"used":false,"access_key_id":null,"expires_at":null},{"provider":"ci","state":"not_asked","reason":null,"used":false,"access_key_id":null,"expires_at":null},{"provider":"terraform","state":"not_asked","reason":null,"used":false,"access_key_id":null,"expires_at":null},{"provider":"hcloud","state":"not_asked","reason":null,"used":false,"access_key_id":null,"expires_at":null},{"provider":"profile","state":"not_asked","reason":null,"used":false,"access_key_id":null,"expires_at":null},{"provider":"identity-center","state":"not_asked","reason":null,"used":false,"access_key_id":null,"expires_at":null},{"provider":"pod-identity","state":"not_asked","reason":null,"used":false,"access_key_id":null,"expires_at":null},{"provider":"ecs-metadata","state":"not_asked","reason":null,"used":false,"access_key_id":null,"expires_at":null}]
        ---
        "#);
        let nothing = Run::of(cloud.bare().args(["providers", "--probe"]));
        assert_snapshot!(nothing.snapshot(), @"
        exit code Some(3)
          environment      not configured  HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set
          oidc             not configured  HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN are not set
          ci               not configured  HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN are not set
          terraform        not configured  HW_ACCESS_KEY, HW_PROFILE and HW_SHARED_CONFIG_FILE are not set
          hcloud           not configured  KooCLI configuration not found: HOME/.hcloud/config.json
          profile          not configured  profile file not found: HOME/.huaweicloud/credentials
          identity-center  not configured  no sign-in in HOME/.config/sts/identity-center.json
          pod-identity     not configured  HC_CONTAINER_CREDENTIALS_FULL_URI and HC_CONTAINER_AUTHORIZATION_TOKEN_FILE are not set
          ecs-metadata     not configured  ECS metadata is disabled by HUAWEICLOUD_STS_METADATA_DISABLED
        ---
        error: no credential provider is configured
          help: configure one of them, for example by `sts login`
        ");
    });
}
