//! isahc writes whole requests and responses to its log. Exchanges must not be among them.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Hears everything at every level, on every thread.
#[derive(Clone, Default)]
struct Ear {
    heard: Arc<Mutex<String>>,
    spans: Arc<AtomicU64>,
}

impl Visit for Ear {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        writeln!(self.heard.lock().unwrap(), "{field}={value:?}").unwrap();
    }
}

impl Subscriber for Ear {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        assert!(parent_is_known(self, attributes.parent()), "the span of another subscriber");
        attributes.record(&mut self.clone());
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// With `tracing-subscriber`'s registry in mind, which panics at the span of another subscriber.
fn parent_is_known(ear: &Ear, parent: Option<&Id>) -> bool {
    parent.is_none_or(|parent| parent.into_u64() <= ear.spans.load(Ordering::Relaxed))
}

#[test]
fn exchanges_leave_no_secret_in_a_subscriber() {
    let ear = Ear::default();
    tracing::subscriber::set_global_default(ear.clone()).unwrap();
    let url = support::serve(1 + support::EXCHANGES);

    // First isahc alone, so that its log is known to be on, and what it takes for granted is cached.
    support::send_without_transport(&url);
    assert!(ear.heard.lock().unwrap().contains("planted-body"), "isahc has no wire log any more");

    ear.heard.lock().unwrap().clear();
    support::send_secrets(&url).unwrap();
    support::send_to_refusing_proxy();
    let heard = ear.heard.lock().unwrap();
    assert!(!heard.contains("planted"), "{heard}");
    assert!(!heard.contains("Proxy-Authorization"), "{heard}");
}
