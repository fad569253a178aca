//! What was wanted of a KMS key before jobs that may still be cancelled: a cancelled wish is put back, not left behind.

use crate::id::JobId;
use crate::intent::{Intent, WantedVersion};
use crate::kms_key::KmsKey;
use crate::life::Life;
use crate::rebase::rebased;

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

    /// Takes the wish of a job back, of which nothing was sent. What later jobs changed stays, and taking theirs back in turn
    /// leads to what was wanted before all. Answers whether the record changed.
    ///
    /// What is RELEASED or DELETED is not wanted back.
    ///
    /// Nothing changes where that would leave a KMS key bound to nothing that has taken material of ours in: its source and
    /// its bindings are all that tells what AWS holds.
    pub fn withdraw(&mut self, job: JobId) -> bool {
        if matches!(self.intent.life, Life::Released | Life::Deleted) {
            return false;
        }
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
        match self.former.remove(index).wish {
            Some(wish) => self.follow(index, wish),
            // Nothing was made, so there is nothing to manage.
            None => self.intent.life = Life::Released,
        }
        true
    }

    /// Has the jobs from `index` on, and with them what is wanted now, follow upon this wish: what each of them changed stays.
    fn follow(&mut self, index: usize, mut base: Wish) {
        let now = Wish {
            intent: self.intent.clone(),
            held: self.held.clone(),
        };
        let later = self.former.get_mut(index..).unwrap_or_default();
        let mut later = later
            .iter_mut()
            .filter_map(|one| one.wish.as_mut())
            .peekable();
        while let Some(wish) = later.next() {
            let after = later.peek().map_or(&now, |next| &**next);
            let next = rebased(after, wish, &base);
            *wish = std::mem::replace(&mut base, next);
        }
        self.intent = base.intent;
        self.held = base.held;
        if self.intent.current.is_none() {
            self.void_source();
        }
    }

    /// What the job alone was to do or to leave is not wanted any more, nor was it before any other job. Answers whether
    /// there was anything.
    pub fn drop_errand(&mut self, job: JobId) -> bool {
        let wishes = self.former.iter_mut().filter_map(|one| one.wish.as_mut());
        let before = wishes.map(|wish| &mut wish.intent);
        let all = before.chain(std::iter::once(&mut self.intent));
        all.fold(false, |any, intent| intent.drop_errand(job) | any)
    }
}
