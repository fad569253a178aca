//! Random batches and questions that several implementations must answer alike.

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::Lane;
use keyferry_domain::connection::Connection;
use keyferry_domain::id::{KeyId, KmsKeyId};
use keyferry_domain::key::ManagedKey;
use keyferry_domain::keystore::Keystore;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::name::Name;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::records::{
    AllRecords, ApiToken, Attempt, AttemptOutcome, AttemptState, AuditFilter, Batch, Change,
    Expect, Job, JobFilter, JobState, KeyFilter, KmsKeyFilter, LaneClaim, Page, Priority, Seal,
    SealedKeyring, Session, Target, TargetState, User,
};

use super::samples::{START, Samples, at, lane, parse};
use super::{read_everything, rich};

const NAMES: [&str; 8] = ["a", "A", "b", "B c", "ä", "Ä", "a_b", "alias/a"];
const WORDS: [&str; 3] = ["x", "y", "z\"'%"];

/// A random sequence that a seed fixes (SplitMix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Begins with a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `limit`, which is not zero.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() {
            None
        } else {
            from.get(self.below(from.len()))
        }
    }

    fn word<T: Copy>(&mut self, all: &[(T, &str)]) -> T {
        all[self.below(all.len())].0
    }

    fn text(&mut self) -> String {
        WORDS[self.below(WORDS.len())].to_owned()
    }

    fn name(&mut self) -> Name {
        let number = ["", "", "1", "2", "3"][self.below(5)];
        parse(&format!("{}{number}", NAMES[self.below(NAMES.len())]))
    }

    /// A time with nanoseconds, near the others.
    fn time(&mut self) -> Timestamp {
        at(self.below(40) as i64) + SignedDuration::from_nanos(self.below(3_000) as i64)
    }

    fn lane(&mut self) -> Lane {
        lane(1 + self.below(2) as u32)
    }
}

/// Rows that were written, and some that were refused, so that later changes and questions meet them again.
#[derive(Clone, Debug, Default)]
struct Tried {
    connections: Vec<Connection>,
    keystores: Vec<Keystore>,
    keys: Vec<ManagedKey>,
    kms_keys: Vec<KmsKey>,
    jobs: Vec<Job>,
    targets: Vec<Target>,
    attempts: Vec<Attempt>,
    users: Vec<User>,
    tokens: Vec<ApiToken>,
    sessions: Vec<Session>,
    seals: Vec<Seal>,
    leases: Vec<LaneClaim>,
}

/// A run over several implementations. Between steps they may be closed and opened again.
#[derive(Debug)]
pub struct Differential {
    dice: Dice,
    samples: Samples,
    tried: Tried,
    accepted: usize,
}

