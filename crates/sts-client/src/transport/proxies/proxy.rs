//! A single proxy.

use std::str;

use http::uri::{Authority, Scheme};
use http::{StatusCode, Uri};
use percent_encoding::percent_decode_str;
use sts_proto::{BodyWriter, Secret};

use super::super::{Progress, TransportError};
use super::error::ProxyError;

/// Proxy schemes that other clients support.
const UNSUPPORTED: [&str; 6] = ["https", "socks", "socks4", "socks4a", "socks5", "socks5h"];

/// HTTP proxy reached in cleartext: with `CONNECT` for a target with TLS, and with the absolute
/// target in the request line for one without.
#[derive(Clone, Debug)]
pub struct Proxy {
    uri: Uri,
    credentials: Option<(Secret, Secret)>,
    /// The environment variable of its URL.
    variable: Option<&'static str>,
}

impl Proxy {
    /// Returns its address: `http://host:port/`, always with a port and without credentials.
    #[must_use]
    pub const fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns the `Basic` credentials for `Proxy-Authorization`. They are for the proxy alone.
    #[must_use]
    pub fn credentials(&self) -> Option<(&Secret, &Secret)> {
        self.credentials.as_ref().map(|(user, password)| (user, password))
    }

    /// Returns the environment variable of its URL. `None` if the program set it.
    #[must_use]
    pub const fn variable(&self) -> Option<&'static str> {
        self.variable
    }

    /// Returns the error of an exchange that this proxy rejected with `status`: any status other
    /// than 2xx in response to `CONNECT`, and 407 for a target without TLS.
    #[must_use]
    pub fn refused(&self, status: StatusCode) -> ProxyError {
        let address = self.uri.authority().map_or("", Authority::as_str);
        ProxyError::refused(self.variable, address.to_owned(), status)
    }

    /// Checks the status of the response to a request without TLS, which this proxy forwarded: a 407
    /// is the response of the proxy, not of the service.
    ///
    /// # Errors
    ///
    /// Returns the error of a rejection, of a request that may have been sent.
    pub fn check_forwarded(&self, status: StatusCode) -> Result<(), TransportError> {
        if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            return Err(TransportError::of_proxy(self.refused(status), Progress::MaybeSent));
        }
        Ok(())
    }

    pub(super) fn parse(url: &str, variable: Option<&'static str>) -> Result<Self, ProxyError> {
        let url = url.trim();
        let rest = match url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _)) => {
                let known =
                    UNSUPPORTED.into_iter().find(|known| scheme.eq_ignore_ascii_case(known));
                return Err(match known {
                    Some(scheme) => ProxyError::unsupported_scheme(variable, scheme),
                    None => ProxyError::invalid_url(variable),
                });
            }
            None => url,
        };
        let (uri, credentials) = parse(rest).ok_or(ProxyError::invalid_url(variable))?;
        Ok(Self { uri, credentials, variable })
    }
}

/// Parses what follows the scheme. The credentials are removed first: `Uri` would keep a copy of
/// them that is not wiped.
fn parse(rest: &str) -> Option<(Uri, Option<(Secret, Secret)>)> {
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    let (user_info, address) = match authority.rsplit_once('@') {
        Some((user_info, address)) => (Some(user_info), address),
        None => (None, authority),
    };
    if user_info.is_some_and(|user_info| user_info.contains(['/', '?', '#'])) {
        return None;
    }
    let address: Authority = address.parse().ok()?;
    let port = match address.port_u16() {
        Some(port) if port > 0 => port,
        None if address.host() == address.as_str() => 80,
        // `Authority` accepts any text as a port.
        _ => return None,
    };
    if address.host().is_empty() {
        return None;
    }
    let uri = Uri::builder()
        .scheme(Scheme::HTTP)
        .authority(format!("{}:{port}", address.host()))
        .path_and_query("/")
        .build();
    let credentials = match user_info {
        Some(user_info) => Some(credentials(user_info)?),
        None => None,
    };
    Some((uri.ok()?, credentials))
}

/// Returns `None` if the `Basic` scheme cannot represent them: a user name with a colon, control
/// characters, or bytes that are not UTF-8.
fn credentials(user_info: &str) -> Option<(Secret, Secret)> {
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    let (user, password) = (decoded(user)?, decoded(password)?);
    (!user.expose_secret().contains(':')).then_some((user, password))
}

fn decoded(text: &str) -> Option<Secret> {
    let mut plain = BodyWriter::with_capacity(text.len());
    percent_decode_str(text).for_each(|byte| plain.extend(&[byte]));
    let plain = plain.finish();
    let plain = str::from_utf8(plain.as_ref()).ok()?;
    (!plain.contains(char::is_control)).then(|| Secret::from(plain))
}
