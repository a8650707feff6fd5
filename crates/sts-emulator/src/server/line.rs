//! The stream of a connection: counts what is read, and can be cut off in the middle of a response.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::Connection;

/// What ends the head of an answer.
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// Where a connection is cut off: after so many bytes of the answer, or of its body.
#[derive(Clone, Copy)]
pub(crate) struct Cut {
    is_reset: bool,
    /// How much of the end of the head is still to come; nothing when bytes count from the start.
    of_head: &'static [u8],
    left: usize,
}

impl Cut {
    pub(crate) const fn reset_after(bytes: usize) -> Self {
        Self { is_reset: true, of_head: &[], left: bytes }
    }

    pub(crate) const fn reset_in_body_after(bytes: usize) -> Self {
        Self { is_reset: true, of_head: END_OF_HEAD, left: bytes }
    }

    pub(crate) const fn close_in_body_after(bytes: usize) -> Self {
        Self { is_reset: false, of_head: END_OF_HEAD, left: bytes }
    }

    /// Whether this byte still goes out. It is then taken as sent.
    fn passes(&mut self, byte: u8) -> bool {
        if let Some((next, rest)) = self.of_head.split_first() {
            self.of_head = match byte {
                _ if byte == *next => rest,
                b'\r' => END_OF_HEAD.get(1..).unwrap_or_default(),
                _ => END_OF_HEAD,
            };
            return true;
        }
        let passes = self.left > 0;
        self.left = self.left.saturating_sub(1);
        passes
    }
}

/// Tells a connection where it is cut off. Clones are of one connection.
#[derive(Clone, Default)]
pub(crate) struct Cutter(Arc<Mutex<Option<Cut>>>);

impl Cutter {
    /// Cuts the connection off at this point of the answer that goes out next.
    pub(crate) fn set(&self, cut: Cut) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(cut);
    }

    fn get(&self) -> Option<Cut> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream over TCP, with TLS between or without.
pub(super) trait OverTcp: AsyncRead + AsyncWrite + Unpin {
    fn tcp(&self) -> &TcpStream;
}

impl OverTcp for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl OverTcp for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// The stream of a [`Connection`].
pub(super) struct Line<S> {
    stream: S,
    connection: Arc<Connection>,
}

impl<S: OverTcp> Line<S> {
    pub(super) const fn new(stream: S, connection: Arc<Connection>) -> Self {
        Self { stream, connection }
    }
}

/// What ends a connection from within: it makes the HTTP library let go of it.
fn aborted() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

impl<S: OverTcp> AsyncRead for Line<S> {
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
                Poll::Ready(connection.account().read(read).map_err(|_| aborted()))
            }
            Poll::Pending => match connection.account().watch(context.waker()) {
                Ok(()) => Poll::Pending,
                Err(_) => Poll::Ready(Err(aborted())),
            },
            failed @ Poll::Ready(Err(_)) => failed,
        }
    }
}

impl<S: OverTcp> AsyncWrite for Line<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Self { stream, connection } = self.get_mut();
        let cutter = connection.cutter();
        let Some(mut cut) = cutter.get() else {
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
        cutter.set(cut);
        Poll::Ready(Ok(sent))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