impl Differential {
    /// Begins a run that the seed decides.
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            samples: Samples::new(),
            tried: Tried::default(),
            accepted: 0,
        }
    }

    /// How many batches were accepted so far.
    pub fn accepted(&self) -> usize {
        self.accepted
    }

    /// Writes and asks `steps` times, and compares everything at the end.
    ///
    /// # Panics
    ///
    /// Where two implementations answer differently.
    pub async fn run(&mut self, steps: usize, all: &[&dyn AllRecords]) {
        for _ in 0..steps {
            if self.dice.once_in(8) {
                self.lease(all).await;
            } else {
                self.commit(all).await;
            }
            for _ in 0..2 {
                self.ask(all).await;
            }
        }
        let mut texts = Vec::new();
        for records in all {
            texts.push(read_everything(*records).await);
        }
        assert!(
            texts.windows(2).all(|pair| pair[0] == pair[1]),
            "the records differ: {texts:#?}"
        );
    }

    async fn commit(&mut self, all: &[&dyn AllRecords]) {
        let before = self.tried.clone();
        let mut batch = Batch::new();
        for _ in 0..1 + self.dice.below(3) {
            let change = self.change();
            let is_informed = !self.dice.once_in(6);
            batch.push(if is_informed {
                self.informed(change, all[0]).await
            } else {
                change
            });
        }
        let mut answers = Vec::new();
        for records in all {
            answers.push(records.commit(batch.clone()).await);
        }
        assert!(
            answers.windows(2).all(|pair| pair[0] == pair[1]),
            "{answers:?} to {batch:#?}"
        );
        if answers[0].is_ok() {
            self.accepted += 1;
        } else if !self.dice.once_in(8) {
            self.tried = before;
        }
    }

    async fn lease(&mut self, all: &[&dyn AllRecords]) {
        let (lane, now) = (self.dice.lane(), self.dice.time());
        let until = now + SignedDuration::from_secs(self.dice.below(10) as i64);
        let owner = ["server-a", "server-b"][self.dice.below(2)];
        let mut answers = Vec::new();
        for records in all {
            answers.push(records.lease_lane(&lane, owner, now, until).await);
        }
        assert!(
            answers.windows(2).all(|pair| pair[0] == pair[1]),
            "{answers:?} to {lane} for {owner} at {now}"
        );
        if let Some(lease) = answers.remove(0).unwrap() {
            self.tried.leases.retain(|claim| claim.lane != lane);
            self.tried.leases.push(LaneClaim {
                lane,
                epoch: lease.epoch,
                owner: owner.to_owned(),
            });
        }
    }

    /// The change as one makes it who has just read: most batches shall be accepted.
    async fn informed(&mut self, change: Change, records: &dyn AllRecords) -> Change {
        let expect = |revision: Option<u64>| revision.map_or(Expect::New, Expect::Revision);
        match change {
            Change::PutConnection(row, _) => {
                let found = records.find_connection(row.id).await.unwrap();
                Change::PutConnection(row, expect(found.map(|found| found.revision)))
            }
            Change::PutKeystore(row, _) => {
                let found = records.find_keystore(row.id).await.unwrap();
                Change::PutKeystore(row, expect(found.map(|found| found.revision)))
            }
            Change::PutKey(row, _) => {
                let found = records.find_key(row.id).await.unwrap();
                Change::PutKey(row, expect(found.map(|found| found.revision)))
            }
            Change::PutKmsKey(row, _) => {
                let found = records.find_kms_key(row.id).await.unwrap();
                Change::PutKmsKey(row, expect(found.map(|found| found.revision)))
            }
            Change::PutUser(row, _) => {
                let found = records.find_user(row.id).await.unwrap();
                Change::PutUser(row, expect(found.map(|found| found.revision)))
            }
            Change::PutKeyring(row, _) => {
                let found = records.find_keyring().await.unwrap();
                Change::PutKeyring(row, expect(found.map(|found| found.revision)))
            }
            Change::UpdateJob(row) => {
                let found = records.find_job(row.id).await.unwrap();
                Change::UpdateJob(Job {
                    revision: found.map_or(1, |found| found.revision),
                    ..row
                })
            }
            Change::UpdateTarget(row) => {
                let found = records.find_target(row.id).await.unwrap();
                Change::UpdateTarget(Target {
                    revision: found.map_or(1, |found| found.revision),
                    ..row
                })
            }
            Change::SetVersionState {
                key,
                version,
                from,
                to,
                at,
            } => {
                let found = records.read_back_version(key, version).await.unwrap();
                let from = found.map_or(from, |found| found.state);
                Change::SetVersionState {
                    key,
                    version,
                    from,
                    to,
                    at,
                }
            }
            Change::InsertAttempt(row, claim) => {
                let held = self
                    .tried
                    .leases
                    .iter()
                    .find(|held| held.lane == claim.lane);
                Change::InsertAttempt(row, held.cloned().unwrap_or(claim))
            }
            other => other,
        }
    }

    fn change(&mut self) -> Change {
        match self.dice.below(6) {
            0 => self.configuration(),
            1 => self.key(),
            2 => self.kms_key(),
            3 => self.job(),
            4 => self.attempt(),
            _ => self.access(),
        }
    }

    fn expect(&mut self, is_new: bool) -> Expect {
        match (is_new, self.dice.once_in(10)) {
            (true, false) | (false, true) => Expect::New,
            _ => Expect::Revision(1 + self.dice.below(3) as u64),
        }
    }

    fn configuration(&mut self) -> Change {
        let Self {
            dice,
            samples,
            tried,
            ..
        } = self;
        match dice.below(6) {
            0 => {
                let known = dice
                    .pick(&tried.connections)
                    .filter(|_| !tried.connections.is_empty())
                    .cloned();
                let is_new = known.is_none() || dice.once_in(2);
                let mut row = match known {
                    Some(known) if !is_new => known,
                    _ => samples.connection("a"),
                };
                (row.name, row.updated_at) = (dice.name(), dice.time());
                tried.connections.push(row.clone());
                Change::PutConnection(row, self.expect(is_new))
            }
            1 | 2 => {
                let connection = dice.pick(&tried.connections).map(|row| row.id);
                let known = dice.pick(&tried.keystores).cloned();
                let is_new = known.is_none() || dice.once_in(2);
                let nowhere = samples.connection("a").id;
                let mut row = match known {
                    Some(known) if !is_new => known,
                    _ => samples.keystore("a", connection.unwrap_or(nowhere)),
                };
                row.name = dice.name();
                tried.keystores.push(row.clone());
                Change::PutKeystore(row, self.expect(is_new))
            }
            3 if dice.once_in(3) => match dice.pick(&tried.connections).map(|row| row.id) {
                Some(id) => Change::DeleteConnection(id, self.expect(false)),
                None => self.setting(),
            },
            4 if dice.once_in(3) => match dice.pick(&tried.keystores).map(|row| row.id) {
                Some(id) => Change::DeleteKeystore(id, self.expect(false)),
                None => self.setting(),
            },
            _ => self.setting(),
        }
    }

    fn setting(&mut self) -> Change {
        Change::PutSetting {
            name: self.dice.text(),
            value: self.dice.text(),
        }
    }

    fn key(&mut self) -> Change {
        let Self {
            dice,
            samples,
            tried,
            ..
        } = self;
        let known = dice.pick(&tried.keys).cloned();
        let Some(known) = known.filter(|_| !dice.once_in(3)) else {
            let row = ManagedKey {
                name: dice.name(),
                created_at: dice.time(),
                ..samples.key("a")
            };
            tried.keys.push(row.clone());
            return Change::PutKey(row, self.expect(true));
        };
        match dice.below(3) {
            0 => {
                let row = ManagedKey {
                    name: dice.name(),
                    ..known
                };
                Change::PutKey(row, self.expect(false))
            }
            1 => Change::InsertVersion(samples.version(&known, 1 + dice.below(3) as u32)),
            _ => Change::SetVersionState {
                key: known.id,
                version: number(dice),
                from: dice.word(&VersionState::ALL[..3]),
                to: dice.word(VersionState::ALL),
                at: dice.time(),
            },
        }
    }

    fn kms_key(&mut self) -> Change {
        let Self {
            dice,
            samples,
            tried,
            ..
        } = self;
        let known = dice.pick(&tried.kms_keys).cloned();
        let is_new = known.is_none() || dice.once_in(3);
        let nowhere = samples.connection("a").id;
        let keystore = dice.pick(&tried.keystores).cloned();
        let keystore = keystore.unwrap_or_else(|| samples.keystore("a", nowhere));
        let mut row = match known {
            Some(known) if !is_new => known,
            _ if dice.once_in(2) => rich::kms_key(samples, &keystore),
            _ => samples.kms_key("a", &keystore),
        };
        if !is_new && dice.once_in(5) {
            return Change::DeleteKmsKey(row.id, self.expect(false));
        }
        row.name = dice.name();
        row.created_at = dice.time();
        row.intent.life = dice.word(Life::ALL);
        row.intent.aliases = (0..dice.below(3))
            .map(|_| parse(["a", "b", "a/b"][dice.below(3)]))
            .collect();
        row.source = dice.pick(&tried.keys).map(|key| key.id);
        tried.kms_keys.push(row.clone());
        Change::PutKmsKey(row, self.expect(is_new))
    }

    fn job(&mut self) -> Change {
        let Self {
            dice,
            samples,
            tried,
            ..
        } = self;
        let known = dice.pick(&tried.jobs).cloned();
        let Some(mut known) = known.filter(|_| !dice.once_in(4)) else {
            let row = Job {
                actor: dice.text(),
                idempotency_key: dice.once_in(2).then(|| dice.text()),
                priority: dice.word(Priority::ALL),
                created_at: dice.time(),
                ..samples.job("work")
            };
            tried.jobs.push(row.clone());
            return Change::InsertJob(row);
        };
        known.revision = 1 + dice.below(4) as u64;
        known.state = dice.word(JobState::ALL);
        known.finished_at = dice.once_in(2).then(|| dice.time());
        let target = dice.pick(&tried.targets).cloned();
        match (dice.below(5), target) {
            (0, _) => Change::UpdateJob(known),
            (1 | 2, Some(target)) => Change::UpdateTarget(Target {
                state: dice.word(TargetState::ALL),
                due_at: dice.time(),
                note: dice.once_in(2).then(|| (dice.text(), dice.text())),
                tries: dice.below(9) as u32,
                revision: 1 + dice.below(3) as u64,
                ..target
            }),
            _ => {
                let subject = dice
                    .pick(&tried.kms_keys)
                    .map_or(KmsKeyId::new(samples.uuid()), |row| row.id);
                let row = Target {
                    subject,
                    due_at: dice.time(),
                    state: dice.word(&TargetState::ALL[..2]),
                    lane: dice.lane(),
                    ..samples.target(&known, dice.below(6) as u32)
                };
                tried.targets.push(row.clone());
                Change::InsertTarget(row)
            }
        }
    }

    fn attempt(&mut self) -> Change {
        let Self {
            dice,
            samples,
            tried,
            ..
        } = self;
        let known = dice.pick(&tried.attempts).cloned();
        let target = dice.pick(&tried.targets).cloned();
        match (known, target) {
            (Some(known), _) if dice.once_in(2) => {
                let outcome = AttemptOutcome {
                    at: dice.time(),
                    code: dice.text(),
                    message: dice.text(),
                    request_id: dice.once_in(2).then(|| dice.text()),
                    answer: dice.once_in(2).then(|| dice.text()),
                };
                let state = dice.word(AttemptState::ALL);
                Change::FinishAttempt(Attempt {
                    state,
                    outcome: Some(outcome),
                    ..known
                })
            }
            (_, Some(target)) => {
                let epoch = 1 + dice.below(3) as u64;
                let owner = if dice.once_in(2) {
                    "server-a"
                } else {
                    "server-b"
                };
                let claim = LaneClaim {
                    lane: target.lane.clone(),
                    epoch,
                    owner: owner.to_owned(),
                };
                let row = Attempt {
                    signed_at: dice.time(),
                    ..samples.attempt(&target, epoch)
                };
                tried.attempts.push(row.clone());
                Change::InsertAttempt(row, claim)
            }
            _ => self.access(),
        }
    }

    fn access(&mut self) -> Change {
        let Self {
            dice,
            samples,
            tried,
            ..
        } = self;
        let user = dice.pick(&tried.users).cloned();
        match (dice.below(8), user) {
            (0, Some(user)) => {
                let token = dice
                    .pick(&tried.tokens)
                    .cloned()
                    .filter(|_| dice.once_in(2));
                let row = token.unwrap_or_else(|| samples.token(&user));
                let row = ApiToken {
                    revoked_at: dice.once_in(2).then(|| dice.time()),
                    ..row
                };
                tried.tokens.push(row.clone());
                Change::PutToken(row)
            }
            (1, Some(user)) => {
                let session = dice
                    .pick(&tried.sessions)
                    .cloned()
                    .filter(|_| dice.once_in(2));
                let row = session.unwrap_or_else(|| samples.session(&user));
                let row = Session {
                    used_at: dice.time(),
                    ..row
                };
                tried.sessions.push(row.clone());
                if dice.once_in(4) {
                    Change::DeleteSession(row.id)
                } else {
                    Change::PutSession(row)
                }
            }
            (2, Some(user)) if dice.once_in(2) => {
                let row = User {
                    is_locked: true,
                    name: dice.name(),
                    ..user
                };
                Change::PutUser(row, self.expect(false))
            }
            (2 | 3, _) => {
                let row = User {
                    name: dice.name(),
                    ..samples.user("a")
                };
                tried.users.push(row.clone());
                Change::PutUser(row, self.expect(true))
            }
            (4, _) => {
                let row = Seal {
                    name: dice.name(),
                    ..samples.seal("a")
                };
                tried.seals.push(row.clone());
                Change::InsertSeal(row)
            }
            (5, _) => match dice.pick(&tried.seals).map(|row| row.id) {
                Some(id) => Change::DeleteSeal(id),
                None => self.setting(),
            },
            (6, _) => {
                let row = SealedKeyring {
                    bytes: vec![dice.below(256) as u8; 3],
                    revision: 0,
                };
                let is_new = dice.once_in(4);
                Change::PutKeyring(row, self.expect(is_new))
            }
            _ => {
                let (actor, action, object) = (dice.text(), dice.text(), dice.text());
                Change::AppendAudit(samples.leaf(&actor, &action, &object))
            }
        }
    }

    async fn ask(&mut self, all: &[&dyn AllRecords]) {
        let question = self.question();
        let mut answers = Vec::new();
        for records in all {
            answers.push(answer(*records, &question).await);
        }
        assert!(
            answers.windows(2).all(|pair| pair[0] == pair[1]),
            "{answers:#?} to {question:?}"
        );
    }

    fn question(&mut self) -> Question {
        let Self { dice, tried, .. } = self;
        Question {
            which: dice.below(22),
            name: dice.name(),
            text: dice
                .once_in(2)
                .then(|| ["", "a", "_", "Ä", "%"][dice.below(5)].to_owned()),
            words: [dice.text(), dice.text(), dice.text()],
            time: dice.time(),
            limit: dice.below(5) as u32,
            lane: dice.lane(),
            epoch: dice.below(4) as u64,
            state: dice.once_in(2).then(|| dice.word(JobState::ALL)),
            life: dice.once_in(2).then(|| dice.word(Life::ALL)),
            number: number(dice),
            key: dice.pick(&tried.keys).map(|row| row.id),
            kms_key: dice.pick(&tried.kms_keys).cloned(),
            target: dice.pick(&tried.targets).cloned(),
            user: dice.pick(&tried.users).cloned(),
            token: dice.pick(&tried.tokens).cloned(),
            session: dice.pick(&tried.sessions).cloned(),
        }
    }
}

