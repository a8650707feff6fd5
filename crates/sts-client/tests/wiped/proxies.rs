//! Passwords of proxies.

use std::hint::black_box;

use sts_client::transport::Proxies;
use sts_client::{Environment, InvalidVariable};
use xtask_secrets::mark;

use crate::{ALLOCATOR, show, show_error};

/// Environment with this proxy.
struct Behind(&'static str);

impl Environment for Behind {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        Ok((name == "HTTPS_PROXY").then(|| self.0.to_owned()))
    }
}

pub(crate) fn wipe_their_credentials() {
    for url in [
        concat!("http://user:", mark!(), "@proxy.example:3128"),
        concat!("http://user:%70LaNtEd0SeCrEt0%40", mark!(), "@proxy.example"),
        concat!(mark!(), ":", mark!(), "@proxy.example"),
        concat!("http://user:", mark!(), "%ff@proxy.example"),
        concat!("http://user:", mark!(), "%00@proxy.example"),
        concat!("http://user:", mark!(), "@proxy.example:none"),
        concat!("socks5://user:", mark!(), "@proxy.example"),
        concat!("http://user:", mark!(), "/@proxy.example"),
    ] {
        ALLOCATOR.assert_wiped(url, || {
            show(&Proxies::from_environment(&Behind(url)));
            match Proxies::all(url) {
                Ok(proxies) => {
                    show(&proxies);
                    let target = "https://sts.example/".parse().unwrap();
                    let proxies = proxies.clone();
                    let proxy = proxies.for_target(&target).unwrap().unwrap();
                    black_box(proxy.credentials().unwrap());
                    show_error(&proxy.refused(http::StatusCode::FORBIDDEN));
                }
                Err(error) => show_error(&error),
            }
        });
    }
}
