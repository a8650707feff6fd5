//! Two pieces of work, measured in turns.

use std::time::{Duration, Instant};

use crate::allocations;
use crate::report::Row;

const SAMPLES: usize = 301;
const SAMPLE_TIME: Duration = Duration::from_micros(500);

/// Ours beside something to hold it against.
pub struct Comparison {
    pub name: &'static str,
    pub against: &'static str,
    pub ours: Box<dyn FnMut()>,
    pub theirs: Box<dyn FnMut()>,
    /// The ratio ours/theirs that we want to stay at or below.
    pub goal: Option<f64>,
    /// The number of allocations that we want to stay at or below.
    pub allocations_goal: Option<u64>,
}

impl Comparison {
    pub fn run(mut self) -> Vec<Row> {
        let iterations = calibrate(&mut self.ours).min(calibrate(&mut self.theirs));
        let mut ours = Vec::with_capacity(SAMPLES);
        let mut theirs = Vec::with_capacity(SAMPLES);
        // In turns, so that whatever slows the machine slows both.
        for _ in 0..SAMPLES {
            ours.push(sample(&mut self.ours, iterations));
            theirs.push(sample(&mut self.theirs, iterations));
        }
        let (ours, our_spread) = median_and_spread(ours);
        let (theirs, their_spread) = median_and_spread(theirs);
        let ratio = ours / theirs;
        let time = Row {
            name: self.name,
            unit: "ns",
            ours,
            our_spread,
            against: self.against,
            theirs: Some(theirs),
            their_spread: Some(their_spread),
            ratio: Some(ratio),
            goal: self.goal,
            met: self.goal.map(|goal| ratio <= goal),
        };
        let count = |work: &mut Box<dyn FnMut()>| allocations::of(work) as f64;
        let (ours, theirs) = (count(&mut self.ours), count(&mut self.theirs));
        let blocks = Row {
            unit: "allocations",
            ours,
            our_spread: 0.0,
            theirs: Some(theirs),
            their_spread: Some(0.0),
            ratio: (theirs > 0.0).then(|| ours / theirs),
            goal: self.allocations_goal.map(|goal| goal as f64),
            met: self.allocations_goal.map(|goal| ours <= goal as f64),
            ..time
        };
        vec![time, blocks]
    }
}

fn calibrate(work: &mut Box<dyn FnMut()>) -> u32 {
    let mut iterations = 1;
    loop {
        let start = Instant::now();
        for _ in 0..iterations {
            work();
        }
        if start.elapsed() >= SAMPLE_TIME || iterations >= 1 << 24 {
            return iterations;
        }
        iterations *= 2;
    }
}

fn sample(work: &mut Box<dyn FnMut()>, iterations: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..iterations {
        work();
    }
    start.elapsed().as_nanos() as f64 / f64::from(iterations)
}

/// The median, and half the distance between the quartiles as a part of it.
fn median_and_spread(mut samples: Vec<f64>) -> (f64, f64) {
    samples.sort_by(f64::total_cmp);
    let at = |part: usize| samples[samples.len() * part / 4];
    let median = at(2);
    (median, (at(3) - at(1)) / 2.0 / median)
}
