//! What is only tried keeps nothing, route by route.

use http::{Method, StatusCode};
use keyferry_api::endpoint::Endpoint;
use keyferry_api::endpoints;
use keyferry_app::{ActionScope, Actor, ApprovalClass};
use keyferry_audit::{Cosigner, SignedNote};
use keyferry_ports::records::AuditRecords as _;
use keyferry_ports::secret::SecretText;
use keyferry_server::Access;
use keyferry_testkit::world::{ACCOUNT, PUBLIC_KEY};
use serde_json::{Value, json};

use crate::site::{Answer, Site};

/// An installation with something to change of each kind.
struct Scene {
    role: String,
    rule: String,
    use_period: String,
    site: Site,
    alert: String,
    prepared: String,
    waiting: String,
    unwanted: String,
    paused: String,
    stuck: String,
    token: String,
    cosigned: String,
}

fn text(body: &Value, pointer: &str) -> String {
    let found = body.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("{body:#}")).to_owned()
}

/// Does it, and answers what came back.
async fn post(site: &Site, path: &str, body: Value) -> Value {
    let answer = site.post(&format!("/api/v1/{path}"), body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.body);
    answer.body
}

/// Starts a KMS key; answers the job.
async fn started(site: &Site, name: &str) -> String {
    let body = json!({"keystore": "store", "name": name});
    text(&post(site, "kms-keys", body).await, "/job/id")
}

/// Lets Keyferry do everything but this.
fn rights(site: &Site, denied: &str) {
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "*", "Resource": "*" },
        { "Effect": "Deny", "Action": denied, "Resource": "*" },
    ]});
    let sim = &site.outside.sim;
    sim.create_user(ACCOUNT, "keyferry", &[&policy.to_string()])
        .unwrap();
}

/// What is on its way to be destroyed, and what could be.
async fn idle_keys(site: &Site) {
    for name in ["spare", "idle", "doomed"] {
        post(site, "keys", json!({"name": name, "spec": "AES-256"})).await;
    }
    for name in ["idle", "doomed"] {
        post(
            site,
            &format!("keys/{name}/versions/1/deactivate"),
            json!({}),
        )
        .await;
    }
    let path = "keys/doomed/versions/1/destroy?confirm_name=doomed";
    post(site, path, json!({})).await;
}

/// Gives a person a second factor.
async fn with_totp(site: &Site, name: &str) {
    let shown = post(site, &format!("users/{name}/reset-password"), json!({})).await;
    let password = SecretText::new(text(&shown, "/password"));
    let id = text(&shown, "/user/id").parse().unwrap();
    let person = Actor::person(id, name.parse().unwrap());
    let access = &site.app.access;
    access.set_up_totp(&person, &password).await.unwrap();
}

impl Scene {
    async fn new() -> Self {
        let site = Site::with_keystore().await;
        started(&site, "app").await;
        started(&site, "left").await;
        site.run().await;
        let shown = site.get("/api/v1/kms-keys/app").await.body;
        site.outside.advance_minutes(20);
        site.outside
            .aws("DisableKey", json!({ "KeyId": shown["arn"] }));
        post(&site, "keystores/store/sync", json!({})).await;
        site.run().await;
        let alerts = site.get("/api/v1/alerts?open=true").await.body;
        rights(&site, "kms:ImportKeyMaterial");
        let stuck = started(&site, "stuck").await;
        site.run().await;
        rights(&site, "kms:NoSuchAction");
        idle_keys(&site).await;
        let second = json!({
            "name": "second", "regions": ["eu-central-1"], "identity": site.identity(),
        });
        post(&site, "connections", second).await;
        let empty = json!({"name": "empty", "connection": "aws"});
        post(&site, "keystores", empty).await;
        let leaving = json!({"name": "leaving", "spec": "AES-256", "exportable": true});
        post(&site, "keys", leaving).await;
        post(&site, "keys/leaving/versions", json!({})).await;
        let prepared = post(&site, "keys/leaving/versions/2/prepare-download", prepare()).await;
        let ops = json!({"name": "ops", "address": webhook()});
        post(&site, "alert-destinations", ops).await;
        let spare = post(&site, "sign-in-providers", provider("spare")).await;
        assert_eq!(spare["has_secret"], true);
        post(&site, "sign-in-providers", provider("corp")).await;
        let rule =
            json!({"claim": "groups", "value": "old", "role": "auditor", "group": "default"});
        let rule = text(
            &post(&site, "sign-in-providers/corp/rules", rule).await,
            "/id",
        );
        let siem = json!({"name": "siem", "address": {"kind": "syslog", "host": "siem.example"}});
        post(&site, "audit-destinations", siem).await;
        for name in ["bob", "carol", "dora"] {
            post(&site, "users", json!({ "name": name })).await;
        }
        for name in ["looker", "idler"] {
            let role = json!({"name": name, "actions": ["key.read"]});
            post(&site, "roles", role).await;
        }
        for name in ["ours", "theirs"] {
            let policy = json!({"name": name, "text": POLICY});
            post(&site, "policies", policy).await;
        }
        for name in ["hollow", "bare"] {
            post(&site, "groups", json!({ "name": name })).await;
        }
        for name in ["billing", "gone"] {
            post(&site, "applications", json!({ "name": name })).await;
        }
        let period = json!({"application": "billing", "minutes": 1440});
        let use_period = text(&post(&site, "use-periods", period).await, "/id");
        for name in ["production", "unwanted"] {
            let path = "applications/billing/keys";
            post(&site, path, json!({ "name": name })).await;
        }
        let known = json!({"name": "dns:old.example.com"});
        post(&site, "applications/billing/certificates", known).await;
        let role = json!({"role": "operator", "user": "carol", "group": "default"});
        let role = text(&post(&site, "role-assignments", role).await, "/id");
        with_totp(&site, "carol").await;
        post(&site, "me/tokens", json!({"name": "old"})).await;
        let tokens = site.get("/api/v1/me/tokens").await.body;
        let waiting = started(&site, "waiting").await;
        let unwanted = started(&site, "unwanted").await;
        let paused = started(&site, "paused").await;
        post(&site, &format!("jobs/{paused}/pause"), json!({})).await;
        let signed = site.get("/api/v1/audit/checkpoint").await.body;
        let note = SignedNote::parse(&text(&signed, "/signed/note")).unwrap();
        let witness = Cosigner::from_seed("witness", &[5; 32]).unwrap();
        Self {
            role,
            cosigned: witness.cosign(&note, 1_767_225_600).to_string(),
            alert: text(&alerts, "/items/0/id"),
            prepared: text(&prepared, "/id"),
            token: text(&tokens, "/items/0/id"),
            waiting,
            unwanted,
            paused,
            stuck,
            rule,
            use_period,
            site,
        }
    }

