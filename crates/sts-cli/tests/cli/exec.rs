//! `sts exec`.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use sts_emulator::builtin;

use crate::support::{Cloud, Run, with_filters};

const STS: &str = env!("CARGO_BIN_EXE_sts");

#[test]
fn the_command_gets_the_credentials_and_no_conflicting_variable() {
    let cloud = Cloud::start();
    let names = "env | grep -E '^(HUAWEICLOUD|HW|HC|OS|OBS|AWS)_' | cut -d= -f1 | sort";
    let mut command = cloud.sts(&["exec", "--agency", "demo", "--", "sh", "-c", names]);
    command.env("HUAWEICLOUD_SDK_REGION_ID", "cn-north-4");
    for conflicting in [
        "AWS_PROFILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "HC_CONTAINER_CREDENTIALS_FULL_URI",
        "HUAWEICLOUD_OIDC_AGENCY_URN",
        "HUAWEICLOUD_SDK_CREDENTIALS_FILE",
        "HUAWEICLOUD_SDK_IDP_ID",
        "HW_ASSUME_ROLE_AGENCY_NAME",
        "HW_AUTH_TOKEN",
        "HW_PROFILE",
        "OS_ACCESS_KEY",
    ] {
        command.env(conflicting, "another");
    }
    with_filters(|| {
        assert_snapshot!(Run::of(&mut command).snapshot(), @"
    exit code Some(0)
    AWS_ACCESS_KEY_ID
    AWS_CREDENTIAL_EXPIRATION
    AWS_DEFAULT_REGION
    AWS_REGION
    AWS_SECRET_ACCESS_KEY
    AWS_SESSION_TOKEN
    HUAWEICLOUD_SDK_AK
    HUAWEICLOUD_SDK_IAM_ENDPOINT
    HUAWEICLOUD_SDK_REGION_ID
    HUAWEICLOUD_SDK_SECURITY_TOKEN
    HUAWEICLOUD_SDK_SK
    HUAWEICLOUD_SDK_STS_ENDPOINT
    HUAWEICLOUD_STS_METADATA_DISABLED
    HW_ACCESS_KEY
    HW_REGION_NAME
    HW_SECRET_KEY
    HW_SECURITY_TOKEN
    OBS_ACCESS_KEY_ID
    OBS_SECRET_ACCESS_KEY
    OBS_SECURITY_TOKEN
    ---
    ");
    });
}

#[test]
fn the_command_is_the_session_of_the_agency() {
    let cloud = Cloud::start();
    with_filters(|| {
        let agency =
            cloud.run(&["exec", "--agency", "demo", "--session-name", "me", "--", STS, "whoami"]);
        assert!(agency.stdout.contains(":assumed-agency:demo/me"), "{agency:?}");
        let own = cloud.run(&["exec", "--", STS, "whoami"]);
        assert!(own.stdout.contains(":user:emulator"), "{own:?}");
    });
}

#[test]
fn options_of_the_place_are_passed_on() {
    let cloud = Cloud::start();
    let values = "echo $HUAWEICLOUD_SDK_STS_ENDPOINT $HW_REGION_NAME";
    let without = Run::of(&mut cloud.without_endpoint(&["exec", "--", "sh", "-c", values]));
    assert_eq!((without.code, without.stdout.as_str()), (Some(0), "\n"), "no endpoint is needed");
    let mut endpoint = cloud.bare();
    endpoint
        .env_remove("HUAWEICLOUD_SDK_STS_ENDPOINT")
        .env("HUAWEICLOUD_SDK_AK", builtin::ACCESS_KEY_ID)
        .env("HUAWEICLOUD_SDK_SK", builtin::SECRET_ACCESS_KEY)
        .args(["exec", "--endpoint", cloud.emulator.url(), "--", "sh", "-c", values]);
    assert_eq!(Run::of(&mut endpoint).stdout, format!("{}\n", cloud.emulator.url()));
    let region = cloud.run(&["exec", "--region", "ap-southeast-3", "--", "sh", "-c", values]);
    assert_eq!(region.stdout, "ap-southeast-3\n", "the inherited endpoint does not apply");
}

#[test]
fn ids_of_another_account_are_replaced() {
    let cloud = Cloud::start();
    let ids = "echo $HUAWEICLOUD_SDK_DOMAIN_ID $HUAWEICLOUD_SDK_PROJECT_ID";
    let shown = |domain: &str, agency: &[&str]| {
        let mut command = cloud.sts(&[&["exec"], agency, &["--", "sh", "-c", ids]].concat());
        command.env("HUAWEICLOUD_SDK_DOMAIN_ID", domain).env("HUAWEICLOUD_SDK_PROJECT_ID", "p");
        Run::of(&mut command).stdout
    };
    let demo = ["--agency", "demo"];
    assert_eq!(shown("another", &demo), format!("{}\n", builtin::ACCOUNT_ID));
    assert_eq!(shown("another", &["--agency", "demo", "--serve"]), shown("another", &demo));
    assert_eq!(shown(builtin::ACCOUNT_ID, &demo), format!("{} p\n", builtin::ACCOUNT_ID));
    assert_eq!(shown("", &demo), " p\n".trim_start(), "nothing is known about the project");
    assert_eq!(shown("another", &[]), "another p\n", "the credentials are those of the caller");
}

#[test]
fn endpoints_of_a_local_server_are_removed_with_its_secrets() {
    let cloud = Cloud::start();
    let endpoints = "echo $HUAWEICLOUD_SDK_IAM_ENDPOINT $HUAWEICLOUD_SDK_STS_ENDPOINT";
    let arguments = ["exec", "--provider", "environment", "--", "sh", "-c", endpoints];
    let mut parent = cloud.sts(&arguments);
    let url = cloud.emulator.url();
    assert_eq!(Run::of(&mut parent).stdout, format!("{url} {url}\n"));
    parent
        .env("HUAWEICLOUD_SDK_IDP_ID", "sts-local")
        .env("HUAWEICLOUD_OIDC_PROVIDER_URN", "iam::local:oidcProvider:sts-local");
    let run = Run::of(&mut parent);
    assert_eq!(run.stdout, "\n", "{run:?}");
}

#[test]
fn the_exit_code_is_that_of_the_command() {
    let cloud = Cloud::start();
    let code = |words: &[&str]| {
        let mut arguments = vec!["exec", "--"];
        arguments.extend(words);
        cloud.sts(&arguments).output().unwrap().status
    };
    assert_eq!(code(&["true"]).code(), Some(0));
    assert_eq!(code(&["sh", "-c", "exit 7"]).code(), Some(7));
    assert_eq!(code(&["sh", "-c", "kill -TERM $$"]).signal(), Some(15));
    let file = cloud.home().join("file");
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    with_filters(|| {
        let missing = cloud.run(&["exec", "--", "no-such-program"]);
        assert_snapshot!(missing.snapshot(), @r#"
        exit code Some(127)
        ---
        error: cannot run "no-such-program": No such file or directory (os error 2)
          help: check the name of the command, and PATH
        "#);
        let not_executable = cloud.run(&["exec", "--", "./file"]);
        assert_snapshot!(not_executable.snapshot(), @r#"
        exit code Some(126)
        ---
        error: cannot run "./file": Permission denied (os error 13)
        "#);
    });
}

#[test]
fn words_after_two_hyphens_belong_to_the_command() {
    let cloud = Cloud::start();
    let echo = cloud.run(&["exec", "--", "echo", "--output", "json", "--", "-v"]);
    assert_eq!(echo.stdout, "--output json -- -v\n");
    with_filters(|| {
        assert_snapshot!(cloud.run(&["exec", "echo"]).snapshot(), @"
        exit code Some(2)
        ---
        error: unexpected argument 'echo' found

        Usage: sts exec [OPTIONS] -- <COMMAND>...

        For more information, try '--help'.
        ");
        assert_snapshot!(cloud.run(&["exec", "--agency", "demo"]).snapshot(), @"
        exit code Some(2)
        ---
        error: the following required arguments were not provided:
          <COMMAND>...

        Usage: sts exec --agency <URN|NAME> -- <COMMAND>...

        For more information, try '--help'.
        ");
        assert_snapshot!(cloud.run(&["exec", "--duration", "1h", "--", "true"]).snapshot(), @"
        exit code Some(2)
        ---
        error: the following required arguments were not provided:
          --agency <URN|NAME>

        Usage: sts exec --agency <URN|NAME> --duration <DURATION> -- <COMMAND>...

        For more information, try '--help'.
        ");
    });
}

#[test]
fn failures_come_before_the_command() {
    let cloud = Cloud::start();
    let forbidden = cloud.run(&["exec", "--agency", "forbidden", "--", "echo", "started"]);
    assert_eq!((forbidden.code, forbidden.stdout.as_str()), (Some(1), ""), "{forbidden:?}");
    assert!(forbidden.stderr.contains("\nsts decode "), "{forbidden:?}");
    let mut command = cloud.bare();
    let without = Run::of(command.args(["exec", "--", "echo", "started"]));
    assert_eq!((without.code, without.stdout.as_str()), (Some(3), ""), "{without:?}");
}

#[test]
fn signals_reach_the_command() {
    let cloud = Cloud::start();
    let script = "trap 'echo caught; exit 5' TERM; echo ready; while :; do sleep 0.05; done";
    let mut child = cloud
        .sts(&["exec", "--agency", "demo", "--", "sh", "-c", script])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    let kill = format!("kill -TERM {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!((child.wait().unwrap().code(), rest.as_str()), (Some(5), "caught\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn no_secret_is_an_argument() {
    let cloud = Cloud::start();
    let script =
        "echo $HUAWEICLOUD_SDK_SK; echo $OBS_SECURITY_TOKEN; tr '\\0' '\\n' < /proc/$$/cmdline";
    let run = cloud.run(&["exec", "--agency", "demo", "--", "sh", "-c", script]);
    let lines: Vec<_> = run.stdout.lines().collect();
    let [secret, token, arguments @ ..] = lines.as_slice() else { panic!("{run:?}") };
    assert!(secret.len() > 20 && token.len() > 100, "{run:?}");
    assert_eq!(arguments, ["sh", "-c", script]);
}
