//! Two clients at the same server, in turns: calls per second, and how long single calls take.

use std::time::{Duration, Instant};

use crate::row::{Goal, Row, Unit};
use crate::statistics::Samples;

/// How often each has two turns, and their length.
const ROUNDS: usize = 12;
const TURN: Duration = Duration::from_millis(150);

/// Makes calls until then; gives how long each took.
pub type Load<'a> = Box<dyn FnMut(Instant) -> Vec<Duration> + 'a>;

/// Ours beside something to hold it against, under load.
pub struct Duel<'a> {
    pub name: &'static str,
    pub ours: Load<'a>,
    pub against: &'static str,
    pub theirs: Load<'a>,
    /// The part of their calls per second that ours should make.
    pub goal: f64,
}

impl Duel<'_> {
    pub fn run(self) -> Vec<Row> {
        let (mut ours, mut theirs) = (Side::new(self.ours), Side::new(self.theirs));
        for _ in 0..ROUNDS {
            ours.take_turn();
            theirs.take_turn();
            theirs.take_turn();
            ours.take_turn();
        }
        let row = |unit, ours, theirs, goal| {
            Row::new((self.name, ours), (self.against, theirs), unit, goal)
        };
        let goal = Goal::RatioAtLeast(self.goal);
        vec![
            row(Unit::CallsPerSecond, &ours.rates, &theirs.rates, Some(goal)),
            row(Unit::MedianMicroseconds, &ours.medians, &theirs.medians, None),
            row(Unit::P99Microseconds, &ours.slowest, &theirs.slowest, None),
        ]
    }
}

struct Side<'a> {
    load: Load<'a>,
    /// Calls per second, one for each turn.
    rates: Samples,
    /// The time of a call in microseconds, the median and the 99th percentile of each turn.
    medians: Samples,
    slowest: Samples,
}

impl<'a> Side<'a> {
    /// Makes connections and fills caches.
    fn new(mut load: Load<'a>) -> Self {
        load(Instant::now() + TURN);
        let (rates, medians, slowest) = Default::default();
        Self { load, rates, medians, slowest }
    }

    fn take_turn(&mut self) {
        let start = Instant::now();
        let calls = (self.load)(start + TURN);
        self.rates.push(calls.len() as f64 / start.elapsed().as_secs_f64());
        let calls: Samples = calls.iter().map(|time| time.as_secs_f64() * 1e6).collect();
        self.medians.push(calls.median());
        self.slowest.push(calls.percentile(99));
    }
}

/// Runs `at_once` loops of `call` together until `end`; gives how long each call took.
pub async fn loops<F: Future>(at_once: usize, end: Instant, call: impl Fn() -> F) -> Vec<Duration> {
    let one = async || {
        let mut times = Vec::new();
        while Instant::now() < end {
            let start = Instant::now();
            call().await;
            times.push(start.elapsed());
        }
        times
    };
    let all = (0..at_once).map(|_| one());
    futures_util::future::join_all(all).await.concat()
}
