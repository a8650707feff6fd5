//! Temporary access keys, for the holder of a token and for an agency.

use std::collections::{BTreeMap, HashMap};

use http::{Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use sts_proto::{Body, Credentials, Secret};

use super::caller::{Caller, decode, open_token, rejected, unauthorized, unscoped};
use crate::model::action;
use crate::model::agency::{Agency, MAX_SESSION_DURATION};
use crate::model::identifier::agency_urn;
use crate::model::identity::Identity;
use crate::model::principal::{Principal, Session};
use crate::rejection::Rejection;
use crate::server::json_response;
use crate::service::{RequestTime, Service, SessionRequest, authorization, credential_object};
use crate::table::Table;

/// Limits of `duration_seconds`, whose default is the minimum.
const MIN_DURATION: u32 = 900;
const MAX_DURATION: u32 = 86_400;

/// Maximum size of a policy, in characters.
const MAX_POLICY: usize = 2048;

/// Name of the sessions of agencies: the service documents that it is fixed.
const SESSION_NAME: &str = "null";

#[derive(Deserialize)]
struct AccessKeyRequest {
    auth: Table<Auth>,
}

#[derive(Deserialize)]
struct Auth {
    identity: Table<Method>,
}

#[derive(Deserialize)]
struct Method {
    methods: Vec<String>,
    token: Option<Table<TokenMethod>>,
    assume_role: Option<Table<AssumeRole>>,
    policy: Option<Box<RawValue>>,
}

#[derive(Default, Deserialize)]
struct TokenMethod {
    id: Option<Secret>,
    duration_seconds: Option<u32>,
}

#[derive(Deserialize)]
struct AssumeRole {
    agency_name: String,
    domain_id: Option<String>,
    domain_name: Option<String>,
    duration_seconds: Option<u32>,
    session_user: Option<Table<SessionUser>>,
}

#[derive(Deserialize)]
struct SessionUser {
    name: Option<String>,
}

pub(super) fn create(
    service: &Service,
    request: &Request<Body>,
    caller: Option<&Caller>,
    time: RequestTime,
) -> Result<Response<Body>, Rejection> {
    let AccessKeyRequest { auth: Table(Auth { identity: Table(method) }) } = decode(request)?;
    let Method { methods, token, assume_role, policy } = method;
    check_policy(policy.as_deref())?;
    let credentials = match (methods.as_slice(), assume_role) {
        ([method], _) if method == "token" => {
            by_token(service, token.map(|Table(token)| token), caller, time)
        }
        ([method], Some(Table(role))) if method == "assume_role" => {
            by_agency(service, &role, caller, time)
        }
        ([method], None) if method == "assume_role" => Err(bad_request("assume_role is missing.")),
        _ => Err(bad_request("methods must be [\"token\"] or [\"assume_role\"].")),
    }?;
    let body = json!({"credential": credential_object(&credentials)});
    Ok(json_response(StatusCode::CREATED, &body))
}

/// The caller in a header takes precedence over the token in the body.
fn by_token(
    service: &Service,
    token: Option<TokenMethod>,
    caller: Option<&Caller>,
    time: RequestTime,
) -> Result<Credentials, Rejection> {
    let token = token.unwrap_or_default();
    let seconds = duration(token.duration_seconds)?;
    let (account, identity) = match caller {
        Some(Caller::Token(token)) => (token.account.clone(), token.identity()),
        Some(Caller::Signer(signer)) => (signer.account().to_owned(), identity_of(signer)),
        None => {
            let id = token.id.ok_or_else(unauthorized)?;
            let token = open_token(service, id.expose_secret(), time.now)?;
            (token.account.clone(), token.identity())
        }
    };
    let previous = caller.and_then(session_of);
    Ok(service.issue_for((&account, identity), previous, seconds, time))
}

fn by_agency(
    service: &Service,
    role: &AssumeRole,
    caller: Option<&Caller>,
    time: RequestTime,
) -> Result<Credentials, Rejection> {
    let requester = match caller {
        None => return Err(unauthorized()),
        Some(Caller::Signer(signer)) => signer.requester(),
        Some(Caller::Token(token)) if token.is_scoped => token.identity().requester(&token.account),
        Some(Caller::Token(_)) => return Err(unscoped()),
    };
    let seconds = duration(role.duration_seconds)?;
    check_session_user(role.session_user.as_ref().map(|Table(user)| user))?;
    let agency = agency(service, role)?;
    authorization::check_assume(&service.config, &requester, action::ASSUME, agency, None)?;
    authorization::check_without_mfa(&requester, action::ASSUME, agency)?;
    // Agencies without a shorter maximum of their own have the maximum of this operation.
    if agency.max_duration < MAX_SESSION_DURATION && seconds > agency.max_duration {
        let message = "duration_seconds exceeds the maximum session duration of the agency.";
        return Err(bad_request(message));
    }
    let agency = Agency { max_duration: MAX_DURATION, ..agency.clone() };
    let previous = caller.and_then(session_of);
    let session_request = SessionRequest {
        name: SESSION_NAME,
        duration_seconds: Some(seconds),
        source_identity: previous.and_then(|session| session.source_identity.clone()),
        transitive_tags: previous.map_or_else(BTreeMap::new, |s| s.transitive_tags.clone()),
    };
    service.issue(&agency, session_request, time).map(|(_, credentials)| credentials)
}

fn agency<'a>(service: &'a Service, role: &AssumeRole) -> Result<&'a Agency, Rejection> {
    let config = &service.config;
    let account = match (&role.domain_id, &role.domain_name) {
        (None, None) => return Err(bad_request("domain_id or domain_name is required.")),
        (Some(id), _) => config.account(id),
        (None, Some(name)) => config.account_named(name),
    };
    let has_name =
        |name: &String| role.domain_name.as_ref().is_none_or(|requested| requested == name);
    account
        .filter(|account| has_name(&account.name))
        .and_then(|account| config.agency(&agency_urn(&account.id, &role.agency_name)))
        .ok_or_else(|| {
            let message = format!("Could not find agency: {}.", role.agency_name);
            rejected(StatusCode::NOT_FOUND, message)
        })
}

