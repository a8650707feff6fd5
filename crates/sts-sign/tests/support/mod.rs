//! Providers and helpers for tests of `RequestSigner`.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use sts_credentials::{
    Credentials, CredentialsError, CredentialsRequest, ProvideCredentials, blocking,
};
use time::OffsetDateTime;
use time::macros::datetime;

pub const NOW: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);

/// Output of a future that is ready at once.
pub fn ready<T>(future: impl Future<Output = T>) -> T {
    let poll = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(output) = poll else { unreachable!("the future is ready at once") };
    output
}

pub fn permanent(id: &str) -> Arc<Credentials> {
    Arc::new(Credentials::permanent(id, "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z"))
}

pub fn get() -> http::Request<&'static str> {
    http::Request::get("https://ecs.cn-north-4.myhuaweicloud.com/v1/0a1b/cloudservers")
        .body("")
        .unwrap()
}

/// Returns the access key id in the `Authorization` header.
pub fn signed_by<B>(request: &http::Request<B>) -> String {
    let value = request.headers()["authorization"].to_str().unwrap();
    let id = value.split_once("Access=").or_else(|| value.split_once("Credential=")).unwrap().1;
    id.split([',', '/']).next().unwrap().to_owned()
}

/// Provider that moves to the next credentials when the current ones are reported as rejected, and
/// stays with the last.
#[derive(Clone, Default)]
pub struct Rotating(Arc<Mutex<Rotation>>);

#[derive(Default)]
struct Rotation {
    credentials: Vec<Arc<Credentials>>,
    /// The access key ids that were reported.
    reported: Vec<Option<String>>,
}

impl Rotating {
    pub fn new(ids: &[&str]) -> Self {
        let credentials = ids.iter().rev().map(|id| permanent(id)).collect();
        Self(Arc::new(Mutex::new(Rotation { credentials, reported: Vec::new() })))
    }

    /// Returns the rejected access key id of each request to the provider.
    pub fn reported(&self) -> Vec<Option<String>> {
        self.0.lock().unwrap().reported.clone()
    }
}

impl blocking::ProvideCredentials for Rotating {
    fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        let mut rotation = self.0.lock().unwrap();
        rotation.reported.push(request.rejected.as_ref().map(|it| it.access_key_id.clone()));
        let is_current = rotation.credentials.last() == request.rejected.as_ref();
        if is_current && rotation.credentials.len() > 1 {
            rotation.credentials.pop();
        }
        rotation.credentials.last().cloned().ok_or_else(|| CredentialsError::new("vault is empty"))
    }
}

impl ProvideCredentials for Rotating {
    async fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        blocking::ProvideCredentials::credentials(self, request)
    }
}
