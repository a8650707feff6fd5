//! A service, a provider and callers.

use std::future::poll_fn;
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Poll, Waker};
use std::time::Duration;

use http::{Request, Response};
use shuttle::future::block_on;
use shuttle::rand::Rng;
use shuttle::sync::Mutex;
use shuttle::thread::{self, JoinHandle};
use sts_proto::{Body, Credentials};
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

use crate::context::{CallContext, CallPolicy};
use crate::error::Error;
use crate::machine::{StateMachine, Step};
use crate::platform::{Clock, Now, Platform};
use crate::session::{IssuedCredentials, RefreshProvider, Session};
use crate::test_util::TestClock;
use crate::transport::{
    BoxFuture, Exchange, Limits, Transport, TransportError, blocking, transport_fn,
};
use crate::{Client, CredentialsError, blocking as blocking_client};

/// How the service and the provider treat a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Credentials that are valid for an hour, with the number of the request.
    Issue,
    /// The provider fails.
    Fail,
    /// The provider panics.
    Panic,
}

/// Responds to each request from another thread. Counts requests that overlap.
#[derive(Clone)]
pub(super) struct Service(Arc<Inner>);

struct Inner {
    clock: TestClock,
    /// Of the first requests. Later ones are [`Fate::Issue`].
    fates: &'static [Fate],
    requests: AtomicU64,
    in_flight: AtomicU64,
    most_in_flight: AtomicU64,
}

impl Service {
    pub(super) fn new(fates: &'static [Fate]) -> Self {
        Self(Arc::new(Inner {
            clock: TestClock::new(datetime!(2026-03-05 07:00 UTC)),
            fates,
            requests: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            most_in_flight: AtomicU64::new(0),
        }))
    }

    pub(super) fn clock(&self) -> &TestClock {
        &self.0.clock
    }

    /// The number of requests so far.
    pub(super) fn requests(&self) -> u64 {
        self.0.requests.load(Ordering::SeqCst)
    }

    /// The largest number of requests that were in flight at a time.
    pub(super) fn most_in_flight(&self) -> u64 {
        self.0.most_in_flight.load(Ordering::SeqCst)
    }

    /// A session whose refreshes are one request each.
    pub(super) fn session(&self) -> Session {
        self.client().session(Provider).unwrap()
    }

    pub(super) fn client(
        &self,
    ) -> Client<impl Transport + Send + Sync + 'static, Arc<Credentials>> {
        let (service, timer) = (self.clone(), self.clock().clone());
        let send = move |exchange: Exchange| {
            let service = service.clone();
            Box::pin(async move { service.respond(&exchange).await })
                as BoxFuture<'static, Result<Response<Body>, TransportError>>
        };
        Client::builder(transport_fn(send, move |wait| timer.sleep(wait)))
            .clock(self.clock().clone())
            .region("cn-north-4")
            .credentials(Credentials::permanent("EXAMPLEAK00000000001", "secret"))
            .build()
            .unwrap()
    }

    /// Waiting callers of a blocking session give up after a third more than `deadline`.
    pub(super) fn blocking_session(&self, deadline: Duration) -> blocking_client::Session {
        self.blocking_client(deadline).session(Provider).unwrap()
    }

    pub(super) fn blocking_client(
        &self,
        deadline: Duration,
    ) -> blocking_client::Client<Self, Arc<Credentials>> {
        Client::builder(self.clone())
            .clock(self.clock().clone())
            .region("cn-north-4")
            .policy(CallPolicy::default().deadline(deadline))
            .credentials(Credentials::permanent("EXAMPLEAK00000000001", "secret"))
            .build_blocking()
            .unwrap()
    }

    async fn respond(&self, exchange: &Exchange) -> Result<Response<Body>, TransportError> {
        let number = self.0.requests.fetch_add(1, Ordering::SeqCst) + 1;
        let _in_flight = InFlight::new(self);
        arrival().await;
        Ok(self.response(number, exchange))
    }

    /// Responds with the credentials of an agency, whose access key names the session.
    fn response(&self, number: u64, exchange: &Exchange) -> Response<Body> {
        let body = exchange.request.body().as_ref();
        if body.is_empty() {
            let fate = self.0.fates.get(usize::try_from(number).unwrap() - 1);
            let status = match fate.copied().unwrap_or(Fate::Issue) {
                Fate::Issue => 200,
                Fate::Fail => 400,
                Fate::Panic => 500,
            };
            let body = Body::from(number.to_string().into_bytes());
            return Response::builder().status(status).body(body).unwrap();
        }
        let body: serde_json::Value = serde_json::from_slice(body).unwrap();
        let name = body.get("agency_session_name").and_then(|name| name.as_str()).unwrap();
        let end = (self.clock().now().wall + Duration::from_secs(900)).format(&Rfc3339).unwrap();
        let json = format!(
            r#"{{"credentials":{{"access_key_id":"{name}","secret_access_key":"s",
            "security_token":"t","expiration":"{end}"}},
            "assumed_agency":{{"urn":"sts::0a1b:assumed-agency:a/n","id":"i:n"}}}}"#,
        );
        Response::new(Body::from(json.into_bytes()))
    }
}

