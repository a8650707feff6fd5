//! Sends many requests to an emulator with all faults, and measures its memory:
//!
//! ```sh
//! cargo run -p xtask-memory --bin soak --release -- 1000000
//! ```
//!
//! It fails when the memory at the end is far from what it was after the first tenth.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "it is a command-line program")]

use std::collections::BTreeMap;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use sts_emulator::{Builder, Fault, Injection, ResetAt, builtin};
use sts_proto::{AssumeAgency, Body, Credentials, Endpoint, GetCallerIdentity, Operation};
use sts_sign::Signer;
use time::OffsetDateTime;
use tokio::net::TcpStream;
use xtask_memory::{Server, count};

const CONNECTIONS: u64 = 16;

/// Memory may be so many KiB more at the end than after the first tenth.
const TOLERANCE: u64 = 4096;

fn misbehaving(builder: Builder) -> Builder {
    let faults = [
        (Fault::Latency(Duration::from_millis(1)), 0.01),
        (Fault::Throttling { retry_after: None }, 0.02),
        (Fault::Throttling { retry_after: Some(1) }, 0.02),
        (Fault::ServerError(StatusCode::BAD_GATEWAY), 0.02),
        (Fault::ServerError(StatusCode::SERVICE_UNAVAILABLE), 0.02),
        (Fault::Reset(ResetAt::BeforeResponse), 0.01),
        (Fault::Reset(ResetAt::InHead), 0.01),
        (Fault::Reset(ResetAt::InBody), 0.01),
        (Fault::CutBody, 0.01),
        (Fault::GarbageBody, 0.02),
        (Fault::WrongDate(time::Duration::HOUR), 0.02),
        (Fault::ClockOffset(time::Duration::HOUR), 0.02),
        (Fault::ExpiredCredentials, 0.02),
        (Fault::Outage, 0.01),
    ];
    faults.into_iter().fold(builder.seed("soak"), |builder, (fault, probability)| {
        builder.fault(Injection::new(fault).probability(probability))
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let Some(server) = Server::start(misbehaving)? else {
        return Ok(());
    };
    let requests = count(1_000_000)?;
    let soak = Arc::new(Soak {
        endpoint: Endpoint::parse_allowing_http(&server.url)?,
        address: server.address()?,
        left: AtomicU64::new(requests),
        outcomes: Mutex::default(),
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for _ in 0..CONNECTIONS {
        let soak = Arc::clone(&soak);
        runtime.spawn(async move { soak.run().await });
    }
    let start = Instant::now();
    let after_a_tenth = runtime.block_on(watch(&server, &soak, requests));
    let seconds = start.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = requests as f64 / seconds;
    println!("{requests} requests in {seconds:.0} s, {rate:.0} a second");
    for (outcome, count) in &*soak.outcomes.lock().unwrap_or_else(PoisonError::into_inner) {
        println!("{count:>9} {outcome}");
    }
    match (after_a_tenth, server.memory()) {
        (Some(early), Some(late)) if late > early + TOLERANCE => {
            Err(format!("memory grew from {early} to {late} KiB").into())
        }
        (_, None) if cfg!(target_os = "linux") => Err("the emulator has ended".into()),
        _ => Ok(()),
    }
}

/// Prints the server's memory at each tenth, and gives that after the first.
async fn watch(server: &Server, soak: &Soak, requests: u64) -> Option<u64> {
    let mut after_a_tenth = None;
    for tenth in 1..=10 {
        while soak.left.load(Ordering::Relaxed) > requests - requests * tenth / 10 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let memory = server.memory();
        println!("{:>3} %: {} KiB", tenth * 10, memory.unwrap_or_default());
        after_a_tenth = after_a_tenth.or(memory);
    }
    after_a_tenth
}

/// Remaining requests, and the outcomes of the others.
struct Soak {
    endpoint: Endpoint,
    address: SocketAddr,
    left: AtomicU64,
    outcomes: Mutex<BTreeMap<String, u64>>,
}

impl Soak {
    /// Sends requests one after the other until none are left.
    async fn run(&self) {
        let user = builtin::credentials();
        let mut session: Option<Credentials> = None;
        let mut sender = None;
        while let Ok(left) =
            self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
        {
            let outcome = if left.is_multiple_of(10) {
                let assume = AssumeAgency::new(builtin::AGENCY_URN, "soak");
                let answer = self.call(&mut sender, &user, &assume).await;
                answer.map(|answer| session = Some(answer.credentials))
            } else {
                let keys = session.as_ref().unwrap_or(&user);
                self.call(&mut sender, keys, &GetCallerIdentity::new()).await.map(drop)
            };
            // Credentials that were issued expired.
            if outcome.as_ref().is_err_and(|error| error.starts_with("401")) {
                session = None;
            }
            let outcome = outcome.err().unwrap_or_else(|| "success".to_owned());
            let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
            *outcomes.entry(outcome).or_default() += 1;
        }
    }

    /// One call over a connection that is kept until it breaks. An error says what happened.
    async fn call<O: Operation>(
        &self,
        sender: &mut Option<SendRequest<Full<Bytes>>>,
        keys: &Credentials,
        operation: &O,
    ) -> Result<O::Output, String> {
        let request = self.signed(keys, operation).map_err(|error| error.to_string())?;
        let sent = async {
            let mut connected = match sender.take() {
                Some(connected) => connected,
                None => self.connect().await?,
            };
            connected.ready().await?;
            let (head, body) = connected.send_request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            *sender = Some(connected);
            Ok::<_, Box<dyn Error + Send + Sync>>(http::Response::from_parts(head, body))
        };
        let response = sent.await.map_err(|_| "the connection broke".to_owned())?;
        O::read(&response).map_err(|error| format!("{} {:?}", error.status(), error.kind()))
    }

    fn signed(
        &self,
        keys: &Credentials,
        operation: &impl Operation,
    ) -> Result<Request<Full<Bytes>>, Box<dyn Error>> {
        let mut request: Request<Body> = operation.to_request(&self.endpoint)?;
        Signer::new(keys)?.sign(&mut request, OffsetDateTime::now_utc())?;
        Ok(request.map(|body| Full::new(body.into_bytes())))
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Box<dyn Error + Send + Sync>> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }
}