    /// Names for the path, and a body, with which the route changes something; `None` for a route that nobody has
    /// thought of here.
    fn example(&self, id: &str) -> Option<(Vec<&str>, Value)> {
        let rule = json!({"every": "30d"});
        let by_claim =
            json!({"claim": "groups", "value": "new", "role": "auditor", "group": "default"});
        let named = json!({"name": "new"});
        let described = json!({"description": "new"});
        let bytes = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let connection = json!({
            "name": "new", "regions": ["eu-central-1"], "identity": self.site.identity(),
        });
        Some(match id {
            "create_token" | "create_group" => (vec![], named),
            "create_user" => (vec![], named),
            "give_role" => (
                vec![],
                json!({"role": "auditor", "user": "carol", "group": "default"}),
            ),
            "create_role" => (vec![], json!({"name": "new", "actions": ["key.read"]})),
            "update_role" => (vec!["looker"], json!({"actions": ["job.read"]})),
            "delete_role" => (vec!["idler"], Value::Null),
            "add_policy" => (vec![], json!({"name": "new", "text": POLICY})),
            "update_policy" => (vec!["ours"], json!({ "text": POLICY })),
            "delete_policy" => (vec!["theirs"], Value::Null),
            "update_group" => (vec!["hollow"], described),
            "delete_group" => (vec!["bare"], Value::Null),
            "add_sign_in_provider" => (vec![], provider("new")),
            "update_sign_in_provider" => (vec!["corp"], json!({"provisioning": "just-in-time"})),
            "delete_sign_in_provider" => (vec!["spare"], Value::Null),
            "add_sign_in_rule" => (vec!["corp"], by_claim),
            "delete_sign_in_rule" => (vec!["corp", &self.rule], Value::Null),
            "take_role" => (vec![&self.role], Value::Null),
            "set_crypto_policy" => (vec![], json!({"rsa_wrapping_min": 3072})),
            "open_use_period" => (vec![], json!({"application": "billing", "minutes": 60})),
            "close_use_period" => (vec![&self.use_period], Value::Null),
            "create_application" => (vec![], named),
            "update_application" => (vec!["billing"], described),
            "delete_application" => (vec!["gone"], Value::Null),
            "lock_application" | "unlock_application" => (vec!["billing"], Value::Null),
            "create_application_key" => (vec!["billing"], named),
            "rotate_application_key" => (vec!["billing", "production"], json!({})),
            "revoke_application_key" => (vec!["billing", "unwanted"], Value::Null),
            "add_certificate" => (vec!["billing"], json!({"name": "dns:new.example.com"})),
            "remove_certificate" => (vec!["billing", "dns:old.example.com"], Value::Null),
            "update_user" => (vec!["bob"], json!({"full_name": "Robert"})),
            "lock_user" | "unlock_user" => (vec!["bob"], Value::Null),
            "reset_user_password" | "end_user_sessions" => (vec!["bob"], json!({})),
            "reset_user_totp" => (vec!["carol"], Value::Null),
            "same_person" => (vec!["bob"], json!({"as": "dora"})),
            "other_person" => (vec!["bob"], Value::Null),
            "offboard_user" => (vec!["dora"], Value::Null),
            "revoke_token" => (vec![&self.token], Value::Null),
            "add_connection" => (vec![], connection),
            "update_connection" => (vec!["aws"], json!({"tier": "observe"})),
            "delete_connection" => (vec!["second"], Value::Null),
            "create_keystore" => (vec![], json!({"name": "new", "connection": "aws"})),
            "update_keystore" => (vec!["store"], described),
            "delete_keystore" => (vec!["empty"], Value::Null),
            "create_key" => (vec![], json!({"name": "new", "spec": "AES-256"})),
            "import_key" => (
                vec![],
                json!({"name": "brought", "file": bytes, "format": "raw"}),
            ),
            "update_key" => (vec!["spare"], described),
            "create_key_version" => (vec!["spare"], json!({})),
            "prepare_download" => (vec!["leaving", "1"], prepare()),
            "prepare_export" => (vec!["default"], prepare()),
            "cancel_preparation" => (vec![&self.prepared], Value::Null),
            "deactivate_key_version" | "compromise_key_version" => (vec!["spare", "1"], json!({})),
            "destroy_key_version" => (vec!["idle", "1"], json!({})),
            "cancel_key_version_destruction" => (vec!["doomed", "1"], json!({})),
            "release_kms_key" => (vec!["left"], json!({})),
            "set_kms_key_rotation" => (vec!["app"], rule),
            "set_key_rotation" => (vec!["spare"], json!({ "schedule": rule })),
            "acknowledge_alert" => (vec![&self.alert], json!({})),
            "add_alert_destination" => (vec![], json!({"name": "new", "address": webhook()})),
            "delete_alert_destination" => (vec!["ops"], Value::Null),
            "rotate_request_log" | "clear_request_log" => (vec![], Value::Null),
            "add_audit_destination" => (
                vec![],
                json!({"name": "new", "address": {"kind": "file", "file": "new.jsonl"}}),
            ),
            "delete_audit_destination" => (vec!["siem"], Value::Null),
            "cancel_job" => (vec![&self.unwanted], json!({})),
            "pause_job" => (vec![&self.waiting], json!({})),
            "resume_job" => (vec![&self.paused], json!({})),
            "add_audit_cosignature" => (vec![], json!({"note": self.cosigned})),
            "retry_job" => (vec![&self.stuck], json!({})),
            _ => return None,
        })
    }

