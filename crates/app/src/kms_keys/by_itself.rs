//! What a KMS key will do by itself once it was changed: whoever wants it needs the rights to do it at once.

use std::collections::BTreeSet;

use keyferry_domain::intent::WantedVersion;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::schedule::RotationSchedule;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::parts::Shared;
use crate::rights::Object;

use super::KmsKeys;

/// The actions that the change makes happen later without a person: an old key that is emptied by its schedule, and material
/// that ends sooner than before.
pub(super) fn consequences(before: &KmsKey, after: &KmsKey) -> BTreeSet<Action> {
    let mut actions = BTreeSet::new();
    let is_new_rule = after.intent.rotation != before.intent.rotation;
    let rule = after.intent.rotation.as_ref();
    if is_new_rule && rule.is_some_and(RotationSchedule::empties) {
        actions.insert(Action::KmsKeyDeactivate);
    }
    let ends_sooner = |before: &[WantedVersion], after: &[WantedVersion]| {
        let is_sooner = |now: &WantedVersion| {
            let was = before.iter().find(|one| one.number == now.number);
            was.is_some_and(|was| now.validity.ends_before(was.validity))
        };
        after.iter().any(is_sooner)
    };
    if ends_sooner(&before.intent.versions, &after.intent.versions)
        || ends_sooner(&before.held, &after.held)
    {
        actions.insert(Action::KmsKeyRemoveFromCloud);
    }
    actions
}

impl Shared {
    /// Refuses a schedule of a new KMS key, or of those that a keystore will have, that empties old KMS keys by itself, to
    /// whoever may not empty them.
    ///
    /// # Errors
    ///
    /// [`AppError::Denied`], [`ApprovalError::Needed`](crate::error::ApprovalError::Needed).
    pub(crate) async fn may_empty_by(
        &self,
        actor: &Actor,
        choice: &RotationChoice,
        of: &Object,
    ) -> Result<(), AppError> {
        match choice {
            RotationChoice::Own(rule) if rule.empties() => {
                let permit = self.permit(actor, Action::KmsKeyDeactivate).await?;
                permit.check(of)
            }
            // An inherited one was set by somebody who may.
            RotationChoice::Own(_) | RotationChoice::Inherit | RotationChoice::Never => Ok(()),
        }
    }
}

impl KmsKeys {
    /// Refuses a change that would do by itself what the actor may not do, or what needs consent.
    ///
    /// # Errors
    ///
    /// [`AppError::Denied`], [`ApprovalError::Needed`](crate::error::ApprovalError::Needed).
    pub(super) async fn may_happen(
        &self,
        actor: &Actor,
        before: &KmsKey,
        after: &KmsKey,
    ) -> Result<(), AppError> {
        for action in consequences(before, after) {
            let permit = self.shared.permit(actor, action).await?;
            permit.check(&Object::kms_key(before))?;
        }
        Ok(())
    }
}
