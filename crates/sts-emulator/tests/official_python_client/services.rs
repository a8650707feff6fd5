//! Classic IAM and Identity Center.

use serde_json::Value;
use sts_emulator::builtin;

use crate::checks::expect;

/// Expects a rejection, whatever its request id, which these clients do not always read.
fn expect_rejection(rejection: &Value, status: u16, code: &Value) -> Result<(), String> {
    if rejection["status"] == status && rejection["code"] == *code {
        return Ok(());
    }
    Err(format!("expected {status} {code}, found {rejection}"))
}

pub(crate) fn it_federates(outcome: &Value) -> Result<(), String> {
    let user = format!("sts::{}:external-user:emulator/carol", builtin::ACCOUNT_ID);
    expect("caller with its credentials", &outcome["federated"], &user)?;
    expect_rejection(&outcome["unknown_provider"], 404, &"IAM.0004".into())
}

pub(crate) fn it_assumes_by_name(outcome: &Value) -> Result<(), String> {
    let session = format!("sts::{}:assumed-agency:demo/null", builtin::ACCOUNT_ID);
    expect("caller with its credentials", &outcome["agency"], &session)?;
    expect_rejection(&outcome["forbidden"], 403, &403.into())
}

pub(crate) fn it_looks_up_projects(outcome: &Value) -> Result<(), String> {
    let project = outcome["projects"][0].as_str().unwrap_or_default();
    if project.is_empty() {
        return Err(format!("found {}", outcome["projects"]));
    }
    expect("project that the client looked up", &outcome["looked_up"], project)
}

pub(crate) fn it_signs_in(outcome: &Value) -> Result<(), String> {
    // The client reports the status as the code, and the body as the message.
    expect_rejection(&outcome["pending"], 400, &"400".into())?;
    let message = outcome["pending"]["message"].as_str().unwrap_or_default();
    let body: Value =
        serde_json::from_str(message).map_err(|error| format!("{error}: {message}"))?;
    expect("error of a pending sign-in", &body["error"], "authorization_pending")
}

pub(crate) fn it_uses_the_portal(outcome: &Value) -> Result<(), String> {
    let session =
        format!("sts::{}:assumed-agency:demo/{}", builtin::ACCOUNT_ID, builtin::USER_NAME);
    expect("caller with its credentials", &outcome["portal"], &session)?;
    expect_rejection(&outcome["after_logout"], 401, &"IIC.1001".into())
}
