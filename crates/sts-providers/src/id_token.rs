//! Providers of ID tokens.

mod actions;
mod claims;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use http::Response;
use sts_client::{
    CallContext, Command, Environment, Now, Platform, StateMachine, Step, TransportError,
};
use sts_credentials::{Credentials, CredentialsError, MaybeSend, MaybeSync};
use sts_proto::{Body, BodyWriter, Secret};

use self::actions::ActionsRefresh;
pub(crate) use self::actions::{
    is_configured as is_actions_job, not_configured as not_an_actions_job,
};
pub(crate) use self::claims::Claims;
use crate::{failure, program, token, variable};

/// Provider of the ID tokens that identity providers accept in place of an access key.
///
/// Every refresh of a credential provider requests a new token from it:
///
/// | constructor | the token is | for |
/// |---|---|---|
/// | [`file`](Self::file) | in a file that is rewritten | Kubernetes |
/// | [`actions`](Self::actions) | requested by HTTP | jobs of GitHub Actions, Forgejo, GitCode |
/// | [`variable`](Self::variable) | in a variable | jobs of GitLab, CircleCI |
/// | [`command`](Self::command) | printed by a command | jobs of Buildkite, other systems |
/// | [`from_fn`](Self::from_fn) | returned by a function | programs with their own tokens |
/// | [`given`](Self::given) | fixed | tests |
///
/// ```
/// use sts_client::Command;
/// use sts_providers::{IdTokenProvider, OidcAgency};
///
/// let command = Command::new("buildkite-agent")
///     .arguments(["oidc", "request-token", "--audience", "sts.huaweicloud.com"]);
/// let provider = "iam::0a1b2c3d:oidcProvider:buildkite";
/// let token = IdTokenProvider::command(command);
/// let agency = OidcAgency::with_token(provider, "iam::0a1b2c3d:agency:deploy", token);
/// // let session = client.session(agency)?;
/// # let _ = agency;
/// ```
#[derive(Clone)]
pub struct IdTokenProvider(Origin);

#[derive(Clone)]
enum Origin {
    Given(Secret),
    Variable(String),
    File(PathBuf),
    Command(Command),
    Function(Arc<dyn TokenFunction>),
    Actions { audience: Option<String> },
}

/// Alias trait for the function of [`IdTokenProvider::from_fn`].
trait TokenFunction: Fn() -> Result<Secret, CredentialsError> + MaybeSend + MaybeSync {}

impl<F> TokenFunction for F where F: Fn() -> Result<Secret, CredentialsError> + MaybeSend + MaybeSync
{}

impl IdTokenProvider {
    /// Returns a provider of one token, which cannot be renewed.
    #[must_use]
    pub fn given(token: impl Into<Secret>) -> Self {
        Self(Origin::Given(token.into()))
    }

    /// Returns a provider of the token in an environment variable, as GitLab sets them by
    /// `id_tokens` and `CircleCI` in `CIRCLE_OIDC_TOKEN_V2`. Such a token cannot be renewed:
    /// credentials are refreshed only while it is valid.
    #[must_use]
    pub fn variable(name: impl Into<String>) -> Self {
        Self(Origin::Variable(name.into()))
    }

