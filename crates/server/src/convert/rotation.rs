//! When keys rotate by themselves, and how.

use jiff::Timestamp;
use keyferry_api::kms_key::{
    NewVersionView, NotRotatedView, OldKey as ApiOldKey, RotationMethod as ApiMethod,
};
use keyferry_api::rotation::{
    AtBudget as ApiAtBudget, Copies as ApiCopies, KeyRotationRequest, KeyRotationView,
    RotateKeyRequest, RotationRequest, RotationView, ScheduleView,
};
use keyferry_app::AppError;
use keyferry_app::kms_keys::{Copies, NotRotated, RotateKey, RotationMethod, Rotations};
use keyferry_app::scheduler::Schedule;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::name::Name;
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::schedule::{
    AtBudget, Cron, Recurrence, RotationSchedule, ScheduledMethod, SourceRotation, Zone, upcoming,
};
use keyferry_domain::version::VersionNumber;

use super::time::moment;

const FIELD: &str = "rotation";

fn invalid(why: &str) -> AppError {
    AppError::Invalid {
        field: FIELD,
        why: why.to_owned(),
    }
}

/// What a request says; nothing is to inherit.
pub(crate) fn choice(request: Option<RotationRequest>) -> Result<RotationChoice, AppError> {
    let Some(request) = request else {
        return Ok(RotationChoice::Inherit);
    };
    let word = request.every.clone();
    let plain = match word.as_deref() {
        Some("never") => Some(RotationChoice::Never),
        Some("inherit") => Some(RotationChoice::Inherit),
        _ => None,
    };
    match plain {
        None => Ok(RotationChoice::Own(schedule(request)?)),
        Some(choice) => {
            let bare = RotationRequest {
                every: word,
                ..RotationRequest::default()
            };
            if request == bare {
                return Ok(choice);
            }
            Err(invalid("`never` and `inherit` take nothing else"))
        }
    }
}

/// A schedule or none, where there is nothing to inherit from.
pub(crate) fn own(request: RotationRequest) -> Result<Option<RotationSchedule>, AppError> {
    match choice(Some(request))? {
        RotationChoice::Own(schedule) => Ok(Some(schedule)),
        RotationChoice::Never => Ok(None),
        RotationChoice::Inherit => Err(invalid("there is nothing here to inherit a rule from")),
    }
}

/// A key's rule, or none.
pub(crate) fn source(request: KeyRotationRequest) -> Result<Option<SourceRotation>, AppError> {
    let KeyRotationRequest {
        schedule,
        with_copies,
        deactivate_former,
    } = request;
    Ok(own(schedule)?.map(|schedule| SourceRotation {
        schedule,
        with_copies,
        deactivate_former,
    }))
}

fn schedule(request: RotationRequest) -> Result<RotationSchedule, AppError> {
    let bad = |error: keyferry_domain::schedule::BadSchedule| invalid(&error.to_string());
    let recurrence = match (request.every, request.cron) {
        (Some(every), None) => Recurrence::Every(every.parse().map_err(bad)?),
        (None, Some(line)) => {
            let cron = line.parse::<Cron>();
            Recurrence::At(cron.map_err(|error| bad(error.into()))?)
        }
        (None, None) => return Err(invalid("say when: `every` or `cron`")),
        (Some(_), Some(_)) => return Err(invalid("`every` and `cron` exclude one another")),
    };
    let zone = request.time_zone.as_deref();
    let method = request.method.unwrap_or(ApiMethod::NewKey);
    let old_key = request.old_key.unwrap_or(ApiOldKey::KeepEnabled);
    let at_budget = request.at_budget.unwrap_or(ApiAtBudget::SwitchMethod);
    Ok(RotationSchedule {
        recurrence,
        start: request
            .start
            .map(|start| moment(&start, zone))
            .transpose()?,
        zone: zone
            .map_or_else(|| Ok(Zone::utc()), str::parse)
            .map_err(bad)?,
        method: match method {
            ApiMethod::NewKey => ScheduledMethod::NewKey,
            ApiMethod::InPlace => ScheduledMethod::InPlace,
        },
        old_key: match old_key {
            ApiOldKey::KeepEnabled => OldKey::KeepEnabled,
            ApiOldKey::Disable => OldKey::Disable,
            ApiOldKey::Deactivate => OldKey::Deactivate,
        },
        at_budget: match at_budget {
            ApiAtBudget::SwitchMethod => AtBudget::SwitchMethod,
            ApiAtBudget::Block => AtBudget::Block,
        },
    })
}

