//! Two clients at the same server, in turns: calls per second, and how long single calls take.

use std::time::{Duration, Instant};

use crate::row::{Goal, Row, Unit};
use crate::statistics::Samples;

/// How often each begins anew: clients differ from one another by chance, in where their
/// connections lie for instance, and stay as they are for as long as they live.
const LIVES: usize = 20;
/// Twice this often a client has its turn in a life.
const ROUNDS: usize = 3;
const TURN: Duration = Duration::from_millis(75);

/// Makes a client that makes calls until then, and gives how long each took.
pub type Load<'a> = Box<dyn Fn() -> Calls<'a> + 'a>;
pub type Calls<'a> = Box<dyn FnMut(Instant) -> Vec<Duration> + 'a>;

/// Ours beside something to hold it against, under load.
pub struct Duel<'a> {
    pub name: &'static str,
    pub ours: Load<'a>,
    pub against: &'static str,
    pub theirs: Load<'a>,
    pub goals: Goals,
}

/// Ours relative to theirs.
#[derive(Clone, Copy)]
pub struct Goals {
    pub calls_at_least: f64,
    /// The 99th percentile of the duration of a call.
    pub slowest_at_most: Option<f64>,
}

impl Duel<'_> {
    pub fn run(self) -> Vec<Row> {
        let (mut ours, mut theirs) = (Turns::default(), Turns::default());
        for _ in 0..LIVES {
            let (mut our_calls, mut their_calls) = ((self.ours)(), (self.theirs)());
            // Connections are made, and caches filled.
            our_calls(Instant::now() + TURN);
            their_calls(Instant::now() + TURN);
            for _ in 0..ROUNDS {
                ours.take(&mut our_calls);
                theirs.take(&mut their_calls);
                theirs.take(&mut their_calls);
                ours.take(&mut our_calls);
            }
            ours.end_life();
            theirs.end_life();
        }
        let row = |unit, ours, theirs, goal| {
            Row::new((self.name, ours), (self.against, theirs), unit, goal)
        };
        let goal = Goal::RatioAtLeast(self.goals.calls_at_least);
        let slowest = self.goals.slowest_at_most.map(Goal::RatioAtMost);
        vec![
            row(Unit::CallsPerSecond, &ours.rates, &theirs.rates, Some(goal)),
            row(Unit::MedianMicroseconds, &ours.medians, &theirs.medians, None),
            row(Unit::P99Microseconds, &ours.slowest, &theirs.slowest, slowest),
        ]
    }
}

#[derive(Default)]
struct Turns {
    /// Calls per second, one for each turn.
    rates: Samples,
    /// The time of each call of this life, in microseconds.
    times: Samples,
    /// The median and the 99th percentile of each life: a turn has too few slow calls.
    medians: Samples,
    slowest: Samples,
}

impl Turns {
    fn take(&mut self, calls: &mut Calls<'_>) {
        let start = Instant::now();
        let times = calls(start + TURN);
        self.rates.push(times.len() as f64 / start.elapsed().as_secs_f64());
        self.times.extend(times.iter().map(|time| time.as_secs_f64() * 1e6));
    }

    fn end_life(&mut self) {
        let times = std::mem::take(&mut self.times);
        self.medians.push(times.median());
        self.slowest.push(times.percentile(99));
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
