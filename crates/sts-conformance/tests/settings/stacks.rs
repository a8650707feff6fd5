//! The transports, with the same settings.

use std::error::Error;
use std::sync::LazyLock;
use std::time::Duration;

use http::{Request, Response};
use sts_client::blocking;
use sts_client::transport::{Exchange, Limits, Transport, TransportError};
use sts_hyper::HyperTransport;
use sts_isahc::IsahcTransport;
use sts_proto::Body;
use tokio::runtime::Runtime;

/// Settings of a builder; the defaults are those of the builder.
#[derive(Debug, Default)]
pub(crate) struct Settings<'a> {
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) pool_idle_timeout: Option<Duration>,
    pub(crate) pool_max_idle: Option<usize>,
    pub(crate) user_agent: Option<&'a str>,
    pub(crate) no_proxy: bool,
    pub(crate) proxy: Option<&'a str>,
    pub(crate) roots_pem: &'a [&'a str],
    pub(crate) no_machine_roots: bool,
}

/// A transport of this workspace.
pub(crate) struct Stack {
    /// Module of its tests.
    pub(crate) name: &'static str,
    /// Default `User-Agent`.
    pub(crate) user_agent: &'static str,
    pub(crate) build: fn(&Settings<'_>) -> Result<Built, Box<dyn Error>>,
}

/// A transport that blocks until a response is received.
pub(crate) struct Built {
    /// `Debug` of the builder and the transport.
    pub(crate) shown: String,
    send: Box<dyn Fn(Exchange) -> Result<Response<Body>, TransportError>>,
}

impl Stack {
    pub(crate) fn built(&self, settings: &Settings<'_>) -> Built {
        (self.build)(settings).unwrap()
    }
}

impl Built {
    pub(crate) fn send(&self, url: &str) -> Result<Response<Body>, TransportError> {
        (self.send)(post(url))
    }
}

pub(crate) fn post(url: &str) -> Exchange {
    let request = Request::post(url).body(Body::from(b"{}".to_vec())).unwrap();
    Exchange::new(request, Limits::default())
}

/// Applies settings to a builder. The builders have the same methods but no common trait.
macro_rules! apply {
    ($builder:expr, $settings:expr) => {{
        let settings: &Settings<'_> = $settings;
        let mut builder = $builder;
        if let Some(timeout) = settings.connect_timeout {
            builder = builder.connect_timeout(timeout);
        }
        if let Some(timeout) = settings.pool_idle_timeout {
            builder = builder.pool_idle_timeout(timeout);
        }
        if let Some(connections) = settings.pool_max_idle {
            builder = builder.pool_max_idle(connections);
        }
        if let Some(user_agent) = settings.user_agent {
            builder = builder.user_agent(user_agent.parse()?);
        }
        if settings.no_proxy {
            builder = builder.no_proxy();
        }
        if let Some(url) = settings.proxy {
            builder = builder.proxy(url);
        }
        for pem in settings.roots_pem {
            builder = builder.root_certificate_pem(pem.as_bytes());
        }
        if settings.no_machine_roots {
            builder = builder.no_machine_roots();
        }
        builder
    }};
}

pub(crate) const HYPER: Stack = Stack {
    name: "hyper",
    user_agent: concat!("sts-hyper/", env!("CARGO_PKG_VERSION")),
    build: |settings| {
        static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
        let builder = apply!(HyperTransport::builder(), settings);
        let transport = builder.clone().build()?;
        Ok(Built {
            shown: format!("{builder:#?} {transport:#?}"),
            send: Box::new(move |exchange| RUNTIME.block_on(transport.send(exchange))),
        })
    },
};

pub(crate) const ISAHC: Stack = Stack {
    name: "isahc",
    user_agent: concat!("sts-isahc/", env!("CARGO_PKG_VERSION")),
    build: |settings| {
        let builder = apply!(IsahcTransport::builder(), settings);
        let transport = builder.clone().build()?;
        Ok(Built {
            shown: format!("{builder:#?} {transport:#?}"),
            send: Box::new(move |exchange| blocking::Transport::send(&transport, exchange)),
        })
    },
};

/// Generates a test of each function for each transport.
macro_rules! for_each_stack {
    ($($test:ident),+ $(,)?) => {
        mod hyper {
            $(#[test] fn $test() { super::$test(&$crate::stacks::HYPER); })+
        }
        mod isahc {
            $(#[test] fn $test() { super::$test(&$crate::stacks::ISAHC); })+
        }
    };
}
pub(crate) use for_each_stack;
