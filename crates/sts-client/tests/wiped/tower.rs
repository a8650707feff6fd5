//! Requests signed by the layer for tower.

use std::future::{Ready, ready};
use std::io;
use std::task::{Context, Poll};

use futures_lite::future::block_on;
use http::{Request, Response};
use sts_client::SharedCredentials;
use sts_client::proto::Body;
use sts_client::sign::RequestSigner;
use sts_client::tower::SignLayer;
use tower_layer::Layer as _;
use tower_service::Service;
use xtask_secrets::mark;

use crate::{ALLOCATOR, Advancing, credentials, show};

/// Service that rejects all requests with an echo of the token.
#[derive(Clone)]
struct Rejecting;

impl Service<Request<Body>> for Rejecting {
    type Response = Response<Body>;
    type Error = io::Error;
    type Future = Ready<io::Result<Response<Body>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        show(&request);
        drop(request);
        let body = concat!(
            r#"{"error_code":"APIGW.0301","error_msg":"verify aksk signature fail,canonicalRequest:POST|/|x-security-token:"#,
            mark!(),
            r#"||"}"#
        );
        let response = Response::builder().status(401).body(Body::from(body.as_bytes().to_vec()));
        ready(Ok(response.unwrap()))
    }
}

pub(crate) fn wipes_requests() {
    ALLOCATOR.assert_wiped("tower", || {
        let signer = RequestSigner::new(SharedCredentials::from(credentials()));
        let layer = SignLayer::new(signer, Advancing::default());
        let mut service = layer.layer(Rejecting);
        for _ in 0..2 {
            let request = Request::post("https://ecs.example.com/v1/servers");
            let request = request.body(Body::from(mark!().as_bytes().to_vec())).unwrap();
            show(&block_on(service.call(request)));
        }
    });
}
