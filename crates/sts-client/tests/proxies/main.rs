//! Proxy selection.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod no_proxy;
mod targets;
mod variables;

use http::Uri;
use sts_client::transport::{Proxies, Proxy, ProxyError};
use sts_client::{Environment, InvalidVariable};

const PROXY: &str = "http://proxy.example:3128";

/// Returns the address of the proxy for `target` in an environment of these variables.
fn proxy_for(variables: &[(&str, &str)], target: &str) -> Option<Uri> {
    used(variables, target).unwrap().map(|proxy| proxy.uri().clone())
}

/// Returns the proxy for `target` in an environment of these variables.
fn used(variables: &[(&str, &str)], target: &str) -> Result<Option<Proxy>, ProxyError> {
    let target = target.parse().unwrap();
    Ok(Proxies::from_environment(&Variables(variables)).for_target(&target)?.cloned())
}

/// Returns the proxy that the program sets, for an https target.
fn given(url: &str) -> Proxy {
    let proxies = Proxies::all(url).unwrap();
    proxies.for_target(&Uri::from_static("https://sts.example/")).unwrap().unwrap().clone()
}

/// The value of a variable that is not valid UTF-8.
const NOT_TEXT: &str = "not text";

struct Variables<'a>(&'a [(&'a str, &'a str)]);

impl Environment for Variables<'_> {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        let found = self.0.iter().find(|(variable, _)| *variable == name);
        match found {
            Some((_, value)) if *value == NOT_TEXT => Err(InvalidVariable::new(name)),
            _ => Ok(found.map(|(_, value)| (*value).to_owned())),
        }
    }
}
