//! A request for every route, about something that is really there.

use keyferry_api::endpoint::{Endpoint, Method};
use keyferry_testkit::world::{OTHER_REGION, PUBLIC_KEY, REGION};
use serde_json::{Value, json};

use super::installation::{PASSPHRASE, Question};
use super::scene::{GROUPS, PASSWORD, Scene, Subject, Things};

/// Routes that are for sessions alone.
pub(crate) const BY_SESSION: &[&str] = &[
    "delete_session",
    "confirm_session",
    "download_key_version",
    "export_group",
];

/// What goes into a route's path, query and body.
#[derive(Default)]
struct Example {
    names: Vec<String>,
    query: String,
    body: Value,
}

fn at<const N: usize>(names: [&str; N]) -> Example {
    Example {
        names: names.map(str::to_owned).to_vec(),
        ..Example::default()
    }
}

impl Example {
    fn with(mut self, body: Value) -> Self {
        self.body = body;
        self
    }

    /// With the name typed.
    fn typed(mut self) -> Self {
        self.query = format!("?confirm_name={}", self.names[0]);
        self
    }

    fn asking(mut self, query: &str) -> Self {
        query.clone_into(&mut self.query);
        self
    }
}

/// The request of this person about what belongs to a group; `None` for a route that nobody has thought of here.
pub(crate) fn question(
    scene: &Scene,
    who: &Subject,
    endpoint: &Endpoint,
    group: usize,
) -> Option<Question> {
    let id = endpoint.id;
    let example = about_oneself(who, id)
        .or_else(|| about_people(scene, id, group))
        .or_else(|| about_the_installation(scene, id))
        .or_else(|| about_links(scene, id, group))
        .or_else(|| about_keys(id, group))
        .or_else(|| about_leaving(scene, id, group))
        .or_else(|| about_kms_keys(scene, id, group))
        .or_else(|| about_using(id, group))
        .or_else(|| about_applications(scene, id, group))
        .or_else(|| about_consent(scene, id, group))
        .or_else(|| about_providers(scene, id, group))
        .or_else(|| about_proof(id, group))
        .or_else(|| about_work(scene, id, group))?;
    let names: Vec<&str> = example.names.iter().map(String::as_str).collect();
    Some(Question {
        method: match endpoint.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        },
        path: format!("{}{}", endpoint.path_with(&names), example.query),
        body: example.body,
        wants_match: endpoint.if_match,
        is_stream: id == "stream_events",
    })
}

fn about_oneself(who: &Subject, id: &str) -> Option<Example> {
    let code = json!({"totp": "123456"});
    Some(match id {
        "read_me" | "list_sessions" | "end_sessions" | "list_tokens" | "delete_session" => at([]),
        "create_session" => at([]).with(json!({"user": "bob", "password": PASSWORD})),
        "confirm_session" => at([]).with(json!({"password": PASSWORD})),
        "end_session" => at([&who.session_id]),
        "change_password" => {
            at([]).with(json!({"old": PASSWORD, "new": "another good long password"}))
        }
        "set_up_totp" => at([]).with(json!({"password": PASSWORD})),
        "confirm_totp" | "renew_recovery_codes" => at([]).with(code),
        "remove_totp" => at([]).with(json!({"password": PASSWORD, "totp": "123456"})),
        "create_token" => at([]).with(json!({"name": "another"})),
        "revoke_token" => at([&who.token_id]),
        _ => return None,
    })
}

/// Forbids what nobody does.
const POLICY: &str =
    r#"forbid(principal, action == Keyferry::Action::"key.read", resource) when { false };"#;

fn about_people(scene: &Scene, id: &str, group: usize) -> Option<Example> {
    let own = format!("{}-group", GROUPS[group]);
    Some(match id {
        "list_users" | "list_groups" | "list_roles" | "list_role_assignments" => at([]),
        "create_user" | "create_group" => at([]).with(json!({"name": "new"})),
        "read_user" | "list_user_sessions" => at(["bob"]),
        "update_user" => at(["bob"]).with(json!({"full_name": "Robert"})),
        "lock_user" | "unlock_user" => at(["bob"]),
        "reset_user_password" | "end_user_sessions" => at(["bob"]).with(json!({})),
        "reset_user_totp" => at(["carol"]),
        "end_user_session" => at(["bob", &scene.session_of_bob]),
        "same_person" => at(["bob"]).with(json!({"as": "dora"})),
        "other_person" => at(["bob"]),
        "offboard_user" => at(["dora"]),
        "read_group" => at([&own]),
        "update_group" => at([&own]).with(json!({"description": "new"})),
        "delete_group" => at([&format!("{}-hollow", GROUPS[group])]),
        "read_role" | "delete_role" => at(["looker"]),
        "create_role" => at([]).with(json!({"name": "new", "actions": ["key.read"]})),
        "update_role" => at(["looker"]).with(json!({"actions": ["key.read", "job.read"]})),
        "list_policies" => at([]),
        "read_policy" | "delete_policy" => at(["ours"]),
        "add_policy" => at([]).with(json!({"name": "new", "text": POLICY})),
        "update_policy" => at(["ours"]).with(json!({"text": POLICY})),
        "check_policy" => at([]).with(json!({"name": "new", "text": POLICY})),
        "list_who_can" => at([]).asking(&format!("?action=key.read&group={own}")),
        "read_why" => at([]).asking(&format!("?user=bob&action=key.read&group={own}")),
        "give_role" => at([]).with(json!({"role": "auditor", "user": "bob", "group": own})),
        "take_role" => at([&scene.things[group].assignment]),
        _ => return None,
    })
}

