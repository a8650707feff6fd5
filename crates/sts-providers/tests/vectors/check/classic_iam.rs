//! Classic IAM: federation, credentials by token and by agency name, look-ups.

use serde::Deserialize;
use serde_json::{Map, Value};
use sts_client::sign::Signer;
use sts_client::test_util::TestEnvironment;
use sts_proto::{Body, Endpoint, Secret};
use sts_providers::IamFederation;
use sts_providers::classic_iam::{
    CreateTemporaryAccessKeyByAgency, CreateTemporaryAccessKeyByToken, CreateTokenWithIdToken,
    GLOBAL_ENDPOINT, IamCaller, IssuedAccessKey, KeystoneListAuthDomains, KeystoneListProjects,
    NameOrId, NamedId, TokenScope,
};
use time::macros::datetime;

use super::outcome::{Fields, Outcome, compare};
use super::provider::run;
use super::recorded::{RecordedRequest, RecordedResponse};
use super::{Failure, decode, equal};

const OPERATIONS: [&str; 6] = [
    "federate",
    "create_token_with_id_token",
    "create_temporary_access_key_by_token",
    "create_temporary_access_key_by_agency",
    "keystone_list_projects",
    "keystone_list_auth_domains",
];

const TOKEN_FILE: &str = "/token";
/// The account of the recorded signer, unless a vector names another.
const ACCOUNT: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";

/// Checks a vector of classic IAM; `None` if it is of another service.
pub(crate) fn check(operation: &str, vector: &str) -> Option<Result<(), Failure>> {
    OPERATIONS.contains(&operation).then(|| {
        let form: Form = decode(vector)?;
        match (operation, form.expect) {
            ("federate", _) => federation(vector),
            (_, Some(expect)) => response(operation, vector, &expect),
            (_, None) => request(operation, vector),
        }
    })
}

#[derive(Deserialize)]
struct Form {
    expect: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct Federation {
    params: FederationParams,
    requests: Vec<RecordedRequest>,
}

#[derive(Deserialize)]
struct FederationParams {
    idp_id: String,
    id_token_file_text: String,
    subject_token_answered: String,
}

/// Runs the provider, whose first request gets the recorded token.
fn federation(vector: &str) -> Result<(), Failure> {
    let Federation { params, requests: recorded } = decode(vector)?;
    let environment = TestEnvironment::new();
    environment.write(TOKEN_FILE, params.id_token_file_text);
    let token = RecordedResponse::new(
        201,
        &[("X-Subject-Token", &params.subject_token_answered)],
        r#"{"token":{"expires_at":"2099-01-02T03:04:05.678000Z"}}"#,
    );
    let provider = IamFederation::new(params.idp_id, TOKEN_FILE);
    let ours = match run(&provider, &environment, &[token]) {
        Ok(refresh) => refresh.requests,
        // An invalid token file: nothing is sent.
        Err(_) if recorded.is_empty() => return Ok(()),
        Err(failure) => return Err(failure),
    };
    equal("number of requests", &ours.len().to_string(), &recorded.len().to_string())?;
    recorded.iter().zip(&ours).try_for_each(|(recorded, ours)| recorded.compare(ours))
}

#[derive(Deserialize)]
struct Recorded {
    params: Params,
    credentials: CallerForm,
}

#[derive(Deserialize)]
struct Params {
    x_idp_id: Option<String>,
    name: Option<String>,
    #[serde(default)]
    body: Value,
}

#[derive(Deserialize)]
struct CallerForm {
    kind: String,
    token: Option<String>,
    security_token: Option<String>,
    /// Missing: the usual account. Null: the client does not know its account.
    #[serde(default = "usual_account")]
    domain_id: Option<String>,
    project_id: Option<String>,
}

#[expect(clippy::unnecessary_wraps, reason = "signature required by serde")]
fn usual_account() -> Option<String> {
    Some(ACCOUNT.to_owned())
}

impl CallerForm {
    fn caller(&self) -> Result<IamCaller, Failure> {
        match (self.kind.as_str(), &self.token, &self.domain_id) {
            ("none", ..) => Ok(IamCaller::Anonymous),
            ("token", Some(token), _) => Ok(IamCaller::token(token.as_str())),
            ("global", _, Some(account)) => Ok(IamCaller::signer_of(account)),
            ("basic", ..) => Ok(match &self.project_id {
                Some(project) => IamCaller::signer_in_project(project),
                None => IamCaller::signer(),
            }),
            ("global", ..) => Ok(IamCaller::signer()),
            (kind, ..) => Err(format!("credentials of the kind {kind:?} are not known")),
        }
    }
}

fn request(operation: &str, vector: &str) -> Result<(), Failure> {
    let Recorded { params, credentials } = decode(vector)?;
    let recorded: RecordedRequest = decode(vector)?;
    let caller = credentials.caller()?;
    let endpoint = Endpoint::parse(GLOBAL_ENDPOINT).map_err(|error| error.to_string())?;
    let identity = params.body.pointer("/auth/identity").unwrap_or(&Value::Null);
    let request = match operation {
        "create_token_with_id_token" => token_message(&params)?.to_request_unvalidated(&endpoint),
        "create_temporary_access_key_by_token" => {
            by_token(identity)?.to_request_unvalidated(&endpoint, &caller)
        }
        "create_temporary_access_key_by_agency" => {
            by_agency(identity)?.to_request_unvalidated(&endpoint, &caller)
        }
        "keystone_list_projects" => match params.name {
            Some(name) => KeystoneListProjects::named(name),
            None => KeystoneListProjects::all(),
        }
        .to_request(&endpoint, &caller),
        _ => KeystoneListAuthDomains.to_request(&endpoint, &caller),
    };
    let mut request: http::Request<Body> = request.map_err(|error| error.to_string())?;
    if matches!(caller, IamCaller::Signer { .. }) {
        let mut signer = Signer::from_parts("EXAMPLEAK00000000001", "a1B2c3");
        if let Some(token) = &credentials.security_token {
            signer = signer.and_then(|signer| signer.security_token(token));
        }
        signer
            .map_err(|error| error.to_string())?
            .sign(&mut request, datetime!(2026-03-05 07:08:09 UTC))
            .map_err(|error| error.to_string())?;
    }
    recorded.compare(&request)
}

/// Returns a text of the parameters.
fn text(value: &Value, pointer: &str) -> Result<String, Failure> {
    let text = value.pointer(pointer).and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| format!("params have no text {pointer}"))
}

