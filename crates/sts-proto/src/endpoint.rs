//! Endpoints: the addresses that requests are built for.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use http::Uri;
use http::uri::{Authority, InvalidUri, PathAndQuery, Scheme};

use crate::error::text;
use crate::region::Region;
use crate::text_type::text_type;

/// Maximum length of the rejected URL in an error, in bytes.
const SHOWN_LIMIT: usize = 256;

/// The address of an STS: scheme, host, port and, behind some proxies, a base path.
///
/// The usual endpoint follows from the [`Region`]; any other is given as a URL. URLs that differ
/// only in the case of the host, in the notation of an IPv6 address, in a default port or in
/// trailing slashes are the same endpoint.
/// With serde, an endpoint is a string, and only https URLs deserialize.
///
/// ```
/// use sts_proto::{Endpoint, Region};
///
/// let usual = Endpoint::from(Region::CN_NORTH_4);
/// assert_eq!(usual.as_str(), "https://sts.cn-north-4.myhuaweicloud.com");
///
/// let own = Endpoint::parse("https://[2001:db8::7]:8443/sts")?;
/// assert_eq!(own.as_str(), "https://[2001:db8::7]:8443/sts");
///
/// // The service supports https only. Tests can allow http explicitly.
/// assert!(Endpoint::parse("http://127.0.0.1:8080").is_err());
/// let local = Endpoint::parse_allowing_http("http://127.0.0.1:8080")?;
/// # assert!(!local.is_https());
/// # Ok::<(), sts_proto::InvalidEndpoint>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// The whole URL, without a trailing slash.
    url: String,
    scheme: Scheme,
    /// In lower case, without the scheme's default port: the same spelling in URI, Host header and
    /// signature.
    authority: Authority,
    /// Empty, or with a leading and without a trailing slash.
    base_path: String,
}

impl From<Region> for Endpoint {
    fn from(region: Region) -> Self {
        Self::from(&region)
    }
}

impl From<&Region> for Endpoint {
    /// `https://sts.{region}.myhuaweicloud.com`, the pattern of all public regions.
    fn from(region: &Region) -> Self {
        let host = format!("sts.{region}.myhuaweicloud.com");
        // A region id holds letters, digits and hyphens only, so the host always parses.
        let authority =
            host.parse().unwrap_or_else(|_| Authority::from_static("sts.myhuaweicloud.com"));
        Self::new(Scheme::HTTPS, authority, "")
    }
}

impl Endpoint {
    /// Parses an https URL: scheme, host, an optional port and an optional base path.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not such a URL.
    pub fn parse(url: &str) -> Result<Self, InvalidEndpoint> {
        let endpoint = Self::parse_allowing_http(url)?;
        if endpoint.is_https() {
            Ok(endpoint)
        } else {
            Err(InvalidEndpoint::new(url, Problem::PlainHttp))
        }
    }

    /// Parses an https or http URL. Use it for tests against loopback only: over http, requests
    /// and responses can be read and changed on the way, including secrets.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not such a URL.
    pub fn parse_allowing_http(url: &str) -> Result<Self, InvalidEndpoint> {
        let invalid = |problem| InvalidEndpoint::new(url, problem);
        // `http::Uri` drops fragments silently.
        if url.contains(['?', '#']) {
            return Err(invalid(Problem::QueryOrFragment));
        }
        let uri: Uri = url.parse().map_err(|error: InvalidUri| invalid(not_a_url(url, &error)))?;
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(invalid(Problem::NoScheme));
        };
        if scheme != Scheme::HTTPS && scheme != Scheme::HTTP {
            return Err(invalid(Problem::OtherScheme));
        }
        if authority.as_str().contains('@') {
            return Err(invalid(Problem::UserInfo));
        }
        let authority = normalized(&authority, &scheme).map_err(invalid)?;
        let path = parts.path_and_query.as_ref().map_or("", PathAndQuery::path);
        Ok(Self::new(scheme, authority, path.trim_end_matches('/')))
    }

    /// Parses an https URL, or an http URL of a loopback host: `localhost`, 127.0.0.0/8 or `[::1]`.
    /// For settings of a program that is also used with a local server.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not such a URL.
    pub fn parse_allowing_loopback_http(url: &str) -> Result<Self, InvalidEndpoint> {
        let endpoint = Self::parse_allowing_http(url)?;
        if endpoint.is_https() || endpoint.is_loopback() {
            Ok(endpoint)
        } else {
            Err(InvalidEndpoint::new(url, Problem::HttpBeyondLoopback))
        }
    }

    fn new(scheme: Scheme, authority: Authority, base_path: &str) -> Self {
        let url = format!("{scheme}://{authority}{base_path}");
        Self { url, scheme, authority, base_path: base_path.to_owned() }
    }

    /// Returns whether requests to this endpoint use TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// Returns whether the host is `localhost` or a loopback address. No name is resolved.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        let ipv6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        host == "localhost"
            || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
            || ipv6
                .and_then(|host| host.parse().ok())
                .is_some_and(|address: Ipv6Addr| address.is_loopback())
    }

    /// Returns the host without the port; an IPv6 address is in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.authority.host()
    }

    /// Returns the URL, without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Returns the URI of `path` below this endpoint.
    pub(crate) fn uri(&self, path: &'static str) -> Result<Uri, http::Error> {
        let target = if self.base_path.is_empty() {
            PathAndQuery::from_static(path)
        } else {
            PathAndQuery::try_from(format!("{}{path}", self.base_path))?
        };
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(target);
        Ok(Uri::from_parts(parts)?)
    }
}

