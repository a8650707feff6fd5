//! Pieces of work that come to the same, measured in turns.

use std::time::Duration;

use crate::row::{Goal, Row, Unit};
use crate::statistics::Samples;
use crate::work::Work;

/// How often each has two turns, and how long a turn takes at least.
const ROUNDS: usize = 150;
const TURN: Duration = Duration::from_millis(1);

/// Ours beside others.
pub struct Comparison {
    pub name: &'static str,
    pub ours: Work,
    pub rivals: Vec<Rival>,
    /// How many blocks of memory ours may ask for.
    pub most_allocations: Option<f64>,
}

/// A floor that nobody can get below, or a peer.
pub struct Rival {
    pub name: &'static str,
    pub work: Work,
    pub goal: Option<Goal>,
}

impl Comparison {
    /// Two rows for each rival: the time, and the blocks of memory asked for.
    pub fn run(self) -> Vec<Row> {
        let mut contenders = vec![Contender::new(self.ours)];
        let mut rivals = Vec::new();
        for rival in self.rivals {
            contenders.push(Contender::new(rival.work));
            rivals.push((rival.name, rival.goal));
        }
        // In turns, so that whatever slows the machine slows all; forth and back, so that nobody
        // always follows the same one.
        for _ in 0..ROUNDS {
            contenders.iter_mut().for_each(Contender::take_turn);
            contenders.iter_mut().rev().for_each(Contender::take_turn);
        }

        let (ours, theirs) = contenders.split_first_mut().expect("ours");
        let our_blocks = ours.allocations();
        let mut most_allocations = self.most_allocations.map(Goal::AtMost);
        let mut rows = Vec::new();
        for ((rival, goal), contender) in rivals.into_iter().zip(theirs) {
            let our_times = (self.name, &ours.times);
            let their_times = (rival, &contender.times);
            rows.push(Row::new(our_times, their_times, Unit::Nanoseconds, goal));
            let our_blocks = (self.name, &our_blocks);
            let their_blocks = (rival, &contender.allocations());
            // The goal is for ours alone: said once.
            let goal = most_allocations.take();
            rows.push(Row::new(our_blocks, their_blocks, Unit::Allocations, goal));
        }
        rows
    }
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
        while work(repetitions).time < TURN && repetitions < 1 << 24 {
            repetitions *= 2;
        }
        Self { work, repetitions, times: Samples::default() }
    }

    fn take_turn(&mut self) {
        let time = (self.work)(self.repetitions).time;
        self.times.push(time.as_nanos() as f64 / f64::from(self.repetitions));
    }

    fn allocations(&mut self) -> Samples {
        Samples::exactly((self.work)(1).allocations as f64)
    }
}
