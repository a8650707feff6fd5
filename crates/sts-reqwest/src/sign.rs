//! Signing of reqwest's requests.

#[cfg(feature = "blocking")]
pub(crate) mod blocking;

use http::request::Parts;
use http::{HeaderMap, Method, Uri};
use reqwest::Url;
use sts_client::ProvideCredentials;
use sts_sign::{Attempts, Payload, RequestSignError, SignError, Signer};
use thiserror::Error;
use time::OffsetDateTime;

/// Signs `request` in place with the date `now`, which the service compares with its clock.
///
/// It sets the headers of [`Signer::sign_parts`]. Send the request unchanged, with a client that
/// does not follow redirects: a signature is valid for one host and one date.
///
/// ```
/// use sts_reqwest::reqwest::{Method, Request};
/// use sts_sign::Signer;
///
/// let signer = Signer::from_parts("EXAMPLEAK00000000001", "a1B2c3")?;
/// let url = "https://ecs.cn-north-4.myhuaweicloud.com/v1/PROJECT_ID/cloudservers/detail?limit=10";
/// let mut request = Request::new(Method::GET, url.parse()?);
/// sts_reqwest::sign(&mut request, &signer, time::OffsetDateTime::now_utc())?;
/// assert!(request.headers()["authorization"].is_sensitive());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// - The body is a stream; use [`sign_with_payload`].
/// - The request cannot be signed; see [`SignError`]. It is unchanged in this case.
pub fn sign(
    request: &mut reqwest::Request,
    signer: &Signer,
    now: OffsetDateTime,
) -> Result<(), SignRequestError> {
    sign_body(request, signer, now)
}

/// Signs `request` in place with the hash of a streaming body, or without it.
///
/// # Errors
///
/// Returns an error if the request cannot be signed; see [`SignError`]. It is unchanged in this case.
pub fn sign_with_payload(
    request: &mut reqwest::Request,
    signer: &Signer,
    payload: Payload<'_>,
    now: OffsetDateTime,
) -> Result<(), SignRequestError> {
    sign_payload(request, signer, payload, now)
}

/// Signs an attempt in place with the credentials of a provider, which refresh automatically.
///
/// Pass `&mut signer.attempts()` for a request that is sent once, or keep the attempts to observe the
/// response and sign again; see [`Attempts`]. If the future is dropped, the request is unchanged.
///
/// ```
/// use sts_reqwest::reqwest::{Method, Request};
/// use sts_sign::RequestSigner;
/// # use sts_client::{Credentials, SharedCredentials};
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// # let session = SharedCredentials::from(Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3"));
/// let signer = RequestSigner::new(session); // or any credential provider
/// let url = "https://ecs.cn-north-4.myhuaweicloud.com/v1/PROJECT_ID/cloudservers/detail?limit=10";
/// let mut request = Request::new(Method::GET, url.parse()?);
/// let now = time::OffsetDateTime::now_utc();
/// sts_reqwest::sign_attempt(&mut request, &mut signer.attempts(), now).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// - The body is a stream; use [`sign_attempt_with_payload`].
/// - The provider has no credentials, or they cannot sign the request; see [`RequestSignError`].
pub async fn sign_attempt<P: ProvideCredentials>(
    request: &mut reqwest::Request,
    attempts: &mut Attempts<'_, P>,
    now: OffsetDateTime,
) -> Result<(), SignRequestError> {
    let mut head = head(request)?;
    attempts.sign_parts(&mut head, payload(request)?, now).await?;
    *request.headers_mut() = head.headers;
    Ok(())
}

/// Like [`sign_attempt`], with the hash of a streaming body, or without it.
///
/// # Errors
///
/// The provider has no credentials, or they cannot sign the request; see [`RequestSignError`].
pub async fn sign_attempt_with_payload<P: ProvideCredentials>(
    request: &mut reqwest::Request,
    attempts: &mut Attempts<'_, P>,
    payload: Payload<'_>,
    now: OffsetDateTime,
) -> Result<(), SignRequestError> {
    let mut head = head(request)?;
    attempts.sign_parts(&mut head, payload, now).await?;
    *request.headers_mut() = head.headers;
    Ok(())
}

/// What reqwest's async and blocking requests have in common.
trait AnyRequest {
    fn method(&self) -> &Method;
    fn url(&self) -> &Url;
    fn headers(&self) -> &HeaderMap;
    fn headers_mut(&mut self) -> &mut HeaderMap;
    /// Returns the body, unless it is a stream.
    fn bytes(&self) -> Option<&[u8]>;
}

macro_rules! any_request {
    ($request:ty, $body:ty) => {
        impl AnyRequest for $request {
            fn method(&self) -> &Method {
                self.method()
            }

            fn url(&self) -> &Url {
                self.url()
            }

            fn headers(&self) -> &HeaderMap {
                self.headers()
            }

            fn headers_mut(&mut self) -> &mut HeaderMap {
                self.headers_mut()
            }

            fn bytes(&self) -> Option<&[u8]> {
                self.body().map_or(Some(&[]), <$body>::as_bytes)
            }
        }
    };
}

any_request!(reqwest::Request, reqwest::Body);
#[cfg(feature = "blocking")]
any_request!(reqwest::blocking::Request, reqwest::blocking::Body);

fn sign_body(
    request: &mut impl AnyRequest,
    signer: &Signer,
    now: OffsetDateTime,
) -> Result<(), SignRequestError> {
    // A request cannot lend its headers mutably together with its body.
    let mut headers = std::mem::take(request.headers_mut());
    let outcome = payload(request).and_then(|payload| {
        Ok(signer.sign_parts(request.method(), &uri(request)?, &mut headers, payload, now)?)
    });
    *request.headers_mut() = headers;
    outcome
}

fn sign_payload(
    request: &mut impl AnyRequest,
    signer: &Signer,
    payload: Payload<'_>,
    now: OffsetDateTime,
) -> Result<(), SignRequestError> {
    let (uri, method) = (uri(request)?, request.method().clone());
    Ok(signer.sign_parts(&method, &uri, request.headers_mut(), payload, now)?)
}

/// Returns a copy of the head of a request.
fn head(request: &impl AnyRequest) -> Result<Parts, SignRequestError> {
    let (mut head, ()) = http::Request::new(()).into_parts();
    head.method = request.method().clone();
    head.uri = uri(request)?;
    head.headers = request.headers().clone();
    Ok(head)
}

/// Returns the body in memory.
fn payload(request: &impl AnyRequest) -> Result<Payload<'_>, SignRequestError> {
    request.bytes().map(Payload::Bytes).ok_or(SignRequestError::StreamingBody)
}

fn uri(request: &impl AnyRequest) -> Result<Uri, SignRequestError> {
    request.url().as_str().parse().map_err(|_| SignRequestError::InvalidUrl)
}

/// Error of a request that cannot be signed.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum SignRequestError {
    /// The body is a stream, so its hash is not known.
    #[error(
        "the body is a stream; sign its hash, or no payload, with `sign_with_payload` or \
         `sign_attempt_with_payload`"
    )]
    StreamingBody,
    /// The URL is not a valid URI for HTTP.
    #[error("the URL of the request is not a valid HTTP URI")]
    InvalidUrl,
    /// The signer rejected the request.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The provider has no credentials, or they cannot sign the request.
    #[error(transparent)]
    Provider(#[from] RequestSignError),
}
