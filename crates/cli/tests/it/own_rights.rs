//! Roles and policies of one's own, groups, and who may do what, as a person types them.

use crate::shell::Shell;

const KEEP_PROD: &str = r#"forbid(principal, action == Keyferry::Action::"key.rotate", resource is Keyferry::KeyResource)
  when { resource.name like "prod-*" };"#;

#[tokio::test]
async fn a_role_of_ones_own_is_made_given_changed_and_removed() {
    let shell = Shell::signed_in().await;
    shell.succeed("user create bob").await;
    shell.succeed("group create payments").await;
    let make = "role create rotator --action key.read --action key.rotate --description rotates";
    let tried = shell.run(&format!("{make} --dry-run")).await;
    assert!(tried.stderr.contains("nothing"), "{}", tried.stderr);
    let made = shell.read(make).await;
    assert_eq!(
        made["actions"],
        serde_json::json!(["key.read", "key.rotate"])
    );
    assert_eq!(
        made["excludes"],
        serde_json::json!(["security-officer", "system-administrator"])
    );
    let given = shell
        .read("role give rotator --to bob --group payments")
        .await;
    let changed = shell.read("role update rotator --action key.read").await;
    assert_eq!(changed["excludes"], serde_json::json!([]));
    assert_eq!(
        shell.read("role show rotator").await["description"],
        "rotates"
    );
    let held = shell.run("role delete rotator").await;
    assert!(held.stderr.contains("[role.in-use]"), "{}", held.stderr);
    let id = given["id"].as_str().unwrap();
    shell.succeed(&format!("role take {id}")).await;
    shell.succeed("role delete rotator").await;
    let typo = shell.run("role create other --action key.raed").await;
    assert!(typo.stderr.contains("key.raed"), "{}", typo.stderr);
}

#[tokio::test]
async fn a_policy_is_checked_added_asked_about_changed_and_removed() {
    let shell = Shell::signed_in().await;
    shell.succeed("key create prod-card --spec AES-256").await;
    let file = shell.file("keep.cedar", KEEP_PROD);
    let file = file.display();
    let check = format!("policy check keep --file {file}");
    let found = shell.read(&check).await;
    assert_eq!(found["complete"], true);
    assert_eq!(found["effects"][0]["object"], "key/prod-card");
    assert_eq!(found["effects"][0]["change"], "loses");
    assert_eq!(found["effects"][0]["group"], "default");
    assert_eq!(shell.read("policy list").await, serde_json::json!([]));
    shell
        .succeed(&format!("policy add keep --file {file}"))
        .await;
    let why = shell
        .read("policy why ann key.rotate --object prod-card")
        .await;
    assert_eq!(why["allowed"], false);
    assert_eq!(why["by"], serde_json::json!(["own:keep"]));
    let who = shell
        .read("policy who-can key.rotate --group default")
        .await;
    assert_eq!(who[0]["user"], "ann");
    let refused = shell.run("key new-version prod-card").await;
    assert_eq!(refused.exit.code(), 0, "{}", refused.stderr);
    let refused = shell.run("key rotate prod-card").await;
    assert!(
        refused.stderr.contains("[access.denied]"),
        "{}",
        refused.stderr
    );
    let bad = shell.file("bad.cedar", "forbid(principal, action, resorce);");
    let bad = shell
        .run(&format!("policy update keep --file {}", bad.display()))
        .await;
    assert!(bad.stderr.contains("line 1, column 27"), "{}", bad.stderr);
    assert_eq!(shell.read("policy show keep").await["text"], KEEP_PROD);
    shell
        .succeed(&format!("policy update keep --file {file}"))
        .await;
    shell.succeed("policy delete keep").await;
    assert_eq!(shell.read("policy list").await, serde_json::json!([]));
}

#[tokio::test]
async fn a_group_is_renamed_and_removed() {
    let shell = Shell::signed_in().await;
    shell.succeed("group create payments").await;
    shell
        .succeed("group update payments --name cards --description plastic")
        .await;
    let shown = shell.read("group show cards").await;
    assert_eq!(shown["description"], "plastic");
    assert_eq!(shown["members"][0]["user"], "ann");
    shell
        .succeed("key create k --spec AES-256 --group cards")
        .await;
    let full = shell.run("group delete cards").await;
    assert!(full.stderr.contains("key `k`"), "{}", full.stderr);
    shell.succeed("group create hollow").await;
    shell.succeed("group delete hollow --dry-run").await;
    shell.succeed("group delete hollow").await;
    let gone = shell.run("group show hollow").await;
    assert!(
        gone.stderr.contains("[request.not-found]"),
        "{}",
        gone.stderr
    );
}
