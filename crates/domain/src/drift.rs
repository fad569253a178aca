//! Drift: how AWS differs from an intent that nobody changed, told in people's words, and how bad it is.
//!
//! The plan of an unchanged intent is the drift. What is told here is read off that plan, so that nothing is called a
//! drift that no step would mend or no person is asked about, and nothing that would be mended goes untold.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::arn::Region;
use crate::grant::WantedGrant;
use crate::intent::Intent;
use crate::life::Life;
use crate::plan::{Blocked, Plan, WaitReason, Warning};
use crate::step::{ImportKind, Step};
use crate::validity::Validity;
use crate::version::VersionNumber;
use crate::view::{Grant, Place, View};

/// Days before an expiry at which people are told.
pub const EXPIRY_DAYS: [u32; 4] = [30, 14, 7, 1];

crate::words! {
    /// How bad it is.
    Severity {
        /// Good to know.
        Info = "info",
        /// Somebody should look.
        Warning = "warning",
        /// Data may be out of reach, now or soon.
        Critical = "critical",
    }
}

/// What is the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// Somebody else scheduled the deletion.
    DeletionScheduled,
    /// Somebody else cancelled the deletion that is wanted.
    DeletionCancelled,
    /// AWS does not know the KMS key.
    Gone,
    /// We may not read the KMS key.
    NoAccess,
    /// Somebody else disabled it.
    Disabled,
    /// Somebody else enabled it.
    Enabled,
    /// Material that it must hold is not there.
    MaterialMissing,
    /// Material is there that nobody wants there.
    MaterialPresent,
    /// Material that is not ours waits, is held or is current.
    MaterialForeign,
    /// Material expires at another time than wanted.
    ExpiryDiffers,
    /// Material expires soon.
    ExpiresSoon,
    /// A rotation that was begun is not finished.
    RotationUnfinished,
    /// Few rotations in place are left.
    RotationsLow,
    /// An alias is missing or points elsewhere.
    AliasDiffers,
    /// Tags differ.
    TagsDiffer,
    /// The description differs.
    DescriptionDiffers,
    /// The key policy differs.
    PolicyDiffers,
    /// Somebody was given a grant.
    GrantAdded,
    /// A replica is missing, cannot be reached, or another Region is primary.
    ReplicaDiffers,
    /// AWS's own rotation is set otherwise.
    NativeRotationDiffers,
    /// A principal that the key policy names no longer exists.
    PrincipalGone,
    /// Something else keeps the KMS key from what is wanted.
    Blocked,
}

use FindingKind as Kind;
use Severity::{Critical, Info};

