//! The official Python client against the emulator.
#![forbid(unsafe_code)]
#![expect(clippy::indexing_slicing, reason = "JSON that lacks a member gives null")]

#[path = "../official_clients/checks.rs"]
mod checks;
mod environment;
#[path = "../official_clients/install.rs"]
#[expect(dead_code, reason = "other clients need Node.js")]
mod install;
#[path = "../official_clients/runner.rs"]
mod runner;
mod services;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use checks::{expect, expect_own_home, expect_rejection, program_of, run_guide, the_guide_runs};
use runner::{Client, Outcome, Test, bare, run, run_tests};
use serde_json::{Value, json};
use sts_emulator::{Emulator, builtin};

const PACKAGES: [&str; 4] = [
    "huaweicloudsdksts==3.1.219",
    "huaweicloudsdkiam==3.1.219",
    "huaweicloudsdkidentitycenteroidc==3.1.219",
    "huaweicloudsdkidentitycenterportalapi==3.1.219",
];
const CALLS: &str = include_str!("calls.py");
const SERVICES: &str = include_str!("services.py");
const GUIDE: &str = include_str!("guide.md");

/// The client over plain http, over TLS, with the services other than STS, in the guide, and with its
/// default chain.
const PLAIN: usize = 0;
const TLS: usize = 1;
const OTHER: usize = 2;
const OF_GUIDE: usize = 3;
const CHAIN: usize = 4;

const TESTS: [Test; 21] = [
    ("it_assumes_an_agency_and_calls_with_the_keys", PLAIN, it_assumes),
    ("it_assumes_an_agency_with_an_id_token", PLAIN, it_federates_with_oidc),
    ("it_assumes_an_agency_with_a_saml_response", PLAIN, it_federates_with_saml),
    ("it_signs_with_each_of_its_algorithms", PLAIN, it_signs_with_each_algorithm),
    ("it_reports_a_wrong_secret", PLAIN, it_reports_a_wrong_secret),
    ("it_reports_an_unknown_agency", PLAIN, it_reports_an_unknown_agency),
    ("it_is_denied_and_decodes_the_reason", PLAIN, it_is_denied),
    ("it_reports_throttling", PLAIN, it_is_throttled),
    ("it_reports_expired_credentials", PLAIN, its_keys_have_expired),
    ("its_home_directory_is_below_the_target_directory", PLAIN, expect_own_home),
    ("it_assumes_an_agency_over_tls", TLS, it_assumes),
    ("it_reports_a_wrong_secret_over_tls", TLS, it_reports_a_wrong_secret),
    ("it_federates_with_classic_iam", OTHER, services::it_federates),
    ("it_assumes_an_agency_by_name", OTHER, services::it_assumes_by_name),
    ("it_looks_up_projects", OTHER, services::it_looks_up_projects),
    ("it_signs_in_on_a_device", OTHER, services::it_signs_in),
    ("it_gets_credentials_from_the_portal", OTHER, services::it_uses_the_portal),
    ("its_default_chain_uses_the_access_key", CHAIN, environment::it_uses_the_access_key),
    ("its_default_chain_federates", CHAIN, environment::it_federates),
    ("its_default_chain_assumes_an_agency", CHAIN, environment::it_assumes_an_agency),
    ("the_program_of_the_guide_runs", OF_GUIDE, the_guide_runs),
];

fn main() -> ExitCode {
    let runs: [fn() -> Outcome; 5] = [
        || Ok(calls(&python()?, false)),
        || Ok(calls(&python()?, true)),
        || Ok(call_services(&python()?)),
        || Ok(run_program_of_guide(&python()?)),
        || Ok(environment::outcomes(&python()?)),
    ];
    run_tests(&runs.map(|run| Client { name: "the official Python client", run }), &TESTS)
}

fn python() -> Result<PathBuf, String> {
    install::python("official-python-client", &PACKAGES)
}

/// Makes the calls to classic IAM and Identity Center of an emulator of their own.
fn call_services(python: &Path) -> Result<Value, String> {
    let emulator = Emulator::builder().start_blocking().map_err(|error| error.to_string())?;
    let id_token = emulator.oidc_issuer().id_token("carol", builtin::OIDC_CLIENT_ID);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-client-id-token");
    std::fs::write(&file, id_token.expose_secret()).map_err(|error| error.to_string())?;
    let setup = json!({
        "url": emulator.url(),
        "access_key_id": builtin::ACCESS_KEY_ID,
        "secret": builtin::SECRET_ACCESS_KEY,
        "account_name": builtin::ACCOUNT_NAME,
        "user": format!("iam::{}:user:{}", builtin::ACCOUNT_ID, builtin::USER_NAME),
        "id_token_file": file,
    });
    let mut command = Command::new(python);
    let printed = run(bare(command.args(["-c", SERVICES]).arg(setup.to_string())))?;
    serde_json::from_str(&printed).map_err(|error| format!("{error}: {printed}"))
}

/// Runs the program of the guide.
fn run_program_of_guide(python: &Path) -> Result<Value, String> {
    run_guide(Command::new(python).args(["-c", &program_of(GUIDE, "python")]))
}

