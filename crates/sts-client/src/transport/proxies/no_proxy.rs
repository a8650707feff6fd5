//! Hosts that bypass proxies.

use std::net::IpAddr;

use super::target::{Target, address, is_below, is_within};

/// The entries of `NO_PROXY`.
#[derive(Clone, Debug, Default)]
pub(super) struct NoProxy(Vec<Entry>);

#[derive(Clone, Debug)]
struct Entry {
    hosts: Hosts,
    /// `None` matches any port.
    port: Option<u16>,
}

#[derive(Clone, Debug)]
enum Hosts {
    /// `*`
    Every,
    /// A network; a single address is a network of one.
    Network(Network),
    /// `example.com` or, as curl reads it, `.example.com`: a name and all names below it.
    Within(String),
    /// `*.example.com`: the names below it, as Go reads it.
    Below(String),
}

impl NoProxy {
    pub(super) fn parse(list: &str) -> Self {
        let entries = list.split(|c: char| c == ',' || c.is_whitespace());
        Self(entries.filter_map(Entry::parse).collect())
    }

    pub(super) fn contains(&self, target: &Target<'_>) -> bool {
        self.0.iter().any(|entry| {
            entry.port.is_none_or(|port| port == target.port) && entry.hosts.contains(target)
        })
    }
}

impl Entry {
    fn parse(text: &str) -> Option<Self> {
        // An IPv6 address has colons, but no port.
        if let Some(network) = Network::parse(text) {
            return Some(Self { hosts: Hosts::Network(network), port: None });
        }
        let (hosts, port) = match text.rsplit_once(':') {
            Some((hosts, "")) => (hosts, None),
            Some((hosts, port)) => (hosts, Some(port.parse().ok()?)),
            None => (text, None),
        };
        Some(Self { hosts: Hosts::parse(hosts)?, port })
    }
}

impl Hosts {
    fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Every);
        }
        if let Some(network) = Network::parse(text) {
            return Some(Self::Network(network));
        }
        let (name, hosts) = match text.strip_prefix("*.") {
            Some(parent) => (parent, Self::Below as fn(String) -> Self),
            None => (text, Self::Within as fn(String) -> Self),
        };
        let name = name.trim_matches('.');
        (!name.is_empty()).then(|| hosts(name.to_owned()))
    }

    fn contains(&self, target: &Target<'_>) -> bool {
        match (self, target.address) {
            (Self::Every, _) => true,
            (Self::Network(network), Some(address)) => network.contains(address),
            (Self::Within(parent), None) => is_within(target.name, parent),
            (Self::Below(parent), None) => is_below(target.name, parent),
            _ => false,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Network {
    address: IpAddr,
    /// The number of leading bits that all its addresses share.
    prefix: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let Some((start, prefix)) = text.split_once('/') else {
            let address = address(text)?;
            return Some(Self { address, prefix: bits(address).1 });
        };
        let (address, prefix) = (address(start)?, prefix.parse().ok()?);
        let (address, prefix) = match address {
            // A network of IPv4 addresses in the notation of IPv6, or a larger one around them.
            IpAddr::V4(v4) if start.contains(':') => match u32::checked_sub(prefix, MAPPED) {
                Some(prefix) => (address, prefix),
                None => (v4.to_ipv6_mapped().into(), prefix),
            },
            _ => (address, prefix),
        };
        (prefix <= bits(address).1).then_some(Self { address, prefix })
    }

    fn contains(self, other: IpAddr) -> bool {
        let ((ours, length), (theirs, other_length)) = (bits(self.address), bits(other));
        // All bits are shifted out where the network is the whole of IPv6.
        let difference = (ours ^ theirs).checked_shr(length - self.prefix).unwrap_or(0);
        length == other_length && difference == 0
    }
}

/// The length in bits of the prefix of an IPv4 address written as an IPv6 address.
const MAPPED: u32 = u128::BITS - u32::BITS;

/// An address as a number, and its length in bits.
fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (address.to_bits().into(), u32::BITS),
        IpAddr::V6(address) => (address.to_bits(), u128::BITS),
    }
}
