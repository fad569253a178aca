//! Nobody makes the server call inside: every field that names an address, by every form that leads back to this host, to a
//! private network or to a metadata service, through the code that connects.

mod fields;
mod forms;
mod provider;

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use keyferry_notify::Names;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use fields::{FIELDS, Field, attempt};

/// A public address at which nobody listens: one of the anycast block that RFC 7450 gives to relays.
const PUBLIC: Ipv4Addr = Ipv4Addr::new(192, 52, 193, 1);

/// Listens on every address of this host, of both families, and counts who comes.
struct Canary {
    port: u16,
    hits: Arc<AtomicUsize>,
}

impl Canary {
    /// `says` goes to everybody who comes.
    async fn new(says: &'static str) -> Self {
        let four = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
        let port = four.local_addr().unwrap().port();
        let hits = Arc::default();
        listen(four, says, &hits);
        // A host without IPv6 has no such way in either.
        if let Ok(six) = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            listen(six, says, &hits);
        }
        Self { port, hits }
    }

    fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }
}

fn listen(listener: TcpListener, says: &'static str, hits: &Arc<AtomicUsize>) {
    let hits = Arc::clone(hits);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            hits.fetch_add(1, Ordering::SeqCst);
            if !says.is_empty() {
                let mut asked = [0u8; 4096];
                let _ = stream.read(&mut asked).await;
                let _ = stream.write_all(says.as_bytes()).await;
            }
            let _ = stream.shutdown().await;
        }
    });
}

/// Names as an attacker would have them: a host that looks like a number or like this one goes to the operating system, which
/// knows more ways to write an address than one thinks; any other leads to this host.
struct HostileNames {
    first: Vec<Ipv4Addr>,
    later: Vec<Ipv4Addr>,
    asked: AtomicUsize,
}

impl HostileNames {
    fn local() -> Arc<dyn Names> {
        Self::of(&[Ipv4Addr::LOCALHOST], &[Ipv4Addr::LOCALHOST])
    }

    /// Answers one thing to the first question, and another one from then on.
    fn of(first: &[Ipv4Addr], later: &[Ipv4Addr]) -> Arc<dyn Names> {
        Arc::new(Self {
            first: first.to_vec(),
            later: later.to_vec(),
            asked: AtomicUsize::default(),
        })
    }
}

fn is_for_the_system(host: &str) -> bool {
    let is_number = |c: char| c.is_ascii_hexdigit() || ".:xX".contains(c);
    host.chars().all(is_number) || host.eq_ignore_ascii_case("localhost")
}

#[async_trait]
impl Names for HostileNames {
    async fn addresses(&self, host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
        if is_for_the_system(host) {
            return Ok(tokio::net::lookup_host((host, port)).await?.collect());
        }
        if host == provider::HOST {
            return Ok(vec![SocketAddr::from((Ipv4Addr::LOCALHOST, port))]);
        }
        let is_first = self.asked.fetch_add(1, Ordering::SeqCst) == 0;
        let found = if is_first { &self.first } else { &self.later };
        Ok(found
            .iter()
            .map(|ip| SocketAddr::from((*ip, port)))
            .collect())
    }
}

/// What became of an attempt, within a moment.
async fn within_a_moment(
    field: Field,
    form: &str,
    port: u16,
    hosts: &[&str],
    names: &Arc<dyn Names>,
) -> Result<(), String> {
    let moment = Duration::from_secs(2);
    let trying = attempt(field, form, port, hosts, names);
    let ended = tokio::time::timeout(moment, trying).await;
    ended.unwrap_or_else(|_| Err("no connection in a moment".to_owned()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_form_of_any_field_leads_inside() {
    let canary = Canary::new("").await;
    let names = HostileNames::local();
    let forms = forms::all(canary.port);
    assert!(forms.len() >= 60, "{}", forms.len());
    let mut wrong = Vec::new();
    for field in FIELDS {
        for form in &forms {
            let result = within_a_moment(*field, form, canary.port, &[], &names).await;
            match result {
                Err(why) if !why.contains("no connection") => {}
                other => wrong.push(format!("{field:?} {form:?}: {other:?}")),
            }
        }
        assert_eq!(canary.hits(), 0, "{field:?} has called inside");
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_canary_is_heard_by_every_field_where_the_configuration_names_the_host() {
    for field in FIELDS.iter().filter(|field| **field != Field::VpcEndpoint) {
        for host in ["127.0.0.1", "localhost", "0x7f.1"] {
            let canary = Canary::new("").await;
            let form = format!("https://{host}:{}/", canary.port);
            let names = HostileNames::local();
            let _ = within_a_moment(*field, &form, canary.port, &[host, "localhost"], &names).await;
            // It hears of connections a moment after they are made.
            for _ in 0..100 {
                if canary.hits() > 0 {
                    break;
                }
                tokio::task::yield_now().await;
                std::thread::sleep(Duration::from_millis(2));
            }
            assert_ne!(canary.hits(), 0, "{field:?} {host}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_leads_elsewhere_when_asked_again_leads_nowhere_inside() {
    let local = Ipv4Addr::LOCALHOST;
    let canary = Canary::new("").await;
    for field in FIELDS {
        let form = format!("https://rebound.example:{}/", canary.port);
        for (first, later) in [
            (&[PUBLIC][..], &[local][..]),
            (&[local], &[PUBLIC]),
            (&[PUBLIC, local], &[local]),
            (&[local, PUBLIC], &[local]),
        ] {
            let names = HostileNames::of(first, later);
            let moment = Duration::from_millis(300);
            let trying = attempt(*field, &form, canary.port, &[], &names);
            let _ = tokio::time::timeout(moment, trying).await;
            if first == [PUBLIC] {
                continue;
            }
            assert_eq!(canary.hits(), 0, "{field:?} {first:?}");
        }
    }
    assert_eq!(canary.hits(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redirects_are_followed_nowhere_even_to_hosts_that_may_be_called() {
    let other = Canary::new("").await;
    let location = format!("https://localhost:{}/", other.port);
    let answer = format!(
        "HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    let first = Canary::new(answer.leak()).await;
    for field in [
        Field::AlertWebhook,
        Field::AuditWebhook,
        Field::Endpoint,
        Field::Proxy,
    ] {
        let before = first.hits();
        let form = format!("http://localhost:{}/", first.port);
        let hosts = ["localhost"];
        let names = HostileNames::local();
        let _ = within_a_moment(field, &form, first.port, &hosts, &names).await;
        assert!(first.hits() > before, "{field:?} has called what it may");
        assert_eq!(other.hits(), 0, "{field:?}");
    }
}
