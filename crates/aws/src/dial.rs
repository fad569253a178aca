//! Connections: name, TCP, proxy, TLS, in this order, each failure told by its stage.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use base64::Engine;
use http::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use jiff::SignedDuration;
use keyferry_domain::arn::Region;
use keyferry_domain::connection::Proxy;
use keyferry_notify::{Names, Unreachable, is_of_this_host};
use keyferry_ports::aws::NotSentStage;
use keyferry_ports::clock::Clock;
use keyferry_ports::secret::SecretText;
use rustls::CertificateError;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::clock::after;
use crate::trust::Trust;

/// From the name to the end of the TLS handshake.
const CONNECT_TIMEOUT: SignedDuration = SignedDuration::from_secs(5);
/// The same for plain HTTP, which only metadata services and loopback get.
const LOCAL_CONNECT_TIMEOUT: SignedDuration = SignedDuration::from_secs(1);
/// A proxy's answer to `CONNECT` is longer than this only if it is none.
const PROXY_ANSWER_MAX: usize = 8 * 1024;

/// A request that got no answer, with the stage where it failed; no stage means that it may have been sent.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{why}")]
pub(crate) struct WireError {
    /// `None`: it may have reached AWS.
    pub(crate) stage: Option<NotSentStage>,
    /// In one sentence.
    pub(crate) why: String,
}

impl WireError {
    pub(crate) fn not_sent(stage: NotSentStage, why: impl Into<String>) -> Self {
        Self {
            stage: Some(stage),
            why: why.into(),
        }
    }
}

/// What is dialled for; it decides which servers may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Those that the checked settings name.
    Settings,
    /// STS and IAM Identity Center, and the metadata services of the host. For credentials of the host, so that an
    /// endpoint from its environment or profile is refused.
    HostCredentials,
}

/// Who judges to which addresses names lead.
pub(crate) struct Judges {
    /// Of custom endpoints and proxies, which people name: public addresses, and hosts that the configuration names.
    pub(crate) named: keyferry_notify::Reach,
    /// Of AWS's own endpoints: not this host.
    pub(crate) aws: keyferry_notify::Reach,
    /// Of what gives this host its credentials.
    pub(crate) this_host: keyferry_notify::Reach,
}

impl Judges {
    /// With private hosts of custom endpoints and proxies.
    pub(crate) fn new(private_hosts: Vec<String>) -> Self {
        Self {
            named: keyferry_notify::Reach::with_private_hosts(private_hosts)
                .set_by("connections.private_hosts"),
            aws: keyferry_notify::Reach::with_private_networks(),
            this_host: keyferry_notify::Reach::of_this_host(),
        }
    }

    /// The same, which ask somebody else where names lead.
    pub(crate) fn asking(self, names: &Arc<dyn Names>) -> Self {
        Self {
            named: self.named.asking(Arc::clone(names)),
            aws: self.aws.asking(Arc::clone(names)),
            this_host: self.this_host.asking(Arc::clone(names)),
        }
    }
}

/// Opens connections to AWS.
pub(crate) struct Dialer {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) trust: Arc<Trust>,
    pub(crate) proxy: Option<Arc<Proxy<SecretText>>>,
    pub(crate) purpose: Purpose,
    pub(crate) judges: Arc<Judges>,
    /// Whether the settings name the endpoint's host themselves.
    pub(crate) is_custom: bool,
}

impl Dialer {
    /// Connects to the host of `uri`, directly or through the proxy.
    pub(crate) async fn dial(&self, uri: &Uri) -> Result<TokioIo<Stream>, WireError> {
        let target = Target::of(uri)?;
        self.check_purpose(&target)?;
        let timeout = if target.is_tls {
            CONNECT_TIMEOUT
        } else {
            LOCAL_CONNECT_TIMEOUT
        };
        let deadline = after(self.clock.now(), timeout);
        tokio::select! {
            connected = self.connect(&target) => connected.map(TokioIo::new),
            () = self.clock.sleep_until(deadline) => Err(WireError::not_sent(
                NotSentStage::Connect,
                format!("no connection to {} within {} s", target.authority(), timeout.as_secs()),
            )),
        }
    }

    fn check_purpose(&self, target: &Target) -> Result<(), WireError> {
        if !target.is_tls && !is_local(&target.host) {
            return Err(WireError::not_sent(
                NotSentStage::Connect,
                format!("{} would be called without TLS", target.authority()),
            ));
        }
        if self.purpose == Purpose::HostCredentials
            && target.is_tls
            && !gives_credentials(&target.host)
        {
            return Err(WireError::not_sent(
                NotSentStage::Connect,
                format!(
                    "{} is no service of AWS that gives credentials, and endpoints of the host's own \
                     configuration do not count",
                    target.host
                ),
            ));
        }
        Ok(())
    }

