//! Writes: a batch is applied in one transaction, and tried again where nothing was written.

mod access;
mod application;
mod approval;
mod audit;
mod audit_destination;
mod audit_groups;
mod authority;
mod configuration;
mod delivery;
mod destruction;
mod fleet;
mod kms_key;
mod policy;
mod preparation;
mod provider;
mod together;
mod work;

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::arn::Lane;
use keyferry_ports::records::{
    Batch, Change, Claim, Commits, Consent, Expect, LaneLease, ONLY_TRIED, Records, RecordsError,
};

use crate::Database;
use crate::dialect::{Must, Transaction, Turn};
use crate::failure::{Failure, Kind, SqlError};
use crate::sql::{Statement, Value};

use audit_groups::{About, leaves_of};
pub(crate) use together::Queue;
use work::TouchedJobs;

/// How often a transaction is tried that others keep from committing, or whose connection had died. From the
/// second time on it is alone, so more are needed only where connections keep dying.
const TRIES: usize = 4;

#[async_trait]
impl Commits for Database {
    async fn commit(&self, batch: Batch) -> Records<()> {
        match batch.is_trial {
            true => self.commit_alone(&batch).await,
            false => self.commit_with_others(batch).await,
        }
    }

    async fn lease_lane(
        &self,
        lane: &Lane,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Records<Option<LaneLease>> {
        let lease = |turn| self.try_lease(turn, lane, owner, (now, until));
        let mut outcome = lease(Turn::WithOthers).await;
        for _ in 1..TRIES {
            let Err(Failure::Again(why)) = &outcome else {
                break;
            };
            tracing::debug!("a lease is tried again: {why}");
            outcome = lease(Turn::Alone).await;
        }
        Ok(outcome?)
    }
}

impl Database {
    /// Writes a batch in a transaction of its own.
    async fn commit_alone(&self, batch: &Batch) -> Records<()> {
        let mut outcome = self.try_commit(batch, Turn::WithOthers).await;
        for _ in 1..TRIES {
            let Err(Failure::Again(why)) = &outcome else {
                break;
            };
            tracing::debug!("a batch is tried again: {why}");
            outcome = self.try_commit(batch, Turn::Alone).await;
        }
        Ok(outcome?)
    }

    async fn try_commit(&self, batch: &Batch, turn: Turn) -> Result<(), Failure> {
        let mut writer = Writer::new(self.engine.begin(turn).await?);
        match writer.write_whole(batch).await {
            Ok(()) if batch.is_trial => Ok(writer.transaction.roll_back().await?),
            Ok(()) => finish(writer.transaction).await,
            Err(failure) => Err(take_back(writer.transaction, failure).await),
        }
    }

    async fn try_lease(
        &self,
        turn: Turn,
        lane: &Lane,
        owner: &str,
        (now, until): (Timestamp, Timestamp),
    ) -> Result<Option<LaneLease>, Failure> {
        let mut transaction = self.engine.begin(turn).await?;
        let shared = transaction.dialect().now;
        let times = match shared.filter(|_| !self.lease_times_as_given) {
            Some(sql) => work::LeaseTimes::Shared(sql, until.duration_since(now)),
            None => work::LeaseTimes::Given(now, until),
        };
        match work::lease_lane(&mut transaction, lane, owner, times).await {
            Ok(lease) => finish(transaction).await.map(|()| lease),
            Err(failure) => Err(take_back(transaction, failure).await),
        }
    }
}

/// Commits, and tells apart: written, not written, nobody knows.
async fn finish(transaction: Transaction) -> Result<(), Failure> {
    match transaction.commit().await {
        Ok(()) => Ok(()),
        Err(SqlError {
            kind: Kind::Busy,
            why,
        }) => Err(Failure::Again(why)),
        Err(SqlError { why, .. }) => {
            tracing::warn!("a commit was not confirmed: {why}");
            Err(Failure::Final(RecordsError::Unknown))
        }
    }
}

/// Ends a transaction in which something failed, and goes on with what did.
async fn take_back(transaction: Transaction, failure: Failure) -> Failure {
    if let Err(error) = transaction.roll_back().await {
        // Its connection is closed, so that the database takes it back.
        tracing::debug!("a transaction was not taken back: {}", error.why);
    }
    failure
}

/// A batch being applied.
struct Writer {
    transaction: Transaction,
    touched: TouchedJobs,
    /// Whether statements that must change or answer a row may wait for the next of which the answer is needed. What does not
    /// stand is then known later, and without what is said of it: all is taken back, and written again otherwise.
    is_hopeful: bool,
}

/// What is said when a row cannot be written: its id or revision is not as expected, another row has its
/// name, a row that it names is not there (or, for a removal, another row names it).
#[derive(Clone, Copy)]
struct Conflicts {
    seen: &'static str,
    taken: &'static str,
    reference: &'static str,
}

impl Writer {
    fn new(transaction: Transaction) -> Self {
        Self {
            transaction,
            touched: TouchedJobs::default(),
            is_hopeful: false,
        }
    }

