//! A small provider of bad habits, over real TLS.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use keyferry_notify::Reach;
use keyferry_oidc::OpenId;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::identity::{
    IdentityProviders as _, NotVouchedFor, ProviderAddress, Redemption, VouchedFor,
};
use keyferry_ports::secret::SecretText;
use keyferry_testkit::clock::VirtualClock;
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::forge::Signer;

fn now() -> Timestamp {
    Timestamp::constant(1_767_225_600, 0)
}

/// What the provider answers, by path; a path that is not there is not found.
#[derive(Default)]
struct Script {
    discovery: Mutex<String>,
    keys: Mutex<String>,
    token: Mutex<(u16, String)>,
    head: Mutex<&'static str>,
    asked: Mutex<Vec<String>>,
    keys_asked: AtomicUsize,
}

struct Provider {
    script: Arc<Script>,
    address: ProviderAddress,
    clock: Arc<VirtualClock>,
    open_id: OpenId,
}

fn certificate() -> (TlsAcceptor, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), certificate.pem())
}

async fn serve(listener: TcpListener, tls: TlsAcceptor, script: Arc<Script>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (tls, script) = (tls.clone(), Arc::clone(&script));
        tokio::spawn(async move {
            let Ok(mut stream) = tls.accept(stream).await else {
                return;
            };
            let mut head = Vec::new();
            let mut part = [0u8; 4096];
            loop {
                let count = stream.read(&mut part).await.unwrap_or(0);
                head.extend_from_slice(&part[..count]);
                let text = String::from_utf8_lossy(&head).into_owned();
                let length = text
                    .to_lowercase()
                    .split("content-length: ")
                    .nth(1)
                    .and_then(|rest| rest.lines().next()?.parse().ok());
                let body = text.split_once("\r\n\r\n").map(|parts| parts.1.len());
                if count == 0 || body.is_some_and(|body| body >= length.unwrap_or(0)) {
                    break;
                }
            }
            let text = String::from_utf8_lossy(&head).into_owned();
            let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
            script.asked.lock().unwrap().push(text);
            let (status, body) = match path.as_str() {
                "/.well-known/openid-configuration" => {
                    (200, script.discovery.lock().unwrap().clone())
                }
                "/keys" => {
                    script.keys_asked.fetch_add(1, Ordering::SeqCst);
                    (200, script.keys.lock().unwrap().clone())
                }
                "/token" => script.token.lock().unwrap().clone(),
                _ => (404, String::new()),
            };
            let head = *script.head.lock().unwrap();
            let answer = match head {
                "" => format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                ),
                head => format!("{head}\r\n\r\n{body}"),
            };
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        });
    }
}

impl Provider {
    async fn new() -> Self {
        let (tls, ca) = certificate();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let issuer = format!("https://localhost:{port}");
        let script = Arc::new(Script::default());
        let document = json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth"),
            "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
        });
        *script.discovery.lock().unwrap() = document.to_string();
        tokio::spawn(serve(listener, tls, Arc::clone(&script)));
        let clock = Arc::new(VirtualClock::at(now()));
        let reach = Reach::with_private_hosts(["localhost".to_owned()]);
        Self {
            script,
            address: ProviderAddress {
                issuer,
                ca_bundle: Some(ca),
                client_id: "keyferry".to_owned(),
            },
            open_id: OpenId::new(clock.clone(), reach),
            clock,
        }
    }

    fn shows(&self, keys: &[Value]) {
        *self.script.keys.lock().unwrap() = json!({ "keys": keys }).to_string();
    }

    fn hands_out(&self, token: &str) {
        let body = json!({"access_token": "a", "token_type": "Bearer", "id_token": token});
        *self.script.token.lock().unwrap() = (200, body.to_string());
    }

    fn claims(&self) -> Value {
        let now = self.clock.now().as_second();
        json!({
            "iss": self.address.issuer, "aud": "keyferry", "sub": "s-1", "nonce": "n-1",
            "iat": now, "exp": now + 300,
        })
    }

    async fn redeem(&self) -> Result<VouchedFor, NotVouchedFor> {
        let (code, verifier) = (SecretText::new("c 1"), SecretText::new("v-1"));
        let secret = SecretText::new("s:e c&r+e=t");
        let redemption = Redemption {
            code: &code,
            verifier: &verifier,
            redirect_uri: "https://keyferry.example/callback",
            client_secret: Some(&secret),
            nonce: "n-1",
            proved_since: None,
        };
        self.open_id.redeem(&self.address, &redemption).await
    }

    fn keys_asked(&self) -> usize {
        self.script.keys_asked.load(Ordering::SeqCst)
    }
}

