//! IAM Identity Center: the messages of its OIDC service and of its portal, and the poll of a
//! sign-in.

use std::time::Duration;

use http::{Request, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sts_client::{Now, StateMachine, Step};
use sts_proto::{Body, Credentials, Endpoint, Secret, ServiceError};
use sts_providers::identity_center::{
    Accounts, Agencies, CreateToken, DeviceAuthorization, GetAgencyCredentials, IdentityCenter,
    ListAccountAgencies, ListAccounts, Logout, Message, RegisterClient, Registration,
    StartDeviceAuthorization,
};
use time::macros::datetime;

use super::outcome::{Fields, Outcome, compare};
use super::recorded::{RecordedRequest, RecordedResponse};
use super::{Failure, decode, equal};

const ENDPOINT: &str = "https://identity.example.com";
/// Interval of the sign-in that polls, in seconds.
const INTERVAL: u64 = 10;

/// Checks a vector of these services; `None` if it is of another one.
pub(crate) fn check(operation: &str, vector: &str) -> Option<Result<(), Failure>> {
    let (request, read): (fn(&Value) -> Built, Read) = match operation {
        "register_client" => (register, |response| fields(RegisterClient::read(response), client)),
        "start_device_authorization" => {
            (authorize, |response| fields(StartDeviceAuthorization::read(response), device))
        }
        "create_token" => (create_token, |response| {
            fields(CreateToken::read(response), |token| {
                named([
                    ("token_info.access_token", Some(text(&token.access_token))),
                    ("token_info.expires_in", Some(token.expires_in.to_string())),
                ])
            })
        }),
        "list_accounts" => {
            (list_accounts, |response| fields(ListAccounts::read(response), accounts))
        }
        "list_account_agencies" => {
            (list_agencies, |response| fields(ListAccountAgencies::read(response), agencies))
        }
        "get_agency_credentials" => {
            (get_credentials, |response| fields(GetAgencyCredentials::read(response), issued))
        }
        "logout" => (logout, |response| fields(Logout::read(response), |&()| Fields::new())),
        _ => return None,
    };
    Some(check_form(vector, request, read))
}

type Built = Result<Request<Body>, Failure>;
type Read = fn(&Response<Body>) -> Outcome;

#[derive(Deserialize)]
struct Form {
    params: Option<Value>,
    expect: Option<Map<String, Value>>,
}

fn check_form(vector: &str, request: fn(&Value) -> Built, read: Read) -> Result<(), Failure> {
    match decode(vector)? {
        Form { params: Some(params), .. } => {
            let recorded: RecordedRequest = decode(vector)?;
            recorded.compare(&request(&params)?)
        }
        Form { expect: Some(mut expect), .. } => {
            let recorded: RecordedResponse = decode(vector)?;
            if let Some(expected) = expect.remove("poll") {
                let poll = poll(recorded.response()?)?;
                equal("poll", poll, expected.as_str().unwrap_or_default())?;
            }
            compare(&expect, &read(&recorded.response()?))
        }
        _ => Err("has neither params nor expect".to_owned()),
    }
}

/// Returns what a sign-in does after this response to its first poll.
fn poll(response: Response<Body>) -> Result<&'static str, Failure> {
    let mut now = Now::new(datetime!(2026-03-05 07:08:09 UTC), Duration::ZERO);
    let center = IdentityCenter::at(endpoint()?, "https://idcenter.example.com/portal");
    let registration = Registration::new("id", "secret", datetime!(2027-01-01 00:00 UTC));
    let mut start = center.start(Some(registration), 7);
    let Step::Send(_) = start.step(now) else { return Err("begins no sign-in".to_owned()) };
    let device = json!({
        "device_code": "d0", "user_code": "u0", "verification_uri": "https://idcenter.example.com",
        "expires_in": 600, "interval": INTERVAL,
    });
    start.receive(Ok(Response::new(Body::from(device.to_string().into_bytes()))), now);
    let Step::Done(Ok(sign_in)) = start.step(now) else { return Err("no device code".to_owned()) };
    let mut poll = sign_in.poll();
    let Step::Wait(wait) = poll.step(now) else { return Err("polls at once".to_owned()) };
    now = now.after(wait);
    let Step::Send(_) = poll.step(now) else { return Err("does not poll".to_owned()) };
    poll.receive(Ok(response), now);
    match poll.step(now) {
        Step::Wait(wait) if wait == Duration::from_secs(INTERVAL) => Ok("pending"),
        Step::Wait(wait) if wait == Duration::from_secs(INTERVAL + 5) => Ok("slow_down"),
        Step::Wait(wait) if wait == Duration::from_secs(INTERVAL * 2) => Ok("backoff"),
        Step::Done(Ok(_)) => Ok("token"),
        Step::Done(Err(error)) if error.to_string().contains("expired") => Ok("expired"),
        Step::Done(Err(error)) if error.to_string().contains("denied") => Ok("denied"),
        Step::Done(Err(_)) => Ok("stop"),
        other => Err(format!("poll: unexpected step {other:?}")),
    }
}

fn endpoint() -> Result<Endpoint, Failure> {
    Endpoint::parse(ENDPOINT).map_err(|error| error.to_string())
}

fn built(message: &impl Message) -> Built {
    message.to_request(&endpoint()?).map_err(|error| error.to_string())
}

fn parameter(params: &Value, pointer: &str) -> Result<String, Failure> {
    let value = params.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    value.ok_or_else(|| format!("params{pointer} is missing"))
}

