//! Which addresses may be called. A name is judged by what it resolves to at the moment of the call, and that address is the
//! one that is dialled: a name that resolves otherwise a moment later changes nothing.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use keyferry_ports::messenger::NotDelivered;
use tokio::net::TcpStream;

use crate::failed;

/// Says to which addresses a name leads.
#[async_trait]
pub trait Names: Send + Sync {
    /// The addresses of a host now.
    async fn addresses(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// As the operating system says it.
struct SystemNames;

#[async_trait]
impl Names for SystemNames {
    async fn addresses(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.collect())
    }
}

/// Which addresses any host may have.
#[derive(Clone, Copy, Debug)]
enum Scope {
    /// Those of the public Internet.
    Public,
    /// Those, and those of private networks.
    Networks,
    /// This host itself, and what gives it its credentials.
    ThisHost,
}

impl Scope {
    fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::Public => is_public(address),
            Self::Networks => is_public(address) || is_of_private_network(address),
            Self::ThisHost => is_of_this_host(address),
        }
    }
}

/// Which hosts may be called.
#[derive(Clone)]
pub struct Reach {
    private_hosts: BTreeSet<String>,
    /// The configuration key that names them, where one does.
    setting: Option<&'static str>,
    scope: Scope,
    names: Arc<dyn Names>,
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach")
            .field("private_hosts", &self.private_hosts)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// Why a host is not called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// Its name has no address.
    #[error("{0}")]
    Unknown(String),
    /// None of its addresses is allowed.
    #[error("{0}")]
    Refused(String),
}

impl Default for Reach {
    fn default() -> Self {
        Self {
            private_hosts: BTreeSet::new(),
            setting: Some("alerts.private_hosts"),
            scope: Scope::Public,
            names: Arc::new(SystemNames),
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

    /// Public addresses and those of private networks, but never this host, its metadata services or what is not one host: for
    /// names of AWS's own, which lead to private addresses where a network has its interface endpoints (AWS PrivateLink Guide).
    pub fn with_private_networks() -> Self {
        Self {
            setting: None,
            scope: Scope::Networks,
            ..Self::default()
        }
    }

    /// This host itself and the metadata services that it alone can reach.
    pub fn of_this_host() -> Self {
        Self {
            setting: None,
            scope: Scope::ThisHost,
            ..Self::default()
        }
    }

    /// The same, whose private hosts are named under another key of the configuration: for whoever reads a refusal.
    #[must_use]
    pub fn set_by(self, setting: &'static str) -> Self {
        Self {
            setting: Some(setting),
            ..self
        }
    }

    /// The same, which asks somebody else where names lead.
    #[must_use]
    pub fn asking(self, names: Arc<dyn Names>) -> Self {
        Self { names, ..self }
    }

    /// Whether a host may have a private address, and may be called without TLS.
    pub fn is_private_host(&self, host: &str) -> bool {
        self.private_hosts.contains(&host.to_ascii_lowercase())
    }

    /// The addresses of a host that may be called: they are what is to be dialled, and not the name again.
    ///
    /// # Errors
    ///
    /// [`Unreachable`] where there is none.
    pub async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Unreachable> {
        let found = self.names.addresses(host, port).await;
        let all = found
            .map_err(|error| Unreachable::Unknown(format!("{host} does not resolve: {error}")))?;
        let may_be_private = self.is_private_host(host);
        let (allowed, refused): (Vec<SocketAddr>, Vec<SocketAddr>) = all
            .into_iter()
            .partition(|address| may_be_private || self.scope.allows(address.ip()));
        match refused.first() {
            _ if !allowed.is_empty() => Ok(allowed),
            Some(address) => Err(self.refusal(host, address.ip())),
            None => Err(Unreachable::Unknown(format!("{host} has no address"))),
        }
    }

    fn refusal(&self, host: &str, address: IpAddr) -> Unreachable {
        let what = match self.scope {
            Scope::Public => "is not public",
            Scope::Networks => "is no address of another host",
            Scope::ThisHost => "is not on this host",
        };
        let way = self.setting.map_or_else(String::new, |setting| {
            format!("; name the host in `{setting}` if it is meant")
        });
        Unreachable::Refused(format!("{host} resolves to {address}, which {what}{way}"))
    }

    /// Connects to a host at an address that is allowed.
    ///
    /// # Errors
    ///
    /// [`NotDelivered`] where there is none, or nobody answers there.
    pub async fn dial(&self, host: &str, port: u16) -> Result<TcpStream, NotDelivered> {
        let allowed = self.addresses(host, port).await;
        let allowed = allowed.map_err(|refused| NotDelivered {
            why: refused.to_string(),
        })?;
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for address in allowed {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(failed(format_args!("no connection to {host}"), &last))
    }
}

/// Whether an address is one of private networks (RFC 1918, RFC 6598, RFC 4193), and not of a metadata service among them.
fn is_of_private_network(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, ..] = address.octets();
            address.is_private() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(address) => {
            address.is_unique_local() && !address.segments().starts_with(&[0xfd00, 0x0ec2])
        }
    }
}

/// Whether an address is this host, or a metadata service that only this host can reach (EC2 User Guide, "Instance metadata";
/// ECS and EKS guides, container credentials).
pub fn is_of_this_host(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_link_local(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.segments().starts_with(&[0xfd00, 0x0ec2])
        }
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
        || (a == 192 && b == 88 && c == 99)
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

    #[test]
    fn private_networks_are_neither_this_host_nor_a_metadata_service() {
        for text in [
            "10.1.2.3",
            "172.16.0.1",
            "192.168.0.1",
            "100.64.0.1",
            "fd12::1",
        ] {
            let address: IpAddr = text.parse().unwrap();
            assert!(
                Scope::Networks.allows(address) && !Scope::Public.allows(address),
                "{text}"
            );
            assert!(!Scope::ThisHost.allows(address), "{text}");
        }
        for text in [
            "127.0.0.1",
            "::1",
            "169.254.169.254",
            "fd00:ec2::254",
            "::ffff:127.0.0.1",
        ] {
            let address: IpAddr = text.parse().unwrap();
            assert!(!Scope::Networks.allows(address), "{text}");
            assert!(Scope::ThisHost.allows(address), "{text}");
        }
        for text in [
            "0.0.0.0",
            "::",
            "255.255.255.255",
            "224.0.0.1",
            "fe80::1",
            "::127.0.0.1",
        ] {
            let address: IpAddr = text.parse().unwrap();
            for scope in [Scope::Public, Scope::Networks, Scope::ThisHost] {
                assert!(!scope.allows(address), "{text} {scope:?}");
            }
        }
    }
}
