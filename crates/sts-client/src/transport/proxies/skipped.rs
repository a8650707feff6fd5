//! Hosts that are reached without a proxy.

use std::net::IpAddr;

/// What `NO_PROXY` lists.
#[derive(Clone, Debug, Default)]
pub(super) struct Skipped(Vec<Entry>);

#[derive(Clone, Debug)]
enum Entry {
    /// `*`
    Every,
    /// An address is a network of one.
    Network(Network),
    /// A name, and all names below it.
    Name(String),
}

impl Skipped {
    pub(super) fn parse(list: &str) -> Self {
        let entries = list.split(|c: char| c == ',' || c.is_whitespace());
        Self(entries.filter(|entry| !entry.is_empty()).map(Entry::parse).collect())
    }

    /// `host` as in a URI: IPv6 addresses stand in brackets.
    pub(super) fn contains(&self, host: &str) -> bool {
        let address = bare(host).parse().ok();
        let name = host.strip_suffix('.').unwrap_or(host);
        self.0.iter().any(|entry| match entry {
            Entry::Every => true,
            Entry::Network(network) => address.is_some_and(|address| network.contains(address)),
            Entry::Name(parent) => address.is_none() && is_within(name, parent),
        })
    }
}

impl Entry {
    fn parse(text: &str) -> Self {
        if text == "*" {
            Self::Every
        } else if let Some(network) = Network::parse(text) {
            Self::Network(network)
        } else {
            Self::Name(text.trim_matches('.').to_owned())
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Network {
    address: IpAddr,
    /// How many of the first bits are the same for all addresses in it.
    prefix: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let Some((address, prefix)) = text.split_once('/') else {
            let address = bare(text).parse().ok()?;
            return Some(Self { address, prefix: bits(address).1 });
        };
        let (address, prefix) = (bare(address).parse().ok()?, prefix.parse().ok()?);
        (prefix <= bits(address).1).then_some(Self { address, prefix })
    }

    fn contains(self, other: IpAddr) -> bool {
        let ((ours, length), (theirs, other_length)) = (bits(self.address), bits(other));
        // All bits are shifted out where the network is the whole of IPv6.
        let difference = (ours ^ theirs).checked_shr(length - self.prefix).unwrap_or(0);
        length == other_length && difference == 0
    }
}

/// An address as a number, and how many bits that has.
fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (address.to_bits().into(), u32::BITS),
        IpAddr::V6(address) => (address.to_bits(), u128::BITS),
    }
}

/// An address without the brackets of a URI.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// Whether `name` is `parent` or a name below it.
fn is_within(name: &str, parent: &str) -> bool {
    let Some((before, end)) =
        name.len().checked_sub(parent.len()).and_then(|at| name.split_at_checked(at))
    else {
        return false;
    };
    end.eq_ignore_ascii_case(parent) && (before.is_empty() || before.ends_with('.'))
}
