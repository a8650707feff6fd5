//! Agencies that are assumed with the credentials of another provider.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Response;
use sts_client::session::{IssuedCredentials, RefreshProvider};
use sts_client::{CallContext, Error, Now, Platform, StateMachine, Step, TransportError};
use sts_credentials::{Credentials, CredentialsError, MaybeSend, MaybeSync};
use sts_proto::{AssumeAgency, Body};

use crate::failure;
use crate::required::{Required, RequiredRefresh};
use crate::shared_provider::{SharedProvider, SharedRefresh};

/// The longest session that temporary credentials can request, in seconds.
const LONGEST_CHAINED_SESSION: u32 = 3600;

/// Agency that is assumed with the credentials of another provider, its source: the second link of a
/// chain of agencies. The source can be a `ChainedAgency` itself.
///
/// It is a [`RefreshProvider`]. Every refresh refreshes the source first, and signs the call with the
/// result. If the source issues temporary credentials, a longer [duration](AssumeAgency::duration)
/// than 3600 seconds is reduced to 3600 before the call, because the service rejects it. A source
/// that [is not configured](CredentialsError::is_not_configured) is a failure.
///
/// ```
/// use sts_client::proto::AssumeAgency;
/// use sts_providers::{ChainedAgency, EcsMetadata};
///
/// let hub = AssumeAgency::new("iam::0a1b2c3d:agency:hub", "nightly");
/// let target = AssumeAgency::new("iam::4e5f6071:agency:backup", "nightly");
/// let provider = ChainedAgency::new(ChainedAgency::new(EcsMetadata::default(), hub), target);
/// // let session = client.session(provider)?;
/// # let _ = provider;
/// ```
#[derive(Clone)]
pub struct ChainedAgency {
    source: Required,
    agency: Agency,
}

#[derive(Clone)]
enum Agency {
    Operation(Box<AssumeAgency>),
    /// A provider that requests the credentials to sign with.
    Provider(SharedProvider),
}

impl ChainedAgency {
    /// Creates a provider that calls `agency` with the credentials of `source`.
    #[must_use]
    pub fn new<P>(source: P, agency: AssumeAgency) -> Self
    where
        P: RefreshProvider<Refresh: MaybeSend + 'static> + MaybeSend + MaybeSync + 'static,
    {
        Self::of(SharedProvider::new(source), Agency::Operation(Box::new(agency)))
    }

    /// Creates a provider that refreshes `provider` with the credentials of `source`, for providers
    /// whose requests are signed.
    #[must_use]
    pub fn signing<S, P>(source: S, provider: P) -> Self
    where
        S: RefreshProvider<Refresh: MaybeSend + 'static> + MaybeSend + MaybeSync + 'static,
        P: RefreshProvider<Refresh: MaybeSend + 'static> + MaybeSend + MaybeSync + 'static,
    {
        Self::of(SharedProvider::new(source), Agency::Provider(SharedProvider::new(provider)))
    }

    fn of(source: SharedProvider, agency: Agency) -> Self {
        let by = match &agency {
            Agency::Operation(agency) => agency.label(),
            Agency::Provider(provider) => provider.label(),
        };
        let by = format!("no credentials to assume {by} with");
        Self { source: Required::new(source, by), agency }
    }
}

impl Agency {
    /// Begins the call that is signed with `source`.
    fn begin(
        &self,
        source: &Credentials,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<SharedRefresh, CredentialsError> {
        match self {
            Self::Operation(agency) => {
                let mut agency = (**agency).clone();
                if source.is_temporary()
                    && let Some(seconds) = &mut agency.duration_seconds
                {
                    *seconds = LONGEST_CHAINED_SESSION.min(*seconds);
                }
                SharedProvider::new(agency).begin(platform, context)
            }
            Self::Provider(provider) => provider.begin(platform, context),
        }
    }
}

impl RefreshProvider for ChainedAgency {
    type Refresh = ChainedRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<ChainedRefresh, CredentialsError> {
        self.validate(context)?;
        Ok(ChainedRefresh {
            state: State::Source(self.source.begin(platform, context)?),
            agency: self.agency.clone(),
            platform: platform.clone(),
            context: Arc::clone(context),
        })
    }

    fn label(&self) -> String {
        match &self.agency {
            Agency::Operation(agency) => agency.label(),
            Agency::Provider(provider) => provider.label(),
        }
    }

    fn lifetime(&self) -> Option<Duration> {
        match &self.agency {
            Agency::Operation(agency) => agency.lifetime(),
            Agency::Provider(provider) => provider.lifetime(),
        }
    }

    fn validate(&self, context: &CallContext) -> Result<(), CredentialsError> {
        self.source.validate(context)?;
        match &self.agency {
            Agency::Operation(agency) => RefreshProvider::validate(&**agency, context),
            Agency::Provider(provider) => provider.validate(context),
        }
    }
}

impl fmt::Debug for ChainedAgency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainedAgency")
            .field("source", &self.source.label())
            .field("agency", &RefreshProvider::label(self))
            .finish()
    }
}

/// State machine of one refresh of a [`ChainedAgency`]: the refresh of the source, then the call.
pub struct ChainedRefresh {
    state: State,
    agency: Agency,
    platform: Platform,
    context: Arc<CallContext>,
}

enum State {
    Source(RequiredRefresh),
    Agency { refresh: SharedRefresh, source: Arc<Credentials> },
    Completed,
}

impl ChainedRefresh {
    /// Begins the call with the credentials of the source.
    fn assume(&mut self, outcome: Result<IssuedCredentials, Error>) -> Result<(), Error> {
        let source = outcome?.into_credentials();
        let refresh = self.agency.begin(&source, &self.platform, &self.context)?;
        self.state = State::Agency { refresh, source };
        Ok(())
    }
}

impl StateMachine for ChainedRefresh {
    type Output = IssuedCredentials;

    fn step(&mut self, now: Now) -> Step<IssuedCredentials> {
        loop {
            match &mut self.state {
                State::Source(refresh) => match refresh.step(now) {
                    Step::Done(outcome) => {
                        self.state = State::Completed;
                        if let Err(error) = self.assume(outcome) {
                            return Step::Done(Err(error));
                        }
                    }
                    step => return step,
                },
                State::Agency { refresh, source } => match refresh.step(now) {
                    Step::Credentials(request) if request.rejected.is_some() => {
                        let message = "the source has no other credentials in this refresh";
                        refresh.provide(Err(CredentialsError::new(message)));
                    }
                    Step::Credentials(_) => refresh.provide(Ok(Arc::clone(source))),
                    Step::Done(outcome) => {
                        self.state = State::Completed;
                        return Step::Done(outcome);
                    }
                    step => return step,
                },
                State::Completed => return Step::Done(Err(failure::completed().into())),
            }
        }
    }

    fn provide(&mut self, credentials: Result<Arc<Credentials>, CredentialsError>) {
        // The call gets those of the source.
        if let State::Source(refresh) = &mut self.state {
            refresh.provide(credentials);
        }
    }

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        match &mut self.state {
            State::Source(refresh) => refresh.receive(outcome, now),
            State::Agency { refresh, .. } => refresh.receive(outcome, now),
            State::Completed => {}
        }
    }
}

impl fmt::Debug for ChainedRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.state {
            State::Source(_) => "ChainedRefresh(Source)",
            State::Agency { .. } => "ChainedRefresh(Agency)",
            State::Completed => "ChainedRefresh(Completed)",
        })
    }
}
