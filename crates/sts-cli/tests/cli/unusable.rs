//! Files, directories, names and outputs that cannot be used.

use std::fs::{self, File};
use std::process::Command;

use http::StatusCode;
use insta::assert_snapshot;
use sts_emulator::{Fault, Injection, builtin};

use crate::support::{Cloud, Run, with_filters};

#[test]
fn a_policy_may_begin_with_a_byte_order_mark() {
    let cloud = Cloud::start();
    let policy = cloud.home().join("policy.json");
    fs::write(&policy, "\u{feff}{\r\n\t\"Version\": \"5.0\", \"Statement\": []\r\n}\r\n").unwrap();
    let run = cloud.run(&["assume", "demo", "--policy", "policy.json"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

#[test]
fn options_exclude_each_other_on_both_sides_of_the_command() {
    let cloud = Cloud::start();
    for [one, other] in [
        [["--region", "cn-north-4"], ["--endpoint", "http://127.0.0.1:9"]],
        [["--profile", "work"], ["--provider", "environment"]],
    ] {
        for [before, after] in [[one, other], [other, one]] {
            let apart = [&before[..], &["whoami"], &after[..]].concat();
            let together = [&["whoami"], &before[..], &after[..]].concat();
            for arguments in [apart, together] {
                let run = cloud.run(&arguments);
                assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{arguments:?}");
                assert!(run.stderr.contains("cannot be used with"), "{}", run.stderr);
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn a_home_that_is_not_a_directory_contains_no_sign_in() {
    let cloud = Cloud::start();
    let run = Run::of(cloud.bare().env("HOME", "/dev/null").arg("logout"));
    assert_eq!((run.code, &*run.stdout, &*run.stderr), (Some(0), "not signed in\n", ""));
}

#[test]
fn large_files_are_not_read() {
    let cloud = Cloud::start();
    let large = File::create(cloud.home().join("large")).unwrap();
    large.set_len(1 << 40).unwrap();
    fs::write(cloud.home().join("latin"), b"{\"\xe9\":1}").unwrap();
    with_filters(|| {
        let run = |arguments: &[&str]| cloud.run(arguments).snapshot();
        assert_snapshot!(run(&["assume", builtin::AGENCY_URN, "--policy", "large"]), @"
        exit code Some(2)
        ---
        error: --policy large: exceeds 4 MiB
        ");
        assert_snapshot!(run(&["assume", builtin::AGENCY_URN, "--policy", "latin"]), @"
        exit code Some(2)
        ---
        error: --policy latin: not valid UTF-8
        ");
        assert_snapshot!(run(&["whoami", "--ca-file", "large"]), @"
        exit code Some(2)
        ---
        error: --ca-file large: exceeds 4 MiB
        ");
    });
}

#[test]
fn a_file_without_certificates_is_named() {
    let cloud = Cloud::start();
    fs::write(cloud.home().join("ca.pem"), "").unwrap();
    with_filters(|| {
        assert_snapshot!(cloud.run(&["whoami", "--ca-file", "ca.pem"]).snapshot(), @"
        exit code Some(2)
        ---
        error: invalid root certificate
          caused by: line 1: the text is empty
          help: check --ca-file ca.pem
        ");
    });
}

#[test]
fn a_cache_directory_that_cannot_be_used_is_a_usage_error() {
    let cloud = Cloud::start();
    let mut command = cloud.sts(&["assume", builtin::AGENCY_URN, "--cache"]);
    let run = Run::of(command.env("XDG_CACHE_HOME", "/dev/null"));
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"[A-Za-z0-9_-]{43}\.json", "KEY.json");
    settings.bind(|| {
        with_filters(|| {
            assert_snapshot!(run.snapshot(), @"
    exit code Some(2)
    ---
    error: cannot read the credential cache /dev/null/sts/KEY.json
      caused by: Not a directory (os error 20)
    ");
        });
    });
}

#[test]
fn a_directory_for_the_secret_that_cannot_be_used_is_named() {
    let cloud = Cloud::start();
    let mut command = cloud.sts(&["exec", "--agency", "demo", "--serve", "--", "true"]);
    let run = Run::of(command.env("TMPDIR", "/dev/null"));
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"sts-\w{6}", "sts-RANDOM");
    settings.bind(|| {
        with_filters(|| {
            assert_snapshot!(run.snapshot(), @r#"
    exit code Some(1)
    ---
    error: cannot create the file of the secret
      caused by: Not a directory (os error 20) at path "/dev/null/sts-RANDOM"
      help: set XDG_RUNTIME_DIR, or else TMPDIR, to a directory that you can write
    "#);
        });
    });
}

#[test]
fn names_of_commands_are_quoted() {
    let cloud = Cloud::start();
    with_filters(|| {
        assert_snapshot!(cloud.run(&["exec", "--", ""]).snapshot(), @r#"
        exit code Some(127)
        ---
        error: cannot run "": No such file or directory (os error 2)
          help: check the name of the command, and PATH
        "#);
        assert_snapshot!(cloud.run(&["exec", "--", "\u{1b}[2Jx"]).snapshot(), @r#"
        exit code Some(127)
        ---
        error: cannot run "\u{1b}[2Jx": No such file or directory (os error 2)
          help: check the name of the command, and PATH
        "#);
    });
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_reported() {
    let cloud = Cloud::start();
    let mut command = cloud.sts(&["whoami"]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let child = command.stdout(full).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let run = Run::from(child.wait_with_output().unwrap());
    assert_snapshot!(run.snapshot(), @"
    exit code Some(1)
    ---
    error: cannot write the output: No space left on device (os error 28)
    ");
}

/// Sets the variables of credentials in JSON, which do not contain their expiration.
fn temporary(command: &mut Command, issued: &str) {
    let issued: serde_json::Value = serde_json::from_str(issued).unwrap();
    for (variable, field) in [
        ("HUAWEICLOUD_SDK_AK", "access_key_id"),
        ("HUAWEICLOUD_SDK_SK", "secret_access_key"),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "security_token"),
    ] {
        command.env(variable, issued[field].as_str().unwrap());
    }
}

#[test]
fn the_expiration_of_temporary_credentials_may_be_unknown() {
    let cloud = Cloud::start();
    let issued = cloud.run(&["assume", "demo", "--format", "json"]).stdout;
    let run = |arguments: &[&str]| {
        let mut command = cloud.bare();
        temporary(&mut command, &issued);
        Run::of(command.args(arguments)).stdout
    };
    let last = |text: String| text.lines().last().unwrap_or_default().to_owned();
    assert_eq!(last(run(&["whoami"])), "expires at  an unknown time");
    assert!(run(&["whoami", "--output", "json"]).contains(r#""expires_at":null"#));
    assert!(run(&["providers", "--probe"]).contains(", expires at an unknown time\n"));
    assert!(run(&["doctor"]).contains(", expires at an unknown time\n"));
}

#[test]
fn credentials_of_unknown_expiration_are_not_served() {
    let cloud = Cloud::start();
    let issued = cloud.run(&["assume", "demo", "--format", "json"]).stdout;
    let mut command = cloud.bare();
    temporary(&mut command, &issued);
    let run = Run::of(command.args(["exec", "--serve", "--", "echo", "started"]));
    assert_snapshot!(run.snapshot(), @"
    exit code Some(2)
    ---
    error: the time at which the credentials expire is unknown, so they cannot be served; pass --agency to serve those of an agency
    ");
}

#[test]
fn a_port_without_tls_is_named() {
    let cloud = Cloud::start();
    let endpoint = cloud.emulator.url().replace("http://", "https://");
    let run = cloud.run(&["doctor", "--endpoint", &endpoint]);
    let help =
        "help: check the port: the program behind it, or a proxy on the way, does not use TLS";
    assert!(run.stdout.contains(help), "{}", run.stdout);
    assert_eq!(run.code, Some(1));
}

#[test]
fn a_sign_in_that_cannot_be_read_is_removed() {
    let cloud = Cloud::start();
    let file = cloud.home().join(".config/sts/identity-center.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "{").unwrap();
    with_filters(|| {
        assert_snapshot!(cloud.run(&["logout"]).snapshot(), @"
    exit code Some(1)
    ---
    error: cannot read the sign-in in HOME/.config/sts/identity-center.json
      caused by: the file can be accessed by other users; set its mode to 0600 or remove it
      help: the file was removed; the access token in it stays valid until it expires
    ");
    });
    assert!(!file.exists());
}

#[test]
fn a_setting_that_a_form_cannot_express_is_a_usage_error() {
    let cloud = Cloud::start();
    let mut command = cloud.sts(&["assume", "demo", "--format", "dotenv"]);
    let run = Run::of(command.env("HUAWEICLOUD_SDK_REGION_ID", "x\ny"));
    assert_snapshot!(run.snapshot(), @"
    exit code Some(2)
    ---
    error: HUAWEICLOUD_SDK_REGION_ID cannot be written in this form; use --format json
    ");
}

#[test]
fn a_locked_access_key_and_an_outage_have_an_advice() {
    let cloud = Cloud::start();
    let whoami = |secret_key: &str| {
        Run::of(cloud.sts(&["whoami"]).env("HUAWEICLOUD_SDK_SK", secret_key)).stderr
    };
    for _ in 0..6 {
        assert!(whoami("wrong").contains("help: check the access key and the secret key;"));
    }
    let locked = whoami(builtin::SECRET_ACCESS_KEY);
    let help = "help: correct the secret key, and do not use this access key for five minutes\n";
    assert!(locked.ends_with(help), "{locked}");
    cloud
        .emulator
        .faults()
        .inject(Injection::new(Fault::ServerError(StatusCode::SERVICE_UNAVAILABLE)));
    let outage = cloud.run(&["doctor"]).stdout;
    assert!(outage.ends_with("help: try again later\n"), "{outage}");
}

#[test]
fn the_wait_that_the_service_requests_is_named() {
    let cloud = Cloud::start();
    cloud.emulator.faults().inject(Fault::Throttling { retry_after: Some(3600) });
    let help = "\n  help: try again in 3600 s\n";
    let whoami = cloud.run(&["whoami"]);
    assert!(whoami.stderr.ends_with(help), "{whoami:?}");
    let json = cloud.run(&["whoami", "--output", "json"]);
    assert!(json.stderr.contains(r#""advice":"try again in 3600 s""#), "{json:?}");
    let request = cloud.run(&["request", &cloud.url("/v5/caller-identity")]);
    assert!(request.stderr.ends_with(help), "{request:?}");
}

#[test]
fn a_wait_that_only_the_program_makes_is_not_named() {
    let cloud = Cloud::start();
    let token = cloud.home().join("pod-token");
    fs::write(&token, "token").unwrap();
    // The credentials are requested from a service, so the session waits as well.
    let whoami = |fault| {
        cloud.emulator.faults().inject(fault);
        let mut command = cloud.bare();
        command
            .env("HC_CONTAINER_CREDENTIALS_FULL_URI", cloud.url("/v5/agencies/assume"))
            .env("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", &token)
            .arg("whoami");
        let run = Run::of(&mut command);
        cloud.emulator.faults().clear();
        run.stderr
    };
    let outage = whoami(Injection::new(Fault::ServerError(StatusCode::SERVICE_UNAVAILABLE)));
    assert!(outage.ends_with("\n  help: try again later\n"), "{outage}");
    let throttled = |seconds| whoami(Fault::Throttling { retry_after: Some(seconds) }.into());
    let hour = throttled(3600);
    assert!(hour.ends_with("\n  help: try again in 3600 s\n"), "{hour}");
    let none = throttled(0);
    assert!(none.ends_with("\n  help: try again later\n"), "{none}");
}
