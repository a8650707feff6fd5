//! Endpoints: the address requests are built for.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use http::Uri;
use http::uri::{Authority, InvalidUri, PathAndQuery, Scheme};

use crate::Region;
use crate::error::text;

/// Bytes of a URL that an error shows.
const SHOWN_LIMIT: usize = 256;

/// The address of an STS: scheme, host, port and, behind some proxies, a base path.
///
/// The usual one follows from the [`Region`]; anything else is given by URL.
///
/// ```
/// use sts_proto::{Endpoint, Region};
///
/// let usual = Endpoint::from(Region::CN_NORTH_4);
/// assert_eq!(usual.to_string(), "https://sts.cn-north-4.myhuaweicloud.com");
///
/// let own = Endpoint::parse("https://[2001:db8::7]:8443/sts")?;
/// assert_eq!(own.to_string(), "https://[2001:db8::7]:8443/sts");
///
/// // The service speaks https only. Plain http is for tests, and has to be asked for.
/// assert!(Endpoint::parse("http://127.0.0.1:8080").is_err());
/// let local = Endpoint::parse_allowing_http("http://127.0.0.1:8080")?;
/// # assert!(!local.is_https());
/// # Ok::<(), sts_proto::InvalidEndpoint>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    scheme: Scheme,
    /// In lower case, without the scheme's default port: one spelling for URI, Host and signature.
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
        Self { scheme: Scheme::HTTPS, authority, base_path: String::new() }
    }
}

impl Endpoint {
    /// An https URL: scheme, host, an optional port and an optional base path.
    pub fn parse(url: &str) -> Result<Self, InvalidEndpoint> {
        let endpoint = Self::parse_allowing_http(url)?;
        if endpoint.is_https() {
            Ok(endpoint)
        } else {
            Err(InvalidEndpoint::new(url, Problem::PlainHttp))
        }
    }

    /// The same, but `http://` is taken as well: for tests against loopback. What goes over it
    /// can be read and changed on the way, secrets included.
    pub fn parse_allowing_http(url: &str) -> Result<Self, InvalidEndpoint> {
        let invalid = |problem| InvalidEndpoint::new(url, problem);
        // `http::Uri` drops fragments silently.
        if url.contains(['?', '#']) {
            return Err(invalid(Problem::QueryOrFragment));
        }
        let uri: Uri =
            url.parse().map_err(|error: InvalidUri| invalid(Problem::NoUrl(error.to_string())))?;
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
        let authority =
            normal_authority(&authority, &scheme).ok_or_else(|| invalid(Problem::Host))?;
        let path = parts.path_and_query.as_ref().map_or("", PathAndQuery::path);
        let base_path = path.trim_end_matches('/').to_owned();
        Ok(Self { scheme, authority, base_path })
    }

    /// Whether requests for it go over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// The host, without port; IPv6 in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.authority.host()
    }

    /// The URI of `path` below this endpoint.
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

impl TryFrom<&str> for Endpoint {
    type Error = InvalidEndpoint;

    /// As [`Endpoint::parse`]: https only.
    fn try_from(url: &str) -> Result<Self, Self::Error> {
        Self::parse(url)
    }
}

impl TryFrom<String> for Endpoint {
    type Error = InvalidEndpoint;

    /// As [`Endpoint::parse`]: https only.
    fn try_from(url: String) -> Result<Self, Self::Error> {
        Self::parse(&url)
    }
}

/// `None` for an empty host, brackets round anything but an IPv6 address, or a port that is no
/// number.
fn normal_authority(authority: &Authority, scheme: &Scheme) -> Option<Authority> {
    let host = authority.host().to_ascii_lowercase();
    if let Some(bracketed) = host.strip_prefix('[') {
        bracketed.strip_suffix(']')?.parse::<Ipv6Addr>().ok()?;
    }
    let port = authority.as_str().get(host.len()..)?;
    let default_port = if *scheme == Scheme::HTTPS { 443 } else { 80 };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        None => return None,
        // `parse` alone would take a sign.
        Some(digits) if !digits.bytes().all(|b| b.is_ascii_digit()) => return None,
        Some(digits) => Some(digits.parse::<u16>().ok()?).filter(|port| *port != default_port),
    };
    if host.is_empty() {
        return None;
    }
    match port {
        Some(port) => format!("{host}:{port}").parse().ok(),
        None => host.parse().ok(),
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.base_path)
    }
}

/// A URL that is no endpoint, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{shown:?} is no endpoint: {problem}")]
pub struct InvalidEndpoint {
    /// Without what may be a password.
    shown: String,
    problem: Problem,
}

impl InvalidEndpoint {
    fn new(url: &str, problem: Problem) -> Self {
        Self { shown: text::printable(&without_secrets(url), SHOWN_LIMIT), problem }
    }
}

/// Without user info, query and fragment, and without a port that is none: each may be a password
/// or a token.
fn without_secrets(url: &str) -> String {
    let user_info = url.rfind('@').map(|at| at + 1).or(url.rfind("%40").map(|at| at + 3));
    let (mark, rest) = match user_info.and_then(|end| url.get(end..)) {
        Some(rest) => ("...@", rest),
        None => ("", url),
    };
    let (rest, cut) = match rest.split_once(['?', '#']) {
        Some((rest, _)) => (rest, "..."),
        None => (rest, ""),
    };
    let (scheme, address) = match rest.split_once("//") {
        Some((scheme, address)) => (format!("{scheme}//"), address),
        None => (String::new(), rest),
    };
    let authority = address.split('/').next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port))
            if !port.ends_with(']') && port.contains(|c: char| !c.is_ascii_digit()) =>
        {
            format!("{mark}{scheme}{host}:...")
        }
        _ => format!("{mark}{scheme}{address}{cut}"),
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("it is no URL ({0})")]
    NoUrl(String),
    #[error("give scheme and host, as in https://sts.cn-north-4.myhuaweicloud.com")]
    NoScheme,
    #[error("its scheme is neither https nor http")]
    OtherScheme,
    #[error("plain http has to be asked for, and is for tests only; use https")]
    PlainHttp,
    #[error("take the user info out; keys are given apart")]
    UserInfo,
    #[error("take the query or fragment out")]
    QueryOrFragment,
    #[error("its host is empty or no IPv6 address, or its port no number up to 65535")]
    Host,
}
