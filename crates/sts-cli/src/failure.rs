//! Failures of commands: what happened, why, and what to do.

use std::error::Error as StdError;
use std::ffi::OsStr;
use std::io;
use std::iter::successors;
use std::process::ExitCode;
use std::time::Duration;

use huaweicloud_sts::proto::ServiceError;
use huaweicloud_sts::providers::{ChainReport, ProviderState};
use huaweicloud_sts::sts_client::Failure as CallFailure;
use huaweicloud_sts::sts_client::session::SessionError;
use huaweicloud_sts::{CredentialsError, Error, ErrorKind};
use serde::Serialize;

use crate::causes;
use crate::encoded_message::decode_command;
use crate::provider_names::IDENTITY_CENTER;

/// Advice after a temporary failure of the service.
const LATER: &str = "try again later";

/// Failure of a command.
#[derive(Debug)]
pub(crate) struct Failure {
    status: Status,
    error: Box<dyn StdError + Send + Sync>,
    advice: Option<String>,
    facts: Box<Facts>,
    skipped: Vec<Skipped>,
    /// Whether the skipped providers are not listed.
    is_brief: bool,
}

/// Name of a credential provider, and why it is not configured.
type Skipped = (String, String);

/// Exit code of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// The service or the network failed.
    Failed = 1,
    Usage = 2,
    NoCredentials = 3,
    /// A command cannot be executed.
    NotExecutable = 126,
    /// A command does not exist.
    NotFound = 127,
}

/// What a response said.
#[derive(Debug, Default, Serialize)]
struct Facts {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoded_authorization_message: Option<String>,
}

/// The form of a failure in JSON.
#[derive(Serialize)]
struct Json<'a> {
    error: String,
    causes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'a str>,
    #[serde(flatten)]
    facts: &'a Facts,
}

impl Failure {
    /// The user asked for something impossible.
    pub(crate) fn usage(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Status::Usage, error)
    }

    /// The service, the network or the machine failed.
    pub(crate) fn failed(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Status::Failed, error)
    }

    /// Credentials are missing.
    pub(crate) fn no_credentials(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Status::NoCredentials, error)
    }

    /// A command cannot be started.
    pub(crate) fn not_started(program: &OsStr, error: &io::Error) -> Self {
        let is_missing = error.kind() == io::ErrorKind::NotFound;
        let status = if is_missing { Status::NotFound } else { Status::NotExecutable };
        let failure =
            Self::new(status, format!("cannot run {:?}: {error}", program.to_string_lossy()));
        if is_missing { failure.advice("check the name of the command, and PATH") } else { failure }
    }

    /// Sets the sentence that states what to do.
    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    fn new(status: Status, error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let (skipped, is_brief) = Default::default();
        Self { status, error: error.into(), advice: None, facts: Box::default(), skipped, is_brief }
    }

    /// A state machine of a provider failed. The layer that its driver adds is left out.
    pub(crate) fn of_provider(error: Error) -> Self {
        match error.failure() {
            CallFailure::Credentials(cause) => cause.clone().into(),
            _ => error.into(),
        }
    }

    /// Adds the report of the search for credentials. If all providers were skipped, they are listed in
    /// lines of their own.
    pub(crate) fn of_search(mut self, report: &ChainReport) -> Self {
        self.is_brief = report.iter().any(|(_, state)| *state == ProviderState::NotAsked);
        self.skipped = report
            .iter()
            .filter_map(|(name, state)| match state {
                ProviderState::NotConfigured(why) => Some((name.to_owned(), why.clone())),
                _ => None,
            })
            .collect();
        let last = report.iter().filter(|(_, state)| **state != ProviderState::NotAsked).last();
        let is_sign_in = last.is_some_and(|(name, _)| name == IDENTITY_CENTER);
        if self.status != Status::NoCredentials {
            return self;
        }
        if is_sign_in {
            // After any other rejection, `sts login` may use the access token again.
            let is_ended = self.facts.status.is_none_or(|status| status == 401);
            let how =
                if is_ended { "run `sts login`" } else { "run `sts logout`, then `sts login`" };
            self.advice = Some(how.to_owned());
        } else if self.skipped.len() == report.iter().count() {
            // They are listed.
            let has_sign_in = self.skipped.iter().any(|(name, _)| name == IDENTITY_CENTER);
            let how = if has_sign_in { "one of them, for example by `sts login`" } else { "it" };
            self.advice = Some(format!("configure {how}"));
        }
        self
    }

    /// Does not list the skipped providers, for a command that has listed them.
    pub(crate) fn brief(self) -> Self {
        Self { is_brief: true, ..self }
    }

    /// Removes the sentence that states what to do.
    pub(crate) fn without_advice(self) -> Self {
        Self { advice: None, ..self }
    }

    /// Whether the response of the service has this kind.
    pub(crate) fn is_kind(&self, kind: ErrorKind) -> bool {
        self.facts.kind.as_deref() == Some(format!("{kind:?}").as_str())
    }

    /// Returns the HTTP status of the response of the service, if there was one.
    pub(crate) fn http_status(&self) -> Option<u16> {
        self.facts.status
    }

    fn of_facts(
        status: Status,
        advice: Option<&str>,
        facts: Box<Facts>,
        error: impl StdError + Send + Sync + 'static,
    ) -> Self {
        let kind = facts.kind.as_deref();
        let is_unsent = facts.status.is_none() && kind == Some("InvalidRequest");
        // It was rejected before it was sent.
        let status = if is_unsent { Status::Usage } else { status };
        let decode = facts.encoded_authorization_message.as_deref().map(decode_command);
        let advice = match decode {
            Some(command) => Some(format!("for the reason of the denial, run\n{command}")),
            None => advice.map(str::to_owned),
        };
        Self { advice, facts, ..Self::new(status, error) }
    }

    /// Sets how long the service asks to wait, if the advice is to wait.
    fn after(self, wait: Option<Duration>) -> Self {
        match wait {
            Some(wait) if !wait.is_zero() && self.advice.as_deref() == Some(LATER) => {
                let seconds = wait.as_secs_f64().ceil();
                self.advice(format!("try again in {seconds} s"))
            }
            _ => self,
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.status as u8)
    }

    /// Returns the error and its causes, without those whose text is in the one before.
    pub(crate) fn texts(&self) -> Vec<String> {
        causes::texts(&*self.error)
    }

    /// Returns the [texts](Self::texts) without the skipped providers.
    pub(crate) fn lines(&self) -> Vec<String> {
        let inline = |(name, why): &Skipped| format!("{name} is not configured ({why})");
        let inline = self.skipped.iter().map(inline).collect::<Vec<_>>().join("; ");
        if inline.is_empty() {
            return self.texts();
        }
        let (before, all) = (format!("; before it, {inline}"), format!("; {inline}"));
        let brief = |text: String| text.replace(&before, "").replace(&all, "");
        self.texts().into_iter().map(brief).collect()
    }

    /// Returns the skipped providers to list, with the reasons.
    pub(crate) fn skipped(&self) -> &[(String, String)] {
        let is_missing = self.status == Status::NoCredentials && !self.is_brief;
        if is_missing { &self.skipped } else { &[] }
    }

    /// Returns what to do.
    pub(crate) fn help(&self) -> Option<&str> {
        self.advice.as_deref()
    }

    pub(crate) fn to_json(&self) -> String {
        let mut causes = self.texts();
        let error = causes.remove(0);
        let json = Json { error, causes, advice: self.help(), facts: &self.facts };
        serde_json::to_string(&json).unwrap_or(json.error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let facts = Box::new(Facts {
            kind: Some(format!("{:?}", error.kind())),
            status: error.status().map(|status| status.as_u16()),
            error_code: error.code().map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            encoded_authorization_message: encoded_message(&error),
        });
        let ((status, advice), wait) = (reaction(error.kind()), requested_wait(&error));
        Self::of_facts(status, advice, facts, error).after(wait)
    }
}

