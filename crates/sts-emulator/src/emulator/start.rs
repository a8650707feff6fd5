//! Assembles an emulator, and runs it on a thread of its own.

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU8;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use sts_proto::Endpoint;
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use tokio::sync::{Semaphore, oneshot};

use super::listen::{Addresses, LocalListener};
use super::settings::Settings;
#[cfg(feature = "tls")]
use super::validation::invalid_authority;
use super::validation::{check_host_names, control_secret};
use crate::clock::{Clock, ControlledClock};
use crate::endpoints::control::{Control, ControlledState};
use crate::endpoints::metadata::{ADDRESS, Metadata};
#[cfg(feature = "oidc")]
use crate::endpoints::oidc_issuer::IssuerEndpoint;
use crate::endpoints::sts::StsEndpoint;
use crate::faults::Faults;
use crate::gateway::access_key_lockout::AccessKeyLockout;
use crate::gateway::authentication::Authenticator;
use crate::gateway::dates::Dates;
use crate::gateway::{Gateway, Observer};
use crate::history::History;
use crate::identity_center::IdentityCenter;
#[cfg(feature = "oidc")]
use crate::oidc::OidcIssuer;
use crate::seal::Seal;
use crate::server::{CONNECTIONS, Local, Memory, Port, SecretGuard, Transport};
use crate::service::{CurrentService, Service, SessionLog};
#[cfg(feature = "tls")]
use crate::tls::{Authority, Tls};
use crate::{random, server};

/// A listening emulator.
pub(super) struct Started {
    pub(super) url: String,
    pub(super) endpoint: Endpoint,
    pub(super) address: SocketAddr,
    #[cfg(feature = "tls")]
    pub(super) authority: Option<Authority>,
    pub(super) control_url: Option<String>,
    pub(super) metadata_url: Option<String>,
    pub(super) faults: Faults,
    pub(super) identity_center: IdentityCenter,
    pub(super) gateway: Arc<Gateway>,
    pub(super) service: CurrentService,
    #[cfg(feature = "oidc")]
    pub(super) oidc_issuer: OidcIssuer,
}

/// A listening emulator, and the handle that stops it when it is dropped.
pub(super) type Outcome = io::Result<(Started, oneshot::Sender<()>)>;

/// Time for the threads to close their connections when the emulator stops, and for SAML responses and
/// large bodies that they process. The results of these are not needed.
const STOP_TIME: Duration = Duration::from_secs(1);

/// Starts the thread. It calls `report` once it listens or has failed.
pub(super) fn launch(
    settings: Settings,
    report: impl FnOnce(Outcome) + Send + 'static,
) -> io::Result<thread::JoinHandle<()>> {
    let thread = thread::Builder::new().name("sts-emulator".to_owned());
    thread.spawn(move || match open(settings) {
        Ok((runtime, started)) => {
            let (stop, stopped) = oneshot::channel();
            report(Ok((started, stop)));
            // An error means that the handle was dropped, which is the signal to stop.
            let _ = runtime.block_on(stopped);
            runtime.shutdown_timeout(STOP_TIME);
        }
        Err(error) => report(Err(error)),
    })
}

fn open(mut settings: Settings) -> io::Result<(Runtime, Started)> {
    let runtime = runtime(settings.workers)?;
    let context = runtime.enter();
    let addresses = Addresses {
        allows_remote: settings.allows_remote,
        host_names: settings.host_names.clone(),
    };
    check_host_names(&settings.host_names)?;
    let bind_local = |setting, name: Option<&String>| {
        name.map(|name| addresses.bind_local(setting, name)).transpose()
    };
    let LocalListener { listener, guard, .. } = addresses.bind_local("listen", &settings.listen)?;
    let address = listener.local_addr()?;
    settings.guard = guard;
    let control = bind_local("control", settings.control.as_ref())?;
    let secret = control_secret(&settings, control.as_ref())?;
    let metadata = bind_local("metadata", settings.metadata.as_ref())?;
    #[cfg(feature = "oidc")]
    let issuer = {
        let issuer = bind_local("oidc_issuer", settings.oidc_issuer.as_ref())?;
        let url = issuer.as_ref().map_or(settings.issuer_url.clone(), |issuer| issuer.url.clone());
        settings.issuer_url = url;
        issuer
    };
    #[cfg(feature = "tls")]
    let (transport, authority) = if settings.tls {
        let tls = Tls::generate(&settings.host_names, settings.authority.take())
            .map_err(invalid_authority)?;
        (Transport::Tls(tls.acceptor), Some(tls.authority))
    } else {
        (Transport::Tcp, None)
    };
    #[cfg(not(feature = "tls"))]
    let transport = Transport::Tcp;
    let url = format!("{}://{address}", transport.scheme());
    settings.url.clone_from(&url);

    let Assembled { sts, service, clock, faults, controlled } = assemble(settings)?;
    #[cfg(feature = "oidc")]
    let oidc_issuer = service.get().issuer.clone();
    let memory = Memory::default();
    let slots = || Arc::new(Semaphore::new(CONNECTIONS));
    let local = |listener: TcpListener| Port {
        listener,
        transport: Transport::Tcp,
        memory: memory.clone(),
        slots: slots(),
    };
    let sts_slots = slots();
    let urls = [
        Some(("sts", url.clone())),
        control.as_ref().map(|control| ("control", control.url.clone())),
        metadata.as_ref().map(|metadata| ("metadata", metadata.url.clone())),
        #[cfg(feature = "oidc")]
        issuer.as_ref().map(|issuer| ("oidc_issuer", issuer.url.clone())),
    ];
    let control_url = control.zip(controlled).map(|(control, state)| {
        let urls = urls.into_iter().flatten().collect();
        let state = ControlledState { urls, slots: Arc::clone(&sts_slots), ..state };
        let endpoint = Control::new(state, control.guard, SecretGuard::new(secret.as_ref()));
        runtime.spawn(server::serve(local(control.listener), endpoint));
        control.url
    });
    let metadata_url = metadata.map(|metadata| {
        let guard = metadata.guard.with_host_of(ADDRESS);
        let endpoint = Local::new(Metadata::new(service.clone(), Arc::clone(&clock)), guard);
        runtime.spawn(server::serve(local(metadata.listener), endpoint));
        metadata.url
    });
    #[cfg(feature = "oidc")]
    if let Some(issuer) = issuer {
        let endpoint = Local::new(IssuerEndpoint::new(oidc_issuer.clone()), issuer.guard);
        runtime.spawn(server::serve(local(issuer.listener), endpoint));
    }
    let gateway = sts.gateway();
    runtime.spawn(server::serve(Port { listener, transport, memory, slots: sts_slots }, sts));
    drop(context);

    let endpoint = Endpoint::parse_allowing_http(&url).map_err(io::Error::other)?;
    let started = Started {
        url,
        endpoint,
        address,
        #[cfg(feature = "tls")]
        authority,
        control_url,
        metadata_url,
        faults,
        gateway,
        identity_center: IdentityCenter::new(service.clone(), clock),
        service,
        #[cfg(feature = "oidc")]
        oidc_issuer,
    };
    Ok((runtime, started))
}

