//! Any bytes as the responses of Identity Center, one a line: a sign-in and credentials, or an error.
//! The status is the number at the beginning of the line.
#![no_main]

use std::time::Duration;

use http::{Response, StatusCode};
use libfuzzer_sys::fuzz_target;
use sts_client::session::RefreshProvider;
use sts_client::{
    CallContext, CallPolicy, Clock, Environment, Error, Now, Platform, StateMachine, Step,
};
use sts_proto::{Body, Endpoint, Region};
use sts_providers::identity_center::{
    IdentityCenter, IdentityCenterCredentials, ListAccountAgencies, ListAccounts, MessageCall,
};
use time::OffsetDateTime;

struct Nothing;

impl Clock for Nothing {
    fn now(&self) -> Now {
        Now::new(OffsetDateTime::UNIX_EPOCH, Duration::ZERO)
    }

    fn seed(&self) -> u64 {
        0
    }
}

impl Environment for Nothing {}

/// Responses that are used in turn; the last one is used again.
struct Script<'a> {
    lines: Vec<&'a [u8]>,
    used: usize,
    now: Now,
}

impl Script<'_> {
    fn response(&mut self) -> Response<Body> {
        let last = self.lines.len().saturating_sub(1);
        let line = self.lines.get(self.used.min(last)).copied().unwrap_or_default();
        self.used += 1;
        let digits = line.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
        let status = digits.and_then(|digits| digits.parse().ok());
        let status = status.and_then(|status| StatusCode::from_u16(status).ok());
        let (status, body) = match status {
            Some(status) => (status, line.get(3..).unwrap_or_default()),
            None => (StatusCode::OK, line),
        };
        let mut response = Response::new(Body::from(body.to_vec()));
        *response.status_mut() = status;
        response
    }

    /// Drives a machine; `None` if it takes more steps than responses can explain.
    fn drive<M: StateMachine>(&mut self, mut machine: M) -> Option<Result<M::Output, Error>> {
        for _ in 0..64 {
            match machine.step(self.now) {
                Step::Send(_) => machine.receive(Ok(self.response()), self.now),
                Step::Wait(wait) => {
                    assert!(!wait.is_zero(), "a machine does not spin");
                    self.now = self.now.after(wait);
                }
                Step::Credentials(_) => unreachable!("nothing is signed"),
                Step::Done(outcome) => return Some(outcome),
            }
        }
        None
    }
}

fuzz_target!(|content: &[u8]| {
    let lines = content.split(|&byte| byte == b'\n').collect();
    let mut script = Script { lines, used: 0, now: Nothing.now() };
    let center = IdentityCenter::new(Region::CN_NORTH_4, "https://idcenter.example.com/portal");
    let Some(started) = script.drive(center.start(None, 0)) else {
        unreachable!("a call has a few attempts")
    };
    if let Ok(sign_in) = started
        && let Some(Ok(token)) = script.drive(sign_in.poll())
    {
        let token = token.token.expose_secret();
        assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
    }
    let portal = Endpoint::from(Region::CN_NORTH_4);
    let accounts = MessageCall::new(portal.clone(), ListAccounts::new("token"), 0);
    assert!(script.drive(accounts).is_some());
    let agencies = MessageCall::new(portal, ListAccountAgencies::new("token", "a"), 0);
    assert!(script.drive(agencies).is_some());
    let token =
        sts_providers::identity_center::AccessToken::new("token", OffsetDateTime::UNIX_EPOCH);
    let provider = IdentityCenterCredentials::new(token, "a", "iam::a:agency:b");
    let context = CallContext::new([], CallPolicy::default());
    let Ok(refresh) = provider.begin(&Platform::new(Nothing, Nothing), &context) else { return };
    if let Some(Ok(issued)) = script.drive(refresh) {
        assert_eq!(issued.credentials().validate(), Ok(()));
    }
});
