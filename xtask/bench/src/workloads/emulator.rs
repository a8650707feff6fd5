//! The emulator compared with a server that sends a fixed response, both called by the same raw client.

use std::time::SystemTime;

use http::Request;
use http_body_util::{BodyExt, Full};
use sts_emulator::{Emulator, builtin};
use sts_proto::{AssumeAgency, Body, Endpoint, GetCallerIdentity, Operation};
use sts_sign::Signer;

use super::clients::{MOST_AT_ONCE, raw_hyper, runtime};
use crate::cores;
use crate::load::{Calls, Duel, loops};
use crate::server::Server;

const GOAL: f64 = 0.6;

pub fn start() -> Emulator {
    let start = || {
        cores::serve_here();
        Emulator::builder().start_blocking().expect("an emulator")
    };
    std::thread::spawn(start).join().expect("an emulator")
}

pub fn all<'a>(emulator: &'a Emulator, server: &'a Server) -> Vec<Duel<'a>> {
    let duel = |name, request: fn(&Endpoint) -> Request<Body>| Duel {
        name,
        ours: Box::new(move || calls(emulator.url(), server, request)),
        against: "a hyper server that only responds",
        theirs: Box::new(move || calls(&server.url, server, request)),
        goal: GOAL,
    };
    vec![
        duel("sts-emulator, GetCallerIdentity, 64 at a time", |endpoint| {
            GetCallerIdentity::new().to_request(endpoint).expect("a request")
        }),
        duel("sts-emulator, AssumeAgency, 64 at a time", |endpoint| {
            let operation = AssumeAgency::new(builtin::AGENCY_URN, "bench");
            operation.to_request(endpoint).expect("a request")
        }),
    ]
}

/// Signs each request anew: the emulator looks at the time.
fn calls<'a>(url: &str, plain: &Server, request: fn(&Endpoint) -> Request<Body>) -> Calls<'a> {
    let signer =
        Signer::from_parts(builtin::ACCESS_KEY_ID, builtin::SECRET_ACCESS_KEY).expect("keys");
    let endpoint = Endpoint::parse_allowing_http(url).expect("an endpoint");
    let (runtime, client) = (runtime(), raw_hyper(plain));
    Box::new(move |end| {
        let call = async || {
            let mut request = request(&endpoint);
            signer.sign(&mut request, SystemTime::now().into()).expect("a signature");
            let request = request.map(|body| Full::new(body.into_bytes()));
            let response = client.request(request).await.expect("a response");
            assert!(response.status().is_success(), "{}", response.status());
            response.into_body().collect().await.expect("a body");
        };
        runtime.block_on(loops(MOST_AT_ONCE, end, call))
    })
}
