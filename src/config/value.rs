//! The values of configuration files: durations, sizes, networks, addresses of stores and relays.
//!
//! Each parser's error says what would be right.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

/// Reads a duration: a whole number and a unit, `500ms`, `30s`, `15m`, `8h` or `400d`.
///
/// # Errors
/// What would be right.
pub fn duration(text: &str) -> Result<Duration, String> {
    const EXPECTED: &str = "expected a whole number and a unit (ms, s, m, h, d), such as \"30s\" or \"400d\"";
    let (number, unit) = number_and_unit(text).ok_or(EXPECTED)?;
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(EXPECTED.to_owned()),
    };
    number
        .checked_mul(unit_ms)
        .map(Duration::from_millis)
        .ok_or_else(|| "this is longer than time".to_owned())
}

/// Reads a number of bytes: a whole number and a unit, `512KiB`, `64MiB` or `2GiB`.
///
/// # Errors
/// What would be right.
pub fn size(text: &str) -> Result<u64, String> {
    const EXPECTED: &str = "expected a whole number and a unit (KiB, MiB, GiB), such as \"64MiB\"";
    let (number, unit) = number_and_unit(text).ok_or(EXPECTED)?;
    let shift = match unit {
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return Err(EXPECTED.to_owned()),
    };
    number.checked_mul(1 << shift).ok_or_else(|| "this is too large".to_owned())
}

fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    Some((text[..digits].parse().ok()?, text[digits..].trim_start()))
}

/// A network: an address and how many of its first bits count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cidr {
    address: IpAddr,
    bits: u8,
}

impl Cidr {
    /// Whether `address` lies in this network. An IPv4 address in IPv6 clothes is judged as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => {
                let shift = 32 - u32::from(self.bits);
                u32::from(net).checked_shr(shift) == u32::from(ip).checked_shr(shift)
            }
            (IpAddr::V6(net), IpAddr::V6(ip)) => {
                let shift = 128 - u32::from(self.bits);
                u128::from(net).checked_shr(shift) == u128::from(ip).checked_shr(shift)
            }
            _ => false,
        }
    }
}

impl FromStr for Cidr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || "expected a network such as \"10.0.0.0/8\" or \"fd00::/8\", or one address".to_owned();
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| expected())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| expected())?;
        if bits > most {
            return Err(format!("the number after the slash is at most {most} here"));
        }
        Ok(Self { address, bits })
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// How the connection to a relay is protected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Security {
    /// `smtp://`: TLS if the relay offers it.
    Opportunistic,
    /// `smtp+starttls://`: STARTTLS or nothing.
    StartTls,
    /// `smtps://`: TLS from the first byte.
    Tls,
}

/// A mail relay.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Relay {
    /// How the connection is protected.
    pub security: Security,
    /// Name or address, without brackets.
    pub host: String,
    /// 25, 587 and 465 unless given.
    pub port: u16,
}

impl FromStr for Relay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str =
            "expected \"smtp://HOST:PORT\", \"smtp+starttls://HOST:PORT\" or \"smtps://HOST:PORT\"";
        let url = url::Url::parse(text).map_err(|_| EXPECTED)?;
        let (security, port) = match url.scheme() {
            "smtp" => (Security::Opportunistic, 25),
            "smtp+starttls" => (Security::StartTls, 587),
            "smtps" => (Security::Tls, 465),
            _ => return Err(EXPECTED.to_owned()),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("a relay's user and password go into `username` and `password_file`".to_owned());
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(EXPECTED)?;
        if !matches!(url.path(), "" | "/") || url.query().is_some() {
            return Err(EXPECTED.to_owned());
        }
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self { security, host, port: url.port().unwrap_or(port) })
    }
}

impl fmt::Display for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.security {
            Security::Opportunistic => "smtp",
            Security::StartTls => "smtp+starttls",
            Security::Tls => "smtps",
        };
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        write!(f, "{scheme}://{host}:{}", self.port)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn durations() {
        for (text, expected) in [
            ("500ms", Some(500)),
            ("30s", Some(30_000)),
            ("15 m", Some(900_000)),
            ("8h", Some(28_800_000)),
            ("400d", Some(34_560_000_000)),
            ("30", None),
            ("s", None),
            ("-1s", None),
            ("1.5h", None),
            ("1 week", None),
            ("99999999999999999999d", None),
            ("999999999999999999d", None),
        ] {
            assert_eq!(duration(text).ok().map(|d| d.as_millis()), expected, "{text}");
        }
    }

    #[test]
    fn sizes() {
        for (text, expected) in [
            ("64MiB", Some(64 << 20)),
            ("1 GiB", Some(1 << 30)),
            ("512KiB", Some(512 << 10)),
            ("64MB", None),
            ("7", None),
        ] {
            assert_eq!(size(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn networks() {
        for (net, address, inside) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
            ("192.168.1.7", "192.168.1.7", true),
            ("192.168.1.7", "192.168.1.8", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "::1", false),
            ("fd00::/8", "fd12::1", true),
            ("::/0", "fe80::1", true),
            ("::1", "::1", true),
        ] {
            let net: Cidr = net.parse().unwrap();
            assert_eq!(net.contains(address.parse().unwrap()), inside, "{net} {address}");
        }
        for wrong in ["10.0.0.0/33", "10.0.0/8", "host", "10.0.0.0/", ""] {
            assert!(wrong.parse::<Cidr>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn relays() {
        for (text, expected) in [
            ("smtp://mail.example:2525", "smtp://mail.example:2525"),
            ("smtp://mail.example", "smtp://mail.example:25"),
            ("smtps://[::1]", "smtps://[::1]:465"),
            ("smtp+starttls://127.0.0.1/", "smtp+starttls://127.0.0.1:587"),
        ] {
            assert_eq!(text.parse::<Relay>().unwrap().to_string(), expected);
        }
        for wrong in
            ["mail.example", "http://mail.example", "smtp://a:b@mail.example", "smtp://", "smtp://x/path"]
        {
            assert!(wrong.parse::<Relay>().is_err(), "{wrong}");
        }
    }
}
