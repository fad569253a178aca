//! What AWS shows in the end, read from it by its account's owner, against what the scenario says.

use keyferry_domain::kms_key::KmsKey;
use kms_sim::ForeignHand;
use serde_json::{Value, json};

use super::Broken;
use crate::sweep::scenario::{Ends, NAME, Scenario};
use crate::world::{ACCOUNT, OTHER_REGION, Outside, REGION};

/// What is encrypted before a run, and decrypted after it. Base64, as AWS takes it.
pub(super) const PLAINTEXT: &str = "d2hhdCB3YXMgZW5jcnlwdGVkIGJlZm9yZQ==";

/// The account in the hands of its owner, who may do everything and meets no faults.
pub(super) struct Account {
    hand: ForeignHand,
    now: i64,
}

/// One KMS key as AWS shows it.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) arn: String,
    pub(super) state: String,
    pub(super) is_made_by_aws: bool,
    pub(super) current: Option<String>,
    pub(super) materials: Vec<Material>,
    pub(super) aliases: Vec<String>,
    pub(super) grants: usize,
}

/// One material as AWS shows it.
#[derive(Clone, Debug)]
pub(super) struct Material {
    pub(super) id: String,
    pub(super) state: String,
    pub(super) import_state: String,
    pub(super) is_rotated_on_demand: bool,
}

impl Account {
    pub(super) fn of(outside: &Outside) -> Self {
        Self {
            hand: outside.sim.foreign_hand(ACCOUNT, REGION),
            now: outside.clock_now(),
        }
    }

    /// AWS's answer, or its refusal in words.
    pub(super) fn ask(&self, operation: &str, input: Value) -> Result<Value, String> {
        self.hand
            .act(operation, input, self.now)
            .map_err(|error| format!("{operation}: {error}"))
    }

    /// Encrypts [`PLAINTEXT`] under the alias.
    pub(super) fn encrypt(&self) -> Result<String, String> {
        let input = json!({ "KeyId": format!("alias/{NAME}"), "Plaintext": PLAINTEXT });
        let output = self.ask("Encrypt", input)?;
        Ok(text(&output["CiphertextBlob"]))
    }

    /// Every KMS key of the account.
    pub(super) fn shown(&self) -> Vec<Shown> {
        let listed = self.list("ListKeys", json!({ "Limit": 1000 }), "Keys");
        let aliases = self.list("ListAliases", json!({ "Limit": 100 }), "Aliases");
        listed
            .iter()
            .map(|one| self.show(&text(&one["KeyArn"]), &aliases))
            .collect()
    }

    fn show(&self, arn: &str, aliases: &[Value]) -> Shown {
        let described = self.ask("DescribeKey", json!({ "KeyId": arn }));
        let metadata = described.map_or(Value::Null, |output| output["KeyMetadata"].clone());
        let of_this = |one: &&Value| one["TargetKeyId"] == metadata["KeyId"];
        let key = json!({ "KeyId": arn });
        let all = json!({ "KeyId": arn, "IncludeKeyMaterial": "ALL_KEY_MATERIAL" });
        Shown {
            arn: arn.to_owned(),
            state: text(&metadata["KeyState"]),
            is_made_by_aws: metadata["Origin"] == "AWS_KMS",
            current: metadata["CurrentKeyMaterialId"].as_str().map(str::to_owned),
            materials: self
                .list("ListKeyRotations", all, "Rotations")
                .iter()
                .map(material)
                .collect(),
            aliases: aliases
                .iter()
                .filter(of_this)
                .map(|one| text(&one["AliasName"]))
                .collect(),
            grants: self.list("ListGrants", key, "Grants").len(),
        }
    }

    fn list(&self, operation: &str, input: Value, member: &str) -> Vec<Value> {
        let output = self.ask(operation, input).expect("the owner may list");
        output[member].as_array().cloned().unwrap_or_default()
    }
}

fn material(one: &Value) -> Material {
    Material {
        id: text(&one["KeyMaterialId"]),
        state: text(&one["KeyMaterialState"]),
        import_state: text(&one["ImportState"]),
        is_rotated_on_demand: one["RotationType"] == "ON_DEMAND",
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The record of a KMS key that AWS shows. All Regions of a multi-Region key have one id.
pub(super) fn record_of<'a>(keys: &'a [KmsKey], arn: &str) -> Option<&'a KmsKey> {
    keys.iter().find(|key| is_of(key, arn))
}

