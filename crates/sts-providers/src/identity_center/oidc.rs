//! Messages of the OIDC service: registration, device authorization and token.

use http::{Request, Response};
use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use sts_credentials::{CredentialsError, Secret};
use sts_proto::{Body, Endpoint, ServiceError, json};
use time::OffsetDateTime;

use super::instant;
use super::message::{Message, post, word};
use crate::failure::invalid;
use crate::json_request::Exposed;

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Interval between polls that the service does not state, in seconds: the default of RFC 8628.
const DEFAULT_INTERVAL: u64 = 5;
/// Limit of a client name, in characters.
const LONGEST_NAME: usize = 1024;
/// Approximate size of a request with a client id and secret of the largest documented size.
const SIZE: usize = 24 * 1024;

/// Registers a program as a client of the device flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RegisterClient {
    /// Name that the person sees, 1 to 1024 characters.
    pub client_name: String,
    client_type: &'static str,
    token_endpoint_auth_method: &'static str,
    /// Scopes of the access token; each up to 64 letters, digits, `_` and `-`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    grant_types: [&'static str; 1],
    response_types: [&'static str; 1],
}

impl RegisterClient {
    /// Creates a request without scopes.
    #[must_use]
    pub fn new(client_name: impl Into<String>) -> Self {
        Self {
            client_name: client_name.into(),
            client_type: "public",
            token_endpoint_auth_method: "client_secret_post",
            scopes: Vec::new(),
            grant_types: [DEVICE_CODE],
            response_types: ["code"],
        }
    }

    /// Sets the scopes.
    #[must_use]
    pub fn scopes<I: Into<String>>(self, scopes: impl IntoIterator<Item = I>) -> Self {
        Self { scopes: scopes.into_iter().map(Into::into).collect(), ..self }
    }
}

impl Message for RegisterClient {
    const NAME: &'static str = "RegisterClient";
    type Output = Registration;

    fn to_request(&self, endpoint: &Endpoint) -> Result<Request<Body>, CredentialsError> {
        if !(1..=LONGEST_NAME).contains(&self.client_name.chars().count()) {
            return Err(invalid("the client name must have 1 to 1024 characters"));
        }
        post(endpoint, "/v1/clients", 1024, self)
    }

    fn read<B: AsRef<[u8]>>(response: &Response<B>) -> Result<Registration, ServiceError> {
        #[derive(Deserialize)]
        struct Content {
            #[serde(deserialize_with = "json::object")]
            client_info: Registration,
        }
        json::read(response).map(|Content { client_info }| client_info)
    }
}

/// A registered client. It is valid for months: keep it, by region and URL of the user portal, and
/// use it for all sign-ins until it [expires](Self::expires_at).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Registration {
    /// Id of the client.
    pub client_id: String,
    /// Secret of the client.
    #[serde(deserialize_with = "word")]
    pub client_secret: Secret,
    /// Expiration of the secret.
    #[serde(rename = "client_secret_expires_at", deserialize_with = "instant::deserialize")]
    pub expires_at: OffsetDateTime,
}

impl Registration {
    /// Creates a registration that was kept.
    #[must_use]
    pub fn new(
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
        expires_at: OffsetDateTime,
    ) -> Self {
        Self { client_id: client_id.into(), client_secret: client_secret.into(), expires_at }
    }
}

/// Requests a device code and a user code.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StartDeviceAuthorization {
    /// Id of the registered client.
    pub client_id: String,
    /// Secret of the registered client.
    pub client_secret: Secret,
    /// URL of the user portal.
    pub start_url: String,
}

impl StartDeviceAuthorization {
    /// Creates a request.
    #[must_use]
    pub fn new(registration: &Registration, start_url: impl Into<String>) -> Self {
        Self {
            client_id: registration.client_id.clone(),
            client_secret: registration.client_secret.clone(),
            start_url: start_url.into(),
        }
    }
}

impl Message for StartDeviceAuthorization {
    const NAME: &'static str = "StartDeviceAuthorization";
    type Output = DeviceAuthorization;