fn number(dice: &mut Dice) -> VersionNumber {
    VersionNumber::new(1 + dice.below(4) as u32).unwrap_or(VersionNumber::FIRST)
}

/// One of the questions of [`answer`] with everything that it may need.
#[derive(Debug)]
struct Question {
    which: usize,
    name: Name,
    text: Option<String>,
    words: [String; 3],
    time: Timestamp,
    limit: u32,
    lane: Lane,
    epoch: u64,
    state: Option<JobState>,
    life: Option<Life>,
    number: VersionNumber,
    key: Option<KeyId>,
    kms_key: Option<KmsKey>,
    target: Option<Target>,
    user: Option<User>,
    token: Option<ApiToken>,
    session: Option<Session>,
}

async fn answer(records: &dyn AllRecords, question: &Question) -> String {
    let Question {
        which,
        name,
        words: [first, second, third],
        time,
        limit,
        lane,
        epoch,
        ..
    } = question;
    match which {
        0 => format!("{:?}", records.find_connection_by_name(name).await),
        1 => format!("{:?}", records.find_keystore_by_name(name).await),
        2 => format!("{:?}", records.find_setting(first).await),
        3 => format!("{:?}", records.find_key_by_name(name).await),
        4 => format!("{:?}", records.find_kms_keys_called(name.as_str()).await),
        5 => format!(
            "{:?}",
            records
                .find_kms_key_by_arn(&rich::arn("us-east-1", "mrk-1"))
                .await
        ),
        6 => format!(
            "{:?}",
            records.find_job_by_idempotency_key(first, second).await
        ),
        7 => format!("{:?}", records.due_targets(*time, *limit).await),
        8 => format!("{:?}", records.next_due(*time).await),
        9 => format!("{:?}", records.orphaned_attempts(lane, *epoch).await),
        10 => format!("{:?}", records.find_user_by_name(name).await),
        11 => format!("{:?}", records.audit_size().await),
        12 => format!("{:?}", records.list_leaves(*epoch, *limit).await),
        13..17 => lists(records, question, [first, second, third]).await,
        _ => rows(records, question, START).await,
    }
}

