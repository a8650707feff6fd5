//! Scripted server on the loopback interface.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

/// Maximum time to wait for a byte, so that failing tests end.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Server<T> {
    address: SocketAddr,
    thread: JoinHandle<T>,
}

/// Runs `script` on a thread of its own.
pub(crate) fn serve<T: Send + 'static>(
    script: impl FnOnce(&TcpListener) -> T + Send + 'static,
) -> Server<T> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    Server { address, thread: std::thread::spawn(move || script(&listener)) }
}

/// Responds to one request with `body` and returns the request.
pub(crate) fn serve_once(body: &'static str) -> Server<String> {
    serve(move |listener| {
        let mut connection = accept(listener);
        let request = read_request(&mut connection);
        respond(&mut connection, body);
        request
    })
}

impl<T> Server<T> {
    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Uses the host name of the certificates.
    pub(crate) fn https_url(&self) -> String {
        format!("https://localhost:{}/", self.address.port())
    }

    /// Waits for the end of the script and returns its result.
    pub(crate) fn join(self) -> T {
        self.thread.join().unwrap()
    }
}

pub(crate) fn accept(listener: &TcpListener) -> TcpStream {
    let (connection, _) = listener.accept().unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection
}

/// Reads one request: its head and a body of `Content-Length` bytes.
pub(crate) fn read_request(connection: &mut impl Read) -> String {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        connection.read_exact(&mut byte).unwrap();
        request.extend(byte);
    }
    let request = String::from_utf8(request).unwrap();
    let length = header(&request, "content-length").map_or(0, |length| length.parse().unwrap());
    connection.read_exact(&mut vec![0; length]).unwrap();
    request
}

pub(crate) fn respond(connection: &mut impl Write, body: &str) {
    let length = body.len();
    let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
    connection.write_all(response.as_bytes()).unwrap();
    connection.flush().unwrap();
}

/// Returns the value of a header; the name is case-insensitive.
pub(crate) fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    request.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