    fn to_request(&self, endpoint: &Endpoint) -> Result<Request<Body>, CredentialsError> {
        #[derive(Serialize)]
        struct Content<'a> {
            client_id: &'a str,
            client_secret: Exposed<'a>,
            start_url: &'a str,
        }
        if !self.start_url.contains("://") || self.start_url.contains(char::is_whitespace) {
            return Err(invalid("the start URL is not a URL; expected that of the user portal"));
        }
        let Self { client_id, client_secret, start_url } = self;
        let content = Content { client_id, client_secret: Exposed(client_secret), start_url };
        post(endpoint, "/v1/device/authorize", SIZE, &content)
    }

    fn read<B: AsRef<[u8]>>(response: &Response<B>) -> Result<DeviceAuthorization, ServiceError> {
        json::read(response)
    }
}

/// Output of [`StartDeviceAuthorization`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct DeviceAuthorization {
    /// Code with which the program polls.
    #[serde(deserialize_with = "word")]
    pub device_code: Secret,
    /// Code that the person enters.
    pub user_code: String,
    /// Page on which the person enters the code.
    pub verification_uri: String,
    /// The same page with the code included.
    pub verification_uri_complete: Option<String>,
    /// Lifetime of the codes as the service states it: seconds, or above 10^8 the time in seconds
    /// since 1970.
    pub expires_in: u64,
    /// Interval between polls in seconds, if the service states it.
    pub interval: Option<u64>,
}

impl DeviceAuthorization {
    /// Returns the interval between polls in seconds: 5 if the service does not state it.
    pub(super) fn interval(&self) -> u64 {
        self.interval.filter(|seconds| *seconds > 0).unwrap_or(DEFAULT_INTERVAL)
    }
}

/// Requests the access token for an approved device code.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreateToken {
    /// Id of the registered client.
    pub client_id: String,
    /// Secret of the registered client.
    pub client_secret: Secret,
    /// Device code.
    pub device_code: Secret,
}

impl CreateToken {
    /// Creates a request.
    #[must_use]
    pub fn new(registration: &Registration, device_code: impl Into<Secret>) -> Self {
        Self {
            client_id: registration.client_id.clone(),
            client_secret: registration.client_secret.clone(),
            device_code: device_code.into(),
        }
    }
}

impl Message for CreateToken {
    const NAME: &'static str = "CreateToken";
    type Output = IssuedToken;

    fn to_request(&self, endpoint: &Endpoint) -> Result<Request<Body>, CredentialsError> {
        #[derive(Serialize)]
        struct Content<'a> {
            client_id: &'a str,
            client_secret: Exposed<'a>,
            grant_type: &'a str,
            device_code: Exposed<'a>,
        }
        let Self { client_id, client_secret, device_code } = self;
        let content = Content {
            client_id,
            client_secret: Exposed(client_secret),
            grant_type: DEVICE_CODE,
            device_code: Exposed(device_code),
        };
        post(endpoint, "/v1/tokens", SIZE, &content)
    }

    fn read<B: AsRef<[u8]>>(response: &Response<B>) -> Result<IssuedToken, ServiceError> {
        #[derive(Deserialize)]
        struct Content {
            #[serde(deserialize_with = "json::object")]
            token_info: IssuedToken,
        }
        json::read(response).map(|Content { token_info }| token_info)
    }
}

/// Output of [`CreateToken`]. Tokens are not refreshed: the person signs in again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct IssuedToken {
    /// Access token for the portal.
    #[serde(deserialize_with = "word")]
    pub access_token: Secret,
    /// Lifetime of the token as the service states it: seconds, or above 10^8 the time in seconds
    /// since 1970. An hour if it is missing or null.
    #[serde(default = "an_hour", deserialize_with = "or_an_hour")]
    pub expires_in: u64,
}

const fn an_hour() -> u64 {
    3600
}

fn or_an_hour<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_else(an_hour))
}
