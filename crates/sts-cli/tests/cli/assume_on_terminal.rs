//! `sts assume` on a terminal: MFA codes, and secrets that are not printed.

use std::io::Write as _;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use sts_emulator::{Config, Emulator};

use crate::support::{Cloud, Run, with_all_filters};

const ACCOUNT: &str = r#"
    [[accounts]]
    id = "00112233445566778899aabbccddeeff"
    [[accounts.users]]
    name = "alice"
    access_keys = [{ access_key_id = "HSTAEMULATOR00000001", secret_access_key = "emulator-secret-key" }]
    mfa_devices = [{ serial_number = "iam::00112233445566778899aabbccddeeff:mfa:alice", code = "123456" }]
    [[accounts.agencies]]
    name = "admin"
    mfa = true
"#;
const SERIAL: &str = "iam::00112233445566778899aabbccddeeff:mfa:alice";

fn cloud_with_mfa() -> Cloud {
    Cloud::of(Emulator::builder().config(ACCOUNT.parse::<Config>().unwrap()))
}

/// Runs a shell command on a terminal of its own, whose output is the result, and enters `input`.
fn on_terminal(cloud: &Cloud, line: &str, input: &str) -> Run {
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--echo", "never", "--command", line, "/dev/null"]);
    let variables = cloud.sts(&[]);
    command.env_clear().envs(variables.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("STS", env!("CARGO_BIN_EXE_sts")).current_dir(cloud.home());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap().replace('\r', ""),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn secrets_are_not_printed_to_a_terminal() {
    let cloud = Cloud::start();
    with_all_filters(|| {
        let hidden = on_terminal(&cloud, r#"NO_COLOR=1 "$STS" assume demo"#, "");
        assert_snapshot!(hidden.snapshot(), @r#"
        exit code Some(2)
        error: secrets are not printed to a terminal
          help: redirect the output, use `eval "$(sts assume …)"` or `sts exec`, or pass --show
        ---
        "#);
        let shown = on_terminal(&cloud, r#""$STS" assume demo --show"#, "");
        assert_eq!(shown.code, Some(0), "{shown:?}");
        assert!(shown.stdout.contains("export HUAWEICLOUD_SDK_SK='"), "{shown:?}");
    });
}

#[test]
fn the_mfa_code_is_requested_on_the_terminal() {
    let cloud = cloud_with_mfa();
    let line =
        format!(r#"umask 077; "$STS" assume admin --mfa-serial {SERIAL} --format process > out"#);
    with_all_filters(|| {
        let run = on_terminal(&cloud, &line, "123456\n");
        assert_snapshot!(run.snapshot(), @"
        exit code Some(0)
        Code of the MFA device iam::HEX:mfa:alice: ---
        ");
        let output = std::fs::read_to_string(cloud.home().join("out")).unwrap();
        assert!(output.starts_with(r#"{"Version":1,"#), "{output}");
        assert_eq!(on_terminal(&cloud, &line, "654321\n").code, Some(1));
        assert_snapshot!(on_terminal(&cloud, &line, "12\n").snapshot(), @"
        exit code Some(2)
        Code of the MFA device iam::HEX:mfa:alice: error: invalid AssumeAgency request: token_code must be six digits (given: 2 characters)
        ---
        ");
    });
}

#[test]
fn cached_credentials_need_no_code() {
    let cloud = cloud_with_mfa();
    let line =
        format!(r#""$STS" assume admin --cache --mfa-serial {SERIAL} --format process > out"#);
    let first = on_terminal(&cloud, &line, "123456\n");
    assert!(first.stdout.contains("Code of the MFA device"), "{first:?}");
    let output = std::fs::read_to_string(cloud.home().join("out")).unwrap();
    let again =
        cloud.run(&["assume", "admin", "--cache", "--mfa-serial", SERIAL, "--format", "process"]);
    assert_eq!((again.code, again.stdout), (Some(0), output));
}

#[test]
fn without_a_terminal_there_is_no_mfa_code() {
    let cloud = cloud_with_mfa();
    let mut command = Command::new("setsid");
    let variables = cloud.sts(&[]);
    command
        .args(["--wait", env!("CARGO_BIN_EXE_sts"), "assume", "admin", "--mfa-serial", SERIAL])
        .env_clear()
        .envs(variables.get_envs().filter_map(|(name, value)| Some((name, value?))));
    with_all_filters(|| {
        assert_snapshot!(Run::of(&mut command).snapshot(), @"
        exit code Some(2)
        ---
        error: cannot ask for the MFA code on the terminal
          caused by: this process has no terminal: No such device or address (os error 6)
        ");
    });
}
