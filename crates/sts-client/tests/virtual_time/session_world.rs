//! Sessions in virtual time: clocks that are set, and a service with controlled responses.

use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::Response;
use sts_client::blocking;
use sts_client::session::{SessionError, SessionPolicy};
use sts_client::transport::TransportErrorKind;
use sts_client::{
    CallPolicy, Client, ClientBuilder, Clock, Exchange, Now, Session, Transport, TransportError,
};
use sts_proto::{AssumeAgency, AssumeAgencyWithOidc, Body, Credentials};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::world::{Answer, START, error, maybe_sent, status};

pub(crate) type Keys = Result<Arc<Credentials>, SessionError>;

/// The clocks, the service and the network of a test. Clones share their state.
#[derive(Clone)]
pub(crate) struct Place(Arc<(Mutex<Things>, Condvar)>);

struct Things {
    now: Now,
    seed: u64,
    /// Responses to the next requests, before `habit` applies.
    script: VecDeque<Reply>,
    habit: Reply,
    /// The lifetime of credentials in seconds.
    lifetime: i64,
    issued: u32,
    /// The number of requests that wait for a response.
    waiting: usize,
    requests: Vec<Duration>,
    most_at_once: usize,
    /// Wakers of waiting requests.
    wakers: Vec<Waker>,
    /// Wakers of timers. A timer that is not due is not woken: a session treats that as a shutdown.
    timers: Vec<(Duration, Waker)>,
    /// Runs in the next poll of a waiting request, which has to be polled again afterwards.
    during_poll: Option<Box<dyn FnOnce() + Send>>,
    /// The number of shutdowns of the runtime, and of polls of its futures afterwards.
    shutdowns: u32,
    polled_after_shutdown: u32,
}

/// How the service handles a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reply {
    Keys,
    Unavailable,
    /// Unavailable, with a code and a request id.
    Outage,
    Denied,
    /// The transport has stopped.
    Cancelled,
    /// It responds when this is changed.
    Silence,
    Panic,
}

impl Place {
    pub(crate) fn new() -> Self {
        let things = Things {
            now: Now::new(START, Duration::from_secs(1000)),
            seed: 0,
            script: VecDeque::new(),
            habit: Reply::Keys,
            lifetime: 3600,
            issued: 0,
            waiting: 0,
            requests: Vec::new(),
            most_at_once: 0,
            wakers: Vec::new(),
            timers: Vec::new(),
            during_poll: None,
            shutdowns: 0,
            polled_after_shutdown: 0,
        };
        Self(Arc::new((Mutex::new(things), Condvar::new())))
    }

