//! From a builder to a thread that listens.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::thread;

use sts_proto::Endpoint;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{self, Runtime};
use tokio::sync::oneshot;

use super::settings::Settings;
use crate::clock::Clock;
use crate::endpoints::control::Control;
use crate::endpoints::metadata::Metadata;
use crate::endpoints::oidc_issuer::IssuerEndpoint;
use crate::endpoints::sts::StsEndpoint;
use crate::faults::Faults;
use crate::gateway::Gateway;
use crate::gateway::access_key_lockout::AccessKeyLockout;
use crate::gateway::authentication::Authenticator;
use crate::oidc::OidcIssuer;
use crate::seal::Seal;
use crate::server::{LoopbackGuard, Memory, Port};
use crate::service::Service;
use crate::tls::Tls;
use crate::{random, server};

/// The `iss` of an issuer that does not listen.
const NOWHERE: &str = "https://oidc-issuer.sts-emulator.invalid";

/// So many connections may wait to be accepted; the default is too few for a burst of thousands.
const BACKLOG: u32 = 4096;

/// What is known of an emulator once it listens.
pub(super) struct Started {
    pub(super) url: String,
    pub(super) endpoint: Endpoint,
    pub(super) address: SocketAddr,
    pub(super) ca_certificate_pem: Option<String>,
    pub(super) control_url: Option<String>,
    pub(super) metadata_url: Option<String>,
    pub(super) faults: Faults,
    pub(super) oidc_issuer: OidcIssuer,
}

/// An emulator that listens, and what stops it when it is dropped.
pub(super) type Outcome = io::Result<(Started, oneshot::Sender<()>)>;

/// Starts the thread, which then reports whether it listens.
pub(super) fn launch(
    settings: Settings,
    report: impl FnOnce(Outcome) + Send + 'static,
) -> io::Result<thread::JoinHandle<()>> {
    let thread = thread::Builder::new().name("sts-emulator".to_owned());
    thread.spawn(move || match open(settings) {
        Ok((runtime, started)) => {
            let (stop, stopped) = oneshot::channel();
            report(Ok((started, stop)));
            // An error says that the other end was dropped, which is how one stops it.
            let _ = runtime.block_on(stopped);
            // Work beside the event loop has nobody to respond to any more.
            runtime.shutdown_background();
        }
        Err(error) => report(Err(error)),
    })
}

fn open(settings: Settings) -> io::Result<(Runtime, Started)> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(server::WORKERS)
        .thread_name("sts-emulator-worker")
        .build()?;
    let context = runtime.enter();
    let (listener, address) = bind(&settings.listen)?;
    let (control, control_url) = bind_beside(settings.control.as_deref())?;
    let (metadata, metadata_url) = bind_beside(settings.metadata.as_deref())?;
    let (issuer, issuer_url) = bind_beside(settings.oidc_issuer.as_deref())?;
    let guard = |address: Option<&String>| {
        address.map_or_else(LoopbackGuard::default, |address| {
            LoopbackGuard::default().with_host_of(address)
        })
    };
    let control_guard = guard(settings.control.as_ref());
    let metadata_guard = guard(settings.metadata.as_ref());
    let issuer_guard = guard(settings.oidc_issuer.as_ref());
    let tls = settings.tls.then(Tls::generate).transpose()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{address}");

    let Assembled { sts, service, clock, faults } = assemble(settings, issuer_url)?;
    let oidc_issuer = service.issuer.clone();
    let (acceptor, ca_certificate_pem) =
        tls.map(|tls| (tls.acceptor, tls.ca_certificate_pem)).unzip();

    let memory = Memory::default();
    let port = |listener, tls| Port { listener, tls, memory: memory.clone() };
    runtime.spawn(server::serve(port(listener, acceptor), sts));
    if let Some(control) = control {
        let service = Control::new(faults.clone(), control_guard);
        runtime.spawn(server::serve(port(control, None), service));
    }
    if let Some(metadata) = metadata {
        let service = Metadata::new(service, clock, metadata_guard);
        runtime.spawn(server::serve(port(metadata, None), service));
    }
    if let Some(issuer) = issuer {
        let service = IssuerEndpoint::new(oidc_issuer.clone(), issuer_guard);
        runtime.spawn(server::serve(port(issuer, None), service));
    }
    drop(context);

    let endpoint = Endpoint::parse_allowing_http(&url).map_err(io::Error::other)?;
    let started = Started {
        url,
        endpoint,
        address,
        ca_certificate_pem,
        control_url,
        metadata_url,
        faults,
        oidc_issuer,
    };
    Ok((runtime, started))
}

/// All of an emulator that needs no socket.
pub(super) struct Assembled {
    pub(super) sts: StsEndpoint,
    service: Arc<Service>,
    clock: Arc<dyn Clock>,
    faults: Faults,
}

pub(super) fn assemble(settings: Settings, issuer_url: Option<String>) -> io::Result<Assembled> {
    let Settings { config, clock, seed, echo, observer, .. } = settings;
    let seed = seed.unwrap_or_else(|| random::bytes::<32>().to_vec());
    let faults = Faults::new(&seed, Arc::clone(&clock));
    for injection in config.faults().iter().chain(&settings.faults) {
        faults.inject(injection.clone());
    }
    let issuer_url = issuer_url.unwrap_or_else(|| NOWHERE.to_owned());
    let issuer = OidcIssuer::new(issuer_url, Arc::clone(&clock))?;
    let service = Arc::new(Service { config, seal: Seal::new(&seed), issuer });
    let lockout = AccessKeyLockout::default();
    let authenticator = Authenticator { service: Arc::clone(&service), lockout, echo };
    let gateway = Gateway {
        service: Arc::clone(&service),
        clock: Arc::clone(&clock),
        authenticator,
        observer,
    };
    let sts = StsEndpoint::new(gateway, faults.clone());
    Ok(Assembled { sts, service, clock, faults })
}

/// Listens on the first of the addresses that it can have.
fn bind(address: &str) -> io::Result<(TcpListener, SocketAddr)> {
    bind_first(address, address.to_socket_addrs()?)
}

fn bind_first(
    name: &str,
    addresses: impl IntoIterator<Item = SocketAddr>,
) -> io::Result<(TcpListener, SocketAddr)> {
    let mut outcome = Err(io::Error::from(io::ErrorKind::InvalidInput));
    for address in addresses {
        outcome = listen(address);
        if outcome.is_ok() {
            break;
        }
    }
    let listener =
        outcome.map_err(|error| io::Error::new(error.kind(), format!("{name}: {error}")))?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As the standard library does it: a restart need not wait for connections of the past.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// The same, with its URL, for what only this machine may reach.
fn bind_beside(name: Option<&str>) -> io::Result<(Option<TcpListener>, Option<String>)> {
    let Some(name) = name else {
        return Ok((None, None));
    };
    // Resolved once: a second time it might be something else.
    let addresses: Vec<_> = name.to_socket_addrs()?.collect();
    if !addresses.iter().all(|address| address.ip().is_loopback()) {
        let problem = format!("{name} is not an address of loopback");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
    }
    let (listener, address) = bind_first(name, addresses)?;
    Ok((Some(listener), Some(format!("http://{address}"))))
}