impl FindingKind {
    /// Every kind with its word (`drift.…`, stable), severity and sentence.
    pub const ALL: &'static [(Self, &'static str, Severity, &'static str)] = &[
        (
            Kind::DeletionScheduled,
            "drift.deletion-scheduled",
            Critical,
            "deletion is scheduled, and nobody here asked for it",
        ),
        (
            Kind::DeletionCancelled,
            "drift.deletion-cancelled",
            Severity::Warning,
            "the scheduled deletion was cancelled elsewhere",
        ),
        (
            Kind::Gone,
            "drift.gone",
            Critical,
            "AWS does not know the KMS key",
        ),
        (
            Kind::NoAccess,
            "drift.no-access",
            Severity::Warning,
            "Keyferry may not read the KMS key",
        ),
        (
            Kind::Disabled,
            "drift.disabled",
            Critical,
            "the KMS key was disabled elsewhere",
        ),
        (
            Kind::Enabled,
            "drift.enabled",
            Severity::Warning,
            "the KMS key was enabled elsewhere",
        ),
        (
            Kind::MaterialMissing,
            "drift.material-missing",
            Critical,
            "key material that the KMS key must hold is not there",
        ),
        (
            Kind::MaterialPresent,
            "drift.material-present",
            Severity::Warning,
            "the KMS key holds key material, and shall hold none",
        ),
        (
            Kind::MaterialForeign,
            "drift.material-foreign",
            Critical,
            "key material that is not Keyferry's is in the KMS key",
        ),
        (
            Kind::ExpiryDiffers,
            "drift.expiry",
            Severity::Warning,
            "key material expires at another time than wanted",
        ),
        (
            Kind::ExpiresSoon,
            "expiry.soon",
            Severity::Warning,
            "key material expires soon",
        ),
        (
            Kind::RotationUnfinished,
            "drift.rotation-unfinished",
            Severity::Warning,
            "a rotation in place was begun and not finished",
        ),
        (
            Kind::RotationsLow,
            "rotation.few-left",
            Severity::Warning,
            "few rotations in place are left in the life of the KMS key",
        ),
        (
            Kind::AliasDiffers,
            "drift.alias",
            Severity::Warning,
            "an alias is missing or points elsewhere",
        ),
        (
            Kind::TagsDiffer,
            "drift.tags",
            Severity::Warning,
            "tags were changed elsewhere",
        ),
        (
            Kind::DescriptionDiffers,
            "drift.description",
            Info,
            "the description was changed elsewhere",
        ),
        (
            Kind::PolicyDiffers,
            "drift.policy",
            Severity::Warning,
            "the key policy was changed elsewhere",
        ),
        (
            Kind::GrantAdded,
            "drift.grant",
            Severity::Warning,
            "a grant was made elsewhere",
        ),
        (
            Kind::ReplicaDiffers,
            "drift.replica",
            Severity::Warning,
            "a replica is missing, out of reach, or another Region is primary",
        ),
        (
            Kind::NativeRotationDiffers,
            "drift.native-rotation",
            Severity::Warning,
            "AWS's own rotation was changed elsewhere",
        ),
        (
            Kind::PrincipalGone,
            "drift.principal-gone",
            Severity::Warning,
            "a principal in the key policy no longer exists",
        ),
        (
            Kind::Blocked,
            "drift.blocked",
            Severity::Warning,
            "something keeps the KMS key from what is wanted",
        ),
    ];

    fn row(self) -> Option<&'static (Self, &'static str, Severity, &'static str)> {
        Self::ALL.iter().find(|row| row.0 == self)
    }

    /// The word.
    pub fn as_str(self) -> &'static str {
        self.row().map_or("", |row| row.1)
    }

    /// Whether AWS shows something else than what is wanted. New grants and principals that are gone do not contradict
    /// the intent: they are for people to judge.
    pub fn differs_from_intent(self) -> bool {
        let is_for_people = matches!(self, Self::GrantAdded | Self::PrincipalGone);
        self.as_str().starts_with("drift.") && !is_for_people
    }

    /// How bad it is.
    pub fn severity(self) -> Severity {
        self.row().map_or(Severity::Warning, |row| row.2)
    }

    /// One sentence.
    pub fn sentence(self) -> &'static str {
        self.row().map_or("", |row| row.3)
    }

    /// The kind that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == word).map(|row| row.0)
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What is the matter.
    pub kind: FindingKind,
    /// Where; `None` is everywhere, or nowhere in particular.
    pub region: Option<Region>,
    /// Particulars: the alias, the version, the days left, the code of what blocks. Empty where there are none.
    pub detail: String,
}

/// What differs, given the plan of the intent as it is. `plan` is that of the view with our own recent effects laid
/// over it ([`plan_settled`](crate::planner::plan_settled)), so that our own writes are no drift.
///
/// Empty for KMS keys that are being made or are no longer managed.
pub fn findings(intent: &Intent, view: &View, plan: &Plan, now: Timestamp) -> BTreeSet<Finding> {
    if matches!(
        intent.life,
        Life::Provisioning | Life::Deleted | Life::Released
    ) {
        return BTreeSet::new();
    }
    // What is claimed to be ours is being proved: that is asked for, and no difference.
    let proofs = |step: &&Step| !(view.is_binding && matches!(step, Step::ImportMaterial { .. }));
    let steps = plan.steps().iter().filter(proofs);
    let steps = steps.filter_map(|step| of_step(view, step));
    let mut found: BTreeSet<Finding> = steps.collect();
    found.extend(plan.blocked().and_then(of_blocked));
    if plan.waits_for() == Some(WaitReason::Unreadable) {
        found.insert(nowhere(Kind::NoAccess, String::new()));
    }
    found.extend(plan.warnings.iter().filter_map(of_warning));
    found.extend(expiring(intent, view, now));
    found
}

