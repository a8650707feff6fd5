//! Exchanges that time out after the server has received something.

use std::io;
use std::time::Duration;

use sts_client::transport::Exchange;

use crate::server::{Connection, Server};
use crate::stop::Stop;
use crate::subject::{Ending, Subject};
use crate::trial::{SHORT, with_timeout};

/// Where an exchange is polled.
#[derive(Clone, Copy)]
pub(crate) enum Polled {
    Here,
    /// On a thread outside of any runtime.
    OnOtherThread,
}

/// An exchange that timed out, and everything it used.
pub(crate) struct TimedOut {
    pub(crate) server: Server,
    pub(crate) transport: Subject,
    pub(crate) ending: Ending,
    pub(crate) timeout: Duration,
}

impl TimedOut {
    /// Exchanges with a server that runs `script`, with a short timeout. On a busy machine the timeout
    /// may rightly end before the server has received anything: then it is repeated with a longer one.
    pub(crate) async fn after(
        polled: Polled,
        script: impl Fn(&mut Connection) -> io::Result<()> + Copy + Send + Sync + 'static,
        transport: impl Fn(&Server) -> Result<Subject, Stop>,
        exchange: impl Fn(&Server) -> Result<Exchange, Stop>,
    ) -> Result<Self, Stop> {
        let mut timeout = SHORT;
        loop {
            let server = Server::start(script)?;
            let transport = transport(&server)?;
            let exchange = with_timeout(exchange(&server)?, timeout);
            let ending = match polled {
                Polled::Here => transport.exchange(exchange).await?,
                Polled::OnOtherThread => transport.exchange_on_other_thread(exchange).await?,
            };
            let is_too_busy = ending.is_late(timeout) && !server.has_received();
            if !is_too_busy || timeout > SHORT * 8 {
                return Ok(Self { server, transport, ending, timeout });
            }
            timeout *= 3;
        }
    }
}
