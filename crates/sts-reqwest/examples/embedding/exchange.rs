//! One exchange over reqwest.

use http::{Request, Response};
use sts_proto::{Body, BodyWriter};

/// Maximum size of a response in bytes. Documented responses have a few kilobytes.
const RESPONSE_LIMIT: usize = 1 << 20;

/// Sends a request unchanged, and collects the response.
pub(crate) async fn send(
    http: &reqwest::Client,
    request: Request<Body>,
) -> Result<Response<Body>, reqwest::Error> {
    let request = reqwest::Request::try_from(request.map(Body::into_bytes))?;
    let mut response = http.execute(request).await?;
    let mut body = BodyWriter::default();
    while let Some(piece) = response.chunk().await? {
        body.extend(&piece);
        if body.len() > RESPONSE_LIMIT {
            break; // a truncated response does not decode
        }
    }
    let (head, _) = Response::from(response).into_parts();
    Ok(Response::from_parts(head, body.finish()))
}
