//! Whatever is called in whatever order: nothing panics, and AWS's promises hold.

use kms_sim::{DAY, Fault, HOUR, RandomFaults, ScriptedFault};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{ACCOUNT, Aws, OTHER_REGION, REGION, text};

/// One move of a random game.
#[derive(Clone, Debug)]
enum Move {
    Call {
        operation: &'static str,
        key: usize,
        elsewhere: bool,
    },
    Import {
        key: usize,
        byte: u8,
        new: bool,
        days: i64,
        elsewhere: bool,
    },
    Wait(i64),
    Strike(Fault),
}

const OPERATIONS: &[&str] = &[
    "CancelKeyDeletion",
    "CreateAlias",
    "CreateGrant",
    "CreateKey",
    "DeleteAlias",
    "DeleteImportedKeyMaterial",
    "DescribeKey",
    "DisableKey",
    "EnableKey",
    "Encrypt",
    "GetKeyPolicy",
    "GetKeyRotationStatus",
    "GetPublicKey",
    "ListAliases",
    "ListGrants",
    "ListKeyRotations",
    "ListKeys",
    "ListResourceTags",
    "ReplicateKey",
    "RotateKeyOnDemand",
    "ScheduleKeyDeletion",
    "TagResource",
    "UpdateAlias",
    "UpdatePrimaryRegion",
];

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let call = (prop::sample::select(OPERATIONS), 0..4usize, any::<bool>()).prop_map(
        |(operation, key, elsewhere)| Move::Call {
            operation,
            key,
            elsewhere,
        },
    );
    let import = (0..4usize, 0..4u8, any::<bool>(), -1..40i64, any::<bool>()).prop_map(
        |(key, byte, new, days, elsewhere)| Move::Import {
            key,
            byte,
            new,
            days,
            elsewhere,
        },
    );
    let wait = prop_oneof![1..HOUR, HOUR..40 * DAY].prop_map(Move::Wait);
    let strike = prop::sample::select(vec![
        Fault::Throttle,
        Fault::LostReply,
        Fault::TimeoutBefore,
        Fault::DelayedEffect { after: HOUR / 20 },
    ])
    .prop_map(Move::Strike);
    prop::collection::vec(
        prop_oneof![6 => call, 4 => import, 2 => wait, 1 => strike],
        1..60,
    )
}

fn input(operation: &str, key: &str) -> Value {
    let mut input = json!({ "KeyId": key });
    let extra = match operation {
        "CreateAlias" | "UpdateAlias" | "DeleteAlias" => {
            return json!({ "AliasName": "alias/a", "TargetKeyId": key });
        }
        "CreateKey" => return json!({ "Origin": "EXTERNAL", "MultiRegion": true }),
        "ListKeys" | "ListAliases" => return json!({}),
        "CreateGrant" => json!({
            "GranteePrincipal": format!("arn:aws:iam::{ACCOUNT}:root"), "Operations": ["Decrypt"],
        }),
        "Encrypt" => json!({ "Plaintext": "aGk=" }),
        "ListKeyRotations" => json!({ "IncludeKeyMaterial": "ALL_KEY_MATERIAL" }),
        "ReplicateKey" => json!({ "ReplicaRegion": OTHER_REGION }),
        "ScheduleKeyDeletion" => json!({ "PendingWindowInDays": 7 }),
        "TagResource" => json!({ "Tags": [{ "TagKey": "a", "TagValue": "b" }] }),
        "UpdatePrimaryRegion" => json!({ "PrimaryRegion": OTHER_REGION }),
        _ => json!({}),
    };
    for (name, value) in extra.as_object().expect("object") {
        input[name] = value.clone();
    }
    input
}

/// The game: the simulator, the keys so far, and what was ever seen of them.
struct Game {
    aws: Aws,
    keys: Vec<String>,
}

impl Game {
    fn new(seed: u64) -> Self {
        let aws = Aws::new();
        aws.sim.configure(|config| config.seed = seed);
        let keys = vec![
            id(&aws.create(json!({ "Origin": "EXTERNAL", "MultiRegion": true }))),
            id(&aws.external()),
            id(&aws.external_of("HMAC_256", "GENERATE_VERIFY_MAC")),
            id(&aws.create(json!({}))),
        ];
        Game { aws, keys }
    }

    fn place(&self, elsewhere: bool) -> Aws {
        self.aws.at(if elsewhere { OTHER_REGION } else { REGION })
    }

    fn play(&mut self, step: &Move) {
        match step {
            Move::Wait(by) => self.aws.advance(*by),
            Move::Strike(fault) => self.aws.sim.add_fault(ScriptedFault::next("*", *fault)),
            Move::Call {
                operation,
                key,
                elsewhere,
            } => {
                let key = &self.keys[*key];
                // Refusals are part of the game.
                let _ = self
                    .place(*elsewhere)
                    .try_kms(operation, input(operation, key));
            }
            Move::Import {
                key,
                byte,
                new,
                days,
                elsewhere,
            } => {
                let (place, key) = (self.place(*elsewhere), self.keys[*key].clone());
                import(&place, &key, *byte, *new, *days);
            }
        }
    }

