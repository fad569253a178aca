//! What the tests share: a clock, servers, settings.

pub(crate) mod clock;
pub(crate) mod server;
pub(crate) mod tls;

use std::sync::Arc;

use jiff::Timestamp;
use keyferry_aws::Connector;
use keyferry_domain::arn::{Account, KmsKeyArn, Region};
use keyferry_domain::connection::{Endpoint, Identity, LinkSettings, TlsTrust};
use keyferry_ports::aws::{Aws, AwsAccount, Kms, KmsAnswer, KmsCall};
use keyferry_ports::clock::Clock;
use keyferry_ports::secret::SecretText;
use serde_json::{Value, json};

pub(crate) use clock::TestClock;
pub(crate) use server::{Reply, Seen, Server};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const KEY_ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
pub(crate) const SESSION: &str = "keyferry-test";

pub(crate) fn region() -> Region {
    "eu-central-1".parse().unwrap()
}

pub(crate) fn key() -> KmsKeyArn {
    format!("arn:aws:kms:eu-central-1:{ACCOUNT}:key/{KEY_ID}")
        .parse()
        .unwrap()
}

pub(crate) fn access_key() -> Identity<SecretText> {
    Identity::AccessKey {
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret_access_key: SecretText::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    }
}

/// An access key and one endpoint for all services.
pub(crate) fn settings(url: &str) -> LinkSettings<SecretText> {
    LinkSettings {
        identity: access_key(),
        endpoint: Endpoint::Custom {
            url: url.to_owned(),
        },
        tls: TlsTrust::default(),
        proxy: None,
    }
}

pub(crate) struct Linked {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) account: Arc<dyn AwsAccount>,
    pub(crate) kms: Arc<dyn Kms>,
}

impl Linked {
    pub(crate) async fn with(settings: LinkSettings<SecretText>) -> Self {
        Self::of(settings, None).await
    }

    /// A link that may reach one account only.
    pub(crate) async fn of(settings: LinkSettings<SecretText>, account: Option<&Account>) -> Self {
        let clock = Arc::new(TestClock::default());
        let connector = Connector::new(Arc::clone(&clock) as Arc<dyn Clock>)
            .with_private_hosts(["127.0.0.1", "localhost"].map(str::to_owned));
        let account = connector
            .open(settings, &region(), SESSION, account)
            .await
            .unwrap();
        let kms = account.kms(&region());
        Self {
            clock,
            account,
            kms,
        }
    }

    pub(crate) async fn to(server: &Server) -> Self {
        Self::with(settings(&server.url())).await
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sends an effect signed with the time now.
    pub(crate) async fn send(
        &self,
        call: &KmsCall,
    ) -> Result<KmsAnswer, keyferry_ports::aws::CallFailure> {
        self.kms.send(call, self.now()).await
    }
}

/// `KeyMetadata` of a symmetric imported key.
pub(crate) fn metadata(arn: &str) -> Value {
    json!({ "KeyMetadata": {
        "AWSAccountId": ACCOUNT, "KeyId": arn.rsplit('/').next(), "Arn": arn,
        "CreationDate": 1_800_000_000.25, "Enabled": false, "Description": "d",
        "KeyUsage": "ENCRYPT_DECRYPT", "KeyState": "PendingImport", "Origin": "EXTERNAL",
        "KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT", "MultiRegion": false,
    }})
}

pub(crate) fn caller_identity() -> Reply {
    Reply::xml(format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/u</Arn>\
         <UserId>AIDA</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult>\
         </GetCallerIdentityResponse>"
    ))
}

/// Encrypts throw-away data without a context.
pub(crate) fn encrypt(plaintext: &[u8]) -> keyferry_ports::aws::KeyUse {
    keyferry_ports::aws::KeyUse::Encrypt {
        plaintext: keyferry_ports::secret::SecretBytes::new(plaintext.into()),
        context: std::collections::BTreeMap::new(),
    }
}
