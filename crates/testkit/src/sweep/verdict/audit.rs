//! Whether the audit log tells every effect that AWS saw by our hand: an intent before it, its outcome after it.

use keyferry_audit::{Entry, Hash, Outcome, Phase, RecordedLeaf, verify_leaves};
use keyferry_domain::kms_key::KmsKey;
use keyferry_ports::records::{AllRecords, AuditRecord};
use kms_sim::JournalEntry;

use super::Broken;
use super::aws::is_of;
use crate::world::OURS;

/// Every effect that is not told, and a log that does not hold together.
pub(super) async fn untold(
    records: &dyn AllRecords,
    keys: &[KmsKey],
    journal: &[JournalEntry],
) -> Vec<Broken> {
    let leaves = records
        .list_leaves(0, 100_000)
        .await
        .expect("the records answer");
    let mut untold = altered(&leaves);
    let mut told = Told::of(&leaves);
    let is_effect = |event: &&JournalEntry| {
        matches!(event.service.as_str(), "kms" | "iam")
            && event.write
            && event.caller == OURS
            && !event.request_id.is_empty()
    };
    for effect in journal.iter().filter(is_effect) {
        let arn = effect.key_arn.as_deref().unwrap_or_default();
        // A KMS key that was released and bound again has two records.
        let of_this = keys.iter().filter(|key| is_of(key, arn));
        let objects: Vec<String> = of_this.map(|key| key.id.to_string()).collect();
        untold.extend(told.strike_out(effect, &objects).err());
    }
    untold.into_iter().map(Broken::EffectWithoutAudit).collect()
}

/// Leaves that are not what their hashes say.
fn altered(leaves: &[AuditRecord]) -> Vec<String> {
    let recorded = leaves.iter().map(|record| RecordedLeaf {
        index: record.index,
        bytes: record.leaf.bytes.clone(),
        hash: Hash::from_bytes(record.leaf.hash),
    });
    let findings = verify_leaves(recorded, &[]);
    findings
        .iter()
        .map(|finding| format!("{finding:?}"))
        .collect()
}

/// Entries of AWS operations that no effect has claimed yet, in the order of the log.
struct Told {
    intents: Vec<Entry>,
    outcomes: Vec<Entry>,
}

impl Told {
    fn of(leaves: &[AuditRecord]) -> Self {
        let entries = leaves
            .iter()
            .filter_map(|record| Entry::from_leaf_bytes(&record.leaf.bytes).ok())
            .filter(|entry| entry.aws_operation.is_some());
        let (intents, outcomes) = entries.partition(|entry| entry.phase == Phase::Intent);
        Self { intents, outcomes }
    }

    /// Claims intent and outcome of one effect; no other effect can have them. The outcome names AWS's request, or
    /// says that nobody knows; it never says that AWS refused. Its attempt was told before the effect.
    fn strike_out(&mut self, effect: &JournalEntry, objects: &[String]) -> Result<(), String> {
        let what = format!("{} {} on {objects:?}", effect.operation, effect.request_id);
        let is_about = |entry: &Entry| {
            entry.aws_operation.as_deref() == Some(&effect.operation)
                && (objects.is_empty() || objects.contains(&entry.object.id))
        };
        let intent_of = |outcome: &Entry, intents: &[Entry]| {
            intents.iter().position(|intent| {
                is_about(intent)
                    && intent.time_micros <= effect.time
                    && intent.attempt_id == outcome.attempt_id
            })
        };
        let is_named = |entry: &Entry| entry.aws_request_id.as_deref() == Some(&effect.request_id);
        let named = self.outcomes.iter().position(is_named);
        let found = named.or_else(|| {
            let may_tell = |entry: &Entry| {
                let is_open = entry.aws_request_id.is_none() && !is_refused(entry);
                is_open && is_about(entry) && intent_of(entry, &self.intents).is_some()
            };
            self.outcomes.iter().position(may_tell)
        });
        let found = found.ok_or_else(|| format!("{what} is not told"))?;
        let outcome = self.outcomes.remove(found);
        let intent = intent_of(&outcome, &self.intents);
        self.intents
            .remove(intent.ok_or_else(|| format!("{what} has no intent before it"))?);
        if is_about(&outcome) && !is_refused(&outcome) {
            return Ok(());
        }
        Err(format!("{what} is told otherwise: {outcome:?}"))
    }
}

fn is_refused(entry: &Entry) -> bool {
    entry.phase == Phase::Outcome(Outcome::Refused)
}
