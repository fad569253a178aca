//! When keys rotate by themselves: the same options wherever a schedule is given.

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use keyferry_api::kms_key::{OldKey, RotationMethod};
use keyferry_api::rotation::{AtBudget, RotationRequest};

use super::{PageArgs, RunArgs};

fn words<T>(all: &'static [(T, &'static str)]) -> PossibleValuesParser {
    all.iter().map(|row| row.1).collect::<Vec<_>>().into()
}

/// A rotation schedule.
#[derive(Clone, Debug, Default, Args)]
pub struct RotationArgs {
    /// How often keys rotate: a number and d, w, mo or y, such as 90d; never; or inherit.
    #[arg(long, value_name = "PERIOD", help_heading = "Rotation")]
    pub rotate_every: Option<String>,
    /// Instead: five fields of cron, such as "0 3 1 * *".
    #[arg(
        long,
        value_name = "CRON",
        conflicts_with = "rotate_every",
        help_heading = "Rotation"
    )]
    pub rotate_at: Option<String>,
    /// Not before this time; with --rotate-every also the first one.
    #[arg(long, value_name = "TIME", help_heading = "Rotation")]
    pub rotate_from: Option<String>,
    /// The time zone in which days are counted, such as Europe/Berlin; UTC unless given.
    #[arg(long, value_name = "ZONE", help_heading = "Rotation")]
    pub rotation_zone: Option<String>,
    /// How keys rotate; by new key unless given.
    #[arg(long, value_name = "METHOD", value_parser = words(RotationMethod::ALL), help_heading = "Rotation")]
    pub rotation_method: Option<String>,
    /// What becomes of the old KMS key; it stays enabled unless given.
    #[arg(long, value_name = "WHAT", value_parser = words(OldKey::ALL), help_heading = "Rotation")]
    pub after_rotation: Option<String>,
    /// What happens when none of AWS's 25 rotations in place is left; by new key from then on unless given.
    #[arg(long, value_name = "WHAT", value_parser = words(AtBudget::ALL), help_heading = "Rotation")]
    pub at_rotation_limit: Option<String>,
}

impl RotationArgs {
    /// What the options say; nothing where none was given.
    pub(crate) fn request(self) -> Option<RotationRequest> {
        let request = RotationRequest {
            every: self.rotate_every,
            cron: self.rotate_at,
            start: self.rotate_from,
            time_zone: self.rotation_zone,
            method: self
                .rotation_method
                .as_deref()
                .and_then(RotationMethod::from_word),
            old_key: self.after_rotation.as_deref().and_then(OldKey::from_word),
            at_budget: self
                .at_rotation_limit
                .as_deref()
                .and_then(AtBudget::from_word),
        };
        (request != RotationRequest::default()).then_some(request)
    }
}

/// How many KMS keys rotate together.
#[derive(Clone, Debug, Args)]
pub struct RotateManyArgs {
    /// New KMS keys take the aliases, or the same KMS keys get new material.
    #[arg(long, default_value = "new-key", value_parser = words(RotationMethod::ALL))]
    pub method: String,
    /// What becomes of the old KMS keys, with `new-key`; they stay enabled unless given.
    #[arg(long, value_name = "WHAT", value_parser = words(OldKey::ALL))]
    pub old_key: Option<String>,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `schedule`
#[derive(Clone, Debug, Subcommand)]
pub enum ScheduleCommand {
    /// List what rotates by itself, by its next time.
    List {
        /// How many.
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show when and how a key or a KMS key rotates by itself.
    Show {
        /// A key or a KMS key: its id, name, ARN or alias; `key:ID` or `kms-key:ID` where both are called so.
        subject: String,
    },
}
