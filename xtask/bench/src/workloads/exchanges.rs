//! Exchanges over connections that are there: our transports against the raw clients underneath.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_lite::future::block_on;

use super::clients::{self, MOST_AT_ONCE, runtime, signed};
use crate::load::{Calls, Duel, Goals, loops};
use crate::server::Server;

const GOALS: Goals = Goals { calls_at_least: 0.98, slowest_at_most: Some(1.05) };

pub fn all<'a>(plain: &'a Server, tls: &'a Server) -> Vec<Duel<'a>> {
    vec![
        hyper("sts-hyper, plain, 1 at a time", plain, 1),
        hyper("sts-hyper, plain, 64 at a time", plain, MOST_AT_ONCE),
        hyper("sts-hyper, TLS, 1 at a time", tls, 1),
        hyper("sts-hyper, TLS, 64 at a time", tls, MOST_AT_ONCE),
        isahc("sts-isahc, plain, 1 at a time", plain, 1),
        isahc("sts-isahc, plain, 64 at a time", plain, MOST_AT_ONCE),
        isahc("sts-isahc, TLS, 1 at a time", tls, 1),
        isahc("sts-isahc, TLS, 64 at a time", tls, MOST_AT_ONCE),
        reqwest("sts-reqwest, plain, 1 at a time", plain, 1),
        reqwest("sts-reqwest, plain, 64 at a time", plain, MOST_AT_ONCE),
        reqwest("sts-reqwest, TLS, 1 at a time", tls, 1),
        reqwest("sts-reqwest, TLS, 64 at a time", tls, MOST_AT_ONCE),
    ]
}

fn hyper<'a>(name: &'static str, server: &'a Server, at_once: usize) -> Duel<'a> {
    Duel {
        name,
        ours: Box::new(move || {
            let (runtime, request) = (runtime(), signed(server));
            let transport = clients::our_hyper(server);
            on_kept_connections(server, at_once, move |end| {
                let call = async || clients::exchange(&transport, &request).await;
                runtime.block_on(loops(at_once, end, call))
            })
        }),
        against: "hyper-util's client",
        theirs: Box::new(move || {
            let (runtime, request) = (runtime(), signed(server));
            let client = clients::raw_hyper(server);
            on_kept_connections(server, at_once, move |end| {
                let call = async || clients::exchange_by_raw_hyper(&client, &request).await;
                runtime.block_on(loops(at_once, end, call))
            })
        }),
        goals: GOALS,
    }
}

fn isahc<'a>(name: &'static str, server: &'a Server, at_once: usize) -> Duel<'a> {
    Duel {
        name,
        ours: Box::new(move || {
            let (request, transport) = (signed(server), clients::our_isahc(server));
            on_kept_connections(server, at_once, move |end| {
                let call = async || clients::exchange(&transport, &request).await;
                block_on(loops(at_once, end, call))
            })
        }),
        against: "isahc's client",
        theirs: Box::new(move || {
            let (request, client) = (signed(server), clients::raw_isahc(server));
            on_kept_connections(server, at_once, move |end| {
                let call = async || clients::exchange_by_raw_isahc(&client, &request).await;
                block_on(loops(at_once, end, call))
            })
        }),
        goals: GOALS,
    }
}

fn reqwest<'a>(name: &'static str, server: &'a Server, at_once: usize) -> Duel<'a> {
    Duel {
        name,
        ours: Box::new(move || {
            let (runtime, request) = (runtime(), signed(server));
            let transport = clients::our_reqwest(server);
            on_kept_connections(server, at_once, move |end| {
                let call = async || clients::exchange(&transport, &request).await;
                runtime.block_on(loops(at_once, end, call))
            })
        }),
        against: "reqwest's client",
        theirs: Box::new(move || {
            let (runtime, request) = (runtime(), signed(server));
            let client = clients::raw_reqwest(server);
            on_kept_connections(server, at_once, move |end| {
                let call = async || clients::exchange_by_raw_reqwest(&client, &request).await;
                runtime.block_on(loops(at_once, end, call))
            })
        }),
        goals: GOALS,
    }
}

/// Connecting is measured elsewhere: a client that does not keep its connections is stopped. Rarely a
/// client opens some in one turn, which the medians leave out: it is printed, and tolerated once a run.
fn on_kept_connections<'a>(
    server: &'a Server,
    at_once: usize,
    mut load: impl FnMut(Instant) -> Vec<Duration> + 'a,
) -> Calls<'a> {
    static IS_TOLERATED: AtomicBool = AtomicBool::new(true);
    let mut has_connected = false;
    Box::new(move |end| {
        let before = server.connections();
        let calls = load(end);
        let (connections, count) = (server.connections() - before, calls.len());
        if has_connected && connections > at_once {
            eprintln!("{connections} connections for {count} exchanges in one turn");
            assert!(IS_TOLERATED.swap(false, Ordering::Relaxed), "the client keeps no connections");
        }
        has_connected = true;
        calls
    })
}
