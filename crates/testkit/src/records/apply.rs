//! Changes of configuration, keys, KMS keys and seals, each with its rules.

use keyferry_domain::arn::KmsKeyArn;
use keyferry_domain::connection::{Connection, LinkHealth};
use keyferry_domain::group::Group;
use keyferry_domain::id::{ConnectionId, KeyId, KeystoreId, KmsKeyId, SealId};
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::key_link::KeyLink;
use keyferry_domain::keystore::Keystore;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::records::{
    AuditLeaf, Batch, Change, Claim, Consent, Expect, ONLY_TRIED, Records, Seal, SealedKeyring,
};

use jiff::Timestamp;

use super::apply_work::TouchedJobs;
use super::state::{KmsKeyWord, State, conflict, ensure, ensure_seen, next_revision, whole_micros};

impl State {
    /// Applies a whole batch; on an error the caller rolls back.
    pub(super) fn apply(&mut self, batch: Batch) -> Records<()> {
        let mut touched = TouchedJobs::default();
        let is_trial = batch.is_trial;
        for claim in batch.claims() {
            match claim {
                Claim::Person(claim) => {
                    ensure(is_trial || claim.consent != Consent::Trial, ONLY_TRIED)?;
                    self.check_claim(&claim)?;
                    if let Consent::Approved(used) = claim.consent {
                        self.use_approval(used)?;
                    }
                }
                Claim::Application(claim) => self.check_application_claim(&claim)?,
            }
        }
        let about = self.about_before(&batch);
        for change in batch.changes {
            self.apply_change(change, &mut touched)?;
        }
        self.settle_jobs(touched);
        self.keep_groups(about)
    }

