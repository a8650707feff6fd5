//! Measures the memory of idle connections to an emulator:
//!
//! ```sh
//! cargo run -p xtask-memory --bin idle-connections --release -- 10000
//! ```
//!
//! Each process needs a file descriptor a connection: raise the limit first (`ulimit -n 20000`).
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "it is a command-line program")]

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use xtask_memory::{Server, count};

fn main() -> Result<(), Box<dyn Error>> {
    let Some(server) = Server::start(|builder| builder)? else {
        return Ok(());
    };
    let wanted = count(10_000)?;
    let address = server.address()?;
    println!("{}", server.url);
    ask(address)?;
    let before = server.memory();
    let start = Instant::now();
    let mut connections = Vec::new();
    for _ in 0..wanted {
        connections.push(TcpStream::connect(address)?);
    }
    println!("{wanted} connections made in {:.1?}", start.elapsed());
    // The emulator serves a later connection, and the first and the last of these.
    let start = Instant::now();
    ask(address)?;
    println!("a request on another connection took {:.1?}", start.elapsed());
    if let (Some(before), Some(with)) = (before, server.memory()) {
        let each = with.saturating_sub(before) * 1024 / wanted.max(1);
        println!("memory: {before} KiB before, {with} KiB with them: {each} bytes each");
    }
    let mut ends = vec![0, connections.len().saturating_sub(1)];
    ends.dedup();
    for end in ends {
        if let Some(stream) = connections.get_mut(end) {
            exchange(stream)?;
        }
    }
    println!("the first and the last of them were still served");
    Ok(())
}

fn ask(address: std::net::SocketAddr) -> Result<(), Box<dyn Error>> {
    exchange(&mut TcpStream::connect(address)?)
}

fn exchange(stream: &mut TcpStream) -> Result<(), Box<dyn Error>> {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 404") { Ok(()) } else { Err(answer.into()) }
}
