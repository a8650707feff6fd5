//! The stream of a connection, which counts reads and can be cut off in the middle of a response.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
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
}

impl<S: OverTcp> ConnectionStream<S> {
    pub(super) const fn new(stream: S, connection: Arc<Connection>) -> Self {
        Self { stream, connection }
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
        let Self { stream, connection } = self.get_mut();
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
        let Self { stream, connection } = self.get_mut();
        let scheduled_cut = connection.scheduled_cut();
        let Some(mut cut) = scheduled_cut.get() else {
            return Pin::new(stream).poll_write(context, bytes);
        };
        let mut ahead = cut;
        let allowed = bytes.iter().take_while(|byte| ahead.passes(**byte)).count();
        let Some(allowed) = bytes.get(..allowed).filter(|allowed| !allowed.is_empty()) else {
            ready!(Pin::new(&mut *stream).poll_flush(context))?;
            if cut.is_reset {
                stream.tcp().set_zero_linger()?;
            }
            return Poll::Ready(Err(aborted()));
        };
        let sent = ready!(Pin::new(stream).poll_write(context, allowed))?;
        for byte in allowed.iter().take(sent) {
            cut.passes(*byte);
        }
        scheduled_cut.set(cut);
        Poll::Ready(Ok(sent))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
