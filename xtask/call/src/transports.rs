//! The same call over each transport.

use std::error::Error as StdError;
use std::sync::Arc;

use sts_client::{
    CallPolicy, Client, ClientBuilder, NoCredentials, ProvideCredentials, Transport, blocking,
};
use sts_hyper::HyperTransport;
use sts_isahc::IsahcTransport;
use sts_proto::server::{AnyOperation, ToResponse};
use sts_proto::{Credentials, Operation};
use sts_reqwest::ReqwestTransport;

use crate::options::{Authority, Options, TransportName};
use crate::outcome::Outcome;
use crate::reason::{Reason, chain};

/// Fails only for reasons that lie in the options; what the service does is an outcome.
pub(crate) fn call(options: &Options) -> Result<Outcome, String> {
    let ca = options.ca.as_ref();
    match options.transport {
        TransportName::Hyper => on_tokio(options, || hyper(ca)),
        TransportName::Reqwest => on_tokio(options, || reqwest(ca)),
        TransportName::Isahc => futures_lite::future::block_on(awaiting(options, isahc(ca)?)),
        TransportName::IsahcBlocking => blocking(options, isahc(ca)?),
    }
}

fn hyper(ca: Option<&Authority>) -> Result<HyperTransport, String> {
    let mut builder = HyperTransport::builder();
    if let Some(ca) = ca {
        builder = builder.root_certificate_pem(&ca.pem);
    }
    builder.build().map_err(|error| unusable(ca, &error))
}

fn isahc(ca: Option<&Authority>) -> Result<IsahcTransport, String> {
    let mut builder = IsahcTransport::builder();
    if let Some(ca) = ca {
        builder = builder.root_certificate_pem(&ca.pem);
    }
    builder.build().map_err(|error| unusable(ca, &error))
}

fn reqwest(ca: Option<&Authority>) -> Result<ReqwestTransport, String> {
    // This workspace builds reqwest without a crypto provider; its feature `rustls` has one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = ReqwestTransport::builder();
    if let Some(ca) = ca {
        let certificates = reqwest::Certificate::from_pem_bundle(&ca.pem)
            .map_err(|error| unusable(Some(ca), &error))?;
        if certificates.is_empty() {
            return Err(format!("--ca: {} holds no certificate in PEM form", ca.path));
        }
        builder = builder.configure(move |reqwest| reqwest.tls_certs_merge(certificates.clone()));
    }
    builder.build().map_err(|error| unusable(ca, &error))
}

fn unusable(ca: Option<&Authority>, error: &(dyn StdError + 'static)) -> String {
    let with = ca.map(|ca| format!(" with --ca {}", ca.path)).unwrap_or_default();
    format!("cannot set up the transport{with}: {}", chain(error).join(": "))
}

fn on_tokio<T: Transport>(
    options: &Options,
    transport: impl FnOnce() -> Result<T, String>,
) -> Result<Outcome, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start a runtime: {error}"))?;
    runtime.block_on(async { awaiting(options, transport()?).await })
}

fn builder<T>(options: &Options, transport: T) -> ClientBuilder<T, NoCredentials> {
    let mut policy = CallPolicy::default();
    policy.attempts = options.max_attempts.unwrap_or(policy.attempts);
    policy.validate = options.validate;
    Client::builder(transport).endpoint(options.endpoint.clone()).policy(policy)
}

fn shared(credentials: &Credentials) -> Arc<Credentials> {
    Arc::new(credentials.clone())
}

async fn awaiting<T: Transport>(options: &Options, transport: T) -> Result<Outcome, String> {
    let builder = builder(options, transport);
    match &options.credentials {
        Some(credentials) => {
            let client = builder.credentials(shared(credentials)).build();
            choose(options, &client.map_err(|error| error.to_string())?).await
        }
        None => choose(options, &builder.build().map_err(|error| error.to_string())?).await,
    }
}

async fn choose<T: Transport, S: ProvideCredentials>(
    options: &Options,
    client: &Client<T, S>,
) -> Result<Outcome, String> {
    match options.operation.clone() {
        AnyOperation::AssumeAgency(operation) => await_one(options, client, operation).await,
        AnyOperation::AssumeAgencyWithOidc(operation) => {
            await_one(options, client, operation).await
        }
        AnyOperation::AssumeAgencyWithSaml(operation) => {
            await_one(options, client, operation).await
        }
        AnyOperation::DecodeAuthorizationMessage(operation) => {
            await_one(options, client, operation).await
        }
        AnyOperation::GetCallerIdentity(operation) => await_one(options, client, operation).await,
        other => Err(format!("{} cannot be called", other.name())),
    }
}

async fn await_one<T, S, O>(
    options: &Options,
    client: &Client<T, S>,
    operation: O,
) -> Result<Outcome, String>
where
    T: Transport,
    S: ProvideCredentials,
    O: Operation,
    O::Output: ToResponse,
{
    match client.call(operation).await {
        Ok(completed) => Outcome::success(&completed.output),
        Err(error) => {
            let error = client.explain_denial(error).await;
            Ok(Outcome::Failure(Box::new(Reason::of(error, options))))
        }
    }
}

fn blocking<T: blocking::Transport>(options: &Options, transport: T) -> Result<Outcome, String> {
    let builder = builder(options, transport);
    match &options.credentials {
        Some(credentials) => {
            let client = builder.credentials(shared(credentials)).build_blocking();
            choose_blocking(options, &client.map_err(|error| error.to_string())?)
        }
        None => {
            choose_blocking(options, &builder.build_blocking().map_err(|error| error.to_string())?)
        }
    }
}

fn choose_blocking<T: blocking::Transport, S: blocking::ProvideCredentials>(
    options: &Options,
    client: &blocking::Client<T, S>,
) -> Result<Outcome, String> {
    match options.operation.clone() {
        AnyOperation::AssumeAgency(operation) => block_on_one(options, client, operation),
        AnyOperation::AssumeAgencyWithOidc(operation) => block_on_one(options, client, operation),
        AnyOperation::AssumeAgencyWithSaml(operation) => block_on_one(options, client, operation),
        AnyOperation::DecodeAuthorizationMessage(operation) => {
            block_on_one(options, client, operation)
        }
        AnyOperation::GetCallerIdentity(operation) => block_on_one(options, client, operation),
        other => Err(format!("{} cannot be called", other.name())),
    }
}

fn block_on_one<T, S, O>(
    options: &Options,
    client: &blocking::Client<T, S>,
    operation: O,
) -> Result<Outcome, String>
where
    T: blocking::Transport,
    S: blocking::ProvideCredentials,
    O: Operation,
    O::Output: ToResponse,
{
    match client.call(operation) {
        Ok(completed) => Outcome::success(&completed.output),
        Err(error) => {
            let error = client.explain_denial(error);
            Ok(Outcome::Failure(Box::new(Reason::of(error, options))))
        }
    }
}
