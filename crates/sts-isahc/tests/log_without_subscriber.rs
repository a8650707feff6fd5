//! With `tracing`'s feature `log`, isahc's wire log goes to `log`. No exchange must be in it.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use std::error::Error;
use std::fmt::Write as _;
use std::sync::Mutex;

use log::{LevelFilter, Log, Metadata, Record};

/// Gets all records at all levels.
struct Ear(Mutex<String>);

static EAR: Ear = Ear(Mutex::new(String::new()));

impl Log for Ear {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        writeln!(self.0.lock().unwrap(), "{} {}", record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

/// Whether `tracing` hands its records to `log`: only then a span that is off is still known.
/// To be called before there is a subscriber.
fn tracing_has_log() -> bool {
    !tracing::trace_span!("off").is_none()
}

#[test]
fn exchanges_leave_no_secret_in_a_logger() {
    log::set_logger(&EAR).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let url = support::serve(1 + support::EXCHANGES);

    // First isahc alone, so that its log is known to be on if it can be.
    support::send_without_transport(&url);
    let is_logged = EAR.0.lock().unwrap().contains("planted-body");
    assert_eq!(is_logged, tracing_has_log());

    EAR.0.lock().unwrap().clear();
    let outcome = support::send_secrets(&url);
    if outcome.is_ok() {
        support::send_to_refusing_proxy();
    }
    let heard = EAR.0.lock().unwrap();
    assert!(!heard.contains("planted"), "{heard}");
    assert!(!heard.contains("Proxy-Authorization"), "{heard}");
    drop(heard);

    // What cannot be kept out of the log is not sent: with the feature `log-always`, `log` gets
    // records of tracing also when there was a subscriber.
    tracing::info!("after a subscriber");
    let is_always = EAR.0.lock().unwrap().contains("after a subscriber");
    assert_eq!(outcome.is_err(), is_always, "{outcome:?}");
    if let Err(error) = outcome {
        assert!(error.source().unwrap().to_string().contains("isahc::wire"), "{error:?}");
    }
}
