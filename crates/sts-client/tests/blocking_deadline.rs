//! The maximum time that a thread waits for a refresh of another thread.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use http::Response;
use sts_client::blocking;
use sts_client::transport::TransportErrorKind;
use sts_client::{CallPolicy, Client, Clock, Exchange, Now, TransportError};
use sts_proto::{AssumeAgency, Body, Credentials, RetryAdvice};
use time::macros::datetime;

struct Still;

impl Clock for Still {
    fn now(&self) -> Now {
        Now::new(datetime!(2026-03-05 07:08:09 UTC), Duration::ZERO)
    }

    fn seed(&self) -> u64 {
        7
    }
}

/// Breaks its contract: it responds when the test allows it, regardless of the timeout.
struct Stuck {
    is_called: Mutex<Sender<()>>,
    may_go: Mutex<Receiver<()>>,
}

impl blocking::Transport for Stuck {
    fn send(&self, _: Exchange) -> Result<Response<Body>, TransportError> {
        let _ = self.is_called.lock().unwrap_or_else(PoisonError::into_inner).send(());
        let _ = self.may_go.lock().unwrap_or_else(PoisonError::into_inner).recv();
        Err(TransportError::maybe_sent(TransportErrorKind::Cancelled))
    }

    fn sleep(&self, _: Duration) {}
}

#[test]
fn a_thread_that_waits_for_a_stuck_refresh_gets_an_error_and_the_next_one_refreshes()
-> Result<(), Box<dyn std::error::Error>> {
    let ((is_called, called), (go, may_go)) = (channel(), channel());
    let stuck = Stuck { is_called: Mutex::new(is_called), may_go: Mutex::new(may_go) };
    let session = Client::builder(Arc::new(stuck))
        .clock(Still)
        .region("cn-north-4")
        .credentials(Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3"))
        .policy(CallPolicy::default().deadline(Duration::from_millis(30)))
        .build_blocking()?
        .session(AssumeAgency::new("iam::0a1b:agency:a", "name"))
        .unwrap();
    thread::scope(|scope| {
        let fetching = scope.spawn(|| session.credentials().is_err());
        called.recv()?;
        let error = session.credentials().err().ok_or("no keys are there")?;
        assert!(error.to_string().contains("timed out"), "{error}");
        assert_eq!(error.advice(), RetryAdvice::AfterBackoff);
        // The next thread does not wait for the stuck one, but performs a refresh of its own.
        let next = scope.spawn(|| session.credentials().is_err());
        called.recv()?;
        go.send(())?;
        go.send(())?;
        assert!(fetching.join().is_ok_and(|failed| failed));
        assert!(next.join().is_ok_and(|failed| failed));
        Ok(())
    })
}