    fn judge_of(&self, target: &Target) -> &keyferry_notify::Reach {
        match self.purpose {
            Purpose::Settings if self.is_custom => &self.judges.named,
            Purpose::HostCredentials if !target.is_tls => &self.judges.this_host,
            Purpose::Settings | Purpose::HostCredentials => &self.judges.aws,
        }
    }

    async fn connect(&self, target: &Target) -> Result<Stream, WireError> {
        if !target.is_tls {
            let judge = self.judge_of(target);
            let socket = tcp(judge, &target.host, target.port, NotSentStage::Connect).await?;
            return Ok(Stream {
                inner: Box::pin(socket),
                is_h2: false,
            });
        }
        let socket = match &self.proxy {
            None => {
                let judge = self.judge_of(target);
                tcp(judge, &target.host, target.port, NotSentStage::Connect).await?
            }
            Some(proxy) => tunnel(&self.judges.named, proxy, target).await?,
        };
        let name = ServerName::try_from(target.host.clone()).map_err(|_| {
            WireError::not_sent(
                NotSentStage::Build,
                format!("{} is no host name", target.host),
            )
        })?;
        let secured = TlsConnector::from(self.trust.for_host(&target.host))
            .connect(name, socket)
            .await
            .map_err(|error| WireError::not_sent(NotSentStage::Tls, tls_sentence(&error)))?;
        let is_h2 = secured.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok(Stream {
            inner: Box::pin(secured),
            is_h2,
        })
    }
}

/// The host of a URI, in small letters, an IPv6 address without its brackets.
pub(crate) fn host_of(uri: &Uri) -> Option<String> {
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

struct Target {
    host: String,
    port: u16,
    is_tls: bool,
}

impl Target {
    fn of(uri: &Uri) -> Result<Self, WireError> {
        let is_tls = uri.scheme_str() == Some("https");
        let host = host_of(uri)
            .ok_or_else(|| WireError::not_sent(NotSentStage::Build, "the address has no host"))?;
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        Ok(Self { host, port, is_tls })
    }

    fn authority(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }
}

/// Whether a host is this machine, or a metadata service that only this machine can reach: by its name, as
/// [`is_of_this_host`] judges addresses.
fn is_local(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(address) => is_of_this_host(address),
        Err(_) => host == "localhost",
    }
}

/// Whether a host is one of the services that credentials of a host come from: STS, IAM Identity Center. Not any host
/// of AWS's: customers have names below its suffixes too.
fn gives_credentials(host: &str) -> bool {
    const SUFFIXES: &[&str] = &[
        ".amazonaws.com",
        ".amazonaws.com.cn",
        ".amazonaws.eu",
        ".api.aws",
        ".c2s.ic.gov",
        ".sc2s.sgov.gov",
        ".cloud.adc-e.uk",
        ".csp.hci.ic.gov",
    ];
    const SERVICES: &[&str] = &["sts.", "sts-fips.", "oidc.", "portal.sso."];
    SUFFIXES
        .iter()
        .filter_map(|suffix| host.strip_suffix(suffix))
        .any(|rest| {
            let region = SERVICES
                .iter()
                .find_map(|service| rest.strip_prefix(service));
            rest == "sts" || region.is_some_and(|region| region.parse::<Region>().is_ok())
        })
}

async fn tcp(
    judge: &keyferry_notify::Reach,
    host: &str,
    port: u16,
    stage: NotSentStage,
) -> Result<TcpStream, WireError> {
    let addresses = judge.addresses(host, port).await;
    let addresses = addresses.map_err(|why| match why {
        Unreachable::Unknown(why) => WireError::not_sent(NotSentStage::Name, why),
        Unreachable::Refused(why) => WireError::not_sent(stage, why),
    })?;
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(socket) => {
                // Without it small requests wait for the acknowledgement of the one before.
                let _best_effort = socket.set_nodelay(true);
                return Ok(socket);
            }
            Err(error) => last = error,
        }
    }
    Err(WireError::not_sent(
        stage,
        format!("no connection to {host}:{port}: {last}"),
    ))
}

