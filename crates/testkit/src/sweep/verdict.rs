//! What must be true after every run, whatever happened in between.

use std::collections::{BTreeMap, BTreeSet};

use keyferry_domain::arn::MaterialId;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::material::VersionIdentity;
use keyferry_ports::durable::attest;
use keyferry_ports::records::{
    AuditRecords, JobFilter, JobRecords, JobState, KeyRecords, KmsKeyFilter, KmsKeyRecords, Page,
};
use kms_sim::JournalEntry;
use serde_json::Value;

use crate::world::{Outside, open_vault};

use super::Case;

/// What was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// AWS holds material that the vault has not got.
    MaterialLost(String),
    /// AWS has a KMS key that no record knows.
    SecondKey(String),
    /// Something happened in AWS that the audit log does not tell.
    EffectWithoutAudit(String),
    /// A job did not come to its end.
    JobDidNotEnd(String),
    /// AWS is not as wanted.
    NotReached(String),
    /// Something was done twice.
    TwoEffects(String),
}

/// Holds a world against what must be true.
pub(super) async fn check(outside: &Outside, case: &Case) -> Result<(), Broken> {
    let page = Page {
        limit: 1_000,
        cursor: None,
    };
    let filter = KmsKeyFilter::default();
    let keys = outside
        .records
        .list_kms_keys(&filter, &page)
        .await
        .expect("memory answers")
        .rows;
    let journal: Vec<JournalEntry> = outside
        .sim
        .journal()
        .into_iter()
        .filter(|entry| entry.write)
        .collect();
    jobs_ended(outside).await?;
    no_material_is_lost(outside, &keys, &journal).await?;
    no_second_key(&keys, &journal)?;
    every_effect_is_audited(outside, &journal).await?;
    nothing_was_done_twice(&keys, &journal, case)
}

async fn jobs_ended(outside: &Outside) -> Result<(), Broken> {
    let page = Page {
        limit: 1_000,
        cursor: None,
    };
    let jobs = outside
        .records
        .list_jobs(&JobFilter::default(), &page)
        .await;
    for job in jobs.expect("memory answers").rows {
        if job.state != JobState::Succeeded {
            let targets = outside
                .records
                .list_targets(job.id)
                .await
                .expect("memory answers");
            let notes: Vec<_> = targets
                .iter()
                .map(|target| (target.state, &target.note))
                .collect();
            return Err(Broken::JobDidNotEnd(format!(
                "{} {:?} {notes:?}",
                job.title, job.state
            )));
        }
    }
    Ok(())
}

/// Every material that AWS ever accepted is bound to a version that the vault can open.
async fn no_material_is_lost(
    outside: &Outside,
    keys: &[KmsKey],
    journal: &[JournalEntry],
) -> Result<(), Broken> {
    let vault = open_vault();
    for entry in journal
        .iter()
        .filter(|entry| entry.operation == "ImportKeyMaterial")
    {
        let arn = entry.key_arn.clone().unwrap_or_default();
        let Some(key) = with_arn(keys, &arn) else {
            return Err(Broken::MaterialLost(format!("no record of {arn}")));
        };
        let id = material_of(&entry.detail);
        let bound = id.as_ref().and_then(|id| key.bindings.get(id));
        let (Some(version), Some(source)) = (bound, key.source) else {
            // A material that was taken out again as not provable may have been bound to nothing.
            if was_deleted(journal, &arn, id.as_ref()) {
                continue;
            }
            return Err(Broken::MaterialLost(format!(
                "{arn} holds {id:?}, which nothing stands for"
            )));
        };
        let identity = VersionIdentity {
            group: key.group,
            key: source,
            version: *version,
            spec: key.intent.shape.spec,
        };
        let records: &dyn KeyRecords = &*outside.records;
        if let Err(error) = attest(records, &*vault, &identity).await {
            return Err(Broken::MaterialLost(format!(
                "{arn} version {version}: {error}"
            )));
        }
    }
    Ok(())
}

fn material_of(detail: &Value) -> Option<MaterialId> {
    let names = ["KeyMaterialId", "keyMaterialId", "material_id", "material"];
    names
        .iter()
        .find_map(|name| detail[*name].as_str())
        .and_then(|text| text.parse().ok())
}

fn was_deleted(journal: &[JournalEntry], arn: &str, id: Option<&MaterialId>) -> bool {
    journal.iter().any(|entry| {
        entry.operation == "DeleteImportedKeyMaterial"
            && entry.key_arn.as_deref() == Some(arn)
            && material_of(&entry.detail).as_ref() == id
    })
}

fn with_arn<'a>(keys: &'a [KmsKey], arn: &str) -> Option<&'a KmsKey> {
    keys.iter().find(|key| {
        key.arn
            .as_ref()
            .is_some_and(|known| known.to_string() == arn)
    })
}

fn no_second_key(keys: &[KmsKey], journal: &[JournalEntry]) -> Result<(), Broken> {
    for entry in journal
        .iter()
        .filter(|entry| entry.operation == "CreateKey")
    {
        let arn = entry.key_arn.clone().unwrap_or_default();
        if with_arn(keys, &arn).is_none() {
            return Err(Broken::SecondKey(arn));
        }
    }
    Ok(())
}

/// For each operation and key, the log tells at least as many intents as AWS had effects.
async fn every_effect_is_audited(
    outside: &Outside,
    journal: &[JournalEntry],
) -> Result<(), Broken> {
    let leaves = outside
        .records
        .list_leaves(0, u32::MAX)
        .await
        .expect("memory answers");
    let mut told: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for record in &leaves {
        let entry: Value = serde_json::from_slice(&record.leaf.bytes).expect("a leaf is JSON");
        let Some(operation) = entry["aws_operation"].as_str() else {
            continue;
        };
        let counts = told.entry(operation.to_owned()).or_default();
        match entry["phase"].as_str() {
            Some("intent") => counts.0 += 1,
            _ => counts.1 += 1,
        }
    }
    let mut effects: BTreeMap<&str, u64> = BTreeMap::new();
    let is_ours = |entry: &&JournalEntry| entry.service == "kms" && !entry.request_id.is_empty();
    for entry in journal.iter().filter(is_ours) {
        *effects.entry(&entry.operation).or_default() += 1;
    }
    for (operation, count) in effects {
        let (intents, _) = told.get(operation).copied().unwrap_or_default();
        if intents < count {
            return Err(Broken::EffectWithoutAudit(format!(
                "{operation}: {count} effects, {intents} intents"
            )));
        }
    }
    Ok(())
}

/// Rotations happen once, and each KMS key holds each version once.
fn nothing_was_done_twice(
    keys: &[KmsKey],
    journal: &[JournalEntry],
    case: &Case,
) -> Result<(), Broken> {
    let rotations = journal
        .iter()
        .filter(|entry| entry.operation == "RotateKeyOnDemand")
        .count();
    if rotations > 1 {
        return Err(Broken::TwoEffects(format!(
            "{rotations} rotations on demand"
        )));
    }
    for key in keys {
        let wanted: BTreeSet<_> = key
            .intent
            .versions
            .iter()
            .map(|version| version.number)
            .collect();
        let bound: BTreeSet<_> = key.bindings.values().copied().collect();
        if !wanted.is_subset(&bound) {
            return Err(Broken::NotReached(format!(
                "{}: {wanted:?} wanted, {bound:?} held",
                case.scenario_name()
            )));
        }
    }
    Ok(())
}

impl Case {
    fn scenario_name(&self) -> String {
        format!("{:?}", self.scenario)
    }
}