/// The registration in the body of a request. Its expiration is not sent.
fn registration(params: &Value) -> Result<Registration, Failure> {
    let id = parameter(params, "/body/client_id")?;
    let secret = parameter(params, "/body/client_secret")?;
    Ok(Registration::new(id, secret, datetime!(2027-01-01 00:00 UTC)))
}

fn access_token(params: &Value) -> Result<String, Failure> {
    parameter(params, "/access_token")
}

fn register(params: &Value) -> Built {
    let mut message = RegisterClient::new(parameter(params, "/body/client_name")?);
    if let Some(scopes) = params.pointer("/body/scopes").and_then(Value::as_array) {
        message = message.scopes(scopes.iter().filter_map(Value::as_str));
    }
    built(&message)
}

fn authorize(params: &Value) -> Built {
    let url = parameter(params, "/body/start_url")?;
    built(&StartDeviceAuthorization::new(&registration(params)?, url))
}

fn create_token(params: &Value) -> Built {
    let code = parameter(params, "/body/device_code")?;
    built(&CreateToken::new(&registration(params)?, code))
}

fn list_accounts(params: &Value) -> Built {
    let mut message = ListAccounts::new(access_token(params)?);
    message.limit = limit(params)?;
    message.marker = parameter(params, "/marker").ok();
    built(&message)
}

fn list_agencies(params: &Value) -> Built {
    let account = parameter(params, "/account_id")?;
    let mut message = ListAccountAgencies::new(access_token(params)?, account);
    message.limit = limit(params)?;
    message.marker = parameter(params, "/marker").ok();
    built(&message)
}

fn get_credentials(params: &Value) -> Built {
    let account = parameter(params, "/target_account_id")?;
    let urn = parameter(params, "/agency_urn")?;
    built(&GetAgencyCredentials::new(access_token(params)?, account, urn))
}

fn logout(params: &Value) -> Built {
    built(&Logout::new(access_token(params)?))
}

fn limit(params: &Value) -> Result<Option<u32>, Failure> {
    let Some(limit) = params.get("limit") else { return Ok(None) };
    let number = limit.as_u64().and_then(|limit| limit.try_into().ok());
    number.map(Some).ok_or_else(|| "params/limit is not a number".to_owned())
}

fn fields<T>(read: Result<T, ServiceError>, of: fn(&T) -> Fields) -> Outcome {
    Outcome::from(read.map(|content| of(&content)))
}

/// The fields that are present.
fn named<const N: usize>(fields: [(&str, Option<String>); N]) -> Fields {
    let fields = fields.into_iter();
    fields.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The fields of the entries of a page, and its marker.
fn page<const N: usize>(
    list: &str,
    entries: impl IntoIterator<Item = [(&'static str, Option<String>); N]>,
    next_marker: Option<&String>,
) -> Fields {
    let mut fields = named([("page_info.next_marker", next_marker.cloned())]);
    let mut is_empty = true;
    for (index, entry) in entries.into_iter().enumerate() {
        is_empty = false;
        let entry = named(entry).into_iter();
        fields.extend(entry.map(|(name, value)| (format!("{list}[{index}].{name}"), value)));
    }
    if is_empty {
        fields.insert(list.to_owned(), "[]".to_owned());
    }
    fields
}

fn text(secret: &Secret) -> String {
    secret.expose_secret().to_owned()
}

fn client(client: &Registration) -> Fields {
    let expires = client.expires_at.unix_timestamp().to_string();
    named([
        ("client_info.client_id", Some(client.client_id.clone())),
        ("client_info.client_secret", Some(text(&client.client_secret))),
        ("client_info.client_secret_expires_at", Some(expires)),
    ])
}

fn device(device: &DeviceAuthorization) -> Fields {
    named([
        ("device_code", Some(text(&device.device_code))),
        ("user_code", Some(device.user_code.clone())),
        ("verification_uri", Some(device.verification_uri.clone())),
        ("verification_uri_complete", device.verification_uri_complete.clone()),
        ("expires_in", Some(device.expires_in.to_string())),
        ("interval", device.interval.map(|interval| interval.to_string())),
    ])
}

fn accounts(content: &Accounts) -> Fields {
    let entries = content.accounts.iter().map(|account| {
        [
            ("account_id", Some(account.account_id.clone())),
            ("account_name", account.account_name.clone()),
            ("email_address", account.email_address.clone()),
        ]
    });
    page("account_list", entries, content.next_marker.as_ref())
}

fn agencies(content: &Agencies) -> Fields {
    let entries = content.agencies.iter().map(|agency| {
        [
            ("agency_urn", Some(agency.agency_urn.clone())),
            ("account_id", agency.account_id.clone()),
            ("agency_name", agency.agency_name.clone()),
            ("permission_set_name", agency.permission_set_name.clone()),
            ("description", agency.description.clone()),
        ]
    });
    page("agency_list", entries, content.next_marker.as_ref())
}

fn issued(credentials: &Credentials) -> Fields {
    let end = credentials.expiration.map(|end| end.unix_timestamp_nanos().to_string());
    named([
        ("agency_credentials.access_key_id", Some(credentials.access_key_id.clone())),
        ("agency_credentials.secret_access_key", Some(text(&credentials.secret_access_key))),
        ("agency_credentials.session_token", credentials.security_token.as_ref().map(text)),
        ("agency_credentials.expiration_unix_nanos", end),
    ])
}
