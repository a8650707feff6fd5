//! ID tokens of CI jobs, as `OidcAgency` requests them before it calls STS.

use serde::Deserialize;
use serde_json::{Map, Value};
use sts_client::test_util::TestEnvironment;
use sts_providers::{IdTokenProvider, OidcAgency};

use super::outcome::{Fields, Outcome, compare};
use super::provider::run;
use super::recorded::{RecordedRequest, RecordedResponse};
use super::{Failure, decode};

const BASE: &str = "https://ci.example";

#[derive(Deserialize)]
struct Vector {
    params: Option<Params>,
    expect: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct Params {
    request_url_path: String,
    request_token: String,
    audience: Option<String>,
}

/// Checks a vector of an ID token service; `None` if it is of another service.
pub(crate) fn check(operation: &str, vector: &str) -> Option<Result<(), Failure>> {
    (operation == "ci_id_token").then(|| token(vector))
}

fn token(vector: &str) -> Result<(), Failure> {
    let Vector { params, expect } = decode(vector)?;
    let (path, request_token, audience) = match &params {
        Some(params) => {
            (&*params.request_url_path, &*params.request_token, params.audience.as_deref())
        }
        None => ("/id-token", "request-token", None),
    };
    let environment = TestEnvironment::new();
    environment.set("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{BASE}{path}"));
    environment.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", request_token);
    let token = IdTokenProvider::actions(audience);
    let agency = OidcAgency::with_token("iam::a:oidcProvider:p", "iam::a:agency:x", token);
    let Some(expect) = expect else {
        let recorded: RecordedRequest = decode(vector)?;
        let refresh = run(&agency, &environment, &[])?;
        return recorded.compare(refresh.requests.first().ok_or("sends no request")?);
    };
    let response: RecordedResponse = decode(vector)?;
    let refresh = run(&agency, &environment, &[response])?;
    let outcome = match (refresh.outcome, refresh.requests.get(1)) {
        // The call that follows contains the token.
        (None, Some(call)) => {
            let body: Value = serde_json::from_slice(call.body().as_ref())
                .map_err(|error| format!("body of the call: {error}"))?;
            let token = body.get("id_token").and_then(Value::as_str);
            let token = token.ok_or("the call has no id_token")?;
            Outcome::Fields(Fields::from([("value".to_owned(), token.to_owned())]))
        }
        (Some(Err(error)), None) => Outcome::of_provider(Err(error)),
        _ => return Err("neither a token nor an error".to_owned()),
    };
    compare(&expect, &outcome)
}