    /// Writes a batch with what it tells; all but the commit.
    async fn write_whole(&mut self, batch: &Batch) -> Result<(), Failure> {
        let about = self.write(batch).await?;
        // Last, because this lock is held until the commit and all writers want it.
        let first = self.grow_log(leaves_of(batch).count()).await?;
        let told = self.tell(batch, about).await?;
        self.append_leaves(first, &told);
        Ok(self.transaction.settle().await?)
    }

    /// Checks what a batch is written by, and applies its changes, all but what it tells. Answers what was known of that
    /// before.
    async fn write(&mut self, batch: &Batch) -> Result<About, Failure> {
        for claim in batch.claims() {
            match claim {
                Claim::Person(claim) => {
                    if claim.consent == Consent::Trial && !batch.is_trial {
                        return Err(Failure::Conflict(ONLY_TRIED));
                    }
                    self.check_claim(claim).await?;
                    if let Consent::Approved(used) = claim.consent {
                        self.use_approval(used).await?;
                    }
                }
                Claim::Application(claim) => self.check_application_claim(claim).await?,
            }
        }
        let about = self.about_before(batch).await?;
        for change in &batch.changes {
            self.apply(change).await?;
        }
        self.settle_jobs().await?;
        Ok(about)
    }

    /// Forgets what was counted for a batch that was taken back.
    fn forget(&mut self) {
        self.touched = TouchedJobs::default();
    }

