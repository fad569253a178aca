//! Certificates, clocks, and a server that answers every connection by a script.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_notify::{Post, Reach};
use keyferry_ports::clock::Clock;
use keyferry_ports::messenger::Message;
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// A clock that stands still: nothing here waits.
struct Still;

#[async_trait]
impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::constant(1_767_225_600, 0)
    }

    async fn sleep_until(&self, _until: Timestamp) {
        std::future::pending().await
    }
}

/// Delivers to `localhost`, which the configuration allows.
pub(crate) fn post() -> Post {
    post_with(Reach::with_private_hosts(["localhost".to_owned()]))
}

pub(crate) fn post_with(reach: Reach) -> Post {
    Post::new(Arc::new(Still), reach)
}

pub(crate) fn message() -> Message {
    Message {
        id: "0190a5a0-0000-7000-8000-000000000001".to_owned(),
        at: Timestamp::constant(1_767_225_600, 0),
        subject: "critical: app was disabled".to_owned(),
        text: "Somebody disabled the KMS key app.\n.\nA line with a dot alone is no end.\n"
            .to_owned(),
        json: r#"{"format":1,"code":"drift.disabled"}"#.to_owned(),
    }
}

/// A certificate for `localhost`: what a server shows, and the PEM that trusts it.
pub(crate) fn certificate() -> (TlsAcceptor, String) {
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
