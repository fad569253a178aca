//! A connection that assumes a role: over HTTPS, with the real adapter.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_aws::Connector;
use keyferry_ports::clock::Clock;
use keyferry_server::tls;
use keyferry_testkit::fuse::Fuse;
use keyferry_testkit::world::{ACCOUNT, OURS, Outside};
use kms_sim::http::{Front, serve, tls_config};
use kms_sim::{RoleSpec, SimClock, SimConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;

use crate::shell::Shell;

/// The machine's own time: the network waits for no other.
struct MachineTime;

#[async_trait]
impl Clock for MachineTime {
    #[allow(clippy::disallowed_methods, reason = "the tests' adapter of the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[allow(clippy::disallowed_methods, reason = "the tests' adapter of the clock")]
    async fn sleep_until(&self, deadline: Timestamp) {
        let rest = deadline.duration_since(self.now());
        tokio::time::sleep(Duration::try_from(rest).unwrap_or_default()).await;
    }
}

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
    "Principal":{"AWS":"arn:aws:iam::111122223333:user/keyferry"},"Action":"sts:AssumeRole",
    "Condition":{"StringEquals":{"sts:ExternalId":"right-one"}}}]}"#;

const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// The simulator over HTTPS; answers where it is, and the PEM of whom to trust.
async fn front(outside: &Outside) -> (String, String) {
    let own = tls::self_signed(&[]).unwrap();
    let chain = CertificateDer::from_pem_slice(own.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(own.private_key.as_bytes()).unwrap();
    let tls = tls_config(vec![chain], key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let front = Front::new((*outside.sim).clone(), SimClock::system());
    tokio::spawn(async move { serve(front, listener, Some(tls)).await.unwrap() });
    (url, own.certificate)
}

#[tokio::test]
async fn b10_a_role_is_assumed_with_its_external_id_and_with_no_other() {
    let outside = Outside::new(1, SimConfig::default());
    let role = RoleSpec {
        name: "ferry",
        trust_policy: TRUST,
        policies: &[EVERYTHING],
        max_session_seconds: 3600,
    };
    outside.sim.create_role(ACCOUNT, &role).unwrap();
    let (url, ca) = front(&outside).await;
    let clock: Arc<dyn Clock> = Arc::new(MachineTime);
    let aws = Arc::new(
        Connector::new(Arc::clone(&clock))
            .with_private_hosts(["127.0.0.1", "localhost"].map(str::to_owned)),
    );
    let app = outside.start_on(aws, clock, Fuse::whole(), 0).app;
    let shell = Shell::of(outside, app).await;
    shell.sign_in().await;
    let (id, secret) = &shell.outside.access_key;
    let csv = format!("Access key ID,Secret access key\n{id},{secret}\n");
    let (csv, ca) = (shell.file("key.csv", &csv), shell.file("ca.pem", &ca));
    let arn = format!("arn:aws:iam::{ACCOUNT}:role/ferry");
    let role = |external| {
        let csv = csv.display();
        format!("--csv {csv} --role-arn {arn} --external-id {external}")
    };

    let trust = format!("--endpoint {url} --ca-file {}", ca.display());
    let add = format!("connection add aws --region eu-central-1 {trust}");
    let wrong = shell.run(&format!("{add} {}", role("wrong-one"))).await;
    assert!(
        wrong.stderr.contains("[aws.role-not-assumed]"),
        "{}",
        wrong.stderr
    );
    shell.succeed(&format!("{add} {}", role("right-one"))).await;

    let shown = shell.read("connection show aws").await;
    assert_eq!(shown["account"], ACCOUNT);
    assert_eq!(shown["identity"]["role_arn"], arn.as_str());
    assert_eq!(shown["identity"]["external_id"], "right-one");
    assert_eq!(shown["identity"]["base"]["access_key_id"], id.as_str());
    assert!(!shown.to_string().contains(secret), "a secret is shown");
    let offered = shell.read("connection principals aws").await;
    assert_eq!(offered["users"][0], OURS, "{offered:#}");
    assert_eq!(offered["roles"][0], arn.as_str(), "{offered:#}");
    let change = format!("connection update aws {}", role("wrong-one"));
    let refused = shell.run(&change).await;
    assert!(
        refused.stderr.contains("[aws.role-not-assumed]"),
        "{}",
        refused.stderr
    );
    shell.succeed("connection verify aws").await;
}
