//! One target from its due time to its next wait or end: open, decide, record *sending*, send, record.

mod begin;
mod close;

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::id::{AttemptId, TargetId};
use keyferry_domain::view::HORIZON;
use keyferry_ports::entropy::uuid_v7;
use keyferry_ports::records::{
    Attempt, AttemptOutcome, AttemptState, Batch, Change, JobState, Records, RecordsError, Target,
    TargetState,
};

use crate::board::Claim;
use crate::core::{Carried, Core, Recorded};
use crate::driver::{DriverError, NOT_SENT, Next, Run, Sent, StepSpec, THROTTLED, Verdict};
use crate::event::JobEventKind;
use crate::job::Moved;
use crate::lanes::orphaned;
use crate::time::{after, whole_micros};
use close::Close;

/// How often a target is read anew because somebody else changed something beside us.
const REOPEN_MAX: u32 = 5;

/// Refusals in a row after which a target waits, whatever the next step is.
const REFUSED_MAX: usize = 5;

/// The back-off's step where the records fail, which leaves no count in them.
const RECORDS_TRIES: u32 = 3;

/// How long a lane's buckets stay shut after a throttle.
const THROTTLE_PAUSE: SignedDuration = SignedDuration::from_secs(1);

/// How far our clock may be ahead of AWS's. The horizon runs from the signing time, which is AWS's, and is read off our
/// clock: it has five minutes for the difference.
const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(5);

/// How long a server whose clock is ahead leaves a lane alone before it looks whether its clock is right again.
const AHEAD_REST: SignedDuration = SignedDuration::from_mins(1);

/// AWS refused; the target waits before it is asked what is next.
pub const REFUSED: &str = "engine.refused";

/// The code of a target that waits until this server's clock is set right.
pub const CLOCK_AHEAD: &str = "engine.clock-ahead";

/// The code of a target whose plan went in circles.
pub const TOO_MANY_STEPS: &str = "engine.too-many-steps";

/// The code of a target that waits because an unknown attempt may still take effect.
pub const BEFORE_HORIZON: &str = "engine.before-horizon";

/// The code of a target whose rows cannot be read.
pub const CORRUPT: &str = "engine.corrupt-records";

/// How a sitting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The target waits or ended, as committed; or the engine stops.
    Closed,
    /// Somebody else changed something: read everything anew.
    Reopen,
    /// Another server holds the lane.
    Foreign,
    /// This server's clock is too far ahead: others shall work in the lane.
    Ahead,
}

/// Works on one claimed target. Both ways of running an engine come through here.
pub(crate) async fn work_on(core: &Core, mut claim: Claim) {
    let rest_until = after(core.now(), core.backoff(RECORDS_TRIES));
    claim.begin(rest_until);
    let (id, lane) = (claim.target().id, claim.target().lane.clone());
    for _ in 0..REOPEN_MAX {
        match sit(core, id).await {
            Ok(End::Reopen) => {}
            Ok(End::Closed) => {
                claim.end();
                return;
            }
            Ok(End::Foreign) => {
                core.board
                    .rest_lane(&lane, after(core.now(), core.settings.lease_ttl / 4));
                claim.end();
                return;
            }
            Ok(End::Ahead) => {
                core.board.rest_lane(&lane, after(core.now(), AHEAD_REST));
                core.lanes.give_back(&lane).await;
                claim.end();
                return;
            }
            Err(error) => {
                tracing::error!(target = %id, %error, "the records fail, the target rests");
                break;
            }
        }
    }
    claim.end();
    core.board
        .rest_target(id, after(core.now(), core.backoff(RECORDS_TRIES)));
}

