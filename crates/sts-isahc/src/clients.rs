//! The clients of isahc under a transport.

use std::fmt;
use std::sync::OnceLock;

use isahc::{Error, HttpClient};

/// Two clients. Each has a thread of its own, so the one that few programs need is made when it is.
pub(crate) struct Clients {
    kept: HttpClient,
    fresh: OnceLock<HttpClient>,
    make_fresh: Box<dyn Fn() -> Result<HttpClient, Error> + Send + Sync>,
}

impl Clients {
    pub(crate) fn new(
        kept: HttpClient,
        make_fresh: impl Fn() -> Result<HttpClient, Error> + Send + Sync + 'static,
    ) -> Self {
        Self { kept, fresh: OnceLock::new(), make_fresh: Box::new(make_fresh) }
    }

    /// The one that keeps connections.
    pub(crate) const fn kept(&self) -> &HttpClient {
        &self.kept
    }

    /// The one for what libcurl could repeat: it makes a connection for each request.
    pub(crate) fn fresh(&self) -> Result<&HttpClient, Error> {
        if let Some(client) = self.fresh.get() {
            return Ok(client);
        }
        let client = (self.make_fresh)()?;
        Ok(self.fresh.get_or_init(|| client))
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clients")
            .field("kept", &self.kept)
            .field("fresh", &self.fresh.get())
            .finish_non_exhaustive()
    }
}