    /// What AWS promises at any time, seen by somebody whom no fault meets.
    fn check(&self) {
        for elsewhere in [false, true] {
            let place = self.place(elsewhere);
            let hand = place.sim.foreign_hand(ACCOUNT, &place.region);
            let now = place.now.get();
            for key in &self.keys {
                let Ok(output) = hand.act("DescribeKey", json!({ "KeyId": key }), now) else {
                    continue;
                };
                let all = json!({ "KeyId": key, "IncludeKeyMaterial": "ALL_KEY_MATERIAL" });
                let rotations = hand.act("ListKeyRotations", all, now);
                check_key(&output["KeyMetadata"], rotations.ok().as_ref());
            }
        }
    }
}

fn id(arn: &str) -> String {
    arn.rsplit('/').next().expect("id").to_owned()
}

fn import(place: &Aws, key: &str, byte: u8, new: bool, days: i64) {
    let input = json!({
        "KeyId": key, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048",
    });
    let Ok(output) = place.try_kms("GetParametersForImport", input) else {
        return;
    };
    let parameters = crate::support::Parameters {
        token: text(&output["ImportToken"]),
        public_key: crate::support::un64(&output["PublicKey"]),
        algorithm: "RSAES_OAEP_SHA_256".to_owned(),
    };
    let mut extra = json!({});
    if new {
        extra["ImportType"] = json!("NEW_KEY_MATERIAL");
    }
    if days >= 0 {
        extra["ExpirationModel"] = json!("KEY_MATERIAL_EXPIRES");
        extra["ValidTo"] = json!(place.now_seconds() + days as f64 * 86_400.0);
    }
    let input = parameters.import_input(key, &[byte; 32], extra);
    let _ = place.try_kms("ImportKeyMaterial", input);
}

fn check_key(data: &Value, rotations: Option<&Value>) {
    let state = text(&data["KeyState"]);
    assert_eq!(data["Enabled"], state == "Enabled");
    assert_eq!(
        data.get("DeletionDate").is_some(),
        state == "PendingDeletion"
    );
    let expires = data["ExpirationModel"] == "KEY_MATERIAL_EXPIRES";
    assert_eq!(data.get("ValidTo").is_some(), expires);
    let Some(rotations) = rotations else {
        return;
    };
    let materials = rotations["Rotations"].as_array().expect("list");
    let count = |state: &str| {
        materials
            .iter()
            .filter(|material| material["KeyMaterialState"] == state)
            .count()
    };
    let pending = count("PENDING_ROTATION") + count("PENDING_MULTI_REGION_IMPORT_AND_ROTATION");
    assert!(pending <= 1, "{materials:?}");
    assert_eq!(count("CURRENT"), usize::from(!materials.is_empty()));
    let missing = materials.iter().any(|material| {
        let permanent = ["CURRENT", "NON_CURRENT"]
            .iter()
            .any(|state| material["KeyMaterialState"] == *state);
        permanent && material["ImportState"] == "PENDING_IMPORT"
    });
    if ["Enabled", "Disabled", "Updating"].contains(&state.as_str()) {
        assert!(!missing, "{state} with a material missing");
        assert!(!materials.is_empty());
    }
    if state == "PendingImport" {
        assert!(missing || materials.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_sequence_of_calls_keeps_the_promises(seed in any::<u64>(), steps in moves()) {
        let mut game = Game::new(seed);
        for step in &steps {
            game.play(step);
            game.check();
        }
        let written = game.aws.sim.snapshot().expect("snapshot");
        let restored = kms_sim::Simulator::restore(written.clone()).expect("restore");
        prop_assert_eq!(written, restored.snapshot().expect("snapshot"));
    }

    #[test]
    fn any_input_is_answered(
        operation in prop::sample::select(OPERATIONS),
        text in "\\PC{0,40}",
        number in any::<i64>(),
    ) {
        let aws = Aws::new();
        aws.sim.set_random_faults(Some(RandomFaults::new(number.unsigned_abs(), 0.2)));
        for value in [json!(text), json!(number), json!([text]), json!({ "a": text }), json!(null)] {
            let input = json!({
                "KeyId": value, "AliasName": value, "TargetKeyId": value, "Tags": value,
                "Policy": value, "Marker": value, "Limit": value, "Operations": value,
                "PendingWindowInDays": value, "ReplicaRegion": value, "Description": value,
            });
            let _ = aws.try_kms(operation, input);
        }
    }
}