impl blocking::Transport for Service {
    fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        block_on(self.respond(&exchange))
    }

    fn sleep(&self, duration: Duration) {
        block_on(self.clock().sleep(duration));
    }
}

/// Counts a request until it is dropped.
struct InFlight(Service);

impl InFlight {
    fn new(service: &Service) -> Self {
        let in_flight = service.0.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        service.0.most_in_flight.fetch_max(in_flight, Ordering::SeqCst);
        Self(service.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Waits for a thread that ends at any time.
async fn arrival() {
    let slot = Arc::new(Mutex::new((false, None::<Waker>)));
    let network = Arc::clone(&slot);
    thread::spawn(move || {
        let waker = {
            let mut slot = network.lock().unwrap();
            slot.0 = true;
            slot.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    });
    poll_fn(move |context| {
        let mut slot = slot.lock().unwrap();
        if slot.0 {
            return Poll::Ready(());
        }
        slot.1 = Some(context.waker().clone());
        Poll::Pending
    })
    .await;
}

/// Sends one request per refresh.
struct Provider;

struct Refresh {
    outcome: Option<(u16, u64, Now)>,
}

impl RefreshProvider for Provider {
    type Refresh = Refresh;

    fn begin(&self, _: &Platform, _: &Arc<CallContext>) -> Result<Refresh, CredentialsError> {
        Ok(Refresh { outcome: None })
    }
}

impl StateMachine for Refresh {
    type Output = IssuedCredentials;

    fn step(&mut self, _: Now) -> Step<IssuedCredentials> {
        match self.outcome {
            None => {
                let request = Request::get("https://provider.example/").body(Body::empty());
                Step::Send(Exchange::new(request.unwrap(), Limits::default()))
            }
            Some((200, number, now)) => {
                let end = now.wall + Duration::from_secs(3600);
                let id = format!("HST{number}");
                Step::Done(Ok(Credentials::temporary(id, "secret", "token", end).into()))
            }
            Some((400, ..)) => Step::Done(Err(Error::from(CredentialsError::new("out of order")))),
            // Without the message of a panic, which shuttle would take for a failure.
            Some(_) => panic::resume_unwind(Box::new("the provider panics")),
        }
    }

    fn provide(&mut self, _: Result<Arc<Credentials>, CredentialsError>) {}

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        let response = outcome.unwrap();
        let number = str::from_utf8(response.body().as_ref()).unwrap().parse().unwrap();
        self.outcome = Some((response.status().as_u16(), number, now));
    }
}

/// The number of the request that issued these credentials.
pub(super) fn number(credentials: &Credentials) -> u64 {
    credentials.access_key_id.strip_prefix("HST").unwrap().parse().unwrap()
}

/// Runs a future on a thread of its own.
pub(super) fn run<F: Future + Send + 'static>(future: F) -> JoinHandle<F::Output>
where
    F::Output: Send + 'static,
{
    thread::spawn(move || block_on(future))
}

/// Polls a future until it has returned `Pending` up to `most` times, and then drops it. `most`
/// included, the number is random.
pub(super) async fn cancelled<F: Future>(most: usize, future: F) -> Option<F::Output> {
    let mut left = shuttle::rand::thread_rng().gen_range(0..=most);
    let mut future = Box::pin(future);
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
