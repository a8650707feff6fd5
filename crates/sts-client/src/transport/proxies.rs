//! Proxy selection.

mod error;
mod no_proxy;
mod proxy;
mod target;

use http::Uri;
use http::uri::Scheme;
use sts_proto::Secret;

pub use self::error::ProxyError;
use self::no_proxy::NoProxy;
pub use self::proxy::Proxy;
use self::target::Target;
use super::{Exchange, Progress, TransportError};
use crate::platform::Environment;

/// Proxies of a transport, with the same rules for every HTTP stack.
///
/// ```
/// use sts_client::transport::Proxies;
/// use sts_client::{Environment, InvalidVariable};
///
/// struct MyEnvironment;
///
/// impl Environment for MyEnvironment {
///     fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
///         Ok(match name {
///             "HTTPS_PROXY" => Some("http://user:p%40ss@proxy.example:3128".to_owned()),
///             "NO_PROXY" => Some("internal.example, 10.0.0.0/8".to_owned()),
///             _ => None,
///         })
///     }
/// }
///
/// let proxies = Proxies::from_environment(&MyEnvironment);
/// let proxy = proxies.for_target(&"https://sts.cn-north-4.myhuaweicloud.com/".parse()?)?;
/// assert_eq!(proxy.expect("a proxy").uri(), "http://proxy.example:3128/");
/// assert!(proxies.for_target(&"https://sts.internal.example/".parse()?)?.is_none());
/// assert!(proxies.for_target(&"http://169.254.169.254/".parse()?)?.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    http: Option<Result<Proxy, ProxyError>>,
    https: Option<Result<Proxy, ProxyError>>,
    no_proxy: NoProxy,
}

impl Proxies {
    /// Uses no proxy for any target.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Uses one proxy for all targets that are not link-local: `http://user:password@host:port`, in
    /// which only the host is required. The port is 80 by default. User and password are
    /// percent-encoded where necessary. White space around the URL is ignored.
    ///
    /// # Errors
    ///
    /// If `url` is invalid or of an unsupported scheme, for example SOCKS or https.
    pub fn all(url: &str) -> Result<Self, ProxyError> {
        let proxy = Proxy::parse(url, None)?;
        Ok(Self { http: Some(Ok(proxy.clone())), https: Some(Ok(proxy)), ..Self::none() })
    }

    /// Reads the proxies from `environment`: `HTTPS_PROXY` for `https` and `HTTP_PROXY` for `http`,
    /// else `ALL_PROXY`; never for targets that are link-local or on this machine (`localhost` and
    /// names below it, loopback addresses).
    ///
    /// `NO_PROXY` lists further hosts that bypass the proxies, separated by commas or white space:
    ///
    /// | entry | matches |
    /// |---|---|
    /// | `example.com`, `.example.com` | the name and all names below it |
    /// | `*.example.com` | all names below it |
    /// | `10.0.0.1`, `::1`, `[::1]` | the address |
    /// | `10.0.0.0/8`, `fd00::/8` | the addresses of the network |
    /// | `*` | every host |
    /// | any of these, then `:port` (an IPv6 address in brackets) | only this port; the default port of the scheme counts |
    ///
    /// Each variable can be written in lower case; upper case takes precedence. White space around
    /// a value is ignored, and an empty variable counts as unset. If `REQUEST_METHOD` is set, all
    /// of them are ignored: in a CGI program, a request header can set `HTTP_PROXY`.
    ///
    /// An invalid value is an error only when [`for_target`](Self::for_target) would use it.
    #[must_use]
    pub fn from_environment(environment: &(impl Environment + ?Sized)) -> Self {
        if environment.variable("REQUEST_METHOD") != Ok(None) {
            return Self::none();
        }
        let first = |names: [&'static str; 2]| {
            names.into_iter().find_map(|name| match environment.variable(name) {
                // The URL of a proxy may contain a password.
                Ok(value) => {
                    let value = Secret::from(value?);
                    (!value.expose_secret().trim().is_empty()).then_some((name, Ok(value)))
                }
                Err(_) => Some((name, Err(ProxyError::not_text(name)))),
            })
        };
        let no_proxy = first(["NO_PROXY", "no_proxy"])
            .map(|(_, list)| list.map(|list| NoProxy::parse(list.expose_secret())));
        let (no_proxy, unreadable) = match no_proxy.transpose() {
            Ok(no_proxy) => (no_proxy.unwrap_or_default(), None),
            Err(error) => (NoProxy::default(), Some(error)),
        };
        let proxy = |names| {
            let (name, url) = first(names)?;
            Some(match (url, &unreadable) {
                (Ok(url), None) => Proxy::parse(url.expose_secret(), Some(name)),
                (Ok(_), Some(error)) => Err(error.clone()),
                (Err(error), _) => Err(error),
            })
        };
        let all = proxy(["ALL_PROXY", "all_proxy"]);
        Self {
            http: proxy(["HTTP_PROXY", "http_proxy"]).or_else(|| all.clone()),
            https: proxy(["HTTPS_PROXY", "https_proxy"]).or(all),
            no_proxy,
        }
    }

