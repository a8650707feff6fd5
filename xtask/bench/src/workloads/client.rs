//! Whole calls without a socket, and keys that are warm.

use std::future::ready;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_http_client::test_util::infallible_client_fn;
use http::Response;
use sts_client::{Client, Exchange, SystemHost, Transport, TransportError};
use sts_proto::{Body, Credentials, Region};

use super::proto::operation;
use crate::measure::Comparison;

/// Answers at once.
struct Mock(Body);

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

fn client() -> Client<Mock, Arc<Credentials>> {
    let keys =
        Credentials::permanent("HSTEXAMPLE0000000001", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z")
            .with_security_token("ggpjbi1lgg".repeat(30));
    Client::builder(Mock(Body::from(super::proto::answer())), SystemHost)
        .region(Region::CN_NORTH_4)
        .credentials(keys)
        .build()
        .expect("a client")
}

fn call() -> Box<dyn FnMut()> {
    let client = client();
    Box::new(move || {
        let output = futures_lite::future::block_on(client.assume_agency(black_box(operation())));
        black_box(output.expect("an output"));
    })
}

/// An answer to `AssumeRole` with as long a token.
const AWS_ANSWER: &str = concat!(
    r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>"#,
    "<AssumedRoleUser><AssumedRoleId>AROA:build-42</AssumedRoleId>",
    "<Arn>arn:aws:sts::123456789012:assumed-role/reader/build-42</Arn></AssumedRoleUser>",
    "<Credentials><AccessKeyId>ASIAEXAMPLE000000001</AccessKeyId>",
    "<SecretAccessKey>0123456789012345678901234567890123456789</SecretAccessKey>",
    "<SessionToken>TOKEN</SessionToken><Expiration>2036-03-05T07:38:09Z</Expiration></Credentials>",
    "</AssumeRoleResult></AssumeRoleResponse>",
);

fn aws_sdk_sts() -> Box<dyn FnMut()> {
    let answer = AWS_ANSWER.replace("TOKEN", &"ggpjbi1l".repeat(125));
    let http = infallible_client_fn(move |_| {
        http::Response::builder()
            .status(200)
            .body(aws_smithy_types::body::SdkBody::from(answer.as_str()))
            .expect("an answer")
    });
    let keys = aws_credential_types::Credentials::new(
        "HSTEXAMPLE0000000001",
        "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z",
        Some("ggpjbi1lgg".repeat(30)),
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
    Box::new(move || {
        let role = client
            .assume_role()
            .role_arn("arn:aws:iam::123456789012:role/reader")
            .role_session_name("build-42")
            .duration_seconds(1800);
        black_box(runtime.block_on(role.send()).expect("an output"));
    })
}

fn warm_credentials() -> Box<dyn FnMut()> {
    let session = client().session(operation());
    Box::new(move || {
        let keys = futures_lite::future::block_on(session.credentials());
        black_box(keys.expect("keys"));
    })
}

/// What a caller pays at least: the clock, and a pointer to keys that are shared.
fn clock_and_pointer() -> Box<dyn FnMut()> {
    let keys = Arc::new(Credentials::permanent("HSTEXAMPLE0000000001", "secret"));
    let start = std::time::Instant::now();
    Box::new(move || {
        black_box(start.elapsed());
        black_box(Arc::clone(black_box(&keys)));
    })
}

pub fn all() -> Vec<Comparison> {
    vec![
        Comparison {
            name: "a whole call without a socket",
            against: "aws-sdk-sts, AssumeRole",
            ours: call(),
            theirs: aws_sdk_sts(),
            // 3.5 of 36.6 us.
            goal: Some(0.096),
            allocations_goal: Some(30),
        },
        Comparison {
            name: "warm credentials",
            against: "reading the clock and cloning an Arc",
            ours: warm_credentials(),
            theirs: clock_and_pointer(),
            goal: None,
            allocations_goal: Some(0),
        },
    ]
}
