//! One proxy.

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};
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
        let mut parts = url.parse::<Uri>().ok()?.into_parts();
        if parts.scheme.is_some_and(|scheme| scheme != Scheme::HTTP) {
            return None;
        }
        let authority = parts.authority?;
        let (user_info, host) = match authority.as_str().rsplit_once('@') {
            Some((user_info, host)) => (Some(user_info), host),
            None => (None, authority.as_str()),
        };
        let host = match authority.port_u16() {
            Some(_) => host.to_owned(),
            None if !host.is_empty() && host == authority.host() => format!("{host}:80"),
            // `Uri` takes any text for a port.
            None => return None,
        };
        parts.authority = Some(Authority::try_from(host).ok()?);
        parts.scheme = Some(Scheme::HTTP);
        parts.path_and_query = Some(PathAndQuery::from_static("/"));
        Some(Self { uri: Uri::from_parts(parts).ok()?, credentials: user_info.map(credentials) })
    }
}

fn credentials(user_info: &str) -> (Secret, Secret) {
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    let decoded = |text| Secret::from(percent_decode_str(text).decode_utf8_lossy().into_owned());
    (decoded(user), decoded(password))
}
