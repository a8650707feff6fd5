//! Scripted server connection.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;

use super::{PATIENCE, POLL, Received, Seen};

/// Maximum size of a request head, in bytes.
const HEAD_LIMIT: usize = 1 << 20;

/// A scripted server connection.
pub(crate) struct Connection {
    stream: Stream,
    number: usize,
    seen: Arc<Seen>,
    /// Whether `close_notify` is left out at the end.
    skips_close_notify: bool,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Connection {
    pub(super) fn new(
        stream: TcpStream,
        number: usize,
        tls: Option<Arc<ServerConfig>>,
        seen: Arc<Seen>,
    ) -> io::Result<Self> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let stream = match tls {
            None => Stream::Plain(stream),
            Some(config) => {
                let session = ServerConnection::new(config).map_err(io::Error::other)?;
                Stream::Tls(Box::new(StreamOwned::new(session, stream)))
            }
        };
        Ok(Self { stream, number, seen, skips_close_notify: false })
    }

    /// Returns the number of earlier connections.
    pub(crate) const fn number(&self) -> usize {
        self.number
    }

    /// Reads and records one request: its head and a body of `Content-Length` bytes.
    pub(crate) fn request(&mut self) -> io::Result<Received> {
        let head = self.head()?;
        let request = Received::new(head, Vec::new());
        let length = request.value("content-length").and_then(|length| length.parse().ok());
        let mut request = request;
        request.body = vec![0; length.unwrap_or(0)];
        self.stream.read_exact(&mut request.body)?;
        self.seen.requests().push(request.clone());
        Ok(request)
    }

    /// Reads and records the head of a request, and does not read its body.
    pub(crate) fn request_head(&mut self) -> io::Result<Received> {
        let request = Received::new(self.head()?, Vec::new());
        self.seen.requests().push(request.clone());
        Ok(request)
    }

    fn head(&mut self) -> io::Result<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.stream.read_exact(&mut byte)?;
            head.extend(byte);
            if head.len() > HEAD_LIMIT {
                return Err(io::Error::other("request head too large"));
            }
        }
        Ok(String::from_utf8_lossy(&head).into_owned())
    }

    /// Reads and records the [first bytes](super::Server::first_bytes) without parsing them.
    pub(crate) fn read_first_bytes(&mut self) -> io::Result<()> {
        let mut bytes = vec![0; 4096];
        let length = self.stream.socket().read(&mut bytes)?;
        bytes.truncate(length);
        self.seen.first_bytes().extend(bytes);
        Ok(())
    }

    pub(crate) fn write(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())?;
        self.stream.flush()
    }

    /// Writes single bytes with a pause after each.
    pub(crate) fn drip(&mut self, bytes: impl AsRef<[u8]>, pause: Duration) -> io::Result<()> {
        for byte in bytes.as_ref() {
            self.write([*byte])?;
            if !pause.is_zero() {
                std::thread::sleep(pause);
            }
        }
        Ok(())
    }

    /// Waits until the client closes the connection.
    pub(crate) fn stall(&mut self) -> io::Result<()> {
        loop {
            match self.stream.read(&mut [0; 512]) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if is_timeout(&error) => return Err(error),
                Err(_) => break,
            }
        }
        self.seen.closed.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// Waits for [`Server::open_gate`](super::Server::open_gate).
    pub(crate) fn wait_for_gate(&self) -> io::Result<()> {
        let started = Instant::now();
        while !self.seen.gate.load(Ordering::SeqCst) {
            if started.elapsed() > PATIENCE || self.seen.is_stopped.load(Ordering::SeqCst) {
                return Err(ErrorKind::TimedOut.into());
            }
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    /// Resets the connection instead of closing it when the script ends.
    pub(crate) fn reset(&mut self) -> io::Result<()> {
        self.skips_close_notify = true;
        SockRef::from(&*self.stream.socket()).set_linger(Some(Duration::ZERO))
    }

    /// Closes a TLS connection without `close_notify` when the script ends.
    pub(crate) const fn skip_close_notify(&mut self) {
        self.skips_close_notify = true;
    }

    /// Copies bytes in both directions until one side closes.
    pub(crate) fn tunnel_to(&mut self, address: SocketAddr) -> io::Result<()> {
        let there = TcpStream::connect(address)?;
        there.set_nodelay(true)?;
        there.set_read_timeout(Some(PATIENCE))?;
        let mut here = self.stream.socket().try_clone()?;
        let mut back = there.try_clone()?;
        let backward = std::thread::spawn(move || {
            let _ = io::copy(&mut back, &mut here);
            let _ = here.shutdown(std::net::Shutdown::Write);
        });
        let forward = io::copy(self.stream.socket(), &mut &there);
        let _ = there.shutdown(std::net::Shutdown::Write);
        let _ = backward.join();
        forward.map(drop)
    }

    pub(super) fn end(&mut self) {
        if let Stream::Tls(stream) = &mut self.stream
            && !self.skips_close_notify
        {
            stream.conn.send_close_notify();
            // The client may have closed the connection.
            let _ = stream.flush();
        }
    }
}

impl Stream {
    fn socket(&mut self) -> &mut TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => &mut stream.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
}
