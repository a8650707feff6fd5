//! A server on the loopback that does what a test says, byte by byte.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread::JoinHandle;
use std::time::Duration;

/// The longest that a server waits for a byte: a test that fails ends all the same.
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

/// A server that answers one request and tells what it was.
pub(crate) fn serve_once(answer: impl Into<Vec<u8>>) -> Server<String> {
    let answer = answer.into();
    serve(move |listener| {
        let mut connection = accept(listener);
        let request = read_request(&mut connection);
        connection.write_all(&answer).unwrap();
        request
    })
}

/// What a server saw that [`serve_all`] started.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) connections: usize,
    pub(crate) requests: Vec<String>,
}

/// A server that takes any number of connections and, until it is [stopped](Server::stop), answers
/// each request with what `script` says for its number, from 0 on. Where that is nothing it closes
/// the connection.
pub(crate) fn serve_all(script: fn(usize) -> Option<&'static str>) -> Server<Seen> {
    serve(move |listener| {
        let seen = Mutex::new(Seen::default());
        let answer = |mut connection: TcpStream| {
            while is_open(&connection) {
                let request = read_request(&mut connection);
                let mut seen = seen.lock().unwrap();
                let answer = script(seen.requests.len());
                seen.requests.push(request);
                drop(seen);
                match answer {
                    Some(answer) => connection.write_all(answer.as_bytes()).unwrap(),
                    None => break,
                }
            }
        };
        std::thread::scope(|scope| {
            loop {
                let connection = accept(listener);
                if !is_open(&connection) {
                    break;
                }
                seen.lock().unwrap().connections += 1;
                scope.spawn(|| answer(connection));
            }
        });
        seen.into_inner().unwrap()
    })
}

/// Waits for a byte. There is none when the other side has closed.
fn is_open(connection: &TcpStream) -> bool {
    connection.peek(&mut [0]).is_ok_and(|read| read > 0)
}

impl Server<Seen> {
    /// What it has seen. The transports that were used must be gone.
    pub(crate) fn stop(self) -> Seen {
        drop(TcpStream::connect(self.address).unwrap());
        self.join()
    }
}

impl<T> Server<T> {
    pub(crate) fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    /// The same address under the name that the test certificates are for.
    pub(crate) fn https_url(&self, target: &str) -> String {
        format!("https://localhost:{}{target}", self.address.port())
    }

    pub(crate) fn authority(&self) -> String {
        self.address.to_string()
    }

    /// What the script gave, once it is through.
    pub(crate) fn join(self) -> T {
        self.thread.join().unwrap()
    }
}

pub(crate) fn accept(listener: &TcpListener) -> TcpStream {
    let (connection, _) = listener.accept().unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection.set_write_timeout(Some(PATIENCE)).unwrap();
    connection
}

/// Whether another connection waits to be accepted.
pub(crate) fn has_waiting(listener: &TcpListener) -> bool {
    listener.set_nonblocking(true).unwrap();
    match listener.accept() {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
            false
        }
    }
}

/// Reads one request: its head, and as many bytes as its `Content-Length` says.
pub(crate) fn read_request(connection: &mut impl Read) -> String {
    let mut request = read_head(connection);
    let length = header(&request, "content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    connection.read_exact(&mut body).unwrap();
    request.push_str(std::str::from_utf8(&body).unwrap());
    request
}

/// Reads to the empty line and leaves the body unread.
pub(crate) fn read_head(connection: &mut impl Read) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        connection.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    String::from_utf8(head).unwrap()
}

/// Waits until the other side closes or sends: nothing for as long as it does neither.
pub(crate) fn await_close(connection: &mut TcpStream) {
    let _ = connection.read(&mut [0]);
}

/// The value of a header of a request, by its name in any case.
pub(crate) fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let (head, _) = request.split_once("\r\n\r\n").unwrap();
    head.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':').unwrap();
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

pub(crate) fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").unwrap().1
}
