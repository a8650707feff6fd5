//! Two clients at the same server, in turns: calls per second, and how long the slowest take.

use std::time::{Duration, Instant};

use crate::report::Row;

/// Turns of each, and their length.
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(800);

/// Makes calls, `at_once` of them, until `end`; gives how long each took.
pub type Load<'a> = Box<dyn FnMut(usize, Instant) -> Vec<Duration> + 'a>;

/// Ours beside something to hold it against, under load.
pub struct Duel<'a> {
    pub name: &'static str,
    pub against: &'static str,
    pub at_once: usize,
    pub ours: Load<'a>,
    pub theirs: Load<'a>,
    /// The part of their calls per second that ours should make.
    pub goal: f64,
}

impl Duel<'_> {
    pub fn run(mut self) -> Vec<Row> {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        // Connections are made, and caches filled.
        round(&mut self.ours, self.at_once);
        round(&mut self.theirs, self.at_once);
        for _ in 0..ROUNDS {
            ours.push(round(&mut self.ours, self.at_once));
            theirs.push(round(&mut self.theirs, self.at_once));
        }
        let rate = |rounds: &[(f64, f64)]| median(rounds.iter().map(|(rate, _)| *rate).collect());
        let slowest = |rounds: &[(f64, f64)]| median(rounds.iter().map(|(_, p99)| *p99).collect());
        let row = |unit, ours: f64, theirs: f64, goal: Option<f64>| Row {
            name: self.name,
            unit,
            ours,
            our_spread: 0.0,
            against: self.against,
            theirs: Some(theirs),
            their_spread: None,
            ratio: Some(ours / theirs),
            goal,
            met: goal.map(|goal| ours / theirs >= goal),
        };
        vec![
            row("calls/s", rate(&ours), rate(&theirs), Some(self.goal)),
            row("p99 us", slowest(&ours), slowest(&theirs), None),
        ]
    }
}

/// Calls per second, and the time in microseconds that one of a hundred takes longer than.
fn round(load: &mut Load<'_>, at_once: usize) -> (f64, f64) {
    let start = Instant::now();
    let mut times = load(at_once, start + ROUND);
    let rate = times.len() as f64 / start.elapsed().as_secs_f64();
    times.sort();
    let p99 = times.get(times.len() * 99 / 100).copied().unwrap_or_default();
    (rate, p99.as_secs_f64() * 1e6)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Runs `at_once` loops of `call` together until `end`.
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
