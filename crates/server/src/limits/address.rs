//! From which address a request comes.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use http::HeaderMap;

/// Where proxies say for whom they ask.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// How many addresses of a chain of proxies are read, from the nearest on.
const HOPS_MAX: usize = 16;

/// An address as it is counted. Whoever has one IPv6 address has the whole /64 around it (RFC 6177), so that it stands for
/// that; an IPv4 address in an IPv6 one is itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ClientAddress {
    exact: IpAddr,
}

impl ClientAddress {
    /// As it is counted.
    pub(crate) fn of(address: IpAddr) -> Self {
        let exact = match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        };
        Self { exact }
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.exact.fmt(f)
    }
}

/// Addresses with a common beginning, such as `10.0.0.0/8`; without a length one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u32,
}

impl Network {
    /// Whether an address is one of them.
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let apart = u32::from(base) ^ u32::from(address);
                apart.leading_zeros() >= self.bits
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let apart = u128::from(base) ^ u128::from(address);
                apart.leading_zeros() >= self.bits
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || format!("`{text}` is no address or network, such as 10.0.0.7 or 10.0.0.0/8");
        let (base, bits) = match text.split_once('/') {
            Some((base, bits)) => (base, Some(bits.parse().map_err(|_| bad())?)),
            None => (text, None),
        };
        let base: IpAddr = base.parse().map_err(|_| bad())?;
        let all = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(all);
        (bits <= all).then_some(Self { base, bits }).ok_or_else(bad)
    }
}

/// Proxies that are believed when they say for whom they ask.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies(Vec<Network>);

impl Proxies {
    pub(crate) fn new(trusted: Vec<Network>) -> Self {
        Self(trusted)
    }

    /// Whether this is one of them.
    pub(crate) fn hold(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(address))
    }

    /// Who asks: whoever connects, unless that is a proxy that is believed; then the nearest one before it that is none. What
    /// is further away anybody could have written. Where a proxy says nothing that can be read, it is itself.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let values = headers.get_all(FORWARDED_FOR);
        // Part by part: what somebody put before it makes nothing of what a proxy says unreadable.
        let mut said: Vec<&[u8]> = values
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .collect();
        let mut client = peer;
        for _ in 0..HOPS_MAX {
            if !self.hold(client) {
                break;
            }
            match said.pop().and_then(read) {
                Some(before) => client = before,
                None => break,
            }
        }
        client
    }
}

/// An address as proxies write it: bare, in brackets, with a port.
fn read(part: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(part).ok()?.trim();
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.split(']').next());
    let address = bare.unwrap_or(text).parse().ok();
    let with_port = || text.parse::<std::net::SocketAddr>().ok();
    address.or_else(|| with_port().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn client(trusted: &[&str], peer: &str, said: &[&str]) -> String {
        let trusted = trusted.iter().map(|text| text.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for value in said {
            let value = HeaderValue::from_bytes(value.as_bytes());
            headers.append(FORWARDED_FOR, value.unwrap());
        }
        Proxies::new(trusted)
            .client(peer.parse().unwrap(), &headers)
            .to_string()
    }

    #[test]
    fn only_proxies_that_the_configuration_names_are_believed() {
        let (proxy, other) = ("10.0.0.7", "198.51.100.9");
        assert_eq!(
            client(&[], proxy, &["192.0.2.1"]),
            proxy,
            "nobody is trusted"
        );
        assert_eq!(client(&["10.0.0.0/8"], other, &["192.0.2.1"]), other);
        assert_eq!(client(&["10.0.0.7"], proxy, &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(
            client(&["10.0.0.7"], "::ffff:10.0.0.7", &["192.0.2.1"]),
            "192.0.2.1"
        );
    }

    #[test]
    fn what_a_client_wrote_itself_before_the_proxy_does_not_count() {
        let near = |said: &[&str]| client(&["10.0.0.0/8"], "10.0.0.7", said);
        assert_eq!(near(&["203.0.113.5, 192.0.2.1"]), "192.0.2.1");
        assert_eq!(near(&["203.0.113.5", "192.0.2.1"]), "192.0.2.1");
        assert_eq!(near(&["192.0.2.1, 10.0.0.8"]), "192.0.2.1", "two proxies");
        assert_eq!(near(&["\u{e9}, 192.0.2.1"]), "192.0.2.1", "no ASCII");
        assert_eq!(near(&["192.0.2.1:4711"]), "192.0.2.1");
        assert_eq!(near(&["[2001:db8::1]:4711"]), "2001:db8::1");
        for unreadable in [&["unknown"][..], &[""], &["192.0.2.1, _hidden"], &[]] {
            assert_eq!(near(unreadable), "10.0.0.7", "{unreadable:?}");
        }
        let all_trusted = ["10.0.0.1,"; 40].concat() + "10.0.0.2";
        assert!(near(&[&all_trusted]).starts_with("10.0.0."));
    }

    #[test]
    fn networks_hold_what_begins_like_them() {
        let holds = |network: &str, address: &str| {
            network
                .parse::<Network>()
                .unwrap()
                .holds(address.parse().unwrap())
        };
        assert!(holds("0.0.0.0/0", "192.0.2.1") && holds("::/0", "2001:db8::1"));
        assert!(!holds("0.0.0.0/0", "2001:db8::1"));
        assert!(
            holds("2001:db8::/32", "2001:db8:ffff::1") && !holds("2001:db8::/32", "2001:db9::1")
        );
        assert!(holds("192.0.2.1", "192.0.2.1") && !holds("192.0.2.1", "192.0.2.2"));
        for bad in [
            "",
            "proxy.example",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/x",
            "10.0.0",
        ] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }
}
