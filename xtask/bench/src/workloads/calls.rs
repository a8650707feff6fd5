//! Whole calls without a socket.

use std::future::ready;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_http_client::test_util::infallible_client_fn;
use http::Response;
use sts_client::{Client, Exchange, Transport, TransportError};
use sts_proto::{Body, Credentials, Region};

use super::by_hand;
use super::messages::operation;
use super::signatures::{ACCESS_KEY_ID, SECRET_ACCESS_KEY, token};
use crate::comparison::{Comparison, Rival};
use crate::responses;
use crate::row::Goal;
use crate::work::{Work, repeated};

pub fn all() -> Vec<Comparison> {
    vec![Comparison {
        name: "a whole call without a socket",
        ours: Box::new(call),
        rivals: vec![
            Rival {
                name: "by hand",
                work: Box::new(|| by_hand::call(responses::assume_agency())),
                goal: Some(Goal::RatioAtMost(1.2)),
            },
            Rival {
                name: "aws-sdk-sts, AssumeRole",
                work: Box::new(aws_sdk_sts),
                // 3.5 of the 36.6 us that it took where the goal was set: ratios carry over, times do not.
                goal: Some(Goal::RatioAtMost(0.096)),
            },
        ],
        most_allocations: Some(30.0),
    }]
}

/// Returns a fixed response immediately.
pub struct Mock(Body);

impl Transport for Mock {
    fn send(
        &self,
        exchange: Exchange,
    ) -> impl Future<Output = Result<Response<Body>, TransportError>> + Send {
        black_box(exchange);
        ready(Ok(Response::new(self.0.clone())))
    }

    fn sleep(&self, _: Duration) -> impl Future<Output = ()> + Send {
        ready(())
    }
}

pub fn client() -> Client<Mock, Arc<Credentials>> {
    let keys = Credentials::permanent(ACCESS_KEY_ID, SECRET_ACCESS_KEY).security_token(token());
    Client::builder(Mock(Body::from(responses::assume_agency())))
        .region(Region::CN_NORTH_4)
        .credentials(keys)
        .build()
        .expect("a client")
}

fn call() -> Work {
    let (client, operation) = (client(), operation());
    repeated(move || {
        let output = futures_lite::future::block_on(client.call(black_box(&operation)));
        black_box(output.expect("an output"));
    })
}

fn aws_sdk_sts() -> Work {
    let answer = responses::assume_role();
    let http = infallible_client_fn(move |_| {
        let body = aws_smithy_types::body::SdkBody::from(answer.as_slice());
        http::Response::builder().status(200).body(body).expect("a response")
    });
    let keys = aws_credential_types::Credentials::new(
        ACCESS_KEY_ID,
        SECRET_ACCESS_KEY,
        Some(token()),
        None,
        "bench",
    );
    let config = aws_sdk_sts::Config::builder()
        .http_client(http)
        .credentials_provider(keys)
        .region(aws_sdk_sts::config::Region::new("us-east-1"))
        .build();
    let client = aws_sdk_sts::Client::from_conf(config);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime");
    repeated(move || {
        let role = client
            .assume_role()
            .role_arn("arn:aws:iam::123456789012:role/reader")
            .role_session_name("build-42")
            .duration_seconds(1800);
        let output = runtime.block_on(role.send()).expect("an output");
        assert!(output.credentials().is_some());
    })
}