/// Makes the calls to an emulator of their own.
fn calls(python: &Path, is_tls: bool) -> Result<Value, String> {
    let builder = Emulator::builder().control("127.0.0.1:0");
    let builder = if is_tls { builder.tls() } else { builder };
    let emulator = builder.start_blocking().map_err(|error| error.to_string())?;
    let ca_file = match emulator.ca_certificate_pem() {
        None => PathBuf::new(),
        Some(pem) => {
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-client-ca.pem");
            std::fs::write(&file, pem).map_err(|error| error.to_string())?;
            file
        }
    };
    let id_token = emulator.oidc_issuer().id_token("carol", builtin::OIDC_CLIENT_ID);
    let setup = json!({
        "url": emulator.url(),
        "ca_file": ca_file,
        "control": emulator.control_url(),
        "access_key_id": builtin::ACCESS_KEY_ID,
        "secret": builtin::SECRET_ACCESS_KEY,
        "agency": builtin::AGENCY_URN,
        "oidc_provider": builtin::OIDC_PROVIDER_URN,
        "id_token": id_token.expose_secret(),
        "saml_provider": builtin::SAML_PROVIDER_URN,
        "saml_assertion": STANDARD.encode(saml_response("dave")),
    });
    let mut command = Command::new(python);
    let printed = run(bare(command.args(["-c", CALLS]).arg(setup.to_string())))?;
    serde_json::from_str(&printed).map_err(|error| format!("{error}: {printed}"))
}

fn it_assumes(outcome: &Value) -> Result<(), String> {
    let account = builtin::ACCOUNT_ID;
    let session = format!("sts::{account}:assumed-agency:demo/build-42");
    expect("assumed agency", &outcome["assumed"], &session)?;
    expect("caller with its keys", &outcome["session"], &session)?;
    let user = format!("iam::{account}:user:{}", builtin::USER_NAME);
    expect("caller with the user's key", &outcome["user"], &user)
}

fn it_federates_with_oidc(outcome: &Value) -> Result<(), String> {
    let session = format!("sts::{}:assumed-agency:demo/build-42", builtin::ACCOUNT_ID);
    expect("subject", &outcome["oidc"][0], "carol")?;
    expect("caller with its keys", &outcome["oidc"][1], &session)
}

fn it_federates_with_saml(outcome: &Value) -> Result<(), String> {
    let session = format!("sts::{}:assumed-agency:demo/dave", builtin::ACCOUNT_ID);
    expect("subject", &outcome["saml"][0], "dave")?;
    expect("caller with its keys", &outcome["saml"][1], &session)
}

/// A response that the built-in provider accepts until far in the future.
fn saml_response(subject: &str) -> String {
    format!(
        r#"<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="r" Version="2.0"
            xmlns="urn:oasis:names:tc:SAML:2.0:assertion">
          <p:Status>
            <p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>
          </p:Status>
          <Assertion ID="a" Version="2.0">
            <Issuer>{issuer}</Issuer>
            <Subject>
              <NameID>{subject}</NameID>
              <SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
                <SubjectConfirmationData NotOnOrAfter="2999-01-01T00:00:00Z" Recipient="sts"/>
              </SubjectConfirmation>
            </Subject>
            <Conditions>
              <AudienceRestriction><Audience>{audience}</Audience></AudienceRestriction>
            </Conditions>
          </Assertion>
        </p:Response>"#,
        issuer = builtin::SAML_ISSUER,
        audience = builtin::SAML_AUDIENCE,
    )
}

fn it_signs_with_each_algorithm(outcome: &Value) -> Result<(), String> {
    let user = format!("iam::{}:user:{}", builtin::ACCOUNT_ID, builtin::USER_NAME);
    for algorithm in ["HMAC_SHA256", "HMAC_SM3", "ECDSA_P256_SHA256", "SM2_SM3"] {
        expect(algorithm, &outcome["algorithms"][algorithm], &user)?;
    }
    Ok(())
}

fn it_reports_a_wrong_secret(outcome: &Value) -> Result<(), String> {
    expect_rejection(&outcome["wrong_secret"], 401, "APIGW.0301")?;
    let message = "Incorrect IAM authentication information: verify aksk signature fail";
    expect("message", &outcome["wrong_secret"]["message"], message)
}

fn it_reports_an_unknown_agency(outcome: &Value) -> Result<(), String> {
    expect_rejection(&outcome["nowhere"], 404, "STS5.1106")
}

fn it_is_throttled(outcome: &Value) -> Result<(), String> {
    // It does not read the responses to its retries: the code is the status, with its own message.
    let rejection = &outcome["throttled"];
    expect("code", &rejection["code"], "429")?;
    if rejection["status"] == 429 { Ok(()) } else { Err(format!("found {rejection}")) }
}

fn its_keys_have_expired(outcome: &Value) -> Result<(), String> {
    expect_rejection(&outcome["expired"], 401, "APIGW.0301")?;
    let message = outcome["expired"]["message"].as_str().unwrap_or_default();
    let told = "Incorrect IAM authentication information: token expires, expires_at: ";
    if message.starts_with(told) { Ok(()) } else { Err(format!("found {message:?}")) }
}

fn it_is_denied(outcome: &Value) -> Result<(), String> {
    expect_rejection(&outcome["forbidden"], 403, "PAP5.0001")?;
    let context = &outcome["reason"]["context"];
    expect("action", &context["action"], "sts:agencies:assume")?;
    expect("resource", &context["resource"], builtin::FORBIDDEN_AGENCY_URN)
}
