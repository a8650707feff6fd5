//! The first exchange of a program: a new client, and a connection made for it.

use futures_lite::future::block_on;

use super::clients::{self, runtime, signed};
use crate::comparison::{Comparison, Rival};
use crate::server::Server;
use crate::work::{Work, repeated};

pub fn all(plain: &Server, tls: &Server) -> Vec<Comparison> {
    type Connect = fn(&Server) -> Work;
    let comparison = |name, server: &Server, ours: Connect, against, theirs: Connect| {
        let (our_server, their_server) = (server.clone(), server.clone());
        Comparison {
            name,
            ours: Box::new(move || ours(&our_server)),
            rivals: vec![Rival {
                name: against,
                work: Box::new(move || theirs(&their_server)),
                goal: None,
            }],
            most_allocations: None,
        }
    };
    let hyper =
        |name, server| comparison(name, server, our_hyper, "hyper-util's client", raw_hyper);
    let isahc = |name, server| comparison(name, server, our_isahc, "isahc's client", raw_isahc);
    let reqwest =
        |name, server| comparison(name, server, our_reqwest, "reqwest's client", raw_reqwest);
    vec![
        hyper("sts-hyper, new client and connection, plain", plain),
        hyper("sts-hyper, new client and connection, TLS", tls),
        isahc("sts-isahc, new client and connection, plain", plain),
        isahc("sts-isahc, new client and connection, TLS", tls),
        reqwest("sts-reqwest, new client and connection, plain", plain),
        reqwest("sts-reqwest, new client and connection, TLS", tls),
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

fn our_reqwest(server: &Server) -> Work {
    let (server, request, runtime) = (server.clone(), signed(server), runtime());
    repeated(move || {
        let transport = clients::our_reqwest(&server);
        runtime.block_on(clients::exchange(&transport, &request));
    })
}

fn raw_reqwest(server: &Server) -> Work {
    let (server, request, runtime) = (server.clone(), signed(server), runtime());
    repeated(move || {
        let client = clients::raw_reqwest(&server);
        runtime.block_on(clients::exchange_by_raw_reqwest(&client, &request));
    })
}
