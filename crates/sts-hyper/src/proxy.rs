//! Authentication at a proxy.

use std::io::Write as _;

use base64::prelude::BASE64_STANDARD;
use base64::write::EncoderWriter;
use http::HeaderValue;
use sts_client::transport::Proxy;
use sts_proto::BodyWriter;

/// Returns the value of `Proxy-Authorization`, in memory that is wiped.
pub(crate) fn authorization(proxy: &Proxy) -> Option<HeaderValue> {
    let (user, password) = proxy.credentials()?;
    let mut value = BodyWriter::default();
    value.extend(b"Basic ");
    let mut encoder = EncoderWriter::new(value, &BASE64_STANDARD);
    for part in [user.expose_secret(), ":", password.expose_secret()] {
        encoder.write_all(part.as_bytes()).ok()?;
    }
    let value = encoder.finish().ok()?.finish().into_bytes();
    let mut value = HeaderValue::from_maybe_shared(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}
