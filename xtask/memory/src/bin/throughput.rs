//! Measures how many requests an emulator serves with one thread and with several:
//!
//! ```sh
//! cargo run -p xtask-memory --bin throughput --release -- 2
//! ```
//!
//! The client sends the same signed request again and again, many at a time, and only counts the
//! bytes of the responses. It never waits for a response, so that the emulator need not wake it.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "it is a command-line program")]

use std::error::Error;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroU8;
use std::time::{Duration, Instant};

use http::Request;
use sts_emulator::{Emulator, builtin};
use sts_proto::{AssumeAgency, Body, GetCallerIdentity, Operation as _};
use sts_sign::Signer;
use time::OffsetDateTime;
use xtask_memory::count;

const CONNECTIONS: usize = 64;
/// Number of requests on each connection at a time.
const BATCH: usize = 32;
const PAUSE: Duration = Duration::from_millis(2);
const TURN: Duration = Duration::from_secs(2);
const TURNS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let several = u8::try_from(count(2)?).ok().and_then(NonZeroU8::new);
    let several = several.ok_or("expected a number of threads from 1 to 255")?;
    for _ in 0..TURNS {
        for workers in [NonZeroU8::MIN, several] {
            let emulator = Emulator::builder().workers(workers).start_blocking()?;
            let endpoint = emulator.endpoint();
            let operations = [
                ("GetCallerIdentity", GetCallerIdentity::new().to_request(endpoint)?),
                (
                    "AssumeAgency",
                    AssumeAgency::new(builtin::AGENCY_URN, "run").to_request(endpoint)?,
                ),
            ];
            for (name, request) in operations {
                let rate = rate(emulator.address(), &signed(request)?)?;
                println!("{name}, --workers {workers}: {rate:.0} requests a second");
            }
        }
    }
    Ok(())
}

/// Returns the bytes of a signed request.
fn signed(mut request: Request<Body>) -> Result<Vec<u8>, Box<dyn Error>> {
    let signer = Signer::from_parts(builtin::ACCESS_KEY_ID, builtin::SECRET_ACCESS_KEY)?;
    signer.sign(&mut request, OffsetDateTime::now_utc())?;
    let mut bytes = Vec::new();
    write!(bytes, "{} {} HTTP/1.1\r\n", request.method(), request.uri().path())?;
    for (name, value) in request.headers() {
        write!(bytes, "{name}: {}\r\n", value.to_str()?)?;
    }
    write!(bytes, "content-length: {}\r\n\r\n", request.body().len())?;
    bytes.write_all(request.body().as_ref())?;
    Ok(bytes)
}

/// Returns the number of requests a second. All responses have the same length.
fn rate(address: SocketAddr, request: &[u8]) -> Result<f64, Box<dyn Error>> {
    let mut block = vec![0; 64 * 1024];
    let mut first = TcpStream::connect(address)?;
    first.write_all(request)?;
    let response = first.read(&mut block)?;
    if !block.starts_with(b"HTTP/1.1 200") {
        return Err(String::from_utf8_lossy(&block).into());
    }
    let batch = request.repeat(BATCH);
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.write_all(&batch)?;
        stream.set_nonblocking(true)?;
        connections.push((stream, response * BATCH));
    }
    let (start, mut served) = (Instant::now(), 0_u32);
    while start.elapsed() < TURN {
        std::thread::sleep(PAUSE);
        for (stream, missing) in &mut connections {
            match stream.read(&mut block) {
                Ok(0) => return Err("the emulator closed a connection".into()),
                Ok(read) => *missing = missing.checked_sub(read).ok_or("a longer response")?,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
            if *missing == 0 {
                // Fits into the buffers of the sockets, which are empty.
                stream.write_all(&batch)?;
                *missing = response * BATCH;
                served += u32::try_from(BATCH)?;
            }
        }
    }
    Ok(f64::from(served) / start.elapsed().as_secs_f64())
}
