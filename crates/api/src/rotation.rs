//! When keys rotate by themselves, and how.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::kms_key::{OldKey, RotationMethod};
use crate::page::page;

words! {
    /// What happens once AWS's 25 rotations in place of a KMS key's life are used.
    AtBudget {
        /// The schedule goes on by new key.
        SwitchMethod = "switch-method",
        /// The schedule stops, and says so.
        Block = "block",
    }
}

/// A rotation schedule. `every` or `cron` says when; all else is usual unless given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotationRequest {
    /// A period such as `90d`, `6mo`, `1y`; or `never`; or `inherit`: the rule of the keystore (for a keystore: of the
    /// connection) as it is now.
    pub every: Option<String>,
    /// Instead: five fields of cron, such as `0 3 1 * *`.
    pub cron: Option<String>,
    /// Not before: RFC 3339, or `DD-MM-YYYY HH:MM` in `time_zone`. With `every` also the first time.
    pub start: Option<String>,
    /// The IANA time zone in which days are counted; `UTC` unless given.
    pub time_zone: Option<String>,
    /// How; `new-key` unless given.
    pub method: Option<RotationMethod>,
    /// What becomes of the old KMS key; `keep-enabled` unless given.
    pub old_key: Option<OldKey>,
    /// What happens when no rotation in place is left; `switch-method` unless given.
    pub at_budget: Option<AtBudget>,
}

/// How a key gets new versions by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRotationRequest {
    /// When; its method and what follows count for the KMS keys that hold the key.
    #[serde(default)]
    pub schedule: RotationRequest,
    /// Whether the KMS keys that hold the key rotate with it.
    #[serde(default)]
    pub with_copies: bool,
    /// Whether the former versions are deactivated.
    #[serde(default)]
    pub deactivate_former: bool,
}

/// A rotation schedule as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RotationView {
    /// The period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<String>,
    /// Five fields of cron.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// Not before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub start: Option<String>,
    /// The time zone in which days are counted.
    pub time_zone: String,
    /// How.
    pub method: RotationMethod,
    /// What becomes of the old KMS key.
    pub old_key: OldKey,
    /// What happens when no rotation in place is left.
    pub at_budget: AtBudget,
    /// When it comes next; only on keys and KMS keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub next: Option<String>,
    /// Its next times, in its own time zone; only where it is tried (`dry_run`), or shown as one schedule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upcoming: Vec<String>,
}

/// How a key gets new versions by itself, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyRotationView {
    /// When and how.
    pub schedule: RotationView,
    /// Whether the KMS keys that hold the key rotate with it.
    pub with_copies: bool,
    /// Whether the former versions are deactivated.
    pub deactivate_former: bool,
}

words! {
    /// Which KMS keys rotate with their key.
    Copies {
        /// None: the key gets a new version, and nothing goes to AWS.
        None = "none",
        /// All that are ACTIVE.
        All = "all",
        /// Those that are chosen.
        Chosen = "chosen",
    }
}

/// Rotates a key in the vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateKeyRequest {
    /// Which KMS keys rotate with it.
    pub copies: Copies,
    /// The chosen ones: id, name, ARN or alias.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chosen: Vec<String>,
    /// How they rotate; `new-key` unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<RotationMethod>,
    /// What becomes of the old KMS keys; `keep-enabled` unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_key: Option<OldKey>,
    /// Keep the former versions active; they are deactivated unless given.
    #[serde(default)]
    pub keep_former_active: bool,
}

/// Something that rotates by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleView {
    /// What: `kms-key:ID` or `key:ID`.
    pub subject: String,
    /// Its name.
    pub name: String,
    /// The keystore of a KMS key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keystore: Option<String>,
    /// When it last rotated, or else was made.
    #[schema(format = DateTime)]
    pub last: String,
    /// The rule, with its next time; a time that was put off is the next try.
    pub rule: RotationView,
    /// Of a key: whether the KMS keys that hold it rotate with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_copies: Option<bool>,
    /// Since when its rotation is refused; an alert says why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub refused_since: Option<String>,
}

page! {
    /// A page of schedules, by their next time.
    SchedulePage of ScheduleView
}

/// Which schedules.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ScheduleQuery {
    /// Rows at most, 1 to 1000; 100 unless given.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}