    async fn apply(&mut self, change: &Change) -> Result<(), Failure> {
        match change {
            Change::PutConnection(row, expect) => self.put_connection(row, *expect).await,
            Change::DeleteConnection(id, expect) => self.delete_connection(*id, *expect).await,
            Change::PutGroup(row, expect) => self.put_group(row, *expect).await,
            Change::DeleteGroup(id, expect) => self.delete_group(*id, *expect).await,
            Change::PutKeystore(row, expect) => self.put_keystore(row, *expect).await,
            Change::DeleteKeystore(id, expect) => self.delete_keystore(*id, *expect).await,
            Change::PutKey(row, expect) => self.put_key(row, *expect).await,
            Change::InsertKeyLink(row) => self.insert_key_link(row).await,
            Change::InsertVersion(row) => self.insert_version(row).await,
            Change::SetVersionState {
                key,
                version,
                from,
                to,
                at,
            } => {
                self.set_version_state((*key, *version), (*from, *to), *at)
                    .await
            }
            Change::SetDestruction {
                key,
                version,
                state,
                seen,
                due,
                announced,
            } => {
                let dates = (*seen, *due, *announced);
                self.set_destruction((*key, *version), *state, dates).await
            }
            Change::DestroyVersion {
                key,
                version,
                from,
                why,
                at,
            } => {
                self.destroy_version((*key, *version), *from, *why, *at)
                    .await
            }
            Change::BringBackVersion {
                key,
                version,
                sealed,
                to,
                at,
            } => {
                self.bring_back_version((*key, *version), sealed, *to, *at)
                    .await
            }
            Change::PutKmsKey(row, expect) => self.put_kms_key(row, *expect).await,
            Change::DeleteKmsKey(id, expect) => self.delete_kms_key(*id, *expect).await,
            Change::PutSweep(row, expect) => self.put_sweep(row, *expect).await,
            Change::PutFoundKey(row) => self.put_found_key(row).await,
            Change::DeleteFoundKey(arn) => self.delete_found_key(arn).await,
            Change::PutAlert(row, expect) => self.put_alert(row, *expect).await,
            Change::PutDestination(row, expect) => self.put_destination(row, *expect).await,
            Change::DeleteDestination(id, expect) => self.delete_destination(*id, *expect).await,
            Change::PutDelivery(row) => self.put_delivery(row).await,
            Change::InsertJob(row) => self.insert_job(row).await,
            Change::UpdateJob(row) => self.update_job(row).await,
            Change::InsertTarget(row) => self.insert_target(row).await,
            Change::UpdateTarget(row) => self.update_target(row).await,
            Change::InsertAttempt(row, claim) => self.insert_attempt(row, claim).await,
            Change::FinishAttempt(row) => self.finish_attempt(row).await,
            // All at once when the transaction ends.
            Change::AppendAudit(_) => Ok(()),
            Change::PutAuditDestination(row, expect) => {
                self.put_audit_destination(row, *expect).await
            }
            Change::DeleteAuditDestination(id, expect) => {
                self.delete_audit_destination(*id, *expect).await
            }
            Change::InsertAuditKey(row) => self.insert_audit_key(row).await,
            Change::AppendCheckpoint(row, nodes) => self.append_checkpoint(row, nodes).await,
            Change::PutCheckpointNote { size, seen, note } => {
                self.put_checkpoint_note(*size, seen, note).await
            }
            Change::PutUser(row, expect) => self.put_user(row, *expect).await,
            Change::PutToken(row) => self.put_token(row).await,
            Change::InsertSession(row) => self.insert_session(row).await,
            Change::TouchSession(id, at) => self.touch_session(*id, *at).await,
            Change::ConfirmSession(id, at) => self.confirm_session(*id, *at).await,
            Change::DeleteSession(id) => self.delete_session(*id).await,
            Change::PutSignInTries(row, expect) => self.put_sign_in_tries(row, *expect).await,
            Change::DeleteSignInTries(name) => self.delete_sign_in_tries(name).await,
            Change::PruneSignInTries(before) => self.prune_sign_in_tries(*before).await,
            Change::PutApplication(row, expect) => self.put_application(row, *expect).await,
            Change::DeleteApplication(id, expect) => self.delete_application(*id, *expect).await,
            Change::InsertApplicationKey(row) => self.insert_application_key(row).await,
            Change::ReplaceApplicationKey { id, by, expires_at } => {
                self.replace_application_key(*id, *by, *expires_at).await
            }
            Change::RevokeApplicationKey(id, at) => self.revoke_application_key(*id, *at).await,
            Change::InsertCertificate(row) => self.insert_certificate(row).await,
            Change::DeleteCertificate(id) => self.delete_certificate(*id).await,
            Change::InsertSeal(row) => self.insert_seal(row).await,
            Change::InsertJobGroups { job, groups } => self.insert_job_groups(*job, groups).await,
            Change::InsertAssignment { row, excluded } => {
                self.insert_assignment(row, excluded).await
            }
            Change::DeleteAssignment { id, keep_one } => {
                self.delete_assignment(*id, *keep_one).await
            }
            Change::CheckCustomRoles(seen) => self.check_custom_roles(seen).await,
            Change::CheckHolders { role, excluded } => self.check_holders(role, excluded).await,
            Change::PutCustomRole(row, expect) => self.put_custom_role(row, *expect).await,
            Change::DeleteCustomRole(name, expect) => self.delete_custom_role(name, *expect).await,
            Change::PutAccessPolicy(row, expect) => self.put_access_policy(row, *expect).await,
            Change::DeleteAccessPolicy(name, expect) => {
                self.delete_access_policy(name, *expect).await
            }
            Change::PutSignInProvider(row, expect) => self.put_provider(row, *expect).await,
            Change::DeleteSignInProvider(id, expect) => self.delete_provider(*id, *expect).await,
            Change::InsertSignInRule(row) => self.insert_rule(row).await,
            Change::DeleteSignInRule(id) => self.delete_rule(*id).await,
            Change::InsertIdentity(row) => self.insert_identity(row).await,
            Change::BindIdentity { user, subject, at } => {
                self.bind_identity(*user, subject, *at).await
            }
            Change::InsertSignInFlow(row) => self.insert_flow(row).await,
            Change::TakeSignInFlow(state) => self.take_flow(state).await,
            Change::InsertSignInCode(row) => self.insert_code(row).await,
            Change::TakeSignInCode(hash) => self.take_code(hash).await,
            Change::PruneSignInFlows(before) => self.prune_flows(*before).await,
            Change::TrimSignInFlows { begun_from, keep } => {
                self.trim_flows(begun_from.as_deref(), *keep).await
            }
            Change::PutApprovalRule(row, expect) => self.put_approval_rule(row, *expect).await,
            Change::DeleteApprovalRule(group, class, expect) => {
                self.delete_approval_rule(*group, *class, *expect).await
            }
            Change::PutCryptoPolicy(row, expect) => self.put_crypto_policy(row, *expect).await,
            Change::DeleteCryptoPolicy(group, expect) => {
                self.delete_crypto_policy(*group, *expect).await
            }
            Change::PutUsePeriod(row, expect) => self.put_use_period(row, *expect).await,
            Change::HoldUsePeriod(id, at) => self.hold_use_period(*id, *at).await,
            Change::PutApproval(row, expect) => self.put_approval(row, *expect).await,
            Change::InsertPreparation(row) => self.insert_preparation(row).await,
            Change::EndPreparation(id) => self.end_preparation(*id).await,
            Change::PrunePreparations(at) => self.prune_preparations(*at).await,
            Change::DeleteSeal(id) => self.delete_seal(*id).await,
            Change::PutKeyring(row, expect) => self.put_keyring(row, *expect).await,
            Change::PutSetting { name, value } => self.put_setting(name, value).await,
        }
    }

