//! Provider chains.

mod check;
mod list;
mod orders;
mod refresh;
mod report;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use sts_client::session::RefreshProvider;
use sts_client::{CallContext, Platform};
use sts_credentials::{CredentialsError, MaybeSend, MaybeSync};

use self::list::{Entry, ProviderList, Selector};
pub use self::refresh::ChainRefresh;
use self::refresh::Start;
pub use self::report::{ChainReport, ProviderState};
use crate::shared_provider::SharedProvider;

/// Credential providers in order; the first one that is configured returns the credentials.
///
/// It is a [`RefreshProvider`] itself. A provider that [is not
/// configured](CredentialsError::is_not_configured) is skipped. One that is configured but fails
/// ends the search: the error names it, its cause, and the skipped providers, and keeps
/// [kind](CredentialsError::kind), code and request id of the cause. Once a provider has returned
/// credentials, the chain always uses that provider, even if concurrent searches find different ones.
/// A program therefore does not change its identity because a file was removed.
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
pub struct ProviderChain(ProviderList);

impl ProviderChain {
    /// Creates a chain without providers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a provider, and discards previous results. The name is for reports and errors.
    #[must_use]
    pub fn provider<P>(self, name: impl Into<Cow<'static, str>>, provider: P) -> Self
    where
        P: RefreshProvider<Refresh: MaybeSend + 'static> + MaybeSend + MaybeSync + 'static,
    {
        Self(self.0.with(Entry { name: name.into(), provider: SharedProvider::new(provider) }))
    }

    /// Inserts a provider behind the one with the name `after`, at the end if there is none, and discards
    /// previous results.
    #[must_use]
    pub fn provider_after<P>(
        self,
        after: &str,
        name: impl Into<Cow<'static, str>>,
        provider: P,
    ) -> Self
    where
        P: RefreshProvider<Refresh: MaybeSend + 'static> + MaybeSend + MaybeSync + 'static,
    {
        let entry = Entry { name: name.into(), provider: SharedProvider::new(provider) };
        Self(self.0.with_after(after, entry))
    }

    /// Sets an environment variable that selects one provider by its name, in place of a search. It
    /// is read when a search begins. A selected provider that is not configured is an error, and so
    /// is a name that the chain does not have. By default no variable is read.
    #[must_use]
    pub fn selected_by(mut self, variable: impl Into<Cow<'static, str>>) -> Self {
        self.0.selector = Some(Selector::Variable(variable.into()));
        self
    }

    /// Selects one provider by its name, in place of a search and of a
    /// [variable](Self::selected_by). A selected provider that is not configured is an error, and so
    /// is a name that the chain does not have.
    #[must_use]
    pub fn select(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.0.selector = Some(Selector::Name(name.into()));
        self
    }

    /// Returns what a search would find, without sending a request or running a command: a refresh of
    /// each provider is begun and dropped. A selected provider is the only one that is checked.
    ///
    /// In contrast to a search, the check does not end at the first provider that is configured, so
    /// that the report states for each one what it lacks.
    /// [`candidate`](ChainReport::candidate) is the provider that a search would use. The check neither
    /// changes the [`report`](Self::report) of the chain nor depends on it.
    ///
    /// ```
    /// use sts_client::{CallContext, CallPolicy, CredentialsError, Platform};
    /// use sts_providers::{EcsMetadata, ProviderChain};
    ///
    /// /// With `Platform::new(SystemClock, SystemEnvironment)` in a program.
    /// fn print_report(platform: &Platform) -> Result<(), CredentialsError> {
    ///     let chain = ProviderChain::default_chain(EcsMetadata::default());
    ///     let report = chain.check(platform, &CallContext::new([], CallPolicy::default()))?;
    ///     println!("{}: {report}", report.candidate().unwrap_or("no provider"));
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// The variable or the name that selects a provider is invalid, or the chain does not have that
    /// provider.
    pub fn check(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<ChainReport, CredentialsError> {
        let selected = self.0.selected(&*platform.environment)?;
        let state = |(index, entry)| {
            if selected.is_some_and(|selected| selected != index) {
                return ProviderState::NotAsked;
            }
            check::state(entry, platform, context)
        };
        Ok(self.0.report_of(self.0.iter().enumerate().map(state).collect()))
    }

    /// Returns which provider is used and why the others are not. Until one is used, returns the
    /// result of the last completed search.
    #[must_use]
    pub fn report(&self) -> ChainReport {
        self.0.report()
    }
}

impl RefreshProvider for ProviderChain {
    type Refresh = ChainRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<ChainRefresh, CredentialsError> {
        let start = match self.0.used() {
            Some(used) => Start::Used(used),
            None => match self.0.selected(&*platform.environment)? {
                Some(selected) => Start::Selected(selected),
                None => Start::First,
            },
        };
        Ok(ChainRefresh::new(self.0.clone(), platform.clone(), Arc::clone(context), start))
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
