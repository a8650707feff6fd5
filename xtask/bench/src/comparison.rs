//! Equivalent work of several implementations, measured in turns.

use std::thread;
use std::time::Duration;

use crate::cores;
use crate::quiet;
use crate::row::{Goal, Row, Unit};
use crate::statistics::Samples;
use crate::work::Work;

/// How often everything is created anew, on a thread of its own and at other addresses: caches
/// favour some addresses, by more than the differences that are measured.
pub const LIVES: usize = 12;
/// The number of rounds of a life, with two turns for each implementation, and the minimum time of
/// a turn: several fit between two interruptions by other processes.
const ROUNDS: usize = 20;
const TURN: Duration = Duration::from_micros(500);

/// Creates work on the thread that measures it.
pub type Create = Box<dyn Fn() -> Work + Sync>;

/// Our implementation and those it is compared with.
pub struct Comparison {
    pub name: &'static str,
    pub ours: Create,
    pub rivals: Vec<Rival>,
    /// The maximum number of allocations of our implementation.
    pub most_allocations: Option<f64>,
}

/// The unavoidable part of the work, or a peer.
pub struct Rival {
    pub name: &'static str,
    pub work: Create,
    pub goal: Option<Goal>,
}

/// A comparison with what was measured so far.
pub struct Measurement {
    comparison: Comparison,
    /// Of ours, then of the rivals.
    costs: Vec<Costs>,
}

impl Measurement {
    pub fn new(comparison: Comparison) -> Self {
        let costs = (0..=comparison.rivals.len()).map(|_| Costs::default()).collect();
        Self { comparison, costs }
    }

    /// Measures all in one life.
    pub fn live(&mut self, life: usize) {
        let Comparison { ours, rivals, .. } = &self.comparison;
        let create: Vec<&Create> =
            [ours].into_iter().chain(rivals.iter().map(|rival| &rival.work)).collect();
        let measure = || measure(life, &create);
        let measured = thread::scope(|scope| scope.spawn(measure).join()).expect("a life");
        for (costs, (time, allocations)) in self.costs.iter_mut().zip(measured) {
            costs.times.push(time);
            costs.allocations.push(allocations);
        }
    }

    /// Returns two rows for each rival: time and allocations.
    pub fn into_rows(self) -> Vec<Row> {
        let Self { comparison, costs } = self;
        let (ours, theirs) = costs.split_first().expect("ours");
        let mut most_allocations = comparison.most_allocations.map(Goal::AtMost);
        let mut rows = Vec::new();
        for (rival, theirs) in comparison.rivals.iter().zip(theirs) {
            let row = |unit, ours, theirs, goal| {
                Row::new((comparison.name, ours), (rival.name, theirs), unit, goal)
            };
            rows.push(row(Unit::Nanoseconds, &ours.times, &theirs.times, rival.goal));
            // The goal is for ours alone: said once.
            let goal = most_allocations.take();
            rows.push(row(Unit::Allocations, &ours.allocations, &theirs.allocations, goal));
        }
        rows
    }
}

/// The cost of an implementation, one sample for each life.
#[derive(Default)]
struct Costs {
    /// In nanoseconds.
    times: Samples,
    allocations: Samples,
}

/// Measures everything in one life. Returns nanoseconds and allocations of each.
fn measure(life: usize, create: &[&Create]) -> Vec<(f64, f64)> {
    cores::call_here();
    // Of different sizes in each life, so that what follows lies elsewhere.
    let _displaced: Vec<Vec<u8>> =
        (0..life).map(|block| Vec::with_capacity(24 + (life * 80 + block * 48) % 1000)).collect();
    let mut contenders: Vec<Contender> =
        create.iter().map(|create| Contender::new(create())).collect();
    // In turns, so that external load affects all alike; in both orders, so that no
    // implementation always follows the same one.
    for _ in 0..ROUNDS {
        contenders.iter_mut().for_each(Contender::take_turn);
        contenders.iter_mut().rev().for_each(Contender::take_turn);
    }
    let cost =
        |contender: &mut Contender| (contender.times.lower_quartile(), contender.allocations());
    contenders.iter_mut().map(cost).collect()
}

struct Contender {
    work: Work,
    /// How often the work fits into a turn.
    repetitions: u32,
    /// Nanoseconds that it took, one for each turn.
    times: Samples,
}

impl Contender {
    /// Finds out how long it takes, and warms up by that.
    fn new(mut work: Work) -> Self {
        let mut repetitions = 1;
        // The shorter of two: an interruption would end it early, and a turn would measure the clock.
        let mut shorter = |times| work(times).time.min(work(times).time);
        while shorter(repetitions) < TURN && repetitions < 1 << 24 {
            repetitions *= 2;
        }
        Self { work, repetitions, times: Samples::default() }
    }

    fn take_turn(&mut self) {
        let time = quiet::undisturbed(|| (self.work)(self.repetitions).time);
        self.times.push(time.as_nanos() as f64 / f64::from(self.repetitions));
    }

    fn allocations(&mut self) -> f64 {
        (self.work)(1).allocations as f64
    }
}
