//! Two groups with one of everything, and a person for each role.

use keyferry_app::Actor;
use keyferry_app::access::Credentials;
use keyferry_audit::{Cosigner, SignedNote};
use keyferry_domain::approval::{ApprovalClass, Need};
use keyferry_domain::id::{GroupId, UserId};
use keyferry_ports::records::{AccessRecords as _, Batch, Change, Commits as _, Expect};
use keyferry_ports::secret::SecretText;
use keyferry_testkit::contract::records::approval::approval;
use keyferry_testkit::world::{ACCOUNT, OTHER_REGION, PUBLIC_KEY, REGION};
use kms_sim::Caller;
use serde_json::{Value, json};

use super::installation::{Answer, Credential, Installation, Question, Running};

pub(crate) const PASSWORD: &str = "a good long password";

/// The account of the other group.
const OTHER_ACCOUNT: &str = "444455556666";

/// The roles of the grid, and those who have them: the first three in the group `own-group`.
pub(crate) const ROLES: [(&str, &str); 6] = [
    ("administrator", "abe"),
    ("operator", "ope"),
    ("auditor", "aud"),
    ("system-administrator", "sys"),
    ("security-officer", "sec"),
    ("none", "nob"),
];

/// The groups; names of what belongs to one begin with its word.
pub(crate) const GROUPS: [&str; 2] = ["own", "far"];

/// Somebody with a role, and what lets that person in, or did.
pub(crate) struct Subject {
    pub(crate) id: UserId,
    pub(crate) token: Credential,
    pub(crate) token_id: String,
    pub(crate) session: Credential,
    pub(crate) session_id: String,
    pub(crate) old_token: Credential,
    pub(crate) old_session: Credential,
}

/// What the examples name by id, of one group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Things {
    pub(crate) alert: String,
    /// An empty KMS key that nobody manages.
    pub(crate) stray: String,
    /// Who has a grant on the KMS key `multi`.
    pub(crate) grantee: String,
    pub(crate) stuck: String,
    pub(crate) waiting: String,
    pub(crate) unwanted: String,
    pub(crate) paused: String,
    pub(crate) assignment: String,
    pub(crate) identity: Value,
    /// A request that waits for the group's consent.
    pub(crate) approval: String,
    /// A period in which the application uses keys.
    pub(crate) use_period: String,
    /// A version that ann has prepared to be downloaded.
    pub(crate) preparation: String,
    /// A rule by which a provider's people have a role in the group.
    pub(crate) sign_in_rule: String,
}

/// The whole scene.
pub(crate) struct Scene {
    pub(crate) site: Installation,
    pub(crate) subjects: Vec<Subject>,
    pub(crate) things: [Things; 2],
    pub(crate) destination: String,
    pub(crate) session_of_bob: String,
    pub(crate) cosigned: String,
    pub(crate) vault: std::sync::Arc<keyferry_vault::SoftwareVault>,
}

/// Makes the scene by ann, who administers everything.
struct Maker<'a> {
    site: &'a Installation,
    running: &'a Running,
    ann: Credential,
}

fn text(body: &Value, pointer: &str) -> String {
    let found = body.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("{body:#}")).to_owned()
}

