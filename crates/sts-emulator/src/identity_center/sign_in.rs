//! Registration of clients, device authorization and tokens.

use http::{Request, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sts_proto::{Body, Secret};

use super::access_token::{AccessToken, Client, TOKEN_LIFETIME};
use super::reply::{PAGE, access_denied, bad_request, base_url};
use crate::model::poll_error::PollError;
use crate::rejection::Rejection;
use crate::service::{RequestTime, Service};
use crate::sign_ins::{Decision, LIFETIME};
use crate::table::Table;

const DEVICE_CODE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Maximum length of the name of a client, in characters.
const MAX_NAME: usize = 1024;

#[derive(Deserialize)]
struct Registration {
    client_name: String,
    client_type: String,
    token_endpoint_auth_method: String,
    grant_types: Vec<String>,
    response_types: Vec<String>,
    scopes: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct DeviceAuthorization {
    client_id: String,
    client_secret: Secret,
    start_url: String,
}

#[derive(Deserialize)]
struct TokenRequest {
    client_id: String,
    client_secret: Secret,
    grant_type: String,
    device_code: Option<Secret>,
}

pub(super) fn register_client(
    service: &Service,
    request: &Request<Body>,
    time: RequestTime,
) -> Result<Value, Rejection> {
    let registration: Registration = decode(request)?;
    registration.check().map_err(bad_request)?;
    let Registration { client_name, scopes, .. } = registration;
    let client = Client::new(client_name, time.now);
    let base = base_url(service, request);
    Ok(json!({"client_info": {
        "client_id": client.id,
        "client_secret": client.secret(&service.seal),
        "client_id_issued_at": time.now.unix_timestamp(),
        "client_secret_expires_at": client.expires,
        "authorization_endpoint": format!("{base}/v1/authorize"),
        "token_endpoint": format!("{base}/v1/tokens"),
        "scopes": scopes.unwrap_or_default(),
    }}))
}

impl Registration {
    /// Checks the documented values.
    fn check(&self) -> Result<(), &'static str> {
        let is_grant_type =
            |grant: &String| grant == DEVICE_CODE_GRANT || grant == "authorization_code";
        let is_scope = |scope: &String| {
            scope.len() <= 64
                && scope.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        };
        if self.client_name.is_empty() || self.client_name.chars().count() > MAX_NAME {
            Err("client_name must have 1 to 1024 characters")
        } else if self.client_type != "public" {
            Err("client_type must be public")
        } else if self.token_endpoint_auth_method != "client_secret_post" {
            Err("token_endpoint_auth_method must be client_secret_post")
        } else if self.grant_types.is_empty() || !self.grant_types.iter().all(is_grant_type) {
            Err("grant_types must be the device code grant or authorization_code")
        } else if self.response_types != ["code"] {
            Err("response_types must be code")
        } else if !self.scopes.iter().flatten().all(is_scope) {
            Err("scopes must have up to 64 letters, digits, hyphens and underscores")
        } else {
            Ok(())
        }
    }
}

pub(super) fn start(
    service: &Service,
    request: &Request<Body>,
    time: RequestTime,
) -> Result<Value, Rejection> {
    let DeviceAuthorization { client_id, client_secret, start_url } = decode(request)?;
    let client = client(service, &client_id, &client_secret, time)?;
    let rules = service.config.identity_center();
    let is_url = start_url.split_once("://").is_some_and(|(scheme, rest)| {
        !scheme.is_empty()
            && scheme.bytes().all(|b| b.is_ascii_alphabetic())
            && !rest.contains(char::is_whitespace)
    });
    if !is_url || rules.start_url.as_ref().is_some_and(|expected| *expected != start_url) {
        return Err(bad_request("start_url is not the URL of this user portal"));
    }
    let decision = rules.auto_approve.clone().map_or(Decision::Pending, Decision::Approved);
    let names = (client.id.as_str(), client.name.as_str());
    let Some((device_code, user_code)) =
        service.sign_ins.start(names, rules.interval, decision, time.now)
    else {
        return Err(bad_request("too many sign-ins wait for approval"));
    };
    let page = format!("{}{PAGE}", base_url(service, request));
    Ok(json!({
        "device_code": device_code,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={user_code}"),
        "expires_in": LIFETIME,
        "interval": rules.interval,
    }))
}

pub(super) fn create_token(
    service: &Service,
    request: &Request<Body>,
    time: RequestTime,
) -> Result<Value, Rejection> {
    let TokenRequest { client_id, client_secret, grant_type, device_code } = decode(request)?;
    let client = client(service, &client_id, &client_secret, time)?;
    if grant_type != DEVICE_CODE_GRANT {
        return Err(bad_request("the emulator supports the device code grant only"));
    }
    let device_code = device_code.ok_or_else(|| bad_request("device_code is missing"))?;
    let user = service.sign_ins.poll(device_code.expose_secret(), &client.id, time.now);
    let user = user.map_err(Rejection::Poll)?;
    // The user may have been removed from the configuration.
    let user = service.config.user(&user).ok_or(Rejection::Poll(PollError::Denied))?;
    let token = AccessToken::new(user.urn(), time.now);
    #[cfg(feature = "oidc")]
    let id_token = service.issuer.id_token(&user.name, &client.id);
    #[cfg(feature = "oidc")]
    let id_token = Some(id_token.expose_secret());
    #[cfg(not(feature = "oidc"))]
    let id_token: Option<&str> = None;
    Ok(json!({"token_info": {
        "access_token": token.seal(&service.seal),
        "token_type": "Bearer",
        "expires_in": TOKEN_LIFETIME,
        "id_token": id_token,
        "refresh_token": null,
    }}))
}

fn client(
    service: &Service,
    id: &str,
    secret: &Secret,
    time: RequestTime,
) -> Result<Client, Rejection> {
    let client = Client::open(id, secret.expose_secret(), &service.seal, time.now);
    let problem = "the client is unknown or its registration has expired";
    client.ok_or_else(|| access_denied(StatusCode::UNAUTHORIZED, problem))
}

fn decode<T: DeserializeOwned>(request: &Request<Body>) -> Result<T, Rejection> {
    let body = serde_json::from_slice(request.body().as_ref());
    // Without the position and the value, which may be secret.
    body.map(|Table(body)| body)
        .map_err(|_| bad_request("the body is not the JSON of the operation"))
}
