//! What is measured, and against what.

mod by_hand;
mod calls;
mod clients;
mod connecting;
mod emulator;
mod exchanges;
mod messages;
mod sessions;
mod signatures;

use std::thread;

use crate::cores;
use crate::responses;
use crate::row::Row;
use crate::server::Server;

/// The rows of all workloads that have `only` in their names, telling of each before it begins.
pub fn run(only: &str, progress: impl Fn(&str) + Sync) -> Vec<Row> {
    let plain = Server::start(responses::assume_agency());
    let tls = Server::start_with_tls(responses::assume_agency());
    let mut comparisons = messages::all();
    comparisons.extend(signatures::all());
    comparisons.extend(calls::all());
    comparisons.extend(sessions::all());
    comparisons.extend(connecting::all(&plain, &tls));
    let mut rows = Vec::new();
    for comparison in comparisons.into_iter().filter(|one| one.name.contains(only)) {
        progress(comparison.name);
        rows.extend(comparison.run());
    }

    let emulator = emulator::start();
    let duels = || {
        cores::call_here();
        let mut duels = exchanges::all(&plain, &tls);
        duels.extend(emulator::all(&emulator, &plain));
        for duel in duels.into_iter().filter(|one| one.name.contains(only)) {
            progress(duel.name);
            rows.extend(duel.run());
        }
    };
    // Of its own, for this one is bound to no core.
    thread::scope(|scope| scope.spawn(duels).join()).expect("rows");
    rows
}