impl Maker<'_> {
    async fn call(&self, method: &'static str, path: &str, body: Value) -> Answer {
        let question = Question {
            method,
            path: format!("/api/v1/{path}"),
            body,
            ..Question::default()
        };
        self.site.ask(&self.ann, &question).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.call("POST", path, body).await;
        assert!(answer.is_success(), "{path}: {}", answer.text);
        answer.body()
    }

    async fn patch(&self, path: &str, body: Value) {
        let question = Question {
            method: "PATCH",
            path: format!("/api/v1/{path}"),
            body,
            wants_match: true,
            ..Question::default()
        };
        let answer = self.site.ask(&self.ann, &question).await;
        assert!(answer.is_success(), "{path}: {}", answer.text);
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, Value::Null).await;
        assert!(answer.is_success(), "{path}: {}", answer.text);
        answer.body()
    }

    /// Works off everything, letting the time pass.
    async fn run(&self) {
        while let Some(next) = self.running.app.engine.run_due().await.unwrap() {
            self.site.outside.clock.set(next);
        }
    }

    async fn actor(&self, name: &str) -> (UserId, Actor) {
        let id = text(&self.get(&format!("users/{name}")).await, "/id");
        let id: UserId = id.parse().unwrap();
        (id, Actor::person(id, name.parse().unwrap()))
    }

    /// A person who knows the password and needs to set no other.
    async fn person(&self, name: &str) {
        let body = json!({"name": name, "password": PASSWORD});
        self.post("users", body).await;
        let (id, _) = self.actor(name).await;
        let database = &self.running.database;
        let mut user = database.find_user(id).await.unwrap().unwrap();
        user.must_change_password = false;
        let expect = Expect::Revision(user.revision);
        let batch = Batch::new().with(Change::PutUser(user, expect));
        database.commit(batch).await.unwrap();
    }

    async fn role(&self, role: &str, user: &str, group: Option<&str>) -> String {
        let body = json!({"role": role, "user": user, "group": group});
        text(&self.post("role-assignments", body).await, "/id")
    }

    /// A session and a token; the token ends in an hour, where it is said so.
    async fn let_in(&self, name: &str, ends: bool) -> ([Credential; 2], [String; 2]) {
        let access = &self.running.app.access;
        let said = Credentials {
            name,
            password: &SecretText::new(PASSWORD),
            code: None,
        };
        let session = access.sign_in(&said).await.unwrap();
        let (_, actor) = self.actor(name).await;
        let end = ends.then(|| {
            let hour = jiff::SignedDuration::from_hours(1);
            keyferry_ports::clock::Clock::now(&*self.site.outside.clock) + hour
        });
        let called = if ends { "old" } else { "new" };
        let token = access.create_token(&actor, called.parse().unwrap(), end);
        let token = token.await.unwrap();
        let secrets = [
            Credential::Session(session.secret.expose().to_owned()),
            Credential::Token(token.secret.expose().to_owned()),
        ];
        let ids = [session.record.id.to_string(), token.record.id.to_string()];
        (secrets, ids)
    }

    async fn started(&self, path: &str, body: Value) -> String {
        text(&self.post(path, body).await, "/job/id")
    }

    async fn kms_key(&self, group: &str, name: &str, settings: Value) -> String {
        let body = json!({"keystore": format!("{group}-store"), "name": format!("{group}-{name}"), "settings": settings});
        self.started("kms-keys", body).await
    }

    fn identity_in(&self, account: &str, user: &str) -> Value {
        self.rights(account, user, "kms:NoSuchAction");
        let sim = &self.site.outside.sim;
        let key = sim.create_access_key(account, Some(user)).unwrap();
        json!({"kind": "access-key", "access_key_id": key.id, "secret_access_key": key.secret})
    }

    /// Lets Keyferry do everything but this.
    fn rights(&self, account: &str, user: &str, denied: &str) {
        let policy = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "*", "Resource": "*" },
            { "Effect": "Deny", "Action": denied, "Resource": "*" },
        ]});
        let sim = &self.site.outside.sim;
        sim.create_user(account, user, &[&policy.to_string()])
            .unwrap();
    }

    fn aws(&self, account: &str, operation: &str, input: Value) -> Value {
        let (root, now) = (Caller::root(account), self.site.outside.clock_now());
        let sim = &self.site.outside.sim;
        sim.kms(&root, REGION, operation, input, now).unwrap()
    }

    async fn group(&self, group: &str, account: &str) -> Things {
        let name = format!("{group}-group");
        self.post("groups", json!({"name": name})).await;
        let identity = self.identity_in(account, "keyferry");
        let second = self.identity_in(account, "second");
        for (one, identity) in [("aws", &identity), ("second", &second)] {
            let body = json!({"name": format!("{group}-{one}"), "group": name,
                "regions": [REGION, OTHER_REGION], "identity": identity});
            self.post("connections", body).await;
        }
        for one in ["store", "empty"] {
            let body = json!({"name": format!("{group}-{one}"), "group": name,
                "connection": format!("{group}-aws"), "regions": [REGION, OTHER_REGION]});
            self.post("keystores", body).await;
        }
        self.keys(group).await;
        let mut things = self.kms_keys(group, account).await;
        let assigned = self.role("auditor", "carol", Some(&name));
        things.assignment = assigned.await;
        things.use_period = self.application(group).await;
        things.approval = self.approval(group).await;
        things.preparation = self.prepared(group).await;
        let rule = json!({"claim": "groups", "value": group, "role": "auditor", "group": name});
        let rule = self.post("sign-in-providers/corp/rules", rule).await;
        things.sign_in_rule = text(&rule, "/id");
        things.identity = identity;
        things
    }

    async fn application(&self, group: &str) -> String {
        let billing = format!("{group}-billing");
        let body = json!({"name": billing, "group": format!("{group}-group")});
        self.post("applications", body).await;
        let key = json!({"name": "production"});
        self.post(&format!("applications/{billing}/keys"), key)
            .await;
        let known = json!({"name": format!("dns:{group}.example.com")});
        let path = format!("applications/{billing}/certificates");
        self.post(&path, known).await;
        let body = json!({"application": billing, "minutes": 1440});
        let period = self.post("use-periods", body).await;
        text(&period, "/id")
    }

    /// A request of ann's that waits for the group's consent.
    async fn approval(&self, group: &str) -> String {
        let found = self.get(&format!("groups/{group}-group")).await;
        let of: GroupId = text(&found, "/id").parse().unwrap();
        let (ann, _) = self.actor("ann").await;
        let number = if group == "own" { 501 } else { 502 };
        let mut row = approval(number, ann, Some(of));
        row.expires_at = "2036-01-01T00:00:00Z".parse().unwrap();
        row.decisions.clear();
        row.needs = [Need {
            group: Some(of),
            class: ApprovalClass::Destructive,
            approvers: 1,
            hours: 72,
            revision: 1,
        }]
        .into();
        let id = row.id.to_string();
        let batch = Batch::new().with(Change::PutApproval(Box::new(row), Expect::New));
        self.running.database.commit(batch).await.unwrap();
        id
    }

    /// What others may take out.
    async fn prepared(&self, group: &str) -> String {
        let body = json!({"public_key": PUBLIC_KEY, "hours": 72, "reason": "the system moves"});
        let path = format!("groups/{group}-group/prepare-export");
        self.post(&path, body.clone()).await;
        let path = format!("keys/{group}-spare/versions/1/prepare-download");
        text(&self.post(&path, body).await, "/id")
    }

    async fn keys(&self, group: &str) {
        for one in ["spare", "idle", "doomed"] {
            let body = json!({"name": format!("{group}-{one}"), "spec": "AES-256",
                "group": format!("{group}-group"), "exportable": true});
            self.post("keys", body).await;
        }
        for one in ["idle", "doomed"] {
            let path = format!("keys/{group}-{one}/versions/1/deactivate");
            self.post(&path, json!({})).await;
        }
        let path = format!("keys/{group}-doomed/versions/1/destroy?confirm_name={group}-doomed");
        self.post(&path, json!({})).await;
    }

    async fn kms_keys(&self, group: &str, account: &str) -> Things {
        let wide = json!({"multi_region": true, "regions": [REGION]});
        for one in ["app", "off", "dying", "hurt"] {
            self.kms_key(group, one, json!({})).await;
        }
        self.kms_key(group, "multi", wide).await;
        let wide = json!({"multi_region": true, "regions": [REGION, OTHER_REGION]});
        self.kms_key(group, "wide", wide).await;
        self.run().await;
        let off = format!("kms-keys/{group}-off/deactivate?confirm_name={group}-off");
        self.post(&off, Value::Null).await;
        let dying = format!("kms-keys/{group}-dying/schedule-deletion?confirm_name={group}-dying");
        self.post(&dying, json!({})).await;
        self.run().await;
        self.site.outside.advance_minutes(20);
        let arn =
            async |name: &str| self.get(&format!("kms-keys/{group}-{name}")).await["arn"].clone();
        self.aws(account, "DisableKey", json!({ "KeyId": arn("hurt").await }));
        let user = |name: &str| format!("arn:aws:iam::{account}:user/{name}");
        let grant = json!({ "KeyId": arn("multi").await, "GranteePrincipal": user("second"),
            "RetiringPrincipal": user("keyferry"), "Operations": ["Decrypt"] });
        self.aws(account, "CreateGrant", grant);
        let stray = json!({"Description": "stray", "Origin": "EXTERNAL"});
        let stray = self.aws(account, "CreateKey", stray);
        self.post(&format!("keystores/{group}-store/sync"), Value::Null)
            .await;
        self.run().await;
        let alerts = self.get("alerts?open=true").await;
        let of_hurt = format!("{group}-hurt");
        let items = alerts["items"].as_array().unwrap();
        let alert = items.iter().find(|one| one["name"] == of_hurt.as_str());
        self.post(&format!("keys/{group}-wide/versions"), Value::Null)
            .await;
        let rule = json!({"every": "300d"});
        self.patch(&format!("kms-keys/{group}-hurt/rotation-schedule"), rule)
            .await;
        self.rights(account, "keyferry", "kms:ImportKeyMaterial");
        let stuck = self.kms_key(group, "stuck", json!({})).await;
        self.run().await;
        self.rights(account, "keyferry", "kms:NoSuchAction");
        Things {
            alert: text(alert.unwrap_or(&alerts), "/id"),
            stray: text(&stray, "/KeyMetadata/Arn"),
            grantee: user("second"),
            stuck,
            ..Things::default()
        }
    }

    /// Jobs that nobody has begun to work off.
    async fn jobs(&self, group: &str, things: &mut Things) {
        things.waiting = self.kms_key(group, "waiting", json!({})).await;
        things.unwanted = self.kms_key(group, "unwanted", json!({})).await;
        things.paused = self.kms_key(group, "paused", json!({})).await;
        let pause = format!("jobs/{}/pause", things.paused);
        self.post(&pause, Value::Null).await;
    }

    async fn cosigned(&self) -> String {
        let signed = self.get("audit/checkpoint").await;
        let note = SignedNote::parse(&text(&signed, "/signed/note")).unwrap();
        let witness = Cosigner::from_seed("witness", &[5; 32]).unwrap();
        witness.cosign(&note, 1_767_225_600).to_string()
    }
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let site = Installation::new().await;
        let running = site.begin().await;
        let access = &running.app.access;
        let name = "ann".parse().unwrap();
        let password = SecretText::new(PASSWORD);
        let ann = access.add_first_administrator(name, &password).await;
        let ann = ann.unwrap();
        let ann = Actor::person(ann.id, ann.name);
        let token = access.create_token(&ann, "test".parse().unwrap(), None);
        let token = token.await.unwrap().secret.expose().to_owned();
        let maker = Maker {
            site: &site,
            running: &running,
            ann: Credential::Token(token),
        };
        for name in ["bob", "carol", "dora"] {
            maker.person(name).await;
        }
        let mut old = Vec::new();
        for (_, name) in ROLES {
            maker.person(name).await;
            old.push(maker.let_in(name, true).await.0);
        }
        let role = json!({"name": "looker", "actions": ["key.read"]});
        maker.post("roles", role).await;
        let cedar = r#"forbid(principal, action == Keyferry::Action::"key.read", resource) when { false };"#;
        let policy = json!({"name": "ours", "text": cedar});
        maker.post("policies", policy).await;
        let corp = json!({
            "name": "corp", "issuer": "https://id.example", "client_id": "keyferry",
            "client_secret": "secret", "public_url": "https://keyferry.example",
        });
        maker.post("sign-in-providers", corp).await;
        let siem = json!({"name": "siem", "address": {"kind": "syslog", "host": "logs.example"}});
        maker.post("audit-destinations", siem).await;
        site.outside.sim.create_account(OTHER_ACCOUNT).unwrap();
        let mut things = [
            maker.group("own", ACCOUNT).await,
            maker.group("far", OTHER_ACCOUNT).await,
        ];
        for (group, things) in GROUPS.into_iter().zip(&mut things) {
            maker.jobs(group, things).await;
        }
        for (role, name) in ROLES {
            let group = match role {
                "none" => continue,
                "administrator" | "operator" | "auditor" => Some("own-group"),
                _ => None,
            };
            maker.role(role, name, group).await;
        }
        for group in GROUPS {
            let hollow = json!({"name": format!("{group}-hollow")});
            maker.post("groups", hollow).await;
        }
        let hook = json!({"kind": "webhook", "url": "https://hooks.example/keyferry"});
        let added = json!({"name": "ops", "address": hook});
        let added = maker.post("alert-destinations", added).await;
        let (_, carol) = maker.actor("carol").await;
        access.set_up_totp(&carol, &password).await.unwrap();
        site.outside.advance_minutes(14 * 60);
        let (_, [session_of_bob, _]) = maker.let_in("bob", false).await;
        let mut subjects = Vec::new();
        for ((_, name), [old_session, old_token]) in ROLES.into_iter().zip(old) {
            let (id, _) = maker.actor(name).await;
            let ([session, token], [session_id, token_id]) = maker.let_in(name, false).await;
            subjects.push(Subject {
                id,
                token,
                token_id,
                session,
                session_id,
                old_token,
                old_session,
            });
        }
        let cosigned = maker.cosigned().await;
        let vault = site.keep(running).await;
        Self {
            subjects,
            things,
            destination: text(&added, "/destination/id"),
            session_of_bob,
            cosigned,
            vault,
            site,
        }
    }
}
