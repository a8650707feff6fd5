//! With the feature `log` of `tracing`, the wire log of isahc is forwarded to `log`. It must not
//! contain exchanges.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use std::error::Error;
use std::fmt::Write as _;
use std::sync::Mutex;

use log::{LevelFilter, Log, Metadata, Record};

/// Records everything at every level.
struct Recorder(Mutex<String>);

static RECORDER: Recorder = Recorder(Mutex::new(String::new()));

impl Log for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        writeln!(self.0.lock().unwrap(), "{} {}", record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

/// Returns whether `tracing` forwards its records to `log`: only then do disabled spans exist.
/// Must be called before a subscriber is set.
fn tracing_has_log() -> bool {
    !tracing::trace_span!("off").is_none()
}

#[test]
fn logger_receives_no_secret() {
    log::set_logger(&RECORDER).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let url = support::serve(1 + support::EXCHANGES);

    // isahc alone first, to find out whether its wire log is enabled.
    support::send_without_transport(&url);
    let is_logged = RECORDER.0.lock().unwrap().contains("planted-body");
    assert_eq!(is_logged, tracing_has_log());

    RECORDER.0.lock().unwrap().clear();
    let outcome = support::send_secrets(&url);
    if outcome.is_ok() {
        support::send_to_refusing_proxy();
    }
    let recorded = RECORDER.0.lock().unwrap();
    assert!(!recorded.contains("planted"), "{recorded}");
    assert!(!recorded.contains("Proxy-Authorization"), "{recorded}");
    drop(recorded);

    // With the feature `log-always`, records are forwarded to `log` even if a subscriber is set. The
    // exchange is then rejected.
    tracing::info!("after a subscriber");
    let is_always = RECORDER.0.lock().unwrap().contains("after a subscriber");
    assert_eq!(outcome.is_err(), is_always, "{outcome:?}");
    if let Err(error) = outcome {
        assert!(error.source().unwrap().to_string().contains("isahc::wire"), "{error:?}");
    }
}
