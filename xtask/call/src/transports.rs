//! The same call over each transport.

use std::fmt::Display;
use std::sync::Arc;

use sts_client::source::{BlockingCredentialSource, CredentialSource, NoCredentials};
use sts_client::{BlockingTransport, CallPolicy, Client, ClientBuilder, SystemHost, Transport};
use sts_hyper::HyperTransport;
use sts_isahc::IsahcTransport;
use sts_proto::Endpoint;
use sts_proto::server::AnyOperation;

use crate::options::{Options, TransportName};
use crate::outcome::Outcome;

/// Fails only with complaints about options; what the service does is an outcome.
pub(crate) fn call(options: Options) -> Result<Outcome, String> {
    let Options { transport, endpoint, credentials, ca, max_attempts, validate, operation } =
        options;
    let mut policy = CallPolicy::default();
    policy.attempts = max_attempts.unwrap_or(policy.attempts);
    policy.validate = validate;
    let plan = Plan { endpoint, policy, operation };
    match (transport, credentials.map(Arc::new)) {
        (TransportName::Hyper, Some(credentials)) => {
            on_tokio(plan.make(hyper(ca)?).credentials(credentials), plan.operation)
        }
        (TransportName::Hyper, None) => on_tokio(plan.make(hyper(ca)?), plan.operation),
        (TransportName::Isahc, Some(credentials)) => {
            on_this_thread(plan.make(isahc(ca)?).credentials(credentials), plan.operation)
        }
        (TransportName::Isahc, None) => on_this_thread(plan.make(isahc(ca)?), plan.operation),
        (TransportName::IsahcBlocking, Some(credentials)) => {
            blocking(plan.make(isahc(ca)?).credentials(credentials), plan.operation)
        }
        (TransportName::IsahcBlocking, None) => blocking(plan.make(isahc(ca)?), plan.operation),
    }
}

struct Plan {
    endpoint: Endpoint,
    policy: CallPolicy,
    operation: AnyOperation,
}

impl Plan {
    fn make<T>(&self, transport: T) -> ClientBuilder<T, NoCredentials> {
        Client::builder(transport, SystemHost)
            .endpoint(self.endpoint.clone())
            .policy(self.policy.clone())
    }
}

fn hyper(ca: Option<Vec<u8>>) -> Result<HyperTransport, String> {
    let builder = HyperTransport::builder();
    let builder = match ca {
        Some(pem) => builder.root_certificate_pem(&pem),
        None => builder,
    };
    builder.build().map_err(complaint)
}

fn isahc(ca: Option<Vec<u8>>) -> Result<IsahcTransport, String> {
    let builder = IsahcTransport::builder();
    let builder = match ca {
        Some(pem) => builder.root_certificate_pem(&pem),
        None => builder,
    };
    builder.build().map_err(complaint)
}

fn on_tokio<T: Transport, S: CredentialSource>(
    builder: ClientBuilder<T, S>,
    operation: AnyOperation,
) -> Result<Outcome, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(complaint)?.block_on(awaiting(builder, operation))
}

fn on_this_thread<T: Transport, S: CredentialSource>(
    builder: ClientBuilder<T, S>,
    operation: AnyOperation,
) -> Result<Outcome, String> {
    futures_lite::future::block_on(awaiting(builder, operation))
}

async fn awaiting<T: Transport, S: CredentialSource>(
    builder: ClientBuilder<T, S>,
    operation: AnyOperation,
) -> Result<Outcome, String> {
    let client = builder.build().map_err(complaint)?;
    match operation {
        AnyOperation::AssumeAgency(operation) => Outcome::of(client.call(operation).await),
        AnyOperation::AssumeAgencyWithOidc(operation) => Outcome::of(client.call(operation).await),
        AnyOperation::AssumeAgencyWithSaml(operation) => Outcome::of(client.call(operation).await),
        AnyOperation::DecodeAuthorizationMessage(operation) => {
            Outcome::of(client.call(operation).await)
        }
        AnyOperation::GetCallerIdentity(operation) => Outcome::of(client.call(operation).await),
        other => Err(format!("{} cannot be called", other.name())),
    }
}

fn blocking<T: BlockingTransport, S: BlockingCredentialSource>(
    builder: ClientBuilder<T, S>,
    operation: AnyOperation,
) -> Result<Outcome, String> {
    let client = builder.build_blocking().map_err(complaint)?;
    match operation {
        AnyOperation::AssumeAgency(operation) => Outcome::of(client.call(operation)),
        AnyOperation::AssumeAgencyWithOidc(operation) => Outcome::of(client.call(operation)),
        AnyOperation::AssumeAgencyWithSaml(operation) => Outcome::of(client.call(operation)),
        AnyOperation::DecodeAuthorizationMessage(operation) => Outcome::of(client.call(operation)),
        AnyOperation::GetCallerIdentity(operation) => Outcome::of(client.call(operation)),
        other => Err(format!("{} cannot be called", other.name())),
    }
}

fn complaint(error: impl Display) -> String {
    error.to_string()
}
