//! An emulator looked at without Keyferry: AWS's SDK as the root of one account.

use std::collections::BTreeMap;

use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{KeyMetadata, MacAlgorithmSpec, OriginType};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use serde_json::Value;
use tokio::runtime::Runtime;

pub(crate) const REGION: &str = "eu-central-1";

/// The secret of every account's root.
const ROOT_SECRET: &str = "test";

/// An IAM user's access key.
pub(crate) struct AccessKey {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// The root of one account.
pub(crate) struct Emulator {
    runtime: Runtime,
    kms: aws_sdk_kms::Client,
    iam: aws_sdk_iam::Client,
}

fn https(ca_file: &str) -> SharedHttpClient {
    let trust = TrustStore::empty().with_pem_certificate(std::fs::read(ca_file).unwrap());
    let context = TlsContext::builder().with_trust_store(trust).build();
    aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(context.unwrap())
        .build_https()
}

macro_rules! client {
    ($sdk:ident, $url:expr, $account:expr, $http:expr) => {
        $sdk::Client::from_conf(
            $sdk::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new(REGION))
                .endpoint_url($url)
                .credentials_provider(Credentials::new($account, ROOT_SECRET, None, None, "root"))
                .http_client($http)
                .build(),
        )
    };
}

impl Emulator {
    pub(crate) fn new(url: &str, ca_file: &str, account: &str) -> Self {
        let http = https(ca_file);
        Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
            kms: client!(aws_sdk_kms, url, account, http.clone()),
            iam: client!(aws_sdk_iam, url, account, http),
        }
    }

    fn wait<T, E: std::fmt::Debug>(&self, call: impl Future<Output = Result<T, E>>) -> T {
        self.runtime.block_on(call).unwrap()
    }

    pub(crate) fn describe(&self, key: &str) -> KeyMetadata {
        let answer = self.wait(self.kms.describe_key().key_id(key).send());
        answer.key_metadata.unwrap()
    }

    /// AWS's `KeyState`.
    pub(crate) fn state(&self, key: &str) -> String {
        self.describe(key).key_state.unwrap().as_str().to_owned()
    }

    pub(crate) fn current_material(&self, key: &str) -> String {
        self.describe(key).current_key_material_id.unwrap()
    }

    pub(crate) fn keys(&self) -> usize {
        self.wait(self.kms.list_keys().send()).keys().len()
    }

    pub(crate) fn encrypt(&self, key: &str, plaintext: &[u8]) -> Vec<u8> {
        let plaintext = Blob::new(plaintext);
        let call = self.kms.encrypt().key_id(key).plaintext(plaintext);
        self.wait(call.send()).ciphertext_blob.unwrap().into_inner()
    }

    /// What a ciphertext says, where the emulator can decrypt it.
    pub(crate) fn decrypt(&self, key: &str, ciphertext: &[u8]) -> Option<Vec<u8>> {
        let ciphertext = Blob::new(ciphertext);
        let call = self.kms.decrypt().key_id(key).ciphertext_blob(ciphertext);
        let answer = self.runtime.block_on(call.send()).ok()?;
        answer.plaintext.map(Blob::into_inner)
    }

    pub(crate) fn mac(&self, key: &str, message: &[u8]) -> Vec<u8> {
        let call = self
            .kms
            .generate_mac()
            .key_id(key)
            .mac_algorithm(MacAlgorithmSpec::HmacSha256)
            .message(Blob::new(message));
        self.wait(call.send()).mac.unwrap().into_inner()
    }

    /// The DER of a public key.
    pub(crate) fn public_key(&self, key: &str) -> Vec<u8> {
        let answer = self.wait(self.kms.get_public_key().key_id(key).send());
        answer.public_key.unwrap().into_inner()
    }

    /// The ARN of the key at which an alias points.
    pub(crate) fn alias_target(&self, alias: &str) -> String {
        self.describe(alias).arn.unwrap()
    }

    pub(crate) fn aliases(&self, key: &str) -> Vec<String> {
        let answer = self.wait(self.kms.list_aliases().key_id(key).send());
        let names = answer.aliases().iter();
        names
            .map(|alias| alias.alias_name().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn tags(&self, key: &str) -> BTreeMap<String, String> {
        let answer = self.wait(self.kms.list_resource_tags().key_id(key).send());
        let pairs = answer.tags().iter();
        pairs
            .map(|tag| (tag.tag_key().to_owned(), tag.tag_value().to_owned()))
            .collect()
    }

    pub(crate) fn policy(&self, key: &str) -> Value {
        let call = self.kms.get_key_policy().key_id(key).policy_name("default");
        serde_json::from_str(self.wait(call.send()).policy().unwrap()).unwrap()
    }

    /// Makes a KMS key as somebody at the console would, with an alias. Answers its ARN.
    pub(crate) fn make(&self, alias: &str, origin: OriginType) -> String {
        let made = self.wait(self.kms.create_key().origin(origin).send());
        let arn = made.key_metadata.unwrap().arn.unwrap();
        let alias = self.kms.create_alias().alias_name(alias);
        self.wait(alias.target_key_id(&arn).send());
        arn
    }

    pub(crate) fn disable(&self, key: &str) {
        self.wait(self.kms.disable_key().key_id(key).send());
    }

    /// Makes an IAM user with an access key and this policy. Answers its ARN too.
    pub(crate) fn user(&self, name: &str, policy: &str) -> (String, AccessKey) {
        let made = self.wait(self.iam.create_user().user_name(name).send());
        let arn = made.user.unwrap().arn().to_owned();
        self.user_policy(name, "own", policy);
        let key = self.wait(self.iam.create_access_key().user_name(name).send());
        let key = key.access_key.unwrap();
        let key = AccessKey {
            id: key.access_key_id().to_owned(),
            secret: key.secret_access_key().to_owned(),
        };
        (arn, key)
    }

    pub(crate) fn user_policy(&self, user: &str, name: &str, policy: &str) {
        let call = self
            .iam
            .put_user_policy()
            .user_name(user)
            .policy_name(name)
            .policy_document(policy);
        self.wait(call.send());
    }

    /// Makes a role with a trust policy and policies. Answers its ARN.
    pub(crate) fn role(&self, name: &str, trust: &str, policies: &[String]) -> String {
        let call = self
            .iam
            .create_role()
            .role_name(name)
            .assume_role_policy_document(trust);
        let made = self.wait(call.send());
        for (number, policy) in policies.iter().enumerate() {
            let call = self
                .iam
                .put_role_policy()
                .role_name(name)
                .policy_name(format!("policy-{number}"))
                .policy_document(policy);
            self.wait(call.send());
        }
        made.role.unwrap().arn().to_owned()
    }
}