/// Whether all that differs is among the findings. Behind what is waited for there may be more: then nothing that was
/// found before is known to be over. A wanted deletion that runs hides nothing, because nothing else is wanted.
pub fn is_all_told(plan: &Plan) -> bool {
    matches!(
        plan.waits_for(),
        None | Some(WaitReason::ReplicaDeletion | WaitReason::DeletionPending)
    )
}

fn nowhere(kind: FindingKind, detail: String) -> Finding {
    Finding {
        kind,
        region: None,
        detail,
    }
}

/// What is to be done about grants is no difference: it was asked for, and the job tells of it.
fn of_step(view: &View, step: &Step) -> Option<Finding> {
    let (kind, detail) = match step {
        Step::CreateKmsKey { .. } => (Kind::Gone, String::new()),
        Step::ReplicateKmsKey { to, .. } | Step::UpdatePrimaryRegion { to, .. } => {
            (Kind::ReplicaDiffers, to.to_string())
        }
        Step::Tag { tags, .. } => {
            let keys: Vec<&str> = tags.keys().map(String::as_str).collect();
            (Kind::TagsDiffer, keys.join(", "))
        }
        Step::Untag { keys, .. } => (Kind::TagsDiffer, keys.join(", ")),
        Step::PutPolicy { .. } => (Kind::PolicyDiffers, String::new()),
        Step::ImportMaterial {
            kind: ImportKind::Rotate,
            version,
            ..
        } => (Kind::RotationUnfinished, version.to_string()),
        // To import into it again is to ask whether it is ours: so far only a description says so, and anybody writes one.
        Step::ImportMaterial {
            kind: ImportKind::Again { material: Some(id) },
            ..
        } if !view.bindings.contains_key(id) => (Kind::MaterialForeign, id.to_string()),
        Step::ImportMaterial {
            region, version, ..
        } => {
            let kind = if holds(view, region, *version) {
                Kind::ExpiryDiffers
            } else {
                Kind::MaterialMissing
            };
            (kind, version.to_string())
        }
        Step::RotateOnDemand { .. } => (Kind::RotationUnfinished, String::new()),
        Step::DeleteMaterial { .. } => (Kind::MaterialPresent, String::new()),
        Step::SetDescription { .. } => (Kind::DescriptionDiffers, String::new()),
        Step::Enable { .. } => (Kind::Disabled, String::new()),
        Step::Disable { .. } => (Kind::Enabled, String::new()),
        Step::CreateAlias { alias, .. }
        | Step::MoveAlias { alias, .. }
        | Step::DeleteAlias { alias, .. } => (Kind::AliasDiffers, alias.to_string()),
        Step::CreateGrant { .. } | Step::RetireGrant { .. } | Step::RevokeGrant { .. } => {
            return None;
        }
        Step::ScheduleDeletion { .. } => (Kind::DeletionCancelled, String::new()),
        Step::CancelDeletion { .. } => (Kind::DeletionScheduled, String::new()),
        Step::SetNativeRotation { .. } => (Kind::NativeRotationDiffers, String::new()),
    };
    Some(Finding {
        kind,
        region: Some(step.region().clone()),
        detail,
    })
}

/// Whether the bytes of a version are there: then an import only renews.
fn holds(view: &View, region: &Region, version: VersionNumber) -> bool {
    let Some(place) = view.places.get(region) else {
        return false;
    };
    match place.materials.value() {
        Some(materials) => materials.iter().any(|material| {
            material.is_present && view.bindings.get(&material.id) == Some(&version)
        }),
        None => place
            .described
            .value()
            .is_some_and(|described| described.holds_material()),
    }
}