fn about_the_installation(scene: &Scene, id: &str) -> Option<Example> {
    let hook = json!({"kind": "webhook", "url": "https://hooks.example/keyferry"});
    Some(match id {
        "read_health" | "read_readiness" | "read_openapi" | "list_key_specs" | "read_seal"
        | "seal" => at([]),
        "unseal" => at([]).with(json!({ "passphrase": PASSPHRASE })),
        "list_audit_entries" | "read_checkpoint" | "read_audit_key" => at([]),
        "read_audit_proof" => at([]).asking("?entry=0"),
        "export_audit_tile" => at([]).asking("?index=0&width=1"),
        "add_audit_cosignature" => at([]).with(json!({"note": scene.cosigned})),
        "accept_audit_rollback" => at([]).with(json!({"reason": "a drill"})),
        "list_alert_destinations" => at([]),
        "add_alert_destination" => at([]).with(json!({"name": "new", "address": hook})),
        "test_alert_destination" | "delete_alert_destination" => at([&scene.destination]),
        _ => return None,
    })
}

fn about_links(scene: &Scene, id: &str, group: usize) -> Option<Example> {
    let g = GROUPS[group];
    let own = format!("{g}-group");
    let [aws, second, store, empty] =
        ["aws", "second", "store", "empty"].map(|one| format!("{g}-{one}"));
    let settings = json!({"regions": [REGION], "identity": scene.things[group].identity});
    let mut connection = settings.clone();
    connection["name"] = json!("new");
    connection["group"] = json!(own);
    Some(match id {
        "list_connections" | "list_keystores" | "list_regions" | "read_connection_policy" => at([]),
        "read_connection_hosts" => at([]).asking("?regions=eu-central-1"),
        "verify_connection_settings" => at([]).with(settings),
        "add_connection" => at([]).with(connection),
        "read_connection" | "list_connection_regions" | "list_principals" => at([&aws]),
        "verify_connection" | "rotate_access_key" => at([&aws]),
        "update_connection" => at([&aws]).with(json!({"tier": "observe"})),
        "delete_connection" => at([&second]),
        "examine_connection" => at([&aws]).with(json!({})),
        "create_keystore" => at([]).with(json!({"name": "new", "connection": aws, "group": own})),
        "read_keystore" | "sync_keystore" => at([&store]),
        "update_keystore" => at([&store]).with(json!({"description": "new"})),
        "delete_keystore" => at([&empty]),
        "rotate_keystore" => at([&store]).with(json!({"method": "new-key"})),
        "adopt_kms_keys" => at([&store]).with(json!({"all": true})),
        "bind_kms_keys" => {
            let stray = &scene.things[group].stray;
            let line = json!({"kms_key": stray, "key": format!("{g}-spare")});
            at([&store]).with(json!({ "lines": [line] }))
        }
        _ => return None,
    })
}

/// 32 bytes.
const BYTES: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn about_keys(id: &str, group: usize) -> Option<Example> {
    let g = GROUPS[group];
    let own = format!("{g}-group");
    let [spare, idle, doomed] = ["spare", "idle", "doomed"].map(|one| format!("{g}-{one}"));
    let rule = json!({"every": "30d"});
    Some(match id {
        "list_keys" | "list_all_keys" => at([]),
        "create_key" => at([]).with(json!({"name": "new", "spec": "AES-256", "group": own})),
        "import_key" => {
            at([]).with(json!({"name": "new", "file": BYTES, "format": "raw", "group": own}))
        }
        "read_key" | "list_key_versions" => at([&spare]),
        "create_key_version" => at([&spare]),
        "update_key" => at([&spare]).with(json!({"description": "new"})),
        "copy_key" => at([&spare]).with(json!({"group": own, "name": "copy"})),
        "rotate_key" => at([&spare]).with(json!({"copies": "none"})),
        "deactivate_key_version" | "compromise_key_version" => at([&spare, "1"]),
        "destroy_key_version" => at([&idle, "1"]).with(json!({})).typed(),
        "cancel_key_version_destruction" => at([&doomed, "1"]),
        "set_key_rotation" => at([&spare]).with(json!({ "schedule": rule })),
        "list_schedules" => at([]),
        "read_schedule" => at([&format!("{g}-hurt")]),
        _ => return None,
    })
}

