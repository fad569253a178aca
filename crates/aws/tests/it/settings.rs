//! Settings that cannot work are refused by name, before anything is called.

use std::sync::Arc;

use keyferry_aws::Connector;
use keyferry_domain::connection::{
    ClientCertificate, Endpoint, Identity, LinkSettings, Proxy, RoleToAssume,
};
use keyferry_ports::aws::Aws;
use keyferry_ports::secret::SecretText;

use crate::support::tls::Authority;
use crate::support::{SESSION, TestClock, access_key, region, settings};

type Settings = LinkSettings<SecretText>;
type Spoil = Box<dyn Fn(&mut Settings)>;

fn role(arn: &str, external_id: Option<&str>) -> Identity<SecretText> {
    let external_id = external_id.map(str::to_owned);
    let role = RoleToAssume {
        role_arn: arn.to_owned(),
        external_id,
    };
    Identity::AssumeRole {
        role,
        base: Box::new(access_key()),
    }
}

fn proxy(url: &str, user: &str) -> Option<Proxy<SecretText>> {
    let credentials = Some((user.to_owned(), SecretText::new("p")));
    Some(Proxy {
        url: url.to_owned(),
        credentials,
    })
}

const ROLE: &str = "arn:aws:iam::111122223333:role/keyferry";

/// Each spoils good settings in one place, and names the field that must be blamed.
fn spoilers() -> Vec<(&'static str, Spoil)> {
    let url = |url: &str| Endpoint::Custom {
        url: url.to_owned(),
    };
    let certificate = |chain: String, key: String| {
        Some(ClientCertificate {
            chain,
            private_key: SecretText::new(key),
        })
    };
    let other = Authority::new().certify("x");
    let (chain, key) = (Authority::new().certify("x").chain_pem, other.key_pem);
    let half = (chain.clone(), chain.clone());
    vec![
        (
            "endpoint",
            Box::new(move |s| s.endpoint = url("http://kms.example.org")),
        ),
        (
            "endpoint",
            Box::new(move |s| s.endpoint = url("http://169.254.169.254")),
        ),
        (
            "endpoint",
            Box::new(move |s| s.endpoint = url("http://[::ffff:169.254.169.254]")),
        ),
        (
            "endpoint",
            Box::new(move |s| s.endpoint = url("https://u:p@kms.example.org")),
        ),
        (
            "endpoint",
            Box::new(move |s| s.endpoint = url("https://kms.example.org/path")),
        ),
        ("endpoint", Box::new(move |s| s.endpoint = url("kms"))),
        (
            "endpoint",
            Box::new(|s| {
                s.endpoint = Endpoint::Vpc {
                    host: "a/b".to_owned(),
                }
            }),
        ),
        (
            "endpoint",
            Box::new(|s| {
                s.endpoint = Endpoint::Vpc {
                    host: "kms.evil.example".to_owned(),
                }
            }),
        ),
        (
            "endpoint",
            Box::new(|s| {
                s.endpoint = Endpoint::Vpc {
                    host: "vpce-svc-1.kms.eu-central-1.vpce.amazonaws.com".to_owned(),
                }
            }),
        ),
        (
            "tls.ca_bundle",
            Box::new(|s| s.tls.ca_bundle = Some("no PEM".to_owned())),
        ),
        (
            "tls.ca_bundle",
            Box::new(|s| {
                s.tls.ca_bundle =
                    Some("-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----".into());
            }),
        ),
        (
            "tls.ca_bundle",
            Box::new(|s| {
                s.tls.ca_bundle =
                    Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----".into());
            }),
        ),
        (
            "tls.ca_bundle",
            Box::new(|s| {
                s.endpoint = Endpoint::Standard;
                s.tls.ca_bundle = Some(Authority::new().pem());
            }),
        ),
        (
            "tls.ca_bundle",
            Box::new(|s| {
                s.endpoint = Endpoint::Fips;
                s.tls.ca_bundle = Some(Authority::new().pem());
            }),
        ),
        (
            "tls.check_host_name",
            Box::new(|s| s.tls.check_host_name = false),
        ),
        (
            "tls.client_certificate",
            Box::new(move |s| {
                s.tls.client_certificate = certificate(chain.clone(), key.clone());
            }),
        ),
        (
            "tls.client_certificate.private_key",
            Box::new(move |s| {
                s.tls.client_certificate = certificate(half.0.clone(), half.1.clone());
            }),
        ),
        (
            "tls.client_certificate.chain",
            Box::new(move |s| {
                s.tls.client_certificate = certificate(String::new(), String::new());
            }),
        ),
        (
            "proxy.url",
            Box::new(|s| s.proxy = proxy("https://proxy:3128", "u")),
        ),
        (
            "proxy.url",
            Box::new(|s| s.proxy = proxy("http://u:p@proxy:3128", "u")),
        ),
        (
            "proxy.credentials",
            Box::new(|s| s.proxy = proxy("http://proxy:3128", "u:v")),
        ),
        (
            "proxy.credentials",
            Box::new(|s| s.proxy = proxy("http://proxy:3128", "u\r\nX: y")),
        ),
        (
            "identity.role_arn",
            Box::new(|s| s.identity = role("arn:aws:iam::1:role/x", None)),
        ),
        (
            "identity.role_arn",
            Box::new(|s| s.identity = role("arn:aws:iam::111122223333:user/x", None)),
        ),
        (
            "identity.external_id",
            Box::new(|s| s.identity = role(ROLE, Some("x"))),
        ),
        (
            "identity.external_id",
            Box::new(|s| s.identity = role(ROLE, Some("a b"))),
        ),
        (
            "identity.access_key_id",
            Box::new(|s| {
                s.identity = Identity::AccessKey {
                    access_key_id: "short".to_owned(),
                    secret_access_key: SecretText::new("s"),
                }
            }),
        ),
        (
            "identity.token_file",
            Box::new(|s| {
                s.identity = Identity::WebIdentity {
                    role_arn: ROLE.to_owned(),
                    token_file: String::new(),
                }
            }),
        ),
        (
            "identity.profile",
            Box::new(|s| {
                s.identity = Identity::Host {
                    profile: Some(String::new()),
                }
            }),
        ),
    ]
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_by_name() {
    let connector = Connector::new(Arc::new(TestClock::default()))
        .with_private_hosts(["127.0.0.1", "localhost"].map(str::to_owned));
    for (index, (field, spoil)) in spoilers().into_iter().enumerate() {
        let mut spoilt = settings("https://kms.example.org");
        spoil(&mut spoilt);

        let opened = connector.open(spoilt, &region(), SESSION, None).await;

        let Err(bad) = opened else {
            panic!("case {index} ({field}) was accepted")
        };
        assert_eq!(bad.field, field, "case {index}: {bad}");
    }
}

#[tokio::test]
async fn good_settings_of_every_kind_open() {
    let connector = Connector::new(Arc::new(TestClock::default()))
        .with_private_hosts(["127.0.0.1", "localhost"].map(str::to_owned));
    let vpc = Endpoint::Vpc {
        host: "vpce-1.kms.eu-central-1.vpce.amazonaws.com".to_owned(),
    };
    for endpoint in [Endpoint::Standard, Endpoint::Fips, vpc] {
        for identity in [
            access_key(),
            role(ROLE, Some("ext")),
            Identity::Host { profile: None },
        ] {
            let good = LinkSettings {
                identity,
                endpoint: endpoint.clone(),
                ..settings("https://kms.example.org")
            };
            let opened = connector.open(good, &region(), SESSION, None).await;
            assert!(opened.is_ok(), "{endpoint:?}: {:?}", opened.err());
        }
    }
}

#[tokio::test]
async fn a_session_name_that_sts_would_refuse_is_refused_here() {
    let connector = Connector::new(Arc::new(TestClock::default()))
        .with_private_hosts(["127.0.0.1", "localhost"].map(str::to_owned));
    for session in ["", "x", "a b", &"x".repeat(65)] {
        let opened = connector
            .open(settings("https://k.example.org"), &region(), session, None)
            .await;
        assert_eq!(
            opened.err().map(|bad| bad.field),
            Some("session"),
            "{session:?}"
        );
    }
}
