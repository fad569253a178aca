//! What is written when a run pauses or ends: the key as it was read, its life, and that of the key it replaced.

use jiff::Timestamp;
use keyferry_audit::Outcome;
use keyferry_domain::grant::WantedGrant;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::life::Life;
use keyferry_domain::operation;
use keyferry_engine::DriverError;
use keyferry_ports::records::{Change, Expect};

use crate::alerts;
use crate::log::Fact;

use super::outcome::audit_object;
use super::run::KmsKeyRun;

impl KmsKeyRun {
    /// The KMS key's row, if it changed.
    pub(super) fn key_change(&mut self) -> Vec<Change> {
        if !std::mem::take(&mut self.is_changed) {
            return Vec::new();
        }
        let expect = Expect::Revision(self.subject.key.revision);
        self.subject.key.revision += 1;
        vec![Change::PutKmsKey(self.subject.key.clone(), expect)]
    }

    /// What is written when the run pauses or ends: the key with what was read.
    pub(super) fn closing_records(&mut self) -> Vec<Change> {
        self.take_in();
        self.key_change()
    }

    fn take_in(&mut self) {
        if self.places.is_empty() {
            return;
        }
        let key = &mut self.subject.key;
        // Who answers was not asked: absence proves nothing here.
        key.observe(self.places.clone(), false);
        let given: Vec<WantedGrant> = key.intent.grants_to_give().cloned().collect();
        key.take_given_for_known(&given, &self.places);
        self.is_changed = true;
    }

    /// Whether the job leaves something as it is that is wanted otherwise.
    pub(super) fn is_part(&self) -> bool {
        self.subject.key.intent.is_partly_on(Some(self.job))
    }

    /// The intent is reached: the key's life goes on, and so does that of the key it replaced.
    pub(super) fn finish(&mut self, now: Timestamp) -> Vec<Change> {
        // Before what is fulfilled is cleared.
        self.take_in();
        let is_part = self.is_part();
        let reached = operation::reached(&self.subject.key.intent, Some(self.job));
        let key = &mut self.subject.key;
        if let operation::Change::Changed(intent) = reached {
            key.intent = intent;
            self.is_changed = true;
        }
        if !is_part && !key.former.is_empty() {
            key.former.clear();
            self.is_changed = true;
        }
        // What is to be deleted before it took over takes nothing over.
        let hand_over = match self.subject.key.intent.life {
            Life::Active => self.hand_over(now),
            _ => Vec::new(),
        };
        // It was chosen for this hand-over alone: whoever uses the former key again later keeps it.
        self.is_changed |= self.subject.key.handover.take().is_some();
        let mut records = self.key_change();
        records.extend(hand_over);
        let done = Fact::outcome(
            &self.subject.actor,
            "kms-key.converge",
            Outcome::Ok,
            audit_object(&self.subject.key),
            now,
        );
        records.push(
            done.job(self.job)
                .detail("life", self.subject.key.intent.life)
                .change(),
        );
        records
    }

    /// What was read last shows nothing that differs from what is wanted: nobody has to wait for the next sweep to see that.
    pub(super) async fn drift_is_over(&self, now: Timestamp) -> Result<Vec<Change>, DriverError> {
        let records = &self.driver.records;
        let open = records.open_alerts_on(self.subject.key.id.into()).await?;
        let over = open.iter().filter(|alert| alerts::ends_with_drift(alert));
        Ok(over.map(|alert| alerts::ended(alert, now)).collect())
    }

    /// Once the successor has the aliases, its predecessor is REPLACED, and becomes what was chosen for it.
    fn hand_over(&self, now: Timestamp) -> Vec<Change> {
        let Some(old_key) = self.subject.key.handover else {
            return Vec::new();
        };
        let Some(predecessor) = &self.subject.predecessor else {
            return Vec::new();
        };
        let mut former = predecessor.clone();
        // What was not proved by now is none of ours: nothing of it may be taken away.
        if former.is_binding() {
            former.unbind();
        }
        // What the vault could not give AWS again, or what is none of ours, is disabled at most.
        let is_spared = self.subject.spares_predecessor || former.intent.current.is_none();
        let old_key = match old_key {
            OldKey::Deactivate if is_spared => OldKey::Disable,
            chosen => chosen,
        };
        // Refused once it is REPLACED: then this was done before.
        let Ok(operation::Change::Changed(intent)) =
            operation::replace(&former.intent, old_key, now)
        else {
            return Vec::new();
        };
        if intent.versions.is_empty() && !former.intent.versions.is_empty() {
            former.held.clone_from(&former.intent.versions);
        }
        former.intent = intent;
        // What was wanted before a job that may still be cancelled had the aliases too.
        for wish in former.former.iter_mut().filter_map(|one| one.wish.as_mut()) {
            if let Ok(operation::Change::Changed(before)) =
                operation::replace(&wish.intent, old_key, now)
            {
                wish.intent = before;
            }
        }
        former.rotation_due = None;
        let expect = Expect::Revision(former.revision);
        let fact = Fact::outcome(
            &self.subject.actor,
            "kms-key.replace",
            Outcome::Ok,
            audit_object(&former),
            now,
        );
        vec![
            Change::PutKmsKey(former, expect),
            fact.job(self.job)
                .detail("successor", self.subject.key.id)
                .detail("old_key", old_key.as_str())
                .change(),
        ]
    }
}
