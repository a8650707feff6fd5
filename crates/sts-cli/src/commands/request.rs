//! `sts request`.

mod explanation;
mod message;
mod response;

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use http::Response;
use huaweicloud_sts::hyper::HyperTransport;
use huaweicloud_sts::proto::{Body, ServiceError};
use huaweicloud_sts::sign::{Explanation, RequestSignError, RequestSigner, Verdict};
use huaweicloud_sts::sts_client::transport::{Limits, Transport as _, TransportError};
use huaweicloud_sts::sts_client::{Classify as _, Clock as _, Exchange, SystemClock};
use huaweicloud_sts::{ErrorKind, Session};
use time::OffsetDateTime;

use self::explanation::Explained;
use self::message::{Message, MessageOptions};
use self::response::{Reply, status_text};
use crate::connection::Connection;
use crate::context::Context;
use crate::failure::Failure;

/// Maximum size of the body of a response, in bytes.
const LARGEST_RESPONSE: usize = 64 << 20;

/// Send a signed request to any service of Huawei Cloud
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
#[command(after_help = "\
Examples:
  sts request https://ecs.cn-north-4.myhuaweicloud.com/v1/PROJECT_ID/cloudservers/detail
  sts request -d @rule.json https://vpc.cn-north-4.myhuaweicloud.com/v3/PROJECT_ID/vpcs
  sts request --sign-only URL | curl -H @- URL")]
pub(crate) struct Request {
    #[command(flatten)]
    message: MessageOptions,
    /// Print the headers of the response too
    #[arg(long, short)]
    include: bool,
    /// Print what is signed, and how it differs from what the gateway received
    #[arg(long)]
    explain: bool,
    /// Print the headers of the signed request, and do not send it
    #[arg(long, conflicts_with_all = ["include", "explain"])]
    sign_only: bool,
    /// Print the security token of --sign-only even to a terminal
    #[arg(long, requires = "sign_only")]
    show: bool,
    /// Timeout of a request, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
}

impl Request {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let message = self.message.read()?;
        let endpoints = context.optional_endpoints()?;
        let has_endpoint = !endpoints.is_empty();
        let transport = context.transport()?;
        let connection = Connection::new(endpoints, transport.clone(), context.chain()?)?;
        let signer = RequestSigner::new(connection.client().credentials_provider().clone());
        let signer = match &message.scope {
            Some(scope) => signer.scope(scope.clone()),
            None => signer,
        };
        if self.sign_only {
            if io::stdout().is_terminal() && !self.show {
                return Err(Failure::usage(
                    "a signature and a security token are not printed to a terminal",
                )
                .advice("redirect the output, or pass --show"));
            }
            let mut request = message.request.clone();
            let result = signer.sign(&mut request, now()).await;
            result.map_err(|error| unsigned(error, has_endpoint))?;
            response::print_signed(context.output(), &request)?;
            return Ok(ExitCode::SUCCESS);
        }
        let limits =
            Limits::default().timeout(Duration::from_secs(self.timeout)).body(LARGEST_RESPONSE);
        let call = Call { context, transport, limits, message: &message, has_endpoint };
        let sent = call.send(&signer).await?;
        let error = ServiceError::from_response(&sent.response);
        let explained = Explained::new(sent.explanation, error.as_ref());
        context.note(|| {
            let access_key = sent.access_key_id.as_deref().unwrap_or_default();
            format!("provider {}, access key {access_key}", connection.provider())
        });
        if self.explain && !context.output().is_json() {
            explained.print()?;
        }
        let explanation = self.explain.then_some(&explained);
        Reply { response: &sent.response, attempts: sent.attempts, explanation }
            .print(context.output(), self.include)?;
        match error {
            None => Ok(ExitCode::SUCCESS),
            Some(error) => Err(rejected(error, &explained)),
        }
    }
}

