//! Secrets are in no output, and in no arguments of another program.

use std::process::Command;

use sts_emulator::{Emulator, builtin};

use crate::support::{Cloud, Run};

/// Credentials of a session: every part is a unique word, and the emulator accepts them.
struct Words {
    access_key: String,
    secret_key: String,
    token: String,
}

impl Words {
    fn of(cloud: &Cloud) -> Self {
        let body =
            format!(r#"{{"agency_urn":"{}","agency_session_name":"test"}}"#, builtin::AGENCY_URN);
        let run = cloud.run(&["request", "-d", &body, &cloud.url("/v5/agencies/assume")]);
        let response: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let credentials = &response["credentials"];
        let text = |name: &str| credentials[name].as_str().unwrap().to_owned();
        Self {
            access_key: text("access_key_id"),
            secret_key: text("secret_access_key"),
            token: text("security_token"),
        }
    }

    fn set(&self, command: &mut Command, secret_key: &str) {
        command
            .env("HUAWEICLOUD_SDK_AK", &self.access_key)
            .env("HUAWEICLOUD_SDK_SK", secret_key)
            .env("HUAWEICLOUD_SDK_SECURITY_TOKEN", &self.token);
    }

    fn assert_absent(&self, text: &str, of: &str) {
        // Half of a secret is a secret too.
        for secret in [&self.secret_key, &self.token] {
            let (half, _) = secret.split_at(secret.len() / 2);
            assert!(!text.contains(half), "a secret is printed by {of}:\n{text}");
        }
        for secret in [WRONG_SECRET, HEADER] {
            assert!(!text.contains(secret), "a secret is printed by {of}:\n{text}");
        }
    }
}

const WRONG_SECRET: &str = "UniqueWrongSecretKey";
const HEADER: &str = "UniqueHeaderSecret";

/// Returns the names of the subcommands.
fn subcommands(cloud: &Cloud) -> Vec<String> {
    let help = cloud.run(&["--help"]).stdout;
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let names = commands.lines().take_while(|line| !line.trim().is_empty());
    let names = names.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect()
}

/// Returns arguments with which a subcommand uses its credentials, for success and for a failure.
fn arguments(name: &str, cloud: &Cloud) -> Vec<Vec<String>> {
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let url = cloud.url("/v1/servers");
    let header = format!("X-Auth-Extra: {HEADER}");
    match name {
        "request" => vec![
            list(&[&url]),
            list(&[&url, "--explain", "-H", &header, "-d", "{}"]),
            list(&[&url, "-H", &header, "--v11", "cn-north-4/ecs", "--explain"]),
            list(&[&format!("http://127.0.0.1:9/?token={HEADER}"), "-H", &header]),
            list(&[&format!("http://example.com/?token={HEADER}")]),
            list(&[&url, "-H", &format!("X A: {HEADER}")]),
        ],
        "decode" => vec![list(&["hQpjbi1leGFtcGxlLW1lc3NhZ2U="])],
        "assume" => vec![list(&[builtin::FORBIDDEN_AGENCY_URN]), list(&["no-such-agency"])],
        "exec" => vec![
            // Arguments of the child, and of its parent.
            list(&["--", "sh", "-c", "cat /proc/$$/cmdline /proc/$PPID/cmdline"]),
            list(&["--agency", builtin::FORBIDDEN_AGENCY_URN, "--", "true"]),
        ],
        // It ends, because the address is not allowed.
        "serve" => vec![list(&["--listen", "192.0.2.1:0"])],
        "completions" => vec![list(&["bash"])],
        // They end before they wait for a person.
        "login" | "help" => vec![list(&["--help"])],
        _ => vec![Vec::new()],
    }
}

#[test]
fn no_command_prints_a_secret() {
    let cloud = Cloud::of(Emulator::builder().any_service().echo_canonical_request());
    let words = Words::of(&cloud);
    let names = subcommands(&cloud);
    assert!(names.len() >= 5, "{names:?}");
    for name in &names {
        for given in arguments(name, &cloud) {
            for options in [vec![], vec!["-v"], vec!["-v", "--output", "json"]] {
                for secret_key in [words.secret_key.as_str(), WRONG_SECRET] {
                    let mut command = cloud.sts(&[]);
                    command.arg(name).args(&options).args(&given);
                    words.set(&mut command, secret_key);
                    let run = Run::of(&mut command);
                    words.assert_absent(&run.stdout, name);
                    words.assert_absent(&run.stderr, name);
                }
            }
        }
    }
}
