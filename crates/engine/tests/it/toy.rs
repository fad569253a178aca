//! A toy world of counters, a driver that wants each counter raised once, and a bench to run them on.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::Lane;
use keyferry_domain::id::{JobId, KmsKeyId};
use keyferry_domain::view::HORIZON;
use keyferry_engine::{
    Cancelled, Cost, Driver, DriverError, Engine, EngineParts, JobRequest, Next, Pacer, Quotas,
    Run, Sent, Settings, StepSpec, Verdict, new_job,
};
use keyferry_ports::clock::Clock;
use keyferry_ports::entropy::uuid_v7;
use keyferry_ports::records::{
    Attempt, AttemptOutcome, AttemptState, AuditLeaf, AuditRecords, Batch, Change, Commits, Job,
    JobRecords, JobState, Priority, Records, Subject, Target,
};
use keyferry_testkit::clock::VirtualClock;
use keyferry_testkit::entropy::SeededEntropy;
use keyferry_testkit::fuse::{Fuse, Fused, Point};
use keyferry_testkit::records::MemoryRecords;

/// AWS refuses a request that was signed longer ago, or later than this from now.
const SIGNATURE_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// The steps that every target needs: kind, and whether repeating it does harm.
pub(crate) const STEPS: [(&str, bool); 3] = [("create", true), ("import", false), ("alias", false)];

/// What the world does with a call instead of answering it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mishap {
    Throttle,
    Refuse,
    LoseRequest,
    LoseAnswer,
    ActLate(SignedDuration),
    Panic,
}

/// One call that reached the world.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) at: Timestamp,
    pub(crate) age: SignedDuration,
    pub(crate) subject: Subject,
    pub(crate) kind: String,
}

/// The other side: counts what happened to each key.
#[derive(Debug, Default)]
pub(crate) struct World {
    state: Mutex<WorldState>,
}

#[derive(Debug, Default)]
struct WorldState {
    effects: BTreeMap<(Subject, String), u32>,
    under_way: Vec<(Timestamp, Subject, String)>,
    mishaps: BTreeMap<String, VecDeque<Mishap>>,
    calls: Vec<Call>,
    calling: BTreeMap<Subject, usize>,
    most_at_once: usize,
    most_on_one_key: usize,
    held_until: Option<Timestamp>,
    is_broken: bool,
    is_out_of_reach: bool,
    resting_for: Option<&'static str>,
    looks: Vec<Timestamp>,
    is_blind: bool,
    records_collide: bool,
    ahead: SignedDuration,
    latency: SignedDuration,
}