impl FromStr for Endpoint {
    type Err = InvalidEndpoint;

    /// As [`Endpoint::parse`]: https only.
    fn from_str(url: &str) -> Result<Self, Self::Err> {
        Self::parse(url)
    }
}

text_type!(checked Endpoint);

/// The authority in lower case, an IPv6 address in its shortest form, without the default port of
/// the scheme.
fn normalized(authority: &Authority, scheme: &Scheme) -> Result<Authority, Problem> {
    let written = authority.host();
    if written.is_empty() {
        return Err(Problem::EmptyHost);
    }
    let host = match written.strip_prefix('[') {
        Some(bracketed) => {
            let address = bracketed.strip_suffix(']').ok_or(Problem::Ipv6)?;
            format!("[{}]", address.parse::<Ipv6Addr>().map_err(|_| Problem::Ipv6)?)
        }
        None => written.to_ascii_lowercase(),
    };
    let default_port = if *scheme == Scheme::HTTPS { 443 } else { 80 };
    let port = match authority.as_str().get(written.len()..) {
        Some("") => None,
        Some(text) => Some(port(text).ok_or(Problem::Port)?).filter(|port| *port != default_port),
        None => return Err(Problem::EmptyHost),
    };
    let authority = match port {
        Some(port) => format!("{host}:{port}").parse(),
        None => host.parse(),
    };
    authority.map_err(|error: InvalidUri| Problem::NotAUrl(error.to_string()))
}

/// The number in `:8443`; `parse` alone would accept a sign.
fn port(text: &str) -> Option<u16> {
    let digits = text.strip_prefix(':')?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten().filter(|port| *port > 0)
}

/// `http::Uri` reports some empty hosts and ports as an invalid authority.
fn not_a_url(url: &str, error: &InvalidUri) -> Problem {
    let authority = url.split_once("://").map(|(_, rest)| rest.split('/').next());
    match authority.flatten() {
        Some("") => Problem::EmptyHost,
        Some(authority) if authority.starts_with(':') => Problem::EmptyHost,
        _ => Problem::NotAUrl(error.to_string()),
    }
}

/// Error returned when parsing an [`Endpoint`] fails.
///
/// User info, query and fragment of the URL are not in it: each may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid endpoint {shown:?}: {problem}")]
pub struct InvalidEndpoint {
    shown: String,
    problem: Problem,
}

impl InvalidEndpoint {
    fn new(url: &str, problem: Problem) -> Self {
        Self { shown: text::printable(&without_secrets(url), SHOWN_LIMIT), problem }
    }
}

/// Removes user info, query, fragment and an invalid port: each may be a password or a token.
fn without_secrets(url: &str) -> String {
    let (before, after) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    // An `@` there may be in a query, or at the end of a password with a question mark.
    let is_ambiguous = end_of_user_info(after).is_some();
    let (mark, rest) = match end_of_user_info(before) {
        Some(_) if is_ambiguous => return "...@...".to_owned(),
        Some(end) => ("...@", before.get(end..).unwrap_or_default()),
        None => ("", before),
    };
    let cut = if after.is_empty() { "" } else { "..." };
    let (scheme, address) = match rest.split_once("//") {
        Some((scheme, address)) => (format!("{scheme}//"), address),
        None => (String::new(), rest),
    };
    let authority = address.split('/').next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port))
            if !port.ends_with(']')
                && (is_ambiguous || port.contains(|c: char| !c.is_ascii_digit())) =>
        {
            format!("{mark}{scheme}{host}:...")
        }
        _ => format!("{mark}{scheme}{address}{cut}"),
    }
}

fn end_of_user_info(url: &str) -> Option<usize> {
    url.rfind('@').map(|at| at + 1).or(url.rfind("%40").map(|at| at + 3))
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("not a valid URL ({0})")]
    NotAUrl(String),
    #[error(
        "missing scheme or host; expected a URL such as https://sts.cn-north-4.myhuaweicloud.com"
    )]
    NoScheme,
    #[error("unsupported scheme; use https")]
    OtherScheme,
    #[error(
        "http endpoints are rejected by default; use https, or `Endpoint::parse_allowing_http` in \
         tests"
    )]
    PlainHttp,
    #[error("plain http is allowed for loopback addresses only; use https")]
    HttpBeyondLoopback,
    #[error("must not contain user info; pass credentials to the client builder")]
    UserInfo,
    #[error("must not contain a query or fragment")]
    QueryOrFragment,
    #[error("missing host")]
    EmptyHost,
    #[error("invalid IPv6 address")]
    Ipv6,
    #[error("invalid port; expected a number from 1 to 65535")]
    Port,
}