fn optional_text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

fn seconds(value: &Value, pointer: &str) -> Result<Option<u32>, Failure> {
    let Some(seconds) = value.pointer(pointer).filter(|seconds| !seconds.is_null()) else {
        return Ok(None);
    };
    let number = seconds.as_u64().and_then(|seconds| u32::try_from(seconds).ok());
    number.map(Some).ok_or_else(|| format!("{pointer} is not a number of seconds"))
}

fn policy(identity: &Value) -> Option<String> {
    identity.get("policy").filter(|policy| !policy.is_null()).map(Value::to_string)
}

fn token_message(params: &Params) -> Result<CreateTokenWithIdToken, Failure> {
    let idp_id = params.x_idp_id.as_deref().ok_or("params have no x_idp_id")?;
    let message = CreateTokenWithIdToken::new(idp_id, text(&params.body, "/auth/id_token/id")?);
    let of = |value: &Value| {
        NameOrId::deserialize(value).map_err(|error| format!("params: scope: {error}"))
    };
    let scope = |name| params.body.pointer(name);
    Ok(match (scope("/auth/scope/project"), scope("/auth/scope/domain")) {
        (None, None) => message,
        (Some(project), None) => message.scope(TokenScope::Project(of(project)?)),
        (None, Some(domain)) => message.scope(TokenScope::Domain(of(domain)?)),
        _ => return Err("params have two scopes".to_owned()),
    })
}

fn by_token(identity: &Value) -> Result<CreateTemporaryAccessKeyByToken, Failure> {
    let mut message = CreateTemporaryAccessKeyByToken::with_token_in_header();
    message.token = optional_text(identity, "/token/id").map(Secret::from);
    message.duration_seconds = seconds(identity, "/token/duration_seconds")?;
    message.policy = policy(identity);
    Ok(message)
}

fn by_agency(identity: &Value) -> Result<CreateTemporaryAccessKeyByAgency, Failure> {
    let name = text(identity, "/assume_role/agency_name")?;
    let mut message = CreateTemporaryAccessKeyByAgency::of_account_id(name, "");
    message.domain_id = optional_text(identity, "/assume_role/domain_id");
    message.domain_name = optional_text(identity, "/assume_role/domain_name");
    message.duration_seconds = seconds(identity, "/assume_role/duration_seconds")?;
    message.session_user = optional_text(identity, "/assume_role/session_user/name");
    message.policy = policy(identity);
    Ok(message)
}

fn response(operation: &str, vector: &str, expect: &Map<String, Value>) -> Result<(), Failure> {
    let response = decode::<RecordedResponse>(vector)?.response()?;
    let read = match operation {
        "create_token_with_id_token" => CreateTokenWithIdToken::read(&response).map(|token| {
            let subject = token.token.expose_secret().to_owned();
            let mut fields = Fields::from([("x_subject_token".to_owned(), subject)]);
            if let Some(end) = token.expires_at {
                let end = end.unix_timestamp_nanos().to_string();
                fields.insert("token.expires_at_unix_nanos".to_owned(), end);
            }
            fields
        }),
        "create_temporary_access_key_by_token" => {
            CreateTemporaryAccessKeyByToken::read(&response).map(credentials)
        }
        "create_temporary_access_key_by_agency" => {
            CreateTemporaryAccessKeyByAgency::read(&response).map(credentials)
        }
        "keystone_list_projects" => KeystoneListProjects::read(&response)
            .map(|output| named_ids("projects", output.projects)),
        _ => KeystoneListAuthDomains::read(&response)
            .map(|output| named_ids("domains", output.domains)),
    };
    compare(expect, &Outcome::from(read))
}

fn credentials(issued: IssuedAccessKey) -> Fields {
    let credentials = issued.credentials;
    let token = credentials.security_token.as_ref().map(Secret::expose_secret);
    let end = credentials.expiration.map(|end| end.unix_timestamp_nanos().to_string());
    [
        ("credential.access", Some(credentials.access_key_id.clone())),
        ("credential.secret", Some(credentials.secret_access_key.expose_secret().to_owned())),
        ("credential.securitytoken", token.map(str::to_owned)),
        ("credential.expires_at_unix_nanos", end),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect()
}

fn named_ids(list: &str, entries: Vec<NamedId>) -> Fields {
    if entries.is_empty() {
        return Fields::from([(list.to_owned(), "[]".to_owned())]);
    }
    let entries = entries.into_iter().enumerate();
    entries
        .flat_map(|(index, entry)| {
            [
                Some((format!("{list}[{index}].id"), entry.id)),
                entry.name.map(|name| (format!("{list}[{index}].name"), name)),
            ]
        })
        .flatten()
        .collect()
}
