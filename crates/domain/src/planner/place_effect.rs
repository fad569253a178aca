//! What a step does to one place of a KMS key.

use jiff::Timestamp;

use crate::arn::MaterialId;
use crate::intent::{Intent, Origin};
use crate::step::Step;
use crate::tag::Tags;
use crate::view::{
    AliasTarget, Custody, Described, Expiration, Field, KeyState, MaterialState, MultiRegionRole,
    ObservedMaterial, Place, RotationStatus,
};

impl Place {
    /// A key that AWS has just made, with what the intent put into its creation.
    pub(super) fn become_new(
        &mut self,
        intent: &Intent,
        state: KeyState,
        multi_region: Option<MultiRegionRole>,
        at: Timestamp,
    ) {
        self.described = Field::Value(Described {
            state,
            shape: intent.shape,
            description: intent.description.clone(),
            current_material: None,
            expiration: Expiration::None,
            deletion_date: None,
            created_at: at,
            multi_region,
            custody: Custody::Customer,
        });
        let has_list = intent.shape.origin == Origin::External && intent.shape.spec.is_symmetric();
        self.materials = if has_list {
            Field::Value(Vec::new())
        } else {
            Field::Absent
        };
        self.tags = Field::Value(intent.tags.clone());
        self.policy = intent.policy.clone().map_or(Field::Absent, Field::Value);
        self.grants = Field::Value([].into());
        self.rotation = Field::Value(RotationStatus::default());
    }

    /// The effects that concern one place only.
    pub(super) fn apply(&mut self, step: &Step) {
        match step {
            Step::Tag { tags, .. } => self.change_tags(|old| old.extend(tags.clone())),
            Step::Untag { keys, .. } => {
                self.change_tags(|old| old.retain(|key, _| !keys.contains(key)));
            }
            Step::PutPolicy { policy, .. } => self.policy = Field::Value(policy.clone()),
            Step::SetDescription { description, .. } => {
                if let Field::Value(described) = &mut self.described {
                    described.description.clone_from(description);
                }
            }
            Step::Enable { .. } => self.becomes(&[KeyState::Disabled], KeyState::Enabled),
            Step::Disable { .. } => self.becomes(&[KeyState::Enabled], KeyState::Disabled),
            Step::CancelDeletion { .. } => self.cancel_deletion(),
            Step::CreateAlias { alias, .. } | Step::MoveAlias { alias, .. } => {
                if let Field::Value(aliases) = &mut self.aliases {
                    aliases.insert(alias.clone(), AliasTarget::This);
                } else if self.aliases == Field::Absent {
                    self.aliases = Field::Value([(alias.clone(), AliasTarget::This)].into());
                }
            }
            Step::DeleteAlias { alias, .. } => {
                if let Field::Value(aliases) = &mut self.aliases {
                    aliases.remove(alias);
                }
            }
            Step::CreateGrant { grant, .. } => {
                if let Field::Value(grants) = &mut self.grants
                    && !grants.iter().any(|found| grant.is_shown_by(found))
                {
                    grants.insert(grant.shown());
                }
            }
            Step::RetireGrant { grant, .. } | Step::RevokeGrant { grant, .. } => {
                if let Field::Value(grants) = &mut self.grants {
                    grants.retain(|found| found.id != *grant);
                }
            }
            Step::SetNativeRotation { period_days, .. } => match &mut self.rotation {
                Field::Value(status) => status.native_period_days = *period_days,
                Field::Absent => {
                    let native_period_days = *period_days;
                    self.rotation = Field::Value(RotationStatus {
                        native_period_days,
                        ..Default::default()
                    });
                }
                Field::Unreadable => {}
            },
            _ => {}
        }
    }

    fn change_tags(&mut self, change: impl FnOnce(&mut Tags)) {
        if self.tags == Field::Absent {
            self.tags = Field::Value(Tags::new());
        }
        if let Field::Value(tags) = &mut self.tags {
            change(tags);
        }
    }

    /// A cancelled deletion leaves a disabled key, or an empty one.
    fn cancel_deletion(&mut self) {
        let whole = match &self.materials {
            Field::Value(list) => is_whole(list),
            _ => self.described.value().is_some_and(|described| {
                described.shape.origin == Origin::AwsKms || described.expiration != Expiration::None
            }),
        };
        let to = if whole {
            KeyState::Disabled
        } else {
            KeyState::PendingImport
        };
        self.becomes(
            &[KeyState::PendingDeletion, KeyState::PendingReplicaDeletion],
            to,
        );
        if let Field::Value(described) = &mut self.described {
            described.deletion_date = None;
        }
    }

    /// A key whose last missing material came in becomes enabled.
    pub(super) fn completed(&mut self) {
        let whole = match &self.materials {
            Field::Value(list) => is_whole(list),
            Field::Absent | Field::Unreadable => true,
        };
        if whole {
            self.becomes(&[KeyState::PendingImport], KeyState::Enabled);
        }
        if let (Field::Value(described), Field::Value(list)) =
            (&mut self.described, &self.materials)
        {
            let current = list
                .iter()
                .find(|held| held.state == MaterialState::Current);
            described.current_material = current
                .map(|held| held.id.clone())
                .or(described.current_material.take());
        }
    }

    pub(super) fn becomes(&mut self, from: &[KeyState], to: KeyState) {
        if let Field::Value(described) = &mut self.described
            && from.contains(&described.state)
        {
            described.state = to;
        }
    }

    pub(super) fn expiration(&mut self, expiration: Expiration) {
        if let Field::Value(described) = &mut self.described {
            described.expiration = expiration;
        }
    }

    pub(super) fn pending(&self) -> Option<&ObservedMaterial> {
        self.materials
            .value()?
            .iter()
            .find(|held| !held.state.is_permanent())
    }

    pub(super) fn held_mut(&mut self, id: &MaterialId) -> Option<&mut ObservedMaterial> {
        match &mut self.materials {
            Field::Value(list) => list.iter_mut().find(|held| held.id == *id),
            Field::Absent | Field::Unreadable => None,
        }
    }
}

/// All permanent materials are there, and there is at least one.
fn is_whole(list: &[ObservedMaterial]) -> bool {
    let mut permanent = list
        .iter()
        .filter(|held| held.state.is_permanent())
        .peekable();
    permanent.peek().is_some() && permanent.all(|held| held.is_present)
}
