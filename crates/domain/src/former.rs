//! What was wanted of a KMS key before jobs that may still be cancelled: a cancelled wish is put back, not left behind.

use crate::id::JobId;
use crate::intent::{Intent, WantedVersion};
use crate::kms_key::KmsKey;
use crate::life::Life;

/// Wishes remembered of one KMS key; the oldest go first.
const REMEMBERED_MAX: usize = 8;

/// What was wanted, and what activation would have brought back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The intent.
    pub intent: Intent,
    /// See [`KmsKey::held`].
    pub held: Vec<WantedVersion>,
}

/// What a job's wish replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Former {
    /// The job whose wish came then.
    pub job: JobId,
    /// What was wanted until then; `None`: the job asked for the KMS key itself.
    pub wish: Option<Wish>,
}

impl Former {
    /// Whether the KMS key held no material of ours until then.
    pub(crate) fn is_unbound(&self) -> bool {
        let wish = self.wish.as_ref();
        wish.is_some_and(|wish| wish.intent.current.is_none())
    }
}

/// What a restore makes of a wish.
fn restored(intent: Intent) -> Intent {
    Intent {
        cancel_deletion: true,
        ..intent
    }
}

impl KmsKey {
    /// Notes what a job's wish replaces.
    pub fn remember(&mut self, job: JobId, wish: Option<Wish>) {
        if self.former.len() >= REMEMBERED_MAX {
            // What was wanted before a binding stays: by it one knows that there is something left to prove.
            let oldest = self.former.iter().position(|former| !former.is_unbound());
            if let Some(oldest) = oldest {
                self.former.remove(oldest);
            }
        }
        self.former.push(Former { job, wish });
    }

    /// Whether what the job asked for is part of what is wanted.
    pub fn is_wished_by(&self, job: JobId) -> bool {
        self.former.iter().any(|former| former.job == job)
    }

    /// Takes the wish of a job back, of which nothing was sent. Where a later job's wish holds, that stays, and taking it
    /// back in turn leads to what was wanted before both; a later restore follows what it is to restore. Answers whether
    /// the record changed.
    ///
    /// Nothing changes where that would leave a KMS key bound to nothing that has taken material of ours in: its source and
    /// its bindings are all that tells what AWS holds.
    pub fn withdraw(&mut self, job: JobId) -> bool {
        let mut after = self.clone();
        let is_changed = after.take_back(job);
        if !is_changed || (after.source.is_none() && self.has_taken_in()) {
            return false;
        }
        *self = after;
        true
    }

    fn take_back(&mut self, job: JobId) -> bool {
        let Some(index) = self.former.iter().position(|former| former.job == job) else {
            return false;
        };
        let is_last = index + 1 == self.former.len();
        if !is_last
            && self
                .former
                .get(index)
                .is_some_and(|former| former.wish.is_none())
        {
            return false;
        }
        let Former { wish, .. } = self.former.remove(index);
        match wish {
            Some(wish) => self.put_back(index, wish),
            // Nothing was made, so there is nothing to manage.
            None => self.intent.life = Life::Released,
        }
        true
    }

    /// Puts a wish back as what was wanted before the job at `index`, or as what is wanted now.
    fn put_back(&mut self, index: usize, wish: Wish) {
        let Some(later) = self.former.get_mut(index) else {
            self.intent = wish.intent;
            self.held = wish.held;
            if self.intent.current.is_none() {
                self.void_source();
            }
            return;
        };
        let replaced = later.wish.replace(wish.clone());
        let came = match self.former.get(index + 1) {
            Some(next) => next.wish.as_ref().map(|wish| &wish.intent),
            None => Some(&self.intent),
        };
        let only_restores = |(before, after): (Wish, &Intent)| restored(before.intent) == *after;
        if replaced.zip(came).is_some_and(only_restores) {
            let intent = restored(wish.intent);
            self.put_back(index + 1, Wish { intent, ..wish });
        }
    }
}