    /// Runs a statement that must change a row.
    async fn run(&mut self, statement: Statement, conflicts: Conflicts) -> Result<(), Failure> {
        if self.is_hopeful {
            self.transaction.later(statement, Must::Change);
            return Ok(());
        }
        match self.transaction.run(statement).await {
            Ok(0) => Err(Failure::Conflict(conflicts.seen)),
            Ok(_) => Ok(()),
            Err(SqlError {
                kind: Kind::Taken, ..
            }) => Err(Failure::Conflict(conflicts.taken)),
            Err(SqlError {
                kind: Kind::Reference,
                ..
            }) => Err(Failure::Conflict(conflicts.reference)),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a query answers a row.
    async fn has(&mut self, statement: Statement) -> Result<bool, Failure> {
        Ok(!self.transaction.fetch("row", statement).await?.is_empty())
    }

    /// Runs a query that must answer a row.
    async fn find(&mut self, statement: Statement, missing: &'static str) -> Result<(), Failure> {
        if self.is_hopeful {
            self.transaction.later(statement, Must::Answer);
            return Ok(());
        }
        match self.has(statement).await? {
            true => Ok(()),
            false => Err(Failure::Conflict(missing)),
        }
    }

    /// Adds a row whose first column is its key.
    async fn insert(
        &mut self,
        table: &str,
        columns: &[&str],
        values: Vec<Value>,
        conflicts: Conflicts,
    ) -> Result<(), Failure> {
        let key = columns.first().copied().unwrap_or_default();
        let statement = Statement::insert(table, columns, values)
            .then(&format!("ON CONFLICT ({key}) DO NOTHING"));
        self.run(statement, conflicts).await
    }

    /// Writes a row with a revision: `columns` begin with the key and end with `revision`, `values` are those
    /// of all columns but the revision.
    async fn put(
        &mut self,
        table: &str,
        columns: &[&str],
        mut values: Vec<Value>,
        expect: Expect,
        conflicts: Conflicts,
    ) -> Result<(), Failure> {
        let seen = match expect {
            Expect::New => {
                values.push(Value::count(1));
                return self.insert(table, columns, values, conflicts).await;
            }
            Expect::Revision(seen) => seen,
        };
        let marks: Vec<String> = columns
            .iter()
            .take(values.len())
            .enumerate()
            .skip(1)
            .map(|(place, column)| format!("{column} = ${}", place + 1))
            .collect();
        let key = columns.first().copied().unwrap_or_default();
        let sql = format!(
            "UPDATE {table} SET {}, revision = revision + 1 WHERE {key} = $1 AND revision = ${}",
            marks.join(", "),
            values.len() + 1,
        );
        values.push(Value::count(seen));
        self.run(Statement::new(sql, values), conflicts).await
    }

    /// Writes a row, new or not.
    async fn upsert(
        &mut self,
        table: &str,
        columns: &[&str],
        values: Vec<Value>,
        conflicts: Conflicts,
    ) -> Result<(), Failure> {
        let key = columns.first().copied().unwrap_or_default();
        let sets: Vec<String> = columns
            .iter()
            .skip(1)
            .map(|column| format!("{column} = excluded.{column}"))
            .collect();
        let statement = Statement::insert(table, columns, values).then(&format!(
            "ON CONFLICT ({key}) DO UPDATE SET {}",
            sets.join(", ")
        ));
        self.run(statement, conflicts).await
    }

    /// Removes a row with the revision that was seen.
    async fn delete(
        &mut self,
        table: &str,
        id: impl std::fmt::Display,
        expect: Expect,
        conflicts: Conflicts,
    ) -> Result<(), Failure> {
        let Expect::Revision(seen) = expect else {
            return Err(Failure::Conflict(conflicts.seen));
        };
        let sql = format!("DELETE FROM {table} WHERE id = $1 AND revision = $2");
        let values = vec![Value::text(id), Value::count(seen)];
        self.run(Statement::new(sql, values), conflicts).await
    }
}
