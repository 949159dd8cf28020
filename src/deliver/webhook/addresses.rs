//! Which addresses a webhook may reach: public ones, and those that the configuration allows.
//!
//! A webhook's URL is written by a user, but it is this machine that connects: without this check a user could reach
//! whatever trusts this machine, such as a cloud's metadata service or an unprotected database.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::config::Cidr;

/// An address that a webhook may not reach.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{address} is {kind} address; to allow it, add \"{}\" to `allow` in [deliver.webhook]", self.end())]
pub(super) struct Refused {
    /// Which.
    pub(super) address: IpAddr,
    /// What it is.
    kind: &'static str,
}

impl Refused {
    /// Where traffic to it would end.
    fn end(&self) -> IpAddr {
        embedded(self.address).map_or(self.address, IpAddr::V4)
    }
}

/// Which addresses may be reached.
#[derive(Clone, Debug, Default)]
pub(super) struct Reach {
    allow: Vec<Cidr>,
}

impl Reach {
    /// Public addresses and these.
    pub(super) fn new(allow: Vec<Cidr>) -> Self {
        Self { allow }
    }

    /// Whether the address may be reached; an IPv4 address inside an IPv6 one is judged as well.
    pub(super) fn check(&self, address: IpAddr) -> Result<(), Refused> {
        let inside = embedded(address).map(IpAddr::V4);
        let allowed = |address| self.allow.iter().any(|range| range.contains(address));
        if allowed(address) || inside.is_some_and(allowed) {
            return Ok(());
        }
        let kind = match (address, inside) {
            (_, Some(inside)) => special(inside).or_else(|| special_carrier(address)),
            (address, None) => special(address),
        };
        kind.map_or(Ok(()), |kind| Err(Refused { address, kind }))
    }
}

/// The IPv4 address that traffic to this one would end at.
fn embedded(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(address) = address else { return None };
    let [a, b, c, d, e, f, high, low] = address.segments();
    let (high, low) = match [a, b, c, d, e, f] {
        // Compatible (but not `::` and `::1`), mapped, translated, NAT64.
        [0, 0, 0, 0, 0, 0] if high != 0 || low > 1 => (high, low),
        [0, 0, 0, 0, 0, 0xffff] | [0, 0, 0, 0, 0xffff, 0] | [0x64, 0xff9b, 0, 0, 0, 0] => (high, low),
        // 6to4.
        [0x2002, high, low, ..] => (high, low),
        _ => return None,
    };
    Some(Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low)))
}

/// Carriers of public IPv4 addresses that are refused all the same: nothing is reached by them these days.
fn special_carrier(address: IpAddr) -> Option<&'static str> {
    let IpAddr::V6(address) = address else { return None };
    match address.segments() {
        [0, 0, 0, 0, 0, 0, ..] => Some("an IPv4-compatible"),
        [0, 0, 0, 0, 0xffff, 0, ..] => Some("an IPv4-translated"),
        [0x2002, ..] => Some("a 6to4"),
        _ => None,
    }
}

/// What an address is that is not a public one.
fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => special_v4(address),
        IpAddr::V6(address) => special_v6(address),
    }
}

/// By the registry of special-purpose IPv4 addresses.
fn special_v4(address: Ipv4Addr) -> Option<&'static str> {
    Some(match address.octets() {
        [0, ..] => "an unspecified",
        [127, ..] => "a loopback",
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => "a private",
        [100, 64..=127, ..] => "a shared (carrier-grade NAT)",
        [169, 254, ..] => "a link-local",
        [192, 0, 0, _] | [192, 88, 99, _] => "a protocol",
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => "a documentation",
        [198, 18..=19, ..] => "a benchmarking",
        [224..=239, ..] => "a multicast",
        [240..=255, ..] => "a reserved",
        _ => return None,
    })
}