impl From<CredentialsError> for Failure {
    fn from(error: CredentialsError) -> Self {
        let facts = Box::new(Facts {
            kind: Some(format!("{:?}", error.kind())),
            status: error.status(),
            error_code: error.code().map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            encoded_authorization_message: encoded_message(&error),
        });
        let ((status, advice), wait) = (reaction(error.kind()), requested_wait(&error));
        Self::of_facts(status, advice, facts, error).after(wait)
    }
}

/// A response to a request of the user, which was sent.
impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let facts = Box::new(Facts {
            kind: Some(format!("{:?}", error.kind())),
            status: Some(error.status().as_u16()),
            error_code: error.code().map(|code| code.as_str().to_owned()),
            request_id: error.request_id().map(str::to_owned),
            encoded_authorization_message: error.encoded_authorization_message().map(str::to_owned),
        });
        let ((_, advice), wait) = (reaction(error.kind()), requested_wait(&error));
        Self::of_facts(Status::Failed, advice, facts, error).after(wait)
    }
}

/// Returns the encoded reason of a denial, also if it is a cause of the error.
fn encoded_message(error: &(dyn StdError + 'static)) -> Option<String> {
    responses(error).find_map(ServiceError::encoded_authorization_message).map(str::to_owned)
}

/// Returns the wait that the service requested. That of the error may be the backoff of a session.
fn requested_wait(error: &(dyn StdError + 'static)) -> Option<Duration> {
    responses(error).find_map(ServiceError::wait_without_clock)
}

/// Returns the responses of services in an error and its causes.
fn responses<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a ServiceError> {
    // The source of a call, and of a session, is the cause behind the response.
    successors(Some(error), |&error| error.source()).filter_map(|error| {
        let call = error.downcast_ref::<SessionError>().and_then(SessionError::call);
        let call = call.or_else(|| error.downcast_ref());
        call.map_or_else(|| error.downcast_ref(), Error::service_error)
    })
}

/// Returns the exit code and the advice for a kind of error.
fn reaction(kind: ErrorKind) -> (Status, Option<&'static str>) {
    match kind {
        ErrorKind::Credentials => (
            Status::NoCredentials,
            Some("run `sts providers` to see what each credential provider lacks"),
        ),
        ErrorKind::ExpiredCredentials => (
            Status::NoCredentials,
            Some("obtain new credentials; `sts providers` shows which provider is used"),
        ),
        ErrorKind::Configuration => (Status::Usage, None),
        ErrorKind::InvalidCredentials => (
            Status::Failed,
            Some("check the access key and the secret key; do not repeat the call unchanged"),
        ),
        ErrorKind::AccessKeyLocked => (
            Status::Failed,
            Some("correct the secret key, and do not use this access key for five minutes"),
        ),
        ErrorKind::Throttled | ErrorKind::Unavailable | ErrorKind::ServiceFault => {
            (Status::Failed, Some(LATER))
        }
        ErrorKind::ClockSkew => {
            (Status::Failed, Some("set the clock; `sts doctor` shows its offset"))
        }
        ErrorKind::Transport | ErrorKind::Timeout => {
            (Status::Failed, Some("run `sts doctor` to check endpoint, proxy and certificates"))
        }
        _ => (Status::Failed, None),
    }
}
