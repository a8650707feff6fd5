//! Automatic credential refresh.

mod asynchronous;
pub(crate) mod blocking;
mod cache;
mod credential_state;
mod fast;
mod history;
mod in_flight;
mod issued;
mod log;
mod machine;
mod policy;
mod provider;
mod ready;
pub(crate) mod refresher;
mod status;
mod watcher;

pub use self::asynchronous::Session;
pub use self::credential_state::CredentialState;
pub use self::fast::CredentialsGuard;
pub use self::issued::IssuedCredentials;
pub use self::machine::SessionMachine;
pub use self::policy::SessionPolicy;
pub use self::provider::{AgencyRefresh, RefreshProvider};
pub use self::ready::ReadyRefresh;
pub use self::status::{
    RefreshFailure, SessionCounters, SessionEvent, SessionHealth, SessionObserver, SessionStatus,
};
pub use self::watcher::Watcher;
pub use crate::error::SessionError;
