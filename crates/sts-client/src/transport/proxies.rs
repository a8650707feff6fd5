//! Which proxy an exchange goes through.

mod proxy;
mod skipped;

use http::Uri;
use http::uri::Scheme;
use sts_proto::Secret;
use thiserror::Error;

pub use self::proxy::Proxy;
use self::skipped::Skipped;
use crate::host::Host;

/// The proxies of a transport: the same rules for every HTTP stack.
///
/// ```
/// # use std::time::Duration;
/// # use time::OffsetDateTime;
/// use sts_client::transport::Proxies;
/// use sts_client::{Host, InvalidVariable, Now};
///
/// struct MyHost;
///
/// impl Host for MyHost {
///     fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
///         Ok(match name {
///             "HTTPS_PROXY" => Some("http://user:p%40ss@proxy.example:3128".to_owned()),
///             "NO_PROXY" => Some("internal.example, 10.0.0.0/8".to_owned()),
///             _ => None,
///         })
///     }
/// #     fn now(&self) -> Now {
/// #         Now::new(OffsetDateTime::UNIX_EPOCH, Duration::ZERO)
/// #     }
/// #     fn seed(&self) -> u64 {
/// #         0
/// #     }
/// }
///
/// let proxies = Proxies::from_environment(&MyHost)?;
/// let proxy = proxies.for_target(&"https://sts.cn-north-4.myhuaweicloud.com/".parse()?);
/// assert_eq!(proxy.expect("a proxy").uri(), "http://proxy.example:3128/");
/// assert!(proxies.for_target(&"https://sts.internal.example/".parse()?).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    skipped: Skipped,
}

impl Proxies {
    /// No proxy for any target.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// This proxy for every target: `http://user:password@host:port`, in which all but the host can
    /// be left out. The port is 80 by default. User and password are percent-encoded where they
    /// need it.
    pub fn all(url: &str) -> Result<Self, InvalidProxy> {
        let proxy = Proxy::parse(url).ok_or(InvalidProxy { variable: None })?;
        Ok(Self { http: Some(proxy.clone()), https: Some(proxy), skipped: Skipped::default() })
    }

    /// The proxies that the environment of `host` names: `HTTPS_PROXY` for `https` and
    /// `HTTP_PROXY` for `http`, else `ALL_PROXY`.
    ///
    /// Not for the hosts that `NO_PROXY` lists, with commas or blanks between: names with all
    /// names below them, addresses, networks as `10.0.0.0/8`, or `*` for all. Ports and other
    /// wildcards are not known there.
    ///
    /// Each variable can be written in lower case; in capitals it goes first. One that is empty
    /// counts as not set. Where `REQUEST_METHOD` is set they are left alone: it is a CGI program, in
    /// which a header of the request can set `HTTP_PROXY`.
    pub fn from_environment(host: &(impl Host + ?Sized)) -> Result<Self, InvalidProxy> {
        if host.variable("REQUEST_METHOD") != Ok(None) {
            return Ok(Self::none());
        }
        let first = |names: [&'static str; 2]| {
            // The URL of a proxy may hold a password.
            for name in names {
                let value =
                    host.variable(name).map_err(|_| InvalidProxy { variable: Some(name) })?;
                if let Some(value) = value.map(Secret::from).filter(|value| !value.is_empty()) {
                    return Ok(Some((name, value)));
                }
            }
            Ok(None)
        };
        let proxy = |names| {
            let parse = |(name, url): (_, Secret)| {
                Proxy::parse(url.expose_secret()).ok_or(InvalidProxy { variable: Some(name) })
            };
            first(names)?.map(parse).transpose()
        };
        let all = proxy(["ALL_PROXY", "all_proxy"])?;
        let skipped =
            first(["NO_PROXY", "no_proxy"])?.map(|(_, list)| Skipped::parse(list.expose_secret()));
        Ok(Self {
            http: proxy(["HTTP_PROXY", "http_proxy"])?.or_else(|| all.clone()),
            https: proxy(["HTTPS_PROXY", "https_proxy"])?.or(all),
            skipped: skipped.unwrap_or_default(),
        })
    }

    /// The proxy for a target, if it is not reached without one.
    #[must_use]
    pub fn for_target(&self, target: &Uri) -> Option<&Proxy> {
        let is_https = target.scheme() == Some(&Scheme::HTTPS);
        let proxy = if is_https { &self.https } else { &self.http }.as_ref()?;
        (!self.skipped.contains(target.host()?)).then_some(proxy)
    }
}

/// A proxy that cannot be used: it is none, or one that is not spoken to in plain HTTP, as SOCKS.
///
/// The URL is not in it, for that may hold a password.
#[derive(Clone, Copy, Debug, Error, Eq, PartialEq)]
#[error(
    "{} names no proxy that can be used: http://user:password@host:port is expected",
    .variable.unwrap_or("the URL")
)]
pub struct InvalidProxy {
    variable: Option<&'static str>,
}

impl InvalidProxy {
    /// The variable of the environment that names it, if one does.
    #[must_use]
    pub const fn variable(&self) -> Option<&'static str> {
        self.variable
    }
}
