//! Host and port of an exchange, and whether they are on this machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;
use http::uri::Scheme;

/// Addresses of metadata services that are not link-local: AWS documents `fd00:ec2::254` and
/// `fd00:ec2::23`, and compatible platforms use them, too.
const METADATA: (Ipv6Addr, u32) = (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0), 32);

/// Host and port of an exchange.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'a> {
    /// Without a trailing dot.
    pub(super) name: &'a str,
    /// The address, if the host is one in any form that resolvers accept.
    pub(super) address: Option<IpAddr>,
    /// The port, or the default port of the scheme.
    pub(super) port: u16,
}

impl<'a> Target<'a> {
    pub(super) fn of(uri: &'a Uri) -> Option<Self> {
        let host = uri.host()?;
        let default = if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
        Some(Self {
            name: without_dot(host),
            address: address(host),
            port: uri.port_u16().unwrap_or(default),
        })
    }

    /// Whether it is link-local, like metadata services.
    pub(super) fn is_link_local(&self) -> bool {
        match self.address {
            Some(IpAddr::V4(address)) => address.is_link_local(),
            Some(IpAddr::V6(address)) => {
                let (network, prefix) = METADATA;
                let difference = address.to_bits() ^ network.to_bits();
                address.is_unicast_link_local() || difference.leading_zeros() >= prefix
            }
            None => false,
        }
    }

    /// Whether it is this machine. Connections to the unspecified address reach it, too.
    pub(super) fn is_loopback(&self) -> bool {
        match self.address {
            Some(address) => address.is_loopback() || address.is_unspecified(),
            None => is_within(self.name, "localhost"),
        }
    }
}

/// Parses an address as a resolver does, without a lookup. An IPv4 address written as an IPv6
/// address is an IPv4 address.
pub(super) fn address(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    // The zone of a link-local address: `fe80::1%eth0`.
    let (bare, _) = bare.split_once('%').unwrap_or((bare, ""));
    match bare.parse::<Ipv6Addr>() {
        Ok(address) => Some(address.to_canonical()),
        Err(_) => ipv4(without_dot(bare)).map(IpAddr::V4),
    }
}

/// Parses like `inet_aton`: one to four numbers, the last of which fills the remaining bytes.
fn ipv4(text: &str) -> Option<Ipv4Addr> {
    let (mut address, mut room) = (0, u32::BITS);
    let mut parts = text.split('.').peekable();
    while let Some(part) = parts.next() {
        let number = number(part)?;
        if parts.peek().is_some() {
            room = room.checked_sub(8).filter(|room| *room > 0)?;
            address |= u8::try_from(number).map(u32::from).ok()? << room;
        } else {
            let is_too_large = number.checked_shr(room).is_some_and(|rest| rest > 0);
            address |= (!is_too_large).then_some(number)?;
        }
    }
    Some(Ipv4Addr::from_bits(address))
}

/// Decimal, octal with a leading `0`, or hexadecimal with `0x`.
fn number(text: &str) -> Option<u32> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (text.get(2..)?, 16),
        [b'0', _, ..] => (text, 8),
        _ => (text, 10),
    };
    // A sign is not a digit.
    let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(digits, radix).ok().filter(|_| is_number)
}

fn without_dot(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}

/// Whether `name` is `parent` or a name below it.
pub(super) fn is_within(name: &str, parent: &str) -> bool {
    labels_above(name, parent).is_some_and(|above| above.is_empty() || above.ends_with('.'))
}

/// Whether `name` is a name below `parent`.
pub(super) fn is_below(name: &str, parent: &str) -> bool {
    labels_above(name, parent).is_some_and(|above| above.ends_with('.'))
}

fn labels_above<'a>(name: &'a str, parent: &str) -> Option<&'a str> {
    let (above, end) = name.split_at_checked(name.len().checked_sub(parent.len())?)?;
    end.eq_ignore_ascii_case(parent).then_some(above)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use proptest::prelude::*;

    use super::address;

    #[test]
    fn an_address_is_parsed_in_every_form_that_resolvers_accept() {
        for text in [
            "127.0.0.1",
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f000001",
            "0x7F.1",
            "0177.0.0.1",
            "0177.0x0.0.01",
            "127.0.0.1.",
            "[::ffff:127.0.0.1]",
            "::ffff:7f00:1",
        ] {
            assert_eq!(address(text), Some(IpAddr::V4(Ipv4Addr::LOCALHOST)), "{text}");
        }
        for text in [
            "",
            ".",
            "0x",
            "08",
            "1.2.3.4.5",
            "256.1",
            "1.2.3.256",
            "1.2.65536",
            "+1",
            "1.-1",
            "4294967296",
            "1..2",
            "a",
            "0xg",
            "127.0.0.1.example",
            "::1::",
            "[::1",
            "1e3",
        ] {
            assert_eq!(address(text), None, "{text}");
        }
        assert_eq!(address("[fe80::1%25eth0]"), "fe80::1".parse().ok());
    }

    proptest! {
        #[test]
        fn one_number_is_the_whole_address(bits: u32) {
            let expected = Some(IpAddr::V4(Ipv4Addr::from_bits(bits)));
            prop_assert_eq!(address(&bits.to_string()), expected);
            prop_assert_eq!(address(&format!("{bits:#x}")), expected);
            prop_assert_eq!(address(&format!("0{bits:o}")), expected);
        }

        #[test]
        fn no_text_is_a_panic(text: String) {
            let _ = address(&text);
        }
    }
}
