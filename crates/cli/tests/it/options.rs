//! Options that say how, each seen where it arrives: in AWS, or in the records.

use keyferry_cli::Exit;
use keyferry_testkit::world::{ACCOUNT, OURS};
use serde_json::{Value, json};

use crate::shell::Shell;

fn user(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:user/{name}")
}

/// Users of the account beside Keyferry's own.
fn hire(shell: &Shell, names: &[&str]) {
    for name in names {
        shell.outside.sim.create_user(ACCOUNT, name, &[]).unwrap();
    }
}

async fn shown(shell: &Shell, name: &str) -> Value {
    shell.read(&format!("kms-key show {name}")).await
}

/// The key policy that AWS has.
async fn policy(shell: &Shell, name: &str) -> String {
    let key = json!({ "KeyId": shown(shell, name).await["arn"] });
    let policy = shell.outside.aws("GetKeyPolicy", key)["Policy"].clone();
    policy.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn c4_c7_a_changed_template_reaches_new_kms_keys_and_old_ones_when_asked() {
    let shell = Shell::with_keystore().await;
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let document = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "OfTheTemplate", "Effect": "Allow", "Principal": { "AWS": root }, "Action": "kms:*", "Resource": "*" },
    ]});
    let file = shell.file("policy.json", &document.to_string());
    shell.succeed("kms-key create old --keystore store").await;

    let change = format!(
        "keystore update store --policy-file {} --key-description templated --multi-region yes",
        file.display()
    );
    shell.succeed(&change).await;
    shell.succeed("kms-key create new --keystore store").await;

    let new = shown(&shell, "new").await;
    assert_eq!(new["description"], "templated");
    assert_eq!(new["multi_region"], true);
    assert!(policy(&shell, "new").await.contains("OfTheTemplate"));
    assert_eq!(shown(&shell, "old").await["description"], "");
    shell.succeed("kms-key update old --from-template").await;
    assert_eq!(shown(&shell, "old").await["description"], "templated");
    assert!(policy(&shell, "old").await.contains("OfTheTemplate"));
    shell.succeed("keystore update store --no-policy").await;
    shell.succeed("kms-key create third --keystore store").await;
    assert!(!policy(&shell, "third").await.contains("OfTheTemplate"));
}

#[tokio::test]
async fn e12_principals_leave_a_key_policy_and_are_replaced_in_many() {
    let shell = Shell::with_keystore().await;
    hire(&shell, &["bob", "carol"]);
    let (bob, carol) = (user("bob"), user("carol"));
    for name in ["app", "other"] {
        let who = format!("--key-user {bob} --key-administrator {OURS} --key-administrator {bob}");
        let line =
            format!("kms-key create {name} --keystore store {who} --other-account 444455556666");
        shell.succeed(&line).await;
    }

    shell
        .succeed(&format!(
            "kms-key update app --remove-key-administrator {bob} --remove-other-account 444455556666"
        ))
        .await;
    let access = shown(&shell, "app").await["access"].clone();
    assert_eq!(access["administrators"], json!([OURS]));
    assert_eq!(access["other_accounts"], json!([]));
    assert_eq!(access["users"], json!([bob]));
    let replace =
        format!("kms-key update --where keystore=store --replace-principal {bob}={carol}");
    let replaced = shell.run(&replace).await;
    assert!(
        replaced.stderr.contains("2 of 2 done"),
        "{}",
        replaced.stderr
    );

    for name in ["app", "other"] {
        let policy = policy(&shell, name).await;
        assert!(
            policy.contains(&carol) && !policy.contains(&bob),
            "{policy}"
        );
        let access = shown(&shell, name).await["access"].clone();
        assert_eq!(access["users"], json!([carol]), "{name}");
    }
}

#[tokio::test]
async fn k4_a_grant_has_its_context_and_whoever_may_retire_it() {
    let shell = Shell::with_keystore().await;
    shell.succeed("kms-key create app --keystore store").await;
    let app = format!("arn:aws:iam::{ACCOUNT}:role/payments");

    shell
        .succeed(&format!(
            "kms-key create-grant app --grantee {app} --operation Decrypt --context-equals tenant=a \
             --retiring-principal {OURS}"
        ))
        .await;

    let key = json!({ "KeyId": shown(&shell, "app").await["arn"] });
    let grant = shell.outside.aws("ListGrants", key)["Grants"][0].clone();
    let wanted = json!({ "EncryptionContextEquals": { "tenant": "a" } });
    assert_eq!(grant["Constraints"], wanted, "{grant:#}");
    assert_eq!(grant["RetiringPrincipal"], OURS, "{grant:#}");
    let told = shell.read("kms-key grants app").await;
    let told = &told["items"][0];
    assert_eq!(told["encryption_context_equals"], json!({"tenant": "a"}));
    assert_eq!(told["retiring_principal"], OURS);
}

#[tokio::test]
async fn g10_material_of_aws_gives_way_to_a_key_of_the_vault_that_is_named() {
    let shell = Shell::with_keystore().await;
    shell
        .succeed("kms-key create native --keystore store --origin aws --alias native")
        .await;
    shell.succeed("key create ours").await;

    let rotate = "kms-key rotate native --method new-key --to-key ours";
    let rotated = shell.read(rotate).await;

    assert_eq!(rotated["job"]["state"], "succeeded", "{rotated:#}");
    let taken = shown(&shell, "alias/native").await;
    assert_eq!(taken["source"]["key_name"], "ours", "{taken:#}");
    let replaced = shell.read("kms-key list --life REPLACED").await;
    assert_eq!(replaced[0]["source"]["text"], "AWS", "{replaced:#}");
}

