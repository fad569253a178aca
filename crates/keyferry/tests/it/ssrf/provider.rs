//! An OpenID provider that may be called, and names addresses that may not.

use std::sync::Arc;

use keyferry_ports::identity::ProviderAddress;
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Where it is: a name of this host that no hostile form has.
pub(super) const HOST: &str = "provider.test";

/// One whose document names this address for tokens or keys; what is not given is its own.
pub(super) async fn naming(token: Option<&str>, keys: Option<&str>) -> ProviderAddress {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([HOST.to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let crypto = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(crypto)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let issuer = format!("https://{HOST}:{port}");
    let own = |path: &str| format!("{issuer}/{path}");
    let document = json!({
        "issuer": issuer,
        "authorization_endpoint": own("auth"),
        "token_endpoint": token.map_or_else(|| own("token"), str::to_owned),
        "jwks_uri": keys.map_or_else(|| own("keys"), str::to_owned),
    });
    tokio::spawn(answer(
        listener,
        TlsAcceptor::from(Arc::new(config)),
        document.to_string(),
    ));
    ProviderAddress {
        issuer,
        ca_bundle: Some(certificate.pem()),
        client_id: "keyferry".to_owned(),
    }
}

/// Answers everybody with the document.
async fn answer(listener: TcpListener, tls: TlsAcceptor, document: String) {
    while let Ok((stream, _)) = listener.accept().await {
        let Ok(mut stream) = tls.accept(stream).await else {
            continue;
        };
        let mut asked = [0u8; 4096];
        let _ = stream.read(&mut asked).await;
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            document.len()
        );
        let _ = stream
            .write_all(format!("{head}{document}").as_bytes())
            .await;
        let _ = stream.shutdown().await;
    }
}