/// By the registry of special-purpose IPv6 addresses; outside `2000::/3` nothing is public.
fn special_v6(address: Ipv6Addr) -> Option<&'static str> {
    Some(match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => "an unspecified",
        [0, 0, 0, 0, 0, 0, 0, 1] => "a loopback",
        [0xfc00..=0xfdff, ..] => "a private (unique local)",
        [0xfe80..=0xfebf, ..] => "a link-local",
        [0xfec0..=0xfeff, ..] => "a site-local",
        [0xff00..=0xffff, ..] => "a multicast",
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => "a documentation",
        [0x2001, 0..=0x1ff, ..] => "a protocol",
        [0x2000..=0x3fff, ..] => return None,
        _ => "a reserved",
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]

    use super::*;

    fn check(allow: &[&str], address: &str) -> Result<(), String> {
        let reach = Reach::new(allow.iter().map(|range| range.parse().unwrap()).collect());
        reach.check(address.parse().unwrap()).map_err(|refused| refused.kind.to_owned())
    }

    #[test]
    fn public_addresses_are_reached() {
        for address in [
            "8.8.8.8",
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.169.0.1",
            "169.253.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00::1",
            "2001:4860:4860::8888",
            "3ffe::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
        ] {
            assert_eq!(check(&[], address), Ok(()), "{address}");
        }
    }

    #[test]
    fn all_others_are_refused() {
        for (address, kind) in [
            ("127.0.0.1", "a loopback"),
            ("127.255.255.254", "a loopback"),
            ("0.0.0.0", "an unspecified"),
            ("0.1.2.3", "an unspecified"),
            ("10.0.0.1", "a private"),
            ("172.16.0.1", "a private"),
            ("172.31.255.255", "a private"),
            ("192.168.1.1", "a private"),
            ("169.254.169.254", "a link-local"),
            ("100.64.0.1", "a shared (carrier-grade NAT)"),
            ("100.127.255.255", "a shared (carrier-grade NAT)"),
            ("192.0.0.8", "a protocol"),
            ("192.88.99.1", "a protocol"),
            ("192.0.2.1", "a documentation"),
            ("198.51.100.7", "a documentation"),
            ("203.0.113.7", "a documentation"),
            ("198.18.0.1", "a benchmarking"),
            ("224.0.0.1", "a multicast"),
            ("239.255.255.255", "a multicast"),
            ("240.0.0.1", "a reserved"),
            ("255.255.255.255", "a reserved"),
            ("::", "an unspecified"),
            ("::1", "a loopback"),
            ("fc00::1", "a private (unique local)"),
            ("fdff::1", "a private (unique local)"),
            ("fe80::1", "a link-local"),
            ("fec0::1", "a site-local"),
            ("ff02::1", "a multicast"),
            ("2001:db8::1", "a documentation"),
            ("3fff::1", "a documentation"),
            ("2001::1", "a protocol"),
            ("100::1", "a reserved"),
            ("4000::1", "a reserved"),
            ("64:ff9b:1::1", "a reserved"),
            // IPv4 inside IPv6.
            ("::ffff:127.0.0.1", "a loopback"),
            ("::ffff:169.254.169.254", "a link-local"),
            ("::ffff:0:10.0.0.1", "a private"),
            ("::127.0.0.1", "a loopback"),
            ("::8.8.8.8", "an IPv4-compatible"),
            ("::ffff:0:8.8.8.8", "an IPv4-translated"),
            ("64:ff9b::10.0.0.1", "a private"),
            ("64:ff9b::a9fe:a9fe", "a link-local"),
            ("2002:7f00:1::", "a loopback"),
            ("2002:808:808::", "a 6to4"),
        ] {
            assert_eq!(check(&[], address), Err(kind.to_owned()), "{address}");
        }
    }

    #[test]
    fn the_configuration_allows_more() {
        for (allow, address, allowed) in [
            ("127.0.0.0/8", "127.0.0.1", true),
            ("127.0.0.0/8", "::ffff:127.0.0.1", true),
            ("127.0.0.0/8", "::1", false),
            ("127.0.0.0/8", "10.0.0.1", false),
            ("10.1.0.0/16", "10.1.255.255", true),
            ("10.1.0.0/16", "10.2.0.0", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("::1", "::1", true),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fc12::1", false),
            ("0.0.0.0/0", "192.168.0.1", true),
            ("::/0", "fe80::1", true),
        ] {
            assert_eq!(check(&[allow], address).is_ok(), allowed, "{allow} {address}");
        }
    }

    #[test]
    fn a_refusal_says_how_to_allow_it() {
        let refused = Reach::default().check("::ffff:10.0.0.1".parse().unwrap()).unwrap_err();
        insta::assert_snapshot!(refused, @r#"::ffff:10.0.0.1 is a private address; to allow it, add "10.0.0.1" to `allow` in [deliver.webhook]"#);
    }
}
