//! Credentials of the service account of a pod, from the pod identity agent of CCE.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, Uri};
use sts_client::session::{IssuedCredentials, RefreshProvider};
use sts_client::{CallContext, Environment, Now, Platform, StateMachine, Step, TransportError};
use sts_credentials::{Credentials, CredentialsError};
use sts_proto::{Body, ServiceError};

use crate::address::{self, Reach};
use crate::failure;
use crate::local_service::Issuer;
use crate::single_request::SingleRequest;
use crate::token;
use crate::variable::{self, half_set};

const FULL_URI: &str = "HC_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN_FILE: &str = "HC_CONTAINER_AUTHORIZATION_TOKEN_FILE";

const ISSUER: Issuer = Issuer {
    name: "the pod identity agent",
    credentials: "credentials",
    access: "accessKeyId",
    secret: "secretAccessKey",
    token: "securityToken",
    expiration: "expiration",
};

/// Timeout of each request. The official SDKs use this value for connecting and again for reading.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Pod identity agent of a CCE cluster: credentials of the agency that is bound to the service
/// account of the pod.
///
/// It is a [`RefreshProvider`]. The agent identifies the pod by a token in a file that Kubernetes
/// rewrites, so the file is read for every refresh. The agent is at a link-local or loopback
/// address, or at any host over https, so that the token is not sent over plain http to another
/// machine. A request times out after 5 seconds; temporary failures are retried under the policy of
/// the client.
#[derive(Clone)]
pub struct PodIdentity {
    uri: Uri,
    token_file: PathBuf,
}

impl PodIdentity {
    /// Returns a provider for the agent at `uri`, which identifies the pod by the token in
    /// `token_file`.
    ///
    /// # Errors
    ///
    /// The URL is invalid, contains user info, or is plain http to a host that is neither
    /// link-local nor loopback.
    pub fn new(uri: &str, token_file: impl Into<PathBuf>) -> Result<Self, CredentialsError> {
        let uri = address::parse(uri, Reach::LocalOrHttps).map_err(|fault| {
            CredentialsError::new(format!("the URL of the pod identity agent {fault}"))
        })?;
        Ok(Self { uri, token_file: token_file.into() })
    }

    /// Reads the configuration that CCE sets in `HC_CONTAINER_CREDENTIALS_FULL_URI` and
    /// `HC_CONTAINER_AUTHORIZATION_TOKEN_FILE`.
    ///
    /// # Errors
    ///
    /// If neither is set, the provider [is not configured](CredentialsError::is_not_configured). One
    /// without the other is an error, and so is a value that is not UTF-8, is in quotes or contains
    /// control characters, or a URL that [`new`](Self::new) rejects. Errors name the variable.
    pub fn from_environment(environment: &dyn Environment) -> Result<Self, CredentialsError> {
        match (
            variable::plain_word(environment, FULL_URI)?,
            variable::path(environment, TOKEN_FILE)?,
        ) {
            (Some(uri), Some(token_file)) => {
                let uri = address::parse(&uri, Reach::LocalOrHttps)
                    .map_err(|fault| variable::invalid(FULL_URI, &fault))?;
                Ok(Self { uri, token_file })
            }
            (Some(_), None) => Err(half_set(FULL_URI, TOKEN_FILE)),
            (None, Some(_)) => Err(half_set(TOKEN_FILE, FULL_URI)),
            (None, None) => {
                let message = format!("{FULL_URI} and {TOKEN_FILE} are not set");
                Err(CredentialsError::not_configured(message))
            }
        }
    }

    fn request(&self, token: HeaderValue) -> Request<Body> {
        let mut request = Request::new(Body::from(b"{}".to_vec()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
        request.headers_mut().insert(AUTHORIZATION, token);
        request
    }
}

impl RefreshProvider for PodIdentity {
    type Refresh = PodIdentityRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<Self::Refresh, CredentialsError> {
        let request = self.request(token::read_file(&*platform.environment, &self.token_file)?);
        let settings = (TIMEOUT, platform.clock.seed(), &**context);
        Ok(PodIdentityRefresh(SingleRequest::new(ISSUER.name, request, true, reject, settings)))
    }

    fn label(&self) -> String {
        "pod identity".to_owned()
    }
}

impl fmt::Debug for PodIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PodIdentity")
            .field("uri", &address::shown(&self.uri))
            .field("token_file", &self.token_file)
            .finish()
    }
}

/// State machine of one refresh from a [`PodIdentity`] agent.
pub struct PodIdentityRefresh(SingleRequest);

impl StateMachine for PodIdentityRefresh {
    type Output = IssuedCredentials;

    fn step(&mut self, now: Now) -> Step<IssuedCredentials> {
        self.0.step_with(now, |success| {
            ISSUER.read(&success.response, success.sent, success.received)
        })
    }

    /// Ignored: a refresh requests no credentials.
    fn provide(&mut self, _: Result<Arc<Credentials>, CredentialsError>) {}

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        self.0.receive(outcome, now);
    }
}

impl fmt::Debug for PodIdentityRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PodIdentityRefresh").finish_non_exhaustive()
    }
}

fn reject(response: &Response<Body>) -> CredentialsError {
    let status = response.status().as_u16();
    let message = format!("pod identity agent: request failed with status {status}");
    match ServiceError::from_response(response) {
        Some(error) => failure::of_service(message, error),
        None => failure::of_status(message, response.status()),
    }
}
