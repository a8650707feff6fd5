//! Equivalent work of several implementations, measured in turns.

use std::time::Duration;

use crate::row::{Goal, Row, Unit};
use crate::statistics::Samples;
use crate::work::Work;

/// The number of rounds, with two turns for each implementation, and the minimum time of a turn.
const ROUNDS: usize = 150;
const TURN: Duration = Duration::from_millis(1);

/// Our implementation and those it is compared with.
pub struct Comparison {
    pub name: &'static str,
    pub ours: Work,
    pub rivals: Vec<Rival>,
    /// The maximum number of allocations of our implementation.
    pub most_allocations: Option<f64>,
}

/// The unavoidable part of the work, or a peer.
pub struct Rival {
    pub name: &'static str,
    pub work: Work,
    pub goal: Option<Goal>,
}

impl Comparison {
    /// Returns two rows for each rival: time and allocations.
    pub fn run(self) -> Vec<Row> {
        let mut contenders = vec![Contender::new(self.ours)];
        let mut rivals = Vec::new();
        for rival in self.rivals {
            contenders.push(Contender::new(rival.work));
            rivals.push((rival.name, rival.goal));
        }
        // In turns, so that external load affects all alike; in both orders, so that no
        // implementation always follows the same one.
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
