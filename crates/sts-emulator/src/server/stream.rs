//! The stream of a connection, which counts reads, limits the time of writes, and can be cut off in
//! the middle of a response.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;
#[cfg(feature = "tls")]
use tokio_rustls::server::TlsStream;

use super::connection::Connection;

/// A stream over TCP, with or without TLS.
pub(super) trait OverTcp: AsyncRead + AsyncWrite + Unpin {
    fn tcp(&self) -> &TcpStream;
}

impl OverTcp for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

#[cfg(feature = "tls")]
impl OverTcp for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// The stream of a [`Connection`].
pub(super) struct ConnectionStream<S> {
    stream: S,
    connection: Arc<Connection>,
    write_limit: Duration,
    /// The end of the time for bytes that the client does not read.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S: OverTcp> ConnectionStream<S> {
    /// Creates a stream that fails if the client does not read written bytes within `write_limit`.
    pub(super) const fn new(stream: S, connection: Arc<Connection>, write_limit: Duration) -> Self {
        Self { stream, connection, write_limit, stalled: None }
    }

    /// Returns an error if `written` has been pending for too long since the last complete flush.
    fn limit<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_pending() {
            let limit = self.write_limit;
            let end = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
            ready!(end.as_mut().poll(context));
            return Poll::Ready(Err(aborted()));
        }
        written
    }
}

/// Returns an error that makes the HTTP library close the connection.
fn aborted() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

impl<S: OverTcp> AsyncRead for ConnectionStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { stream, connection, .. } = self.get_mut();
        let before = buffer.filled().len();
        match Pin::new(stream).poll_read(context, buffer) {
            Poll::Ready(Ok(())) => {
                let read = buffer.filled().len().saturating_sub(before);
                Poll::Ready(connection.memory().read(read).map_err(|_| aborted()))
            }
            Poll::Pending => match connection.memory().watch(context.waker()) {
                Ok(()) => Poll::Pending,
                Err(_) => Poll::Ready(Err(aborted())),
            },
            failed @ Poll::Ready(Err(_)) => failed,
        }
    }
}

impl<S: OverTcp> AsyncWrite for ConnectionStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let Some(mut cut) = this.connection.scheduled_cut().get() else {
            let written = Pin::new(&mut this.stream).poll_write(context, bytes);
            return this.limit(context, written);
        };
        let mut ahead = cut;
        let allowed = bytes.iter().take_while(|byte| ahead.passes(**byte)).count();
        let Some(allowed) = bytes.get(..allowed).filter(|allowed| !allowed.is_empty()) else {
            ready!(Pin::new(&mut *this).poll_flush(context))?;
            if cut.is_reset {
                this.stream.tcp().set_zero_linger()?;
            }
            return Poll::Ready(Err(aborted()));
        };
        let written = Pin::new(&mut this.stream).poll_write(context, allowed);
        let sent = ready!(this.limit(context, written))?;
        for byte in allowed.iter().take(sent) {
            cut.passes(*byte);
        }
        this.connection.scheduled_cut().set(cut);
        Poll::Ready(Ok(sent))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(context);
        if flushed.is_ready() {
            this.stalled = None;
        }
        this.limit(context, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let closed = Pin::new(&mut this.stream).poll_shutdown(context);
        this.limit(context, closed)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::super::memory::Memory;
    use super::*;

    const LIMIT: Duration = Duration::from_millis(50);
    /// More than the buffers of both sockets.
    const RESPONSE: usize = 32 * 1024 * 1024;

    async fn pair() -> (ConnectionStream<TcpStream>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let connection = Arc::new(Connection::new(Memory::default().register()));
        (ConnectionStream::new(stream, connection, LIMIT), client)
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_its_response_is_disconnected() {
        let (mut stream, _client) = pair().await;
        let error = stream.write_all(&vec![0; RESPONSE]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
    }

    #[tokio::test]
    async fn a_client_that_reads_gets_further_responses() {
        let (mut stream, mut client) = pair().await;
        let mut first = vec![0; 1024];
        for _ in 0..3 {
            stream.write_all(&first).await.unwrap();
            stream.flush().await.unwrap();
            client.read_exact(&mut first).await.unwrap();
            tokio::time::sleep(2 * LIMIT).await;
        }
    }
}
