//! Settings of an emulator, as the builder collects them.

use std::num::NonZeroU8;
use std::sync::Arc;

use sts_proto::Secret;

use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::endpoints::control::ConfigLoader;
use crate::faults::Injection;
use crate::gateway::Observer;
use crate::server::LoopbackGuard;
#[cfg(feature = "tls")]
use crate::tls::Authority;

/// Settings of an emulator. Addresses are texts until they are resolved at the start.
#[cfg_attr(
    feature = "tls",
    expect(clippy::struct_excessive_bools, reason = "the settings are independent of each other")
)]
pub(super) struct Settings {
    pub(super) listen: String,
    pub(super) workers: NonZeroU8,
    pub(super) config: Config,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) seed: Option<Vec<u8>>,
    #[cfg(feature = "tls")]
    pub(super) tls: bool,
    #[cfg(feature = "tls")]
    pub(super) authority: Option<Authority>,
    pub(super) echo: bool,
    pub(super) faults: Vec<Injection>,
    pub(super) control: Option<String>,
    pub(super) control_secret: Option<Secret>,
    pub(super) allows_remote: bool,
    pub(super) host_names: Vec<String>,
    pub(super) metadata: Option<String>,
    #[cfg(feature = "oidc")]
    pub(super) oidc_issuer: Option<String>,
    /// The `iss` of an issuer that does not listen.
    #[cfg(feature = "oidc")]
    pub(super) issuer_url: String,
    pub(super) observer: Option<Observer>,
    /// The URL of an emulator that does not listen.
    pub(super) url: String,
    pub(super) guard: LoopbackGuard,
    pub(super) any_service: bool,
    pub(super) load_config: Option<ConfigLoader>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:0".to_owned(),
            workers: NonZeroU8::MIN,
            config: Config::default(),
            clock: Arc::new(SystemClock),
            seed: None,
            #[cfg(feature = "tls")]
            tls: false,
            #[cfg(feature = "tls")]
            authority: None,
            echo: false,
            faults: Vec::new(),
            control: None,
            control_secret: None,
            allows_remote: false,
            host_names: Vec::new(),
            metadata: None,
            #[cfg(feature = "oidc")]
            oidc_issuer: None,
            #[cfg(feature = "oidc")]
            issuer_url: "https://oidc-issuer.sts-emulator.invalid".to_owned(),
            observer: None,
            url: "https://sts-emulator.invalid".to_owned(),
            guard: LoopbackGuard::default(),
            any_service: false,
            load_config: None,
        }
    }
}
