//! A transport that signs.

use http::{Request, Response};
use opendal_core::{Buffer, Error, ErrorKind, HttpBody, HttpTransport, Result};

use crate::obs_credentials::ObsSigner;

/// Signs each request with current credentials. This replaces the signature of OpenDAL, which reads
/// its credentials only once.
pub(crate) struct Signing<T> {
    pub(crate) signer: ObsSigner,
    pub(crate) next: T,
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