fn unavailable(answer: Result<impl std::fmt::Debug, NotVouchedFor>) -> String {
    match answer {
        Err(NotVouchedFor::Unavailable { why }) => why,
        other => panic!("{other:?}"),
    }
}

fn refused(answer: Result<impl std::fmt::Debug, NotVouchedFor>) -> String {
    match answer {
        Err(NotVouchedFor::Refused { why }) => why,
        other => panic!("{other:?}"),
    }
}

const HEADER: fn(&str) -> Value = |kid| json!({"alg": "ES256", "kid": kid});

#[tokio::test]
async fn a3_a_code_is_redeemed_with_secret_and_verifier_and_the_token_believed() {
    let provider = Provider::new().await;
    let signer = Signer::ec();
    provider.shows(&[signer.jwk("k-1")]);
    provider.hands_out(&signer.token(&HEADER("k-1"), &provider.claims()));

    assert_eq!(provider.redeem().await.unwrap().subject, "s-1");
    let asked = provider.script.asked.lock().unwrap();
    let token = asked
        .iter()
        .find(|text| text.starts_with("POST /token"))
        .unwrap();
    // `s%3Ae%20c%26r%2Be%3Dt` behind `keyferry:`, in base 64 (RFC 6749, 2.3.1).
    assert!(
        token.contains("authorization: Basic a2V5ZmVycnk6cyUzQWUlMjBjJTI2ciUyQmUlM0R0"),
        "{token}"
    );
    let body = token.split_once("\r\n\r\n").unwrap().1;
    assert_eq!(
        body,
        "grant_type=authorization_code&code=c%201&redirect_uri=https%3A%2F%2Fkeyferry.example%2Fcallback&code_verifier=v-1"
    );
}

