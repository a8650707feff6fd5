//! The default credential chain of the client, with the variables of its documentation.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value};
use sts_emulator::{Emulator, builtin};

use crate::checks::expect;
use crate::runner::{bare, run};

const PROGRAM: &str = include_str!("environment.py");

type Variables = BTreeMap<&'static str, String>;

/// Runs the program with each set of variables. Returns the outcomes by name.
pub(crate) fn outcomes(python: &Path) -> Result<Value, String> {
    let emulator = Emulator::builder().start_blocking().map_err(|error| error.to_string())?;
    let file = |name: &str, content: &str| -> Result<PathBuf, String> {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, content).map_err(|error| error.to_string())?;
        Ok(path)
    };
    let id_token = emulator.oidc_issuer().id_token("carol", builtin::OIDC_CLIENT_ID);
    let token_file = file("python-chain-id-token", id_token.expose_secret())?;
    let token_file = token_file.to_string_lossy();
    let entries = format!("idp_id = emulator\nid_token_file = {token_file}\n");
    let profile = format!("[basic]\n{entries}[global]\n{entries}");
    let profile = file("python-chain-profile", &profile)?;

    // With a project id the client does not request one from IAM.
    let base = Variables::from([
        ("HUAWEICLOUD_SDK_IAM_ENDPOINT", emulator.url().to_owned()),
        ("HUAWEICLOUD_SDK_STS_ENDPOINT", emulator.url().to_owned()),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "x".to_owned()),
        ("HUAWEICLOUD_SDK_DOMAIN_ID", builtin::ACCOUNT_ID.to_owned()),
    ]);
    let access_key = [
        ("HUAWEICLOUD_SDK_AK", builtin::ACCESS_KEY_ID.to_owned()),
        ("HUAWEICLOUD_SDK_SK", builtin::SECRET_ACCESS_KEY.to_owned()),
    ];
    let federation = [
        ("HUAWEICLOUD_SDK_IDP_ID", "emulator".to_owned()),
        ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", token_file.to_string()),
    ];
    let agency = [
        ("HUAWEICLOUD_OIDC_PROVIDER_URN", builtin::OIDC_PROVIDER_URN.to_owned()),
        ("HUAWEICLOUD_OIDC_AGENCY_URN", builtin::AGENCY_URN.to_owned()),
        ("HUAWEICLOUD_OIDC_TOKEN_FILE", token_file.to_string()),
    ];
    let profile = [("HUAWEICLOUD_SDK_CREDENTIALS_FILE", profile.to_string_lossy().into_owned())];
    let [idp_id, _] = federation.clone();

    let with = |parts: &[&[(&'static str, String)]]| {
        let mut variables = base.clone();
        variables.extend(parts.concat());
        variables
    };
    let cases = [
        ("access_key", with(&[&access_key])),
        ("federation", with(&[&federation, &access_key])),
        ("single_variable", with(&[&[idp_id], &access_key])),
        ("agency", with(&[&agency, &federation, &access_key])),
        ("profile", with(&[&profile])),
    ];
    let mut outcomes = Map::new();
    for (name, variables) in cases {
        let mut command = Command::new(python);
        command.args(["-c", PROGRAM]).arg(emulator.url());
        let printed = run(bare(&mut command).envs(variables))?;
        let outcome =
            serde_json::from_str(&printed).map_err(|error| format!("{error}: {printed}"))?;
        outcomes.insert(name.to_owned(), outcome);
    }
    Ok(outcomes.into())
}

fn expect_case(outcome: &Value, case: &str, urn: &str, accessor: &str) -> Result<(), String> {
    let outcome = &outcome[case];
    expect(case, &outcome["chain"], urn)?;
    if case != "profile" {
        expect(case, &outcome["builder"], urn)?;
    }
    expect(case, &outcome["of_global_services"][1], accessor)?;
    let is_global = outcome["of_global_services"][0] == true;
    if is_global { Ok(()) } else { Err(format!("{case}: found {outcome}")) }
}

pub(crate) fn it_uses_the_access_key(outcome: &Value) -> Result<(), String> {
    let user = format!("iam::{}:user:{}", builtin::ACCOUNT_ID, builtin::USER_NAME);
    expect_case(outcome, "access_key", &user, "NoneType")?;
    expect_case(outcome, "single_variable", &user, "NoneType")
}

pub(crate) fn it_federates(outcome: &Value) -> Result<(), String> {
    let user = format!("sts::{}:external-user:emulator/carol", builtin::ACCOUNT_ID);
    expect_case(outcome, "federation", &user, "FederalAccessor")?;
    expect_case(outcome, "profile", &user, "FederalAccessor")
}

pub(crate) fn it_assumes_an_agency(outcome: &Value) -> Result<(), String> {
    let session = format!("sts::{}:assumed-agency:demo/oidc-sts-session", builtin::ACCOUNT_ID);
    expect_case(outcome, "agency", &session, "OidcStsAccessor")
}
