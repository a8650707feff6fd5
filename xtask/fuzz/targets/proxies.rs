//! Any text as the proxies of the environment, on three lines: the proxy, the hosts without, a
//! target. What is taken has an address without credentials.
#![no_main]

use http::Uri;
use libfuzzer_sys::fuzz_target;
use sts_client::transport::Proxies;
use sts_client::{Environment, InvalidVariable};

struct Variables<'a> {
    proxy: &'a str,
    skipped: &'a str,
}

impl Environment for Variables<'_> {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        Ok(match name {
            "ALL_PROXY" => Some(self.proxy.to_owned()),
            "NO_PROXY" => Some(self.skipped.to_owned()),
            _ => None,
        })
    }
}

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(3, '\n');
    let [proxy, skipped, target] = std::array::from_fn(|_| lines.next().unwrap_or_default());
    let proxies = Proxies::from_environment(&Variables { proxy, skipped });
    if let Ok(target) = target.parse::<Uri>()
        && let Ok(Some(proxy)) = proxies.for_target(&target)
    {
        let authority = proxy.uri().authority().expect("an authority");
        assert!(!authority.as_str().contains('@') && authority.port_u16().is_some());
    }
});
