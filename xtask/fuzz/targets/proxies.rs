//! Any text as the proxies of the environment, on three lines: the proxy, the hosts without, a
//! target. What is taken has an address without credentials.
#![no_main]

use http::Uri;
use libfuzzer_sys::fuzz_target;
use sts_client::transport::Proxies;

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(3, '\n').map(str::to_owned);
    let [proxy, skipped, target] = std::array::from_fn(|_| lines.next().unwrap_or_default());
    let proxies = Proxies::of_environment(|name| match name {
        "ALL_PROXY" => Some(proxy.clone()),
        "NO_PROXY" => Some(skipped.clone()),
        _ => None,
    });
    if let (Ok(proxies), Ok(target)) = (proxies, target.parse::<Uri>())
        && let Some(proxy) = proxies.for_target(&target)
    {
        let authority = proxy.uri().authority().expect("an authority");
        assert!(!authority.as_str().contains('@') && authority.port_u16().is_some());
    }
});
