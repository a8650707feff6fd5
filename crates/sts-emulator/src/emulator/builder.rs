//! The builder of an emulator.

use std::fmt;
use std::io;
use std::sync::{Arc, mpsc};

use tokio::sync::oneshot;

use super::in_process::InProcess;
use super::settings::Settings;
use super::{Emulator, start};
use crate::clock::Clock;
use crate::config::Config;
use crate::faults::Injection;
use crate::request_log::RequestLog;

/// Builder of an [`Emulator`] or an [`InProcess`], returned by [`Emulator::builder`].
#[must_use]
pub struct Builder {
    settings: Settings,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self { settings: Settings::default() }
    }

    /// Sets the address of the listener, such as `127.0.0.1:8090` or `[::1]:0`; port 0 selects a
    /// free port. `127.0.0.1:0` by default.
    pub fn listen(mut self, address: impl fmt::Display) -> Self {
        self.settings.listen = address.to_string();
        self
    }

    /// Sets the configuration. The [built-in configuration](crate::builtin) by default.
    pub fn config(mut self, config: Config) -> Self {
        self.settings.config = config;
        self
    }

    /// Sets the clock. The [`SystemClock`](crate::SystemClock) by default.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }

    /// Derives the key of security tokens and the random draws of faults from this seed. Sessions
    /// then outlive a restart, and emulators with the same seed accept each other's sessions.
    /// Random by default.
    pub fn seed(mut self, seed: impl Into<Vec<u8>>) -> Self {
        self.settings.seed = Some(seed.into());
        self
    }

    /// Enables TLS with a certificate for `localhost`, `127.0.0.1` and `::1`. Clients have to trust
    /// [`Emulator::ca_certificate_pem`]. Disabled by default.
    #[cfg(feature = "tls")]
    pub fn tls(mut self) -> Self {
        self.settings.tls = true;
        self
    }

    /// Adds the canonical request to the response to a signature mismatch, as the gateway sometimes
    /// does. Disabled by default.
    pub fn echo_canonical_request(mut self) -> Self {
        self.settings.echo = true;
        self
    }

    /// Injects a fault at startup, after those of the [`Config`]. [`Emulator::faults`] injects more
    /// of them later.
    pub fn fault(mut self, injection: impl Into<Injection>) -> Self {
        self.settings.faults.push(injection.into());
        self
    }

    /// Enables the control endpoint, where faults are injected over http, on this loopback address;
    /// port 0 selects a free port. Disabled by default, because the endpoint has no authentication.
    pub fn control(mut self, address: impl fmt::Display) -> Self {
        self.settings.control = Some(address.to_string());
        self
    }

    /// Enables the metadata service and pod identity over http on this loopback address; port 0
    /// selects a free port. Disabled by default, because any local program can get credentials from
    /// them.
    pub fn metadata(mut self, address: impl fmt::Display) -> Self {
        self.settings.metadata = Some(address.to_string());
        self
    }

    /// Enables the HTTP endpoint of the issuer of ID tokens on this loopback address; port 0
    /// selects a free port. It publishes the issuer's keys and issues tokens on request. Disabled
    /// by default.
    #[cfg(feature = "oidc")]
    pub fn oidc_issuer(mut self, address: impl fmt::Display) -> Self {
        self.settings.oidc_issuer = Some(address.to_string());
        self
    }

    /// Calls `observer` after each request. It runs on the emulator's thread and must not block.
    pub fn on_request(mut self, observer: impl Fn(&RequestLog) + Send + Sync + 'static) -> Self {
        self.settings.observer = Some(Box::new(observer));
        self
    }

    /// Starts the emulator. It runs on its own runtime, so this works on any runtime.
    ///
    /// # Errors
    ///
    /// An address cannot be resolved or bound, or the thread cannot be started.
    pub async fn start(self) -> io::Result<Emulator> {
        let (sender, receiver) = oneshot::channel();
        let thread = start::launch(self.settings, |outcome| drop(sender.send(outcome)))?;
        let (started, stop) = receiver.await.map_err(io::Error::other)??;
        Ok(Emulator { started, stop: Some(stop), thread: Some(thread) })
    }

    /// Starts the emulator, and blocks until it listens.
    ///
    /// # Errors
    ///
    /// An address cannot be resolved or bound, or the thread cannot be started.
    pub fn start_blocking(self) -> io::Result<Emulator> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let thread = start::launch(self.settings, move |outcome| drop(sender.send(outcome)))?;
        let (started, stop) = receiver.recv().map_err(io::Error::other)??;
        Ok(Emulator { started, stop: Some(stop), thread: Some(thread) })
    }

    /// Creates an emulator without sockets and threads. Addresses and TLS are ignored.
    ///
    /// # Errors
    ///
    /// The key of the issuer of ID tokens cannot be generated.
    pub fn in_process(self) -> io::Result<InProcess> {
        Ok(InProcess::new(start::assemble(self.settings)?.sts))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("listen", &self.settings.listen)
            .field("config", &self.settings.config)
            .finish_non_exhaustive()
    }
}
