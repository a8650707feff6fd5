//! What is measured, and against what.

mod calls;
mod clients;
mod connecting;
mod emulator;
mod exchanges;
mod messages;
mod sessions;
mod signatures;

use std::thread;

use crate::answers;
use crate::cores;
use crate::row::Row;
use crate::server::Server;

/// All rows, telling of each workload before it begins.
pub fn run(progress: impl Fn(&str) + Sync) -> Vec<Row> {
    let plain = Server::start(answers::assume_agency());
    let tls = Server::start_with_tls(answers::assume_agency());
    let mut comparisons = messages::all();
    comparisons.extend(signatures::all());
    comparisons.extend(calls::all());
    comparisons.extend(sessions::all());
    comparisons.extend(connecting::all(&plain, &tls));
    let mut rows = Vec::new();
    for comparison in comparisons {
        progress(comparison.name);
        rows.extend(comparison.run());
    }

    let emulator = emulator::start();
    let duels = || {
        cores::call_here();
        let mut duels = exchanges::all(&plain, &tls);
        duels.extend(emulator::all(&emulator, &plain));
        for duel in duels {
            progress(duel.name);
            rows.extend(duel.run());
        }
    };
    // Of its own, for this one is bound to no core.
    thread::scope(|scope| scope.spawn(duels).join()).expect("rows");
    rows
}