#[tokio::test]
async fn a3_forged_tokens_of_the_providers_own_endpoint_vouch_for_nobody() {
    let provider = Provider::new().await;
    let signer = Signer::ec();
    provider.shows(&[signer.jwk("k-1")]);
    let with = |name: &str, value: Value| {
        let mut claims = provider.claims();
        claims[name] = value;
        signer.token(&HEADER("k-1"), &claims)
    };
    let past = provider.clock.now().as_second() - 3_600;
    let none = crate::forge::message(&json!({"alg": "none"}), &provider.claims());
    for token in [
        with("nonce", json!("of another sign-in")),
        with("aud", json!("another client")),
        with("iss", json!("https://evil.example")),
        with("exp", json!(past)),
        with("iat", json!(past)),
        Signer::ec().token(&HEADER("k-1"), &provider.claims()),
        format!("{none}."),
        String::new(),
    ] {
        provider.hands_out(&token);
        refused(provider.redeem().await);
    }
    *provider.script.token.lock().unwrap() = (400, r#"{"error":"invalid_grant"}"#.to_owned());
    assert!(refused(provider.redeem().await).ends_with("invalid_grant"));
    *provider.script.token.lock().unwrap() = (200, "{}".to_owned());
    refused(provider.redeem().await);
    for (status, body) in [(500, ""), (302, ""), (200, "<html>")] {
        *provider.script.token.lock().unwrap() = (status, body.to_owned());
        unavailable(provider.redeem().await);
    }
}

#[tokio::test]
async fn a3_a_new_key_is_fetched_when_a_token_names_it_and_not_more_often_than_twice_a_minute() {
    let provider = Provider::new().await;
    let (old, new) = (Signer::ec(), Signer::ec());
    provider.shows(&[old.jwk("k-1")]);
    provider.hands_out(&old.token(&HEADER("k-1"), &provider.claims()));
    provider.redeem().await.unwrap();
    provider.redeem().await.unwrap();
    assert_eq!(provider.keys_asked(), 1);

    provider.shows(&[new.jwk("k-2")]);
    provider.hands_out(&new.token(&HEADER("k-2"), &provider.claims()));
    for _ in 0..5 {
        refused(provider.redeem().await);
    }
    assert_eq!(provider.keys_asked(), 1, "just looked");
    provider.clock.set(now() + SignedDuration::from_secs(31));
    provider.redeem().await.unwrap();
    assert_eq!(provider.keys_asked(), 2);
    // What the provider took back counts no more, and a key that it never had asks nobody again and again.
    provider.hands_out(&old.token(&HEADER("k-1"), &provider.claims()));
    for _ in 0..5 {
        refused(provider.redeem().await);
    }
    assert_eq!(provider.keys_asked(), 2);

    provider.clock.set(now() + SignedDuration::from_mins(20));
    provider.shows(&[]);
    provider.hands_out(&new.token(&HEADER("k-2"), &provider.claims()));
    refused(provider.redeem().await);
}

#[tokio::test]
async fn a3_without_trust_reach_or_sense_nobody_is_asked_further() {
    let provider = Provider::new().await;
    let facts = |address: ProviderAddress| {
        let open_id = &provider.open_id;
        async move { open_id.facts(&address).await }
    };
    let (_, other_ca) = certificate();
    let strange = ProviderAddress {
        ca_bundle: Some(other_ca),
        ..provider.address.clone()
    };
    assert!(unavailable(facts(strange).await).contains("TLS"));
    let other_name = ProviderAddress {
        issuer: provider.address.issuer.replace("localhost", "127.0.0.1"),
        ..provider.address.clone()
    };
    assert!(unavailable(facts(other_name.clone()).await).contains("not public"));
    let plain = ProviderAddress {
        issuer: provider.address.issuer.replace("https://", "http://"),
        ..provider.address.clone()
    };
    assert!(unavailable(facts(plain).await).contains("TLS"));
    let nobody = OpenId::new(
        provider.clock.clone(),
        Reach::default().set_by("sign_in.private_hosts"),
    );
    let refused = unavailable(nobody.facts(&provider.address).await);
    assert!(refused.contains("`sign_in.private_hosts`"), "{refused}");
    assert_eq!(
        provider.script.asked.lock().unwrap().len(),
        0,
        "nothing was sent"
    );

    *provider.script.head.lock().unwrap() = "HTTP/1.1 302 Found\r\nlocation: https://localhost/";
    assert!(
        unavailable(facts(provider.address.clone()).await).contains("redirects are not followed")
    );
    *provider.script.head.lock().unwrap() = "HTTP/1.1 200 OK\r\ncontent-length: 900000";
    *provider.script.discovery.lock().unwrap() = " ".repeat(900_000);
    unavailable(facts(provider.address.clone()).await);
    *provider.script.head.lock().unwrap() = "SSH-2.0-x";
    unavailable(facts(provider.address.clone()).await);
}

#[tokio::test]
async fn strangers_who_begin_sign_ins_make_nobody_ask_a_provider_each_time() {
    let provider = Provider::new().await;
    provider.shows(&[]);
    for _ in 0..5 {
        provider
            .open_id
            .authorization_endpoint(&provider.address)
            .await
            .unwrap();
    }
    assert_eq!(provider.script.asked.lock().unwrap().len(), 1);
    provider.clock.set(now() + SignedDuration::from_mins(10));
    *provider.script.discovery.lock().unwrap() = "gone".to_owned();
    for _ in 0..5 {
        unavailable(
            provider
                .open_id
                .authorization_endpoint(&provider.address)
                .await,
        );
    }
    assert_eq!(provider.script.asked.lock().unwrap().len(), 2);
}
