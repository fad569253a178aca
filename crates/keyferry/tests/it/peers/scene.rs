//! A fresh Keyferry server, a fresh AWS account, and somebody at the command line.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use serde_json::{Value, json};

use super::emulator::{AccessKey, Emulator, REGION};
use super::gaps::{Feature, Peer, ca_file};
use crate::host::{Done, Host, Server};

/// Where a journey takes place.
pub(crate) struct Scene {
    pub(crate) peer: Peer,
    pub(crate) aws: Emulator,
    pub(crate) account: String,
    url: String,
    host: Host,
    _server: Server,
}

/// Makes a journey, where the peer can run.
pub(crate) fn travel(peer: Peer, journey: fn(&Scene)) {
    if let Some(url) = peer.url() {
        journey(&Scene::new(peer, url));
    }
}

/// Both emulators take 12 digits as the root of the account of that number.
fn new_account() -> String {
    let random = RandomState::new().build_hasher().finish();
    format!("{:012}", 100_000_000_000 + random % 900_000_000_000)
}

impl Scene {
    fn new(peer: Peer, url: String) -> Self {
        let (host, made) = Host::initialized();
        let server = host.serve(&["--unseal-file", &host.path("passphrase")]);
        let done = host.keyferry(&format!(
            "login --url {} --user admin --password-file {} --fingerprint {}",
            server.url,
            host.path("password"),
            text(&made["fingerprint"]),
        ));
        assert_eq!(done.code, 0, "{}", done.stderr);
        let account = new_account();
        Self {
            peer,
            aws: Emulator::new(&url, &ca_file(), &account),
            account,
            url,
            host,
            _server: server,
        }
    }

    /// Runs a command that must succeed; answers its JSON.
    #[track_caller]
    pub(crate) fn keyferry(&self, line: &str) -> Value {
        let done = self.host.keyferry(&format!("{line} --output json"));
        assert_eq!(done.code, 0, "keyferry {line}: {}", done.stderr);
        serde_json::from_str(&done.stdout).unwrap()
    }

    /// Runs a command that must fail, with this code in its words.
    #[track_caller]
    pub(crate) fn refused(&self, line: &str, code: &str) -> Done {
        let done = self.host.keyferry(&format!("{line} --output json"));
        assert_ne!(done.code, 0, "keyferry {line}: {}", done.stdout);
        let named = done.stderr.contains(&format!("[{code}]"));
        assert!(named, "keyferry {line}: {}", done.stderr);
        done
    }

    /// Options that lead to the emulator with an access key.
    pub(crate) fn link(&self, key: &AccessKey) -> String {
        self.host.secret(&key.id, &key.secret);
        format!(
            "--region {REGION} --endpoint {} --ca-file {} --access-key-id {} --secret-access-key-file {}",
            self.url,
            ca_file(),
            key.id,
            self.host.path(&key.id),
        )
    }

    /// One document that `connection policy` prints.
    pub(crate) fn document(&self, kind: &str, options: &str) -> String {
        let printed = self.keyferry(&format!(
            "connection policy --account {} --region {REGION} --only {kind} {options}",
            self.account
        ));
        let documents = printed["documents"].as_array().unwrap();
        assert_eq!(documents.len(), 1, "{printed}");
        text(&documents[0]["text"])
    }

    /// Makes the IAM user of Keyferry, with the policy that Keyferry prints for it.
    pub(crate) fn ferry(&self) -> (String, AccessKey) {
        let policy = self.document("permissions", "--name ferry");
        let made = self.aws.user("ferry", &policy);
        if let Some(policy) = self.policy_for_gaps() {
            self.aws.user_policy("ferry", "gaps", &policy);
        }
        made
    }

    /// What the printed policy allows in AWS, and not where conditions or resources are judged otherwise.
    pub(crate) fn policy_for_gaps(&self) -> Option<String> {
        let allow = |action: &str, resource: String| json!({ "Effect": "Allow", "Action": action, "Resource": resource });
        let mut statements = Vec::new();
        if !self.peer.has(Feature::AuthorizesKeysNotTheirAliases) {
            let aliases = format!("arn:aws:kms:*:{}:alias/*", self.account);
            statements.push(allow("kms:DescribeKey", aliases));
        }
        if !self.peer.has(Feature::AuthorizesChangesOfAliases) {
            statements.push(allow("kms:*Alias", "*".to_owned()));
        }
        if !self.peer.has(Feature::KnowsKeyOriginCondition) {
            statements.push(allow("kms:CreateKey", "*".to_owned()));
        }
        let policy = json!({ "Version": "2012-10-17", "Statement": statements });
        (!statements.is_empty()).then(|| policy.to_string())
    }

    /// A connection as that user, and the keystore `keys` under it.
    #[track_caller]
    pub(crate) fn prepare(&self) {
        let (_, key) = self.ferry();
        let added = self.keyferry(&format!("connection add cloud {}", self.link(&key)));
        assert_eq!(added["connection"]["account"], self.account.as_str());
        self.keyferry("keystore create keys --connection cloud");
    }

    /// A KMS key as Keyferry shows it.
    #[track_caller]
    pub(crate) fn show(&self, name: &str) -> Value {
        self.keyferry(&format!("kms-key show {name}"))
    }

    /// Makes a KMS key, and checks that it is there and enabled. Answers its ARN.
    #[track_caller]
    pub(crate) fn create(&self, name: &str, options: &str) -> String {
        let made = self.keyferry(&format!("kms-key create {name} --keystore keys {options}"));
        assert_eq!(made["job"]["state"], "succeeded", "{made}");
        self.is(name, "ACTIVE", "Enabled")
    }

    /// Checks life and state of a KMS key, its state in Keyferry's eyes and in the emulator's. Answers its ARN.
    #[track_caller]
    pub(crate) fn is(&self, name: &str, life: &str, state: &str) -> String {
        let shown = self.show(name);
        assert_eq!(shown["life"], life, "{shown}");
        assert_eq!(shown["key_state"], state, "{shown}");
        let arn = text(&shown["arn"]);
        assert_eq!(self.aws.state(&arn), state);
        arn
    }
}

/// A JSON text.
#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
