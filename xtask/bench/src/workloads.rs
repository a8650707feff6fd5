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
    let mut comparisons = messages::all();
    comparisons.extend(signatures::all());
    comparisons.extend(calls::all());
    comparisons.extend(sessions::all());
    comparisons.extend(pools::all());
    comparisons.extend(connecting::all(&plain, &tls));
    comparisons.retain(|one| one.name.contains(only));
    steps.expect(comparisons.len());
    let mut rows = Vec::new();
    for comparison in comparisons {
        rows.extend(steps.run(comparison.name, || comparison.run()));
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