/// Returns a runtime that serves on the thread that calls it, or on several other threads.
fn runtime(workers: NonZeroU8) -> io::Result<Runtime> {
    let mut builder = match workers.get() {
        1 => runtime::Builder::new_current_thread(),
        _ => runtime::Builder::new_multi_thread(),
    };
    builder
        .worker_threads(workers.get().into())
        .enable_all()
        .max_blocking_threads(server::BLOCKING_THREADS)
        .thread_name("sts-emulator-worker")
        .build()
}

/// The parts of an emulator that do not need sockets.
pub(super) struct Assembled {
    pub(super) sts: StsEndpoint,
    pub(super) service: CurrentService,
    pub(super) clock: Arc<dyn Clock>,
    faults: Faults,
    /// If the control endpoint is enabled.
    controlled: Option<ControlledState>,
}

#[cfg_attr(
    not(feature = "oidc"),
    expect(clippy::unnecessary_wraps, reason = "the issuer of ID tokens can fail")
)]
pub(super) fn assemble(settings: Settings) -> io::Result<Assembled> {
    let Settings { config, seed, echo, observer, guard, url, any_service, .. } = settings;
    let is_controlled = settings.control.is_some();
    let controlled_clock = ControlledClock::new(Arc::clone(&settings.clock));
    let clock: Arc<dyn Clock> =
        if is_controlled { Arc::new(controlled_clock.clone()) } else { settings.clock };
    let seed = seed.unwrap_or_else(|| random::bytes::<32>().to_vec());
    let faults = Faults::new(&seed, Arc::clone(&clock));
    for injection in config.faults().iter().chain(&settings.faults) {
        faults.inject(injection.clone());
    }
    let sessions = if is_controlled { SessionLog::recording() } else { SessionLog::default() };
    let service = CurrentService::new(Service {
        config,
        seal: Seal::new(&seed),
        url,
        sign_ins: Arc::default(),
        sessions: sessions.clone(),
        #[cfg(feature = "oidc")]
        issuer: OidcIssuer::new(settings.issuer_url, Arc::clone(&clock))?,
    });
    let lockout = AccessKeyLockout::default();
    let authenticator = Authenticator { lockout: lockout.clone(), echo };
    let history = History::default();
    let observer = if is_controlled { Some(recording(&history, observer)) } else { observer };
    let gateway = Gateway {
        service: service.clone(),
        clock: Arc::clone(&clock),
        authenticator,
        observer,
        dates: Dates::default(),
        guard,
        any_service,
    };
    let sts = StsEndpoint::new(gateway, faults.clone());
    let controlled = is_controlled.then(|| ControlledState {
        faults: faults.clone(),
        startup_faults: settings.faults.into(),
        clock: controlled_clock,
        history,
        sessions,
        lockout,
        service: service.clone(),
        load_config: settings.load_config,
        urls: Arc::default(),
        slots: Arc::new(Semaphore::new(0)),
    });
    Ok(Assembled { sts, service, clock, faults, controlled })
}

/// Returns an observer that records requests before `observer` sees them.
fn recording(history: &History, observer: Option<Observer>) -> Observer {
    let history = history.clone();
    Box::new(move |log| {
        history.add(log.clone());
        if let Some(observer) = &observer {
            observer(log);
        }
    })
}
