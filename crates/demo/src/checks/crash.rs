//! Requests whose outcome nobody saw: a process that dies, an answer that is lost. One key either way.

use std::time::Duration;

use jiff::Timestamp;
use keyferry_app::kms_keys::Answer;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::view::HORIZON;
use keyferry_ports::records::Job;
use kms_sim::{Fault, JournalEntry, ScriptedFault};
use serde_json::{Value, json};

use super::{Found, expect_state};
use crate::clock::nap;
use crate::error::{Why, ensure};
use crate::rig::{Rig, arn_of};

const OPERATION: &str = "CreateKey";

/// The answer is held back this long: the process dies before it comes.
const ANSWER_HELD_MS: u64 = 60_000;

/// How often the journal is looked at while the answer is held back.
const GLANCE: Duration = Duration::from_millis(2);

/// The process dies between AWS's effect and its own record of it. The next one finds the key and takes it for its
/// own, once the horizon has passed.
pub(super) async fn after_create_key_leaves_one_key(rig: &mut Rig) -> Found {
    const NAME: &str = "check-crash";
    let before = Before::of(rig)?;
    let held = Fault::Latency { ms: ANSWER_HELD_MS };
    rig.simulator()
        .add_fault(ScriptedFault::next(OPERATION, held));
    let job = started(rig.create(NAME, KeySpec::Aes256).await?)?;

    tokio::select! {
        _ = rig.app().engine.run_due() => {
            return Err(Why::new("the engine came to an end before the process could be killed"));
        }
        () = until_created(rig, before.event) => {}
    }
    rig.crash_and_start_again().await?;
    let known = rig.kms_key(NAME).await?;
    ensure(known.arn.is_none(), || {
        "the outcome was recorded before the crash".to_owned()
    })?;
    let job = rig.finish_job(&job).await?;

    one_key_adopted(rig, NAME, job, &before).await
}

/// The answer to CreateKey is lost on its way. The key is found, and not made again.
pub(super) async fn lost_answer_leaves_one_key(rig: &Rig) -> Found {
    const NAME: &str = "check-lost-answer";
    let before = Before::of(rig)?;
    rig.simulator()
        .add_fault(ScriptedFault::next(OPERATION, Fault::LostReply));
    let job = started(rig.create(NAME, KeySpec::Aes256).await?)?;
    let job = rig.finish_job(&job).await?;

    ensure(rig.simulator().waiting_faults() == 0, || {
        "no answer was lost".to_owned()
    })?;
    one_key_adopted(rig, NAME, job, &before).await
}

/// AWS before the operation.
struct Before {
    event: u64,
    keys: usize,
}

impl Before {
    fn of(rig: &Rig) -> Result<Self, Why> {
        Ok(Self {
            event: rig.next_event(),
            keys: key_count(rig)?,
        })
    }
}

async fn one_key_adopted(rig: &Rig, name: &str, job: Job, before: &Before) -> Found {
    rig.expect_success(job).await?;
    let created = creations(rig, before.event);
    let [only] = created.as_slice() else {
        return Err(Why::new(format!("AWS made {} keys", created.len())));
    };
    let more = key_count(rig)?.saturating_sub(before.keys);
    ensure(more == 1, || format!("the account has {more} more keys"))?;
    let arn = arn_of(&rig.kms_key(name).await?)?.to_string();
    ensure(only.key_arn.as_deref() == Some(&arn), || {
        format!("the record names {arn}, but AWS made {:?}", only.key_arn)
    })?;
    expect_state(rig, &arn, "Enabled")?;
    let waited = import_of(rig, before.event, &arn)?.duration_since(time_of(only)?);
    ensure(waited >= HORIZON, || {
        format!(
            "adopted {} s after its creation, within the horizon",
            waited.as_secs()
        )
    })?;
    Ok(format!(
        "{arn}: one CreateKey, adopted after {} minutes",
        waited.as_mins()
    ))
}

fn started(answer: Answer) -> Result<Job, Why> {
    match answer {
        Answer::Started { job, .. } => Ok(job),
        _ => Err(Why::new("the operation started no job")),
    }
}

async fn until_created(rig: &Rig, since: u64) {
    while creations(rig, since).is_empty() {
        nap(GLANCE).await;
    }
}

fn creations(rig: &Rig, since: u64) -> Vec<JournalEntry> {
    let events = rig.events_since(since).into_iter();
    events
        .filter(|event| event.operation == OPERATION)
        .collect()
}

/// When the key got its material: it was adopted before that.
fn import_of(rig: &Rig, since: u64, arn: &str) -> Result<Timestamp, Why> {
    let events = rig.events_since(since);
    let import = events.iter().find(|event| {
        event.operation == "ImportKeyMaterial" && event.key_arn.as_deref() == Some(arn)
    });
    time_of(import.ok_or_else(|| Why::new("nothing was imported"))?)
}

fn time_of(event: &JournalEntry) -> Result<Timestamp, Why> {
    Ok(Timestamp::from_microsecond(event.time)?)
}

fn key_count(rig: &Rig) -> Result<usize, Why> {
    let listed = rig.look("ListKeys", json!({ "Limit": 1000 }))?;
    Ok(listed
        .get("Keys")
        .and_then(Value::as_array)
        .map_or(0, Vec::len))
}
