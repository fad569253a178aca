//! How a target is put down: it waits, is stuck, is cancelled, or is done.

use std::ops::RangeInclusive;

use jiff::{SignedDuration, Timestamp};
use keyferry_ports::records::{Change, Priority, Records, Target, TargetState};

use super::{BEFORE_HORIZON, CLOCK_AHEAD, End, Sitting};
use crate::core::Carried;
use crate::driver::{Cancelled, Run};
use crate::event::JobEventKind;
use crate::job::Moved;
use crate::time::{after, whole_micros};

/// How long a target that protects rests at most.
const PROTECTS_AGAIN: SignedDuration = SignedDuration::from_mins(2);

/// How a target is put down.
pub(super) struct Close {
    pub(super) state: TargetState,
    pub(super) due_at: Timestamp,
    pub(super) note: Option<(String, String)>,
    pub(super) tries: u32,
    pub(super) changes: Vec<Change>,
}

impl Sitting<'_> {
    pub(super) fn plain(&self) -> Close {
        Close {
            state: TargetState::Open,
            due_at: self.target.due_at,
            note: None,
            tries: self.target.tries,
            changes: Vec::new(),
        }
    }

    /// Nobody wants it any more.
    pub(super) fn cancelled(&self, run: &mut dyn Run, mut changes: Vec<Change>) -> Close {
        let Cancelled { records, note } = run.cancelled();
        changes.extend(records);
        Close {
            state: TargetState::Cancelled,
            note,
            changes,
            ..self.plain()
        }
    }

    pub(super) fn wait(&self, until: Timestamp, code: String, why: String) -> Close {
        let earliest = after(self.core.now(), self.core.settings.wait_min);
        Close {
            due_at: until.max(earliest),
            note: Some((code, why)),
            ..self.plain()
        }
    }

    /// A wait that grows as long as it is for the same reason; what protects is never let alone for long.
    pub(super) fn rest(
        &self,
        within: RangeInclusive<SignedDuration>,
        code: String,
        why: String,
    ) -> Close {
        let (shortest, mut longest) = within.into_inner();
        if self.target.priority == Priority::Protect {
            longest = longest.min(PROTECTS_AGAIN);
        }
        let last = self.target.note.as_ref().map(|(code, _)| code);
        let tries = if last == Some(&code) {
            self.target.tries
        } else {
            0
        };
        let grown = shortest.checked_mul(1 << tries.min(20));
        let by = grown.map_or(longest, |grown| grown.min(longest));
        let until = after(self.core.now(), by);
        Close {
            tries: tries.saturating_add(1),
            ..self.wait(until, code, why)
        }
    }

    pub(super) fn later(&self, code: String, why: String) -> Close {
        let tries = self.target.tries;
        let due_at = after(self.core.now(), self.core.backoff(tries));
        let note = Some((code, why));
        Close {
            due_at,
            note,
            tries: tries.saturating_add(1),
            ..self.plain()
        }
    }

    /// A person has to act. Not before the last request without an answer can have no effect any more: until then what
    /// the person would see is not final, and the target is looked at once more.
    pub(super) fn halt(&self, open: Option<Timestamp>, code: String, why: String) -> Close {
        if let Some(until) = open {
            return self.wait(until, code, why);
        }
        Close {
            state: TargetState::Stuck,
            note: Some((code, why)),
            ..self.plain()
        }
    }

    /// Leaves the target, as it is, to servers whose clocks are right: a time by this clock would put it off for them, and what
    /// was read by it is not recorded. Says why, once.
    pub(super) async fn stand_back(&mut self) -> Records<End> {
        let note = self.target.note.as_ref();
        if note.is_some_and(|(code, _)| code == CLOCK_AHEAD) {
            self.put_down().await?;
        } else {
            let why = "This server's clock is more than five minutes ahead of AWS's; set it right.";
            let note = Some((CLOCK_AHEAD.into(), why.into()));
            let close = Close {
                note,
                ..self.plain()
            };
            self.try_close(close).await?;
        }
        Ok(End::Ahead)
    }

    pub(super) fn before_horizon(&self, until: Timestamp) -> Close {
        let why = "An earlier request without an answer may still take effect.";
        self.wait(until, BEFORE_HORIZON.into(), why.into())
    }

    pub(super) async fn close(&mut self, close: Close) -> Records<End> {
        match self.try_close(close).await {
            Err(error) => self.rescue(error).await,
            end => end,
        }
    }

    /// Commits that the target waits or ended, with everything that is still to be written.
    pub(super) async fn try_close(&mut self, close: Close) -> Records<End> {
        let Close {
            state,
            due_at,
            note,
            tries,
            changes,
        } = close;
        let target = Target {
            state,
            due_at: round_up(due_at),
            note,
            tries,
            ..self.target.clone()
        };
        let moved = match state {
            TargetState::Open => Moved::Waits,
            ended => Moved::Ended(ended),
        };
        let mut rest = self
            .carried
            .as_ref()
            .map(Carried::changes)
            .unwrap_or_default();
        rest.extend(changes);
        let has_ended = self.core.commit_target(&target, moved, &rest).await?;
        self.carried = None;
        self.core.tell(target.job, JobEventKind::Target);
        if has_ended {
            self.core.tell(target.job, JobEventKind::Ended);
        }
        Ok(End::Closed)
    }
}

/// The first whole microsecond that is not earlier: a wait must not end before its time.
fn round_up(at: Timestamp) -> Timestamp {
    let whole = whole_micros(at);
    if whole < at {
        after(whole, SignedDuration::from_micros(1))
    } else {
        whole
    }
}
