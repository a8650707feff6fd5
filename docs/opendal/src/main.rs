//! An OpenDAL operator whose requests are signed with the credentials of an assumed agency.
//!
//! ```text
//! cargo run --manifest-path docs/opendal/Cargo.toml
//! ```
//!
//! The agency is that of an emulator on this machine, and the bucket is a map in this program.
#![forbid(unsafe_code)]

use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::Mutex;

use futures_util::stream;
use http::{Method, Request, Response, StatusCode};
use opendal_core::{
    Buffer, Error, ErrorKind, HttpBody, HttpTransport, HttpTransporter, OperationContext, Operator,
    Result,
};
use opendal_service_obs::Obs;
use reqsign_huaweicloud_obs::RequestSigner;
use sts_emulator::{Emulator, builtin};
use sts_hyper::HyperTransport;
use sts_proto::AssumeAgency;

#[path = "../../examples/obs_credentials.rs"]
#[expect(dead_code, reason = "the example's main is not called here")]
mod obs_credentials;

use obs_credentials::{AgencyCredentials, ObsSigner};

/// Signs each request with current credentials. This replaces the signature of OpenDAL, which reads
/// its credentials only once.
struct Signing<T> {
    signer: ObsSigner,
    next: T,
}

impl<T: HttpTransport> HttpTransport for Signing<T> {
    async fn fetch(&self, request: Request<Buffer>) -> Result<Response<HttpBody>> {
        let (mut head, body) = request.into_parts();
        self.signer.sign(&mut head).await.map_err(|error| {
            Error::new(ErrorKind::Unexpected, "cannot sign with the agency").set_source(error)
        })?;
        self.next.fetch(Request::from_parts(head, body)).await
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn StdError>> {
    let emulator = Emulator::builder().start().await?;
    let client = HyperTransport::new()?
        .client()
        .endpoint(emulator.endpoint().clone())
        .credentials(builtin::credentials())
        .build()?;
    let session = client.session(AssumeAgency::new(builtin::AGENCY_URN, "opendal"))?;
    tokio::spawn(session.keep_fresh());

    let signer = ObsSigner {
        credentials: AgencyCredentials(session.clone()),
        bucket: RequestSigner::new("backups"),
    };
    // A real program uses the transport of the crate opendal-http-transport-reqwest as `next`.
    let transport = HttpTransporter::new(Signing { signer, next: Bucket::default() });
    let service = Obs::default()
        .endpoint("https://obs.cn-north-4.myhuaweicloud.com")
        .bucket("backups")
        // OpenDAL requires credentials before it sends a request.
        .access_key_id("replaced")
        .secret_access_key("replaced");
    let context = OperationContext::new().with_http_transport(transport);
    let operator = Operator::new(service)?.with_context(context);

    operator.write("nightly.tar", "what was saved").await?;
    // New credentials, as after an hour.
    session.invalidate(&*session.credentials().await?);
    let saved = operator.read("nightly.tar").await?;
    println!("{}", String::from_utf8(saved.to_vec())?);
    Ok(())
}

/// A bucket that accepts requests signed with temporary credentials and prints their access key id.
#[derive(Default)]
struct Bucket(Mutex<HashMap<String, Buffer>>);

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
