//! The samples, made by way of the application in both simulated accounts.

use keyferry_demo::fleet::{self, KEYSTORES, SAMPLES};
use keyferry_demo::{PRODUCTION, REGIONS, Rig, STAGING};
use kms_sim::Caller;
use serde_json::json;

/// Makes the samples while the engine works.
async fn make(rig: &Rig) {
    let engine = async {
        loop {
            rig.app().engine.run_due().await.unwrap();
            rig.clock().pass(jiff::SignedDuration::from_secs(1));
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        made = fleet::make(rig.app(), rig.actor(), rig.aws()) => made.unwrap(),
        () = engine => unreachable!("the engine works on"),
    }
}

fn state_of(rig: &Rig, account: &str, alias: &str) -> String {
    let input = json!({ "KeyId": format!("alias/{alias}") });
    let (root, now) = (Caller::root(account), rig.clock().micros());
    let shown = rig
        .simulator()
        .kms(&root, REGIONS[0], "DescribeKey", input, now)
        .unwrap();
    shown["KeyMetadata"]["KeyState"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_is_in_the_account_of_its_keystore_and_made_once() {
    let rig = Rig::start().await.unwrap();
    assert!(!fleet::is_there(rig.app(), rig.actor()).await.unwrap());

    make(&rig).await;

    assert!(fleet::is_there(rig.app(), rig.actor()).await.unwrap());
    for sample in SAMPLES {
        let keystore = KEYSTORES
            .iter()
            .find(|keystore| keystore.0 == sample.keystore)
            .unwrap();
        let account = if keystore.1 == "staging" {
            STAGING
        } else {
            PRODUCTION
        };
        let expected = if sample.disabled {
            "Disabled"
        } else {
            "Enabled"
        };
        assert_eq!(
            state_of(&rig, account, sample.name),
            expected,
            "{}",
            sample.name
        );
    }
}
