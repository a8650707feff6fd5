//! One proxy.

use http::Uri;
use http::uri::{PathAndQuery, Scheme};
use percent_encoding::percent_decode_str;
use sts_proto::Secret;

/// A proxy that is spoken to in plain HTTP: with `CONNECT` for a target with TLS, and with the
/// whole target in the request line for one without.
#[derive(Clone, Debug)]
pub struct Proxy {
    uri: Uri,
    credentials: Option<(Secret, Secret)>,
}

impl Proxy {
    /// Its address: `http://host:port/`, always with a port and without credentials.
    #[must_use]
    pub const fn uri(&self) -> &Uri {
        &self.uri
    }

    /// User and password, for the `Basic` scheme of `Proxy-Authorization`. They are for the proxy
    /// alone.
    #[must_use]
    pub fn credentials(&self) -> Option<(&Secret, &Secret)> {
        self.credentials.as_ref().map(|(user, password)| (user, password))
    }

    pub(super) fn parse(url: &str) -> Option<Self> {
        let url: Uri = url.parse().ok()?;
        if url.scheme().is_some_and(|scheme| *scheme != Scheme::HTTP)
            || !matches!(url.path_and_query().map_or("", PathAndQuery::as_str), "" | "/")
        {
            return None;
        }
        let authority = url.authority()?;
        let (user_info, address) = match authority.as_str().rsplit_once('@') {
            Some((user_info, address)) => (Some(user_info), address),
            None => (None, authority.as_str()),
        };
        let host = authority.host();
        let port = match authority.port_u16() {
            Some(port) if port > 0 => port,
            None if !host.is_empty() && host == address => 80,
            // `Uri` takes any text for a port.
            _ => return None,
        };
        let uri = Uri::builder()
            .scheme(Scheme::HTTP)
            .authority(format!("{host}:{port}"))
            .path_and_query("/")
            .build();
        let credentials = match user_info {
            Some(user_info) => Some(credentials(user_info)?),
            None => None,
        };
        Some(Self { uri: uri.ok()?, credentials })
    }
}

/// None where the `Basic` scheme cannot carry them: a user with a colon, or control characters.
fn credentials(user_info: &str) -> Option<(Secret, Secret)> {
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    let decoded = |text| Secret::from(percent_decode_str(text).decode_utf8_lossy().into_owned());
    let (user, password) = (decoded(user), decoded(password));
    let can_be_carried = |text: &Secret| !text.expose_secret().contains(char::is_control);
    let is_carried = can_be_carried(&user) && can_be_carried(&password);
    (is_carried && !user.expose_secret().contains(':')).then_some((user, password))
}
