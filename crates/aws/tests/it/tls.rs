//! Whom we trust, and how we prove who we are.

use keyferry_domain::connection::{ClientCertificate, LinkSettings, TlsTrust};
use keyferry_ports::aws::{CallFailure, KmsCall, NotSentStage};
use keyferry_ports::secret::SecretText;
use serde_json::json;

use crate::support::tls::{Authority, Certified, acceptor, strict_acceptor};
use crate::support::{Linked, Reply, Server, key, settings};

const HERE: &str = "127.0.0.1";

fn trusting(server: &Server, ca_bundle: Option<String>) -> LinkSettings<SecretText> {
    let tls = TlsTrust {
        ca_bundle,
        ..TlsTrust::default()
    };
    LinkSettings {
        tls,
        ..settings(&server.url())
    }
}

async fn served(own: &Certified) -> Server {
    Server::tls(acceptor(own), |_| Reply::json(&json!({}))).await
}

/// Sends an effect; tells why it failed before it was sent.
async fn refused(server: &Server, settings: LinkSettings<SecretText>) -> String {
    let linked = Linked::with(settings).await;
    let failure = linked.send(&KmsCall::EnableKey(key())).await.unwrap_err();
    let CallFailure::NotSent { stage, why, .. } = failure else {
        panic!("{failure:?}")
    };
    assert_eq!(stage, NotSentStage::Tls, "{why}");
    assert_eq!(server.seen().len(), 0);
    why
}

#[tokio::test]
async fn a_server_of_the_ca_bundle_is_trusted() {
    let authority = Authority::new();
    let server = served(&authority.certify(HERE)).await;
    let linked = Linked::with(trusting(&server, Some(authority.pem()))).await;

    linked.send(&KmsCall::EnableKey(key())).await.unwrap();

    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_server_outside_the_trusted_roots_gets_nothing() {
    let authority = Authority::new();
    let server = served(&authority.certify(HERE)).await;

    let pinned = refused(&server, trusting(&server, None)).await;
    let replaced = refused(&server, trusting(&server, Some(Authority::new().pem()))).await;

    assert!(pinned.contains("does not trust"), "{pinned}");
    assert!(replaced.contains("certificate"), "{replaced}");
}

#[tokio::test]
async fn another_host_name_is_refused_unless_the_check_is_off() {
    let authority = Authority::new();
    let server = served(&authority.certify("kms.example.org")).await;
    let checked = trusting(&server, Some(authority.pem()));
    let mut unchecked = trusting(&server, Some(authority.pem()));
    unchecked.tls.check_host_name = false;

    let why = refused(&server, checked).await;
    Linked::with(unchecked)
        .await
        .send(&KmsCall::EnableKey(key()))
        .await
        .unwrap();

    assert!(why.contains("another host name"), "{why}");
}

#[tokio::test]
async fn without_the_name_check_the_chain_and_its_dates_still_count() {
    let authority = Authority::new();
    let expired = served(&authority.certify_expired("kms.example.org")).await;
    let stranger = served(&Authority::new().certify("kms.example.org")).await;

    for server in [&expired, &stranger] {
        let mut unchecked = trusting(server, Some(authority.pem()));
        unchecked.tls.check_host_name = false;
        refused(server, unchecked).await;
    }
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let authority = Authority::new();
    let server = served(&authority.certify_expired(HERE)).await;

    let why = refused(&server, trusting(&server, Some(authority.pem()))).await;

    assert!(why.contains("expired"), "{why}");
}

#[tokio::test]
async fn a_client_certificate_opens_a_server_that_wants_one() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let strict = strict_acceptor(&authority.certify(HERE), &clients);
    let server = Server::tls(strict, |_| Reply::json(&json!({}))).await;
    let own = clients.certify("keyferry");
    let mut with_certificate = trusting(&server, Some(authority.pem()));
    with_certificate.tls.client_certificate = Some(ClientCertificate {
        chain: own.chain_pem.clone(),
        private_key: SecretText::new(own.key_pem.clone()),
    });

    let why = refused(&server, trusting(&server, Some(authority.pem()))).await;
    Linked::with(with_certificate)
        .await
        .send(&KmsCall::EnableKey(key()))
        .await
        .unwrap();

    assert!(why.contains("certificate"), "{why}");
    assert_eq!(server.seen().len(), 1);
}