fn about_leaving(scene: &Scene, id: &str, group: usize) -> Option<Example> {
    let g = GROUPS[group];
    let own = format!("{g}-group");
    let [spare, idle] = ["spare", "idle"].map(|one| format!("{g}-{one}"));
    let wanted = json!({"public_key": PUBLIC_KEY, "reason": "the system moves"});
    Some(match id {
        "list_preparations" => at([]),
        "cancel_preparation" => at([&scene.things[group].preparation]),
        "prepare_download" => at([&idle, "1"]).with(wanted),
        "download_key_version" => at([&spare, "1"]),
        "prepare_export" => at([&own]).with(wanted),
        "export_group" => at([&own]),
        _ => return None,
    })
}

fn about_kms_keys(scene: &Scene, id: &str, group: usize) -> Option<Example> {
    let g = GROUPS[group];
    let [app, off, dying, multi] = ["app", "off", "dying", "multi"].map(|one| format!("{g}-{one}"));
    let (store, spare, wide) = (
        format!("{g}-store"),
        format!("{g}-spare"),
        format!("{g}-wide"),
    );
    let Things { stray, grantee, .. } = &scene.things[group];
    let all = json!({"all": true});
    let grant = json!({"grantee": grantee, "operations": ["Decrypt"]});
    Some(match id {
        "list_kms_keys" | "list_found_keys" => at([]),
        "create_kms_key" => at([]).with(json!({"keystore": store, "name": "new"})),
        "upload_key" => at([]).with(json!({"keystore": store, "key": spare})),
        "import_kms_key" => {
            at([]).with(json!({"keystore": store, "name": "new", "file": BYTES, "format": "raw"}))
        }
        "change_kms_keys" => at([]).with(json!({"kms_keys": [app], "operation": "disable"})),
        "bind_kms_key" => at([]).with(json!({"keystore": store, "kms_key": stray, "key": spare})),
        "read_kms_key" | "observe_kms_key" | "list_kms_key_grants" => at([&app]),
        "update_kms_key" => at([&app]).with(json!({"description": "new"})),
        "release_kms_key" => at([&app]),
        "forget_kms_key" => at([&app]).typed(),
        "enable_kms_key" | "disable_kms_key" | "restore_kms_key" => at([&app]),
        "upload_key_version" => at([&wide]),
        "deactivate_kms_key" => at([&app]).typed(),
        "activate_kms_key" => at([&off]),
        "synchronize_kms_key" => at([&app]).with(json!({
            "update_policy": true, "import_material": true, "delete_material": false,
        })),
        "replicate_kms_key" => at([&multi]).with(json!({ "regions": [OTHER_REGION] })),
        "change_primary_of_kms_key" => at([&wide]).with(json!({ "region": OTHER_REGION })),
        "remove_kms_key_from_cloud" => at([&app]).typed(),
        "create_kms_key_grant" => at([&app]).with(grant),
        "retire_kms_key_grants" => at([&multi]).with(json!({ "grantee": grantee })),
        "revoke_kms_key_grants" => at([&multi]).with(all).typed(),
        "rotate_kms_key" => at([&app]).with(json!({"method": "new-key"})),
        "schedule_kms_key_deletion" => at([&app]).with(json!({})).typed(),
        "cancel_kms_key_deletion" => at([&dying]).with(json!({})),
        "set_kms_key_rotation" => at([&app]).with(json!({"every": "30d"})),
        _ => return None,
    })
}

/// What applications do, and people may not.
fn about_using(id: &str, group: usize) -> Option<Example> {
    let g = GROUPS[group];
    let (key, kms_key) = (format!("{g}-spare"), format!("{g}-app"));
    Some(match id {
        "encrypt_with_key" => at([&key]).with(json!({ "plaintext": BYTES })),
        "decrypt_with_key" => at([&key]).with(json!({ "ciphertext": BYTES })),
        "make_mac_with_key" | "sign_with_key" => at([&key]).with(json!({ "message": BYTES })),
        "verify_with_key" => at([&key]).with(json!({ "message": BYTES, "signature": BYTES })),
        "wrap_with_key" => at([&key]).with(json!({ "key": BYTES })),
        "unwrap_with_key" => at([&key]).with(json!({ "wrapped_key": BYTES })),
        "encrypt_with_kms_key" => at([&kms_key]).with(json!({ "plaintext": BYTES })),
        "decrypt_with_kms_key" => at([&kms_key]).with(json!({ "ciphertext": BYTES })),
        _ => return None,
    })
}

