//! Every field that names an address to which the server connects, and the code that connects.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keyferry_aws::Connector;
use keyferry_domain::connection::{Endpoint, Identity, LinkSettings, Proxy, TlsTrust};
use keyferry_notify::{Names, Post, Reach};
use keyferry_oidc::OpenId;
use keyferry_ports::aws::Aws as _;
use keyferry_ports::clock::Clock;
use keyferry_ports::identity::{IdentityProviders as _, ProviderAddress, Redemption};
use keyferry_ports::messenger::{
    MailSecurity, Message, Messenger as _, OpenAddress, OpenMail, OpenWebhook,
};
use keyferry_ports::outlet::{Consignment, OpenOutlet};
use keyferry_ports::secret::SecretText;

use super::provider;

/// A field of the API that names an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// `connection.endpoint`, custom.
    Endpoint,
    /// `connection.endpoint`, VPC.
    VpcEndpoint,
    /// `connection.proxy.url`.
    Proxy,
    /// `alert-destination.url`.
    AlertWebhook,
    /// `audit-destination.url`.
    AuditWebhook,
    /// `audit-destination.host` of syslog.
    Syslog,
    /// `alert-destination.host`, with TLS from the first byte.
    Mail,
    /// The same with STARTTLS.
    MailStartTls,
    /// The same without TLS.
    MailPlain,
    /// `sign-in-provider.issuer`, where the discovery document is.
    Issuer,
    /// `token_endpoint` in a discovery document.
    TokenEndpoint,
    /// `jwks_uri` in a discovery document.
    KeysEndpoint,
}

/// All of them. CAs and revocation lists are files, and no address in a certificate is called.
pub(super) const FIELDS: &[Field] = &[
    Field::Endpoint,
    Field::VpcEndpoint,
    Field::Proxy,
    Field::AlertWebhook,
    Field::AuditWebhook,
    Field::Syslog,
    Field::Mail,
    Field::MailStartTls,
    Field::MailPlain,
    Field::Issuer,
    Field::TokenEndpoint,
    Field::KeysEndpoint,
];

/// A clock on which waiting is short, so that nobody waits for tries after the first.
struct Hasty;

#[async_trait]
#[allow(
    clippy::disallowed_methods,
    reason = "this is the tests' adapter of the clock"
)]
impl Clock for Hasty {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep_until(&self, deadline: Timestamp) {
        let rest = deadline.duration_since(self.now()) / 20;
        let rest = Duration::try_from(rest.max(SignedDuration::ZERO));
        tokio::time::sleep(rest.unwrap_or_default()).await;
    }
}

/// Has the server call an address, where some hosts are named in the configuration. `Err` is why it did not, or what came of it.
pub(super) async fn attempt(
    field: Field,
    form: &str,
    port: u16,
    hosts: &[&str],
    names: &Arc<dyn Names>,
) -> Result<(), String> {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    match field {
        Field::Endpoint => {
            let url = form.to_owned();
            aws(Endpoint::Custom { url }, None, hosts, names).await
        }
        Field::VpcEndpoint => {
            let host = host_of(form);
            aws(Endpoint::Vpc { host }, None, hosts, names).await
        }
        Field::Proxy => {
            let url = form.replacen("https://", "http://", 1);
            let proxy = Proxy {
                url,
                credentials: None,
            };
            aws(Endpoint::Standard, Some(proxy), hosts, names).await
        }
        Field::AlertWebhook | Field::AuditWebhook => webhook(field, form, hosts, names).await,
        Field::Syslog => {
            let to = OpenOutlet::Syslog {
                host: host_of(form),
                port,
                ca_bundle: None,
            };
            let sent = post(hosts, names).send(&to, &consignment()).await;
            sent.map_err(|failed| failed.why)
        }
        Field::Mail => mail(MailSecurity::Tls, form, port, hosts, names).await,
        Field::MailStartTls => mail(MailSecurity::StartTls, form, port, hosts, names).await,
        Field::MailPlain => mail(MailSecurity::None, form, port, hosts, names).await,
        Field::Issuer => {
            let address = ProviderAddress {
                issuer: form.trim_end_matches('/').to_owned(),
                ca_bundle: None,
                client_id: "keyferry".to_owned(),
            };
            let facts = open_id(hosts, names).facts(&address).await;
            facts.map(drop).map_err(|failed| failed.to_string())
        }
        Field::TokenEndpoint | Field::KeysEndpoint => discovered(field, form, hosts, names).await,
    }
}

