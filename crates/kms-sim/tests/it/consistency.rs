//! Eventual consistency.

use kms_sim::{ConsistencyModel, MINUTE, SimConfig};
use serde_json::{Value, json};

use crate::support::{Aws, calm};

fn late(consistency: ConsistencyModel) -> Aws {
    Aws::with(SimConfig {
        consistency,
        ..calm()
    })
}

fn parameters(key: &str) -> Value {
    json!({
        "KeyId": key, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048",
    })
}

#[test]
fn a_created_key_may_be_unknown_for_minutes_to_everything() {
    let aws = late(ConsistencyModel {
        created_keys: 5 * MINUTE,
        ..ConsistencyModel::default()
    });
    let keys: Vec<String> = (0..20).map(|_| aws.external()).collect();
    let unknown = |key: &String| {
        let result = aws.try_kms("GetParametersForImport", parameters(key));
        result.is_err_and(|error| error.code() == Some("NotFoundException"))
    };
    let at_once = keys.iter().filter(|key| unknown(key)).count();
    assert!(at_once >= 18, "{at_once} of 20");
    let listed = aws.kms("ListKeys", json!({}))["Keys"]
        .as_array()
        .expect("list")
        .len();
    assert_eq!(listed, 20 - at_once);
    aws.advance(5 * MINUTE);
    assert_eq!(keys.iter().filter(|key| unknown(key)).count(), 0);
    assert_eq!(
        aws.kms("ListKeys", json!({}))["Keys"]
            .as_array()
            .expect("list")
            .len(),
        20
    );
}

#[test]
fn a_write_may_not_show_in_reads_for_a_while_but_holds() {
    let aws = late(ConsistencyModel {
        key_writes: 5 * MINUTE,
        ..ConsistencyModel::default()
    });
    let keys: Vec<String> = (0..20).map(|_| aws.external()).collect();
    for key in &keys {
        aws.import(key, &[1; 32], json!({}));
    }
    let stale = keys
        .iter()
        .filter(|key| aws.state(key) == "PendingImport")
        .count();
    assert!(stale >= 18, "{stale} of 20");
    for key in &keys {
        aws.kms("Encrypt", json!({ "KeyId": key, "Plaintext": "aGk=" }));
    }
    aws.advance(5 * MINUTE);
    assert!(keys.iter().all(|key| aws.state(key) == "Enabled"));
}

#[test]
fn reads_show_earlier_states_in_their_order() {
    let aws = late(ConsistencyModel {
        key_writes: 5 * MINUTE,
        ..ConsistencyModel::default()
    });
    let key = aws.external();
    for n in 0..10 {
        aws.kms(
            "UpdateKeyDescription",
            json!({ "KeyId": key, "Description": n.to_string() }),
        );
    }
    let mut last = -1;
    for _ in 0..=30 {
        let shown = aws.describe(&key)["Description"].clone();
        let shown: i32 = shown.as_str().expect("text").parse().unwrap_or(-1);
        assert!(shown >= last, "{shown} after {last}");
        last = shown;
        aws.advance(MINUTE / 6);
    }
    assert_eq!(last, 9);
}

#[test]
fn tags_and_aliases_may_show_late() {
    let aws = late(ConsistencyModel {
        tag_and_alias_writes: 5 * MINUTE,
        ..ConsistencyModel::default()
    });
    let key = aws.external();
    let tags = json!([{ "TagKey": "a", "TagValue": "b" }]);
    let list = |name: &str, input: Value| aws.kms(name, input);
    for n in 0..10 {
        aws.kms(
            "CreateAlias",
            json!({ "AliasName": format!("alias/{n}"), "TargetKeyId": key }),
        );
    }
    aws.kms("TagResource", json!({ "KeyId": key, "Tags": tags }));
    let aliases = list("ListAliases", json!({}))["Aliases"]
        .as_array()
        .expect("list")
        .len();
    assert!(aliases < 10);
    aws.advance(5 * MINUTE);
    assert_eq!(
        list("ListAliases", json!({}))["Aliases"]
            .as_array()
            .expect("list")
            .len(),
        10
    );
    assert_eq!(
        list("ListResourceTags", json!({ "KeyId": key }))["Tags"],
        tags
    );
}

#[test]
fn the_same_seed_gives_the_same_delays() {
    let run = |seed: u64| {
        let aws = Aws::with(SimConfig {
            seed,
            consistency: ConsistencyModel {
                created_keys: 5 * MINUTE,
                ..ConsistencyModel::default()
            },
            ..calm()
        });
        let key = aws.external();
        let mut waited = 0;
        while aws.try_kms("DescribeKey", json!({ "KeyId": key })).is_err() {
            aws.advance(MINUTE / 60);
            waited += 1;
        }
        (key, waited)
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}
