//! Changing, observing, releasing and forgetting KMS keys, and versions of keys.

use keyferry_cli::Exit;
use serde_json::{Value, json};

use crate::shell::Shell;

async fn shell() -> Shell {
    let shell = Shell::with_keystore().await;
    shell
        .succeed("kms-key create app --keystore store --alias app")
        .await;
    shell
}

async fn shown(shell: &Shell, name: &str) -> Value {
    let text = shell
        .succeed(&format!("kms-key show {name} --output json"))
        .await;
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn a_kms_key_is_changed_by_what_comes_and_what_goes() {
    let shell = shell().await;
    let account = keyferry_testkit::world::ACCOUNT;
    let user = format!("arn:aws:iam::{account}:user/keyferry");

    let plan = shell
        .succeed("kms-key update app --tag team=red --dry-run")
        .await;
    assert!(plan.contains("TagResource"), "{plan}");
    shell
        .succeed(&format!(
            "kms-key update app --name billing --description invoices --tag team=red --tag stage=prod \
             --alias billing --remove-alias app --key-user {user} --expires 2027-08-18T00:48:00Z --renewal lapse"
        ))
        .await;
    shell
        .succeed(&format!(
            "kms-key update billing --remove-tag stage --remove-key-user {user} --key-administrator {user} \
             --administrator-deletion no --other-account 444455556666"
        ))
        .await;

    let key = shown(&shell, "billing").await;
    assert_eq!(key["tags"], json!({"team": "red"}));
    assert_eq!(key["aliases"], json!(["alias/billing"]));
    assert_eq!(key["access"]["users"], json!([]));
    assert_eq!(key["access"]["administrators"], json!([user]));
    assert_eq!(key["access"]["administrators_may_delete"], false);
    let others = key["access"]["other_accounts"].to_string();
    assert!(others.contains("444455556666"), "{others}");
    let table = shell.succeed("kms-key show billing").await;
    for word in [
        "description:",
        "key_state:",
        "usage:",
        "arn:",
        "access.administrators:",
    ] {
        assert!(table.contains(word), "{word} is missing in\n{table}");
    }
}

#[tokio::test]
async fn a_change_without_a_change_or_with_a_wrong_one_is_a_mistake() {
    let shell = shell().await;

    let nothing = shell.run("kms-key update app").await;
    let stranger = shell
        .run("kms-key update app --remove-key-user arn:aws:iam::111122223333:role/x")
        .await;
    let tag = shell.run("kms-key update app --tag aws:x=y").await;

    assert_eq!(nothing.exit, Exit::Usage, "{}", nothing.stderr);
    assert_eq!(stranger.exit, Exit::Usage, "{}", stranger.stderr);
    assert!(tag.stderr.contains("[kms-key.tags]"), "{}", tag.stderr);
}

#[tokio::test]
async fn release_and_forget_want_the_name_and_the_keystore_can_go() {
    let shell = shell().await;

    let observed = shell.succeed("kms-key observe app").await;
    assert!(observed.contains("AVAILABLE"), "{observed}");
    let kept = shell.run("kms-key forget app --yes").await;
    assert!(
        kept.stderr.contains("[kms-key.not-gone]"),
        "{}",
        kept.stderr
    );
    let planned = shell.run("kms-key forget app --dry-run").await;
    assert_eq!(planned.stderr, kept.stderr);
    shell.will_answer("wrong");
    let wrong = shell.run("kms-key release app").await;
    assert_eq!(wrong.exit, Exit::NotConfirmed);
    shell.will_answer("app");
    let right = shell.run("kms-key release app").await;
    assert_eq!(right.exit, Exit::Ok, "{}", right.stderr);

    assert_eq!(shown(&shell, "app").await["life"], "RELEASED");
    shell.succeed("keystore delete store --yes").await;
}

#[tokio::test]
async fn versions_are_listed_uploaded_and_change_their_state() {
    let shell = shell().await;
    shell
        .succeed("key update app --active-versions-max 2 --permit encrypt,decrypt")
        .await;
    shell.succeed("key new-version app").await;
    shell.succeed("kms-key upload-version app").await;

    let full = shell.run("key new-version app").await;
    assert!(
        full.stderr.contains("[key.too-many-active-versions]"),
        "{}",
        full.stderr
    );
    shell.succeed("key-version deactivate app 1 --yes").await;
    let warned = shell.run("key-version compromise app 2 --yes").await;
    assert_eq!(warned.exit, Exit::Ok, "{}", warned.stderr);
    assert!(
        warned.stderr.contains("the KMS key `app`"),
        "{}",
        warned.stderr
    );
    let list = shell.succeed("key-version list app").await;
    assert!(
        list.contains("deactivated") && list.contains("compromised"),
        "{list}"
    );
    assert!(list.contains("app*"), "{list}");
}

#[tokio::test]
async fn j1_many_kms_keys_are_changed_by_conditions_and_a_table_says_what_became_of_each() {
    let shell = shell().await;
    shell.succeed("kms-key create other --keystore store").await;
    shell.succeed("kms-key deactivate other --yes").await;

    let plan = shell
        .run("kms-key update --where keystore=store --tag team=pay --dry-run")
        .await;
    assert!(plan.stdout.contains("TagResource"), "{}", plan.stdout);
    assert!(
        plan.stderr.contains("2 calls at 10 a second"),
        "{}",
        plan.stderr
    );
    shell
        .succeed("kms-key update --where keystore=store --tag team=pay")
        .await;
    assert_eq!(shown(&shell, "app").await["tags"], json!({"team": "pay"}));

    let mixed = shell.run("kms-key disable --where tag=team=pay").await;
    assert_eq!(mixed.exit, Exit::JobFailed, "{}", mixed.stderr);
    let line = |name: &str| {
        let found = mixed.stdout.lines().find(|line| line.contains(name));
        found.unwrap_or_default().to_owned()
    };
    assert!(line("app").contains("done"), "{}", mixed.stdout);
    assert!(line("other").contains("stuck"), "{}", mixed.stdout);
    assert!(line("other").contains("kms-key."), "{}", mixed.stdout);
}

#[tokio::test]
async fn what_is_lost_of_many_wants_their_number_typed() {
    let shell = shell().await;
    shell.succeed("kms-key create other --keystore store").await;

    let alone = shell.run("kms-key deactivate app other").await;
    assert_eq!(alone.exit, Exit::NotConfirmed, "{}", alone.stderr);
    assert!(alone.stderr.contains("2 KMS keys"), "{}", alone.stderr);
    shell.succeed("kms-key deactivate app other --yes").await;

    assert_eq!(shown(&shell, "app").await["life"], "INACTIVE");
    assert_eq!(shown(&shell, "other").await["life"], "INACTIVE");
}

#[tokio::test]
async fn which_kms_keys_must_be_said_and_not_twice() {
    let shell = shell().await;

    for wrong in [
        "kms-key enable",
        "kms-key enable app --where keystore=store",
        "kms-key enable --where colour=red",
        "kms-key update --where all --key-user arn:aws:iam::111122223333:user/keyferry",
    ] {
        let refused = shell.run(wrong).await;
        assert_eq!(refused.exit, Exit::Usage, "{wrong}: {}", refused.stderr);
    }
}

#[tokio::test]
async fn e15_g7_a_key_is_generated_in_aws_and_rotates_there() {
    let shell = shell().await;

    shell
        .succeed("kms-key create native --keystore store --origin aws --native-rotation 90 --alias native")
        .await;
    let made = shown(&shell, "native").await;
    let plan = shell
        .succeed("kms-key rotate native --method new-key --dry-run")
        .await;
    shell
        .succeed("kms-key update native --native-rotation 0")
        .await;

    assert_eq!(made["source"]["text"], "AWS");
    assert_eq!(made["native_rotation_days"], 90);
    assert!(!plan.contains("ImportKeyMaterial"), "{plan}");
    assert!(plan.contains("EnableKeyRotation"), "{plan}");
    let changed = shown(&shell, "native").await;
    assert!(changed["native_rotation_days"].is_null(), "{changed}");
}

#[tokio::test]
async fn what_changes_records_alone_is_tried_with_all_its_checks_and_not_kept() {
    let shell = shell().await;
    shell.succeed("key create spare").await;
    let raw = shell.home.path().join("raw");
    std::fs::write(&raw, [0xee; 32]).unwrap();
    let before = shell.succeed("audit checkpoint --output json").await;

    let import = format!("key import brought --file {}", raw.display());
    let csv = shell.home.path().join("key.csv");
    let add = format!(
        "connection add second --region eu-central-1 --csv {}",
        csv.display()
    );
    for tried in [
        "keystore create second --connection aws",
        "keystore update store --description new",
        "key create third",
        &import,
        "key update spare --name other",
        "key update spare --destroy-after-deletion true",
        "key new-version spare",
        "key-version deactivate spare 1",
        "key-version compromise spare 1",
        "group create red",
        "connection update aws --region eu-central-1",
        &add,
        "token create ci",
        "alert destination add ops --webhook https://hooks.example/keyferry",
        "audit destination add siem --webhook https://hooks.example/audit",
    ] {
        let done = shell.run(&format!("{tried} --dry-run --output json")).await;
        assert_eq!(done.exit, Exit::Ok, "{tried}: {}", done.stderr);
        assert!(
            done.stderr.contains("nothing was changed"),
            "{tried}: {}",
            done.stderr
        );
        let shown: Value = serde_json::from_str(&done.stdout).unwrap();
        assert!(shown.is_object(), "{tried}: {shown}");
        for secret in ["token", "signing_secret"] {
            assert!(
                shown[secret].is_null(),
                "{tried} shows a secret that is not kept"
            );
        }
    }
    let other = shell
        .succeed("key update spare --name other --dry-run")
        .await;
    assert!(other.contains("other"), "{other}");

    let after = shell.succeed("audit checkpoint --output json").await;
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_trial_is_refused_as_the_change_would_be() {
    let shell = shell().await;
    let job = shell.succeed("job list --output json").await;
    let job: Value = serde_json::from_str(&job).unwrap();
    let job = job[0]["id"].as_str().unwrap().to_owned();
    let control = |verb| format!("job {verb} {job}");
    let csv = shell.home.path().join("key.csv");
    let taken = format!(
        "connection add aws --region eu-central-1 --csv {}",
        csv.display()
    );
    let before = shell.succeed("audit checkpoint --output json").await;

    for (refused, exit) in [
        ("keystore create store --connection aws", Exit::Conflict),
        ("keystore delete store", Exit::Conflict),
        ("connection delete aws", Exit::Conflict),
        (&taken, Exit::Conflict),
        (&control("cancel"), Exit::Conflict),
        (&control("pause"), Exit::Conflict),
        (&control("resume"), Exit::Conflict),
        (&control("retry"), Exit::Conflict),
        ("key-version deactivate app 2", Exit::NotFound),
        ("key new-version nothing", Exit::NotFound),
        ("alert destination delete nothing", Exit::NotFound),
        ("audit destination delete nothing", Exit::NotFound),
    ] {
        let done = shell.run(&format!("{refused} --dry-run")).await;
        assert_eq!(done.exit, exit, "{refused}: {}", done.stderr);
        assert!(
            !done.stderr.contains("nothing was changed"),
            "{}",
            done.stderr
        );
    }

    let after = shell.succeed("audit checkpoint --output json").await;
    assert_eq!(after, before);
}

#[tokio::test]
async fn k4_a_grant_is_tried_given_shown_and_retired() {
    let shell = shell().await;
    let app = "arn:aws:iam::111122223333:role/payments";
    let give = format!(
        "kms-key create-grant app --grantee {app} --operation Decrypt --operation Encrypt \
         --context-subset tenant=a --name payments"
    );
    let grants = async || {
        let shown = shell.succeed("kms-key grants app --output json").await;
        let shown: Value = serde_json::from_str(&shown).expect("JSON");
        shown["items"].as_array().expect("a list").clone()
    };

    let tried = shell
        .succeed(&format!("{give} --dry-run --output json"))
        .await;
    assert!(tried.contains("create-grant"), "{tried}");
    assert!(tried.contains(app), "{tried}");
    assert_eq!(grants().await, Vec::<Value>::new());

    shell.succeed(&give).await;
    let given = grants().await;
    assert_eq!(given.len(), 1);
    assert_eq!(given[0]["grantee"], app);
    assert_eq!(given[0]["name"], "payments");
    assert_eq!(
        given[0]["encryption_context_subset"],
        json!({"tenant": "a"})
    );
    let listed = shell.succeed("kms-key grants app").await;
    assert!(listed.contains("payments"), "{listed}");

    let bad = shell
        .run("kms-key create-grant app --grantee x --operation Fly")
        .await;
    assert!(
        bad.stderr.contains("`Fly` cannot be granted"),
        "{}",
        bad.stderr
    );
    let bad = shell.run(&format!("{give} --context-equals tenant")).await;
    assert!(bad.stderr.contains("has no `=`"), "{}", bad.stderr);

    let id = given[0]["id"].as_str().expect("an id");
    shell
        .succeed(&format!("kms-key retire-grant app --grant {id}"))
        .await;
    assert_eq!(grants().await, Vec::<Value>::new());
}

#[tokio::test]
async fn j1_a_grant_is_tried_given_and_retired_on_many_kms_keys() {
    let shell = shell().await;
    shell.succeed("kms-key create other --keystore store").await;
    let app = "arn:aws:iam::111122223333:role/payments";
    let give =
        format!("kms-key create-grant --where keystore=store --grantee {app} --operation Decrypt");
    let grantees = async |name: &str| {
        let text = format!("kms-key grants {name} --output json");
        let shown: Value = serde_json::from_str(&shell.succeed(&text).await).unwrap();
        let items = shown["items"].as_array().unwrap().clone();
        items.iter().map(|one| one["grantee"].clone()).collect()
    };
    let nobody: Vec<Value> = Vec::new();

    let plan = shell.run(&format!("{give} --dry-run")).await;
    assert!(plan.stdout.contains("CreateGrant"), "{}", plan.stdout);
    assert!(plan.stderr.contains("2 calls"), "{}", plan.stderr);
    assert_eq!(grantees("app").await, nobody);
    shell.succeed(&give).await;
    for name in ["app", "other"] {
        let given: Vec<Value> = grantees(name).await;
        assert_eq!(given, [json!(app)], "{name}");
    }

    let by_id = shell.run("kms-key retire-grant app other --grant x").await;
    assert!(by_id.stderr.contains("one by one"), "{}", by_id.stderr);
    shell
        .succeed(&format!("kms-key retire-grant app other --grantee {app}"))
        .await;
    assert_eq!(grantees("app").await, nobody);
    assert_eq!(grantees("other").await, nobody);

    shell.succeed("key new-version app").await;
    shell
        .succeed("kms-key upload-version --where key=app")
        .await;
    assert_eq!(shown(&shell, "app").await["current_version"], 2);
    for one_region in [
        "kms-key replicate app other --region eu-west-1",
        "kms-key change-primary --where keystore=store --region eu-west-1",
    ] {
        let done = shell.run(one_region).await;
        assert_eq!(done.exit, Exit::JobFailed, "{}", done.stderr);
        assert!(
            done.stderr.contains("2 in need of a person"),
            "{}",
            done.stderr
        );
    }
}

#[tokio::test]
async fn h7_having_versions_destroyed_after_deletion_wants_the_name_of_the_key_typed() {
    let shell = shell().await;
    let opt_in = "key update app --destroy-after-deletion true";
    let opted = async || {
        let key = shell.succeed("key show app --output json").await;
        let key: Value = serde_json::from_str(&key).unwrap();
        key["destroy_after_deletion"].as_bool().unwrap()
    };

    let nobody = shell.run(opt_in).await;
    shell.will_answer("App");
    let wrong = shell.run(opt_in).await;
    for done in [nobody, wrong] {
        assert_eq!(done.exit, Exit::NotConfirmed, "{}", done.stderr);
        assert!(
            done.stderr.contains("destroyed for ever"),
            "{}",
            done.stderr
        );
    }
    assert!(!opted().await);
    shell.will_answer("app");
    shell.succeed(opt_in).await;
    assert!(opted().await);

    // Once it is so, saying it again loses nothing more.
    shell.succeed(opt_in).await;
    shell
        .succeed("key update app --destroy-after-deletion false")
        .await;
    assert!(!opted().await);
    shell.succeed(&format!("{opt_in} --yes")).await;
    assert!(opted().await);
}
