//! The builder of an emulator.

use std::fmt;
use std::io;
use std::num::NonZeroU8;
use std::sync::{Arc, mpsc};

use sts_proto::Secret;
use tokio::sync::oneshot;

use super::in_process::InProcess;
use super::settings::Settings;
use super::{Emulator, start};
use crate::clock::Clock;
use crate::config::Config;
use crate::faults::Injection;
use crate::request_log::RequestLog;
#[cfg(feature = "tls")]
use crate::tls::Authority;

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
    /// free port. `127.0.0.1:0` by default. Addresses other than loopback addresses require
    /// [`allow_remote`](Self::allow_remote).
    pub fn listen(mut self, address: impl fmt::Display) -> Self {
        self.settings.listen = address.to_string();
        self
    }

    /// Sets the number of threads that serve requests, for load tests on several cores. 1 by default.
    pub fn workers(mut self, workers: NonZeroU8) -> Self {
        self.settings.workers = workers;
        self
    }

    /// Allows addresses other than loopback addresses, for example in a container. Programs on
    /// other machines can then connect. The control endpoint requires a
    /// [secret](Self::control_secret) on such an address; the metadata service, pod identity and the
    /// issuer of ID tokens have no authentication.
    pub fn allow_remote(mut self) -> Self {
        self.settings.allows_remote = true;
        self
    }

    /// Adds a name of this machine, such as the name of a service in a compose network. It is a name
    /// of the TLS certificate, and accepted in the `Host` of requests to the local endpoints. May be
    /// called several times.
    pub fn host_name(mut self, name: impl Into<String>) -> Self {
        self.settings.host_names.push(name.into());
        self
    }

    /// Sets the configuration. The [built-in configuration](crate::builtin) by default.
    pub fn config(mut self, config: Config) -> Self {
        self.settings.config = config;
        self
    }

    /// Sets the function that the control endpoint calls to reload the configuration, for example
    /// from a file. It may block its thread. Without it the configuration cannot be reloaded there.
    pub fn reload_with(
        mut self,
        load: impl Fn() -> io::Result<Config> + Send + Sync + 'static,
    ) -> Self {
        self.settings.load_config = Some(Arc::new(load));
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

    /// Enables TLS with the certificate authority of an earlier run, so that clients need not trust a
    /// new one: the values of [`Emulator::ca_certificate_pem`] and
    /// [`Emulator::ca_private_key_pem`].
    #[cfg(feature = "tls")]
    pub fn tls_authority(
        mut self,
        certificate_pem: impl Into<String>,
        private_key_pem: impl Into<Secret>,
    ) -> Self {
        let (certificate, private_key) = (certificate_pem.into(), private_key_pem.into());
        self.settings.authority = Some(Authority { certificate, private_key });
        self.tls()
    }

    /// Adds the canonical request to the response to a signature mismatch, as the gateway sometimes
    /// does. Disabled by default.
    pub fn echo_canonical_request(mut self) -> Self {
        self.settings.echo = true;
        self
    }

    /// Returns the signer's identity for signed requests to paths that the emulator does not serve,
    /// to test the signatures of other services. By default, requests to such paths get a 404, and so
    /// do other methods and spellings of the emulator's own paths in any case.
    pub const fn any_service(mut self) -> Self {
        self.settings.any_service = true;
        self
    }

    /// Injects a fault at startup, after those of the [`Config`]. [`Emulator::faults`] injects more
    /// of them later.
    pub fn fault(mut self, injection: impl Into<Injection>) -> Self {
        self.settings.faults.push(injection.into());
        self
    }

    /// Enables the control endpoint, where faults are injected over http, on this loopback address;
    /// port 0 selects a free port. Disabled by default, because the endpoint has no authentication
    /// without a [secret](Self::control_secret).
    pub fn control(mut self, address: impl fmt::Display) -> Self {
        self.settings.control = Some(address.to_string());
        self
    }

    /// Sets the secret that requests to the control endpoint must contain, at least 16 visible ASCII
    /// characters. It is required if the endpoint does not listen on a loopback address. None by
    /// default.
    pub fn control_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.settings.control_secret = Some(secret.into());
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

    /// Calls `observer` after each request. It runs on the threads that serve requests and must not
    /// block.
    pub fn on_request(mut self, observer: impl Fn(&RequestLog) + Send + Sync + 'static) -> Self {
        self.settings.observer = Some(Box::new(observer));
        self
    }

    /// Starts the emulator. It runs on its own runtime, so this works on any runtime.
    ///
    /// # Errors
    ///
    /// A setting is invalid or an address cannot be bound (the inner error is a
    /// [`ListenError`](crate::ListenError)), or the thread cannot be started.
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
    /// A setting is invalid or an address cannot be bound (the inner error is a
    /// [`ListenError`](crate::ListenError)), or the thread cannot be started.
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
        Ok(InProcess::new(start::assemble(self.settings)?))
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
