//! Webhooks: signed, to allowed addresses, not redirected.

use keyferry_notify::{Reach, signature};
use keyferry_ports::messenger::{Messenger as _, NotDelivered, OpenAddress, OpenWebhook};
use keyferry_ports::secret::SecretText;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::support::{certificate, message, post, post_with};

const SECRET: &str = "a secret of the receiver";

fn webhook(url: String, ca_bundle: Option<String>) -> OpenAddress {
    OpenAddress::Webhook(OpenWebhook {
        url,
        secret: SecretText::new(SECRET),
        ca_bundle,
    })
}

/// Reads one request to the end of its body, and answers it.
async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, with: &str) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0u8; 4096];
        let read = stream.read(&mut part).await.unwrap();
        bytes.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = header(head, "content-length").parse::<usize>().unwrap();
        if body.len() >= length {
            break;
        }
    }
    stream.write_all(with.as_bytes()).await.unwrap();
    let _ = stream.shutdown().await;
    String::from_utf8(bytes).unwrap()
}

fn header(head: &str, name: &str) -> String {
    let line = head.lines().find_map(|line| {
        let (found, value) = line.split_once(": ")?;
        found.eq_ignore_ascii_case(name).then_some(value)
    });
    line.unwrap_or_else(|| panic!("no {name} in {head}"))
        .to_owned()
}

/// A receiver of one request; answers its port and what it got.
async fn receiver(tls: Option<TlsAcceptor>, with: &'static str) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let work = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        match tls {
            Some(tls) => match tls.accept(stream).await {
                Ok(stream) => answer(stream, with).await,
                Err(error) => format!("no TLS: {error}"),
            },
            None => answer(stream, with).await,
        }
    });
    (port, work)
}

const OK: &str = "HTTP/1.1 204 No Content\r\n\r\n";

#[tokio::test]
async fn a_webhook_is_signed_over_its_time_and_body() {
    let (tls, pem) = certificate();
    let (port, got) = receiver(Some(tls), OK).await;
    let to = webhook(
        format!("https://localhost:{port}/hooks?team=pay"),
        Some(pem),
    );

    post().deliver(&to, &message()).await.unwrap();

    let got = got.await.unwrap();
    let (head, body) = got.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /hooks?team=pay HTTP/1.1"), "{head}");
    assert_eq!(header(head, "host"), format!("localhost:{port}"));
    assert_eq!(body, message().json);
    assert_eq!(header(head, "keyferry-delivery"), message().id);
    let at: i64 = header(head, "keyferry-timestamp").parse().unwrap();
    assert_eq!(at, message().at.as_second());
    let signed = header(head, "keyferry-signature");
    assert_eq!(signed, signature(SECRET, at, body.as_bytes()));
    assert_ne!(signed, signature(SECRET, at + 1, body.as_bytes()));
    assert_ne!(signed, signature(SECRET, at, b"another body"));
    assert_ne!(signed, signature("another secret", at, body.as_bytes()));
}

/// Reckoned with `openssl dgst -sha256 -hmac`, as the guide tells receivers to.
#[test]
fn the_signature_is_what_other_tools_reckon() {
    assert_eq!(
        signature("key", 1, b"{}"),
        "v1=1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224"
    );
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_gets_nothing() {
    let (tls, _) = certificate();
    let (_, other) = certificate();
    let (port, got) = receiver(Some(tls), OK).await;
    let to = webhook(format!("https://localhost:{port}/"), Some(other));

    let failed = post().deliver(&to, &message()).await.unwrap_err();

    assert!(failed.why.contains("TLS"), "{failed}");
    assert!(got.await.unwrap().starts_with("no TLS"));
}

async fn refused(to: OpenAddress, reach: Reach) -> NotDelivered {
    post_with(reach).deliver(&to, &message()).await.unwrap_err()
}

#[tokio::test]
async fn addresses_that_are_not_public_are_refused_unless_the_configuration_names_the_host() {
    for host in [
        "localhost",
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "[::1]",
        "[fd00:ec2::254]",
        "[::ffff:127.0.0.1]",
    ] {
        let to = webhook(format!("https://{host}:9/"), None);
        let failed = refused(to, Reach::default()).await;
        assert!(failed.why.contains("not public"), "{host}: {failed}");
    }
    let elsewhere = Reach::with_private_hosts(["hooks.example".to_owned()]);
    let to = webhook("https://localhost:9/".to_owned(), None);
    let failed = refused(to, elsewhere).await;
    assert!(failed.why.contains("alerts.private_hosts"), "{failed}");
}

#[tokio::test]
async fn without_tls_only_hosts_that_the_configuration_names_are_called() {
    let (port, got) = receiver(None, OK).await;
    let plain = || webhook(format!("http://localhost:{port}/"), None);

    let failed = refused(plain(), Reach::default()).await;
    post().deliver(&plain(), &message()).await.unwrap();

    assert!(failed.why.contains("without TLS"), "{failed}");
    assert!(got.await.unwrap().contains(&message().json));
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_a_refusal_is_told() {
    for (with, told) in [
        (
            "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n",
            "redirects are not followed",
        ),
        (
            "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n",
            "500",
        ),
        ("this is no HTTP\r\n\r\n", "no usable answer"),
    ] {
        let (port, got) = receiver(None, with).await;
        let to = webhook(format!("http://localhost:{port}/"), None);

        let failed = post().deliver(&to, &message()).await.unwrap_err();

        assert!(failed.why.contains(told), "{failed}");
        got.await.unwrap();
    }
}

#[test]
fn a_ca_bundle_counts_only_if_every_certificate_in_it_is_one() {
    let (_, good) = certificate();
    let bad = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let refused = |pem: &str| post().check_ca_bundle(pem).unwrap_err().why;

    assert_eq!(post().check_ca_bundle(&good), Ok(()));
    let second = refused(&format!("{good}{bad}"));
    assert!(
        second.contains("certificate 2 of the CA bundle"),
        "{second}"
    );
    let none = refused("no PEM at all");
    assert!(none.contains("holds no certificate"), "{none}");
}