/// A schedule, with the time at which it comes next where that is known.
pub(crate) fn view(schedule: &RotationSchedule, next: Option<Timestamp>) -> RotationView {
    let (every, cron) = match &schedule.recurrence {
        Recurrence::Every(period) => (Some(period.to_string()), None),
        Recurrence::At(cron) => (None, Some(cron.to_string())),
    };
    RotationView {
        every,
        cron,
        start: schedule.start.map(|start| start.to_string()),
        time_zone: schedule.zone.to_string(),
        method: match schedule.method {
            ScheduledMethod::NewKey => ApiMethod::NewKey,
            ScheduledMethod::InPlace => ApiMethod::InPlace,
        },
        old_key: match schedule.old_key {
            OldKey::KeepEnabled => ApiOldKey::KeepEnabled,
            OldKey::Disable => ApiOldKey::Disable,
            OldKey::Deactivate => ApiOldKey::Deactivate,
        },
        at_budget: match schedule.at_budget {
            AtBudget::SwitchMethod => ApiAtBudget::SwitchMethod,
            AtBudget::Block => ApiAtBudget::Block,
        },
        next: next.map(|next| next.to_string()),
        upcoming: Vec::new(),
    }
}

/// Times that are shown of one schedule.
const UPCOMING: usize = 5;

/// A schedule with the times that it has, or would have where it is only tried.
pub(crate) fn foreseen(schedule: &RotationSchedule, next: Option<Timestamp>) -> RotationView {
    let times = next.map(|next| upcoming(schedule, next, UPCOMING));
    let times = times.into_iter().flatten();
    RotationView {
        upcoming: times.map(|at| at.to_string()).collect(),
        ..view(schedule, next)
    }
}

/// A key's rule.
pub(crate) fn source_view(rotation: &SourceRotation, next: Option<Timestamp>) -> KeyRotationView {
    KeyRotationView {
        schedule: view(&rotation.schedule, next),
        with_copies: rotation.with_copies,
        deactivate_former: rotation.deactivate_former,
    }
}

/// How one or many rotate.
pub(crate) fn method(
    method: ApiMethod,
    old_key: Option<ApiOldKey>,
) -> Result<RotationMethod, AppError> {
    match (method, old_key) {
        (ApiMethod::NewKey, old_key) => Ok(RotationMethod::NewKey(match old_key {
            None | Some(ApiOldKey::KeepEnabled) => OldKey::KeepEnabled,
            Some(ApiOldKey::Disable) => OldKey::Disable,
            Some(ApiOldKey::Deactivate) => OldKey::Deactivate,
        })),
        (ApiMethod::InPlace, None) => Ok(RotationMethod::InPlace),
        (ApiMethod::InPlace, Some(_)) => Err(AppError::Invalid {
            field: "old_key",
            why: "a rotation in place leaves no old KMS key".to_owned(),
        }),
    }
}

/// A rotation of a key in the vault.
pub(crate) fn rotate_key(request: RotateKeyRequest) -> Result<RotateKey, AppError> {
    let copies = match (request.copies, request.chosen) {
        (ApiCopies::Chosen, chosen) if !chosen.is_empty() => Copies::Chosen(chosen),
        (ApiCopies::All, chosen) if chosen.is_empty() => Copies::All,
        (ApiCopies::None, chosen) if chosen.is_empty() => Copies::None,
        _ => {
            return Err(AppError::Invalid {
                field: "chosen",
                why: "KMS keys are named where, and only where, `copies` is `chosen`".to_owned(),
            });
        }
    };
    Ok(RotateKey {
        copies,
        method: method(request.method.unwrap_or(ApiMethod::NewKey), request.old_key)?,
        keep_former_active: request.keep_former_active,
    })
}

/// The versions that many rotate to.
pub(crate) fn versions(rotations: &Rotations) -> Vec<NewVersionView> {
    let view = |(key, version): &(Name, VersionNumber)| NewVersionView {
        key: key.to_string(),
        version: version.get(),
    };
    rotations.versions.iter().map(view).collect()
}

/// Those that do not rotate with the others.
pub(crate) fn refused(rotations: &Rotations) -> Vec<NotRotatedView> {
    let view = |one: &NotRotated| NotRotatedView {
        id: one.kms_key.id.to_string(),
        name: one.kms_key.name.to_string(),
        code: one.error.code().to_owned(),
        reason: one.error.to_string(),
        hint: one.error.hint().to_owned(),
    };
    rotations.refused.iter().map(view).collect()
}

/// Something that rotates by itself, with its next times.
pub(crate) fn one_schedule(row: Schedule) -> ScheduleView {
    ScheduleView {
        rule: foreseen(&row.schedule, row.next),
        ..schedule_view(row)
    }
}

/// Something that rotates by itself.
pub(crate) fn schedule_view(row: Schedule) -> ScheduleView {
    ScheduleView {
        subject: row.subject.to_string(),
        name: row.name.to_string(),
        keystore: row.keystore.map(|name| name.to_string()),
        last: row.last.to_string(),
        rule: view(&row.schedule, row.next),
        with_copies: row.with_copies,
        refused_since: row.refused_since.map(|at| at.to_string()),
    }
}
