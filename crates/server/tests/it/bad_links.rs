//! Links that do not work: each refused with its code, AWS's own code, what was tried and a hint; nothing stored unless
//! asked for. Over HTTPS, with the real adapter.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use jiff::Timestamp;
use keyferry_aws::Connector;
use keyferry_ports::clock::Clock;
use keyferry_testkit::fuse::Fuse;
use keyferry_testkit::world::{ACCOUNT, Outside};
use kms_sim::http::{Front, serve, tls_config};
use kms_sim::{RoleSpec, SimClock, SimConfig};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls_pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::site::Site;

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

/// The simulator over HTTPS, and an installation that reaches it with the real adapter.
struct Scene {
    site: Site,
    /// `https://127.0.0.1:…`
    url: String,
    /// The same simulator, under a certificate for another name.
    misnamed_url: String,
    ca: String,
    other_ca: String,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    async fn serve(&self, outside: &Outside, name: &str) -> (String, JoinHandle<()>) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let tls = tls_config(vec![certificate.der().clone()], private).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let front = Front::new((*outside.sim).clone(), SimClock::system());
        let task = tokio::spawn(async move { serve(front, listener, Some(tls)).await.unwrap() });
        (url, task)
    }
}

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
    "Principal":{"AWS":"arn:aws:iam::111122223333:user/keyferry"},"Action":"sts:AssumeRole",
    "Condition":{"StringEquals":{"sts:ExternalId":"right-one"}}}]}"#;

impl Scene {
    async fn start() -> Self {
        let outside = Outside::new(1, SimConfig::default());
        let role = RoleSpec {
            name: "ferry",
            trust_policy: TRUST,
            policies: &[],
            max_session_seconds: 3600,
        };
        outside.sim.create_role(ACCOUNT, &role).unwrap();
        let (authority, other) = (Authority::new("ours"), Authority::new("other"));
        let (url, first) = authority.serve(&outside, "127.0.0.1").await;
        let (misnamed_url, second) = authority.serve(&outside, "aws.example.org").await;
        let clock: Arc<dyn Clock> = Arc::new(MachineTime);
        let aws = Arc::new(
            Connector::new(Arc::clone(&clock))
                .with_private_hosts(["127.0.0.1", "localhost"].map(str::to_owned)),
        );
        let app = outside.start_on(aws, clock, Fuse::whole(), 0).app;
        Self {
            site: Site::of(outside, app).await,
            url,
            misnamed_url,
            ca: authority.pem,
            other_ca: other.pem,
            tasks: vec![first, second],
        }
    }

    /// A connection that works.
    fn good(&self) -> Value {
        json!({
            "name": "aws", "regions": ["eu-central-1"], "identity": self.site.identity(),
            "endpoint": {"kind": "custom", "url": self.url},
            "tls": {"ca_bundle": self.ca, "check_host_name": true},
        })
    }

    fn with(&self, changes: &Value) -> Value {
        let mut body = self.good();
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    }

    fn role(&self, arn: &str, external_id: &str, secret: Option<&str>) -> Value {
        let mut base = self.site.identity();
        if let Some(secret) = secret {
            base["secret_access_key"] = json!(secret);
        }
        json!({"identity": {
            "kind": "assume-role", "role_arn": arn, "external_id": external_id, "base": base,
        }})
    }

    /// Adds, which must be refused so; nothing is stored. Then adds all the same.
    async fn is_refused(&self, case: &Case) {
        let mut body = self.with(&case.changes);
        let what = case.what;

        let refused = self.site.post("/api/v1/connections", body.clone()).await;
        assert_eq!(refused.code(), case.code, "{what}: {}", refused.body);
        let told = refused.body.to_string();
        for words in case.told {
            assert!(told.contains(words), "{what}: no `{words}` in {told}");
        }
        let hint = refused.body["hint"].as_str().unwrap_or_default();
        assert!(hint.contains(case.hint), "{what}: {hint}");
        self.stores_nothing(what).await;

        let tried = self.site.post("/api/v1/connections/verify", {
            let mut settings = body.clone();
            settings["name"] = json!("aws");
            settings
        });
        assert_eq!(tried.await.code(), case.code, "{what}: verify");

        body["allow_unverified"] = json!(true);
        let stored = self.site.post("/api/v1/connections", body).await;
        if !case.may_be_stored {
            assert_eq!(stored.code(), case.code, "{what}: stored");
            return self.stores_nothing(what).await;
        }
        assert_eq!(
            stored.status,
            StatusCode::CREATED,
            "{what}: {}",
            stored.body
        );
        let shown = self.site.get("/api/v1/connections/aws").await.body;
        let health = &shown["health"];
        assert_eq!(health["state"], "not-connected", "{what}: {shown}");
        let why = health["why"].as_str().unwrap_or_default();
        for words in case.told {
            assert!(why.contains(words), "{what}: no `{words}` in {why}");
        }
        assert!(health["since"].is_string(), "{what}: {health}");
        assert_eq!(shown["account"], Value::Null, "{what}");
        let gone = self.site.delete("/api/v1/connections/aws").await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
    }