fn about_applications(scene: &Scene, id: &str, group: usize) -> Option<Example> {
    let g = GROUPS[group];
    let (own, billing) = (format!("{g}-group"), format!("{g}-billing"));
    let certificate = format!("dns:{g}.example.com");
    Some(match id {
        "list_applications" | "list_use_periods" => at([]),
        "open_use_period" => at([]).with(json!({"application": billing, "minutes": 60})),
        "close_use_period" => at([&scene.things[group].use_period]),
        "create_application" => at([]).with(json!({"name": "new", "group": own})),
        "read_application" | "list_application_keys" | "list_certificates" => at([&billing]),
        "update_application" => at([&billing]).with(json!({"description": "new"})),
        "delete_application" | "lock_application" | "unlock_application" => at([&billing]),
        "create_application_key" => at([&billing]).with(json!({"name": "new"})),
        "rotate_application_key" => at([&billing, "production"]).with(json!({})),
        "revoke_application_key" => at([&billing, "production"]),
        "add_certificate" => at([&billing]).with(json!({"name": "dns:new.example.com"})),
        "remove_certificate" => at([&billing, &certificate]),
        _ => return None,
    })
}

fn about_consent(scene: &Scene, id: &str, group: usize) -> Option<Example> {
    let g = GROUPS[group];
    let own = format!("{g}-group");
    let waiting = &scene.things[group].approval;
    let asked = json!({
        "method": "POST",
        "path": format!("/api/v1/kms-keys/{g}-app/deactivate?confirm_name={g}-app"),
    });
    let decided = json!({"hash": "00".repeat(32)});
    Some(match id {
        "list_approvals" | "list_approval_rules" | "list_crypto_policies" => at([]),
        "read_crypto_policy" | "remove_crypto_policy" => at([]).asking(&format!("?group={own}")),
        "set_crypto_policy" => at([]).with(json!({"group": own, "export": false})),
        "ask_approval" => at([]).with(asked),
        "read_approval" | "cancel_approval" | "run_approval" => at([waiting]),
        "approve" | "reject" => at([waiting]).with(decided),
        "set_approval_rule" => {
            at([]).with(json!({"group": own, "class": "destructive", "approvers": 1}))
        }
        "remove_approval_rule" => at(["destructive"]).asking(&format!("?group={own}")),
        _ => return None,
    })
}

fn about_providers(scene: &Scene, id: &str, group: usize) -> Option<Example> {
    let own = format!("{}-group", GROUPS[group]);
    let corp = "corp";
    let new = json!({
        "name": "new", "issuer": "https://id.example", "client_id": "keyferry",
        "client_secret": "secret", "public_url": "https://keyferry.example",
    });
    let rule = json!({"claim": "groups", "value": "new", "role": "auditor", "group": own});
    Some(match id {
        "start_oidc_session" => at([corp]),
        "finish_oidc_session" => at([corp]).asking("?state=none&code=none"),
        "redeem_oidc_code" => at([]).with(json!({"code": "none", "verifier": "none"})),
        "list_sign_in_providers" => at([]),
        "add_sign_in_provider" => at([]).with(new),
        "read_sign_in_provider" | "test_sign_in_provider" | "delete_sign_in_provider" => at([corp]),
        "list_sign_in_rules" => at([corp]),
        "update_sign_in_provider" => at([corp]).with(json!({"provisioning": "just-in-time"})),
        "add_sign_in_rule" => at([corp]).with(rule),
        "delete_sign_in_rule" => at([corp, &scene.things[group].sign_in_rule]),
        _ => return None,
    })
}

fn about_proof(id: &str, group: usize) -> Option<Example> {
    let syslog = json!({"kind": "syslog", "host": "logs.example"});
    Some(match id {
        "report_keys" | "report_access" | "report_rotation" | "report_approvals" => at([]),
        "read_kms_key_receipt" => at([&format!("{}-app", GROUPS[group])]),
        "read_request_log" | "list_request_log_files" | "download_request_log" => at([]),
        "rotate_request_log" | "clear_request_log" | "list_audit_destinations" => at([]),
        "add_audit_destination" => at([]).with(json!({"name": "new", "address": syslog})),
        "read_audit_destination" | "test_audit_destination" | "delete_audit_destination" => {
            at(["siem"])
        }
        _ => return None,
    })
}

fn about_work(scene: &Scene, id: &str, group: usize) -> Option<Example> {
    let things = &scene.things[group];
    Some(match id {
        "stream_events" | "list_jobs" | "list_alerts" => at([]),
        "read_job" | "list_job_targets" | "pause_job" => at([&things.waiting]),
        "cancel_job" => at([&things.unwanted]),
        "resume_job" => at([&things.paused]),
        "retry_job" => at([&things.stuck]),
        "read_alert" | "acknowledge_alert" => at([&things.alert]),
        _ => return None,
    })
}