/// Reads everything and works until a wait, an end or a conflict.
async fn sit(core: &Core, id: TargetId) -> Records<End> {
    let Some(target) = core.records.find_target(id).await? else {
        return Ok(End::Closed);
    };
    if target.state != TargetState::Open || target.due_at > core.now() {
        return Ok(End::Closed);
    }
    let Some(epoch) = core.lanes.hold(&target.lane).await? else {
        return Ok(End::Foreign);
    };
    let Some(attempts) = settle_own_orphans(core, &target).await? else {
        return Ok(End::Reopen);
    };
    if !target.begun {
        return or_reopen(begin::begin(Sitting::new(core, target, epoch, attempts, vec![])).await);
    }
    let beside = unanswered_beside(core, &target).await?;
    let pacer = core.pacer.with_priority(target.priority);
    let opened = core.driver.open(&target, &attempts, pacer).await;
    let mut sitting = Sitting::new(core, target, epoch, attempts, beside);
    or_reopen(match opened {
        Ok(run) => sitting.go(run).await,
        Err(error) => sitting.give_up(error).await,
    })
}

/// What somebody else changed beside us is read anew.
fn or_reopen(end: Records<End>) -> Records<End> {
    match end {
        Err(RecordsError::Conflict { .. } | RecordsError::Unknown) => Ok(End::Reopen),
        end => end,
    }
}