    fn apply_change(&mut self, change: Change, touched: &mut TouchedJobs) -> Records<()> {
        match change {
            Change::PutConnection(row, expect) => self.put_connection(row, expect),
            Change::DeleteConnection(id, expect) => self.delete_connection(id, expect),
            Change::PutGroup(row, expect) => self.put_group(row, expect),
            Change::DeleteGroup(id, expect) => self.delete_group(id, expect),
            Change::PutKeystore(row, expect) => self.put_keystore(row, expect),
            Change::DeleteKeystore(id, expect) => self.delete_keystore(id, expect),
            Change::PutKey(row, expect) => self.put_key(row, expect),
            Change::InsertKeyLink(row) => self.insert_key_link(row),
            Change::InsertVersion(row) => self.insert_version(row),
            Change::SetVersionState {
                key,
                version,
                from,
                to,
                at,
            } => self.set_version_state(key, version, (from, to), at),
            Change::SetDestruction {
                key,
                version,
                state,
                seen,
                due,
                announced,
            } => self.set_destruction((key, version), state, (seen, due, announced)),
            Change::DestroyVersion {
                key,
                version,
                from,
                why,
                at,
            } => self.destroy_version((key, version), from, why, at),
            Change::BringBackVersion {
                key,
                version,
                sealed,
                to,
                at,
            } => self.bring_back_version((key, version), sealed, to, at),
            Change::PutKmsKey(row, expect) => self.put_kms_key(row, expect),
            Change::DeleteKmsKey(id, expect) => self.delete_kms_key(id, expect),
            Change::PutSweep(row, expect) => self.put_sweep(row, expect),
            Change::PutFoundKey(row) => self.put_found_key(row),
            Change::DeleteFoundKey(arn) => {
                self.found_keys.remove(&arn);
                Ok(())
            }
            Change::PutAlert(row, expect) => self.put_alert(row, expect),
            Change::PutDestination(row, expect) => self.put_destination(row, expect),
            Change::DeleteDestination(id, expect) => self.delete_destination(id, expect),
            Change::PutDelivery(row) => self.put_delivery(row),
            Change::InsertJob(row) => self.insert_job(row, touched),
            Change::UpdateJob(row) => self.update_job(row, touched),
            Change::InsertTarget(row) => self.insert_target(row, touched),
            Change::UpdateTarget(row) => self.update_target(row, touched),
            Change::InsertAttempt(row, claim) => self.insert_attempt(row, &claim),
            Change::FinishAttempt(row) => self.finish_attempt(row),
            Change::AppendAudit(leaf) => self.append_leaf(leaf),
            Change::PutAuditDestination(row, expect) => self.put_audit_destination(row, expect),
            Change::DeleteAuditDestination(id, expect) => self.delete_audit_destination(id, expect),
            Change::InsertAuditKey(row) => self.insert_audit_key(row),
            Change::AppendCheckpoint(row, nodes) => self.append_checkpoint(row, nodes),
            Change::PutCheckpointNote { size, seen, note } => {
                self.put_checkpoint_note(size, &seen, note)
            }
            Change::PutUser(row, expect) => self.put_user(row, expect),
            Change::PutToken(row) => self.put_token(row),
            Change::InsertSession(row) => self.insert_session(row),
            Change::TouchSession(id, at) => self.touch_session(id, at),
            Change::ConfirmSession(id, at) => self.confirm_session(id, at),
            Change::DeleteSession(id) => {
                self.sessions.remove(&id);
                Ok(())
            }
            Change::PutSignInTries(row, expect) => self.put_sign_in_tries(row, expect),
            Change::DeleteSignInTries(name) => {
                self.sign_in_tries.remove(&name);
                Ok(())
            }
            Change::PruneSignInTries(before) => {
                self.prune_sign_in_tries(before);
                Ok(())
            }
            Change::PutApplication(row, expect) => self.put_application(row, expect),
            Change::DeleteApplication(id, expect) => self.delete_application(id, expect),
            Change::InsertApplicationKey(row) => self.insert_application_key(row),
            Change::ReplaceApplicationKey { id, by, expires_at } => {
                self.replace_application_key(id, by, expires_at)
            }
            Change::RevokeApplicationKey(id, at) => self.revoke_application_key(id, at),
            Change::InsertCertificate(row) => self.insert_certificate(row),
            Change::DeleteCertificate(id) => self.delete_certificate(id),
            Change::InsertSeal(row) => self.insert_seal(row),
            Change::InsertJobGroups { job, groups } => {
                ensure(self.jobs.has(&job), "job of the group")?;
                ensure(!self.job_groups.has(&job), "group of a job")?;
                self.job_groups.put(job, groups);
                Ok(())
            }
            Change::InsertAssignment { row, excluded } => self.insert_assignment(row, &excluded),
            Change::DeleteAssignment { id, keep_one } => self.delete_assignment(id, keep_one),
            Change::CheckCustomRoles(seen) => self.check_custom_roles(&seen),
            Change::CheckHolders { role, excluded } => self.check_holders(&role, &excluded),
            Change::PutCustomRole(row, expect) => self.put_custom_role(row, expect),
            Change::DeleteCustomRole(name, expect) => self.delete_custom_role(&name, expect),
            Change::PutAccessPolicy(row, expect) => self.put_access_policy(row, expect),
            Change::DeleteAccessPolicy(name, expect) => self.delete_access_policy(&name, expect),
            Change::PutSignInProvider(row, expect) => self.put_provider(row, expect),
            Change::DeleteSignInProvider(id, expect) => self.delete_provider(id, expect),
            Change::InsertSignInRule(row) => self.insert_rule(row),
            Change::DeleteSignInRule(id) => self.delete_rule(id),
            Change::InsertIdentity(row) => self.insert_identity(row),
            Change::BindIdentity { user, subject, at } => self.bind_identity(user, subject, at),
            Change::InsertSignInFlow(row) => self.insert_flow(row),
            Change::TakeSignInFlow(state) => self.take_flow(&state),
            Change::InsertSignInCode(row) => self.insert_code(row),
            Change::TakeSignInCode(hash) => self.take_code(&hash),
            Change::PruneSignInFlows(before) => {
                self.prune_flows(before);
                Ok(())
            }
            Change::TrimSignInFlows { begun_from, keep } => {
                self.trim_flows(begun_from.as_deref(), keep);
                Ok(())
            }
            Change::PutApprovalRule(row, expect) => self.put_approval_rule(row, expect),
            Change::DeleteApprovalRule(group, class, expect) => {
                self.delete_approval_rule((group, class), expect)
            }
            Change::PutCryptoPolicy(row, expect) => self.put_crypto_policy(row, expect),
            Change::DeleteCryptoPolicy(group, expect) => self.delete_crypto_policy(group, expect),
            Change::PutUsePeriod(row, expect) => self.put_use_period(*row, expect),
            Change::HoldUsePeriod(id, at) => self.hold_use_period(id, at),
            Change::PutApproval(row, expect) => self.put_approval(*row, expect),
            Change::InsertPreparation(row) => self.insert_preparation(row),
            Change::EndPreparation(id) => self.end_preparation(id),
            Change::PrunePreparations(at) => {
                self.end_preparations(|row| row.expires_at <= whole_micros(at));
                Ok(())
            }
            Change::DeleteSeal(id) => self.delete_seal(id),
            Change::PutKeyring(row, expect) => self.put_keyring(row, expect),
            Change::PutSetting { name, value } => {
                self.settings.put(name, value);
                Ok(())
            }
        }
    }

