//! A bucket in memory, in place of object storage.

use std::collections::HashMap;
use std::sync::Mutex;

use futures_util::stream;
use http::{Method, Request, Response, StatusCode};
use opendal_core::{Buffer, Error, ErrorKind, HttpBody, HttpTransport, Result};

/// A bucket that accepts requests signed with temporary credentials and prints their access key id.
#[derive(Default)]
pub(crate) struct Bucket(Mutex<HashMap<String, Buffer>>);

impl HttpTransport for Bucket {
    async fn fetch(&self, request: Request<Buffer>) -> Result<Response<HttpBody>> {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let signature = header("authorization").unwrap_or_default();
        let key = signature.split(':').next().unwrap_or_default();
        println!("{} {} with {key}", request.method(), request.uri().path());
        if !key.starts_with("OBS HST") || header("x-obs-security-token").is_none() {
            return Ok(response(StatusCode::FORBIDDEN, Buffer::new()));
        }
        let mut objects = self.0.lock().map_err(|_| {
            Error::new(ErrorKind::Unexpected, "another request to the bucket has panicked")
        })?;
        let path = request.uri().path().to_owned();
        if request.method() == Method::PUT {
            objects.insert(path, request.into_body());
            return Ok(response(StatusCode::OK, Buffer::new()));
        }
        Ok(match objects.get(&path) {
            Some(object) => response(StatusCode::OK, object.clone()),
            None => response(StatusCode::NOT_FOUND, Buffer::new()),
        })
    }
}

fn response(status: StatusCode, body: Buffer) -> Response<HttpBody> {
    let length = body.len() as u64;
    let body = HttpBody::new(stream::iter([Ok(body)]), Some(length));
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert("content-length", length.into());
    response
}
