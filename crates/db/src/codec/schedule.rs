//! When and how keys rotate by themselves.

use jiff::Timestamp;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::schedule::{
    AtBudget, Cron, Period, Recurrence, RotationSchedule, ScheduledMethod, SourceRotation, Zone,
};
use keyferry_ports::records::Records;
use serde::{Deserialize, Serialize};

use super::text::{Text, Word};
use super::{decode, encode, format_of, unknown_format};

const WHAT: &str = "rotation schedule";
const SOURCE: &str = "rotation of a key";

/// Writes a schedule in the newest format.
pub(crate) fn to_json(schedule: &RotationSchedule) -> Records<String> {
    encode(WHAT, 1, ScheduleV1::from(schedule))
}

/// Reads a schedule of any format.
pub(crate) fn from_json(json: &str) -> Records<RotationSchedule> {
    match format_of(WHAT, json)? {
        1 => Ok(decode::<ScheduleV1>(WHAT, json)?.into()),
        other => unknown_format(WHAT, other),
    }
}

/// Writes a key's rotation in the newest format.
pub(crate) fn source_to_json(rotation: &SourceRotation) -> Records<String> {
    encode(SOURCE, 1, SourceV1::from(rotation))
}

/// Reads a key's rotation of any format.
pub(crate) fn source_from_json(json: &str) -> Records<SourceRotation> {
    match format_of(SOURCE, json)? {
        1 => Ok(decode::<SourceV1>(SOURCE, json)?.into()),
        other => unknown_format(SOURCE, other),
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScheduleV1 {
    recurrence: RecurrenceV1,
    start: Option<Text<Timestamp>>,
    zone: Text<Zone>,
    method: Word<ScheduledMethod>,
    old_key: Word<OldKey>,
    at_budget: Word<AtBudget>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum RecurrenceV1 {
    Every(Text<Period>),
    Cron(Text<Cron>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceV1 {
    schedule: ScheduleV1,
    with_copies: bool,
    deactivate_former: bool,
}

impl From<&RotationSchedule> for ScheduleV1 {
    fn from(schedule: &RotationSchedule) -> Self {
        let RotationSchedule {
            recurrence,
            start,
            zone,
            method,
            old_key,
            at_budget,
        } = schedule.clone();
        Self {
            recurrence: match recurrence {
                Recurrence::Every(period) => RecurrenceV1::Every(Text(period)),
                Recurrence::At(cron) => RecurrenceV1::Cron(Text(cron)),
            },
            start: start.map(Text),
            zone: Text(zone),
            method: Word(method),
            old_key: Word(old_key),
            at_budget: Word(at_budget),
        }
    }
}

impl From<ScheduleV1> for RotationSchedule {
    fn from(schedule: ScheduleV1) -> Self {
        Self {
            recurrence: match schedule.recurrence {
                RecurrenceV1::Every(period) => Recurrence::Every(period.0),
                RecurrenceV1::Cron(cron) => Recurrence::At(cron.0),
            },
            start: schedule.start.map(|start| start.0),
            zone: schedule.zone.0,
            method: schedule.method.0,
            old_key: schedule.old_key.0,
            at_budget: schedule.at_budget.0,
        }
    }
}

impl From<&SourceRotation> for SourceV1 {
    fn from(rotation: &SourceRotation) -> Self {
        Self {
            schedule: (&rotation.schedule).into(),
            with_copies: rotation.with_copies,
            deactivate_former: rotation.deactivate_former,
        }
    }
}

impl From<SourceV1> for SourceRotation {
    fn from(rotation: SourceV1) -> Self {
        Self {
            schedule: rotation.schedule.into(),
            with_copies: rotation.with_copies,
            deactivate_former: rotation.deactivate_former,
        }
    }
}
