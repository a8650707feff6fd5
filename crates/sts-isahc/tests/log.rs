//! Exchanges do not appear in the wire log of isahc, received by a `tracing` subscriber.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Records everything at every level, on every thread.
#[derive(Clone, Default)]
struct Recorder {
    text: Arc<Mutex<String>>,
    spans: Arc<AtomicU64>,
}

impl Visit for Recorder {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        writeln!(self.text.lock().unwrap(), "{field}={value:?}").unwrap();
    }
}

impl Subscriber for Recorder {
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

/// The registry of `tracing-subscriber` panics for the span of another subscriber.
fn parent_is_known(recorder: &Recorder, parent: Option<&Id>) -> bool {
    parent.is_none_or(|parent| parent.into_u64() <= recorder.spans.load(Ordering::Relaxed))
}

#[test]
fn subscriber_receives_no_secret() {
    let recorder = Recorder::default();
    tracing::subscriber::set_global_default(recorder.clone()).unwrap();
    let url = support::serve(1 + support::EXCHANGES);

    // isahc alone first: the wire log must be enabled, and `tracing` caches the interest.
    support::send_without_transport(&url);
    assert!(recorder.text.lock().unwrap().contains("planted-body"), "no wire log of isahc");

    recorder.text.lock().unwrap().clear();
    support::send_secrets(&url).unwrap();
    support::send_to_refusing_proxy();
    let text = recorder.text.lock().unwrap();
    assert!(!text.contains("planted"), "{text}");
    assert!(!text.contains("Proxy-Authorization"), "{text}");
}
