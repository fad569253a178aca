//! Who works on what right now, in memory: nothing twice, urgent work first, no lane that stops the others.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use keyferry_domain::arn::Lane;
use keyferry_domain::id::{JobId, TargetId};
use keyferry_ports::records::{Priority, Subject, Target};

/// How many targets may be worked on side by side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) all: usize,
    pub(crate) lane: usize,
}

impl Room {
    /// Bulk work leaves a quarter free; protective acts get a quarter on top.
    fn of(self, priority: Priority) -> usize {
        let quarter = self.all.div_ceil(4);
        match priority {
            Priority::Protect => self.all + quarter,
            Priority::Heal | Priority::Interactive => self.all,
            Priority::Bulk => self.all.saturating_sub(quarter).max(1),
        }
    }
}

/// The targets in flight, and what has to rest.
#[derive(Debug, Default)]
pub(crate) struct Board {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    subjects: HashSet<Subject>,
    lanes: HashMap<Lane, usize>,
    jobs: HashMap<JobId, usize>,
    resting_targets: HashMap<TargetId, Timestamp>,
    resting_lanes: HashMap<Lane, Timestamp>,
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes from `due`, in its order, what can be worked on now, at most `limit`.
    pub(crate) fn claim(
        self: &Arc<Self>,
        due: Vec<Target>,
        room: Room,
        limit: usize,
        now: Timestamp,
    ) -> Vec<Claim> {
        let mut state = self.lock();
        state.resting_targets.retain(|_, until| *until > now);
        state.resting_lanes.retain(|_, until| *until > now);
        let mut claims = Vec::new();
        for target in due {
            if claims.len() == limit {
                break;
            }
            if state.takes(&target, room) {
                state.enter(&target);
                claims.push(Claim {
                    board: Arc::clone(self),
                    target,
                    rest_if_lost: None,
                });
            }
        }
        claims
    }

    /// Leaves a target alone until a time, in this process.
    pub(crate) fn rest_target(&self, target: TargetId, until: Timestamp) {
        self.lock().resting_targets.insert(target, until);
    }

    /// Leaves a lane alone until a time: another server holds it.
    pub(crate) fn rest_lane(&self, lane: &Lane, until: Timestamp) {
        self.lock().resting_lanes.insert(lane.clone(), until);
    }

    /// When the first rest ends that has not ended at `now`.
    pub(crate) fn next_end_of_rest(&self, now: Timestamp) -> Option<Timestamp> {
        let state = self.lock();
        let ends = state
            .resting_targets
            .values()
            .chain(state.resting_lanes.values());
        ends.copied().filter(|until| *until > now).min()
    }

    /// Lanes with work in flight.
    pub(crate) fn lanes(&self) -> Vec<Lane> {
        self.lock().lanes.keys().cloned().collect()
    }

    /// Targets of a job that are worked on now.
    pub(crate) fn in_flight(&self, job: JobId) -> usize {
        self.lock().jobs.get(&job).copied().unwrap_or(0)
    }
}

impl State {
    fn takes(&self, target: &Target, room: Room) -> bool {
        let in_lane = self.lanes.get(&target.lane).copied().unwrap_or(0);
        self.subjects.len() < room.of(target.priority)
            && (in_lane < room.lane || target.priority == Priority::Protect)
            && !self.subjects.contains(&target.subject)
            && !self.resting_targets.contains_key(&target.id)
            && !self.resting_lanes.contains_key(&target.lane)
    }

    fn enter(&mut self, target: &Target) {
        self.subjects.insert(target.subject);
        *self.lanes.entry(target.lane.clone()).or_default() += 1;
        *self.jobs.entry(target.job).or_default() += 1;
    }

    fn leave(&mut self, target: &Target) {
        self.subjects.remove(&target.subject);
        decrease(&mut self.lanes, &target.lane);
        decrease(&mut self.jobs, &target.job);
    }
}

fn decrease<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// One target in our hands, given back when dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    board: Arc<Board>,
    target: Target,
    rest_if_lost: Option<Timestamp>,
}

impl Claim {
    /// The target as it was read when claimed.
    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Lets the target rest until then, should the work on it end without a word.
    pub(crate) fn begin(&mut self, rest_if_lost: Timestamp) {
        self.rest_if_lost = Some(rest_if_lost);
    }

    /// The work ended as it should.
    pub(crate) fn end(&mut self) {
        self.rest_if_lost = None;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut state = self.board.lock();
        state.leave(&self.target);
        if let Some(until) = self.rest_if_lost {
            state.resting_targets.insert(self.target.id, until);
        }
    }
}
