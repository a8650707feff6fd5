//! Look-ups of the ids that other services require: of a project and of the account.

use http::{Request, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::Deserializer;
use sts_credentials::CredentialsError;
use sts_proto::{Body, Endpoint, ServiceError, json};

use super::caller::IamCaller;
use crate::json_request::get;

/// Characters that are encoded in a query.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Returns the projects that the caller can use: all, or those with a name. Each region has a
/// project with its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeystoneListProjects {
    /// Name of the project.
    pub name: Option<String>,
}

/// Returns the account of the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the operation has no parameters")]
pub struct KeystoneListAuthDomains;

impl KeystoneListProjects {
    /// Creates a request for all projects.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Creates a request for the project with this name, for example the id of a region.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()) }
    }

    /// Returns the request of `caller`. Sign it unless the caller has a token.
    ///
    /// # Errors
    ///
    /// A part of the caller cannot be sent in a header.
    pub fn to_request(
        &self,
        endpoint: &Endpoint,
        caller: &IamCaller,
    ) -> Result<Request<Body>, CredentialsError> {
        let target = match &self.name {
            Some(name) => format!("/v3/projects?name={}", utf8_percent_encode(name, IN_QUERY)),
            None => "/v3/projects".to_owned(),
        };
        let mut request = get(endpoint, &target)?;
        caller.add_to(request.headers_mut())?;
        Ok(request)
    }

    /// Reads the response.
    ///
    /// # Errors
    ///
    /// The status is not a 2xx, or the body is invalid.
    pub fn read<B: AsRef<[u8]>>(response: &Response<B>) -> Result<Projects, ServiceError> {
        json::read(response)
    }
}

impl KeystoneListAuthDomains {
    /// Returns the request of `caller`. Sign it unless the caller has a token.
    ///
    /// # Errors
    ///
    /// A part of the caller cannot be sent in a header.
    pub fn to_request(
        self,
        endpoint: &Endpoint,
        caller: &IamCaller,
    ) -> Result<Request<Body>, CredentialsError> {
        let mut request = get(endpoint, "/v3/auth/domains")?;
        caller.add_to(request.headers_mut())?;
        Ok(request)
    }

    /// Reads the response.
    ///
    /// # Errors
    ///
    /// The status is not a 2xx, or the body is invalid.
    pub fn read<B: AsRef<[u8]>>(response: &Response<B>) -> Result<AuthDomains, ServiceError> {
        json::read(response)
    }
}

/// Output of [`KeystoneListProjects`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Projects {
    /// The projects.
    #[serde(deserialize_with = "list")]
    pub projects: Vec<NamedId>,
}

/// Output of [`KeystoneListAuthDomains`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct AuthDomains {
    /// The accounts: one in practice.
    #[serde(deserialize_with = "list")]
    pub domains: Vec<NamedId>,
}

/// Id and name of a project or an account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct NamedId {
    /// The id.
    pub id: String,
    /// The name, if the response contains it.
    pub name: Option<String>,
}

fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<NamedId>, D::Error> {
    #[derive(Deserialize)]
    struct Object(#[serde(deserialize_with = "json::object")] NamedId);

    let list = Vec::<Object>::deserialize(deserializer)?;
    Ok(list.into_iter().map(|Object(object)| object).collect())
}
