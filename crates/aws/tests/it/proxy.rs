//! Through a proxy.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use keyferry_domain::connection::{LinkSettings, Proxy, TlsTrust};
use keyferry_ports::aws::{CallFailure, KmsCall, NotSentStage};
use keyferry_ports::secret::SecretText;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::tls::{Authority, acceptor};
use crate::support::{Linked, Reply, Server, key, settings};

/// A proxy that answers `CONNECT` with these words, and opens the tunnel where they begin with 200.
struct TestProxy {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl TestProxy {
    async fn answering(words: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let noted = Arc::clone(&noted);
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        head.push(client.read_u8().await.unwrap());
                    }
                    let head = String::from_utf8(head).unwrap();
                    let target = head.split(' ').nth(1).unwrap().to_owned();
                    noted.lock().unwrap().push(head);
                    client.write_all(words.as_bytes()).await.unwrap();
                    if words.starts_with("HTTP/1.1 200") {
                        let mut server = TcpStream::connect(target).await.unwrap();
                        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                    }
                });
            }
        });
        Self { address, heads }
    }

    fn settings(&self, server: &Server, authority: &Authority) -> LinkSettings<SecretText> {
        LinkSettings {
            tls: TlsTrust {
                ca_bundle: Some(authority.pem()),
                ..TlsTrust::default()
            },
            proxy: Some(Proxy {
                url: format!("http://{}", self.address),
                credentials: Some(("u".to_owned(), SecretText::new("p:w"))),
            }),
            ..settings(&server.url())
        }
    }
}

async fn server(authority: &Authority) -> Server {
    let own = authority.certify("127.0.0.1");
    Server::tls(acceptor(&own), |_| Reply::json(&json!({}))).await
}

#[tokio::test]
async fn all_traffic_goes_through_the_proxy_with_its_credentials() {
    let authority = Authority::new();
    let server = server(&authority).await;
    let proxy = TestProxy::answering("HTTP/1.1 200 Connection established\r\n\r\n").await;
    let linked = Linked::with(proxy.settings(&server, &authority)).await;

    linked.send(&KmsCall::EnableKey(key())).await.unwrap();

    let heads = proxy.heads.lock().unwrap().clone();
    assert_eq!(heads.len(), 1);
    assert!(heads[0].starts_with(&format!("CONNECT {} HTTP/1.1\r\n", server.address())));
    assert!(
        heads[0].contains("Proxy-Authorization: Basic dTpwOnc=\r\n"),
        "{}",
        heads[0]
    );
    assert_eq!(server.seen().len(), 1);
    assert!(server.seen()[0].header("proxy-authorization").is_none());
}

#[tokio::test]
async fn a_proxy_that_opens_no_tunnel_means_that_nothing_was_sent() {
    let authority = Authority::new();
    let server = server(&authority).await;
    for (answer, word) in [
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407"),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", "403"),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", "502"),
        (
            "220 mail.example.org ESMTP\r\n\r\n",
            "does not answer like a proxy",
        ),
    ] {
        let proxy = TestProxy::answering(answer).await;
        let linked = Linked::with(proxy.settings(&server, &authority)).await;

        let failure = linked.send(&KmsCall::EnableKey(key())).await.unwrap_err();

        let CallFailure::NotSent { stage, why, .. } = failure else {
            panic!("{failure:?}")
        };
        assert_eq!(stage, NotSentStage::Proxy, "{why}");
        assert!(why.contains(word), "{why}");
        assert!(!why.contains("p:w"), "{why}");
    }
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn a_proxy_that_is_not_there_means_that_nothing_was_sent() {
    let authority = Authority::new();
    let server = server(&authority).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = TestProxy {
        address: listener.local_addr().unwrap(),
        heads: Arc::default(),
    };
    drop(listener);
    let linked = Linked::with(nobody.settings(&server, &authority)).await;

    let failure = linked.send(&KmsCall::EnableKey(key())).await.unwrap_err();

    assert!(matches!(
        failure,
        CallFailure::NotSent {
            stage: NotSentStage::Proxy,
            ..
        }
    ));
}