/// Whole lists, page by page.
async fn lists(
    records: &dyn AllRecords,
    question: &Question,
    [actor, action, object]: [&String; 3],
) -> String {
    let mut page = Page {
        limit: question.limit,
        cursor: None,
    };
    let mut text = String::new();
    loop {
        page.cursor = match question.which {
            13 => {
                let filter = KeyFilter {
                    text: question.text.clone(),
                };
                add(&mut text, records.list_keys(&filter, &page).await.unwrap())
            }
            14 => {
                let filter = KmsKeyFilter {
                    keystore: question.kms_key.as_ref().map(|row| row.keystore),
                    life: question.life.map(|life| life.as_str().to_owned()),
                    text: question.text.clone(),
                    ..KmsKeyFilter::default()
                };
                add(
                    &mut text,
                    records.list_kms_keys(&filter, &page).await.unwrap(),
                )
            }
            15 => {
                let subject = question
                    .target
                    .as_ref()
                    .filter(|_| question.state.is_none());
                let filter = JobFilter {
                    state: question.state,
                    subject: subject.map(|row| row.subject),
                };
                add(&mut text, records.list_jobs(&filter, &page).await.unwrap())
            }
            _ => {
                let filter = AuditFilter {
                    actor: Some(actor.clone()),
                    action: question.state.map(|_| action.clone()),
                    object: question.life.map(|_| object.clone()),
                };
                add(
                    &mut text,
                    records.find_leaves(&filter, &page).await.unwrap(),
                )
            }
        };
        if page.cursor.is_none() {
            return text;
        }
    }
}

