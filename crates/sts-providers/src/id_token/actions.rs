//! ID tokens of CI jobs, in the protocol of GitHub Actions.

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sts_client::{CallContext, Environment, Now, StateMachine as _, Step, TransportError};
use sts_credentials::CredentialsError;
use sts_proto::{Body, BodyWriter, Secret, secret_json};

use crate::address::{self, Reach};
use crate::failure;
use crate::json_request::Object;
use crate::single_request::{SingleRequest, Success};
use crate::variable::{self, half_set};

const URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
const TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

/// The name of the service in errors.
const SERVICE: &str = "the ID token service of the CI job";
/// Timeout of each request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The characters that `encodeURIComponent` encodes.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Whether the environment is that of a job that can request ID tokens.
pub(crate) fn is_configured(environment: &dyn Environment) -> Result<bool, CredentialsError> {
    Ok(variable::text(environment, URL)?.is_some() || variable::text(environment, TOKEN)?.is_some())
}

/// The error outside such a job.
pub(crate) fn not_configured() -> CredentialsError {
    CredentialsError::not_configured(format!(
        "{URL} and {TOKEN} are not set; a CI job has them with the permission `id-token: write` (in \
         Forgejo, `enable-openid-connect: true`), unless it runs for a pull request from a fork"
    ))
}

/// State machine that requests an ID token.
pub(super) struct ActionsRefresh(SingleRequest);

impl ActionsRefresh {
    pub(super) fn new(
        environment: &dyn Environment,
        audience: Option<&str>,
        seed: u64,
        context: &CallContext,
    ) -> Result<Self, CredentialsError> {
        let (url, token) =
            match (variable::plain_word(environment, URL)?, variable::word(environment, TOKEN)?) {
                (Some(url), Some(token)) => (url, token),
                (Some(_), None) => return Err(half_set(URL, TOKEN)),
                (None, Some(_)) => return Err(half_set(TOKEN, URL)),
                (None, None) => return Err(not_configured()),
            };
        let url = match audience {
            Some(audience) => {
                let separator = if url.contains('?') { '&' } else { '?' };
                format!("{url}{separator}audience={}", utf8_percent_encode(audience, ENCODED))
            }
            None => url,
        };
        let uri = address::parse(&url, Reach::LoopbackOrHttps)
            .map_err(|fault| variable::invalid(URL, &fault))?;
        let is_direct = address::is_direct(&uri, Reach::LoopbackOrHttps);
        let request =
            request(uri, &token).ok_or_else(|| variable::invalid(TOKEN, "is too long"))?;
        let settings = (TIMEOUT, seed, context);
        Ok(Self(SingleRequest::new(SERVICE, request, is_direct, reject, settings)))
    }

    pub(super) fn step(&mut self, now: Now) -> Step<Secret> {
        self.0.step_with(now, |Success { response, .. }| read(&response))
    }

    pub(super) fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        self.0.receive(outcome, now);
    }
}

fn request(uri: Uri, token: &Secret) -> Option<Request<Body>> {
    let token = token.expose_secret();
    let mut bearer = BodyWriter::with_capacity("Bearer ".len() + token.len());
    bearer.extend(b"Bearer ");
    bearer.extend(token.as_bytes());
    let mut bearer = HeaderValue::from_maybe_shared(bearer.finish().into_bytes()).ok()?;
    bearer.set_sensitive(true);
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri;
    request.headers_mut().insert(AUTHORIZATION, bearer);
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    Some(request)
}

#[derive(Deserialize)]
struct Content {
    #[serde(default, deserialize_with = "secret_json::deserialize_option")]
    value: Option<Secret>,
}

fn reject(response: &Response<Body>) -> CredentialsError {
    let status = response.status();
    let code = status.as_u16();
    let mut message = format!("ID token of the CI job: request failed with status {code}");
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        message.push_str(
            "; the request token of the job is rejected, which expires about six hours after the \
             start of the job",
        );
    } else if status.is_redirection() {
        message.push_str("; redirects are not followed");
    }
    failure::of_rejection(message, response)
}

fn read(response: &Response<Body>) -> Result<Secret, CredentialsError> {
    let invalid =
        |fault: &str| CredentialsError::new(format!("invalid response of {SERVICE}: {fault}"));
    // The decoder's own message may quote the token.
    let Object(content): Object<Content> = serde_json::from_slice(response.body().as_ref())
        .map_err(|_| invalid("expected a JSON object with the string `value`"))?;
    let token = content.value.ok_or_else(|| invalid("missing field `value`"))?;
    if token.is_empty() {
        return Err(invalid("field `value` is empty"));
    }
    variable::check_word(token.expose_secret())
        .map_err(|fault| invalid(&format!("field `value` {fault}")))?;
    Ok(token)
}
