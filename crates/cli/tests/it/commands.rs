//! Commands that do what they say.

use keyferry_cli::Exit;
use serde_json::Value;

use crate::shell::Shell;

#[tokio::test]
async fn a_key_comes_to_aws_and_is_listed() {
    let shell = Shell::with_keystore().await;

    let created = shell
        .run("kms-key create billing --keystore store --alias billing --tag team=finance")
        .await;

    assert_eq!(created.exit, Exit::Ok, "{}", created.stderr);
    assert!(
        created.stderr.contains("succeeded (1/1)"),
        "{}",
        created.stderr
    );
    let list = shell.see("kms-key list").await;
    assert!(
        list.contains("Keyferry (billing)") && list.contains("AVAILABLE"),
        "{list}"
    );
    insta::assert_snapshot!("kms_key_list", list);
}

#[tokio::test]
async fn d12_keys_in_the_vault_and_kms_keys_are_one_table_when_asked() {
    let shell = Shell::with_keystore().await;
    shell
        .succeed("kms-key create billing --keystore store")
        .await;
    shell.succeed("key create archive --spec RSA-2048").await;

    let table = shell.succeed("key list --all").await;

    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|row| row.split_whitespace().take(3).collect())
        .collect();
    assert_eq!(rows[0], ["NAME", "WHERE", "SPEC"], "{table}");
    assert_eq!(rows[1], ["archive", "vault", "RSA-2048"], "{table}");
    let mut billing = rows[2..].to_vec();
    billing.sort_unstable();
    assert_eq!(
        billing,
        [
            ["billing", "store", "AES-256"],
            ["billing", "vault", "AES-256"]
        ],
        "{table}"
    );
    let json: Value =
        serde_json::from_str(&shell.succeed("key list --all --output json").await).unwrap();
    let kinds: Vec<&Value> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["kind"])
        .collect();
    assert_eq!(kinds.len(), 3);
    assert!(kinds.contains(&&"kms-key".into()), "{json:#}");
}

#[tokio::test]
async fn json_and_yaml_hold_the_same_data_as_the_api() {
    let shell = Shell::with_keystore().await;
    shell
        .succeed("kms-key create billing --keystore store --alias billing")
        .await;

    let json: Value = serde_json::from_str(
        &shell
            .succeed("kms-key show alias/billing --output json")
            .await,
    )
    .unwrap();
    let yaml: Value =
        serde_yaml_ng::from_str(&shell.succeed("kms-key show billing --output yaml").await)
            .unwrap();

    assert_eq!(json["aliases"], serde_json::json!(["alias/billing"]));
    assert_eq!(json, yaml);
    let arn = json["arn"].as_str().unwrap();
    let by_arn = shell
        .succeed(&format!("kms-key show {arn} --output json"))
        .await;
    assert_eq!(
        serde_json::from_str::<Value>(&by_arn).unwrap()["id"],
        json["id"]
    );
}

#[tokio::test]
async fn every_field_of_a_new_kms_key_can_be_given() {
    let shell = Shell::with_keystore().await;
    let user = format!(
        "arn:aws:iam::{}:user/keyferry",
        keyferry_testkit::world::ACCOUNT
    );
    let words = [
        "kms-key",
        "create",
        "full",
        "--keystore",
        "store",
        "--alias",
        "one",
        "--alias",
        "two",
        "--description",
        "with all",
        "--region",
        "eu-central-1",
        "--key-user",
        &user,
        "--key-administrator",
        &user,
        "--no-administrator-deletion",
        "--other-account",
        "444455556666",
        "--tag",
        "a=1",
        "--tag",
        "b=",
        "--expires",
        "18-08-2027 00:48",
        "--time-zone",
        "US/Pacific",
        "--disabled",
        "--no-wait",
        "--output",
        "json",
    ];

    let done = shell.run_words(&words).await;

    assert_eq!(done.exit, Exit::Ok, "{}", done.stderr);
    let answer: Value = serde_json::from_str(&done.stdout).unwrap();
    let key = &answer["kms_keys"][0];
    assert_eq!(
        key["aliases"],
        serde_json::json!(["alias/one", "alias/two"])
    );
    assert_eq!(key["description"], "with all");
    assert_eq!(key["expires_at"], "2027-08-18T07:48:00Z");
    assert_eq!(key["enabled"], false);
    assert_eq!(key["tags"], serde_json::json!({"a": "1", "b": ""}));
    assert_eq!(key["access"]["administrators_may_delete"], false);
    assert_eq!(
        key["access"]["other_accounts"],
        serde_json::json!(["arn:aws:iam::444455556666:root"])
    );
}