impl World {
    fn lock(&self) -> MutexGuard<'_, WorldState> {
        self.state.lock().unwrap()
    }

    pub(crate) fn mishap(&self, kind: &str, mishap: Mishap) {
        self.lock()
            .mishaps
            .entry(kind.into())
            .or_default()
            .push_back(mishap);
    }

    /// Nothing but the first step is possible before this time.
    pub(crate) fn hold_until(&self, until: Option<Timestamp>) {
        self.lock().held_until = until;
    }

    /// A person has to act.
    pub(crate) fn set_broken(&self, is_broken: bool) {
        self.lock().is_broken = is_broken;
    }

    pub(crate) fn set_out_of_reach(&self, is_out_of_reach: bool) {
        self.lock().is_out_of_reach = is_out_of_reach;
    }

    /// Nothing is possible until something outside changes, which has this code.
    pub(crate) fn rest_for(&self, code: Option<&'static str>) {
        self.lock().resting_for = code;
    }

    /// When something that rests was looked at, since the last call.
    pub(crate) fn take_looks(&self) -> Vec<Timestamp> {
        std::mem::take(&mut self.lock().looks)
    }

    /// The driver cannot settle unknown attempts.
    pub(crate) fn set_blind(&self, is_blind: bool) {
        self.lock().is_blind = is_blind;
    }

    /// The records of every outcome collide with somebody else's change.
    pub(crate) fn set_records_collide(&self, records_collide: bool) {
        self.lock().records_collide = records_collide;
    }

    /// The world's clock is so far ahead of ours, as its answers have shown.
    pub(crate) fn set_ahead(&self, ahead: SignedDuration) {
        self.lock().ahead = ahead;
    }

    pub(crate) fn set_latency(&self, latency: SignedDuration) {
        self.lock().latency = latency;
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    pub(crate) fn most_at_once(&self) -> (usize, usize) {
        let state = self.lock();
        (state.most_at_once, state.most_on_one_key)
    }

    pub(crate) fn effects(&self, subject: Subject, kind: &str) -> u32 {
        self.lock()
            .effects
            .get(&(subject, kind.into()))
            .copied()
            .unwrap_or(0)
    }

    fn has(&self, subject: Subject, kind: &str, now: Timestamp) -> bool {
        let mut state = self.lock();
        let (arrived, later) = state.under_way.drain(..).partition(|row| row.0 <= now);
        state.under_way = later;
        let arrived: Vec<(Timestamp, Subject, String)> = arrived;
        for (_, subject, kind) in arrived {
            *state.effects.entry((subject, kind)).or_default() += 1;
        }
        state.effects.contains_key(&(subject, kind.into()))
    }

    fn panics(&self, kind: &str) -> bool {
        let mut state = self.lock();
        let Some(mishaps) = state.mishaps.get_mut(kind) else {
            return false;
        };
        let panics = matches!(mishaps.front(), Some(Mishap::Panic));
        if panics {
            mishaps.pop_front();
        }
        panics
    }

    async fn call(&self, attempt: &Attempt, clock: &dyn Clock) -> (AttemptState, &'static str) {
        let begun = clock.now();
        let latency = {
            let mut state = self.lock();
            *state.calling.entry(attempt.subject).or_default() += 1;
            state.most_at_once = state.most_at_once.max(state.calling.values().sum());
            let on_this = state.calling[&attempt.subject];
            state.most_on_one_key = state.most_on_one_key.max(on_this);
            state.latency
        };
        if latency > SignedDuration::ZERO {
            clock.sleep_until(begun + latency).await;
        }
        let mut state = self.lock();
        *state.calling.get_mut(&attempt.subject).unwrap() -= 1;
        state.act(attempt, begun)
    }
}

impl WorldState {
    fn act(&mut self, attempt: &Attempt, now: Timestamp) -> (AttemptState, &'static str) {
        let Attempt { subject, kind, .. } = attempt.clone();
        let age = (now + self.ahead).duration_since(attempt.signed_at);
        self.calls.push(Call {
            at: now,
            age,
            subject,
            kind: kind.clone(),
        });
        if age.abs() > SIGNATURE_LIFE {
            return (AttemptState::Refused, "signature-expired");
        }
        let mishap = self.mishaps.get_mut(&kind).and_then(VecDeque::pop_front);
        match mishap {
            Some(Mishap::Throttle) => (AttemptState::Refused, "throttled"),
            Some(Mishap::Refuse) => (AttemptState::Refused, "refused"),
            Some(Mishap::LoseRequest | Mishap::Panic) => (AttemptState::Unknown, "time-out"),
            Some(Mishap::LoseAnswer) => {
                *self.effects.entry((subject, kind)).or_default() += 1;
                (AttemptState::Unknown, "time-out")
            }
            Some(Mishap::ActLate(by)) => {
                self.under_way.push((now + by, subject, kind));
                (AttemptState::Unknown, "time-out")
            }
            None => {
                *self.effects.entry((subject, kind)).or_default() += 1;
                (AttemptState::Done, "ok")
            }
        }
    }
}

/// Wants the world to have each of [`STEPS`] for every target.
struct ToyDriver {
    world: Arc<World>,
    clock: Arc<VirtualClock>,
    /// How far its server's clock is ahead of the true time.
    off: SignedDuration,
    fuse: Arc<Fuse>,
}

#[async_trait]
impl Driver for ToyDriver {
    async fn open(
        &self,
        target: &Target,
        attempts: &[Attempt],
        _pacer: Pacer,
    ) -> Result<Box<dyn Run>, DriverError> {
        assert!(
            attempts
                .iter()
                .all(|attempt| attempt.state != AttemptState::Sending)
        );
        Ok(Box::new(ToyRun {
            world: Arc::clone(&self.world),
            clock: Arc::clone(&self.clock),
            off: self.off,
            fuse: Arc::clone(&self.fuse),
            target: target.clone(),
            attempts: attempts.to_vec(),
        }))
    }