    async fn call(&self, endpoint: &Endpoint, query: &str) -> Answer {
        let id = endpoint.id;
        let Some((names, body)) = self.example(id) else {
            panic!("{id} can be tried: give it an example here");
        };
        let path = format!("{}{query}", endpoint.path_with(&names));
        let method = Method::from_bytes(endpoint.method.as_str().as_bytes()).unwrap();
        let headers: &[_] = if endpoint.if_match {
            &[("if-match", "*")]
        } else {
            &[]
        };
        self.site.change(method, &path, body, headers).await
    }

    /// All rows and the size of the log.
    async fn rows(&self) -> (String, u64) {
        let records = &self.site.outside.records;
        let size = records.audit_size().await.unwrap();
        (records.debug_without_leaves(), size)
    }
}

/// Forbids what nobody does.
const POLICY: &str = "forbid(principal, action, resource) when { false };";
fn provider(name: &str) -> Value {
    json!({
        "name": name, "issuer": "https://id.example", "client_id": "keyferry", "client_secret": "secret",
        "public_url": "https://keyferry.example",
    })
}

fn prepare() -> Value {
    json!({"public_key": PUBLIC_KEY, "reason": "the system moves"})
}

fn webhook() -> Value {
    json!({"kind": "webhook", "url": "https://hooks.example/keyferry"})
}

/// They take what other operations take too, but make no plan.
const TYPED: &[&str] = &[
    "cancel_key_version_destruction",
    "destroy_key_version",
    "release_kms_key",
];

/// Their trial is shown elsewhere: `a_person_ends_the_quarantine_with_a_reason_that_stays_in_the_log`, in which nothing else can be
/// changed.
const IN_QUARANTINE: &[&str] = &["accept_audit_rollback"];

/// Their trial is shown elsewhere: `what_is_only_tried_of_consent_keeps_nothing`. Without rules there is nothing to consent to.
const OF_CONSENT: &[&str] = &[
    "approve",
    "ask_approval",
    "cancel_approval",
    "reject",
    "set_approval_rule",
];

