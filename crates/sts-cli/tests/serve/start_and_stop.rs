//! Start, output and end.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use sts_emulator::{Config, Emulator, builtin};

use crate::server::Server;
use crate::support::{Cloud, Run};

fn entries(directory: &Path) -> usize {
    std::fs::read_dir(directory).unwrap().count()
}

#[test]
fn signals_end_it_and_remove_its_files() {
    let cloud = Cloud::start();
    for signal in ["TERM", "INT", "HUP"] {
        let mut server = Server::start(&cloud);
        server.credentials();
        assert_eq!(entries(&server.files), 1);
        // A client that does not read does not delay the end.
        let _open = server.connect();
        let (status, stderr) = server.stop(signal);
        assert_eq!(status.code(), Some(0), "{signal}: {stderr}");
        assert!(stderr.contains("serving on http://127.0.0.1:"), "{stderr}");
        assert_eq!(entries(&server.files), 0, "{signal}");
    }
}

#[test]
fn the_secret_is_for_this_user_alone() {
    let cloud = Cloud::start();
    let server = Server::start(&cloud);
    let file = Path::new(server.variable("HUAWEICLOUD_SDK_ID_TOKEN_FILE"));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(file), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    let secret = server.secret();
    assert_eq!(secret.trim(), secret);
    assert_eq!(secret.len(), 43, "256 bits");
    let others = Server::start(&cloud);
    assert_ne!(others.secret(), secret);
    // Its half is a secret too.
    let (half, _) = secret.split_at(secret.len() / 2);
    let command_line = std::fs::read(format!("/proc/{}/cmdline", server.pid()));
    if let Ok(command_line) = command_line {
        assert!(!String::from_utf8_lossy(&command_line).contains(half));
    }
}

#[test]
fn the_secret_is_not_printed() {
    let cloud = Cloud::start();
    let arguments = ["serve", "-v", "--agency", "demo", "--format", "json"];
    let mut server = Server::of(&cloud, cloud.sts(&arguments));
    let secret = server.secret();
    server.credentials();
    let (host, authorization) = (server.address.to_string(), format!("Bearer {secret}"));
    for line in ["GET /container-credentials", "GET /"] {
        server.request(line, &[("Host", &host), ("Authorization", &authorization)], "");
    }
    let stdout = format!("{:?}", server.variables());
    let (_, stderr) = server.stop("TERM");
    let (half, _) = secret.split_at(secret.len() / 2);
    for printed in [stdout, stderr] {
        assert!(!printed.contains(half), "{printed}");
    }
}

#[test]
fn the_account_of_the_agency_is_known_and_parents_are_not_inherited() {
    let cloud = Cloud::start();
    let server = Server::start(&cloud);
    assert_eq!(server.variable("HUAWEICLOUD_SDK_DOMAIN_ID"), builtin::ACCOUNT_ID);
    for name in ["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_OIDC_ID_TOKEN"] {
        assert_eq!(server.variables()[name], None, "{name}");
    }
    assert!(!server.variables().contains_key("HUAWEICLOUD_SDK_PROJECT_ID"));
    assert_eq!(server.variable("no_proxy"), "127.0.0.1,localhost,::1");
}

