//! Connection pools of a transport, one for each runtime.

use std::sync::{Mutex, PoisonError};

use http::Request;
use hyper_util::client::legacy::connect::Connect;
use hyper_util::client::legacy::{Builder, Client, ResponseFuture};
use sts_client::transport::RequestBody;
use tokio::runtime::{Handle, Id};

/// Maximum number of runtimes whose connections are kept. Beyond it, the connections of the least
/// recently used runtime are closed.
const MAX_RUNTIMES: usize = 64;

/// One pool for each runtime. A connection is a task of the runtime on which it was opened and
/// makes no progress while that runtime is idle.
pub(crate) struct Pools<C> {
    builder: Builder,
    connector: C,
    /// Ordered by last use, the most recent last.
    by_runtime: Mutex<Vec<(Id, Client<C, RequestBody>)>>,
}

impl<C: Connect + Clone + Send + Sync + 'static> Pools<C> {
    pub(crate) const fn new(builder: Builder, connector: C) -> Self {
        Self { builder, connector, by_runtime: Mutex::new(Vec::new()) }
    }

    /// Sends a request over the pool of the current runtime.
    pub(crate) fn request(&self, request: Request<RequestBody>) -> ResponseFuture {
        let runtime = Handle::current().id();
        let mut pools = self.by_runtime.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((last, pool)) = pools.last()
            && *last == runtime
        {
            return pool.request(request);
        }
        let known = pools.iter().position(|(id, _)| *id == runtime).map(|at| pools.remove(at).1);
        let pool = known.unwrap_or_else(|| self.builder.build(self.connector.clone()));
        if pools.len() == MAX_RUNTIMES {
            pools.remove(0);
        }
        let response = pool.request(request);
        pools.push((runtime, pool));
        response
    }
}
