//! Credentials that another program prints.

use std::sync::Arc;

use sts_client::session::{ReadyRefresh, RefreshProvider};
use sts_client::{CallContext, Command, Environment, Platform};
use sts_credentials::CredentialsError;
use sts_proto::{Body, Credentials};

use crate::aws_json::{self, Form};
use crate::program;

/// Credentials that a command prints as JSON, in the format of `credential_process` of AWS:
///
/// ```json
/// {"Version":1,"AccessKeyId":"...","SecretAccessKey":"...","SessionToken":"...","Expiration":"2026-03-05T07:58:09Z"}
/// ```
///
/// `Version` must be the number 1. `SessionToken` is absent for permanent credentials. Without an
/// `Expiration` (RFC 3339), credentials are kept until a service rejects them. Other fields are
/// ignored, and the output must contain nothing else than the object.
///
/// It is a [`RefreshProvider`] that runs the command for every refresh: a program and a list of
/// arguments, without a shell, with an empty standard input and a timeout of 30 seconds by default
/// (see [`Command`]). The command blocks the thread of the caller that refreshes. If the command
/// fails, the error contains up to 1000 characters of its standard error.
///
/// ```
/// use sts_client::Command;
/// use sts_providers::CredentialProcess;
///
/// let command = Command::new("/usr/local/bin/vault-login").arguments(["--role", "backup"]);
/// let process = CredentialProcess::new(command);
/// // let session = client.session(process)?;
/// ```
#[derive(Clone, Debug)]
pub struct CredentialProcess {
    command: Command,
}

impl CredentialProcess {
    /// Creates a provider that runs `command`.
    #[must_use]
    pub const fn new(command: Command) -> Self {
        Self { command }
    }

    /// Runs the command and reads its output.
    ///
    /// # Errors
    ///
    /// The command cannot be run, exceeds its timeout or the limit of its output, fails, or prints
    /// something else than credentials. Errors do not quote the output.
    pub fn read(&self, environment: &dyn Environment) -> Result<Credentials, CredentialsError> {
        let output = program::run(environment, &self.command)?;
        aws_json::read(output.as_ref(), Form::Process).map_err(|fault| {
            let program = program::name(&self.command);
            CredentialsError::new(format!("invalid output of the command {program}: {fault}"))
        })
    }

    /// Returns `credentials` in the format that this provider reads, for programs that are such a
    /// command. `None` if the expiration is outside the years 0 to 9999.
    ///
    /// ```
    /// use sts_client::Credentials;
    /// use sts_providers::CredentialProcess;
    ///
    /// let output = CredentialProcess::output_of(&Credentials::permanent("AK", "secret"));
    /// let expected = br#"{"Version":1,"AccessKeyId":"AK","SecretAccessKey":"secret"}"#;
    /// assert_eq!(output.as_ref().map(AsRef::as_ref), Some(&expected[..]));
    /// ```
    #[must_use]
    pub fn output_of(credentials: &Credentials) -> Option<Body> {
        aws_json::write(credentials, None)
    }
}

impl RefreshProvider for CredentialProcess {
    type Refresh = ReadyRefresh;

    fn begin(
        &self,
        platform: &Platform,
        _: &Arc<CallContext>,
    ) -> Result<ReadyRefresh, CredentialsError> {
        Ok(ReadyRefresh::new(self.read(&*platform.environment)?))
    }

    fn label(&self) -> String {
        format!("command {}", program::name(&self.command))
    }
}