#[tokio::test]
async fn e24_kms_keys_are_adopted_by_tag_and_by_name_and_bound_from_a_later_version() {
    let shell = Shell::with_keystore().await;
    let make = |tag: &str| {
        let tags = json!([{ "TagKey": "team", "TagValue": tag }]);
        let made = shell.outside.aws("CreateKey", json!({ "Tags": tags }));
        made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
    };
    let (pay, red) = (make("pay"), make("red"));
    let alias = json!({ "AliasName": "alias/reports", "TargetKeyId": red });
    shell.outside.aws("CreateAlias", alias);
    for line in [
        "key create card",
        "key new-version card",
        "kms-key upload card --keystore store",
    ] {
        shell.succeed(line).await;
    }
    let card = shown(&shell, "card").await["arn"]
        .as_str()
        .unwrap()
        .to_owned();
    shell.succeed("kms-key release card --yes").await;
    shell.outside.advance_minutes(20);
    shell.succeed("keystore sync store").await;

    let by_tag = shell.read("keystore adopt store --tag team=pay").await;
    assert_eq!(by_tag["adopted"].as_array().unwrap().len(), 1, "{by_tag:#}");
    assert_eq!(by_tag["adopted"][0]["arn"], pay);
    let seen = shell
        .read("keystore unmanaged store --search reports")
        .await;
    assert_eq!(seen.as_array().unwrap().len(), 1, "{seen:#}");
    let by_name = shell
        .read("keystore adopt store --name-contains reports")
        .await;
    assert_eq!(
        by_name["adopted"].as_array().unwrap().len(),
        1,
        "{by_name:#}"
    );
    assert_eq!(by_name["adopted"][0]["arn"], red);

    let bind = format!("kms-key bind {card} --keystore store --key card");
    let wrong = shell.run(&format!("{bind} --first-version 1")).await;
    assert_eq!(wrong.exit, Exit::JobFailed, "{}", wrong.stderr);
    assert!(
        wrong.stderr.contains("[kms-key.wrong-material]"),
        "{}",
        wrong.stderr
    );
    let right = shell.read(&format!("{bind} --first-version 2")).await;
    assert_eq!(right["kms_keys"][0]["current_version"], 2, "{right:#}");
}

#[tokio::test]
async fn g12_a_source_key_rotates_from_a_day_on_and_deactivates_its_former_version() {
    let shell = Shell::with_keystore().await;
    shell.succeed("key create app").await;

    let rule = "key set-rotation app --rotate-every 30d --rotate-from 2026-01-11T00:00:00Z --deactivate-former";
    let set = shell.read(rule).await;
    let next = set["rotation"]["schedule"]["next"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(next.starts_with("2026-01-11T00:00:00"), "{next}");
    shell.days_pass(9).await;
    let early = shell.read("key-version list app").await;
    shell.days_pass(2).await;
    let late = shell.read("key-version list app").await;

    assert_eq!(early.as_array().unwrap().len(), 1, "{early:#}");
    let states: Vec<&Value> = late
        .as_array()
        .unwrap()
        .iter()
        .map(|version| &version["state"])
        .collect();
    assert_eq!(states, ["deactivated", "active"], "{late:#}");
}

#[tokio::test]
async fn b14_b17_a_connection_has_client_certificate_and_proxy_and_shows_no_secret() {
    let shell = Shell::with_keystore().await;
    let file = |name: &str| shell.home.path().join(name).display().to_string();
    let password = shell.file("proxy", "a secret of the proxy");
    let (id, secret) = &shell.outside.access_key;
    let own = shell.file("secret", secret);

    let add = format!(
        "connection add second --region eu-central-1 --access-key-id {id} --secret-access-key-file {} \
         --client-certificate-file {} --client-key-file {} --proxy http://proxy.example:3128 --proxy-user kf \
         --proxy-password-file {}",
        own.display(),
        file("certificate.pem"),
        file("key.pem"),
        password.display()
    );
    let added = shell.run(&format!("{add} --output json")).await;
    assert_eq!(added.exit, Exit::Ok, "{}", added.stderr);
    let shown = shell.read("connection show second").await;
    assert_eq!(shown["identity"]["access_key_id"], id.as_str(), "{shown:#}");
    assert!(shown["tls"]["client_certificate"].is_string(), "{shown:#}");
    assert_eq!(shown["proxy"]["url"], "http://proxy.example:3128");
    assert_eq!(shown["proxy"]["user"], "kf");
    for text in [added.stdout, added.stderr, shown.to_string()] {
        for secret in [secret.as_str(), "a secret of the proxy", "PRIVATE KEY"] {
            assert!(!text.contains(secret), "a secret is shown");
        }
    }

    shell
        .succeed("connection update second --no-proxy --no-client-certificate")
        .await;
    let shown = shell.read("connection show second").await;
    assert!(shown["proxy"].is_null(), "{shown:#}");
    assert!(shown["tls"]["client_certificate"].is_null(), "{shown:#}");
    assert_eq!(shown["identity"]["access_key_id"], id.as_str());
}
