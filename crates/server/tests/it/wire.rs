//! What a client meets on a real socket: heads, bodies, silence, and the headers of answers.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use keyferry_server::config::TlsVersion;
use keyferry_server::serve::{listen, serve};
use keyferry_server::{ServerState, service, tls};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::site::{PASSWORD, Site, configured};

/// Longer than any of the times that these tests set, and shorter than the ones that they do not set.
const PATIENCE: Duration = Duration::from_secs(10);

struct Listening {
    site: Site,
    address: SocketAddr,
    connector: TlsConnector,
}

impl Listening {
    async fn new(config: &str) -> Self {
        let site = Site::configured(config).await;
        let folder = tempfile::tempdir().unwrap();
        let own = tls::self_signed(&[]).unwrap();
        let (chain, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
        std::fs::write(&chain, &own.certificate).unwrap();
        std::fs::write(&key, own.private_key).unwrap();
        let identity = tls::load(&chain, &key, TlsVersion::V1_3, None).unwrap();
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let state = ServerState {
            app: Arc::clone(&site.app),
        };
        let config = configured(config);
        let router = service(state, &config);
        tokio::spawn(async move {
            let limits = &config.connections;
            serve(listener, &identity, router, limits, std::future::pending()).await
        });
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_slice(own.certificate.as_bytes()).unwrap();
        roots.add(certificate).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            site,
            address,
            connector: TlsConnector::from(Arc::new(client)),
        }
    }

    async fn connect(&self) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        self.connector.connect(name, stream).await
    }

    /// Says something, and nothing more; answers what comes until the connection ends.
    async fn say(&self, words: &str) -> String {
        let mut stream = self.connect().await.unwrap();
        // What is said may be more than anybody waits for.
        let _ = stream.write_all(words.as_bytes()).await;
        heard(&mut stream).await
    }

    async fn curl(&self, arguments: &[&str], path: &str) -> String {
        let url = format!("https://localhost:{}{path}", self.address.port());
        let mut command = Command::new("curl");
        command.args(["-ski", "--resolve"]);
        command.arg(format!("localhost:{}:127.0.0.1", self.address.port()));
        command.args(arguments).arg(url);
        let output = tokio::task::spawn_blocking(move || command.output());
        let output = output.await.unwrap().unwrap();
        String::from_utf8(output.stdout).unwrap().to_lowercase()
    }
}

