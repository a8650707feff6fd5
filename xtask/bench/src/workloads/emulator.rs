//! The emulator compared with a server that sends the same responses without reading the requests,
//! both called by the same raw client.

use std::time::SystemTime;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use sts_emulator::{Emulator, builtin};
use sts_proto::{AssumeAgency, Body, Endpoint, GetCallerIdentity, Operation};
use sts_sign::Signer;

use super::clients::{MOST_AT_ONCE, RawHyper, raw_hyper, runtime};
use crate::cores;
use crate::load::{Calls, Duel, Goals, loops};
use crate::server::Server;

/// The emulator, and a server for each of its measured responses.
pub struct Servers {
    emulator: Emulator,
    plain: Server,
    operations: Vec<Measured>,
}

struct Measured {
    name: &'static str,
    request: fn(&Endpoint) -> Request<Body>,
    /// Sends the same response as the emulator.
    server: Server,
    calls_at_least: f64,
}

pub fn start(plain: &Server) -> Servers {
    let start = || {
        cores::serve_here();
        Emulator::builder().start_blocking().expect("an emulator")
    };
    let emulator = std::thread::spawn(start).join().expect("an emulator");
    let measured = |name, request, calls_at_least| {
        let response = runtime().block_on(Caller::new(emulator.url(), plain, request).call());
        Measured { name, request, server: Server::start(response.into()), calls_at_least }
    };
    let operations = vec![
        measured(
            "sts-emulator, GetCallerIdentity, 64 at a time",
            |endpoint| GetCallerIdentity::new().to_request(endpoint).expect("a request"),
            1.03,
        ),
        measured(
            "sts-emulator, AssumeAgency, 64 at a time",
            |endpoint| {
                let operation = AssumeAgency::new(builtin::AGENCY_URN, "bench");
                operation.to_request(endpoint).expect("a request")
            },
            0.63,
        ),
    ];
    Servers { emulator, plain: plain.clone(), operations }
}

pub fn all(servers: &Servers) -> Vec<Duel<'_>> {
    let Servers { emulator, plain, operations } = servers;
    let duel = |operation: &'_ Measured| {
        let Measured { name, request, calls_at_least, .. } = *operation;
        let server_url = operation.server.url.clone();
        Duel {
            name,
            ours: Box::new(move || calls(emulator.url(), plain, request)),
            against: "a hyper server that only responds",
            theirs: Box::new(move || calls(&server_url, plain, request)),
            goals: Goals { calls_at_least, slowest_at_most: None },
        }
    };
    operations.iter().map(duel).collect()
}

/// Signs each request anew: the emulator looks at the time.
struct Caller {
    signer: Signer,
    endpoint: Endpoint,
    client: RawHyper,
    request: fn(&Endpoint) -> Request<Body>,
}

impl Caller {
    fn new(url: &str, plain: &Server, request: fn(&Endpoint) -> Request<Body>) -> Self {
        let signer =
            Signer::from_parts(builtin::ACCESS_KEY_ID, builtin::SECRET_ACCESS_KEY).expect("keys");
        let endpoint = Endpoint::parse_allowing_http(url).expect("an endpoint");
        Self { signer, endpoint, client: raw_hyper(plain), request }
    }

    /// Returns the body of the response.
    async fn call(&self) -> Bytes {
        let mut request = (self.request)(&self.endpoint);
        self.signer.sign(&mut request, SystemTime::now().into()).expect("a signature");
        let request = request.map(|body| Full::new(body.into_bytes()));
        let response = self.client.request(request).await.expect("a response");
        assert!(response.status().is_success(), "{}", response.status());
        response.into_body().collect().await.expect("a body").to_bytes()
    }
}

fn calls<'a>(url: &str, plain: &Server, request: fn(&Endpoint) -> Request<Body>) -> Calls<'a> {
    let (runtime, caller) = (runtime(), Caller::new(url, plain, request));
    Box::new(move |end| {
        runtime.block_on(loops(MOST_AT_ONCE, end, async || drop(caller.call().await)))
    })
}
