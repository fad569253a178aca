//! When KMS keys rotate by themselves.

use jiff::Timestamp;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::operation::{self, RotationChoice};
use keyferry_domain::schedule::RotationSchedule;
use keyferry_ports::records::{Batch, Change, Expect};

use crate::action::Action;
use crate::actor::Actor;
use crate::connections::check_revision;
use crate::error::AppError;
use crate::log::{Fact, object};

use super::KmsKeys;
use super::stay::check_outlasts;

impl KmsKeys {
    /// Gives a KMS key another rotation schedule, or none, or its keystore's as it is now. Nothing in AWS changes.
    pub async fn set_rotation(
        &self,
        actor: &Actor,
        selector: &str,
        choice: RotationChoice,
        revision: Option<u64>,
    ) -> Result<KmsKey, AppError> {
        let permit = self.shared.permit(actor, Action::KmsKeyUpdate).await?;
        let before = self.find(&permit, selector).await?;
        check_revision("KMS key", revision, before.revision)?;
        let keystore = self.shared.keystore_of(before.keystore).await?;
        let inherited = keystore.template.rotation.as_ref();
        let mut after = self
            .with_schedule(before.clone(), choice, inherited)
            .await?;
        self.may_happen(actor, &before, &after).await?;
        let about = object("kms-key", after.id, &after.name);
        let rule = after.intent.rotation.as_ref();
        let rule = rule.map_or_else(|| "never".to_owned(), |rule| rule.recurrence.to_string());
        let now = self.shared.now();
        let fact = Fact::done(actor, Action::KmsKeyUpdate, about, now).detail("rotation", rule);
        let expect = Expect::Revision(after.revision);
        let batch = Batch::new()
            .with(Change::PutKmsKey(after.clone(), expect))
            .with(fact.change());
        self.shared.commit(batch).await?;
        after.revision += 1;
        Ok(after)
    }

    /// The KMS key with another schedule, and due by it.
    pub(super) async fn with_schedule(
        &self,
        before: KmsKey,
        choice: RotationChoice,
        inherited: Option<&RotationSchedule>,
    ) -> Result<KmsKey, AppError> {
        let change = operation::set_schedule(&before.intent, choice, inherited)?;
        let last = self.last_rotation(&before).await?;
        let mut after = KmsKey {
            intent: change.or(&before.intent),
            ..before
        }
        .due_after(last, self.shared.now());
        let rotation = after.intent.rotation.as_ref();
        check_outlasts(after.intent.valid_days, rotation, self.shared.now())?;
        // A job under way may still be cancelled: what is then wanted again rotates by the new rule, too.
        for former in &mut after.former {
            if let Some(wish) = &mut former.wish {
                wish.intent.rotation = after.intent.rotation.clone();
            }
        }
        Ok(after)
    }

    /// When the current version of its key was made; without a key, when the KMS key was.
    pub(crate) async fn last_rotation(&self, key: &KmsKey) -> Result<Timestamp, AppError> {
        let (Some(source), Some(current)) = (key.source, key.intent.current) else {
            return Ok(key.created_at);
        };
        let versions = self.shared.ports.records.list_versions(source).await?;
        let version = versions
            .iter()
            .find(|version| version.identity.version == current);
        Ok(version.map_or(key.created_at, |version| version.created_at))
    }
}