    /// Returns a provider of the token in a file. It is read for every refresh, because it is
    /// rewritten before its token expires.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Origin::File(path.into()))
    }

    /// Returns a provider of the token that a command prints, which is run for every refresh on the
    /// thread of the caller that refreshes.
    #[must_use]
    pub const fn command(command: Command) -> Self {
        Self(Origin::Command(command))
    }

    /// Returns a provider of the token that `function` returns. It is called for every refresh and
    /// must not wait.
    #[must_use]
    pub fn from_fn<F>(function: F) -> Self
    where
        F: Fn() -> Result<Secret, CredentialsError> + MaybeSend + MaybeSync + 'static,
    {
        Self(Origin::Function(Arc::new(function)))
    }

    /// Returns a provider of the tokens of a CI job: of GitHub Actions, and of systems with the same
    /// variables, such as Forgejo and `GitCode`.
    ///
    /// `audience` must be a client id of the identity provider in the account. Without one, it is
    /// `https://github.com/` and the owner of the repository.
    ///
    /// For every refresh, the token is requested from the URL in `ACTIONS_ID_TOKEN_REQUEST_URL` with
    /// the token in `ACTIONS_ID_TOKEN_REQUEST_TOKEN`. Both are set only in jobs with the permission
    /// `id-token: write` (in Forgejo, `enable-openid-connect: true`), and not in jobs for pull
    /// requests from forks. The URL must be https, or on this machine; redirects are not followed.
    /// A request times out after 10 seconds; temporary failures are retried under the policy of the
    /// client. About six hours after the start of the job, the request token expires.
    #[must_use]
    pub fn actions(audience: Option<&str>) -> Self {
        Self(Origin::Actions { audience: audience.map(str::to_owned) })
    }

    /// Returns the token, if it is available without a request.
    pub(crate) fn read(&self, environment: &dyn Environment) -> Result<Secret, CredentialsError> {
        let body = |secret: &Secret| Body::from(secret.expose_secret().as_bytes().to_vec());
        match &self.0 {
            Origin::Given(token) => Ok(token.clone()),
            Origin::Variable(name) => variable::word(environment, name)?.ok_or_else(|| {
                let message = format!("environment variable {name} for an ID token is not set");
                CredentialsError::not_configured(message)
            }),
            Origin::File(path) => {
                let token = token::read_file(environment, path)?;
                Ok(Secret::from(token.to_str().unwrap_or_default()))
            }
            Origin::Command(command) => {
                let name = program::name(command);
                one_token(program::run(environment, command)?, &format!("the command {name}"))
            }
            Origin::Function(function) => {
                one_token(body(&function()?), "the function for ID tokens")
            }
            Origin::Actions { .. } => {
                let message = "the ID token of a CI job has to be requested: use a session";
                Err(CredentialsError::new(message))
            }
        }
    }

    /// Returns the token of a file that was replaced after `rejected` was read.
    pub(crate) fn replaced(
        &self,
        rejected: &Secret,
        environment: &dyn Environment,
    ) -> Option<Secret> {
        // Other tokens are new in every refresh, or cannot be renewed.
        let Origin::File(_) = &self.0 else { return None };
        self.read(environment).ok().filter(|token| token != rejected)
    }

    /// Begins to obtain a token.
    pub(crate) fn begin(
        &self,
        platform: &Platform,
        context: &CallContext,
    ) -> Result<IdTokenRefresh, CredentialsError> {
        let environment = &*platform.environment;
        Ok(IdTokenRefresh(match &self.0 {
            Origin::Actions { audience } => {
                let seed = platform.clock.seed();
                State::Actions(Box::new(ActionsRefresh::new(
                    environment,
                    audience.as_deref(),
                    seed,
                    context,
                )?))
            }
            _ => State::Ready(Some(self.read(environment)?)),
        }))
    }

    /// Returns the token for a validation of settings: `None` if it is not known before a refresh.
    pub(crate) const fn known(&self) -> Option<&Secret> {
        match &self.0 {
            Origin::Given(token) => Some(token),
            _ => None,
        }
    }

    /// Writes what distinguishes the tokens of this provider from those of others. `None` for a
    /// function.
    pub(crate) fn write_cache_key(&self, key: &mut BodyWriter) -> Option<()> {
        let mut part = |part: &[u8]| {
            key.extend(part);
            key.extend(b"\0");
        };
        match &self.0 {
            Origin::Given(token) => {
                part(b"given");
                part(token.expose_secret().as_bytes());
            }
            Origin::Variable(name) => {
                part(b"variable");
                part(name.as_bytes());
            }
            Origin::File(path) => {
                part(b"file");
                part(path.as_os_str().as_encoded_bytes());
            }
            Origin::Command(command) => {
                part(b"command");
                part(command.program.as_encoded_bytes());
                for argument in &command.arguments {
                    part(argument.as_encoded_bytes());
                }
            }
            Origin::Function(_) => return None,
            Origin::Actions { audience } => {
                part(b"actions");
                if let Some(audience) = audience {
                    part(audience.as_bytes());
                }
            }
        }
        Some(())
    }
}

impl fmt::Debug for IdTokenProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Origin::Given(token) => f.debug_tuple("Given").field(token).finish(),
            Origin::Variable(name) => f.debug_tuple("Variable").field(name).finish(),
            Origin::File(path) => f.debug_tuple("File").field(path).finish(),
            Origin::Command(command) => command.fmt(f),
            Origin::Function(_) => f.write_str("Function"),
            Origin::Actions { audience } => {
                f.debug_struct("Actions").field("audience", audience).finish()
            }
        }
    }
}

/// Reads the only token in `content`.
fn one_token(content: Body, origin: &str) -> Result<Secret, CredentialsError> {
    let token = token::of(content)
        .map_err(|fault| CredentialsError::new(format!("the ID token of {origin} {fault}")))?;
    Ok(Secret::from(token.to_str().unwrap_or_default()))
}

/// State machine that obtains an ID token.
pub(crate) struct IdTokenRefresh(State);

enum State {
    Ready(Option<Secret>),
    Actions(Box<ActionsRefresh>),
}

impl StateMachine for IdTokenRefresh {
    type Output = Secret;

    fn step(&mut self, now: Now) -> Step<Secret> {
        match &mut self.0 {
            State::Ready(token) => {
                Step::Done(token.take().ok_or_else(|| failure::completed().into()))
            }
            State::Actions(refresh) => refresh.step(now),
        }
    }

    /// Ignored: no credentials are requested.
    fn provide(&mut self, _: Result<Arc<Credentials>, CredentialsError>) {}

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        if let State::Actions(refresh) = &mut self.0 {
            refresh.receive(outcome, now);
        }
    }
}
