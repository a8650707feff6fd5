//! Messages of the portal: what is assigned to a person, and credentials for it.

use http::{Method, Request, Response};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use sts_credentials::{
    Credentials, CredentialsError, Secret, validate_access_key_id, validate_secret_access_key,
    validate_security_token,
};
use sts_proto::{Body, Endpoint, ServiceError, json};
use time::OffsetDateTime;

use super::instant;
use super::message::{Message, authorize, get, target};
use crate::failure::invalid;
use crate::json_request::valid;

/// The portal. It is not documented whether it serves the instances of all regions.
pub const PORTAL_ENDPOINT: &str = "https://portal-identitycenter.myhuaweicloud.com";

/// Returns the accounts in which an agency is assigned to the person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListAccounts {
    /// Access token of the person.
    pub access_token: Secret,
    /// Maximum number of accounts in the response, 1 to 2000; 200 by default.
    pub limit: Option<u32>,
    /// Where the page begins: the [`next_marker`](Accounts::next_marker) of the page before.
    pub marker: Option<String>,
}

/// Returns the agencies of an account that are assigned to the person, one for each permission set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListAccountAgencies {
    /// Access token of the person.
    pub access_token: Secret,
    /// Id of the account.
    pub account_id: String,
    /// Maximum number of agencies in the response, 1 to 2000; 200 by default.
    pub limit: Option<u32>,
    /// Where the page begins: the [`next_marker`](Agencies::next_marker) of the page before.
    pub marker: Option<String>,
}

/// Returns temporary credentials of an assigned agency.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetAgencyCredentials {
    /// Access token of the person.
    pub access_token: Secret,
    /// Id of the account.
    pub target_account_id: String,
    /// URN of the agency.
    pub agency_urn: String,
}

/// Revokes an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Logout {
    /// Access token of the person.
    pub access_token: Secret,
}

impl ListAccounts {
    /// Creates a request for the first page.
    #[must_use]
    pub fn new(access_token: impl Into<Secret>) -> Self {
        Self { access_token: access_token.into(), limit: None, marker: None }
    }

    /// Sets the maximum number of accounts in the response.
    #[must_use]
    pub fn limit(self, limit: u32) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Sets where the page begins.
    #[must_use]
    pub fn marker(self, marker: impl Into<String>) -> Self {
        Self { marker: Some(marker.into()), ..self }
    }
}

impl ListAccountAgencies {
    /// Creates a request for the first page.
    #[must_use]
    pub fn new(access_token: impl Into<Secret>, account_id: impl Into<String>) -> Self {
        let (access_token, account_id) = (access_token.into(), account_id.into());
        Self { access_token, account_id, limit: None, marker: None }
    }

    /// Sets the maximum number of agencies in the response.
    #[must_use]
    pub fn limit(self, limit: u32) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Sets where the page begins.
    #[must_use]
    pub fn marker(self, marker: impl Into<String>) -> Self {
        Self { marker: Some(marker.into()), ..self }
    }
}

impl GetAgencyCredentials {
    /// Creates a request.
    #[must_use]
    pub fn new(
        access_token: impl Into<Secret>,
        target_account_id: impl Into<String>,
        agency_urn: impl Into<String>,
    ) -> Self {
        Self {
            access_token: access_token.into(),
            target_account_id: target_account_id.into(),
            agency_urn: agency_urn.into(),
        }
    }
}

impl Logout {
    /// Creates a request.
    #[must_use]
    pub fn new(access_token: impl Into<Secret>) -> Self {
        Self { access_token: access_token.into() }
    }
}

impl Message for ListAccounts {
    const NAME: &'static str = "ListAccounts";
    type Output = Accounts;

    fn to_request(&self, endpoint: &Endpoint) -> Result<Request<Body>, CredentialsError> {
        let limit = limit(self.limit)?;
        let query = [("limit", limit.as_deref()), ("marker", self.marker.as_deref())];
        let mut request = get(endpoint, &target("/v1/assigned-accounts", &query))?;
        authorize(&mut request, &self.access_token)?;
        Ok(request)
    }

    fn read<B: AsRef<[u8]>>(response: &Response<B>) -> Result<Accounts, ServiceError> {
        json::read(response)
    }
}

impl Message for ListAccountAgencies {
    const NAME: &'static str = "ListAccountAgencies";
    type Output = Agencies;

    fn to_request(&self, endpoint: &Endpoint) -> Result<Request<Body>, CredentialsError> {
        let limit = limit(self.limit)?;
        let query = [
            ("account_id", Some(&*self.account_id)),
            ("limit", limit.as_deref()),
            ("marker", self.marker.as_deref()),
        ];
        let mut request = get(endpoint, &target("/v1/assigned-agencies", &query))?;
        authorize(&mut request, &self.access_token)?;
        Ok(request)
    }