    async fn stores_nothing(&self, what: &str) {
        let list = self.site.get("/api/v1/connections").await.body;
        assert_eq!(list["items"], json!([]), "{what}");
    }
}

/// A link that does not work.
struct Case {
    what: &'static str,
    changes: Value,
    code: &'static str,
    /// AWS's code where AWS answered, and what was tried.
    told: &'static [&'static str],
    hint: &'static str,
    may_be_stored: bool,
}

fn case(
    what: &'static str,
    changes: Value,
    code: &'static str,
    told: &'static [&'static str],
    hint: &'static str,
) -> Case {
    Case {
        what,
        changes,
        code,
        told,
        hint,
        may_be_stored: true,
    }
}

#[tokio::test]
async fn what_works_is_stored() {
    let scene = Scene::start().await;

    let stored = scene.site.post("/api/v1/connections", scene.good()).await;

    assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.body);
    assert_eq!(stored.body["connection"]["health"]["state"], "connected");
}

#[tokio::test]
async fn wrong_credentials_and_roles_are_named() {
    let scene = Scene::start().await;
    let wrong = "x".repeat(40);
    let mut wrong_secret = scene.site.identity();
    wrong_secret["secret_access_key"] = json!(wrong);
    let mut unknown_key = scene.site.identity();
    unknown_key["access_key_id"] = json!("AKIAIOSFODNN7EXAMPLE");
    let ferry = format!("arn:aws:iam::{ACCOUNT}:role/ferry");
    let nobody = format!("arn:aws:iam::{ACCOUNT}:role/nobody");
    let refused = &["AWS refused AssumeRole", "AccessDenied"];
    for one in [
        case(
            "a wrong secret",
            json!({ "identity": wrong_secret }),
            "aws.wrong-credentials",
            &["GetCallerIdentity", "SignatureDoesNotMatch"],
            "secret access key",
        ),
        case(
            "an unknown access key",
            json!({ "identity": unknown_key }),
            "aws.wrong-credentials",
            &["GetCallerIdentity", "InvalidClientTokenId"],
            "access key id",
        ),
        case(
            "a role that does not exist",
            scene.role(&nobody, "right-one", None),
            "aws.role-not-assumed",
            refused,
            "trust policy",
        ),
        case(
            "another external id",
            scene.role(&ferry, "wrong-one", None),
            "aws.role-not-assumed",
            refused,
            "external id",
        ),
        case(
            "a role assumed with a wrong secret",
            scene.role(&ferry, "right-one", Some(&wrong)),
            "aws.wrong-credentials",
            &["AWS refused AssumeRole", "SignatureDoesNotMatch"],
            "the identity that assumes the role",
        ),
        case(
            "a host without credentials",
            json!({"identity": {"kind": "host", "profile": "no-such-profile-here"}}),
            "aws.no-credentials",
            &["the host has no credentials to give"],
            "identity of its own",
        ),
    ] {
        scene.is_refused(&one).await;
    }
}

#[tokio::test]
async fn ways_that_lead_nowhere_are_named() {
    let scene = Scene::start().await;
    let custom = |url: &str| json!({"endpoint": {"kind": "custom", "url": url}});
    let trust = |ca: &str| json!({"tls": {"ca_bundle": ca, "check_host_name": true}});
    for one in [
        case(
            "a closed port",
            custom("https://127.0.0.1:1"),
            "aws.not-reachable",
            &["GetCallerIdentity could not be sent", "127.0.0.1:1"],
            "firewall",
        ),
        case(
            "a name that is nobody's",
            custom("https://kms.invalid"),
            "aws.name-not-resolved",
            &["GetCallerIdentity could not be sent", "kms.invalid"],
            "host name",
        ),
        case(
            "another authority",
            trust(&scene.other_ca),
            "aws.tls-failed",
            &["an authority that this connection does not trust"],
            "CA bundle",
        ),
        case(
            "another host name",
            custom(&scene.misnamed_url),
            "aws.tls-failed",
            &["for another host name"],
            "host name",
        ),
    ] {
        scene.is_refused(&one).await;
    }
}

#[tokio::test]
async fn wrong_regions_are_named() {
    let scene = Scene::start().await;
    let regions = |codes: &[&str]| json!({ "regions": codes });
    let hint = "enable the Region for the account";
    for one in [
        Case {
            may_be_stored: false,
            ..case(
                "a Region that does not exist",
                regions(&["eu-central-9"]),
                "request.unknown-region",
                &["eu-central-9"],
                "connection regions",
            )
        },
        Case {
            may_be_stored: false,
            ..case(
                "a second Region that does not exist",
                regions(&["eu-central-1", "eu-central-9"]),
                "request.unknown-region",
                &["eu-central-9"],
                "connection regions",
            )
        },
        case(
            "a Region that is not enabled",
            regions(&["eu-south-1"]),
            "aws.region-not-enabled",
            &["eu-south-1"],
            hint,
        ),
        case(
            "a second Region that is not enabled",
            regions(&["eu-central-1", "eu-south-1"]),
            "aws.region-not-enabled",
            &["eu-south-1", ACCOUNT],
            hint,
        ),
    ] {
        scene.is_refused(&one).await;
    }
}
