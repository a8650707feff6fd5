//! Runs the commands of providers.

use sts_client::{Command, Environment};
use sts_credentials::CredentialsError;
use sts_proto::Body;

use crate::failure;

/// Runs a command, and returns what it prints. Errors contain the program, and its standard error if
/// it fails.
pub(crate) fn run(
    environment: &dyn Environment,
    command: &Command,
) -> Result<Body, CredentialsError> {
    let program = name(command);
    let output = environment.run_command(command).map_err(|error| {
        let mut message = format!("cannot run the command {program}");
        if command.arguments.is_empty() && program.contains(' ') {
            message.push_str(" (commands run without a shell: pass the arguments as a list)");
        }
        CredentialsError::new(message).with_source(error)
    })?;
    if output.status == Some(0) {
        return Ok(output.stdout);
    }
    let ending = match output.status {
        Some(status) => format!("failed with exit status {status}"),
        None => "was ended by a signal".to_owned(),
    };
    let stderr = failure::excerpt(output.stderr.as_ref());
    let shown = if stderr.is_empty() { String::new() } else { format!(": {stderr}") };
    Err(CredentialsError::new(format!("the command {program} {ending}{shown}")))
}

/// The program of a command, for errors. Arguments may be secret.
pub(crate) fn name(command: &Command) -> String {
    command.program.to_string_lossy().into_owned()
}