/// One request, with its retries.
struct Call<'a> {
    context: &'a Context,
    transport: HyperTransport,
    limits: Limits,
    message: &'a Message,
    /// Whether the credential provider can call STS.
    has_endpoint: bool,
}

/// Outcome of a call.
struct Sent {
    response: Response<Body>,
    attempts: u32,
    access_key_id: Option<String>,
    explanation: Option<Explanation>,
}

impl Call<'_> {
    /// Sends the request: again with other credentials after a rejection, and with a corrected clock,
    /// each at most once.
    async fn send(&self, signer: &RequestSigner<Session>) -> Result<Sent, Failure> {
        let mut request = self.message.request.clone();
        let mut attempts = signer.attempts();
        let result = attempts.sign(&mut request, now()).await;
        result.map_err(|error| unsigned(error, self.has_endpoint))?;
        let mut count = 0;
        loop {
            count += 1;
            let access_key_id =
                attempts.credentials().map(|credentials| credentials.access_key_id.clone());
            let explanation = attempts.explain(&request).map_err(Failure::failed)?;
            let response = self.exchange(request.clone()).await?;
            let verdict = attempts.classify(&response, now());
            if verdict.is_retry() && attempts.sign(&mut request, now()).await.is_ok() {
                self.context.note(|| retry_text(verdict, signer.clock_offset()));
                continue;
            }
            return Ok(Sent { response, attempts: count, access_key_id, explanation });
        }
    }

    async fn exchange(&self, request: http::Request<Body>) -> Result<Response<Body>, Failure> {
        let (name, headers) = (self.message.name(), message::shown_headers(&request));
        self.context.note(|| format!("> {name}"));
        for header in headers {
            self.context.note(|| format!("> {header}"));
        }
        let start = Instant::now();
        let response = self.transport.send(Exchange::new(request, self.limits)).await;
        let response = response.map_err(|error| unanswered(&name, error))?;
        let elapsed = start.elapsed().as_millis();
        self.context.note(|| format!("< {}, {elapsed} ms", status_text(response.status())));
        Ok(response)
    }
}

fn now() -> OffsetDateTime {
    SystemClock.now().wall
}

fn retry_text(verdict: Verdict, clock_offset: time::Duration) -> String {
    if verdict == Verdict::RetryWithCorrectedClock {
        let offset = clock_offset.as_seconds_f64();
        format!(
            "the signing date was rejected; sent again with the clock corrected by {offset:+.0} s"
        )
    } else {
        "the credentials were rejected; sent again with others".to_owned()
    }
}

/// Nothing was sent, because the request could not be signed.
fn unsigned(error: RequestSignError, has_endpoint: bool) -> Failure {
    match error {
        RequestSignError::Credentials(error)
            if error.kind() == ErrorKind::Configuration && !has_endpoint =>
        {
            Failure::from(error)
                .advice("the credential provider needs STS: pass --region or --endpoint")
        }
        RequestSignError::Credentials(error) => error.into(),
        RequestSignError::Request(_) => Failure::usage(error),
        _ => Failure::failed(error),
    }
}

/// There was no response.
fn unanswered(name: &str, error: TransportError) -> Failure {
    let failure = Failure::failed(Unanswered { name: name.to_owned(), error });
    failure.advice("check the host of the URL, proxy and certificates")
}

/// The service returned an error.
fn rejected(error: ServiceError, explained: &Explained) -> Failure {
    let kind = error.kind();
    let failure = Failure::from(error);
    match explained.difference() {
        Some(difference) => {
            failure.advice(format!("the gateway received a different request: {difference}"))
        }
        None if kind == ErrorKind::InvalidCredentials && explained.has_echo() => failure
            .advice("the gateway received the request as it was signed; check the secret key"),
        None => failure,
    }
}

/// Failure of an exchange.
#[derive(Debug)]
struct Unanswered {
    name: String,
    error: TransportError,
}

impl std::fmt::Display for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: request failed: {}", self.name, self.error)
    }
}

impl std::error::Error for Unanswered {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}