/// Returns the session that signed the request. Its source identity and its transitive tags are
/// passed on to all sessions that follow in the chain.
fn session_of(caller: &Caller) -> Option<&Session> {
    match caller {
        Caller::Signer(signer) => signer.session(),
        Caller::Token(_) => None,
    }
}

/// Returns the identity of new credentials for a signer.
fn identity_of(signer: &Principal) -> Identity {
    match signer {
        Principal::User(user) => Identity::User { name: user.name.clone(), id: user.id.clone() },
        Principal::Session(session) => session.identity.clone(),
    }
}

fn duration(seconds: Option<u32>) -> Result<u32, Rejection> {
    let seconds = seconds.unwrap_or(MIN_DURATION);
    if (MIN_DURATION..=MAX_DURATION).contains(&seconds) {
        return Ok(seconds);
    }
    Err(bad_request("duration_seconds must be 900 to 86400."))
}

/// Checks that a policy is an object of a limited size. Its content is ignored.
fn check_policy(policy: Option<&RawValue>) -> Result<(), Rejection> {
    let Some(policy) = policy.map(RawValue::get) else { return Ok(()) };
    if serde_json::from_str::<HashMap<String, &RawValue>>(policy).is_err() {
        return Err(bad_request("policy must be an object."));
    }
    if policy.chars().count() > MAX_POLICY {
        return Err(bad_request("policy must have at most 2048 characters."));
    }
    Ok(())
}

/// Checks the documented form of the name. The credentials look the same with and without it.
fn check_session_user(user: Option<&SessionUser>) -> Result<(), Rejection> {
    let Some(name) = user.and_then(|user| user.name.as_ref()) else { return Ok(()) };
    let is_valid = (5..=64).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if is_valid {
        return Ok(());
    }
    Err(bad_request(
        "session_user.name must have 5 to 64 letters, digits, - and _, a letter first.",
    ))
}

fn bad_request(message: &str) -> Rejection {
    rejected(StatusCode::BAD_REQUEST, message)
}
