//! The check of a running emulator, for images that contain no other program.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use http::Uri;
use http::uri::Authority;

/// Timeout for the connection, and for each read and write.
const TIMEOUT: Duration = Duration::from_secs(5);

/// An invalid URL is not shown, because any part of it may be a password.
const INVALID: &str = "--health: invalid URL; expected an http URL without user info";

/// Requests an http URL, and returns an error if the status is not 200.
pub(crate) fn check(url: &str) -> Result<(), String> {
    // An unescaped password may end the host, so the whole URL is searched.
    let has_user_info = url.contains('@') || url.contains("%40");
    let uri: Uri = url.parse().ok().filter(|_| !has_user_info).ok_or(INVALID)?;
    let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http")).ok_or(INVALID)?;
    request(&uri, authority).map_err(|problem| format!("--health {url:?}: {problem}"))
}

fn request(uri: &Uri, authority: &Authority) -> Result<(), String> {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let request =
        format!("GET {target} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
    let port = authority.port_u16().unwrap_or(80);
    let status = status(authority.host(), port, &request)
        .map_err(|error| format!("no response: {error}"))?;
    if status == "200" { Ok(()) } else { Err(format!("status {status:?}, expected 200")) }
}

/// Returns the status of the response.
fn status(host: &str, port: u16, request: &str) -> io::Result<String> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let mut outcome = Err(io::ErrorKind::AddrNotAvailable.into());
    for address in (host, port).to_socket_addrs()? {
        outcome = TcpStream::connect_timeout(&address, TIMEOUT);
        if outcome.is_ok() {
            break;
        }
    }
    let mut stream = outcome?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(request.as_bytes())?;
    let mut line = [0; "HTTP/1.1 200".len()];
    stream.read_exact(&mut line)?;
    let line = String::from_utf8_lossy(&line).into_owned();
    Ok(line.rsplit(' ').next().unwrap_or_default().to_owned())
}