    fn things(&self) -> MutexGuard<'_, Things> {
        self.0.0.lock().unwrap()
    }

    /// Returns a session over a client that makes one attempt per call, so requests equal
    /// refreshes.
    pub(crate) fn session(&self) -> Session {
        self.session_with(SessionPolicy::default())
    }

    pub(crate) fn session_with(&self, policy: SessionPolicy) -> Session {
        self.client().session_with(self.operation(), policy).unwrap()
    }

    /// Returns a session whose refreshes are not signed, because signing is most of their cost.
    pub(crate) fn unsigned_session(&self) -> Session {
        let (provider, agency) = ("iam::0a1b:oidcProvider:ci", "iam::0a1b:agency:backup");
        self.client()
            .session(AssumeAgencyWithOidc::new(provider, agency, "nightly", "id-token"))
            .unwrap()
    }

    pub(crate) fn client(&self) -> Client<Self, Arc<Credentials>> {
        self.builder().build().unwrap()
    }

    pub(crate) fn blocking_session(&self) -> blocking::Session {
        let client: blocking::Client<_, _> = self.builder().build_blocking().unwrap();
        client.session(self.operation()).unwrap()
    }

    fn builder(&self) -> ClientBuilder<Self, Arc<Credentials>> {
        let mut policy = CallPolicy::default();
        policy.attempts = 1;
        Client::builder(self.clone())
            .clock(self.clone())
            .region("cn-north-4")
            .credentials(Credentials::permanent("HSTCALLER00000000001", "a1B2c3"))
            .policy(policy)
    }

    pub(crate) fn operation(&self) -> AssumeAgency {
        let seconds = u32::try_from(self.things().lifetime).unwrap().max(900);
        AssumeAgency::new("iam::0a1b2c3d4e5f:agency:backup", "nightly")
            .duration(Duration::from_secs(seconds.into()))
    }

    pub(crate) fn now(&self) -> Now {
        self.things().now
    }

    /// Advances both clocks.
    pub(crate) fn pass(&self, seconds: u64) {
        self.pass_for(Duration::from_secs(seconds));
    }

    pub(crate) fn pass_for(&self, duration: Duration) {
        let mut things = self.things();
        things.now = things.now.after(duration);
        let monotonic = things.now.monotonic;
        let due: Vec<_> = things.timers.extract_if(.., |(until, _)| *until <= monotonic).collect();
        drop(things);
        for (_, waker) in due {
            waker.wake();
        }
    }

    /// Shuts down the runtime of all timers and requests, and starts another one: timers are woken
    /// before they are due, and must not be used any more.
    pub(crate) fn shut_down(&self) {
        let mut things = self.things();
        things.shutdowns += 1;
        let timers = std::mem::take(&mut things.timers);
        drop(things);
        for (_, waker) in timers {
            waker.wake();
        }
    }

    pub(crate) fn polled_after_shutdown(&self) -> u32 {
        self.things().polled_after_shutdown
    }

    /// Wakes a waiting request in its next poll, and then runs this.
    pub(crate) fn during_poll(&self, happens: impl FnOnce() + Send + 'static) {
        self.things().during_poll = Some(Box::new(happens));
    }

    /// Sets the behavior of the service, and drops the wakers of waiting requests without waking
    /// them.
    pub(crate) fn habit_unheard(&self, reply: Reply) {
        let mut things = self.things();
        things.habit = reply;
        things.wakers.clear();
    }

    /// Sets the wall clock.
    pub(crate) fn set_wall(&self, change: impl FnOnce(OffsetDateTime) -> OffsetDateTime) {
        let mut things = self.things();
        things.now.wall = change(things.now.wall);
    }

    /// Sets the behavior of the service, also for waiting requests.
    pub(crate) fn habit(&self, reply: Reply) {
        let mut things = self.things();
        things.habit = reply;
        self.0.1.notify_all();
        Self::wake(things);
    }

    pub(crate) fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.things().script.extend(replies);
    }

    pub(crate) fn lifetime(&self, seconds: i64) {
        self.things().lifetime = seconds;
    }

    /// Returns the number of requests.
    pub(crate) fn requests(&self) -> usize {
        self.things().requests.len()
    }

    /// Returns the times of the requests.
    pub(crate) fn request_times(&self) -> Vec<Duration> {
        self.things().requests.clone()
    }

    /// Returns the maximum number of concurrent requests.
    pub(crate) fn most_at_once(&self) -> usize {
        self.things().most_at_once
    }

    /// Blocks until a thread waits for the service's response.
    pub(crate) fn await_request(&self) {
        let things = self.0.1.wait_while(self.things(), |things| things.waiting == 0);
        drop(things.unwrap());
    }

    pub(crate) fn is_waiting(&self) -> bool {
        self.things().waiting > 0
    }

    fn wake(mut things: MutexGuard<'_, Things>) {
        let wakers = std::mem::take(&mut things.wakers);
        drop(things);
        wakers.into_iter().for_each(Waker::wake);
    }

    fn reply(things: &mut Things, reply: Reply) -> Option<Answer> {
        match reply {
            Reply::Silence | Reply::Panic => None,
            Reply::Keys => {
                things.issued += 1;
                let end = things.now.wall + time::Duration::seconds(things.lifetime);
                Some(assumed(things.issued, end))
            }
            Reply::Unavailable => Some(status(503)),
            Reply::Outage => {
                Some(error(503, &[("x-request-id", "0f3c-outage")], "STS5.0001", "try later"))
            }
            Reply::Denied => Some(status(403)),
            Reply::Cancelled => Some(maybe_sent(TransportErrorKind::Cancelled)),
        }
    }
}

