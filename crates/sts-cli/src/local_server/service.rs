//! Responses to requests: authentication, credentials, and their formats.

use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use http::{Response, StatusCode};
use huaweicloud_sts::proto::{Body, RetryAdvice};
use huaweicloud_sts::sts_client::{Clock, CredentialsRequest};
use huaweicloud_sts::{
    Credentials, CredentialsError, ErrorKind, ProvideCredentials as _, SharedCredentials,
};

use super::guard::Guard;
use super::protocol::Protocol;
use super::request;
use super::response::{self, Issued};
use super::route::{Route, project_name};
use super::secret::SecretDigest;
use super::served::ServedTokens;
use super::single_use::SingleUseTokens;

/// How long a request waits for credentials. Clients do not wait longer.
const CREDENTIALS_TIME: Duration = Duration::from_secs(10);

/// Lifetime of an IAM token in its response. Clients use it at once.
const IAM_TOKEN_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// What the server responds with, and to whom.
pub(super) struct Service {
    pub(super) guard: Guard,
    pub(super) protocols: Vec<Protocol>,
    pub(super) secret: SecretDigest,
    pub(super) credentials: SharedCredentials,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) project_id: Option<String>,
    pub(super) domain_id: Option<String>,
    pub(super) tokens: SingleUseTokens,
    pub(super) served: ServedTokens,
}

impl Service {
    /// Returns the route of a request that may be from a client of this server. No other request is
    /// read further.
    pub(super) fn route(&self, head: &Parts) -> Option<Route> {
        if !self.guard.accepts(head) {
            return None;
        }
        Route::of(&head.method, &head.uri, &self.protocols)
    }

    /// Returns the response to a complete request.
    pub(super) async fn respond(&self, route: Route, head: &Parts, body: &[u8]) -> Response<Body> {
        if !self.is_authentic(route, head, body) {
            return rejection();
        }
        let response = match route {
            Route::IdToken | Route::BearerToken => self.iam_token(),
            Route::Projects => self.project(head.uri.query().and_then(project_name)),
            Route::Domains => self.domain(),
            Route::AccessKey
            | Route::AssumeAgencyWithOidc
            | Route::PodIdentity
            | Route::Container => match self.obtain().await {
                Ok(credentials) => self.credentials(route, &credentials),
                Err(response) => return response,
            },
        };
        response.unwrap_or_else(|| {
            let message = "the credentials cannot be written in the format of this protocol";
            response::error(StatusCode::BAD_GATEWAY, "InvalidCredentials", message)
        })
    }

    /// Returns whether the request contains the proof that its route requires. The time depends on
    /// the length of the proof only.
    fn is_authentic(&self, route: Route, head: &Parts, body: &[u8]) -> bool {
        let proof = match route {
            Route::IdToken => request::id_token(body),
            Route::BearerToken => request::bearer_token(&head.headers),
            Route::AccessKey => request::iam_token(&head.headers, body),
            Route::AssumeAgencyWithOidc => request::oidc_token(body),
            Route::PodIdentity | Route::Container => request::authorization(&head.headers),
            Route::Projects | Route::Domains => request::security_token(&head.headers),
        };
        let proof = proof.as_ref().map_or("", |proof| proof.expose_secret()).as_bytes();
        match route {
            Route::AccessKey => self.tokens.redeem(proof, self.clock.now().monotonic),
            Route::Projects | Route::Domains => self.served.contains(proof),
            _ => self.secret.matches(&SecretDigest::of(proof)),
        }
    }

    fn iam_token(&self) -> Option<Response<Body>> {
        let now = self.clock.now();
        let token = self.tokens.issue(now.monotonic);
        response::iam_token(&token, now.after(IAM_TOKEN_LIFETIME).wall)
    }

    fn project(&self, name: Option<&str>) -> Option<Response<Body>> {
        Some(match &self.project_id {
            Some(id) => response::list("projects", id, name?)?,
            None => unknown_id("project", "HUAWEICLOUD_SDK_PROJECT_ID", "--project-id"),
        })
    }

    fn domain(&self) -> Option<Response<Body>> {
        Some(match &self.domain_id {
            Some(id) => response::list("domains", id, id)?,
            None => unknown_id("account", "HUAWEICLOUD_SDK_DOMAIN_ID", "--domain-id"),
        })
    }

    /// Returns the credentials, which a session keeps valid by the clock of their issuer.
    async fn obtain(&self) -> Result<Arc<Credentials>, Response<Body>> {
        let request = self.credentials.credentials(CredentialsRequest::default());
        tokio::time::timeout(CREDENTIALS_TIME, request)
            .await
            .map_err(|_| unavailable("no credentials yet: the refresh takes long"))?
            .map_err(|error| upstream_failure(&error))
    }

    fn credentials(&self, route: Route, credentials: &Credentials) -> Option<Response<Body>> {
        let issued = Issued::new(credentials)?;
        let response = match route {
            Route::AccessKey => issued.access_key(),
            Route::AssumeAgencyWithOidc => issued.oidc(),
            Route::PodIdentity => issued.pod_identity(),
            _ => issued.container(),
        };
        self.served.add(credentials);
        response
    }
}

/// Response to all requests that are not from a client of this server. It does not state why.
pub(super) fn rejection() -> Response<Body> {
    response::error(StatusCode::FORBIDDEN, "Forbidden", "request rejected")
}

/// Response to a body that exceeds the limit of its route.
pub(super) fn too_large() -> Response<Body> {
    response::error(StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLarge", "request body is too large")
}

fn unknown_id(of: &str, variable: &str, option: &str) -> Response<Body> {
    let message =
        format!("unknown {of} id: set {variable} for the program, or pass {option} to `sts serve`");
    response::error(StatusCode::NOT_FOUND, "UnknownId", &message)
}

fn unavailable(message: &str) -> Response<Body> {
    response::error(StatusCode::SERVICE_UNAVAILABLE, "Unavailable", message)
}

/// Response to a failed refresh. The error itself may contain more than a client should see.
fn upstream_failure(error: &CredentialsError) -> Response<Body> {
    let mut message = format!("no credentials: {}", error.kind().meaning());
    if let Some(code) = error.code() {
        message = format!("{message} ({code})");
    }
    let is_temporary = error.advice() == RetryAdvice::AfterBackoff
        || matches!(error.kind(), ErrorKind::Transport | ErrorKind::Timeout);
    if is_temporary {
        return unavailable(&message);
    }
    response::error(StatusCode::BAD_GATEWAY, "UpstreamFailure", &message)
}

#[cfg(test)]
mod tests;
