//! Jobs that are cancelled: a wish of which nothing was sent is taken back, and of any other it is said that it stays.

use keyferry_audit::Outcome;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_engine::Cancelled;
use keyferry_ports::records::{AttemptState, Change, Expect, Records, Target};

use crate::action::Action;
use crate::log::Fact;

use super::KmsKeyDriver;
use super::outcome::audit_object;
use super::run::KmsKeyRun;

impl KmsKeyDriver {
    /// The records of a target that is cancelled before anything was sent.
    pub(super) async fn withdraw(&self, target: &Target) -> Records<Vec<Change>> {
        let Some(id) = target.subject.kms_key() else {
            return Ok(Vec::new());
        };
        let Some(mut key) = self.records.find_kms_key(id).await? else {
            return Ok(Vec::new());
        };
        let expect = Expect::Revision(key.revision);
        let mut gone = self.brought_for_nothing(target, &key).await?;
        if !key.withdraw(target.job) {
            return Ok(gone);
        }
        let predecessor = match key.predecessor {
            Some(id) => self.records.find_kms_key(id).await?,
            None => None,
        };
        let fact = Fact::outcome(
            "system",
            "kms-key.withdraw",
            Outcome::Ok,
            audit_object(&key),
            self.clock.now(),
        );
        let mut changes = vec![
            fact.job(target.job)
                .detail("life", key.intent.life)
                .change(),
        ];
        // The key leaves its name before the former one has it again.
        let free = unlinked(&key, predecessor.as_ref());
        changes.push(Change::PutKmsKey(key, expect));
        changes.extend(free);
        changes.append(&mut gone);
        Ok(changes)
    }

    /// What erases the material that the job brought without a copy to be kept: nothing of it went to AWS.
    async fn brought_for_nothing(&self, target: &Target, key: &KmsKey) -> Records<Vec<Change>> {
        let Some(source) = key.source else {
            return Ok(Vec::new());
        };
        let job = self.records.find_job(target.job).await?;
        if job.is_none_or(|job| job.kind != Action::KmsKeyImport.as_str()) {
            return Ok(Vec::new());
        }
        let versions = self.records.list_versions(source).await?;
        let passing = self.passing(source, versions).await?;
        let now = self.clock.now();
        let gone = passing.map(|passing| passing.erased("system", |_| true, now));
        Ok(gone.unwrap_or_default())
    }
}

impl KmsKeyRun {
    /// The records and the note of a target that is cancelled under way.
    pub(super) fn stop(&mut self) -> Cancelled {
        let key = &mut self.subject.key;
        let is_wished = key.is_wished_by(self.job);
        let took_effect = |state| state != AttemptState::Refused;
        if self
            .attempts
            .iter()
            .any(|attempt| took_effect(attempt.state))
            || !is_wished
        {
            return Cancelled {
                records: Vec::new(),
                note: is_wished.then(|| note_with_code(key)),
            };
        }
        let mut records = Vec::new();
        if key.withdraw(self.job) {
            let free = unlinked(key, self.subject.predecessor.as_ref());
            self.is_changed = true;
            records.extend(self.key_change());
            records.extend(free);
        }
        if let Some(passing) = self
            .subject
            .passing
            .as_ref()
            .filter(|_| self.subject.imports)
        {
            let now = self.driver.clock.now();
            records.extend(passing.erased("system", |_| true, now));
        }
        Cancelled {
            records,
            note: None,
        }
    }
}

/// A KMS key whose successor will not be made can be rotated again.
fn unlinked(key: &KmsKey, predecessor: Option<&KmsKey>) -> Option<Change> {
    let former = predecessor
        .filter(|former| key.intent.life == Life::Released && former.successor == Some(key.id))?;
    let expect = Expect::Revision(former.revision);
    let free = KmsKey {
        successor: None,
        ..former.clone()
    };
    Some(Change::PutKmsKey(free, expect))
}

/// What stays wanted after something was sent.
fn note_with_code(key: &KmsKey) -> (String, String) {
    let intent = &key.intent;
    let state = if intent.enabled {
        "enabled"
    } else {
        "disabled"
    };
    let versions: Vec<String> = intent
        .versions
        .iter()
        .map(|version| version.number.to_string())
        .collect();
    let versions = match versions.as_slice() {
        [] => "no material".to_owned(),
        some => format!("versions {}", some.join(", ")),
    };
    let why = format!(
        "something was sent before the job was cancelled, so what it asked for stays wanted: {}, {state}, {versions}; \
         ask for what you want instead, or finish it with `keyferry kms-key synchronize`",
        intent.life
    );
    ("job.wish-stays".to_owned(), why)
}
