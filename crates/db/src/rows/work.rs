//! Jobs, targets, attempts.

use keyferry_domain::arn::{Account, Lane};
use keyferry_ports::records::{
    Attempt, AttemptOutcome, AttemptState, Job, JobProgress, JobState, Priority, Records, Target,
    TargetState,
};

use crate::sql::{Row, Value};

pub(crate) const JOB: &[&str] = &[
    "id",
    "kind",
    "actor",
    "idempotency_key",
    "request_digest",
    "approval_id",
    "state",
    "priority",
    "title",
    "request",
    "created_at",
    "finished_at",
    "targets_total",
    "targets_done",
    "targets_stuck",
    "targets_cancelled",
    "revision",
];

pub(crate) const TARGET: &[&str] = &[
    "id",
    "job_id",
    "ordinal",
    "subject",
    "lane",
    "priority",
    "state",
    "begun",
    "due_at",
    "note_code",
    "note_text",
    "tries",
    "revision",
];

pub(crate) const ATTEMPT: &[&str] = &[
    "id",
    "target_id",
    "job_id",
    "subject",
    "kind",
    "step",
    "lane",
    "epoch",
    "signed_at",
    "state",
    "outcome_at",
    "outcome_code",
    "outcome_message",
    "outcome_request_id",
    "outcome_answer",
];

/// Priorities are stored as their places in [`Priority::ALL`], so that they sort.
fn priority_value(priority: Priority) -> Value {
    Value::count(
        Priority::ALL
            .iter()
            .position(|known| known.0 == priority)
            .unwrap_or(usize::MAX),
    )
}

fn read_priority(row: &mut Row) -> Records<Priority> {
    let place: usize = row.count()?;
    let known = Priority::ALL
        .get(place)
        .ok_or_else(|| row.corrupt("its priority is not known"))?;
    Ok(known.0)
}

fn read_lane(row: &mut Row) -> Records<Lane> {
    let text = row.text()?;
    let mut parts = text.splitn(3, ':');
    let (Some(partition), Some(id), Some(region)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(row.corrupt("its lane has not three parts"));
    };
    let partition = partition.parse().map_err(|error| row.corrupt(error))?;
    let id = id.parse().map_err(|error| row.corrupt(error))?;
    let region = region.parse().map_err(|error| row.corrupt(error))?;
    Ok(Lane {
        account: Account { partition, id },
        region,
    })
}

/// A new job: its counts begin with zero.
pub(crate) fn job_values(row: &Job) -> Vec<Value> {
    vec![
        Value::text(row.id),
        Value::text(&row.kind),
        Value::text(&row.actor),
        Value::Text(row.idempotency_key.clone()),
        Value::Text(row.request_digest.clone()),
        Value::opt_text(row.approval.as_ref()),
        Value::text(row.state.as_str()),
        priority_value(row.priority),
        Value::text(&row.title),
        Value::Text(row.request.clone()),
        Value::time(row.created_at),
        Value::opt_time(row.finished_at),
        Value::count(0),
        Value::count(0),
        Value::count(0),
        Value::count(0),
    ]
}

pub(crate) fn read_job(mut row: Row) -> Records<Job> {
    Ok(Job {
        id: row.parse()?,
        kind: row.text()?,
        actor: row.text()?,
        idempotency_key: row.opt_text()?,
        request_digest: row.opt_text()?,
        approval: row.opt_parse()?,
        state: row.word(JobState::from_word)?,
        priority: read_priority(&mut row)?,
        title: row.text()?,
        request: row.opt_text()?,
        created_at: row.time()?,
        finished_at: row.opt_time()?,
        progress: JobProgress {
            total: row.count()?,
            done: row.count()?,
            stuck: row.count()?,
            cancelled: row.count()?,
        },
        revision: row.count()?,
    })
}

pub(crate) fn target_values(row: &Target) -> Vec<Value> {
    let (code, text) = row.note.clone().unzip();
    vec![
        Value::text(row.id),
        Value::text(row.job),
        Value::count(row.ordinal),
        Value::text(row.subject),
        Value::text(&row.lane),
        priority_value(row.priority),
        Value::text(row.state.as_str()),
        Value::flag(row.begun),
        Value::time(row.due_at),
        Value::Text(code),
        Value::Text(text),
        Value::count(row.tries),
    ]
}

pub(crate) fn read_target(mut row: Row) -> Records<Target> {
    Ok(Target {
        id: row.parse()?,
        job: row.parse()?,
        ordinal: row.count()?,
        subject: row.parse()?,
        lane: read_lane(&mut row)?,
        priority: read_priority(&mut row)?,
        state: row.word(TargetState::from_word)?,
        begun: row.flag()?,
        due_at: row.time()?,
        note: row.opt_text()?.zip(row.opt_text()?),
        tries: row.count()?,
        revision: row.count()?,
    })
}

pub(crate) fn attempt_values(row: &Attempt) -> Vec<Value> {
    let mut values = vec![
        Value::text(row.id),
        Value::text(row.target),
        Value::text(row.job),
        Value::text(row.subject),
        Value::text(&row.kind),
        Value::text(&row.step),
        Value::text(&row.lane),
        Value::count(row.epoch),
        Value::time(row.signed_at),
        Value::text(row.state.as_str()),
    ];
    values.extend(outcome_values(row.outcome.as_ref()));
    values
}

/// The values of the five columns of an outcome.
pub(crate) fn outcome_values(outcome: Option<&AttemptOutcome>) -> [Value; 5] {
    let text = |of: fn(&AttemptOutcome) -> Option<String>| Value::Text(outcome.and_then(of));
    [
        Value::opt_time(outcome.map(|outcome| outcome.at)),
        text(|outcome| Some(outcome.code.clone())),
        text(|outcome| Some(outcome.message.clone())),
        text(|outcome| outcome.request_id.clone()),
        text(|outcome| outcome.answer.clone()),
    ]
}

pub(crate) fn read_attempt(mut row: Row) -> Records<Attempt> {
    Ok(Attempt {
        id: row.parse()?,
        target: row.parse()?,
        job: row.parse()?,
        subject: row.parse()?,
        kind: row.text()?,
        step: row.text()?,
        lane: read_lane(&mut row)?,
        epoch: row.count()?,
        signed_at: row.time()?,
        state: row.word(AttemptState::from_word)?,
        outcome: read_outcome(&mut row)?,
    })
}

fn read_outcome(row: &mut Row) -> Records<Option<AttemptOutcome>> {
    let (at, code, message) = (row.opt_time()?, row.opt_text()?, row.opt_text()?);
    let (request_id, answer) = (row.opt_text()?, row.opt_text()?);
    match (at, code, message) {
        (Some(at), Some(code), Some(message)) => Ok(Some(AttemptOutcome {
            at,
            code,
            message,
            request_id,
            answer,
        })),
        (None, None, None) => Ok(None),
        _ => Err(row.corrupt("its outcome is not whole")),
    }
}