async fn heard(stream: &mut TlsStream<TcpStream>) -> String {
    let mut heard = Vec::new();
    let reading = stream.read_to_end(&mut heard);
    let ended = tokio::time::timeout(PATIENCE, reading).await;
    assert!(ended.is_ok(), "the connection goes on");
    String::from_utf8(heard).unwrap()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

/// The problem's code.
fn code(answer: &str) -> String {
    let body = answer.split_once("\r\n\r\n").map_or("", |parts| parts.1);
    let problem: Value = serde_json::from_str(body).unwrap_or_default();
    problem["code"].as_str().unwrap_or_default().to_owned()
}

fn post(body: &str) -> String {
    let length = body.len();
    format!(
        "POST /api/v1/sessions HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

const FAST: &str = "[http]\nheader_timeout_seconds = 1\nbody_timeout_seconds = 1\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_has_the_headers_that_protect_and_none_that_tells_what_serves() {
    let server = Listening::new("").await;
    for protocol in ["--http1.1", "--http2"] {
        for path in [
            "/",
            "/healthz",
            "/api/v1/keys",
            "/api/v1/nothing",
            "/nothing",
        ] {
            let answer = server.curl(&[protocol], path).await;
            let head = answer.split("\r\n\r\n").next().unwrap();
            for wanted in [
                "\r\nstrict-transport-security: max-age=31536000; includesubdomains",
                "\r\npermissions-policy: accelerometer=(), ",
                "\r\nx-content-type-options: nosniff",
                "\r\nx-frame-options: deny",
                "\r\nreferrer-policy: no-referrer",
                "\r\ncross-origin-opener-policy: same-origin",
                "\r\ncross-origin-resource-policy: same-origin",
                "\r\ncache-control: no-store",
                "\r\ncontent-security-policy: default-src 'none'; script-src 'self'; ",
                "; frame-ancestors 'none'; require-trusted-types-for 'script'",
            ] {
                assert!(
                    head.contains(wanted),
                    "{path} {protocol}: {wanted} in {head}"
                );
            }
            for unwanted in [
                "\r\nserver:",
                "x-powered-by",
                "unsafe-inline",
                "unsafe-eval",
            ] {
                assert!(!head.contains(unwanted), "{path} {protocol}: {unwanted}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_come_to_the_point_is_not_waited_for() {
    let server = Listening::new(FAST).await;
    for beginning in [
        "",
        "P",
        "PRI * HTTP/2.0\r\n\r\nSM",
        "GET /healthz HTTP/1.1\r\n",
        "GET /healthz HTTP/1.1\r\nHost: h\r\nX-Slow: ",
    ] {
        let heard = server.say(beginning).await;
        assert!(!heard.contains("200 OK"), "{beginning:?}: {heard}");
    }
    let heard = server.say("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert!(heard.starts_with("HTTP/1.1 200 OK"), "{heard}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_does_not_come_in_time_is_refused() {
    let server = Listening::new(FAST).await;
    let whole = post(r#"{"user":"ann","password":"wrong"}"#);
    let heard = server.say(&whole[..whole.len() - 1]).await;
    assert_eq!(
        (status(&heard), code(&heard).as_str()),
        ("408", "request.body-too-slow")
    );
    let heard = server.say(&whole).await;
    assert_eq!(status(&heard), "401", "{heard}");
}

/// A change that is refused before its body is looked at.
fn refused_early(length: usize, more: &str) -> String {
    format!(
        "POST /api/v1/keys HTTP/1.1\r\nHost: h\r\n{more}\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[allow(
    clippy::disallowed_methods,
    reason = "the client on the other side of a real socket is slow"
)]
async fn who_is_refused_while_sending_a_body_hears_it_and_may_ask_again() {
    let server = Listening::new("").await;
    let mut stream = server.connect().await.unwrap();
    let part = "a".repeat(150_000);
    let head = refused_early(2 * part.len(), "");
    for words in [head.as_str(), &part, &part] {
        stream.write_all(words.as_bytes()).await.unwrap();
        // Long enough for a server that does not wait to have answered, and gone.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let again = "GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    stream.write_all(again.as_bytes()).await.unwrap();
    let heard = heard(&mut stream).await;
    assert_eq!(status(&heard), "401", "{heard}");
    assert!(heard.contains("HTTP/1.1 200 OK"), "{heard}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_whose_body_is_not_waited_for_is_said_to_end() {
    let server = Listening::new("").await;
    for head in [
        refused_early(10, ""),
        refused_early(10, "Expect: 100-continue\r\n"),
    ] {
        let heard = server.say(&head).await;
        assert_eq!(status(&heard), "401", "{heard}");
        assert!(heard.contains("\r\nconnection: close\r\n"), "{heard}");
        assert!(!heard.contains("100 Continue"), "{heard}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_that_are_too_long_are_refused() {
    let server = Listening::new("").await;
    let get = |path: &str, more: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{more}\r\n")
    };
    let long = "a".repeat(8 * 1024);
    let heard = server.say(&get(&format!("/healthz?{long}"), "")).await;
    assert_eq!(
        (status(&heard), code(&heard).as_str()),
        ("414", "request.uri-too-long")
    );
    let large = format!("X-Large: {}\r\n", "a".repeat(40 * 1024));
    assert_eq!(status(&server.say(&get("/healthz", &large)).await), "431");
    let many: String = (0..101)
        .map(|number| format!("X-{number}: a\r\n"))
        .collect();
    assert_eq!(status(&server.say(&get("/healthz", &many)).await), "431");
    let few: String = (0..90).map(|number| format!("X-{number}: a\r\n")).collect();
    assert_eq!(status(&server.say(&get("/healthz", &few)).await), "200");
    let large = "a".repeat(40 * 1024);
    let answer = server
        .curl(&["--http2", "-H", &format!("X-Large: {large}")], "/healthz")
        .await;
    assert_ne!(status(&answer), "200", "over HTTP/2 too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_are_too_large_too_deep_or_say_a_thing_twice_are_refused() {
    let server = Listening::new("[http]\nbody_bytes_max = 2048\n").await;
    let deep = format!(
        r#"{{"user":"ann","password":{}1{}}}"#,
        "[".repeat(100),
        "]".repeat(100)
    );
    let twice = r#"{"user":"ann","password":"wrong","user":"bob"}"#.to_owned();
    for (body, words) in [(deep, "more than 32 deep"), (twice, "`user` is said twice")] {
        let heard = server.say(&post(&body)).await;
        assert_eq!(
            (status(&heard), code(&heard).as_str()),
            ("400", "request.bad-body")
        );
        assert!(heard.contains(words), "{heard}");
    }
    let large = json!({"user": "ann", "password": "a".repeat(4096)}).to_string();
    let heard = server.say(&post(&large)).await;
    assert_eq!(
        (status(&heard), code(&heard).as_str()),
        ("413", "request.body-too-large")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_has_so_many_connections_and_no_more() {
    let server = Listening::new("[http]\nconnections_per_address_max = 2\n").await;
    let first = server.connect().await.unwrap();
    let _second = server.connect().await.unwrap();
    assert!(server.connect().await.is_err(), "a third");
    drop(first);
    let again = async {
        loop {
            if let Ok(stream) = server.connect().await {
                return stream;
            }
        }
    };
    tokio::time::timeout(PATIENCE, again).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_either_http_a_page_of_ours_may_change_things_and_another_may_not() {
    let server = Listening::new("").await;
    let sign_in = json!({"user": "ann", "password": PASSWORD}).to_string();
    let host = format!("https://localhost:{}", server.address.port());
    for protocol in ["--http1.1", "--http2"] {
        let answer = server
            .curl(
                &[
                    protocol,
                    "-H",
                    "content-type: application/json",
                    "-d",
                    &sign_in,
                ],
                "/api/v1/sessions",
            )
            .await;
        assert_eq!(status(&answer), "201", "{answer}");
        let (_, rest) = answer.split_once("\r\nset-cookie: ").unwrap();
        let (cookie, rules) = rest.lines().next().unwrap().split_once("; ").unwrap();
        assert!(cookie.starts_with("__host-keyferry="), "{cookie}");
        assert_eq!(rules.trim(), "path=/; secure; httponly; samesite=strict");
        // The cookie's value is hexadecimal or it was lowered: ask the router for one that was not.
        let cookie = cookie_of(&server.site).await;
        let out = async |origin: &str| {
            let cookie = format!("cookie: {cookie}");
            let origin = format!("origin: {origin}");
            let arguments = [protocol, "-X", "DELETE", "-H", &cookie, "-H", &origin];
            server.curl(&arguments, "/api/v1/sessions/current").await
        };
        let refused = out("https://evil.example").await;
        assert_eq!(
            (status(&refused), code(&refused).as_str()),
            ("403", "request.cross-site"),
            "{protocol}"
        );
        assert_eq!(status(&out(&host).await), "204", "{protocol}");
    }
}

async fn cookie_of(site: &Site) -> String {
    let body = json!({"user": "ann", "password": PASSWORD});
    let begun = site.post("/api/v1/sessions", body).await;
    let cookie = begun.header("set-cookie").split(';').next().unwrap();
    cookie.to_owned()
}
