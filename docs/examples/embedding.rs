//! STS in an SDK with its own HTTP stack, retries and logging.
//!
//! ```text
//! cargo run --example embedding
//! ```
//!
//! The SDK uses reqwest, `sts-proto` for requests and responses, and `sts-sign` for signatures. The
//! guide `docs/embedding.md` explains it.
#![expect(clippy::print_stdout, reason = "example output")]

use std::error::Error as StdError;
use std::time::Duration;

use http::{Request, Response, StatusCode};
use sts_emulator::{Emulator, Fault, Injection, builtin};
use sts_proto::{AssumeAgency, Body, BodyWriter, Credentials, Endpoint, Operation, RetryAdvice};
use sts_sign::Signer;
use time::OffsetDateTime;

type Failure = Box<dyn StdError + Send + Sync>;

/// Maximum size of a response in bytes. Documented responses have a few kilobytes.
const RESPONSE_LIMIT: usize = 1 << 20;

/// The SDK.
struct Sdk {
    http: reqwest::Client,
    endpoint: Endpoint,
    signer: Signer,
    /// Offset of the service's clock from the local clock.
    clock_offset: time::Duration,
}

impl Sdk {
    fn new(endpoint: Endpoint, credentials: &Credentials) -> Result<Self, Failure> {
        // The existing client of the SDK, with two settings.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none()) // a signature is valid for one host
            .retry(reqwest::retry::never()) // and for one date
            .timeout(Duration::from_secs(10))
            .build()?;
        let signer = Signer::new(credentials)?;
        Ok(Self { http, endpoint, signer, clock_offset: time::Duration::ZERO })
    }

    /// Returns temporary credentials of an agency.
    async fn temporary_credentials(
        &mut self,
        operation: &AssumeAgency,
    ) -> Result<Credentials, Failure> {
        let mut may_correct_clock = true;
        let mut attempt = 0;
        loop {
            attempt += 1;
            // Build and sign each attempt: the date is part of the signature.
            let mut request = operation.to_request(&self.endpoint)?;
            let now = OffsetDateTime::now_utc();
            self.signer.sign(&mut request, now + self.clock_offset)?;

            let response = match self.send(request).await {
                Ok(response) => response,
                Err(error) => {
                    let may_repeat = error.is_connect() || operation.is_repeatable();
                    self.pause(attempt, None, may_repeat, error).await?;
                    continue;
                }
            };
            let error = match AssumeAgency::read(&response) {
                Ok(answer) => return Ok(answer.credentials),
                Err(error) => error,
            };
            if let Some(offset) = wrong_clock(&error, now)
                && std::mem::take(&mut may_correct_clock)
            {
                self.clock_offset = offset;
                continue;
            }
            // Other advice requires other credentials or a change by the user. With the same access
            // key, more failures would lock it.
            let may_pass = error.kind().advice() == RetryAdvice::AfterBackoff;
            let wait = error.wait(now + self.clock_offset);
            self.pause(attempt, wait, may_pass && operation.is_repeatable(), error).await?;
        }
    }

    /// Sends a request unchanged, and collects the response.
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, reqwest::Error> {
        let request = reqwest::Request::try_from(request.map(Body::into_bytes))?;
        let mut response = self.http.execute(request).await?;
        let mut body = BodyWriter::default();
        while let Some(piece) = response.chunk().await? {
            body.extend(&piece);
            if body.len() > RESPONSE_LIMIT {
                break; // a truncated response does not decode
            }
        }
        let (head, _) = Response::from(response).into_parts();
        Ok(Response::from_parts(head, body.finish()))
    }

    /// The policy of the SDK: three attempts, and a log of its own.
    async fn pause(
        &self,
        attempt: u32,
        asked: Option<Duration>,
        is_worth_it: bool,
        error: impl Into<Failure>,
    ) -> Result<(), Failure> {
        let error = error.into();
        println!("   attempt {attempt}: {error}");
        // A real SDK draws a part of it at random, so that clients do not come back together.
        let wait = asked.unwrap_or(Duration::from_millis(250) * attempt);
        if !is_worth_it || attempt >= 3 || wait > Duration::from_secs(20) {
            return Err(error);
        }
        tokio::time::sleep(wait).await;
        Ok(())
    }
}

/// The offset of the service's clock, if it may be why a request was refused. The gateway says the
/// same of a wrong date as of a wrong signature, so its message is not looked at.
fn wrong_clock(error: &sts_proto::ServiceError, now: OffsetDateTime) -> Option<time::Duration> {
    let is_rejected = error.status() == StatusCode::UNAUTHORIZED && !error.from_cache();
    let offset = error.date()? - now;
    (is_rejected && offset.abs() > time::Duration::minutes(4)).then_some(offset)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    // This workspace builds reqwest without a provider of cryptography; yours has one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let emulator = Emulator::builder().start().await?;
    let mut sdk = Sdk::new(emulator.endpoint().clone(), &builtin::credentials())?;

    println!("1. an agency");
    let operation = AssumeAgency::new(builtin::AGENCY_URN, "embedded");
    println!("   {:?}", sdk.temporary_credentials(&operation).await?);

    println!("2. the same while the service asks for a pause");
    let throttling = Fault::Throttling { retry_after: Some(1) };
    emulator.faults().inject(Injection::new(throttling).times(1));
    println!("   {:?}", sdk.temporary_credentials(&operation).await?);

    println!("3. an agency that must not be assumed: not tried again");
    let forbidden = AssumeAgency::new(builtin::FORBIDDEN_AGENCY_URN, "embedded");
    let error = sdk.temporary_credentials(&forbidden).await.err().ok_or("it is forbidden")?;
    let error = error.downcast_ref::<sts_proto::ServiceError>().ok_or("the service says so")?;
    println!("   {:?}, {:?}", error.kind(), error.kind().advice());

    println!("4. a clock that is wrong by an hour: corrected, and tried again once");
    emulator.faults().inject(Injection::new(Fault::ClockOffset(time::Duration::HOUR)));
    println!("   {:?}", sdk.temporary_credentials(&operation).await?);
    println!("   offset {:.0}", sdk.clock_offset);
    Ok(())
}
