//! The client of STS with the credentials of the provider chain.

use std::sync::Arc;
use std::time::Duration;

use huaweicloud_sts::hyper::HyperTransport;
use huaweicloud_sts::proto::Operation;
use huaweicloud_sts::providers::{ProviderChain, ProviderState};
use huaweicloud_sts::sts_client::session::{IssuedCredentials, RefreshProvider};
use huaweicloud_sts::sts_client::{CallStats, Client, Clock as _, SystemClock};
use huaweicloud_sts::{Credentials, CredentialsError, Endpoint, ErrorKind, Session};
use time::OffsetDateTime;

use crate::failure::Failure;
use crate::notes::Notes;

/// A client whose requests are signed with the credentials of a provider chain.
pub(crate) struct Connection {
    client: Client<HyperTransport, Session>,
    chain: ProviderChain,
    has_endpoint: bool,
}

impl Connection {
    /// Creates a client, which may have no endpoint if only its credentials are used. Nothing is sent
    /// before the first call.
    pub(crate) fn new(
        endpoints: Vec<Endpoint>,
        transport: HyperTransport,
        chain: ProviderChain,
    ) -> Result<Self, Failure> {
        let has_endpoint = !endpoints.is_empty();
        let mut builder = Client::builder(transport).without_endpoint();
        for endpoint in endpoints {
            builder = builder.endpoint(endpoint);
        }
        let client = builder.credentials_from(chain.clone()).build().map_err(Failure::usage)?;
        Ok(Self { client, chain, has_endpoint })
    }

    /// Returns the client, for sessions and state machines.
    pub(crate) fn client(&self) -> &Client<HyperTransport, Session> {
        &self.client
    }

    /// Returns the provider chain, which shares its report.
    pub(crate) fn chain(&self) -> ProviderChain {
        self.chain.clone()
    }

    /// Adds the report of the search for credentials to its failure, and what to do without an endpoint.
    pub(crate) fn explained(&self, failure: Failure) -> Failure {
        let needs_endpoint = !self.has_endpoint && failure.is_kind(ErrorKind::Configuration);
        let failure = failure.of_search(&self.chain.report());
        if needs_endpoint { failure.advice("pass --region or --endpoint") } else { failure }
    }

    /// Returns the name of the provider in use.
    pub(crate) fn provider(&self) -> String {
        self.chain.report().used().unwrap_or_default().to_owned()
    }

    /// Returns the credentials of the chain.
    pub(crate) async fn credentials(&self) -> Result<Arc<Credentials>, Failure> {
        self.client
            .credentials_provider()
            .credentials()
            .await
            .map_err(|error| Failure::from(CredentialsError::from(error)))
            .map_err(|failure| self.explained(failure))
    }

    /// Calls an operation, and notes attempts, providers and the clock offset.
    pub(crate) async fn call<O: Operation>(
        &self,
        notes: &impl Notes,
        operation: O,
    ) -> Result<O::Output, Failure> {
        let result = self.client().call(operation).await;
        self.note_providers(notes);
        let stats = match &result {
            Ok(completed) => &completed.stats,
            Err(error) => error.stats(),
        };
        notes.note(|| format!("{}: {}", O::NAME, attempts(stats)));
        if let Some(service) = self.client.service_time() {
            notes.note(|| clock_offset(service.time, service.precision));
        }
        let failed = |error| Failure::from(error).of_search(&self.chain.report());
        result.map(|completed| completed.output).map_err(failed)
    }

    /// Obtains credentials from a provider once, with the same notes.
    pub(crate) async fn obtain<P: RefreshProvider>(
        &self,
        notes: &impl Notes,
        provider: &P,
    ) -> Result<Arc<Credentials>, Failure> {
        let result = self.client.obtain(provider).await;
        self.note_providers(notes);
        if let Err(error) = &result {
            notes.note(|| format!("{}: {}", provider.label(), attempts(error.stats())));
        }
        let failed = |error| Failure::of_provider(error).of_search(&self.chain.report());
        result.map(IssuedCredentials::into_credentials).map_err(failed)
    }

    fn note_providers(&self, notes: &impl Notes) {
        for (name, state) in self.chain.report().iter() {
            notes.note(|| format!("provider {name}: {}", state_text(state)));
        }
    }
}

fn state_text(state: &ProviderState) -> String {
    match state {
        ProviderState::NotAsked => "not asked".to_owned(),
        ProviderState::NotConfigured(why) => format!("not configured ({why})"),
        ProviderState::Failed(why) => format!("failed ({why})"),
        ProviderState::Used => "used".to_owned(),
        _ => "unknown".to_owned(),
    }
}

fn attempts(stats: &CallStats) -> String {
    let failed: Vec<_> = stats.failures.iter().map(|failed| failed.kind.to_string()).collect();
    let failed = if failed.is_empty() { "none".to_owned() } else { failed.join(", ") };
    let (attempts, elapsed) = (stats.attempts, stats.elapsed.as_millis());
    format!("attempts {attempts}, failed attempts {failed}, time {elapsed} ms")
}

fn clock_offset(service: OffsetDateTime, precision: Duration) -> String {
    let offset = (service - SystemClock.now().wall).as_seconds_f64();
    let precision = precision.as_secs_f64();
    format!("clock of the service: {offset:+.1} s from this machine's, to within {precision:.1} s")
}