#[test]
fn other_machines_are_a_usage_error() {
    let cloud = Cloud::start();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8080", "localhost:0", "127.0.0.1"] {
        let run = cloud.run(&["serve", "--listen", address]);
        assert_eq!(run.code, Some(2), "{address}: {}", run.stderr);
        assert!(run.stderr.contains("--listen"), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn it_does_not_start_without_temporary_credentials() {
    let cloud = Cloud::start();
    let permanent = cloud.run(&["serve"]);
    assert_eq!(permanent.code, Some(2), "{}", permanent.stderr);
    assert!(permanent.stderr.contains("pass --agency"), "{}", permanent.stderr);
    let forbidden = cloud.run(&["serve", "--agency", builtin::FORBIDDEN_AGENCY_URN]);
    assert_eq!(forbidden.code, Some(1), "{}", forbidden.stderr);
    let without = Run::of(cloud.bare().arg("serve"));
    assert_eq!(without.code, Some(3), "{}", without.stderr);
    let invalid = cloud.run(&["serve", "--agency", "a:b"]);
    assert_eq!(invalid.code, Some(2), "{}", invalid.stderr);
    for run in [permanent, forbidden, without, invalid] {
        assert_eq!(run.stdout, "", "variables are printed only when it is ready");
    }
}

#[test]
fn a_used_port_is_a_failure() {
    let cloud = Cloud::start();
    let server = Server::start(&cloud);
    let address = server.address.to_string();
    let run = cloud.run(&["serve", "--agency", "demo", "--listen", &address]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains(&address), "{}", run.stderr);
}

#[test]
fn a_chain_of_agencies_is_assumed_in_order() {
    let cloud = Cloud::start();
    let arguments =
        ["serve", "--agency", "demo", "--agency", builtin::AGENCY_URN, "--format", "json"];
    let server = Server::of(&cloud, cloud.sts(&arguments));
    assert!(server.credentials()["Token"].is_string());
}

#[test]
fn short_lived_credentials_cause_one_warning() {
    let cloud = Cloud::start();
    let arguments = ["serve", "--agency", "demo", "--duration", "15m", "--format", "json"];
    let mut server = Server::of(&cloud, cloud.sts(&arguments));
    server.credentials();
    server.credentials();
    let (_, stderr) = server.stop("TERM");
    assert_eq!(stderr.matches("warning: ").count(), 1, "{stderr}");
    assert!(!stderr.contains(&*server.variables()["HUAWEICLOUD_SDK_IDP_ID"].clone().unwrap()));
    let mut server = Server::start(&cloud);
    assert!(!server.stop("TERM").1.contains("warning: "));
}

#[test]
fn the_ids_of_the_environment_are_those_of_the_caller() {
    let cloud = Cloud::start();
    let ids = |domain: &str, arguments: &[&str]| {
        let mut words = vec!["serve", "--agency", "demo", "--format", "json"];
        words.extend(arguments);
        let mut command = cloud.sts(&words);
        command.env("HUAWEICLOUD_SDK_PROJECT_ID", "of-caller");
        command.env("HUAWEICLOUD_SDK_DOMAIN_ID", domain);
        let server = Server::of(&cloud, command);
        let value = |name: &str| server.variables().get(name).cloned().flatten();
        assert!(server.variables().contains_key("HUAWEICLOUD_SDK_PROJECT_ID"));
        [value("HUAWEICLOUD_SDK_DOMAIN_ID"), value("HUAWEICLOUD_SDK_PROJECT_ID")]
    };
    let of =
        |domain: &str, project: Option<&str>| [Some(domain.to_owned()), project.map(str::to_owned)];
    // The agency is in the account of the caller, or in another one, with other projects.
    assert_eq!(ids(builtin::ACCOUNT_ID, &[]), of(builtin::ACCOUNT_ID, Some("of-caller")));
    assert_eq!(ids("another", &[]), of(builtin::ACCOUNT_ID, None));
    assert_eq!(ids("another", &["--project-id", "p"]), of(builtin::ACCOUNT_ID, Some("p")));
    assert_eq!(ids("another", &["--domain-id", "d"]), of("d", None));
    let empty = ["--domain-id", "", "--project-id", ""];
    assert_eq!(ids(builtin::ACCOUNT_ID, &empty), of(builtin::ACCOUNT_ID, Some("of-caller")));

    // Only the name of the account is known.
    let mut command = cloud.sts(&[
        "serve",
        "--agency",
        "demo",
        "--domain",
        builtin::ACCOUNT_NAME,
        "--format",
        "json",
    ]);
    command.env("HUAWEICLOUD_SDK_PROJECT_ID", "p").env("HUAWEICLOUD_SDK_DOMAIN_ID", "of-caller");
    let server = Server::of(&cloud, command);
    for name in ["HUAWEICLOUD_SDK_DOMAIN_ID", "HUAWEICLOUD_SDK_PROJECT_ID"] {
        assert!(!server.variables().contains_key(name), "{name}");
    }
}

#[test]
fn options_of_the_session_are_those_of_the_last_agency() {
    const ACCOUNT: &str = r#"
        [[accounts]]
        id = "00112233445566778899aabbccddeeff"
        [[accounts.users]]
        name = "alice"
        access_keys = [{ access_key_id = "HSTAEMULATOR00000001", secret_access_key = "emulator-secret-key" }]
        [[accounts.agencies]]
        name = "hub"
        [[accounts.agencies]]
        name = "guarded"
        external_id = "contract-7"
    "#;
    let cloud = Cloud::of(Emulator::builder().config(ACCOUNT.parse::<Config>().unwrap()));
    let options = ["--external-id", "contract-7", "--tag", "team=infra", "--format", "json"];
    for agencies in [&["--agency", "guarded"][..], &["--agency", "hub", "--agency", "guarded"]] {
        let arguments = [&["serve"][..], agencies, &options].concat();
        let server = Server::of(&cloud, cloud.sts(&arguments));
        assert!(server.credentials()["Token"].is_string());
    }
    let denied = cloud.run(&["serve", "--agency", "guarded", "--external-id", "other"]);
    assert_eq!(denied.code, Some(1), "{}", denied.stderr);
}

#[test]
fn an_empty_id_is_none() {
    let cloud = Cloud::start();
    let mut command = cloud.sts(&["serve", "--agency", "demo", "--format", "json"]);
    command.env("HUAWEICLOUD_SDK_PROJECT_ID", "").env("HUAWEICLOUD_SDK_DOMAIN_ID", "");
    let server = Server::of(&cloud, command);
    assert_eq!(server.variable("HUAWEICLOUD_SDK_DOMAIN_ID"), builtin::ACCOUNT_ID);
    assert!(!server.variables().contains_key("HUAWEICLOUD_SDK_PROJECT_ID"));
}
