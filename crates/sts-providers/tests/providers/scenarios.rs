//! Scenarios as data: each folder of `tests/scenarios` has environment, output of commands, HTTP traffic
//! and expected result in `scenario.json`, and the files of the machine below `files`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use sts_client::{Command, CredentialsError, Environment};
use sts_proto::{Credentials, Secret};
use sts_providers::{
    AgencyByName, ChainedAgency, ContainerCredentials, CredentialProcess, EcsMetadata,
    EnvironmentVariables, FileCache, HcloudProfile, IamFederation, IdTokenProvider, OidcAgency,
    ProfileFile, ProviderChain, SharedProvider, TerraformVariables,
};

use crate::world::{Place, Wire, answer, ask, ask_blocking, blocking_client, client, in_full};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    /// What a reader should know.
    #[serde(rename = "note")]
    _note: Option<String>,
    provider: String,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// What commands print, by program and arguments.
    #[serde(default)]
    commands: BTreeMap<String, Output>,
    /// In the order in which they happen, and no others.
    #[serde(default)]
    exchanges: Vec<Traffic>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Output {
    #[serde(default)]
    status: i32,
    stdout: Value,
    #[serde(default)]
    stderr: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Traffic {
    /// Method and URI.
    request: String,
    /// Parts of the values of headers.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    status: u16,
    #[serde(default)]
    response_headers: BTreeMap<String, String>,
    response: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    access_key_id: Option<String>,
    security_token: Option<String>,
    /// Parts of the error and its causes.
    #[serde(default)]
    error: Vec<String>,
    #[serde(default)]
    is_not_configured: bool,
    /// The commands that ran.
    #[serde(default)]
    ran: Vec<String>,
    /// Parts of files after the refresh, by path.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// The provider of the chain that is used.
    used: Option<String>,
    /// Parts of the report of the chain.
    #[serde(default)]
    report: Vec<String>,
}

fn agency(token: IdTokenProvider) -> OidcAgency {
    OidcAgency::with_token("iam::0a1b:oidcProvider:ci", "iam::0a1b:agency:deploy", token)
}

fn metadata() -> EcsMetadata {
    EcsMetadata::at("http://127.0.0.1:1").unwrap()
}

impl Scenario {
    fn provider(
        &self,
        place: &Place,
    ) -> Result<(SharedProvider, Option<ProviderChain>), CredentialsError> {
        let of_chain = |chain: ProviderChain| (SharedProvider::new(chain.clone()), Some(chain));
        let of_token = |token| (SharedProvider::new(agency(token)), None);
        Ok(match &*self.provider {
            "hcloud" => (SharedProvider::new(HcloudProfile::new().metadata(metadata())), None),
            "terraform" => {
                (SharedProvider::new(TerraformVariables::new().metadata(metadata())), None)
            }
            "profile" => (SharedProvider::new(ProfileFile::new()), None),
            "environment" => (SharedProvider::new(EnvironmentVariables), None),
            "agency-by-name" => {
                let agency = AgencyByName::of_account_name("reader", "example-account");
                let agency = agency.session_user("nightly").duration(Duration::from_secs(86_400));
                (SharedProvider::new(ChainedAgency::signing(EnvironmentVariables, agency)), None)
            }
            "ci-federation" => {
                let token = IdTokenProvider::actions(Some("my idp"));
                (SharedProvider::new(IamFederation::with_token("ci-idp", token)), None)
            }
            "token-variable" => of_token(IdTokenProvider::variable("HUAWEI_ID_TOKEN")),
            "token-command" => of_token(IdTokenProvider::command(
                Command::new("agent").arguments(["oidc", "request-token"]),
            )),
            "process" => {
                let command = Command::new("/usr/bin/login").arguments(["--role", "backup"]);
                (SharedProvider::new(CredentialProcess::new(command)), None)
            }
            "container" => {
                (SharedProvider::new(ContainerCredentials::from_environment(place)?), None)
            }
            "cache" => {
                let agency = agency(IdTokenProvider::file("/token"));
                (SharedProvider::new(FileCache::new(agency, "/cache", "work")), None)
            }
            "default" => of_chain(ProviderChain::default_chain(metadata())),
            "official" => of_chain(ProviderChain::official(metadata())),
            other => panic!("unknown provider {other}"),
        })
    }

    fn place(&self, folder: &Path) -> Place {
        let home = Place::default().with_variable("HOME", "/home/u");
        let home = home.with_variable("USERPROFILE", "/home/u");
        let variables = self.environment.iter();
        let place = variables.fold(home, |place, (name, value)| place.with_variable(name, value));
        let place = self.commands.iter().fold(place, |place, (line, output)| {
            let stdout = match &output.stdout {
                Value::String(text) => text.clone(),
                json => json.to_string(),
            };
            place.with_command(line, output.status, &stdout, &output.stderr)
        });
        let root = folder.join("files");
        files(&root).into_iter().fold(place, |place, file| {
            let path = file.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            place.with_bytes(&format!("/{path}"), &content(&file))
        })
    }

    fn wire(&self) -> Wire {
        let mut traffic = self.exchanges.clone().into_iter();
        let next = std::sync::Mutex::new(move || traffic.next());
        Wire::new(move |request| {
            let expected = (next.lock().unwrap())();
            let line = format!("{} {}", request.method(), request.uri());
            let expected = expected.unwrap_or_else(|| panic!("unexpected request: {line}"));
            assert_eq!(line, expected.request);
            for (name, part) in &expected.headers {
                let value = request.headers().get(name).map(|value| value.to_str().unwrap());
                assert!(value.is_some_and(|value| value.contains(part)), "{line}: {name}");
            }
            if let Some(body) = &expected.body {
                let sent: Value = serde_json::from_slice(request.body().as_ref()).unwrap();
                assert_eq!(&sent, body, "{line}");
            }
            let mut response = match &expected.response {
                Value::String(text) => answer(expected.status, text),
                json => answer(expected.status, &json.to_string()),
            }?;
            for (name, value) in &expected.response_headers {
                let name: http::HeaderName = name.parse().unwrap();
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            Ok(response)
        })
    }

    fn check(&self, name: &str, outcome: Result<Arc<Credentials>, CredentialsError>) {
        match outcome {
            Ok(credentials) => {
                let token = credentials.security_token.as_ref().map(Secret::expose_secret);
                assert_eq!(Some(&credentials.access_key_id), self.expect.access_key_id.as_ref());
                assert_eq!(token, self.expect.security_token.as_deref(), "{name}");
            }
            Err(error) => {
                let text = in_full(&error);
                assert!(!self.expect.error.is_empty(), "{name}: {text}");
                for part in &self.expect.error {
                    assert!(text.contains(part), "{name}: {text}");
                }
                assert_eq!(error.is_not_configured(), self.expect.is_not_configured, "{name}");
                assert!(!text.contains("hidden"), "{name}: {text}");
            }
        }
    }

    fn check_end(&self, name: &str, chain: Option<&ProviderChain>, wire: &Wire, place: &Place) {
        self.check_chain(name, chain);
        assert_eq!(wire.lines().len(), self.exchanges.len(), "{name}: missing requests");
        assert_eq!(place.ran(), self.expect.ran, "{name}");
        for (path, part) in &self.expect.files {
            let content = place.read_file(Path::new(path));
            let content = content.unwrap_or_else(|_| panic!("{name}: {:?}", place.paths()));
            let text = String::from_utf8(content.as_ref().to_vec()).unwrap();
            assert!(text.contains(part), "{name}: {text}");
        }
    }

    fn check_chain(&self, name: &str, chain: Option<&ProviderChain>) {
        let Some(chain) = chain else { return };
        let report = chain.report();
        assert_eq!(report.used(), self.expect.used.as_deref(), "{name}: {report}");
        for part in &self.expect.report {
            assert!(report.to_string().contains(part), "{name}: {report}");
        }
        assert!(!report.to_string().contains("hidden"), "{name}: {report}");
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[expect(clippy::disallowed_methods, reason = "data of the test")]
fn content(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap()
}

#[test]
fn scenarios() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut count = 0;
    for entry in fs::read_dir(root).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let text = content(&folder.join("scenario.json"));
        let scenario: Scenario =
            serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let place = scenario.place(&folder);
        let wire = scenario.wire().in_time_of(&place);
        let chain = match scenario.provider(&place) {
            Ok((provider, chain)) => {
                let session = client(&wire, &place).session(provider).unwrap();
                scenario.check(&name, ask(&session));
                chain
            }
            Err(error) => {
                scenario.check(&name, Err(error));
                None
            }
        };
        scenario.check_end(&name, chain.as_ref(), &wire, &place);

        let place = scenario.place(&folder);
        let wire = scenario.wire().in_time_of(&place);
        if let Ok((provider, chain)) = scenario.provider(&place) {
            let session = blocking_client(&wire, &place).session(provider).unwrap();
            scenario.check(&name, ask_blocking(&session));
            scenario.check_end(&name, chain.as_ref(), &wire, &place);
        }
        count += 1;
    }
    assert!(count >= 20, "only {count} scenarios");
}