fn add<T: std::fmt::Debug>(
    text: &mut String,
    part: keyferry_ports::records::PageOf<T>,
) -> Option<String> {
    text.push_str(&format!("{:?}\n", part.rows));
    part.next
}

/// What is known of one row.
async fn rows(records: &dyn AllRecords, question: &Question, since: Timestamp) -> String {
    let Question {
        which,
        number,
        key,
        kms_key,
        target,
        user,
        token,
        session,
        ..
    } = question;
    match (which, key, kms_key, target, user) {
        (17, Some(key), ..) => {
            let found = records.find_key(*key).await;
            format!(
                "{found:?} {:?}",
                records.read_back_version(*key, *number).await
            )
        }
        (18, _, Some(kms_key), ..) => format!("{:?}", records.find_kms_key(kms_key.id).await),
        (19, _, _, Some(target), _) => {
            let open = records.open_targets_on(target.subject).await;
            let recent = records
                .recent_attempts(target.subject, question.time.max(since))
                .await;
            format!(
                "{open:?} {recent:?} {:?}",
                records.find_target(target.id).await
            )
        }
        (20, .., Some(user)) => {
            format!(
                "{:?} {:?}",
                records.find_user(user.id).await,
                records.list_tokens(user.id).await
            )
        }
        _ => {
            let token = match token {
                Some(token) => records.find_token(&token.hash).await.unwrap(),
                None => None,
            };
            let session = match session {
                Some(session) => records.find_session(&session.hash).await.unwrap(),
                None => None,
            };
            format!("{token:?} {session:?}")
        }
    }
}
