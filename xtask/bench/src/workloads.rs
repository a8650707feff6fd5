//! What is measured, and against what.

mod by_hand;
mod calls;
mod clients;
mod connecting;
mod emulator;
mod exchanges;
mod messages;
mod pools;
mod sessions;
mod signatures;

use std::thread;

use crate::comparison::{Comparison, LIVES, Measurement};
use crate::cores;
use crate::responses;
use crate::row::Row;
use crate::server::Server;
use crate::steps::Steps;

/// The rows of all workloads that have `only` in their names, telling of each before it begins.
/// Exchanges under load are only measured if `with_loads` is set.
pub fn run(only: &str, with_loads: bool, steps: &Steps) -> Vec<Row> {
    let plain = Server::start(responses::assume_agency());
    let tls = Server::start_with_tls(responses::assume_agency());
    let mut small = messages::all();
    small.extend(signatures::all());
    small.extend(calls::all());
    small.extend(sessions::all());
    let mut rows = Vec::new();
    // Apart, because pools and clients leave a heap behind in which allocations take longer.
    let groups = [small, pools::all(), connecting::all(&plain, &tls)];
    for (mut group, name) in groups.into_iter().zip(["operations", "pools", "new clients"]) {
        group.retain(|one| one.name.contains(only));
        if !group.is_empty() {
            rows.extend(measure(group, name, steps));
        }
    }

    if pools::MEMORY.contains(only) {
        steps.expect(1);
        rows.push(steps.run(pools::MEMORY, pools::memory));
    }
    if !with_loads {
        return rows;
    }

    let servers = emulator::start(&plain);
    let duels = || {
        cores::call_here();
        let mut duels = exchanges::all(&plain, &tls);
        duels.extend(emulator::all(&servers));
        duels.retain(|one| one.name.contains(only));
        steps.expect(duels.len());
        for duel in duels {
            rows.extend(steps.run(duel.name, || duel.run()));
        }
    };
    // A thread of its own: this one is bound to no core.
    thread::scope(|scope| scope.spawn(duels).join()).expect("rows");
    rows
}

/// Measures comparisons. Each life has a turn of all, so that a program that disturbs the machine for some
/// seconds affects few lives of each.
fn measure(comparisons: Vec<Comparison>, name: &str, steps: &Steps) -> Vec<Row> {
    let mut measurements: Vec<_> = comparisons.into_iter().map(Measurement::new).collect();
    steps.expect(LIVES);
    for life in 0..LIVES {
        let step = format!("{name}, life {} of {LIVES}", life + 1);
        steps.run(&step, || measurements.iter_mut().for_each(|one| one.live(life)));
    }
    measurements.into_iter().flat_map(Measurement::into_rows).collect()
}