fn of_blocked(blocked: &Blocked) -> Option<Finding> {
    let code = blocked.code().to_owned();
    let found = match blocked {
        Blocked::ForeignDeletion => nowhere(Kind::DeletionScheduled, code),
        Blocked::Gone => nowhere(Kind::Gone, code),
        Blocked::NoCopyKept { version } => nowhere(Kind::MaterialMissing, version.to_string()),
        Blocked::ForeignPendingMaterial
        | Blocked::ForeignMaterial
        | Blocked::WrongCurrentMaterial => nowhere(Kind::MaterialForeign, code),
        Blocked::ForeignAlias { alias, .. } => nowhere(Kind::AliasDiffers, alias.to_string()),
        Blocked::ReplicaUnreachable { region } => Finding {
            kind: Kind::ReplicaDiffers,
            region: Some(region.clone()),
            detail: code,
        },
        Blocked::GrantDiffers { .. } | Blocked::GrantNeedsEnabled { .. } => return None,
        // Only where it is wanted disabled: elsewhere the plan enables it.
        Blocked::PrimaryDisabled
        | Blocked::NotImportable
        | Blocked::RotationsUsed
        | Blocked::PolicyLocksUsOut
        | Blocked::SeveralCandidates { .. }
        | Blocked::ForgedCandidate { .. }
        | Blocked::WrongShape
        | Blocked::ChinaPartition
        | Blocked::RotationInPlaceImpossible => nowhere(Kind::Blocked, code),
    };
    Some(found)
}

fn of_warning(warning: &Warning) -> Option<Finding> {
    match warning {
        Warning::RotationsLeft(left) => Some(nowhere(Kind::RotationsLow, left.to_string())),
        Warning::GrantsStay(_)
        | Warning::BecomesUnusable
        | Warning::NoCopyKept
        | Warning::ErasesMaterial(_)
        | Warning::FormerEnds(_)
        | Warning::Unreadable(_) => None,
    }
}

/// Grants that a former observation did not show, and that nobody wants given here. What could not be read then or now tells
/// nothing.
pub fn new_grants(
    before: &BTreeMap<Region, Place>,
    after: &BTreeMap<Region, Place>,
    wanted: &[WantedGrant],
) -> Vec<Finding> {
    let mut found = Vec::new();
    for (region, place) in after {
        let known = before.get(region).and_then(|place| place.grants.value());
        let (Some(known), Some(grants)) = (known, place.grants.value()) else {
            continue;
        };
        let is_known = |grant: &&Grant| known.iter().any(|one| one.id == grant.id);
        let is_ours = |grant: &&Grant| wanted.iter().any(|one| one.is_shown_by(grant));
        let added = grants.iter().filter(|one| !is_known(one) && !is_ours(one));
        found.extend(added.map(|grant| Finding {
            kind: Kind::GrantAdded,
            region: Some(region.clone()),
            detail: format!("{} to {}", grant.id, grant.grantee),
        }));
    }
    found
}

/// Versions that are let lapse, or whose renewal is overdue, by the days that are left: one finding per threshold.
fn expiring(intent: &Intent, view: &View, now: Timestamp) -> Vec<Finding> {
    let ends = intent.versions.iter().filter_map(|wanted| {
        let shown = earliest_end(view, wanted.number);
        let end = match (wanted.validity, shown) {
            (Validity::Until(wanted), Some(shown)) => wanted.min(shown),
            (Validity::Until(end), None) | (Validity::Permanent, Some(end)) => end,
            (Validity::Permanent, None) => return None,
        };
        Some((wanted.number, end))
    });
    ends.filter(|(_, end)| *end > now)
        .filter_map(|(version, end)| {
            let left = end.duration_since(now);
            let days = EXPIRY_DAYS
                .into_iter()
                .filter(|days| left <= SignedDuration::from_hours(i64::from(*days) * 24))
                .min()?;
            Some(nowhere(
                Kind::ExpiresSoon,
                format!("version {version} within {days} days"),
            ))
        })
        .collect()
}

/// When AWS first drops a version, in any place.
fn earliest_end(view: &View, version: VersionNumber) -> Option<Timestamp> {
    let end_in = |place: &Place| match place.materials.value() {
        Some(materials) => materials
            .iter()
            .filter(|material| view.bindings.get(&material.id) == Some(&version))
            .filter_map(|material| material.valid_to)
            .min(),
        None => place.described.value()?.expiration.end(),
    };
    view.places.values().filter_map(end_in).min()
}
