//! IAM Identity Center: the messages of its OIDC service and of its portal, and the poll of a
//! sign-in.

use std::time::Duration;

use http::{Request, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sts_client::{Now, StateMachine, Step};
use sts_proto::{Body, Credentials, Endpoint, Secret, ServiceError};
use sts_providers::identity_center::{
    Agencies, CreateToken, DeviceAuthorization, GetAgencyCredentials, IdentityCenter,
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
pub(super) fn check(operation: &str, vector: &str) -> Option<Result<(), Failure>> {
    let (request, read): (fn(&Value) -> Built, Read) = match operation {
        "register_client" => (register, |response| fields(RegisterClient::read(response), client)),
        "start_device_authorization" => {
            (authorize, |response| fields(StartDeviceAuthorization::read(response), device))
        }
        "create_token" => (create_token, |response| {
            fields(CreateToken::read(response), |token| {
                vec![
                    ("token_info.access_token", text(&token.access_token)),
                    ("token_info.expires_in", token.expires_in.to_string()),
                ]
            })
        }),
        "list_accounts" => (list_accounts, |response| {
            fields(ListAccounts::read(response), |page| {
                let first = page.accounts.first().map(|account| account.account_id.clone());
                vec![
                    ("account_list[0].account_id", first.unwrap_or_default()),
                    (
                        "page_info.next_marker",
                        page.next_marker.clone().unwrap_or("null".to_owned()),
                    ),
                ]
            })
        }),
        "list_account_agencies" => {
            (list_agencies, |response| fields(ListAccountAgencies::read(response), agencies))
        }
        "get_agency_credentials" => {
            (get_credentials, |response| fields(GetAgencyCredentials::read(response), issued))
        }
        "logout" => (logout, |response| fields(Logout::read(response), |&()| Vec::new())),
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
        Step::Done(Err(error)) if error.to_string().contains("expired") => Ok("expired"),
        Step::Done(Err(error)) if error.to_string().contains("denied") => Ok("denied"),
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

fn fields<T>(read: Result<T, ServiceError>, of: fn(&T) -> Vec<(&'static str, String)>) -> Outcome {
    Outcome::from(read.map(|content| {
        of(&content).into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Fields>()
    }))
}

fn text(secret: &Secret) -> String {
    secret.expose_secret().to_owned()
}

fn client(client: &Registration) -> Vec<(&'static str, String)> {
    let expires = client.expires_at.unix_timestamp().to_string();
    vec![
        ("client_info.client_id", client.client_id.clone()),
        ("client_info.client_secret", text(&client.client_secret)),
        ("client_info.client_secret_expires_at", expires),
    ]
}

fn device(device: &DeviceAuthorization) -> Vec<(&'static str, String)> {
    let interval = device.interval.map_or("null".to_owned(), |interval| interval.to_string());
    vec![
        ("device_code", text(&device.device_code)),
        ("user_code", device.user_code.clone()),
        ("expires_in", device.expires_in.to_string()),
        ("interval", interval),
    ]
}

fn agencies(page: &Agencies) -> Vec<(&'static str, String)> {
    let first = page.agencies.first();
    let urn = first.map(|agency| agency.agency_urn.clone());
    let set = first.and_then(|agency| agency.permission_set_name.clone());
    vec![
        ("agency_list[0].agency_urn", urn.unwrap_or_default()),
        ("agency_list[0].permission_set_name", set.unwrap_or_default()),
        ("page_info.next_marker", page.next_marker.clone().unwrap_or("null".to_owned())),
    ]
}

fn issued(credentials: &Credentials) -> Vec<(&'static str, String)> {
    let token = credentials.security_token.as_ref().map(text);
    let end = credentials.expiration.map(|end| end.unix_timestamp_nanos().to_string());
    vec![
        ("agency_credentials.access_key_id", credentials.access_key_id.clone()),
        ("agency_credentials.secret_access_key", text(&credentials.secret_access_key)),
        ("agency_credentials.session_token", token.unwrap_or_default()),
        ("agency_credentials.expiration_unix_nanos", end.unwrap_or_default()),
    ]
}