/// All earlier attempts. One that is still *sending* is ours, and its outcome never got into the records.
async fn settle_own_orphans(core: &Core, target: &Target) -> Records<Option<Vec<Attempt>>> {
    let attempts = core.records.list_attempts(target.id).await?;
    let now = core.now();
    let lost = attempts
        .iter()
        .filter(|attempt| attempt.state == AttemptState::Sending);
    let changes: Vec<Change> = lost
        .flat_map(|row| orphaned(row, &*core.driver, now))
        .collect();
    if changes.is_empty() {
        return Ok(Some(attempts));
    }
    match core.records.commit(Batch::from(changes)).await {
        Ok(()) => core.records.list_attempts(target.id).await.map(Some),
        Err(RecordsError::Conflict { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What other jobs sent to the same KMS key without learning what came of it: it may still undo what is done here.
async fn unanswered_beside(core: &Core, target: &Target) -> Records<Vec<Attempt>> {
    let mut recent = core
        .records
        .recent_attempts(target.subject, core.now())
        .await?;
    recent.retain(|attempt| attempt.target != target.id && is_unanswered(attempt));
    Ok(recent)
}

/// Whether our clock is too far ahead of AWS's, by how far AWS's is ahead of ours.
fn is_ahead(skew: SignedDuration) -> bool {
    skew < -AHEAD_MAX
}

fn is_unanswered(attempt: &Attempt) -> bool {
    matches!(attempt.state, AttemptState::Unknown | AttemptState::Sending)
}

/// One target while it is worked on.
struct Sitting<'c> {
    core: &'c Core,
    target: Target,
    epoch: u64,
    attempts: Vec<Attempt>,
    /// Attempts without an outcome of other targets of the same KMS key.
    beside: Vec<Attempt>,
    /// The outcome of the last step, where it is not committed yet.
    carried: Option<Carried>,
    /// Kind and step of what was refused in this sitting since the last success.
    refused: Vec<(String, String)>,
}

/// What its job lets a target do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leave {
    /// Go on.
    Going,
    /// Start nothing for now.
    Paused,
    /// Stop for good.
    Cancelled,
}

impl<'c> Sitting<'c> {
    fn new(
        core: &'c Core,
        target: Target,
        epoch: u64,
        attempts: Vec<Attempt>,
        beside: Vec<Attempt>,
    ) -> Self {
        Self {
            core,
            target,
            epoch,
            attempts,
            beside,
            carried: None,
            refused: vec![],
        }
    }
}

impl Sitting<'_> {
    async fn go(&mut self, mut run: Box<dyn Run>) -> Records<End> {
        for _ in 0..self.core.settings.step_count_max {
            let verdict = tokio::select! {
                biased;
                () = self.core.stopped() => return self.put_down().await,
                verdict = run.decide(self.core.now()) => verdict,
            };
            let verdict = match verdict {
                Ok(verdict) => verdict,
                Err(error) => return self.unread(&mut *run, error).await,
            };
            let end = match self.follow(&mut *run, verdict).await {
                Ok(end) => end,
                Err(error) => return self.rescue(error).await,
            };
            if let Some(end) = end {
                return Ok(end);
            }
        }
        let why = "The plan did not come to an end; its steps are in the step log.";
        let open = self.open_horizon(&[]);
        self.close(self.halt(open, TOO_MANY_STEPS.into(), why.into()))
            .await
    }

    /// Does what the verdict says. `None`: decide again.
    async fn follow(&mut self, run: &mut dyn Run, verdict: Verdict) -> Records<Option<End>> {
        let Verdict {
            mut settled,
            records,
            next,
        } = verdict;
        settled.retain(|ended| matches!(ended.state, AttemptState::Done | AttemptState::Refused));
        let open = self.open_horizon(&settled);
        let mut changes: Vec<Change> = self.settle(settled).chain(records).collect();
        let leave = self.leave().await?;
        let is_cancelled = leave == Leave::Cancelled;
        let close = match next {
            Next::Finished => match open {
                Some(until) => self.before_horizon(until),
                None => Close {
                    state: TargetState::Done,
                    changes,
                    ..self.plain()
                },
            },
            next if is_cancelled && open.is_none() => {
                // What was learned on the way to a step that is not sent.
                if let Next::Step(spec) = next {
                    changes.extend(spec.records);
                }
                self.cancelled(run, changes)
            }
            Next::Step(_) if is_cancelled => {
                self.before_horizon(open.unwrap_or_else(|| self.core.now()))
            }
            Next::Step(_) if leave == Leave::Paused => return self.put_down().await.map(Some),
            Next::Step(spec) => return self.step(run, spec, changes).await,
            Next::Wait { .. } | Next::Rest { .. } if is_ahead(run.skew()) => {
                return self.stand_back().await.map(Some);
            }
            Next::Wait { until, code, why } => Close {
                changes,
                tries: 0,
                ..self.wait(until, code, why)
            },
            Next::Rest {
                shortest,
                longest,
                code,
                why,
            } => Close {
                changes,
                ..self.rest(shortest..=longest, code, why)
            },
            Next::Stuck { code, why } => Close {
                changes,
                ..self.halt(open, code, why)
            },
        };
        self.try_close(close).await.map(Some)
    }

    /// Takes the tokens, records *sending*, sends, and records or carries the outcome.
    async fn step(
        &mut self,
        run: &mut dyn Run,
        spec: StepSpec,
        changes: Vec<Change>,
    ) -> Records<Option<End>> {
        if is_ahead(spec.skew) {
            return self.stand_back().await.map(Some);
        }
        if self.is_refused_lately(&spec) {
            return self.after_refusal(changes).await.map(Some);
        }
        let pacer = self.core.pacer.with_priority(self.target.priority);
        for cost in &spec.costs {
            tokio::select! {
                biased;
                () = self.core.stopped() => return self.put_down().await.map(Some),
                () = pacer.take(cost) => {}
            }
        }
        match self.core.lanes.hold(&self.target.lane).await? {
            Some(epoch) if epoch == self.epoch => {}
            other => {
                self.put_down().await?;
                return Ok(Some(if other.is_some() {
                    End::Reopen
                } else {
                    End::Foreign
                }));
            }
        }
        let attempt = self.record_sending(&mut *run, &spec, changes).await?;
        let is_sure = self.core.lanes.is_sure(&attempt.lane, attempt.epoch).await;
        let delay = after(self.core.now(), spec.skew).duration_since(attempt.signed_at);
        let sent = if delay > self.core.settings.send_delay_max || !is_sure {
            self.not_sent(
                &attempt,
                "The server was held up for too long before it could send.",
            )
        } else {
            run.send(&attempt).await
        };
        self.take_in(&spec, attempt, sent).await
    }

    async fn record_sending(
        &mut self,
        run: &mut dyn Run,
        spec: &StepSpec,
        changes: Vec<Change>,
    ) -> Records<Attempt> {
        let now = whole_micros(self.core.now());
        let attempt = Attempt {
            id: AttemptId::new(uuid_v7(now, &*self.core.entropy)),
            target: self.target.id,
            job: self.target.job,
            subject: self.target.subject,
            kind: spec.kind.clone(),
            step: spec.step.clone(),
            lane: self.target.lane.clone(),
            epoch: self.epoch,
            signed_at: whole_micros(after(now, spec.skew)),
            state: AttemptState::Sending,
            outcome: None,
        };
        let claim = self.core.lanes.claim(&self.target.lane, self.epoch);
        let mut rest = self
            .carried
            .as_ref()
            .map(Carried::changes)
            .unwrap_or_default();
        rest.extend(changes);
        rest.extend(spec.records.iter().cloned());
        rest.extend(run.intent_records(&attempt));
        rest.push(Change::InsertAttempt(attempt.clone(), claim));
        let target = Target {
            note: None,
            ..self.target.clone()
        };
        match self
            .core
            .commit_target(&target, Moved::Sending, &rest)
            .await
        {
            Ok(_) => {
                self.carried = None;
                self.target = Target {
                    revision: target.revision + 1,
                    ..target
                };
                self.core.tell(self.target.job, JobEventKind::Sending);
                Ok(attempt)
            }
            Err(error) => {
                self.unsend(attempt, &error).await?;
                Err(error)
            }
        }
    }

    /// After a commit of *sending* that did not succeed for certain: nothing was sent, and the records say so.
    async fn unsend(&mut self, attempt: Attempt, error: &RecordsError) -> Records<()> {
        match error {
            RecordsError::Conflict { .. } => self.core.lanes.doubt(&self.target.lane).await,
            RecordsError::Unknown => {
                if self.core.records.find_attempt(attempt.id).await?.is_some() {
                    self.carried = None;
                    let sent = self.not_sent(&attempt, "The database did not confirm the intent.");
                    self.carried = Some(self.carry(attempt, sent));
                }
            }
            RecordsError::Unavailable { .. } | RecordsError::Corrupt { .. } => {}
        }
        Ok(())
    }

    fn not_sent(&self, attempt: &Attempt, why: &str) -> Sent {
        let outcome = AttemptOutcome {
            at: whole_micros(self.core.now()),
            code: NOT_SENT.into(),
            message: format!("{why} Nothing was sent."),
            request_id: None,
            answer: None,
        };
        let state = AttemptState::Refused;
        let ended = Attempt {
            state,
            outcome: Some(outcome.clone()),
            ..attempt.clone()
        };
        let records = self.core.driver.outcome_records(&ended);
        Sent {
            state,
            outcome,
            records,
            throttled: false,
        }
    }

    fn carry(&self, attempt: Attempt, sent: Sent) -> Carried {
        let state = match sent.state {
            AttemptState::Sending => AttemptState::Unknown,
            state => state,
        };
        let outcome = AttemptOutcome {
            at: whole_micros(sent.outcome.at),
            ..sent.outcome
        };
        let attempt = Attempt {
            state,
            outcome: Some(outcome),
            ..attempt
        };
        Carried {
            attempt,
            records: sent.records,
        }
    }

    /// Takes in how a sending ended: at once where it must not be lost, else with the next commit.
    async fn take_in(
        &mut self,
        spec: &StepSpec,
        attempt: Attempt,
        sent: Sent,
    ) -> Records<Option<End>> {
        let is_throttled = sent.throttled;
        let carried = self.carry(attempt, sent);
        let state = carried.attempt.state;
        self.attempts.push(carried.attempt.clone());
        self.carried = Some(carried);
        if is_throttled {
            for cost in spec
                .costs
                .iter()
                .filter(|cost| cost.lane == spec.lane)
                .take(1)
            {
                self.core
                    .pacer
                    .slow_down(&cost.lane, cost.operation, THROTTLE_PAUSE);
            }
            let why = "AWS throttles; trying again more slowly.";
            return self
                .try_close(self.later(THROTTLED.into(), why.into()))
                .await
                .map(Some);
        }
        match state {
            AttemptState::Done => {
                self.target.tries = 0;
                self.refused.clear();
            }
            AttemptState::Refused => self.refused.push((spec.kind.clone(), spec.step.clone())),
            AttemptState::Sending | AttemptState::Unknown => {}
        }
        if spec.once_only || state != AttemptState::Done {
            return match self.record_carried().await? {
                Recorded::Whole => Ok(None),
                Recorded::Bare => Ok(Some(End::Reopen)),
            };
        }
        Ok(None)
    }

    async fn record_carried(&mut self) -> Records<Recorded> {
        let Some(carried) = &self.carried else {
            return Ok(Recorded::Whole);
        };
        let how = self.core.record_outcome(carried).await?;
        self.carried = None;
        Ok(how)
    }

    /// Leaves the target as it is, with everything that is known in the records.
    async fn put_down(&mut self) -> Records<End> {
        self.record_carried().await?;
        Ok(End::Closed)
    }

    /// A commit failed. What AWS answered is recorded on its own before anything else.
    async fn rescue(&mut self, error: RecordsError) -> Records<End> {
        self.record_carried().await?;
        Err(error)
    }

    /// What cannot be read now is read again later, unless nobody wants it any more.
    async fn unread(&mut self, run: &mut dyn Run, error: DriverError) -> Records<End> {
        let is_of_records = matches!(error, DriverError::Records(_));
        if is_of_records
            || self.open_horizon(&[]).is_some()
            || self.leave().await? != Leave::Cancelled
        {
            let is_later = matches!(error, DriverError::Later { .. });
            if is_later && is_ahead(run.skew()) {
                return match self.stand_back().await {
                    Err(error) => self.rescue(error).await,
                    end => end,
                };
            }
            return self.give_up(error).await;
        }
        let close = self.cancelled(run, Vec::new());
        self.close(close).await
    }

    async fn give_up(&mut self, error: DriverError) -> Records<End> {
        let open = self.open_horizon(&[]);
        let close = match error {
            DriverError::Records(RecordsError::Corrupt { what, why }) => self.halt(
                open,
                CORRUPT.into(),
                format!("A stored {what} cannot be read: {why}."),
            ),
            DriverError::Records(error) => return self.rescue(error).await,
            DriverError::Later { code, why } => self.later(code, why),
            DriverError::Stuck { code, why } => self.halt(open, code, why),
        };
        self.close(close).await
    }

    fn is_refused_lately(&self, spec: &StepSpec) -> bool {
        self.refused.len() >= REFUSED_MAX
            || self
                .refused
                .iter()
                .any(|(kind, step)| *kind == spec.kind && *step == spec.step)
    }

    /// The same step again, right after AWS refused it, is not sent: something has to change first.
    async fn after_refusal(&mut self, changes: Vec<Change>) -> Records<End> {
        let last = self
            .attempts
            .last()
            .and_then(|attempt| attempt.outcome.clone());
        let (code, why) = last.map_or_else(
            || (REFUSED.to_owned(), "AWS refused the step.".to_owned()),
            |outcome| (outcome.code, outcome.message),
        );
        let close = Close {
            changes,
            ..self.later(code, why)
        };
        self.try_close(close).await
    }

    async fn leave(&self) -> Records<Leave> {
        let job = self.core.require_job(self.target.job).await?;
        Ok(match job.state {
            JobState::Cancelled => Leave::Cancelled,
            JobState::Paused => Leave::Paused,
            JobState::Queued
            | JobState::Running
            | JobState::Waiting
            | JobState::Succeeded
            | JobState::Stuck => Leave::Going,
        })
    }

    /// Takes what observation has settled into account.
    fn settle(&mut self, settled: Vec<Attempt>) -> impl Iterator<Item = Change> + use<> {
        for ended in &settled {
            let mut all = self.attempts.iter_mut().chain(&mut self.beside);
            if let Some(known) = all.find(|known| known.id == ended.id) {
                known.clone_from(ended);
            }
        }
        settled.into_iter().map(Change::FinishAttempt)
    }

    /// Until when an attempt on the KMS key, of whichever target, without a known outcome may still take effect.
    fn open_horizon(&self, settled: &[Attempt]) -> Option<Timestamp> {
        let now = self.core.now();
        let is_open = |attempt: &&Attempt| {
            is_unanswered(attempt) && !settled.iter().any(|ended| ended.id == attempt.id)
        };
        let horizons = self
            .attempts
            .iter()
            .chain(&self.beside)
            .filter(is_open)
            .map(|attempt| after(attempt.signed_at, HORIZON));
        horizons.max().filter(|horizon| *horizon > now)
    }
}