/// What stands between scheme and port, as a field that takes a host alone gets it.
fn host_of(form: &str) -> String {
    let rest = form.split_once("://").map_or(form, |(_, rest)| rest);
    let host = rest.rsplit_once(':').map_or(rest, |(host, _)| host);
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned()
}

fn reach(hosts: Vec<String>, names: &Arc<dyn Names>) -> Reach {
    Reach::with_private_hosts(hosts).asking(Arc::clone(names))
}

fn post(hosts: Vec<String>, names: &Arc<dyn Names>) -> Post {
    Post::new(Arc::new(Hasty), reach(hosts, names))
}

fn open_id(hosts: Vec<String>, names: &Arc<dyn Names>) -> OpenId {
    OpenId::new(Arc::new(Hasty), reach(hosts, names))
}

async fn aws(
    endpoint: Endpoint,
    proxy: Option<Proxy<SecretText>>,
    hosts: Vec<String>,
    names: &Arc<dyn Names>,
) -> Result<(), String> {
    let settings = LinkSettings {
        identity: Identity::AccessKey {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: SecretText::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        },
        endpoint,
        tls: TlsTrust::default(),
        proxy,
    };
    let connector = Connector::new(Arc::new(Hasty)).asking(hosts, names);
    let region = "eu-central-1".parse().unwrap();
    let opened = connector
        .open(settings, &region, "keyferry-test", None)
        .await;
    let account = opened.map_err(|bad| bad.to_string())?;
    let caller = account.caller().await;
    caller.map(drop).map_err(|failed| failed.to_string())
}

async fn webhook(
    field: Field,
    form: &str,
    hosts: Vec<String>,
    names: &Arc<dyn Names>,
) -> Result<(), String> {
    let to = OpenWebhook {
        url: form.to_owned(),
        secret: SecretText::new("a signing secret"),
        ca_bundle: None,
    };
    let post = post(hosts, names);
    let sent = if field == Field::AlertWebhook {
        post.deliver(&OpenAddress::Webhook(to), &message()).await
    } else {
        post.send(&OpenOutlet::Webhook(to), &consignment()).await
    };
    sent.map_err(|failed| failed.why)
}

async fn mail(
    security: MailSecurity,
    form: &str,
    port: u16,
    hosts: Vec<String>,
    names: &Arc<dyn Names>,
) -> Result<(), String> {
    let to = OpenMail {
        host: host_of(form),
        port,
        security,
        from: "keyferry@example.com".to_owned(),
        to: vec!["ops@example.com".to_owned()],
        credentials: None,
        ca_bundle: None,
    };
    let sent = post(hosts, names)
        .deliver(&OpenAddress::Mail(to), &message())
        .await;
    sent.map_err(|failed| failed.why)
}

/// A provider that answers, and names an address for tokens or keys.
async fn discovered(
    field: Field,
    form: &str,
    mut hosts: Vec<String>,
    names: &Arc<dyn Names>,
) -> Result<(), String> {
    let endpoint = |of| (field == of).then_some(form);
    let provider = provider::naming(
        endpoint(Field::TokenEndpoint),
        endpoint(Field::KeysEndpoint),
    )
    .await;
    hosts.push(provider::HOST.to_owned());
    let open_id = open_id(hosts, names);
    if field == Field::KeysEndpoint {
        let facts = open_id.facts(&provider).await;
        return facts.map(drop).map_err(|failed| failed.to_string());
    }
    let (code, verifier) = (SecretText::new("c"), SecretText::new("v"));
    let redemption = Redemption {
        code: &code,
        verifier: &verifier,
        redirect_uri: "https://keyferry.example/callback",
        client_secret: None,
        nonce: "n",
        proved_since: None,
    };
    let vouched = open_id.redeem(&provider, &redemption).await;
    vouched.map(drop).map_err(|failed| failed.to_string())
}

fn message() -> Message {
    Message {
        id: "m-1".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        subject: "s".to_owned(),
        text: "t".to_owned(),
        json: "{}".to_owned(),
    }
}

fn consignment() -> Consignment {
    Consignment {
        id: "c-1".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        origin: "keyferry".to_owned(),
        entries: Vec::new(),
    }
}
