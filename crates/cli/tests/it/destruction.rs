//! Versions that are destroyed, late and cancellably.

use keyferry_cli::Exit;
use serde_json::Value;

use crate::shell::Shell;

/// The keys `spare` and `kept`, whose versions protect nothing new, and `app`, which a KMS key holds.
async fn shell() -> Shell {
    let shell = Shell::with_keystore().await;
    for name in ["spare", "kept"] {
        shell.succeed(&format!("key create {name}")).await;
    }
    shell.succeed("kms-key create app --keystore store").await;
    for name in ["spare", "kept", "app"] {
        shell
            .succeed(&format!("key-version deactivate {name} 1 --yes"))
            .await;
    }
    shell
}

async fn version(shell: &Shell, key: &str) -> Value {
    shell.read(&format!("key-version list {key}")).await[0].clone()
}

#[tokio::test]
async fn h7_a_version_is_destroyed_a_month_after_its_keys_name_was_typed_unless_that_is_cancelled()
{
    let shell = shell().await;
    let destroy = "key-version destroy spare 1";

    let tried = shell.run(&format!("{destroy} --dry-run")).await;
    assert_eq!(tried.exit, Exit::Ok, "{}", tried.stderr);
    assert!(tried.stdout.contains("due 20"), "{}", tried.stdout);
    assert!(
        tried.stderr.contains("nothing was changed"),
        "{}",
        tried.stderr
    );
    let nobody = shell.run(destroy).await;
    shell.will_answer("app");
    let wrong = shell.run(destroy).await;
    for done in [nobody, wrong] {
        assert_eq!(done.exit, Exit::NotConfirmed, "{}", done.stderr);
        assert!(
            done.stderr.contains("destroyed for ever"),
            "{}",
            done.stderr
        );
    }
    assert!(version(&shell, "spare").await["destruction_due"].is_null());

    shell.will_answer("spare");
    let scheduled = shell.run(destroy).await;
    assert_eq!(scheduled.exit, Exit::Ok, "{}", scheduled.stderr);
    assert!(scheduled.stdout.contains("due 20"), "{}", scheduled.stdout);
    let way_back = "key-version cancel-destruction spare 1";
    assert!(scheduled.stderr.contains(way_back), "{}", scheduled.stderr);
    let line = "key-version destroy kept 1 --after 40 --yes";
    assert!(shell.read(line).await["destruction_due"].is_string());
    let cancel = "key-version cancel-destruction kept 1";
    let tried = shell.run(&format!("{cancel} --dry-run")).await;
    assert!(
        tried.stderr.contains("nothing was changed"),
        "{}",
        tried.stderr
    );
    assert!(version(&shell, "kept").await["destruction_due"].is_string());
    let cancelled = shell.succeed(cancel).await;
    assert!(!cancelled.contains("due 20"), "{cancelled}");

    shell.days_pass(30).await;
    let alerts = shell.read("alert list").await;
    assert_eq!(alerts[0]["code"], "schedule.destruction-near", "{alerts:#}");
    assert_eq!(version(&shell, "spare").await["state"], "deactivated");
    shell.days_pass(20).await;
    let gone = shell.succeed("key-version list spare").await;
    assert!(
        gone.contains("destroyed") && gone.contains("done 20"),
        "{gone}"
    );
    let kept = version(&shell, "kept").await;
    assert_eq!(kept["state"], "deactivated", "{kept:#}");
    assert!(kept["destruction_due"].is_null(), "{kept:#}");
    let late = shell.run(way_back).await;
    assert!(
        late.stderr.contains("[key.version-state]"),
        "{}",
        late.stderr
    );
}

#[tokio::test]
async fn h7_what_a_kms_key_holds_is_not_destroyed_nor_anything_earlier_than_30_days() {
    let shell = shell().await;

    let arn = shell.read("kms-key show app").await["arn"].clone();
    let held = shell.run("key-version destroy app 1 --yes").await;
    assert_eq!(held.exit, Exit::Conflict, "{}", held.stderr);
    assert!(
        held.stderr.contains("[key.version-held]"),
        "{}",
        held.stderr
    );
    assert!(
        held.stderr.contains(arn.as_str().unwrap()),
        "{}",
        held.stderr
    );
    let early = shell
        .run("key-version destroy spare 1 --after 29 --yes")
        .await;
    assert!(
        early.stderr.contains("[key.destruction-delay]"),
        "{}",
        early.stderr
    );
    for key in ["app", "spare"] {
        assert!(version(&shell, key).await["destruction_due"].is_null());
    }
}
