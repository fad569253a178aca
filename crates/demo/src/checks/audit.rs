//! Whether the audit log tells everything that happened in AWS by our hand, and was not touched.

use std::collections::BTreeMap;

use keyferry_audit::{
    Entry, Finding, Hash, Outcome, Phase, RecordedLeaf, inclusion_proof, root_of, verify_inclusion,
    verify_leaves,
};
use keyferry_ports::records::{AuditRecord, AuditRecords as _};
use kms_sim::JournalEntry;

use super::Found;
use crate::error::{Why, ensure};
use crate::landscape::{KEYFERRY_USER, PRODUCTION};
use crate::rig::Rig;

/// Leaves read at a time.
const PAGE: u32 = 1_000;

pub(super) async fn complete(rig: &Rig) -> Found {
    let ours = format!("arn:aws:iam::{PRODUCTION}:user/{KEYFERRY_USER}");
    is_complete(&leaves(rig).await?, &rig.simulator().journal(), &ours)
}

/// The whole log.
pub async fn leaves(rig: &Rig) -> Result<Vec<AuditRecord>, Why> {
    let mut leaves = Vec::new();
    loop {
        let from = leaves.len() as u64;
        let page = rig.records().list_leaves(from, PAGE).await?;
        if page.is_empty() {
            return Ok(leaves);
        }
        leaves.extend(page);
    }
}

/// Every leaf is what it was when it was appended and is in the tree; every effect that AWS saw from the caller
/// `ours` has an entry before it and one after it.
pub fn is_complete(leaves: &[AuditRecord], journal: &[JournalEntry], ours: &str) -> Found {
    let root = verify(leaves)?;
    let told = Told::of(leaves)?;
    let is_effect = |event: &&JournalEntry| {
        event.service == "kms"
            && event.write
            && event.caller == ours
            && !event.request_id.is_empty()
    };
    let effects: Vec<&JournalEntry> = journal.iter().filter(is_effect).collect();
    ensure(!effects.is_empty(), || {
        "AWS saw no effect of ours".to_owned()
    })?;
    told.covers(&effects)?;
    Ok(format!(
        "{} effects in AWS, each with intent and outcome; {} leaves verify, root {root}",
        effects.len(),
        leaves.len()
    ))
}

/// Compares every leaf with its hash, and proves that each is in the tree.
fn verify(leaves: &[AuditRecord]) -> Result<Hash, Why> {
    let recorded = leaves.iter().map(|record| RecordedLeaf {
        index: record.index,
        bytes: record.leaf.bytes.clone(),
        hash: Hash::from_bytes(record.leaf.hash),
    });
    let findings: Vec<Finding> = verify_leaves(recorded, &[]);
    ensure(findings.is_empty(), || {
        format!("the log was changed: {findings:?}")
    })?;
    let hashes: Vec<Hash> = leaves
        .iter()
        .map(|record| Hash::from_bytes(record.leaf.hash))
        .collect();
    let root = root_of(&hashes);
    for (index, hash) in (0u64..).zip(&hashes) {
        let proof = inclusion_proof(&hashes, index)
            .ok_or_else(|| Why::new(format!("leaf {index} has no proof")))?;
        verify_inclusion(hash, index, hashes.len() as u64, &proof, &root)?;
    }
    Ok(root)
}

/// What the log tells of AWS operations: by operation and KMS key.
#[derive(Default)]
struct Told {
    /// Entries of attempts, in the order of the log.
    intents: Vec<Entry>,
    outcomes: Vec<Entry>,
}

impl Told {
    fn of(leaves: &[AuditRecord]) -> Result<Self, Why> {
        let mut told = Self::default();
        for record in leaves {
            let entry = Entry::from_leaf_bytes(&record.leaf.bytes)?;
            if entry.aws_operation.is_none() {
                continue;
            }
            match entry.phase {
                Phase::Intent => told.intents.push(entry),
                Phase::Outcome(_) => told.outcomes.push(entry),
            }
        }
        Ok(told)
    }

    /// Finds intent and outcome of each effect. An outcome names AWS's request, unless no answer came: those are
    /// counted, per operation.
    fn covers(&self, effects: &[&JournalEntry]) -> Result<(), Why> {
        let mut unanswered: BTreeMap<&str, usize> = BTreeMap::new();
        for effect in effects {
            let by_request = self
                .outcomes
                .iter()
                .find(|outcome| outcome.aws_request_id.as_deref() == Some(&effect.request_id));
            match by_request {
                Some(outcome) => self.check_answered(effect, outcome)?,
                None => *unanswered.entry(&effect.operation).or_default() += 1,
            }
        }
        for (operation, count) in unanswered {
            self.check_unanswered(operation, count)?;
        }
        self.check_every_intent_ended()
    }

    fn check_answered(&self, effect: &JournalEntry, outcome: &Entry) -> Result<(), Why> {
        let told = outcome.aws_operation.as_deref();
        ensure(told == Some(&effect.operation), || {
            format!(
                "the log calls the {} {} a {told:?}",
                effect.operation, effect.request_id
            )
        })?;
        ensure(!is_refused(outcome), || {
            format!(
                "the log says that AWS refused {} {}",
                effect.operation, effect.request_id
            )
        })?;
        let is_before =
            |intent: &&Entry| is_same_act(intent, outcome) && intent.time_micros <= effect.time;
        ensure(self.intents.iter().any(|intent| is_before(&intent)), || {
            format!(
                "{} {} has no intent before it",
                effect.operation, effect.request_id
            )
        })
    }

    fn check_unanswered(&self, operation: &str, count: usize) -> Result<(), Why> {
        let may_tell_of_it = |outcome: &&Entry| {
            outcome.aws_operation.as_deref() == Some(operation)
                && outcome.aws_request_id.is_none()
                && !is_refused(outcome)
        };
        let told = self.outcomes.iter().filter(may_tell_of_it).count();
        ensure(told >= count, || {
            format!(
                "{count} {operation} took effect whose request no outcome names, and {told} outcomes tell \
                 of one without an answer"
            )
        })
    }

    /// As many outcomes as intents, for each act.
    fn check_every_intent_ended(&self) -> Result<(), Why> {
        for intent in &self.intents {
            let is_same = |other: &&Entry| is_same_act(intent, other);
            let begun = self.intents.iter().filter(is_same).count();
            let ended = self.outcomes.iter().filter(is_same).count();
            ensure(ended >= begun, || {
                format!(
                    "{begun} times {} on {} is told as begun, {ended} times as ended",
                    intent.action, intent.object.name
                )
            })?;
        }
        Ok(())
    }
}

/// Whether two entries tell of the same step on the same KMS key by the same job.
fn is_same_act(one: &Entry, other: &Entry) -> bool {
    one.action == other.action
        && one.object.id == other.object.id
        && one.job_id == other.job_id
        && one.aws_operation == other.aws_operation
}

fn is_refused(entry: &Entry) -> bool {
    entry.phase == Phase::Outcome(Outcome::Refused)
}