/// Whether the record is one of this KMS key.
pub(super) fn is_of(key: &KmsKey, arn: &str) -> bool {
    let id = arn.rsplit('/').next().unwrap_or_default();
    key.arn.as_ref().is_some_and(|known| known.key_id() == id)
}

/// What is otherwise in the other Region, where there is one.
pub(super) fn difference_elsewhere(outside: &Outside, scenario: &Scenario) -> Option<Broken> {
    let primary = scenario.primary()?;
    let account = Account {
        hand: outside.sim.foreign_hand(ACCOUNT, OTHER_REGION),
        now: outside.clock_now(),
    };
    let shown = account.shown();
    let alias = format!("alias/{NAME}");
    let described = account.ask("DescribeKey", json!({ "KeyId": alias }));
    let regions = described.map(|output| {
        output["KeyMetadata"]["MultiRegionConfiguration"]["PrimaryKey"]["Region"].clone()
    });
    let is_filled = |one: &Shown| {
        one.state == "Enabled"
            && one.materials.len() == 1
            && one
                .materials
                .iter()
                .all(|one| one.import_state == "IMPORTED")
    };
    let is_so = shown.len() == 1
        && shown.iter().all(is_filled)
        && regions.as_ref().is_ok_and(|region| region == primary);
    (!is_so).then(|| {
        Broken::NotReached(format!(
            "{OTHER_REGION} has {shown:?}, its primary is in {regions:?}"
        ))
    })
}

/// Every KMS key that should not be there, is missing, or is otherwise than it should be.
pub(super) fn differences(scenario: &Scenario, keys: &[KmsKey], shown: &[Shown]) -> Vec<Broken> {
    let wanted = scenario.ends;
    let mut broken: Vec<Broken> = shown
        .iter()
        .filter(|one| record_of(keys, &one.arn).is_none())
        .map(|one| Broken::SecondKey(format!("no record knows {}", one.arn)))
        .collect();
    if shown.len() > wanted.len() && broken.is_empty() {
        let what = format!("{} KMS keys, {} wanted", shown.len(), wanted.len());
        broken.push(Broken::SecondKey(what));
    }
    if keys.len() != wanted.len() {
        let what = format!(
            "{} records of KMS keys, {} wanted",
            keys.len(),
            wanted.len()
        );
        broken.push(Broken::NotReached(what));
    }
    for (number, (ends, key)) in wanted.iter().zip(keys).enumerate() {
        match shown.iter().find(|one| is_of(key, &one.arn)) {
            Some(one) => broken.extend(difference(ends, key, one, number)),
            None => broken.push(Broken::NotReached(format!(
                "KMS key {number} is not in AWS"
            ))),
        }
    }
    broken
}

fn difference(ends: &Ends, key: &KmsKey, shown: &Shown, number: usize) -> Option<Broken> {
    let rotations = shown
        .materials
        .iter()
        .filter(|one| one.is_rotated_on_demand)
        .count();
    if rotations > ends.rotations {
        let what = format!(
            "KMS key {number}: {rotations} rotations, {} wanted",
            ends.rotations
        );
        return Some(Broken::TwoEffects(what));
    }
    if shown.grants > ends.grants {
        let what = format!(
            "KMS key {number}: {} grants, {} wanted",
            shown.grants, ends.grants
        );
        return Some(Broken::TwoEffects(what));
    }
    let version = |one: &Material| {
        let id = one.id.parse().ok()?;
        key.bindings.get(&id).map(|version| version.get())
    };
    let materials: Vec<_> = shown
        .materials
        .iter()
        .map(|one| (version(one), one.state.as_str(), one.import_state.as_str()))
        .collect();
    let wanted: Vec<_> = ends
        .materials
        .iter()
        .map(|(version, state, import_state)| {
            let version = Some(*version).filter(|version| *version > 0);
            (version, *state, *import_state)
        })
        .collect();
    let alias = format!("alias/{NAME}");
    let aliases: &[String] = if ends.has_alias { &[alias] } else { &[] };
    let is_so = shown.state == ends.state
        && materials == wanted
        && shown.aliases == aliases
        && rotations == ends.rotations
        && shown.grants == ends.grants;
    (!is_so).then(|| {
        let found = (
            &shown.state,
            materials,
            &shown.aliases,
            rotations,
            shown.grants,
        );
        Broken::NotReached(format!("KMS key {number} is {found:?}, wanted {ends:?}"))
    })
}
