//! Jobs that are cancelled: a wish of which nothing was sent is taken back, and of any other it is said that it stays.

use jiff::Timestamp;
use keyferry_audit::Outcome;
use keyferry_domain::id::JobId;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::step::StepKind;
use keyferry_domain::view::HORIZON;
use keyferry_engine::Cancelled;
use keyferry_ports::records::{Attempt, AttemptState, Change, Expect, Records, Target};

use crate::action::Action;
use crate::log::Fact;

use super::outcome::audit_object;
use super::passing::{Passing, is_import};
use super::run::KmsKeyRun;
use super::{KmsKeyDriver, Subject};

impl KmsKeyDriver {
    /// What becomes of a target that is cancelled before anything of its own was sent.
    pub(super) async fn withdraw(&self, target: &Target) -> Records<Cancelled> {
        let Some(id) = target.subject.kms_key() else {
            return Ok(Cancelled::default());
        };
        // The row first: what is sent after it was read changes it, and this commit fails.
        let (Some(mut key), Some(job)) = (
            self.records.find_kms_key(id).await?,
            self.records.find_job(target.job).await?,
        ) else {
            return Ok(Cancelled::default());
        };
        let expect = Expect::Revision(key.revision);
        let sent = self
            .records
            .recent_attempts(id.into(), Timestamp::UNIX_EPOCH)
            .await?;
        let predecessor = match key.predecessor {
            Some(id) => self.records.find_kms_key(id).await?,
            None => None,
        };
        let carried_out = sent.iter().any(|one| brings_in(one, job.created_at));
        let taken = taken_back(&mut key, job.id, carried_out);
        let mut records = Vec::new();
        if taken == Taken::Back {
            let fact = Fact::outcome(
                "system",
                "kms-key.withdraw",
                Outcome::Ok,
                audit_object(&key),
                self.clock.now(),
            );
            records.push(fact.job(job.id).detail("life", key.intent.life).change());
        }
        let passing = match key.source {
            Some(source) if job.kind == Action::KmsKeyImport.as_str() => {
                let versions = self.records.list_versions(source).await?;
                self.passing(source, versions).await?
            }
            _ => None,
        };
        let (gone, note) = left_over(passing.as_ref(), taken, &sent, &key, self.clock.now());
        if records.is_empty() && gone.is_empty() {
            return Ok(Cancelled { records, note });
        }
        // The key leaves its name before the former one has it again.
        let free = unlinked(&key, predecessor.as_ref());
        records.push(Change::PutKmsKey(key, expect));
        records.extend(free);
        records.extend(gone);
        Ok(Cancelled { records, note })
    }
}

impl KmsKeyRun {
    /// The records and the note of a target that is cancelled under way.
    pub(super) fn stop(&mut self) -> Cancelled {
        let now = self.driver.clock.now();
        let Subject {
            key,
            beside,
            asked_at,
            passing,
            imports,
            predecessor,
            ..
        } = &mut self.subject;
        let mut own = self.attempts.iter();
        let carried_out = own.any(|one| one.state != AttemptState::Refused)
            || beside.iter().any(|one| brings_in(one, *asked_at));
        let before = key.source;
        let taken = taken_back(key, self.job, carried_out);
        let sent = self.attempts.iter().chain(&*beside);
        // What passes through was read for the source that the key had.
        let passing = passing.as_ref().filter(|_| *imports && before.is_some());
        let (gone, note) = left_over(passing, taken, sent, key, now);
        let free = match taken {
            Taken::Back => unlinked(key, predecessor.as_ref()),
            Taken::Stays | Taken::Nothing => None,
        };
        // With the key's row, so that nothing is erased that is being sent meanwhile.
        self.is_changed |= taken == Taken::Back || !gone.is_empty();
        let mut records = match taken {
            Taken::Stays if gone.is_empty() => Vec::new(),
            _ => self.key_change(),
        };
        records.extend(free);
        records.extend(gone);
        Cancelled { records, note }
    }
}

/// What became of a cancelled job's wish.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// It was taken back.
    Back,
    /// It stays wanted.
    Stays,
    /// There was none: it had been reached, or the job changed nothing.
    Nothing,
}

/// Takes a job's wish back, unless something of it was carried out, by whichever job.
///
/// What it alone was to do or to leave is never kept: no other job does it.
fn taken_back(key: &mut KmsKey, job: JobId, carried_out: bool) -> Taken {
    let is_wished = key.is_wished_by(job);
    if (is_wished && !carried_out && key.withdraw(job)) || key.drop_errand(job) {
        Taken::Back
    } else if is_wished {
        Taken::Stays
    } else {
        Taken::Nothing
    }
}

/// Whether an attempt gave AWS something for good since a job was asked for, or may have: what was wanted before does not
/// tell of that. By the clocks that differ most, AWS's and ours, no attempt is overlooked.
fn brings_in(attempt: &Attempt, asked_at: Timestamp) -> bool {
    let kind = StepKind::from_word(&attempt.kind);
    let is_later = attempt.signed_at >= asked_at - HORIZON;
    let was_answered_later = attempt
        .outcome
        .as_ref()
        .is_some_and(|outcome| outcome.at > asked_at);
    attempt.state != AttemptState::Refused
        && kind.is_none_or(StepKind::brings_in)
        && (was_answered_later || (is_later && attempt.outcome.is_none()))
}

/// What erases the material that a cancelled job brought and of which no copy is kept, and what is to be told. It is
/// erased only where nothing of it can be in AWS: no import of any job into the KMS key was anything but refused.
fn left_over<'a>(
    passing: Option<&Passing>,
    taken: Taken,
    sent: impl IntoIterator<Item = &'a Attempt>,
    key: &KmsKey,
    now: Timestamp,
) -> (Vec<Change>, Option<(String, String)>) {
    let stays = (taken == Taken::Stays).then(|| note_with_code(key));
    let Some(passing) = passing else {
        return (Vec::new(), stays);
    };
    if stays.is_some() {
        return (Vec::new(), stays);
    }
    if sent.into_iter().any(is_import) {
        return (Vec::new(), Some(material_stays_with_code()));
    }
    (passing.erased("system", |_| true, now), None)
}

/// A KMS key whose successor will not be made can be rotated again.
fn unlinked(key: &KmsKey, predecessor: Option<&KmsKey>) -> Option<Change> {
    let released = key.intent.life == Life::Released;
    let free = predecessor
        .filter(|_| released)?
        .without_successor(key.id)?;
    let expect = Expect::Revision(free.revision);
    Some(Change::PutKmsKey(free, expect))
}

/// What passed through is kept for now.
fn material_stays_with_code() -> (String, String) {
    let why = "an import into the KMS key was sent before, so the vault keeps the material of which no copy is to be kept: \
               import the file again into the KMS key; once AWS has it everywhere, the vault's goes";
    ("job.material-stays".to_owned(), why.to_owned())
}

/// What stays wanted after something was sent.
fn note_with_code(key: &KmsKey) -> (String, String) {
    let intent = &key.intent;
    let state = if intent.enabled {
        "enabled"
    } else {
        "disabled"
    };
    let versions: Vec<String> = intent
        .versions
        .iter()
        .map(|version| version.number.to_string())
        .collect();
    let versions = match versions.as_slice() {
        [] => "no material".to_owned(),
        some => format!("versions {}", some.join(", ")),
    };
    let why = format!(
        "something of it was carried out before the job was cancelled, so what it asked for stays wanted: {}, {state}, {versions}; \
         ask for what you want instead, or finish it with `keyferry kms-key synchronize`",
        intent.life
    );
    ("job.wish-stays".to_owned(), why)
}
