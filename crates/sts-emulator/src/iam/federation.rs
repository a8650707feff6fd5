//! IAM tokens for ID tokens.

use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use sts_proto::{Body, Secret};

use super::caller::{decode, rejected};
use super::token::{IamToken, LIFETIME};
use crate::model::account::Account;
use crate::model::identifier::stable_id;
use crate::oidc::{IdToken, OidcProvider};
use crate::rejection::Rejection;
use crate::server::json_response;
use crate::service::{RequestTime, Service, iam_time};
use crate::table::Table;

const IDP_ID: &str = "x-idp-id";

#[derive(Deserialize)]
struct TokenRequest {
    auth: Table<Auth>,
}

#[derive(Deserialize)]
struct Auth {
    id_token: Table<IdTokenPart>,
    scope: Option<Table<Scope>>,
}

#[derive(Deserialize)]
struct IdTokenPart {
    id: Secret,
}

#[derive(Deserialize)]
struct Scope {
    project: Option<Table<Named>>,
    domain: Option<Table<Named>>,
}

/// A project or an account, by id, name or both.
#[derive(Deserialize)]
struct Named {
    id: Option<String>,
    name: Option<String>,
}

/// `CreateTokenWithIdToken`: the ID token is in the body, the provider in a header.
pub(super) fn from_body(
    service: &Service,
    request: &Request<Body>,
    time: RequestTime,
) -> Result<Response<Body>, Rejection> {
    let provider = request.headers().get(IDP_ID).and_then(|value| value.to_str().ok());
    let missing = || rejected(StatusCode::BAD_REQUEST, "Request header X-Idp-Id is missing.");
    let provider = provider.filter(|name| !name.is_empty()).ok_or_else(missing)?;
    let TokenRequest { auth: Table(auth) } = decode(request)?;
    let Table(id_token) = auth.id_token;
    let scope = auth.scope.map(|Table(scope)| scope);
    create(service, provider, "oidc", &id_token.id, scope.as_ref(), time)
}

/// `CreateUnscopedTokenWithIdToken`: the provider is in the path, the ID token in a header.
pub(super) fn from_header(
    service: &Service,
    request: &Request<Body>,
    time: RequestTime,
) -> Result<Response<Body>, Rejection> {
    let mut path = request.uri().path().split('/').skip(4).step_by(2);
    let (provider, protocol) = (path.next().unwrap_or_default(), path.next().unwrap_or_default());
    let bearer = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = bearer.and_then(|value| value.strip_prefix("Bearer "));
    let missing =
        || rejected(StatusCode::UNAUTHORIZED, "Authorization: a bearer token is required.");
    let token = Secret::from(token.ok_or_else(missing)?.trim());
    create(service, provider, protocol, &token, None, time)
}

fn create(
    service: &Service,
    provider_name: &str,
    protocol: &str,
    id_token: &Secret,
    scope: Option<&Scope>,
    time: RequestTime,
) -> Result<Response<Body>, Rejection> {
    let provider = provider(service, provider_name)?;
    let id_token = IdToken::read(id_token.expose_secret(), provider, &service.issuer, time.now)
        .map_err(|why| rejected(StatusCode::UNAUTHORIZED, format!("Invalid ID token: {why}.")))?;
    let unknown = || rejected(StatusCode::NOT_FOUND, "Could not find the account.");
    let account = service.config.account(&provider.account).ok_or_else(unknown)?;
    if !scope.is_none_or(|scope| scope.is_of(account)) {
        let message = "The scope must be a project or the domain of the identity provider.";
        return Err(rejected(StatusCode::FORBIDDEN, message));
    }
    let token = IamToken {
        account: account.id.clone(),
        provider: provider.name.clone(),
        subject: id_token.subject,
        is_scoped: scope.is_some(),
        expires: time.now.unix_timestamp().saturating_add(LIFETIME),
    };
    let mut response = json_response(StatusCode::CREATED, &body(&token, account, protocol, time));
    if let Ok(mut value) = HeaderValue::from_str(&token.seal(&service.seal)) {
        value.set_sensitive(true);
        response.headers_mut().insert("x-subject-token", value);
    }
    Ok(response)
}

/// Returns the provider with this name. Names are unique within an account only.
fn provider<'a>(service: &'a Service, name: &str) -> Result<&'a OidcProvider, Rejection> {
    match service.config.oidc_providers_named(name).as_slice() {
        [provider] => Ok(provider),
        [] => {
            let message = format!("Could not find Identity Provider: {name}.");
            Err(rejected(StatusCode::NOT_FOUND, message))
        }
        _ => Err(rejected(
            StatusCode::CONFLICT,
            format!("Several accounts have the identity provider {name}; give them other names."),
        )),
    }
}

fn body(token: &IamToken, account: &Account, protocol: &str, time: RequestTime) -> Value {
    let expires = time.now.saturating_add(time::Duration::seconds(LIFETIME));
    let subject = format!("{}/{}", token.provider, token.subject);
    json!({"token": {
        "expires_at": iam_time(expires),
        "issued_at": iam_time(time.now),
        "methods": ["mapped"],
        "user": {
            "OS-FEDERATION": {
                "groups": [],
                "identity_provider": {"id": token.provider},
                "protocol": {"id": protocol},
            },
            "domain": {"id": account.id, "name": account.name},
            "id": stable_id("federated user", &account.id, &subject),
            "name": token.subject,
        },
        "roles": [],
        "catalog": [],
    }})
}

impl Scope {
    /// Whether the scope is one project of the account, or the account.
    fn is_of(&self, account: &Account) -> bool {
        match (&self.project, &self.domain) {
            (Some(Table(project)), None) => {
                account.has_project(project.id.as_deref(), project.name.as_deref())
            }
            (None, Some(Table(domain))) => {
                (domain.id.is_some() || domain.name.is_some())
                    && domain.id.as_ref().is_none_or(|id| *id == account.id)
                    && domain.name.as_ref().is_none_or(|name| *name == account.name)
            }
            _ => false,
        }
    }
}