#[tokio::test]
async fn a_dry_run_shows_the_plan_and_does_nothing() {
    let shell = Shell::with_keystore().await;

    let plan = shell
        .see("kms-key create billing --keystore store --alias billing --dry-run")
        .await;

    insta::assert_snapshot!("dry_run", plan);
    assert_eq!(
        shell.succeed("kms-key list --output json").await.trim(),
        "[]"
    );
}

#[tokio::test]
async fn no_wait_answers_the_job_and_wait_follows_it() {
    let shell = Shell::with_keystore().await;
    let answer = shell
        .succeed("kms-key create k --keystore store --no-wait --output json")
        .await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let job = answer["job"]["id"].as_str().unwrap();

    let waited = shell
        .succeed(&format!("job wait {job} --output json"))
        .await;

    let waited: Value = serde_json::from_str(&waited).unwrap();
    assert_eq!(waited["state"], "succeeded");
    assert!(
        !waited["targets"][0]["attempts"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn removing_material_wants_the_name_typed() {
    let shell = Shell::with_keystore().await;
    shell
        .succeed("kms-key create billing --keystore store --alias b")
        .await;

    let nobody = shell.see("kms-key remove-from-cloud alias/b").await;
    shell.will_answer("b");
    let wrong = shell.run("kms-key remove-from-cloud alias/b").await;
    shell.will_answer("billing");
    let right = shell.run("kms-key remove-from-cloud alias/b").await;

    insta::assert_snapshot!("not_confirmed", nobody);
    assert_eq!(wrong.exit, Exit::NotConfirmed);
    assert_eq!(right.exit, Exit::Ok, "{}", right.stderr);
    assert!(right.stdout.contains("NOT AVAILABLE"), "{}", right.stdout);
    let back = shell.succeed("kms-key activate billing").await;
    assert!(back.contains("ACTIVE"), "{back}");
    shell.succeed("kms-key deactivate billing --yes").await;
}

#[tokio::test]
async fn both_rotations_and_a_deletion_go_through() {
    let shell = Shell::with_keystore().await;
    shell
        .succeed("kms-key create k --keystore store --alias k")
        .await;

    shell
        .succeed("kms-key rotate alias/k --method in-place")
        .await;
    shell
        .succeed("kms-key rotate alias/k --method new-key --old-key keep-enabled")
        .await;
    let too_long = shell
        .run("kms-key schedule-deletion alias/k --days 31 --yes")
        .await;
    shell
        .succeed("kms-key schedule-deletion alias/k --days 7 --yes --no-wait")
        .await;

    assert!(
        too_long.stderr.contains("[kms-key.deletion-window]"),
        "{}",
        too_long.stderr
    );
    let versions = shell.succeed("key show k").await;
    assert!(versions.contains("3        active"), "{versions}");
}

#[tokio::test]
async fn what_a_dry_run_told_is_done_by_its_hash_and_nothing_else() {
    let shell = Shell::with_keystore().await;
    shell.succeed("kms-key create app --keystore store").await;
    let told = shell.run("kms-key deactivate app --dry-run").await;
    let words = told.stderr.split("`--plan ").nth(1);
    let hash = words.and_then(|rest| rest.split('`').next()).unwrap();
    shell.succeed("kms-key disable app --yes").await;

    let line = format!("kms-key deactivate app --yes --plan {hash}");
    let other = shell.run(&line).await;

    assert_eq!(other.exit, Exit::Conflict, "{}", other.stderr);
    let code = "[request.plan-changed]";
    assert!(other.stderr.contains(code), "{}", other.stderr);
    shell.succeed("kms-key enable app").await;
    shell.succeed(&line).await;
    let shown = shell.succeed("kms-key show app").await;
    assert!(shown.contains("INACTIVE"), "{shown}");
}

#[tokio::test]
async fn what_begins_no_job_is_held_to_the_plan_that_is_named_too() {
    let shell = Shell::with_keystore().await;
    shell.succeed("group create other").await;
    shell.succeed("key create spare --exportable").await;
    shell.succeed("kms-key create app --keystore store").await;
    for (line, undone) in [
        ("key copy spare --to-group other --name copy", "key list"),
        ("kms-key release app", "kms-key list"),
    ] {
        let before = shell.succeed(undone).await;
        let wrong = format!("{line} --yes --plan {}", "0".repeat(64));
        let refused = shell.run(&wrong).await;
        let code = "[request.plan-changed]";
        assert!(refused.stderr.contains(code), "{}", refused.stderr);
        assert_eq!(shell.succeed(undone).await, before, "nothing was done");

        let told = shell.run(&format!("{line} --dry-run")).await.stderr;
        assert!(told.contains("nothing has to change in AWS"), "{told}");
        assert!(told.contains("add `--plan "), "{told}");
        let trial = format!("{line} --dry-run --output json");
        let plan: Value = serde_json::from_str(&shell.succeed(&trial).await).unwrap();
        let hash = plan["plan_hash"].as_str().unwrap();
        let named = format!("{line} --yes --plan {hash}");
        shell.succeed(&named).await;
        assert_ne!(shell.succeed(undone).await, before, "it was done");
    }
}

#[tokio::test]
async fn the_hash_of_a_plan_is_told_to_programs_and_to_people_only_where_there_is_something_to_do()
{
    let shell = Shell::with_keystore().await;
    shell.succeed("kms-key create app --keystore store").await;
    let line = "kms-key deactivate app --dry-run";

    let told = shell.run(line).await;
    let json = shell.succeed(&format!("{line} --output json")).await;
    let nothing = shell.run("kms-key enable app --dry-run").await;
    assert_eq!(nothing.exit, Exit::Ok, "{}", nothing.stderr);
    let words = "there is nothing to do";
    assert!(nothing.stderr.contains(words), "{}", nothing.stderr);

    let plan: Value = serde_json::from_str(&json).unwrap();
    let hash = plan["plan_hash"].as_str().unwrap();
    let named = told.stderr.contains(&format!("`--plan {hash}`"));
    assert!(named, "{}", told.stderr);
    assert!(!nothing.stderr.contains("--plan"), "{}", nothing.stderr);
}

#[tokio::test]
async fn many_kms_keys_that_lose_something_are_changed_by_the_plan_that_is_named() {
    let shell = Shell::with_keystore().await;
    for name in ["app", "web"] {
        let line = format!("kms-key create {name} --keystore store");
        shell.succeed(&line).await;
    }
    let line = "kms-key deactivate app web";
    let trial = format!("{line} --dry-run --output json");
    let plan: Value = serde_json::from_str(&shell.succeed(&trial).await).unwrap();
    let hash = plan["plan_hash"].as_str().unwrap();
    shell.succeed("kms-key disable web --yes").await;

    let line = format!("{line} --yes --plan {hash}");
    let other = shell.run(&line).await;

    let code = "[request.plan-changed]";
    assert!(other.stderr.contains(code), "{}", other.stderr);
    shell.succeed("kms-key enable web").await;
    shell.succeed(&line).await;
}

#[tokio::test]
async fn a_keystore_says_for_how_many_days_material_is_held_and_its_kms_keys_show_it() {
    let shell = Shell::with_keystore().await;

    let none = shell.run("keystore update store --valid-days 0").await;
    let both = shell
        .run("keystore update store --valid-days 9 --expires never")
        .await;
    let line = "keystore update store --valid-days 90 --output json";
    let keystore: Value = serde_json::from_str(&shell.succeed(line).await).unwrap();
    shell.succeed("kms-key create app --keystore store").await;
    let shown = shell.succeed("kms-key show app --output json").await;
    let kms_key: Value = serde_json::from_str(&shown).unwrap();

    assert!(none.stderr.contains("[request.invalid]"), "{}", none.stderr);
    assert_eq!(both.exit, Exit::Usage, "{}", both.stderr);
    assert_eq!(keystore["template"]["valid_days"], 90);
    assert_eq!(keystore["template"]["expires_at"], Value::Null);
    assert_eq!(kms_key["valid_days"], 90);
    assert!(kms_key["expires_at"].is_string());
}

#[tokio::test]
async fn a_connection_is_changed_part_by_part_and_verified() {
    let shell = Shell::with_keystore().await;

    let verified = shell.run("connection verify aws").await;
    let changed = shell
        .succeed("connection update aws --tier import --output json")
        .await;

    assert_eq!(verified.exit, Exit::Ok, "{}", verified.stderr);
    assert!(
        verified
            .stderr
            .contains("Successfully connected to the AWS account"),
        "{}",
        verified.stderr
    );
    let changed: Value = serde_json::from_str(&changed).unwrap();
    assert_eq!(changed["connection"]["tier"], "import");
    insta::assert_snapshot!("connection_list", shell.see("connection list").await);
}

#[tokio::test]
async fn a_new_secret_alone_replaces_that_of_the_stored_access_key() {
    let shell = Shell::with_keystore().await;
    let secret = shell.file("secret", "not-the-secret-of-this-access-key-at-all");

    let refused = shell
        .run(&format!(
            "connection update aws --secret-access-key-file {}",
            secret.display()
        ))
        .await;

    assert!(
        refused.stderr.contains("[aws.wrong-credentials]"),
        "{}",
        refused.stderr
    );
    let without_id = shell
        .run(&format!(
            "connection verify --region eu-central-1 --secret-access-key-file {}",
            secret.display()
        ))
        .await;
    assert_eq!(without_id.exit, Exit::Usage, "{}", without_id.stderr);
}

#[tokio::test]
async fn trust_is_changed_part_by_part_and_taken_back() {
    let shell = Shell::with_keystore().await;
    let ca = shell.file("ca.pem", "-----BEGIN CERTIFICATE-----\n");
    let ca = ca.display();
    let update = "connection update aws --allow-unverified --output json";
    let trust = async |change: &str| {
        let changed = shell.succeed(&format!("{update} {change}")).await;
        let changed: Value = serde_json::from_str(&changed).unwrap();
        let tls = &changed["connection"]["tls"];
        (tls["ca_bundle"].is_string(), tls["check_host_name"].clone())
    };

    let custom = format!("--endpoint https://kms.example.org --ca-file {ca}");
    assert_eq!(trust(&custom).await, (true, Value::from(true)));
    assert_eq!(
        trust("--no-host-name-check").await,
        (true, Value::from(false))
    );
    assert_eq!(trust("--no-ca").await, (false, Value::from(false)));
    assert_eq!(trust("--host-name-check").await, (false, Value::from(true)));
}

#[tokio::test]
async fn a_keystore_has_a_template_that_new_keys_follow() {
    let shell = Shell::with_keystore().await;
    shell.succeed("keystore update store --spec HMAC-256 --tag from=template --heal auto --on-cancel-deletion empty").await;

    let answer = shell
        .succeed("kms-key create mac --keystore store --no-wait --output json")
        .await;

    let answer: Value = serde_json::from_str(&answer).unwrap();
    let key = &answer["kms_keys"][0];
    assert_eq!(key["spec"], "HMAC-256");
    assert_eq!(key["usage"], "GENERATE_VERIFY_MAC");
    assert_eq!(key["tags"]["from"], "template");
}

#[tokio::test]
async fn an_existing_key_is_uploaded_by_its_current_version() {
    let shell = Shell::with_keystore().await;
    shell.succeed("key create shared").await;
    shell.succeed("key new-version shared").await;

    let answer = shell
        .succeed("kms-key upload shared --keystore store --alias shared --output json")
        .await;

    let answer: Value = serde_json::from_str(&answer).unwrap();
    let key = &answer["kms_keys"][0];
    assert_eq!(key["current_version"], 2);
    assert_eq!(key["versions"].as_array().unwrap().len(), 1);
    assert_eq!(key["source"]["key_name"], "shared");
}

#[tokio::test]
async fn logging_out_revokes_the_token_and_forgets_the_server() {
    let shell = Shell::signed_in().await;
    let profile = shell.home.path().join("config/keyferry/client.toml");
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(
        std::fs::metadata(&profile).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let stored = std::fs::read_to_string(&profile).unwrap();
    let token = stored
        .lines()
        .find_map(|line| line.strip_prefix("token = "))
        .unwrap()
        .trim_matches('"')
        .to_owned();

    shell.succeed("logout").await;

    assert!(!profile.exists());
    let mut other = shell;
    other.environment.insert("KEYFERRY_TOKEN".to_owned(), token);
    other
        .environment
        .insert("KEYFERRY_FINGERPRINT".to_owned(), other.fingerprint.clone());
    assert_eq!(other.run("me").await.exit, Exit::NotSignedIn);
}

#[tokio::test]
async fn the_paperwork_of_connecting_is_printed_ready_for_files() {
    let shell = Shell::signed_in().await;

    let trust = shell
        .run("connection policy --principal 111122223333 --external-id abc --only trust")
        .await;
    let hosts = shell.see("connection hosts --region eu-central-1").await;

    assert_eq!(trust.exit, Exit::Ok, "{}", trust.stderr);
    let policy: Value = serde_json::from_str(&trust.stdout).unwrap();
    assert_eq!(
        policy["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"],
        "abc"
    );
    insta::assert_snapshot!("hosts", hosts);
}

#[tokio::test]
async fn regions_are_listed_as_the_account_has_them() {
    let shell = Shell::with_keystore().await;

    let all = shell.see("connection regions aws").await;
    let enabled = shell
        .succeed("connection regions aws --enabled --output json")
        .await;

    assert!(all.contains("Europe (Frankfurt)"), "{all}");
    let enabled: Value = serde_json::from_str(&enabled).unwrap();
    assert_eq!(enabled["told_by"], "account:ListRegions");
    let rows = enabled["regions"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["enabled"] == true));
    let in_use: Vec<&Value> = rows.iter().filter(|row| row["in_use"] == true).collect();
    assert_eq!(in_use.len(), 1);
    assert_eq!(in_use[0]["region"], "eu-central-1");
}

#[tokio::test]
async fn keys_and_keystores_are_made_in_groups() {
    let shell = Shell::with_keystore().await;

    let group = shell
        .succeed("group create payments --description cards --output json")
        .await;
    let group: Value = serde_json::from_str(&group).unwrap();
    shell
        .succeed("keystore create cards --connection aws --group payments")
        .await;
    let key = shell
        .succeed("key create card --group payments --output json")
        .await;
    let list = shell.succeed("group list").await;
    let refused = shell.run("kms-key upload card --keystore store").await;
    shell.succeed("kms-key upload card --keystore cards").await;

    let key: Value = serde_json::from_str(&key).unwrap();
    assert_eq!(key["group"], group["id"]);
    assert!(list.contains("default") && list.contains("cards"), "{list}");
    assert!(
        refused.stderr.contains("[keystore.other-group]"),
        "{}",
        refused.stderr
    );
}

#[tokio::test]
async fn g12_a_rule_is_tried_with_its_next_times_and_not_stored() {
    let shell = Shell::with_keystore().await;
    shell
        .succeed("kms-key create app --keystore store --alias app")
        .await;
    let before = shell.succeed("kms-key show app --output json").await;
    let rule = "--rotate-every 1y --rotation-zone Europe/Berlin --dry-run --output json";

    let tried = shell.run(&format!("kms-key set-rotation app {rule}")).await;
    let source = shell.run(&format!("key set-rotation app {rule}")).await;

    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let times = read(&tried.stdout)["rotation"]["upcoming"].clone();
    let times = times.as_array().unwrap();
    assert_eq!(times.len(), 5, "{}", tried.stdout);
    let in_zone = |time: &Value| time.as_str().unwrap().ends_with("[Europe/Berlin]");
    assert!(times.iter().all(in_zone), "{times:?}");
    assert!(
        tried
            .stderr
            .contains("nothing was changed: this is how it would be; 25 rotations"),
        "{}",
        tried.stderr
    );
    let times = read(&source.stdout)["rotation"]["schedule"]["upcoming"].clone();
    assert_eq!(times.as_array().map(Vec::len), Some(5), "{}", source.stdout);
    assert_eq!(
        shell.succeed("kms-key show app --output json").await,
        before
    );
    let key = read(&shell.succeed("key show app --output json").await);
    assert_eq!(key["rotation"], Value::Null);
    let wrong = "kms-key set-rotation app --rotate-every 2y --rotation-zone Mars/Base --dry-run";
    assert_ne!(shell.run(wrong).await.exit, Exit::Ok);
}

#[tokio::test]
async fn rotation_schedules_are_given_shown_and_changed() {
    let shell = Shell::with_keystore().await;
    shell
        .succeed("keystore update store --rotate-every 90d --rotation-method in-place --at-rotation-limit block")
        .await;
    shell.succeed("kms-key create app --keystore store").await;
    let read = async |line: &str| {
        let json = shell.succeed(&format!("{line} --output json")).await;
        serde_json::from_str::<Value>(&json).unwrap()
    };

    let inherited = read("kms-key show app").await;
    let line = "kms-key set-rotation app --rotate-every 1y --rotation-zone Europe/Berlin --after-rotation disable";
    let own = read(line).await;
    let by_cron = shell
        .run_words(&[
            "kms-key",
            "set-rotation",
            "app",
            "--rotate-at",
            "0 3 1 * *",
            "--output",
            "json",
        ])
        .await;
    let never = read("kms-key set-rotation app --rotate-every never").await;
    let source = read("key set-rotation app --rotate-every 6mo --rotate-copies").await;

    assert_eq!(inherited["rotation"]["every"], "90d");
    assert_eq!(inherited["rotation"]["method"], "in-place");
    assert_eq!(inherited["rotation"]["at_budget"], "block");
    assert!(inherited["rotation"]["next"].is_string());
    assert_eq!(own["rotation"]["every"], "1y");
    assert_eq!(own["rotation"]["time_zone"], "Europe/Berlin");
    assert_eq!(own["rotation"]["old_key"], "disable");
    assert!(
        by_cron.stdout.contains("\"cron\": \"0 3 1 * *\""),
        "{by_cron:?}"
    );
    assert_eq!(never["rotation"], Value::Null);
    assert_eq!(source["rotation"]["with_copies"], true);
    assert_eq!(source["rotation"]["schedule"]["every"], "6mo");
    for wrong in [
        "--rotate-every 0d",
        "--rotate-every 90",
        "--rotate-every never --rotation-method in-place",
        "--rotation-method in-place",
        "--rotate-every 1d --rotation-zone Mars/Olympus",
        "",
    ] {
        let refused = shell
            .run(&format!("kms-key set-rotation app {wrong}"))
            .await;
        assert!(
            refused.stderr.contains("[request.invalid]"),
            "{wrong}: {}",
            refused.stderr
        );
    }
}

#[tokio::test]
async fn a_check_up_writes_its_report() {
    let shell = Shell::with_keystore().await;
    let file = shell.home.path().join("check-up");
    let name = file.display();

    let done = shell
        .run(&format!("connection doctor aws --report {name}"))
        .await;

    assert_eq!(done.exit, Exit::Ok, "{}", done.stderr);
    let json = std::fs::read_to_string(format!("{name}.json")).unwrap();
    let json: Value = serde_json::from_str(&json).unwrap();
    let text = std::fs::read_to_string(format!("{name}.md")).unwrap();
    assert_eq!(json["ok"], true);
    for check in json["checks"].as_array().unwrap() {
        let row = format!("| ok | {} |", check["name"].as_str().unwrap());
        assert!(text.contains(&row), "no {row} in {text}");
    }
    assert!(done.stderr.contains("the report is in"), "{}", done.stderr);
}

#[tokio::test]
async fn a_connection_shows_what_is_fixed_and_where_it_calls() {
    let shell = Shell::with_keystore().await;

    let list = shell.succeed("connection list").await;
    let shown = shell.succeed("connection show aws --output json").await;
    let updated = shell.run("connection update aws --tier observe").await;

    assert!(
        list.contains("https://kms.eu-central-1.amazonaws.com"),
        "{list}"
    );
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let fixed = serde_json::json!(["name", "cloud", "group", "partition", "account"]);
    assert_eq!(shown["fixed"], fixed);
    assert!(
        updated.stderr.contains("the connection `aws` was updated"),
        "{}",
        updated.stderr
    );
}

#[tokio::test]
async fn what_others_do_in_the_account_is_found_told_and_noted() {
    let shell = Shell::with_keystore().await;
    shell
        .succeed("kms-key create billing --keystore store --alias billing")
        .await;
    shell.outside.advance_minutes(20);
    let json = shell.succeed("kms-key show billing --output json").await;
    let billing: Value = serde_json::from_str(&json).unwrap();
    let key = serde_json::json!({ "KeyId": billing["arn"] });
    shell.outside.aws("DisableKey", key);
    shell.outside.aws("CreateKey", serde_json::json!({}));

    shell.succeed("keystore sync store").await;

    let unmanaged = shell.see("keystore unmanaged store").await;
    assert!(unmanaged.contains("Enabled"), "{unmanaged}");
    assert!(unmanaged.contains("AWS"), "{unmanaged}");
    let json = shell.succeed("alert list --output json").await;
    let alerts: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(alerts[0]["code"], "drift.disabled", "{alerts:#}");
    let id = alerts[0]["id"].as_str().unwrap();
    let noted = shell.see(&format!("alert acknowledge {id}")).await;
    assert!(noted.contains("acknowledged_by"), "{noted}");
    let list = shell.see("alert list --severity critical").await;
    assert!(list.contains("noted"), "{list}");
}

#[tokio::test]
async fn kms_keys_that_are_in_aws_already_are_adopted_with_a_word_on_each_that_is_left() {
    let shell = Shell::with_keystore().await;
    let origin = serde_json::json!({ "Origin": "EXTERNAL" });
    let made = shell.outside.aws("CreateKey", origin);
    let arn = made["KeyMetadata"]["Arn"].as_str().unwrap();
    shell.succeed("keystore sync store").await;

    let shown = shell.see("keystore adopt store --all --dry-run").await;
    assert!(shown.contains("would be adopted"), "{shown}");
    let adopted = shell.see("keystore adopt store --all").await;
    assert!(adopted.contains("External"), "{adopted}");
    assert!(adopted.contains("INACTIVE"), "{adopted}");
    let again = shell
        .run(&format!("kms-key adopt {arn} --keystore store"))
        .await;
    assert_eq!(again.exit, Exit::Conflict, "{}", again.stderr);
    assert!(
        again.stderr.contains("adopt.already-managed"),
        "{}",
        again.stderr
    );
    assert!(again.stderr.contains("hint:"), "{}", again.stderr);
    let none = shell.run("keystore adopt store").await;
    assert!(none.stderr.contains("name KMS keys"), "{}", none.stderr);
}