    fn put_connection(&mut self, mut row: Connection, expect: Expect) -> Records<()> {
        let found = self.connections.get(&row.id).map(|old| old.revision);
        row.revision = next_revision(expect, found, "connection revision")?;
        let is_taken = self
            .connections
            .rows()
            .any(|other| other.name == row.name && other.id != row.id);
        ensure(!is_taken, "connection name")?;
        row.created_at = whole_micros(row.created_at);
        row.access_key.since = row.access_key.since.map(whole_micros);
        row.access_key.due = row.access_key.due.map(whole_micros);
        row.updated_at = whole_micros(row.updated_at);
        match &mut row.health {
            LinkHealth::Unknown => {}
            LinkHealth::Connected { since } | LinkHealth::NotConnected { since, .. } => {
                *since = whole_micros(*since)
            }
        }
        self.connections.put(row.id, row);
        Ok(())
    }

    fn delete_connection(&mut self, id: ConnectionId, expect: Expect) -> Records<()> {
        let found = self.connections.get(&id).map(|old| old.revision);
        ensure_seen(expect, found, "connection revision")?;
        ensure(
            !self
                .keystores
                .rows()
                .any(|keystore| keystore.connection == id),
            "connection in use",
        )?;
        self.forget_fleet_of(id);
        self.connections.remove(&id);
        Ok(())
    }

    fn put_group(&mut self, mut row: Group, expect: Expect) -> Records<()> {
        let found = self.groups.get(&row.id).map(|old| old.revision);
        row.revision = next_revision(expect, found, "group revision")?;
        let is_taken = self
            .groups
            .rows()
            .any(|other| other.name == row.name && other.id != row.id);
        ensure(!is_taken, "group name")?;
        row.created_at = whole_micros(row.created_at);
        self.groups.put(row.id, row);
        Ok(())
    }

    fn put_keystore(&mut self, mut row: Keystore, expect: Expect) -> Records<()> {
        let found = self.keystores.get(&row.id).map(|old| old.revision);
        row.revision = next_revision(expect, found, "keystore revision")?;
        let is_taken = self
            .keystores
            .rows()
            .any(|other| other.name == row.name && other.id != row.id);
        ensure(!is_taken, "keystore name")?;
        ensure(
            self.connections.has(&row.connection),
            "connection of the keystore",
        )?;
        row.created_at = whole_micros(row.created_at);
        self.keystores.put(row.id, row);
        Ok(())
    }

    fn delete_keystore(&mut self, id: KeystoreId, expect: Expect) -> Records<()> {
        let found = self.keystores.get(&id).map(|old| old.revision);
        ensure_seen(expect, found, "keystore revision")?;
        let is_in_use = self.kms_keys.rows().any(|kms_key| {
            kms_key.keystore == id && !matches!(kms_key.intent.life, Life::Deleted | Life::Released)
        });
        ensure(!is_in_use, "keystore in use")?;
        self.keystores.remove(&id);
        Ok(())
    }

    fn put_key(&mut self, mut row: ManagedKey, expect: Expect) -> Records<()> {
        let found = self.keys.get(&row.id).map(|old| old.revision);
        row.revision = next_revision(expect, found, "key revision")?;
        let is_taken = self
            .keys
            .rows()
            .any(|other| other.name == row.name && other.group == row.group && other.id != row.id);
        ensure(!is_taken, "key name")?;
        row.created_at = whole_micros(row.created_at);
        row.rotation_due = row.rotation_due.map(whole_micros);
        self.keys.put(row.id, row);
        Ok(())
    }

    fn insert_key_link(&mut self, mut row: KeyLink) -> Records<()> {
        ensure(!self.key_links.has(&row.copy), "key link")?;
        ensure(self.keys.has(&row.source), "source of the copy")?;
        row.at = whole_micros(row.at);
        self.key_links.put(row.copy, row);
        Ok(())
    }

