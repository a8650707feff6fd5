//! Credentials from a local server, in the protocol of AWS containers.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderValue, Request, Response, Uri};
use sts_client::session::{IssuedCredentials, RefreshProvider};
use sts_client::{CallContext, Environment, Now, Platform, StateMachine, Step, TransportError};
use sts_credentials::{Credentials, CredentialsError};
use sts_proto::{Body, Secret};

use crate::address::{self, Reach};
use crate::aws_json::{self, Form};
use crate::single_request::{SingleRequest, Success};
use crate::variable;
use crate::{failure, token};

const FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

/// Timeout of each request.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Local server that issues credentials in the protocol of AWS containers, under a URL with or
/// without a token in `Authorization`.
///
/// It is a [`RefreshProvider`]. Over plain http, the server is at a loopback address or at one of the
/// addresses of the agents of AWS (`169.254.170.2`, `169.254.170.23`, `[fd00:ec2::23]`), so that a token
/// is not sent to another machine; over https, at any host. A token file is read for every refresh. A request times out after 5 seconds; temporary failures are retried under the policy of the
/// client.
///
/// It is not part of any default chain: on machines of AWS, the same variables refer to credentials
/// of AWS. `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` is not read, because it always refers to them.
///
/// ```
/// use sts_providers::ContainerCredentials;
///
/// let server = ContainerCredentials::new("http://127.0.0.1:8099/credentials")?
///     .token_file("/run/user/1000/sts/secret");
/// // let session = client.session(server)?;
/// # Ok::<(), sts_client::CredentialsError>(())
/// ```
#[derive(Clone)]
pub struct ContainerCredentials {
    uri: Uri,
    authorization: Authorization,
}

#[derive(Clone)]
enum Authorization {
    None,
    Given(Secret),
    File(PathBuf),
}

impl ContainerCredentials {
    /// Returns a provider for the server at `uri`, without a token.
    ///
    /// # Errors
    ///
    /// The URL is invalid, contains user info, or is plain http to a host that is neither loopback
    /// nor an agent of AWS.
    pub fn new(uri: &str) -> Result<Self, CredentialsError> {
        let uri = address::parse(uri, Reach::ContainerOrHttps).map_err(|fault| {
            CredentialsError::new(format!("the URL of the credential server {fault}"))
        })?;
        Ok(Self { uri, authorization: Authorization::None })
    }

    /// Sets the token, the whole value of `Authorization`. One with a line end is an error.
    #[must_use]
    pub fn token(self, token: impl Into<Secret>) -> Self {
        Self { authorization: Authorization::Given(token.into()), ..self }
    }

    /// Sets the file of the token, the whole value of `Authorization`. One with a line end is an error, as with
    /// the AWS SDKs.
    #[must_use]
    pub fn token_file(self, path: impl Into<PathBuf>) -> Self {
        Self { authorization: Authorization::File(path.into()), ..self }
    }

    /// Reads the configuration from the variables of the AWS SDKs:
    ///
    /// | variable | |
    /// |---|---|
    /// | `AWS_CONTAINER_CREDENTIALS_FULL_URI` | the URL |
    /// | `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`, or else `AWS_CONTAINER_AUTHORIZATION_TOKEN` | the file of the token, or the token |
    ///
    /// # Errors
    ///
    /// Without a URL, the provider [is not configured](CredentialsError::is_not_configured). It is an
    /// error if a value is not UTF-8, is in quotes or contains control characters, or if
    /// [`new`](Self::new) rejects the URL. Errors name the variable.
    pub fn from_environment(environment: &dyn Environment) -> Result<Self, CredentialsError> {
        let Some(uri) = variable::plain_word(environment, FULL_URI)? else {
            return Err(CredentialsError::not_configured(format!("{FULL_URI} is not set")));
        };
        let uri = address::parse(&uri, Reach::ContainerOrHttps)
            .map_err(|fault| variable::invalid(FULL_URI, &fault))?;
        let file = variable::path(environment, TOKEN_FILE)?;
        let authorization = match file {
            Some(file) => Authorization::File(file),
            None => match variable::untrimmed(environment, TOKEN)?.filter(|set| !set.is_empty()) {
                Some(token) => {
                    let invalid = |fault| variable::invalid(TOKEN, fault);
                    authorization(content_of(&token)).map_err(invalid)?;
                    Authorization::Given(token)
                }
                None => Authorization::None,
            },
        };
        Ok(Self { uri, authorization })
    }

    fn header(
        &self,
        environment: &dyn Environment,
    ) -> Result<Option<HeaderValue>, CredentialsError> {
        match &self.authorization {
            Authorization::None => Ok(None),
            Authorization::Given(token) => {
                let fault = |fault| {
                    CredentialsError::new(format!("the token of the credential server {fault}"))
                };
                authorization(content_of(token)).map(Some).map_err(fault)
            }
            Authorization::File(path) => {
                token::read_file_as(environment, path, authorization).map(Some)
            }
        }
    }
}

impl RefreshProvider for ContainerCredentials {
    type Refresh = ContainerRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<Self::Refresh, CredentialsError> {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(token) = self.header(&*platform.environment)? {
            headers.insert(AUTHORIZATION, token);
        }
        let is_direct = address::is_direct(&self.uri, Reach::ContainerOrHttps);
        let settings = (TIMEOUT, platform.clock.seed(), &**context);
        let name = "the credential server";
        Ok(ContainerRefresh(SingleRequest::new(name, request, is_direct, reject, settings)))
    }

    fn label(&self) -> String {
        "credential server".to_owned()
    }
}

impl fmt::Debug for ContainerCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authorization = match &self.authorization {
            Authorization::None => "none".to_owned(),
            Authorization::Given(_) => "[redacted]".to_owned(),
            Authorization::File(path) => path.display().to_string(),
        };
        f.debug_struct("ContainerCredentials")
            .field("uri", &address::shown(&self.uri))
            .field("authorization", &authorization)
            .finish()
    }
}

/// State machine of one refresh from [`ContainerCredentials`].
pub struct ContainerRefresh(SingleRequest);

impl StateMachine for ContainerRefresh {
    type Output = IssuedCredentials;

    fn step(&mut self, now: Now) -> Step<IssuedCredentials> {
        self.0.step_with(now, read)
    }

    /// Ignored: a refresh requests no credentials.
    fn provide(&mut self, _: Result<Arc<Credentials>, CredentialsError>) {}

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        self.0.receive(outcome, now);
    }
}

impl fmt::Debug for ContainerRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContainerRefresh").finish_non_exhaustive()
    }
}

fn content_of(token: &Secret) -> Body {
    Body::from(token.expose_secret().as_bytes().to_vec())
}

/// Parses the token. Other clients of the protocol reject a line end, so no server expects one.
fn authorization(content: Body) -> Result<HeaderValue, &'static str> {
    if content.as_ref().iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
        return Err("contains a line end; write it without one");
    }
    token::authorization(content)
}

fn reject(response: &Response<Body>) -> CredentialsError {
    let status = response.status().as_u16();
    let message = format!("credential server: request failed with status {status}");
    failure::of_rejection(message, response)
}

fn read(success: Success) -> Result<IssuedCredentials, CredentialsError> {
    let Success { response, sent, received } = success;
    let credentials = aws_json::read(response.body().as_ref(), Form::Server).map_err(|fault| {
        CredentialsError::new(format!("invalid response of the credential server: {fault}"))
    })?;
    let issued = IssuedCredentials::from(credentials);
    Ok(issued.with_date_of(response.headers(), sent, received))
}
