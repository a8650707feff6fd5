//! Server for tests of transports.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;

/// Starts a server on loopback that sends `response` to each request of up to 16 KiB, closes the
/// connection, and ends with the process. Returns its address.
///
/// Requests are on the stack of its thread, so [`Searching`](crate::Searching) finds only secrets that
/// the client frees.
///
/// # Panics
///
/// Panics if it cannot listen.
#[must_use]
#[expect(clippy::expect_used, reason = "a test without a server fails")]
pub fn serve(response: &'static str) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // A client that closes the connection early is a part of some tests.
            let _ = respond(connection, response);
        }
    });
    address
}

fn respond(mut connection: TcpStream, response: &str) -> std::io::Result<()> {
    let mut buffer = [0; 16 * 1024];
    let mut length = 0;
    while !buffer.get(..length).is_some_and(is_whole) {
        let rest = buffer.get_mut(length..).unwrap_or_default();
        match connection.read(rest)? {
            0 => return Ok(()),
            read => length += read,
        }
    }
    connection.write_all(response.as_bytes())
}

/// Returns whether a request is there with its body.
fn is_whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|part| part == b"\r\n\r\n") else { return false };
    let (head, body) = request.split_at(end + 4);
    let mut lines = head.split(|&byte| byte == b'\n');
    let length = lines.find_map(|line| {
        let (name, value) = line.split_at_checked(b"content-length:".len())?;
        let value = std::str::from_utf8(value).ok()?.trim();
        name.eq_ignore_ascii_case(b"content-length:").then(|| value.parse().ok())?
    });
    body.len() >= length.unwrap_or(0_usize)
}
