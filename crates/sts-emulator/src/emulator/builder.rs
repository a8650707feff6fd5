//! What an emulator is to be like.

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

/// What an emulator is to be like. Made by [`Emulator::builder`].
#[must_use]
pub struct Builder {
    settings: Settings,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self { settings: Settings::default() }
    }

    /// Listens on this address, as in `127.0.0.1:8090` or `[::1]:0`; port 0 is a free one. A
    /// free port of 127.0.0.1 by default.
    pub fn listen(mut self, address: impl fmt::Display) -> Self {
        self.settings.listen = address.to_string();
        self
    }

    /// Has these users, keys and agencies. The [built-in world](crate::builtin) by default.
    pub fn config(mut self, config: Config) -> Self {
        self.settings.config = config;
        self
    }

    /// Goes by this clock. The [`SystemClock`](crate::SystemClock) by default.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }

    /// Makes the key of its security tokens from this seed, so that they outlive a restart and
    /// hold at every emulator with the same seed; and the draws of its faults. Random by default.
    pub fn seed(mut self, seed: impl Into<Vec<u8>>) -> Self {
        self.settings.seed = Some(seed.into());
        self
    }

    /// Speaks TLS, with a certificate for `localhost`, `127.0.0.1` and `::1`. Clients have to
    /// trust [`Emulator::ca_certificate_pem`]. Plain http by default.
    #[cfg(feature = "tls")]
    pub fn tls(mut self) -> Self {
        self.settings.tls = true;
        self
    }

    /// Answers a wrong signature with its own canonical request, as the gateway sometimes does.
    /// It holds the values of signed headers, the security token included. Off by default.
    pub fn echo_canonical_request(mut self) -> Self {
        self.settings.echo = true;
        self
    }

    /// Lets a fault strike from the start on, after those of the [`Config`]'s configuration. More
    /// of them can be injected later, by [`Emulator::faults`].
    pub fn fault(mut self, injection: impl Into<Injection>) -> Self {
        self.settings.faults.push(injection.into());
        self
    }

    /// Has a control endpoint, over plain http, where faults can be injected, on this address of
    /// loopback; port 0 is a free one. None by default, for it has no authentication.
    pub fn control(mut self, address: impl fmt::Display) -> Self {
        self.settings.control = Some(address.to_string());
        self
    }

    /// Has the endpoints where machines and pods of the cloud get their keys, over plain http, on
    /// this address of loopback; port 0 is a free one. None by default: whoever reaches them gets
    /// keys.
    pub fn metadata(mut self, address: impl fmt::Display) -> Self {
        self.settings.metadata = Some(address.to_string());
        self
    }

    /// Lets its issuer of ID tokens listen, over plain http, on this address of loopback; port 0
    /// is a free one. It publishes its keys there, and mints tokens for whoever asks. It listens
    /// nowhere by default.
    #[cfg(feature = "oidc")]
    pub fn oidc_issuer(mut self, address: impl fmt::Display) -> Self {
        self.settings.oidc_issuer = Some(address.to_string());
        self
    }

    /// Calls `observer` after each request. It runs on the emulator's thread: it must not block.
    pub fn on_request(mut self, observer: impl Fn(&RequestLog) + Send + Sync + 'static) -> Self {
        self.settings.observer = Some(Box::new(observer));
        self
    }

    /// Starts it, on any runtime or none of them: the emulator brings its own.
    ///
    /// It fails when an address cannot be listened on, or the machine has no more threads.
    pub async fn start(self) -> io::Result<Emulator> {
        let (tell, told) = oneshot::channel();
        let thread = start::launch(self.settings, |outcome| drop(tell.send(outcome)))?;
        let (started, stop) = told.await.map_err(io::Error::other)??;
        Ok(Emulator { started, stop: Some(stop), thread: Some(thread) })
    }

    /// The same, for code that is not asynchronous.
    pub fn start_blocking(self) -> io::Result<Emulator> {
        let (tell, told) = mpsc::sync_channel(1);
        let thread = start::launch(self.settings, move |outcome| drop(tell.send(outcome)))?;
        let (started, stop) = told.recv().map_err(io::Error::other)??;
        Ok(Emulator { started, stop: Some(stop), thread: Some(thread) })
    }

    /// Makes a function of it instead, without sockets and threads. All that the builder was told
    /// of addresses and TLS is passed over.
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