    fn insert_version(&mut self, mut row: KeyVersion) -> Records<()> {
        let place = (row.identity.key, row.identity.version);
        ensure(!self.versions.has(&place), "key version")?;
        ensure(self.keys.has(&row.identity.key), "key of the version")?;
        row.created_at = whole_micros(row.created_at);
        row.state_since = whole_micros(row.state_since);
        row.destroy_due = row.destroy_due.map(whole_micros);
        row.destroy_announced = row.destroy_announced.map(whole_micros);
        self.versions.put(place, row);
        Ok(())
    }

    fn set_version_state(
        &mut self,
        key: KeyId,
        version: VersionNumber,
        (from, to): (VersionState, VersionState),
        at: Timestamp,
    ) -> Records<()> {
        ensure(to != VersionState::Destroyed, "key version state")?;
        let Some(found) = self
            .versions
            .get(&(key, version))
            .filter(|found| found.state == from)
        else {
            return conflict("key version state");
        };
        let row = KeyVersion {
            state: to,
            state_since: whole_micros(at),
            ..KeyVersion::clone(found)
        };
        self.versions.put((key, version), row);
        Ok(())
    }

    fn put_kms_key(&mut self, mut row: KmsKey, expect: Expect) -> Records<()> {
        let found = self.kms_keys.get(&row.id).map(|old| old.revision);
        row.revision = next_revision(expect, found, "kms key revision")?;
        let called = KmsKeyWord::Name(row.name.clone());
        let is_taken = row.holds_name()
            && self.kms_keys_with(called).any(|other| {
                other.holds_name() && other.keystore == row.keystore && other.id != row.id
            });
        ensure(!is_taken, "kms key name")?;
        if expect == Expect::New {
            ensure(self.keystores.has(&row.keystore), "keystore of the kms key")?;
            self.witness_first_intent(&row);
        }
        ensure(!self.is_managed_elsewhere(&row), "kms key arn")?;
        row.created_at = whole_micros(row.created_at);
        row.rotation_due = row.rotation_due.map(whole_micros);
        self.put_needs(&row)?;
        self.put_kms_key_row(row);
        Ok(())
    }

    /// Whether it shall be disabled from the beginning, as a KMS key is that it succeeds: nobody asks that of it later.
    fn witness_first_intent(&mut self, row: &KmsKey) {
        let former = row.predecessor.and_then(|id| self.kms_keys.get(&id));
        if !row.intent.enabled && former.is_none_or(|former| !former.intent.enabled) {
            self.made_disabled.put(row.id, ());
        }
    }

    /// Whether another row manages one of its ARNs.
    fn is_managed_elsewhere(&self, row: &KmsKey) -> bool {
        let is_held = |arn: &KmsKeyArn| {
            let mut others = self.kms_keys_with(KmsKeyWord::Arn(arn.clone()));
            others.any(|other| other.id != row.id && other.is_managed())
        };
        row.is_managed() && row.arns().any(is_held)
    }

    fn delete_kms_key(&mut self, id: KmsKeyId, expect: Expect) -> Records<()> {
        let found = self.kms_keys.get(&id).map(|old| old.revision);
        ensure_seen(expect, found, "kms key revision")?;
        self.keep_needs(id);
        self.remove_kms_key_words(id);
        self.kms_keys.remove(&id);
        Ok(())
    }

    fn append_leaf(&mut self, mut leaf: AuditLeaf) -> Records<()> {
        leaf.at = whole_micros(leaf.at);
        leaf.in_the_name_of = None;
        leaf.group = None;
        self.leaves.put(self.leaves.len() as u64, leaf);
        Ok(())
    }

    fn insert_seal(&mut self, mut row: Seal) -> Records<()> {
        ensure(!self.seals.has(&row.id), "seal")?;
        ensure(
            !self.seals.rows().any(|other| other.name == row.name),
            "seal name",
        )?;
        row.created_at = whole_micros(row.created_at);
        self.seals.put(row.id, row);
        Ok(())
    }

    fn delete_seal(&mut self, id: SealId) -> Records<()> {
        ensure(self.seals.has(&id), "seal")?;
        ensure(self.seals.len() > 1, "last seal")?;
        self.seals.remove(&id);
        Ok(())
    }

    fn put_keyring(&mut self, mut row: SealedKeyring, expect: Expect) -> Records<()> {
        let found = self.keyring.get(&()).map(|old| old.revision);
        row.revision = next_revision(expect, found, "keyring revision")?;
        self.keyring.put((), row);
        Ok(())
    }
}
