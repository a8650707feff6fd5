//! Authentication at a proxy.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::HeaderValue;
use sts_client::transport::Proxy;

/// Returns the value of `Proxy-Authorization`.
pub(crate) fn authorization(proxy: &Proxy) -> Option<HeaderValue> {
    let (user, password) = proxy.credentials()?;
    let credentials = format!("{}:{}", user.expose_secret(), password.expose_secret());
    let value = format!("Basic {}", BASE64_STANDARD.encode(credentials));
    let mut value = HeaderValue::try_from(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}