    async fn cancelled(&self, _target: &Target) -> Records<Cancelled> {
        Ok(Cancelled::default())
    }

    fn outcome_records(&self, attempt: &Attempt) -> Vec<Change> {
        vec![leaf(
            "outcome",
            attempt.target.to_string(),
            attempt.signed_at,
        )]
    }
}

struct ToyRun {
    world: Arc<World>,
    clock: Arc<VirtualClock>,
    off: SignedDuration,
    fuse: Arc<Fuse>,
    target: Target,
    attempts: Vec<Attempt>,
}

impl ToyRun {
    /// Unknown attempts whose effect is seen, or can no longer come.
    fn settle(&mut self, now: Timestamp) -> Vec<Attempt> {
        let mut settled = Vec::new();
        if self.world.lock().is_blind {
            return settled;
        }
        for attempt in &mut self.attempts {
            if attempt.state != AttemptState::Unknown {
                continue;
            }
            let is_seen = self.world.has(attempt.subject, &attempt.kind, now);
            if is_seen || now >= attempt.signed_at + HORIZON {
                attempt.state = if is_seen {
                    AttemptState::Done
                } else {
                    AttemptState::Refused
                };
                attempt.outcome = Some(outcome(now, "observed"));
                settled.push(attempt.clone());
            }
        }
        settled
    }

    fn next(&self, now: Timestamp) -> Next {
        if self.world.lock().is_broken {
            return Next::Stuck {
                code: "toy.broken".into(),
                why: "Broken.".into(),
            };
        }
        let resting_for = self.world.lock().resting_for;
        if let Some(code) = resting_for {
            self.world.lock().looks.push(now);
            return Next::Rest {
                shortest: SignedDuration::from_mins(1),
                longest: SignedDuration::from_mins(15),
                code: code.into(),
                why: "Somebody else has to act.".into(),
            };
        }
        let held_until = self.world.lock().held_until;
        for (kind, once_only) in STEPS {
            if self.world.has(self.target.subject, kind, now) {
                continue;
            }
            let in_doubt = self.attempts.iter().find(|attempt| {
                attempt.kind == kind && attempt.state == AttemptState::Unknown && once_only
            });
            if let Some(attempt) = in_doubt {
                return wait(attempt.signed_at + HORIZON);
            }
            if let Some(until) = held_until
                && until > now
                && kind != "create"
            {
                return wait(until);
            }
            return Next::Step(self.step(kind, once_only, now));
        }
        Next::Finished
    }

    fn step(&self, kind: &'static str, once_only: bool, now: Timestamp) -> StepSpec {
        let lane = self.target.lane.clone();
        StepSpec {
            kind: kind.into(),
            step: "{}".into(),
            lane: lane.clone(),
            costs: vec![Cost {
                lane,
                operation: kind,
                tokens: 1,
            }],
            skew: self.skew(),
            once_only,
            records: vec![leaf("intent", self.target.id.to_string(), now)],
        }
    }
}

#[async_trait]
impl Run for ToyRun {
    fn skew(&self) -> SignedDuration {
        self.world.lock().ahead - self.off
    }

    async fn decide(&mut self, now: Timestamp) -> Result<Verdict, DriverError> {
        if self.world.lock().is_out_of_reach {
            return Err(DriverError::Later {
                code: "toy.away".into(),
                why: "Away.".into(),
            });
        }
        let settled = self.settle(now);
        Ok(Verdict {
            settled,
            records: Vec::new(),
            next: self.next(now),
        })
    }

    async fn send(&mut self, attempt: &Attempt) -> Sent {
        assert!(!self.world.panics(&attempt.kind), "a driver's mistake");
        self.fuse.pass(Point::BeforeCall).await.ok();
        let (state, code) = self.world.call(attempt, &*self.clock).await;
        self.fuse.pass(Point::AfterCall).await.ok();
        let outcome = outcome(self.clock.now(), code);
        self.attempts.push(Attempt {
            state,
            outcome: Some(outcome.clone()),
            ..attempt.clone()
        });
        let mut records = vec![leaf("outcome", attempt.target.to_string(), outcome.at)];
        if self.world.lock().records_collide {
            let revision = 0;
            records.push(Change::UpdateTarget(Target {
                revision,
                ..self.target.clone()
            }));
        }
        Sent {
            state,
            outcome,
            records,
            throttled: code == "throttled",
        }
    }
}