fn assumed(number: u32, end: OffsetDateTime) -> Answer {
    let end = end.format(&Rfc3339).unwrap();
    let json = format!(
        r#"{{"credentials":{{"access_key_id":"HSTA{number:016}","secret_access_key":"planted-secret",
        "security_token":"planted-token","expiration":"{end}"}},
        "assumed_agency":{{"urn":"sts::0a1b:assumed-agency:backup/nightly","id":"i:nightly"}},
        "audience":"a","provider":"p","subject_from_id_token":"s"}}"#,
    );
    Ok(Response::new(Body::from(json.into_bytes())))
}

/// Returns the number of the response that contained the credentials.
pub(crate) fn number(keys: &Keys) -> u32 {
    keys.as_ref().unwrap().access_key_id.trim_start_matches("HSTA").parse().unwrap()
}

impl Clock for Place {
    fn now(&self) -> Now {
        self.now()
    }

    fn seed(&self) -> u64 {
        let mut things = self.things();
        things.seed += 1;
        things.seed
    }
}

struct Sending {
    place: Place,
    shutdowns: u32,
    is_begun: bool,
    reply: Option<Reply>,
}

impl Future for Sending {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let place = self.place.clone();
        let mut things = place.things();
        things.polled_after_shutdown += u32::from(things.shutdowns > self.shutdowns);
        if let Some(happens) = things.during_poll.take_if(|_| self.is_begun) {
            drop(things);
            context.waker().wake_by_ref();
            happens();
            return Poll::Pending;
        }
        if !self.is_begun {
            // The connection comes first, so that there is a point of cancellation before it.
            self.is_begun = true;
            things.waiting += 1;
            things.most_at_once = things.most_at_once.max(things.waiting);
            let monotonic = things.now.monotonic;
            things.requests.push(monotonic);
            self.reply = things.script.pop_front();
            drop(things);
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let reply = self.reply.unwrap_or(things.habit);
        if reply == Reply::Panic {
            drop(things);
            resume_unwind(Box::new("a panic that prints nothing"));
        }
        if let Some(answer) = Place::reply(&mut things, reply) {
            return Poll::Ready(answer);
        }
        things.wakers.push(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if self.is_begun {
            self.place.things().waiting -= 1;
        }
    }
}

impl Transport for Place {
    fn send(&self, _: Exchange) -> impl Future<Output = Answer> + Send {
        let shutdowns = self.things().shutdowns;
        Sending { place: self.clone(), shutdowns, is_begun: false, reply: None }
    }

    async fn sleep(&self, duration: Duration) {
        let (until, shutdowns) = (self.now().monotonic + duration, self.things().shutdowns);
        std::future::poll_fn(|context| {
            let mut things = self.things();
            things.polled_after_shutdown += u32::from(things.shutdowns > shutdowns);
            if things.now.monotonic >= until {
                return Poll::Ready(());
            }
            things.timers.push((until, context.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

impl blocking::Transport for Place {
    fn send(&self, _: Exchange) -> Result<Response<Body>, TransportError> {
        let mut things = self.things();
        let monotonic = things.now.monotonic;
        things.requests.push(monotonic);
        things.waiting += 1;
        things.most_at_once = things.most_at_once.max(things.waiting);
        self.0.1.notify_all();
        let scripted = things.script.pop_front();
        loop {
            let reply = scripted.unwrap_or(things.habit);
            if reply == Reply::Panic {
                things.waiting -= 1;
                drop(things);
                resume_unwind(Box::new("a panic that prints nothing"));
            }
            if let Some(answer) = Self::reply(&mut things, reply) {
                things.waiting -= 1;
                return answer;
            }
            things = self.0.1.wait(things).unwrap();
        }
    }

    fn sleep(&self, duration: Duration) {
        self.pass(duration.as_secs());
    }
}
