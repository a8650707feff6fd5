//! The first exchange of a program: a new client, and a connection made for it.

use futures_lite::future::block_on;

use super::clients::{self, runtime, signed};
use crate::comparison::{Comparison, Rival};
use crate::server::Server;
use crate::work::{Work, repeated};

pub fn all(plain: &Server, tls: &Server) -> Vec<Comparison> {
    let comparison = |name, ours: Work, against, theirs: Work| Comparison {
        name,
        ours,
        rivals: vec![Rival { name: against, work: theirs, goal: None }],
        most_allocations: None,
    };
    let hyper = |name, server| {
        comparison(name, our_hyper(server), "hyper-util's client", raw_hyper(server))
    };
    let isahc =
        |name, server| comparison(name, our_isahc(server), "isahc's client", raw_isahc(server));
    vec![
        hyper("sts-hyper, new client and connection, plain", plain),
        hyper("sts-hyper, new client and connection, TLS", tls),
        isahc("sts-isahc, new client and connection, plain", plain),
        isahc("sts-isahc, new client and connection, TLS", tls),
    ]
}

fn our_hyper(server: &Server) -> Work {
    let (server, request, runtime) = (server.clone(), signed(server), runtime());
    repeated(move || {
        let transport = clients::our_hyper(&server);
        runtime.block_on(clients::exchange(&transport, &request));
    })
}

fn raw_hyper(server: &Server) -> Work {
    let (server, request, runtime) = (server.clone(), signed(server), runtime());
    repeated(move || {
        let client = clients::raw_hyper(&server);
        runtime.block_on(clients::exchange_by_raw_hyper(&client, &request));
    })
}

fn our_isahc(server: &Server) -> Work {
    let (server, request) = (server.clone(), signed(server));
    repeated(move || block_on(clients::exchange(&clients::our_isahc(&server), &request)))
}

fn raw_isahc(server: &Server) -> Work {
    let (server, request) = (server.clone(), signed(server));
    repeated(move || {
        block_on(clients::exchange_by_raw_isahc(&clients::raw_isahc(&server), &request));
    })
}