fn wait(until: Timestamp) -> Next {
    Next::Wait {
        until,
        code: "toy.wait".into(),
        why: "Not yet.".into(),
    }
}

fn outcome(at: Timestamp, code: &str) -> AttemptOutcome {
    let message = format!("The world said {code}.");
    AttemptOutcome {
        at,
        code: code.into(),
        message,
        request_id: None,
        answer: None,
    }
}

fn leaf(action: &str, object: String, at: Timestamp) -> Change {
    Change::AppendAudit(AuditLeaf {
        in_the_name_of: None,
        group: None,
        bytes: format!("{action} {object} {at}").into_bytes(),
        hash: [0; 32],
        at,
        actor: "toy".into(),
        action: action.into(),
        object,
    })
}

/// A clock that is ahead of the true time.
struct OffClock {
    clock: Arc<VirtualClock>,
    off: SignedDuration,
}

#[async_trait]
impl Clock for OffClock {
    fn now(&self) -> Timestamp {
        self.clock.now() + self.off
    }

    async fn sleep_until(&self, at: Timestamp) {
        self.clock.sleep_until(at - self.off).await;
    }
}

/// Everything that a test needs, and that outlives an engine.
pub(crate) struct Bench {
    pub(crate) records: Arc<MemoryRecords>,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) world: Arc<World>,
    entropy: Arc<SeededEntropy>,
    quotas: Quotas,
}

impl Bench {
    /// A clock that jumps to whatever is waited for: one thing at a time.
    pub(crate) fn new() -> Self {
        Self::with_clock(VirtualClock::auto(start()))
    }

    /// A clock that a test moves: things happen side by side.
    pub(crate) fn side_by_side() -> Self {
        Self::with_clock(VirtualClock::at(start()))
    }

    fn with_clock(clock: VirtualClock) -> Self {
        Self {
            records: Arc::new(MemoryRecords::new()),
            clock: Arc::new(clock),
            world: Arc::default(),
            entropy: Arc::new(SeededEntropy::new(1)),
            quotas: Quotas::new(1_000.0),
        }
    }

    pub(crate) fn with_quota(mut self, operation: &'static str, per_second: f64) -> Self {
        self.quotas = self.quotas.with(operation, per_second);
        self
    }

    pub(crate) fn engine(&self, owner: &str, fuse: &Arc<Fuse>) -> Engine {
        self.engine_off_by(SignedDuration::ZERO, owner, fuse)
    }

    /// A server whose clock is ahead of the others.
    pub(crate) fn engine_off_by(
        &self,
        off: SignedDuration,
        owner: &str,
        fuse: &Arc<Fuse>,
    ) -> Engine {
        let records = Fused::new(Arc::clone(&self.records), Arc::clone(fuse));
        let clock: Arc<VirtualClock> = Arc::clone(&self.clock);
        let driver = ToyDriver {
            world: Arc::clone(&self.world),
            clock: Arc::clone(&clock),
            off,
            fuse: Arc::clone(fuse),
        };
        Engine::new(EngineParts {
            records: Arc::new(records),
            driver: Arc::new(driver),
            clock: Arc::new(OffClock { clock, off }),
            entropy: Arc::clone(&self.entropy) as Arc<_>,
            settings: Settings::new(owner, self.quotas.clone()),
        })
    }

    pub(crate) fn key(&self) -> Subject {
        Subject::KmsKey(KmsKeyId::new(uuid_v7(self.clock.now(), &*self.entropy)))
    }

    pub(crate) async fn job(&self, priority: Priority, subjects: &[Subject]) -> JobId {
        self.job_in("eu-west-1", priority, subjects).await
    }