    /// Returns the proxy for a target. `None` if the target bypasses proxies: link-local targets
    /// always do, and targets on this machine unless the program itself set the proxy.
    ///
    /// An [`Exchange`](super::Exchange) that [is direct](super::Exchange::is_direct) bypasses
    /// proxies regardless of the return value.
    ///
    /// # Errors
    ///
    /// If the target requires a proxy whose URL in the environment is invalid or of an unsupported
    /// scheme.
    pub fn for_target(&self, target: &Uri) -> Result<Option<&Proxy>, ProxyError> {
        let is_https = target.scheme() == Some(&Scheme::HTTPS);
        let Some(proxy) = (if is_https { &self.https } else { &self.http }) else {
            return Ok(None);
        };
        let Some(target) = Target::of(target) else { return Ok(None) };
        let is_given = proxy.as_ref().is_ok_and(|proxy| proxy.variable().is_none());
        if target.is_link_local()
            || (target.is_loopback() && !is_given)
            || self.no_proxy.contains(&target)
        {
            return Ok(None);
        }
        proxy.as_ref().map(Some).map_err(Clone::clone)
    }

    /// Returns the proxy of an exchange: `None` if it [is direct](Exchange::is_direct), otherwise as
    /// [`for_target`](Self::for_target).
    ///
    /// # Errors
    ///
    /// Returns an error of a request that was not sent under the conditions of `for_target`.
    pub fn for_exchange(&self, exchange: &Exchange) -> Result<Option<&Proxy>, TransportError> {
        if exchange.is_direct {
            return Ok(None);
        }
        let proxy = self.for_target(exchange.request.uri());
        proxy.map_err(|error| TransportError::of_proxy(error, Progress::NotSent))
    }

    /// Returns the usable proxies, each with the scheme of its targets, for HTTP stacks whose
    /// clients are configured once. [`for_target`](Self::for_target) decides whether a target uses
    /// them.
    pub fn by_scheme(&self) -> impl Iterator<Item = (Scheme, &Proxy)> {
        [(Scheme::HTTP, &self.http), (Scheme::HTTPS, &self.https)]
            .into_iter()
            .filter_map(|(scheme, proxy)| Some((scheme, proxy.as_ref()?.as_ref().ok()?)))
    }

    /// Whether a target is link-local, like metadata services, by its host alone. No proxy applies
    /// to it.
    #[must_use]
    pub fn is_link_local(target: &Uri) -> bool {
        Target::of(target).is_some_and(|target| target.is_link_local())
    }

    /// Whether a target is link-local or on this machine, by its host alone. Proxies of the
    /// environment do not apply to it.
    #[must_use]
    pub fn is_local(target: &Uri) -> bool {
        Target::of(target).is_some_and(|target| target.is_link_local() || target.is_loopback())
    }
}