/// Asks the proxy for a tunnel (RFC 9110, section 9.3.6).
async fn tunnel(
    judge: &keyferry_notify::Reach,
    proxy: &Proxy<SecretText>,
    target: &Target,
) -> Result<TcpStream, WireError> {
    let refuse = |why: String| WireError::not_sent(NotSentStage::Proxy, why);
    let address: Uri = proxy
        .url
        .parse()
        .map_err(|_| refuse("the proxy's address is no URL".to_owned()))?;
    let host = host_of(&address).unwrap_or_default();
    let port = address.port_u16().unwrap_or(80);
    let mut socket = tcp(judge, &host, port, NotSentStage::Proxy).await?;
    let request = connect_request(proxy, target);
    socket
        .write_all(&request)
        .await
        .map_err(|error| refuse(format!("the proxy {host}:{port} does not listen: {error}")))?;
    let answer = read_head(&mut socket)
        .await
        .map_err(|error| refuse(format!("the proxy {host}:{port} does not answer: {error}")))?;
    match status_of(&answer) {
        Some(200..=299) => Ok(socket),
        Some(407) => Err(refuse(format!(
            "the proxy {host}:{port} wants other credentials (407)"
        ))),
        Some(status) => Err(refuse(format!(
            "the proxy {host}:{port} opens no tunnel to {}: it answered {status}",
            target.authority()
        ))),
        None => Err(refuse(format!(
            "{host}:{port} does not answer like a proxy"
        ))),
    }
}

fn connect_request(proxy: &Proxy<SecretText>, target: &Target) -> zeroize::Zeroizing<Vec<u8>> {
    let authority = target.authority();
    let mut request = zeroize::Zeroizing::new(Vec::with_capacity(4096));
    request.extend_from_slice(
        format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n").as_bytes(),
    );
    if let Some((user, password)) = &proxy.credentials {
        let plain = zeroize::Zeroizing::new(format!("{user}:{}", password.expose()));
        let basic = base64::engine::general_purpose::STANDARD.encode(plain.as_bytes());
        let basic = zeroize::Zeroizing::new(basic);
        request.extend_from_slice(b"Proxy-Authorization: Basic ");
        request.extend_from_slice(basic.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    request
}

/// Reads up to the empty line. The server behind the tunnel says nothing before we do, so that nothing of its
/// words can be read here.
async fn read_head(socket: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= PROXY_ANSWER_MAX {
            return Err(io::Error::other("its answer does not end"));
        }
        head.push(socket.read_u8().await?);
    }
    Ok(head)
}

fn status_of(head: &[u8]) -> Option<u16> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let mut words = line.split(' ');
    words
        .next()
        .filter(|version| version.starts_with("HTTP/1."))?;
    words.next()?.parse().ok()
}

/// What a failed handshake means, for people.
fn tls_sentence(error: &io::Error) -> String {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(problem)) => match problem {
            CertificateError::UnknownIssuer => {
                "the server's certificate comes from an authority that this connection does not trust"
                    .to_owned()
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                format!("the server's certificate has expired ({problem})")
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                format!("the server's certificate is for another host name ({problem})")
            }
            other => format!("the server's certificate is not acceptable: {other}"),
        },
        Some(other) => format!("no TLS: {other}"),
        None => format!("no TLS: {error}"),
    }
}

trait Io: AsyncRead + AsyncWrite + Send {}
impl<T: AsyncRead + AsyncWrite + Send> Io for T {}

/// An open connection.
pub(crate) struct Stream {
    inner: Pin<Box<dyn Io>>,
    is_h2: bool,
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        if self.is_h2 {
            Connected::new().negotiated_h2()
        } else {
            Connected::new()
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.inner.as_mut().poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.inner.as_mut().poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.as_mut().poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_services_that_give_credentials_are_called_for_the_credentials_of_a_host() {
        for host in [
            "sts.amazonaws.com",
            "sts.eu-central-1.amazonaws.com",
            "sts.cn-north-1.amazonaws.com.cn",
            "portal.sso.us-east-1.amazonaws.com",
            "oidc.us-east-1.amazonaws.com",
        ] {
            assert!(gives_credentials(host), "{host}");
        }
        for host in [
            "abc.execute-api.us-east-1.amazonaws.com",
            "sts.evil.amazonaws.com",
            "bucket.s3.amazonaws.com",
            "sts.eu-central-1.amazonaws.com.example.org",
            "amazonaws.com",
        ] {
            assert!(!gives_credentials(host), "{host}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_and_its_metadata_services() {
        for host in [
            "127.0.0.1",
            "::1",
            "localhost",
            "169.254.169.254",
            "fd00:ec2::254",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
        ] {
            assert!(is_local(host), "{host}");
        }
        for host in [
            "10.0.0.1",
            "192.168.1.1",
            "example.org",
            "fd00:ec3::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(!is_local(host), "{host}");
        }
    }
}
