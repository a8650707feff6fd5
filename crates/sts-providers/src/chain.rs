//! Provider chains.

mod orders;
mod refresh;
mod report;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sts_client::session::RefreshProvider;
use sts_client::{CallContext, Environment, Platform};
use sts_credentials::{CredentialsError, MaybeSend, MaybeSync};

pub use self::refresh::ChainRefresh;
use self::refresh::Start;
pub use self::report::{ChainReport, ProviderState};
use crate::shared_provider::SharedProvider;
use crate::variable;

/// Credential providers in order; the first one that is configured returns the credentials.
///
/// It is a [`RefreshProvider`] itself. A provider that [is not
/// configured](CredentialsError::is_not_configured) is skipped. One that is configured but fails
/// ends the search: the error names it, its cause, and the skipped providers, and keeps
/// [kind](CredentialsError::kind), code and request id of the cause. Once a provider has returned
/// credentials, the chain stays with it, even if concurrent searches find different ones, so that a
/// program does not change its identity because a file was removed.
///
/// [`report`](Self::report) returns which provider is used and why the others are not. Clones share
/// it.
///
/// ```
/// use sts_client::transport::Transport;
/// use sts_client::{Client, CredentialsError, Session};
/// use sts_providers::{EnvironmentVariables, PodIdentity, ProfileFile, ProviderChain};
///
/// fn sign_in<T>(client: &Client<T>) -> Result<Session, CredentialsError>
/// where
///     T: Transport + Send + Sync + 'static,
/// {
///     let agent = PodIdentity::new("http://169.254.169.253/v1/credentials", "/pod/token")?;
///     let chain = ProviderChain::new()
///         .provider("environment", EnvironmentVariables)
///         .provider("profile file", ProfileFile::new())
///         .provider("pod identity", agent);
///     client.session(chain)
/// }
/// ```
#[derive(Clone, Default)]
pub struct ProviderChain {
    providers: Arc<Vec<Entry>>,
    /// The environment variable that selects a provider.
    selector: Option<Cow<'static, str>>,
    found: Arc<Mutex<Found>>,
}

#[derive(Clone)]
struct Entry {
    name: Cow<'static, str>,
    provider: SharedProvider,
}

#[derive(Clone, Default)]
struct Found {
    /// The provider that returned credentials first. It never changes.
    used: Option<usize>,
    /// The states of the search that found it; until then, of the last completed search.
    states: Vec<ProviderState>,
}

impl ProviderChain {
    /// Creates a chain without providers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a provider, and discards previous results. The name is for reports and errors.
    #[must_use]
    pub fn provider<P>(mut self, name: impl Into<Cow<'static, str>>, provider: P) -> Self
    where
        P: RefreshProvider<Refresh: MaybeSend + 'static> + MaybeSend + MaybeSync + 'static,
    {
        let entry = Entry { name: name.into(), provider: SharedProvider::new(provider) };
        Arc::make_mut(&mut self.providers).push(entry);
        Self { found: Arc::default(), ..self }
    }

    /// Sets an environment variable that selects one provider by its name, in place of a search. It
    /// is read when a search begins. A selected provider that is not configured is an error, and so
    /// is a name that the chain does not have. By default no variable is read.
    #[must_use]
    pub fn selected_by(self, variable: impl Into<Cow<'static, str>>) -> Self {
        Self { selector: Some(variable.into()), ..self }
    }

    /// Returns the index of the provider that the environment selects, if it selects one.
    fn selected(&self, environment: &dyn Environment) -> Result<Option<usize>, CredentialsError> {
        let Some(selector) = &self.selector else { return Ok(None) };
        let Some(name) = variable::plain_word(environment, selector)? else { return Ok(None) };
        let index = self.providers.iter().position(|entry| entry.name == name);
        index.map(Some).ok_or_else(|| {
            let names: Vec<&str> = self.providers.iter().map(|entry| &*entry.name).collect();
            let fault =
                format!("selects an unknown provider; expected one of: {}", names.join(", "));
            variable::invalid(selector, &fault)
        })
    }

    /// Returns which provider is used and why the others are not. Until one is used, returns the
    /// result of the last completed search.
    #[must_use]
    pub fn report(&self) -> ChainReport {
        let states = self.found().states.clone();
        self.report_of(states)
    }

    fn report_of(&self, mut states: Vec<ProviderState>) -> ChainReport {
        states.resize(self.providers.len(), ProviderState::NotAsked);
        let names = self.providers.iter().map(|entry| entry.name.clone());
        ChainReport::new(names.zip(states).collect())
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        // Poisoning is ignored: the data is never left half-updated.
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the index of the provider that the chain stays with.
    fn used(&self) -> Option<usize> {
        self.found().used
    }

    /// Makes `states` the reported ones, unless a provider was found before. Returns the index of
    /// the provider that the chain stays with.
    fn publish(&self, used: Option<usize>, states: &[ProviderState]) -> Option<usize> {
        let mut found = self.found();
        if found.used.is_none() {
            *found = Found { used, states: states.to_vec() };
        }
        found.used
    }
}

impl RefreshProvider for ProviderChain {
    type Refresh = ChainRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<ChainRefresh, CredentialsError> {
        let start = match self.used() {
            Some(used) => Start::Used(used),
            None => match self.selected(&*platform.environment)? {
                Some(selected) => Start::Selected(selected),
                None => Start::First,
            },
        };
        Ok(ChainRefresh::new(self.clone(), platform.clone(), Arc::clone(context), start))
    }

    fn label(&self) -> String {
        "provider chain".to_owned()
    }
}

impl fmt::Debug for ProviderChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ProviderChain").field(&self.report()).finish()
    }
}
