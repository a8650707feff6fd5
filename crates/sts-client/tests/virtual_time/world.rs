//! A call in virtual time: a script responds, and waiting advances the clocks.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use sts_client::CredentialsError;
use sts_client::transport::TransportErrorKind;
use sts_client::{
    Call, CallContext, CallPolicy, Completed, Error, Now, StateMachine, Step, TransportError,
};
use sts_proto::{Body, Credentials, Endpoint, GetCallerIdentity, Operation, Region};
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const START: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);

pub(crate) type Answer = Result<Response<Body>, TransportError>;

pub(crate) fn keys(id: &str) -> Arc<Credentials> {
    Arc::new(Credentials::permanent(id, "a1B2c3"))
}

pub(crate) fn context(policy: CallPolicy) -> Arc<CallContext> {
    CallContext::new([Endpoint::from(Region::CN_NORTH_4)], policy)
}

pub(crate) fn default_context() -> Arc<CallContext> {
    context(CallPolicy::default())
}

pub(crate) fn identity() -> Answer {
    let json = r#"{"account_id":"0a1b","principal_urn":"iam::0a1b:user:u","principal_id":"u"}"#;
    Ok(Response::new(Body::from(json.as_bytes().to_vec())))
}

pub(crate) fn status(status: u16) -> Answer {
    Ok(Response::builder().status(status).body(Body::empty()).unwrap())
}

pub(crate) fn error(status: u16, headers: &[(&str, &str)], code: &str, message: &str) -> Answer {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    let json = format!(r#"{{"error_code":"{code}","error_msg":"{message}"}}"#);
    Ok(response.body(Body::from(json.into_bytes())).unwrap())
}

pub(crate) fn not_sent(kind: TransportErrorKind) -> Answer {
    Err(TransportError::not_sent(kind))
}

pub(crate) fn maybe_sent(kind: TransportErrorKind) -> Answer {
    Err(TransportError::maybe_sent(kind))
}

/// Events, as seen from outside of the state machine.
#[derive(Debug, PartialEq)]
pub(crate) enum Event {
    /// A request was sent to this host, this long after the start.
    Sent {
        host: String,
        after: Duration,
        date: String,
        key: Option<String>,
    },
    /// Credentials were requested, in place of the named ones.
    KeysAsked {
        rejected: Option<String>,
    },
    Waited(Duration),
}

/// The environment of a call.
pub(crate) struct World {
    pub(crate) context: Arc<CallContext>,
    pub(crate) now: Now,
    /// The duration of each exchange.
    pub(crate) latency: Duration,
    pub(crate) script: VecDeque<Answer>,
    /// The results of the provider; the last one is repeated.
    pub(crate) keys: VecDeque<Arc<Credentials>>,
    pub(crate) events: Vec<Event>,
    pub(crate) seed: u64,
}

impl World {
    pub(crate) fn new(context: Arc<CallContext>, script: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            context,
            now: Now::new(START, Duration::from_secs(100)),
            latency: Duration::from_millis(20),
            script: script.into_iter().collect(),
            keys: VecDeque::from([keys("HSTFIRST000000000001")]),
            events: Vec::new(),
            seed: 1,
        }
    }

    pub(crate) fn identity(
        &mut self,
    ) -> Result<Completed<sts_proto::GetCallerIdentityOutput>, Box<Error>> {
        self.run(GetCallerIdentity::new())
    }

    pub(crate) fn run<O: Operation>(
        &mut self,
        operation: O,
    ) -> Result<Completed<O::Output>, Box<Error>> {
        let start = self.now.monotonic;
        let mut call = Call::new(operation, &self.context, self.seed);
        loop {
            match call.step(self.now) {
                Step::Credentials(request) => {
                    let rejected = request.rejected.map(|keys| keys.access_key_id.clone());
                    self.events.push(Event::KeysAsked { rejected });
                    call.provide(self.next_keys());
                }
                Step::Send(exchange) => {
                    self.record(&exchange.request, start);
                    self.now = self.now.after(self.latency);
                    let answer = self.script.pop_front().expect("the script goes on");
                    call.receive(answer, self.now);
                }
                Step::Wait(duration) => {
                    self.events.push(Event::Waited(duration));
                    self.now = self.now.after(duration);
                }
                Step::Done(outcome) => {
                    assert!(self.script.is_empty(), "the script was played to its end");
                    return outcome.map_err(Box::new);
                }
            }
        }
    }

    fn next_keys(&mut self) -> Result<Arc<Credentials>, CredentialsError> {
        match self.keys.len() {
            0 => Err(CredentialsError::new("no credentials")),
            1 => Ok(self.keys[0].clone()),
            _ => Ok(self.keys.pop_front().unwrap()),
        }
    }

    fn record(&mut self, request: &Request<Body>, start: Duration) {
        let header = |name: &str| request.headers().get(name)?.to_str().ok();
        let key = header("authorization")
            .and_then(|value| value.split_once("Access=")?.1.split_once(','))
            .map(|(key, _)| key.to_owned());
        self.events.push(Event::Sent {
            host: request.uri().host().unwrap().to_owned(),
            after: self.now.monotonic - start,
            date: header("x-sdk-date").unwrap_or_default().to_owned(),
            key,
        });
    }

    pub(crate) fn waits(&self) -> Vec<Duration> {
        let waits = self.events.iter().filter_map(|event| match event {
            Event::Waited(duration) => Some(*duration),
            _ => None,
        });
        waits.collect()
    }

    pub(crate) fn sent(&self) -> Vec<&Event> {
        self.events.iter().filter(|event| matches!(event, Event::Sent { .. })).collect()
    }

    pub(crate) fn keys_used(&self) -> Vec<&str> {
        let keys = self.events.iter().filter_map(|event| match event {
            Event::Sent { key, .. } => key.as_deref(),
            _ => None,
        });
        keys.collect()
    }

    pub(crate) fn hosts(&self) -> Vec<&str> {
        let hosts = self.events.iter().filter_map(|event| match event {
            Event::Sent { host, .. } => Some(host.as_str()),
            _ => None,
        });
        hosts.collect()
    }

    pub(crate) fn dates(&self) -> Vec<&str> {
        let dates = self.events.iter().filter_map(|event| match event {
            Event::Sent { date, .. } => Some(date.as_str()),
            _ => None,
        });
        dates.collect()
    }
}
