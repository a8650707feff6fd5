//! The parts of an emulator that the control endpoint shows and changes.

use std::io;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::clock::ControlledClock;
use crate::config::Config;
use crate::faults::{Faults, Injection};
use crate::gateway::access_key_lockout::AccessKeyLockout;
use crate::history::History;
use crate::service::{CurrentService, SessionLog};

/// Loads the configuration again.
pub(crate) type ConfigLoader = Arc<dyn Fn() -> io::Result<Config> + Send + Sync>;

/// The parts of an emulator that the control endpoint shows and changes.
#[derive(Clone)]
pub(crate) struct ControlledState {
    pub(crate) faults: Faults,
    /// Faults that are injected at startup after those of the configuration.
    pub(crate) startup_faults: Arc<[Injection]>,
    pub(crate) clock: ControlledClock,
    pub(crate) history: History,
    pub(crate) sessions: SessionLog,
    pub(crate) lockout: AccessKeyLockout,
    pub(crate) service: CurrentService,
    pub(crate) load_config: Option<ConfigLoader>,
    /// URLs of the listeners with their names.
    pub(crate) urls: Arc<[(&'static str, String)]>,
    /// Connections that the STS can accept.
    pub(crate) slots: Arc<Semaphore>,
}

impl ControlledState {
    /// Returns to the state after the start with the current configuration. Issued sessions stay
    /// valid, and sign-ins have to begin again.
    pub(crate) fn reset(&self) {
        self.clock.reset();
        self.lockout.clear();
        self.history.clear();
        self.sessions.clear();
        self.faults.clear();
        let service = self.service.get();
        service.sign_ins.clear();
        for injection in service.config.faults().iter().chain(&*self.startup_faults) {
            self.faults.inject(injection.clone());
        }
    }

    /// Loads the configuration again.
    pub(crate) fn reload(&self) -> Result<(), Reload> {
        let load = self.load_config.as_ref().ok_or(Reload::NoFile)?;
        let config = load().map_err(Reload::Invalid)?;
        self.service.reload(config);
        Ok(())
    }
}

/// Why the configuration was not loaded again.
pub(crate) enum Reload {
    NoFile,
    Invalid(io::Error),
}