/// Their trial is shown elsewhere: `i1_i2_consent_comes_on_top_of_four_eyes_and_what_was_approved_is_downloaded_once`. They want
/// somebody else, who proved within five minutes who he is.
const BY_FOUR_EYES: &[&str] = &["download_key_version", "export_group"];

/// Whether the route tries changes of records, and makes no plan.
fn is_tried(endpoint: &Endpoint) -> bool {
    let parameters = endpoint.query.map(|query| query()).unwrap_or_default();
    let names: Vec<&str> = parameters.iter().map(|one| one.name.as_str()).collect();
    let elsewhere = [IN_QUARANTINE, OF_CONSENT, BY_FOUR_EYES];
    let is_elsewhere = elsewhere.iter().any(|ids| ids.contains(&endpoint.id));
    (names == ["dry_run"] && !is_elsewhere) || TYPED.contains(&endpoint.id)
}

#[tokio::test]
async fn every_route_that_tries_a_change_of_records_keeps_nothing_of_it_and_does_it_when_asked() {
    let scene = Scene::new().await;
    let before = scene.rows().await;
    let mut events = scene.site.app.engine.watch();

    let tried = || endpoints::ALL.iter().filter(|one| is_tried(one));
    for endpoint in tried() {
        let answer = scene.call(endpoint, "?dry_run=true").await;

        let id = endpoint.id;
        assert!(answer.status.is_success(), "{id}: {}", answer.body);
        assert_ne!(answer.status, StatusCode::CREATED, "{id}");
        assert_eq!(scene.rows().await, before, "{id}");
        assert!(events.try_recv().is_err(), "{id} tells somebody");
        let again = scene.call(endpoint, "?dry_run=true").await;
        let plan = answer.header("keyferry-plan");
        assert_eq!(plan.len(), 64, "{id} tells no hash of its plan");
        assert_eq!(again.header("keyferry-plan"), plan, "{id} tells another");
        for secret in ["token", "api_key", "signing_secret", "password"] {
            assert!(answer.body[secret].is_null(), "{id} shows its secret");
        }
    }
    for endpoint in tried() {
        let before = scene.rows().await;
        let query = match endpoint.id {
            "destroy_key_version" => "?confirm_name=idle",
            _ => "",
        };
        let answer = scene.call(endpoint, query).await;

        let id = endpoint.id;
        assert!(answer.status.is_success(), "{id}: {}", answer.body);
        assert_ne!(scene.rows().await, before, "{id} changes nothing");
    }
}

/// Its own consent is to be the subject here, or it is anybody's own affair.
fn may_need_consent(endpoint: &Endpoint) -> bool {
    let routes = keyferry_server::routes();
    let route = routes.iter().find(|one| one.endpoint.id == endpoint.id);
    match route.unwrap().access {
        Access::Open => false,
        Access::Guarded { action, .. } => {
            action.approval_class() != ApprovalClass::None && action.scope() != ActionScope::Own
        }
    }
}

#[tokio::test]
async fn a14_every_route_that_a_rule_covers_waits_for_consent_and_does_then_what_was_approved() {
    let scene = Scene::new().await;
    let site = &scene.site;
    let judge = crate::approvals::judge(site).await;
    crate::approvals::rules_for_everything(site, 1).await;

    for endpoint in endpoints::ALL.iter().filter(|one| is_tried(one)) {
        let id = endpoint.id;
        if !may_need_consent(endpoint) {
            continue;
        }
        let query = match id {
            "destroy_key_version" => "?confirm_name=idle",
            _ => "",
        };
        let before = scene.rows().await;
        let refused = scene.call(endpoint, query).await;
        assert_eq!(refused.code(), "approval.needed", "{id}: {}", refused.body);
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{id}");
        assert_eq!(scene.rows().await, before, "{id} did something");

        let (names, body) = scene.example(id).unwrap();
        let body = (!body.is_null()).then(|| body.to_string());
        let asked = json!({
            "method": endpoint.method.as_str(),
            "path": format!("{}{query}", endpoint.path_with(&names)),
            "body": body,
            "if_match": endpoint.if_match.then_some("*"),
            "reason": "to be shown",
        });
        let waiting = post(site, "approvals", asked).await;
        let (approval, hash) = (text(&waiting, "/id"), text(&waiting, "/hash"));
        let run = format!("/api/v1/approvals/{approval}/run");
        let early = site.post(&run, Value::Null).await;
        assert_eq!(early.code(), "approval.not-enough", "{id}");
        crate::approvals::approve(site, &judge, &approval, &hash).await;
        let done = site.post(&run, Value::Null).await;

        assert!(done.status.is_success(), "{id}: {}", done.body);
        let again = site.post(&run, Value::Null).await;
        assert_eq!(again.code(), "approval.over", "{id}");
    }
}
