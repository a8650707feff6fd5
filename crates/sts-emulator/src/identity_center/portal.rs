//! The portal: accounts, permission sets and their credentials.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use http::{Request, StatusCode, Uri};
use serde_json::{Value, json};
use sts_proto::{Body, Secret};

use super::access_token::AccessToken;
use super::reply::{access_denied, bad_request, rejected};
use crate::model::action;
use crate::model::agency::Agency;
use crate::model::principal::User;
use crate::model::requester::Requester;
use crate::rejection::Rejection;
use crate::service::{RequestTime, Service, SessionRequest, authorization};

const ACCESS_TOKEN: &str = "access-token";

const DEFAULT_PAGE: usize = 200;
const MAX_PAGE: usize = 2000;

/// The session of a user who has signed in.
pub(super) struct PortalSession<'a> {
    pub(super) token: AccessToken,
    user: &'a User,
    requester: Requester,
}

/// Verifies the access token of a request. `caller` is set for the request log.
pub(super) fn authenticate<'a>(
    service: &'a Service,
    request: &Request<Body>,
    time: RequestTime,
    caller: &mut Option<String>,
) -> Result<PortalSession<'a>, Rejection> {
    let Some(token) = request.headers().get(ACCESS_TOKEN) else {
        let message = format!("HTTP request header {ACCESS_TOKEN} not found.");
        return Err(rejected(StatusCode::NOT_FOUND, Some("IIC.1390"), message));
    };
    let token = token.to_str().ok();
    let token = token.and_then(|token| AccessToken::open(token, &service.seal, time.now));
    let token = token.filter(|token| !service.sign_ins.is_revoked(&token.id));
    let user = token.as_ref().and_then(|token| service.config.user(&token.user_urn));
    let (Some(token), Some(user)) = (token, user) else {
        let problem = "the access token is invalid, has expired or was revoked";
        return Err(access_denied(StatusCode::UNAUTHORIZED, problem));
    };
    *caller = Some(user.urn());
    let requester = user.requester();
    Ok(PortalSession { token, user, requester })
}

pub(super) fn accounts(
    service: &Service,
    session: &PortalSession<'_>,
    uri: &Uri,
) -> Result<Value, Rejection> {
    let agencies = assigned(service, &session.requester, None);
    let ids: std::collections::BTreeSet<_> =
        agencies.values().map(|agency| agency.account.as_str()).collect();
    let entries = ids.into_iter().map(|id| {
        let name = service.config.account(id).map_or(id, |account| account.name.as_str());
        let account = json!({
            "account_id": id,
            "account_name": name,
            "email_address": format!("{id}@sts-emulator.invalid"),
        });
        (id.to_owned(), account)
    });
    page("account_list", entries.collect(), &query(uri))
}

pub(super) fn agencies(
    service: &Service,
    session: &PortalSession<'_>,
    uri: &Uri,
) -> Result<Value, Rejection> {
    let query = query(uri);
    let account = query.get("account_id").ok_or_else(|| bad_request("account_id is missing"))?;
    let agencies = assigned(service, &session.requester, Some(account));
    let entries = agencies.into_iter().map(|(urn, agency)| {
        let entry = json!({
            "account_id": agency.account,
            "agency_name": agency.name,
            "agency_urn": urn,
            "permission_set_name": permission_set(&agency.name),
            "description": "",
        });
        (urn, entry)
    });
    page("agency_list", entries.collect(), &query)
}

pub(super) fn credentials(
    service: &Service,
    session: &PortalSession<'_>,
    uri: &Uri,
    time: RequestTime,
) -> Result<Value, Rejection> {
    let query = query(uri);
    let parameter =
        |name: &str| query.get(name).ok_or_else(|| bad_request(format_args!("{name} is missing")));
    let (account, urn) = (parameter("target_account_id")?, parameter("agency_urn")?);
    let agency = service.config.agency(urn).filter(|agency| agency.account == **account);
    let agency = agency.ok_or_else(|| {
        let message = "Not Found: the account has no such agency.".to_owned();
        rejected(StatusCode::NOT_FOUND, None, message)
    })?;
    authorization::check_assume(&service.config, &session.requester, action::ASSUME, agency, None)?;
    if agency.requires_mfa {
        let problem = "the trust policy of the agency requires MFA";
        return Err(access_denied(StatusCode::FORBIDDEN, problem));
    }
    let session_request = SessionRequest {
        name: &session.user.name,
        duration_seconds: Some(agency.max_duration),
        source_identity: None,
        transitive_tags: BTreeMap::new(),
    };
    let (_, credentials) = service.issue(agency, session_request, time)?;
    Ok(json!({"agency_credentials": {
        "access_key_id": credentials.access_key_id,
        "secret_access_key": credentials.secret_access_key.expose_secret(),
        "session_token": credentials.security_token.as_ref().map(Secret::expose_secret),
        "expiration": credentials.expiration.map(time::OffsetDateTime::unix_timestamp),
    }}))
}

/// Returns the agencies that a user may assume without further information, by URN.
fn assigned<'a>(
    service: &'a Service,
    user: &Requester,
    account: Option<&str>,
) -> BTreeMap<String, &'a Agency> {
    let is_assigned = |(urn, agency): &(String, &Agency)| {
        account.is_none_or(|account| agency.account == account)
            && !agency.requires_mfa
            && agency.denial_reason(user, None).is_none()
            && !service.config.denies(user, action::ASSUME, urn)
    };
    service.config.agencies().map(|agency| (agency.urn(), agency)).filter(is_assigned).collect()
}

/// Returns the name of a permission set: that of the agency, without the parts that the service
/// adds (`SysReservedV3_NAME_0123456789abcdef`).
fn permission_set(agency: &str) -> &str {
    let inner = agency.strip_prefix("SysReservedV3_").and_then(|rest| rest.rsplit_once('_'));
    match inner {
        Some((name, id)) if id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()) => name,
        _ => agency,
    }
}

fn query(uri: &Uri) -> HashMap<Cow<'_, str>, Cow<'_, str>> {
    form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).collect()
}

/// Returns a page of the entries, which are sorted by their keys. A marker contains the last key of
/// the previous page.
fn page(
    name: &str,
    entries: Vec<(String, Value)>,
    query: &HashMap<Cow<'_, str>, Cow<'_, str>>,
) -> Result<Value, Rejection> {
    let limit = match query.get("limit").map(|limit| limit.parse()) {
        None => DEFAULT_PAGE,
        Some(Ok(limit)) if (1..=MAX_PAGE).contains(&limit) => limit,
        Some(_) => return Err(bad_request("limit must be 1 to 2000")),
    };
    let after = match query.get("marker") {
        None => None,
        Some(marker) => {
            let key =
                URL_SAFE.decode(marker.as_bytes()).ok().and_then(|key| String::from_utf8(key).ok());
            Some(key.ok_or_else(|| bad_request("marker is invalid"))?)
        }
    };
    let mut rest = entries.into_iter().filter(|(key, _)| after.as_ref().is_none_or(|a| key > a));
    let (keys, values): (Vec<_>, Vec<_>) = rest.by_ref().take(limit).unzip();
    let last = rest.next().and(keys.last());
    let marker = last.map(|key| URL_SAFE.encode(key));
    Ok(json!({name: values, "page_info": {"next_marker": marker, "current_count": keys.len()}}))
}
