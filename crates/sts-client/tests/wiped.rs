//! No freed memory block contains a proxy's password; the allocator of `sts-proto` checks it.

#[path = "../../sts-proto/tests/wiped/searching.rs"]
mod searching;

use std::hint::black_box;
use std::time::Duration;

use sts_client::transport::Proxies;
use sts_client::{Clock, Environment, InvalidVariable, Now};
use time::OffsetDateTime;

/// The password to search for.
const MARK: &[u8] = b"pLaNtEd0SeCrEt0";

/// Environment with this proxy.
struct Behind(&'static str);

impl Clock for Behind {
    fn now(&self) -> Now {
        Now::new(OffsetDateTime::UNIX_EPOCH, Duration::ZERO)
    }

    fn seed(&self) -> u64 {
        0
    }
}

impl Environment for Behind {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        Ok((name == "HTTPS_PROXY").then(|| self.0.to_owned()))
    }
}

/// A single test, so that no other code frees blocks meanwhile.
#[test]
fn no_freed_block_contains_a_password() {
    let before = searching::found();
    drop(black_box(Behind("pLaNtEd0SeCrEt0").variable("HTTPS_PROXY").unwrap()));
    assert_eq!(searching::found(), before + 1, "the search works");

    for url in [
        "http://user:pLaNtEd0SeCrEt0@proxy.example:3128",
        "http://user:%70LaNtEd0SeCrEt0%40pLaNtEd0SeCrEt0@proxy.example",
        "pLaNtEd0SeCrEt0:pLaNtEd0SeCrEt0@proxy.example",
        "http://user:pLaNtEd0SeCrEt0%ff@proxy.example",
        "http://user:pLaNtEd0SeCrEt0%00@proxy.example",
        "http://user:pLaNtEd0SeCrEt0@proxy.example:none",
        "socks5://user:pLaNtEd0SeCrEt0@proxy.example",
        "http://user:pLaNtEd0SeCrEt0/@proxy.example",
    ] {
        let before = searching::found();
        black_box(format!("{:?} {:?}", Proxies::from_environment(&Behind(url)), Proxies::all(url)));
        let proxies = Proxies::all(url);
        if let Ok(proxies) = &proxies {
            let target = "https://sts.example/".parse().unwrap();
            let proxies = proxies.clone();
            let proxy = proxies.for_target(&target).unwrap().unwrap();
            black_box(proxy.credentials().unwrap());
            black_box(format!("{:?}", proxy.refused(http::StatusCode::FORBIDDEN)));
        }
        drop(proxies);
        assert_eq!(searching::found(), before, "{url}");
    }
}
