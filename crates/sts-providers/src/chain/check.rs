//! Checks of chains that send nothing.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sts_client::session::RefreshProvider;
use sts_client::{CallContext, Command, CommandOutput, Environment, InvalidVariable, Platform};
use sts_proto::Body;

use super::list::Entry;
use super::report::ProviderState;
use crate::failure;

/// Begins a refresh of a provider and drops it. Nothing is sent, and no command is run.
pub(super) fn state(
    entry: &Entry,
    platform: &Platform,
    context: &Arc<CallContext>,
) -> ProviderState {
    let environment = Arc::new(ReadOnly {
        environment: Arc::clone(&platform.environment),
        needs_command: AtomicBool::new(false),
    });
    let mut platform = platform.clone();
    platform.environment = Arc::<ReadOnly>::clone(&environment);
    let provider = &entry.provider;
    let begun = provider.validate(context).and_then(|()| provider.begin(&platform, context));
    match begun {
        Ok(_) if provider.is_discovered() => ProviderState::Undetermined,
        Ok(_) => ProviderState::Configured,
        // Only the output of the command shows more.
        Err(_) if environment.needs_command.load(Ordering::Relaxed) => ProviderState::Configured,
        Err(error) if error.is_not_configured() => {
            ProviderState::NotConfigured(failure::in_full(&error))
        }
        Err(error) => ProviderState::Failed(failure::in_full(&error)),
    }
}

/// Variables and files of another environment. Commands are not run and nothing is written.
struct ReadOnly {
    environment: Arc<dyn Environment>,
    needs_command: AtomicBool,
}

impl Environment for ReadOnly {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        self.environment.variable(name)
    }

    fn read_file(&self, path: &Path) -> io::Result<Body> {
        self.environment.read_file(path)
    }

    fn is_missing(&self, path: &Path, error: &io::Error) -> bool {
        self.environment.is_missing(path, error)
    }

    fn run_command(&self, _: &Command) -> io::Result<CommandOutput> {
        self.needs_command.store(true, Ordering::Relaxed);
        Err(io::ErrorKind::Unsupported.into())
    }

    fn read_private_file(&self, path: &Path) -> io::Result<Body> {
        self.environment.read_private_file(path)
    }
}
