//! Which addresses may be called. A name is judged by what it resolves to at the moment of the call, and that address is the
//! one that is dialled: a name that resolves otherwise a moment later changes nothing.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use keyferry_ports::messenger::NotDelivered;
use tokio::net::TcpStream;

use crate::failed;

/// Which hosts may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    private_hosts: BTreeSet<String>,
    /// The configuration key that names them.
    setting: &'static str,
}

impl Default for Reach {
    fn default() -> Self {
        Self {
            private_hosts: BTreeSet::new(),
            setting: "alerts.private_hosts",
        }
    }
}

impl Reach {
    /// Public addresses, and whatever these hosts resolve to.
    pub fn with_private_hosts(hosts: impl IntoIterator<Item = String>) -> Self {
        let small = |host: String| host.to_ascii_lowercase();
        Self {
            private_hosts: hosts.into_iter().map(small).collect(),
            ..Self::default()
        }
    }

    /// The same, whose private hosts are named under another key of the configuration: for whoever reads a refusal.
    #[must_use]
    pub fn set_by(self, setting: &'static str) -> Self {
        Self { setting, ..self }
    }

    /// Whether a host may have a private address, and may be called without TLS.
    pub fn is_private_host(&self, host: &str) -> bool {
        self.private_hosts.contains(&host.to_ascii_lowercase())
    }

    /// Connects to a host at an address that is allowed.
    ///
    /// # Errors
    ///
    /// [`NotDelivered`] where there is none, or nobody answers there.
    pub async fn dial(&self, host: &str, port: u16) -> Result<TcpStream, NotDelivered> {
        let found = tokio::net::lookup_host((host, port))
            .await
            .map_err(|error| failed(format_args!("{host} does not resolve"), &error))?;
        let all: Vec<SocketAddr> = found.collect();
        let may_be_private = self.is_private_host(host);
        let (allowed, refused): (Vec<SocketAddr>, Vec<SocketAddr>) = all
            .into_iter()
            .partition(|address| may_be_private || is_public(address.ip()));
        let mut why = match refused.first() {
            Some(address) => format!(
                "{host} resolves to {}, which is not public; name the host in `{}` if it is meant",
                address.ip(),
                self.setting
            ),
            None => format!("{host} has no address"),
        };
        for address in allowed {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => why = format!("no connection to {host} ({address}): {error}"),
            }
        }
        Err(NotDelivered { why })
    }
}

/// Whether an address is one of the public Internet.
///
/// # Source
///
/// IANA, "IPv4 Special-Purpose Address Registry" and "IPv6 Special-Purpose Address Registry": whatever is not globally
/// reachable. Addresses that carry an IPv4 address within them count as that one. Link-local addresses are those of cloud
/// metadata services, too.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(within) => is_public_v4(within),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // Only 2000::/3 is given out; of it, 2001::/23 and 2001:db8::/32 are special, and 3fff::/20 is documentation.
    let [first, second, ..] = address.segments();
    let is_global = (first & 0xe000) == 0x2000;
    let is_special = (first == 0x2001 && (second < 0x0200 || second == 0x0db8))
        || (first == 0x3fff && second < 0x1000);
    is_global && !is_special
}

/// The IPv4 address in an IPv6 one: mapped, compatible, NAT64 (`64:ff9b::/96`) or 6to4 (`2002::/16`).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let of = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match segments {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => Some(of(high, low)),
        [0x0064, 0xff9b, 0, 0, 0, 0, high, low] => Some(of(high, low)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_not_of_the_public_internet_are_known() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.168.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::1",
            "2001:db8::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
        ] {
            let address: IpAddr = text.parse().unwrap();
            assert!(!is_public(address), "{text}");
        }
    }

    #[test]
    fn addresses_of_the_public_internet_are_allowed() {
        for text in [
            "1.1.1.1",
            "52.94.1.1",
            "100.128.0.1",
            "172.32.0.1",
            "2606:4700:4700::1111",
            "::ffff:1.1.1.1",
        ] {
            let address: IpAddr = text.parse().unwrap();
            assert!(is_public(address), "{text}");
        }
    }
}