    fn read<B: AsRef<[u8]>>(response: &Response<B>) -> Result<Agencies, ServiceError> {
        json::read(response)
    }
}

impl Message for GetAgencyCredentials {
    const NAME: &'static str = "GetAgencyCredentials";
    type Output = Credentials;

    fn to_request(&self, endpoint: &Endpoint) -> Result<Request<Body>, CredentialsError> {
        if self.target_account_id.is_empty() || self.agency_urn.is_empty() {
            return Err(invalid("the account id and the URN of the agency must not be empty"));
        }
        let query = [
            ("agency_urn", Some(&*self.agency_urn)),
            ("target_account_id", Some(&*self.target_account_id)),
        ];
        let mut request = get(endpoint, &target("/v1/credentials", &query))?;
        authorize(&mut request, &self.access_token)?;
        Ok(request)
    }

    fn read<B: AsRef<[u8]>>(response: &Response<B>) -> Result<Credentials, ServiceError> {
        let Content { agency_credentials: issued } = json::read(response)?;
        let (id, secret) = (issued.access_key_id, issued.secret_access_key);
        Ok(Credentials::temporary(
            id.expose_secret(),
            secret,
            issued.session_token,
            issued.expiration,
        ))
    }
}

impl Message for Logout {
    const NAME: &'static str = "Logout";
    type Output = ();

    fn to_request(&self, endpoint: &Endpoint) -> Result<Request<Body>, CredentialsError> {
        let mut request = get(endpoint, "/v1/logout")?;
        *request.method_mut() = Method::POST;
        authorize(&mut request, &self.access_token)?;
        Ok(request)
    }

    fn read<B: AsRef<[u8]>>(response: &Response<B>) -> Result<(), ServiceError> {
        ServiceError::from_response(response).map_or(Ok(()), Err)
    }
}

fn limit(limit: Option<u32>) -> Result<Option<String>, CredentialsError> {
    match limit {
        Some(1..=2000) | None => Ok(limit.map(|limit| limit.to_string())),
        Some(_) => Err(invalid("limit must be 1 to 2000")),
    }
}

/// Output of [`ListAccounts`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Accounts {
    /// The accounts of the page.
    #[serde(rename = "account_list", deserialize_with = "list")]
    pub accounts: Vec<Account>,
    /// Where the next page begins; `None` on the last page.
    #[serde(default, rename = "page_info", deserialize_with = "next_marker")]
    pub next_marker: Option<String>,
}

/// An account in which an agency is assigned to the person.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Account {
    /// Id of the account.
    pub account_id: String,
    /// Name of the account, if the response contains it.
    pub account_name: Option<String>,
    /// Email address of the account, if the response contains it.
    pub email_address: Option<String>,
}

/// Output of [`ListAccountAgencies`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Agencies {
    /// The agencies of the page.
    #[serde(rename = "agency_list", deserialize_with = "list")]
    pub agencies: Vec<AssignedAgency>,
    /// Where the next page begins; `None` on the last page.
    #[serde(default, rename = "page_info", deserialize_with = "next_marker")]
    pub next_marker: Option<String>,
}

/// An agency that is assigned to the person.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct AssignedAgency {
    /// URN of the agency.
    pub agency_urn: String,
    /// Id of the account, if the response contains it.
    pub account_id: Option<String>,
    /// Name of the agency, if the response contains it.
    pub agency_name: Option<String>,
    /// Name of the permission set, if the response contains it.
    pub permission_set_name: Option<String>,
    /// Description, if the response contains it.
    pub description: Option<String>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(deserialize_with = "json::object")]
    agency_credentials: Issued,
}

#[derive(Deserialize)]
struct Issued {
    #[serde(deserialize_with = "access_key_id")]
    access_key_id: Secret,
    #[serde(deserialize_with = "secret_access_key")]
    secret_access_key: Secret,
    #[serde(deserialize_with = "session_token")]
    session_token: Secret,
    #[serde(deserialize_with = "instant::deserialize")]
    expiration: OffsetDateTime,
}

fn access_key_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    valid(deserializer, validate_access_key_id)
}

fn secret_access_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    valid(deserializer, validate_secret_access_key)
}

fn session_token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    valid(deserializer, validate_security_token)
}

/// Deserializes a list of objects. A missing list is an error, and so is null.
fn list<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(bound = "T: DeserializeOwned")]
    struct Object<T>(#[serde(deserialize_with = "json::object")] T);

    let list = Vec::<Object<T>>::deserialize(deserializer)?;
    Ok(list.into_iter().map(|Object(object)| object).collect())
}

/// Deserializes the marker of the next page. An empty one would request the first page again.
fn next_marker<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    struct PageInfo {
        next_marker: Option<String>,
    }
    let info = Option::<PageInfo>::deserialize(deserializer)?;
    Ok(info.and_then(|info| info.next_marker).filter(|marker| !marker.is_empty()))
}
