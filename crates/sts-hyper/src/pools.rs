//! The connections of a transport: a pool for each runtime.

use std::sync::{Mutex, PoisonError};

use http::Request;
use hyper_util::client::legacy::connect::Connect;
use hyper_util::client::legacy::{Builder, Client, ResponseFuture};
use tokio::runtime::{Handle, Id};

use crate::request_body::RequestBody;

/// Runtimes whose connections are kept. Programs have one or a few; a program with more loses
/// only the connections of those that it used longest ago.
const MOST: usize = 64;

/// A pool for each runtime: a connection is a task of the runtime that made it, and neither moves
/// nor ends while that one is idle.
pub(crate) struct Pools<C> {
    builder: Builder,
    connector: C,
    /// The one that was used last comes last.
    by_runtime: Mutex<Vec<(Id, Client<C, RequestBody>)>>,
}

impl<C: Connect + Clone + Send + Sync + 'static> Pools<C> {
    pub(crate) const fn new(builder: Builder, connector: C) -> Self {
        Self { builder, connector, by_runtime: Mutex::new(Vec::new()) }
    }

    /// Sends a request over the pool of this runtime.
    pub(crate) fn request(&self, request: Request<RequestBody>) -> ResponseFuture {
        self.pool(Handle::current().id()).request(request)
    }

    fn pool(&self, runtime: Id) -> Client<C, RequestBody> {
        let mut pools = self.by_runtime.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((last, pool)) = pools.last()
            && *last == runtime
        {
            return pool.clone();
        }
        let known = pools.iter().position(|(id, _)| *id == runtime).map(|at| pools.remove(at).1);
        let pool = known.unwrap_or_else(|| self.builder.build(self.connector.clone()));
        if pools.len() == MOST {
            pools.remove(0);
        }
        pools.push((runtime, pool.clone()));
        pool
    }
}
