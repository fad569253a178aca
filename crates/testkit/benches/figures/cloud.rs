//! AWS: the simulator behind HTTPS, each of its answers taking some time.

use std::time::Duration;

use keyferry_testkit::world::{ACCOUNT, REGION};
use kms_sim::http::{Front, serve, tls_config};
use kms_sim::{SimClock, SimConfig, Simulator};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::TcpListener;

const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// One account with one user, in this process.
pub(crate) struct Cloud {
    /// The endpoint of every service.
    pub(crate) url: String,
    /// Whom its certificate comes from, PEM.
    pub(crate) ca: String,
    /// Id and secret of an access key that may do everything.
    pub(crate) access_key: (String, String),
    simulator: Simulator,
}

impl Cloud {
    /// Serves until the process ends.
    pub(crate) async fn start(latency: Duration) -> Self {
        let clock = SimClock::system();
        let simulator = Simulator::new(SimConfig {
            start: clock.now(),
            ..SimConfig::default()
        });
        simulator.create_account(ACCOUNT).expect("a new simulator");
        simulator
            .create_user(ACCOUNT, "keyferry", &[EVERYTHING])
            .expect("the account is there");
        let key = simulator
            .create_access_key(ACCOUNT, Some("keyferry"))
            .expect("the user is there");

        let authority_key = KeyPair::generate().expect("a key pair");
        let mut authority = CertificateParams::new(Vec::new()).expect("no names");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // OpenSSL takes a certificate whose issuer is named like itself for self-signed.
        let name = "authority of the bench";
        authority.distinguished_name.push(DnType::CommonName, name);
        let ca = authority.self_signed(&authority_key).expect("signs");
        let own_key = KeyPair::generate().expect("a key pair");
        let own = CertificateParams::new(vec!["localhost".to_owned()])
            .expect("a name")
            .signed_by(&own_key, &Issuer::new(authority, authority_key))
            .expect("signs");
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own_key.serialize_der()));
        let tls = tls_config(vec![own.der().clone()], private).expect("they fit");

        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let front = Front {
            latency,
            ..Front::new(simulator.clone(), clock)
        };
        tokio::spawn(serve(front, listener, Some(tls)));
        Self {
            url: format!("https://localhost:{port}"),
            ca: ca.pem(),
            access_key: (key.id, key.secret),
            simulator,
        }
    }

    /// What AWS was asked for while `work` ran, oldest first; what it refused is not in it.
    pub(crate) async fn calls_of(&self, work: impl Future) -> Vec<String> {
        self.simulator.clear_journal();
        self.simulator
            .configure(|config| config.journal_reads = true);
        work.await;
        self.simulator
            .configure(|config| config.journal_reads = false);
        let journal = self.simulator.journal().into_iter();
        journal.map(|entry| entry.operation).collect()
    }

    /// The Region in which everything happens.
    pub(crate) fn region() -> &'static str {
        REGION
    }
}