    pub(crate) async fn job_in(
        &self,
        region: &str,
        priority: Priority,
        subjects: &[Subject],
    ) -> JobId {
        let request = JobRequest {
            kind: "toy".into(),
            actor: "alice".into(),
            asked: None,
            priority,
            title: "raise counters".into(),
            targets: subjects
                .iter()
                .map(|subject| (*subject, lane(region)))
                .collect(),
            request: None,
        };
        let (job, _, changes) = new_job(
            request,
            std::collections::BTreeSet::new(),
            self.clock.now(),
            &*self.entropy,
        );
        self.records.commit(Batch::from(changes)).await.unwrap();
        job.id
    }

    /// Runs until no target is open, jumping from due time to due time.
    pub(crate) async fn run_to_end(&self, engine: &Engine) {
        for _ in 0..1_000 {
            match engine.run_due().await {
                Ok(None) => return,
                Ok(Some(next)) => self.clock.set(next),
                // A database that failed once.
                Err(_) => self.clock.advance(SignedDuration::from_secs(1)),
            }
        }
        panic!("the work does not end");
    }

    /// Runs until the fuse burns, then drops everything that the process held in memory.
    pub(crate) async fn run_to_crash(&self, owner: &str, fuse: &Arc<Fuse>) {
        let engine = self.engine(owner, fuse);
        tokio::select! {
            () = self.run_to_end(&engine) => {}
            () = fuse.burnt() => {}
        }
    }

    /// Lets the engine run in the background while time goes on in small steps, until `is_over`.
    pub(crate) async fn run_side_by_side(&self, engine: &Engine, is_over: impl AsyncFn() -> bool) {
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let engine = engine.clone();
        let running = tokio::spawn(async move {
            engine.run(async { stopped.await.unwrap_or(()) }).await;
        });
        for _ in 0..100_000 {
            for _ in 0..30 {
                tokio::task::yield_now().await;
            }
            if is_over().await {
                break;
            }
            self.clock.advance(SignedDuration::from_millis(100));
        }
        stop.send(()).unwrap();
        while !running.is_finished() {
            self.clock.advance(SignedDuration::from_millis(100));
            tokio::task::yield_now().await;
        }
        running.await.unwrap();
    }

    pub(crate) async fn find(&self, job: JobId) -> Job {
        self.records.find_job(job).await.unwrap().unwrap()
    }

    pub(crate) async fn attempts(&self, job: JobId) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        for target in self.records.list_targets(job).await.unwrap() {
            attempts.extend(self.records.list_attempts(target.id).await.unwrap());
        }
        attempts
    }

    /// The job succeeded; every effect happened, once; every attempt has an outcome; the log has an
    /// intent for each attempt and at least one outcome.
    pub(crate) async fn assert_done(&self, job: JobId, what: &str) {
        self.assert_done_within(job, what, 1).await;
    }

    /// The same, where a step that may be repeated may have happened up to `most` times.
    pub(crate) async fn assert_done_within(&self, job: JobId, what: &str, most: u32) {
        let found = self.find(job).await;
        assert_eq!(found.state, JobState::Succeeded, "{what}: {found:?}");
        assert!(found.finished_at.is_some(), "{what}");
        for target in self.records.list_targets(job).await.unwrap() {
            for (kind, once_only) in STEPS {
                let effects = self.world.effects(target.subject, kind);
                let most = if once_only { 1 } else { most };
                assert!(
                    (1..=most).contains(&effects),
                    "{what}: {kind} happened {effects} times"
                );
            }
        }
        let attempts = self.attempts(job).await;
        for attempt in &attempts {
            let state = attempt.state;
            assert!(state != AttemptState::Sending, "{what}: {attempt:?}");
            assert!(attempt.outcome.is_some(), "{what}: {attempt:?}");
        }
        let leaves = self.records.list_leaves(0, 10_000).await.unwrap();
        let count = |action: &str| {
            leaves
                .iter()
                .filter(|row| row.leaf.action == action)
                .count()
        };
        assert_eq!(count("intent"), attempts.len(), "{what}");
        assert!(count("outcome") >= attempts.len(), "{what}");
    }
}

pub(crate) fn start() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

pub(crate) fn lane(region: &str) -> Lane {
    let account = keyferry_domain::arn::Account {
        partition: keyferry_domain::arn::Partition::Aws,
        id: "111122223333".parse().unwrap(),
    };
    Lane {
        account,
        region: region.parse().unwrap(),
    }
}
