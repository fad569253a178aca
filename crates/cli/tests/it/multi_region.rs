//! Replicas and primaries of multi-Region keys.

use keyferry_cli::Exit;
use keyferry_testkit::world::{ACCOUNT, OTHER_REGION, REGION};
use kms_sim::Caller;
use serde_json::{Value, json};

use crate::shell::Shell;

/// Three multi-Region keys that are in one Region yet.
async fn shell() -> Shell {
    let shell = Shell::with_keystore_in(&[REGION, OTHER_REGION]).await;
    for name in ["app", "bulk1", "bulk2"] {
        let settings = format!("--keystore store --region {REGION} --multi-region");
        shell
            .succeed(&format!("kms-key create {name} {settings}"))
            .await;
    }
    shell
}

/// What the account's root user gets from AWS in a Region.
fn aws(shell: &Shell, region: &str, operation: &str, input: Value) -> Value {
    let (root, now) = (Caller::root(ACCOUNT), shell.outside.clock_now());
    let answer = shell.outside.sim.kms(&root, region, operation, input, now);
    answer.unwrap_or_else(|error| panic!("{operation} in {region}: {error}"))
}

/// Where AWS has the primary of a KMS key, as both Regions tell it.
async fn primaries(shell: &Shell, name: &str) -> Vec<Value> {
    let arn = shell.read(&format!("kms-key show {name}")).await["arn"].clone();
    let arn = arn.as_str().unwrap().to_owned();
    let id = arn.rsplit('/').next().unwrap();
    let there = |region| {
        let shown = aws(shell, region, "DescribeKey", json!({ "KeyId": id }));
        shown["KeyMetadata"]["MultiRegionConfiguration"]["PrimaryKey"]["Region"].clone()
    };
    [REGION, OTHER_REGION].map(there).to_vec()
}

#[tokio::test]
async fn e23_a_replica_is_made_filled_and_becomes_the_primary() {
    let shell = shell().await;
    let replicate = format!("kms-key replicate app --region {OTHER_REGION}");
    let change = format!("kms-key change-primary app --region {OTHER_REGION}");
    let arn = shell.read("kms-key show app").await["arn"].clone();
    let secret = json!({ "KeyId": arn, "Plaintext": "a2V5" });
    let blob = aws(&shell, REGION, "Encrypt", secret)["CiphertextBlob"].clone();

    let early = shell.run(&change).await;
    assert!(
        early.stderr.contains("[kms-key.no-replica]"),
        "{}",
        early.stderr
    );
    let plan = shell.succeed(&format!("{replicate} --dry-run")).await;
    for step in ["ReplicateKey", "ImportKeyMaterial"] {
        assert!(plan.contains(step), "{step} is missing in\n{plan}");
    }
    let made = shell.succeed(&replicate).await;
    assert!(made.contains(&format!("{REGION},{OTHER_REGION}")), "{made}");
    let blob = json!({ "CiphertextBlob": blob });
    let opened = aws(&shell, OTHER_REGION, "Decrypt", blob);
    assert_eq!(opened["Plaintext"], "a2V5");
    assert_eq!(primaries(&shell, "app").await, [REGION, REGION]);

    let plan = shell.succeed(&format!("{change} --dry-run")).await;
    assert!(plan.contains("UpdatePrimaryRegion"), "{plan}");
    let changed = shell.read(&change).await;
    assert_eq!(changed["job"]["state"], "succeeded", "{changed:#}");
    assert_eq!(primaries(&shell, "app").await, [OTHER_REGION, OTHER_REGION]);
    let key = &changed["kms_keys"][0];
    assert_eq!(key["regions"], json!([OTHER_REGION, REGION]));
    let places = key["places"].as_array().unwrap();
    let primary: Vec<&Value> = places.iter().filter(|one| one["primary"] == true).collect();
    assert_eq!(primary.len(), 1, "{key:#}");
    assert_eq!(primary[0]["region"], OTHER_REGION);
}

#[tokio::test]
async fn e23_j1_many_are_replicated_and_get_another_primary() {
    let shell = shell().await;

    let many = format!("kms-key replicate bulk1 bulk2 --region {OTHER_REGION}");
    let replicated = shell.run(&many).await;
    assert_eq!(replicated.exit, Exit::Ok, "{}", replicated.stderr);
    assert!(
        replicated.stderr.contains("2 of 2 done"),
        "{}",
        replicated.stderr
    );
    let matching = format!("kms-key change-primary --where name=bulk --region {OTHER_REGION}");
    let changed = shell.read(&matching).await;

    assert_eq!(changed["progress"]["done"], 2, "{changed:#}");
    for name in ["bulk1", "bulk2"] {
        let told = primaries(&shell, name).await;
        assert_eq!(told, [OTHER_REGION, OTHER_REGION], "{name}");
    }
    let left = shell.read("kms-key show app").await;
    assert_eq!(left["regions"], json!([REGION]));
}
