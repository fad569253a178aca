//! People: they ask for every operation that there is, at random, and what they asked for is written down before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use keyferry_app::keys::KeyOptions;
use keyferry_app::kms_keys::{
    AdoptKeys, AdoptSelection, Bulk, BulkOperation, Copies, CopyInto, CreateGrant, CreateKmsKey,
    GrantChoice, Mode, Properties, Rotate, RotateKey, RotationMethod, Selection, SynchronizeChoice,
    UpdateKmsKey, UploadKey,
};
use keyferry_app::{App, AppError, ErrorClass};
use keyferry_domain::grant::GrantOperation;
use keyferry_domain::id::{KeyId, KmsKeyId};
use keyferry_domain::kms_key::{KmsKey, OldKey};
use keyferry_domain::life::Life;
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::schedule::{Recurrence, RotationSchedule, ScheduledMethod};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::tag::Tags;
use keyferry_domain::validity::Validity;
use keyferry_ports::records::{
    AllRecords, FoundKeyFilter, Groups, Job, JobFilter, JobState, Page, RecordsError,
};

use super::landscape::{ACCOUNTS, KMS_KEYS, REGIONS, keystores};
use crate::entropy::SeededEntropy;
use crate::records::MemoryRecords;
use crate::world::ann;

/// What somebody asked for, as far as it takes something away.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    pub(super) disabling: bool,
    pub(super) emptying: bool,
    pub(super) deletion: bool,
}

/// What several people asked for, each by their number.
type Wishes = BTreeMap<u64, Asked>;

/// Everything that people and others did, for whoever judges.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    pub(super) asked: BTreeMap<KmsKeyId, Wishes>,
    /// For all KMS keys that hold a key.
    pub(super) asked_of_source: BTreeMap<KeyId, Wishes>,
    /// Materials that somebody else put into AWS.
    pub(super) planted: BTreeSet<String>,
    /// KMS keys that somebody else made.
    pub(super) foreign_keys: BTreeSet<String>,
    /// What was asked of KMS keys whose records were dropped, by ARN.
    pub(super) forgotten: BTreeMap<String, Wishes>,
    /// Operations by name: asked for, and refused.
    pub(super) operations: BTreeMap<&'static str, (u64, u64)>,
    /// Answers that say that we made a mistake.
    pub(super) bugs: Vec<String>,
    /// Everything that people read as an error.
    pub(super) errors: BTreeSet<String>,
}

/// A ledger that several tasks write.
#[derive(Clone, Debug, Default)]
pub(super) struct Book(Arc<Mutex<Ledger>>);

impl Book {
    pub(super) fn open(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Noted before it is asked: whatever comes of it may be in AWS before there is an answer, or without one.
    fn ask(&self, who: u64, key: &KmsKey, asked: Asked) {
        let mut book = self.open();
        add_wish(book.asked.entry(key.id).or_default(), who, asked);
    }

    fn ask_of_source(&self, who: u64, key: KeyId, asked: Asked) {
        let mut book = self.open();
        add_wish(book.asked_of_source.entry(key).or_default(), who, asked);
    }

    /// The record is dropped; what it did stays in AWS, where another record may have its KMS key.
    fn forget(&self, who: u64, key: &KmsKey) {
        let Some(arn) = &key.arn else {
            return;
        };
        let mut book = self.open();
        let asked = book.asked_of(key);
        let wishes = book.forgotten.entry(arn.to_string()).or_default();
        add_wish(wishes, who, asked);
    }
}

fn add_wish(wishes: &mut Wishes, who: u64, asked: Asked) {
    wishes.entry(who).or_default().add(asked);
}

fn sum(wishes: &Wishes) -> Asked {
    let mut sum = Asked::default();
    wishes.values().for_each(|asked| sum.add(*asked));
    sum
}

impl Ledger {
    /// What was asked of a KMS key, of itself and of its source.
    pub(super) fn asked_of(&self, key: &KmsKey) -> Asked {
        let of_source = key
            .source
            .and_then(|source| self.asked_of_source.get(&source));
        let both = self.asked.get(&key.id).into_iter().chain(of_source);
        let mut asked = Asked::default();
        both.for_each(|wishes| asked.add(sum(wishes)));
        asked
    }

    /// What was asked of KMS keys by records that were dropped since; `None` where none was.
    pub(super) fn asked_of_forgotten(&self, is_it: impl Fn(&str) -> bool) -> Option<Asked> {
        let forgotten = self.forgotten.iter();
        let mut of_it = forgotten
            .filter(|(arn, wishes)| is_it(arn) && !wishes.is_empty())
            .map(|(_, wishes)| sum(wishes))
            .peekable();
        of_it.peek()?;
        let mut asked = Asked::default();
        of_it.for_each(|one| asked.add(one));
        Some(asked)
    }

    /// Nothing came of what somebody asked for: it excuses nothing.
    fn take_back(&mut self, who: u64) {
        let of_keys = self.asked.values_mut();
        let of_sources = self.asked_of_source.values_mut();
        let all = of_keys.chain(of_sources).chain(self.forgotten.values_mut());
        for wishes in all {
            wishes.remove(&who);
        }
    }
}

impl Asked {
    pub(super) fn add(&mut self, more: Self) {
        self.disabling |= more.disabling;
        self.emptying |= more.emptying;
        self.deletion |= more.deletion;
    }

    pub(super) const DISABLING: Self = Self {
        disabling: true,
        emptying: false,
        deletion: false,
    };

    pub(super) const EMPTYING: Self = Self {
        disabling: true,
        emptying: true,
        deletion: false,
    };

    pub(super) const DELETION: Self = Self {
        disabling: true,
        emptying: false,
        deletion: true,
    };

    /// What cancelling a deletion asks for: AWS leaves the KMS key disabled, and it stays so.
    fn of_cancelling(empty: Option<bool>) -> Self {
        match empty {
            Some(false) => Self::DISABLING,
            // Its keystore may say so.
            Some(true) | None => Self::EMPTYING,
        }
    }

    fn of(old: OldKey) -> Self {
        match old {
            OldKey::KeepEnabled => Self::default(),
            OldKey::Disable => Self::DISABLING,
            OldKey::Deactivate => Self::EMPTYING,
        }
    }
}

/// One person with one wish.
pub(super) struct Person {
    pub(super) app: Arc<App>,
    pub(super) records: Arc<dyn AllRecords>,
    /// The same records, to look at.
    pub(super) fleet: Arc<MemoryRecords>,
    pub(super) book: Book,
    pub(super) dice: SeededEntropy,
    /// The time, for dates that people name.
    pub(super) now: Timestamp,
    /// Makes names unique.
    pub(super) number: u64,
}

type Asking = Result<(), AppError>;

/// Whether nothing was written: each wish is one commit, of which an unanswered one alone leaves that open.
fn is_certain(error: &AppError) -> bool {
    !matches!(error, AppError::Records(RecordsError::Unknown))
}

impl Person {
    /// Asks for something.
    pub(super) async fn ask(self) {
        let keys = self.fleet.kms_keys();
        let (name, result) = self.wish(&keys).await;
        let mut book = self.book.open();
        let counts = book.operations.entry(name).or_default();
        counts.0 += 1;
        let Err(error) = result else { return };
        counts.1 += 1;
        if is_certain(&error) {
            book.take_back(self.number);
        }
        let text = format!("{}: {error}", error.code());
        if error.class() == ErrorClass::Bug {
            book.bugs.push(format!("{name}: {text}"));
        }
        book.errors.insert(text);
    }

    async fn wish(&self, keys: &[Arc<KmsKey>]) -> (&'static str, Asking) {
        let live = |key: &&KmsKey| !matches!(key.intent.life, Life::Deleted | Life::Released);
        let living: Vec<&KmsKey> = keys.iter().map(AsRef::as_ref).filter(live).collect();
        let Some(key) = self.one_of(&living) else {
            return ("create", self.create().await);
        };
        match self.dice.below(100) {
            0..8 if living.len() < KMS_KEYS + 30 => ("create", self.create().await),
            8..10 if living.len() < KMS_KEYS + 30 => ("upload", self.upload(key).await),
            10..12 if living.len() < KMS_KEYS + 30 => ("copy", self.copy(key).await),
            0..20 => ("rotate by new key", self.rotate_by_new_key(key).await),
            20..29 => (
                "rotate in place",
                self.rotate(key, RotationMethod::InPlace, &self.naming(key))
                    .await,
            ),
            29..31 => ("rotate source key", self.rotate_source(key).await),
            31..49 => self.switch(key).await,
            49..60 => self.bury(key).await,
            60..69 => self.change(key).await,
            69..73 => self.spread(key).await,
            73..77 => ("adopt", self.adopt().await),
            77..80 => self.leave(keys, key).await,
            80..85 => ("bulk", self.bulk(&living).await),
            85..92 => self.mind_jobs().await,
            92..94 => self.grant(key).await,
            94..97 => ("schedule", self.schedule(key).await),
            _ => self.look(key).await,
        }
    }

    fn one_of<T: Copy>(&self, of: &[T]) -> Option<T> {
        of.get(self.dice.below(of.len() as u64) as usize).copied()
    }

    fn chance(&self, per_cent: u64) -> bool {
        self.dice.below(100) < per_cent
    }

    fn keystore(&self) -> String {
        let account = self.dice.below(ACCOUNTS.len() as u64) as usize;
        keystores(account)[self.dice.below(2) as usize].clone()
    }

    fn properties(&self, name: &str) -> Result<Properties, AppError> {
        let first = self.dice.below(REGIONS.len() as u64) as usize;
        let is_plural = self.chance(20);
        let count = 1 + usize::from(is_plural);
        let regions = (0..count).map(|place| REGIONS[(first + place) % REGIONS.len()].parse());
        let days = self.dice.below(600) as i64 + 2;
        let until = Validity::Until(self.now + SignedDuration::from_hours(24 * days));
        Ok(Properties {
            regions: regions.collect::<Result<_, _>>()?,
            multi_region: Some(is_plural),
            aliases: vec![name.parse()?],
            validity: self.chance(20).then(|| until.into()),
            disabled: self.chance(5),
            ..Properties::default()
        })
    }

    async fn create(&self) -> Asking {
        let name = format!("new-{}", self.number);
        let spec = match self.dice.below(10) {
            0 => KeySpec::Hmac256,
            1 => KeySpec::EcP256,
            _ => KeySpec::Aes256,
        };
        let properties = self.properties(&name)?;
        let command = CreateKmsKey {
            keystore: self.keystore(),
            name: name.parse()?,
            spec: Some(spec),
            key: KeyOptions::default(),
            properties,
        };
        let kms_keys = &self.app.kms_keys;
        kms_keys
            .create(&ann(), command, &self.mode())
            .await
            .map(drop)
    }

    /// Sometimes with a key that makes repeating safe.
    fn mode(&self) -> Mode {
        let key = format!("request-{}", self.number);
        Mode {
            dry_run: self.chance(3),
            idempotency_key: self.chance(30).then_some(key),
            confirmed_name: None,
        }
    }

    fn naming(&self, key: &KmsKey) -> Mode {
        Mode {
            confirmed_name: Some(key.name.to_string()),
            ..self.mode()
        }
    }

    async fn upload(&self, key: &KmsKey) -> Asking {
        let Some(source) = key.source else {
            return Ok(());
        };
        let name = format!("upload-{}", self.number);
        let command = UploadKey {
            keystore: self.keystore(),
            key: source.to_string(),
            name: Some(name.parse()?),
            properties: self.properties(&name)?,
        };
        let kms_keys = &self.app.kms_keys;
        kms_keys
            .upload(&ann(), command, &self.mode())
            .await
            .map(drop)
    }

    async fn copy(&self, key: &KmsKey) -> Asking {
        let Some(source) = key.source else {
            return Ok(());
        };
        let mut copies = Vec::new();
        for place in 0..2 {
            let name = format!("copy-{}-{place}", self.number);
            copies.push(CopyInto {
                keystore: self.keystore(),
                name: Some(name.parse()?),
                properties: self.properties(&name)?,
            });
        }
        let (kms_keys, source) = (&self.app.kms_keys, source.to_string());
        let copied = kms_keys.copy(&ann(), &source, copies, &self.mode()).await;
        copied.map(drop)
    }

    fn old_key(&self) -> OldKey {
        match self.dice.below(4) {
            0 => OldKey::KeepEnabled,
            1 => OldKey::Deactivate,
            _ => OldKey::Disable,
        }
    }

    async fn rotate_by_new_key(&self, key: &KmsKey) -> Asking {
        let old = self.old_key();
        let mode = self.naming(key);
        self.note(&mode, key, Asked::of(old));
        self.rotate(key, RotationMethod::NewKey(old), &mode).await
    }

    /// Writes down what is about to be asked for. Dry runs ask for nothing.
    fn note(&self, mode: &Mode, key: &KmsKey, asked: Asked) {
        if !mode.dry_run {
            self.book.ask(self.number, key, asked);
        }
    }

    async fn rotate(&self, key: &KmsKey, method: RotationMethod, mode: &Mode) -> Asking {
        let (kms_keys, id) = (&self.app.kms_keys, key.id.to_string());
        let rotated = kms_keys.rotate(&ann(), &id, Rotate { method }, mode).await;
        rotated.map(drop)
    }

    async fn rotate_source(&self, key: &KmsKey) -> Asking {
        let Some(source) = key.source else {
            return Ok(());
        };
        let found = self.records.find_key(source).await?;
        let Some(found) = found else { return Ok(()) };
        let old = self.old_key();
        self.book.ask_of_source(self.number, source, Asked::of(old));
        let method = if self.chance(50) {
            RotationMethod::InPlace
        } else {
            RotationMethod::NewKey(old)
        };
        let command = RotateKey {
            copies: if self.chance(70) {
                Copies::All
            } else {
                Copies::None
            },
            method,
            keep_former_active: self.chance(50),
        };
        let mode = Mode::naming(found.name.as_str());
        let kms_keys = &self.app.kms_keys;
        let rotated = kms_keys
            .rotate_key(&ann(), &source.to_string(), command, &mode)
            .await;
        rotated.map(drop)
    }

    /// On and off, in and out.
    async fn switch(&self, key: &KmsKey) -> (&'static str, Asking) {
        let (kms_keys, id, mode) = (&self.app.kms_keys, key.id.to_string(), self.naming(key));
        let ann = ann();
        let (name, answer) = match self.dice.below(16) {
            0 | 1 => {
                self.note(&mode, key, Asked::DISABLING);
                ("disable", kms_keys.disable(&ann, &id, &mode).await)
            }
            2 | 3 => ("enable", kms_keys.enable(&ann, &id, &mode).await),
            4 | 5 => {
                self.note(&mode, key, Asked::EMPTYING);
                ("deactivate", kms_keys.deactivate(&ann, &id, &mode).await)
            }
            6 => {
                self.note(&mode, key, Asked::EMPTYING);
                let answer = kms_keys.remove_from_cloud(&ann, &id, &mode).await;
                ("remove from cloud", answer)
            }
            7..11 => ("activate", kms_keys.activate(&ann, &id, &mode).await),
            11 => {
                self.note(&mode, key, Asked::EMPTYING);
                let what = SynchronizeChoice {
                    delete_material: true,
                    ..SynchronizeChoice::default()
                };
                let answer = kms_keys.synchronize(&ann, &id, what, &mode).await;
                ("synchronize, deleting", answer)
            }
            12 | 13 => {
                let what = SynchronizeChoice::default();
                let answer = kms_keys.synchronize(&ann, &id, what, &mode).await;
                ("synchronize", answer)
            }
            _ => ("restore", kms_keys.restore(&ann, &id, &mode).await),
        };
        (name, answer.map(drop))
    }

    /// Deletion, and back.
    async fn bury(&self, key: &KmsKey) -> (&'static str, Asking) {
        let (kms_keys, id, mode) = (&self.app.kms_keys, key.id.to_string(), self.naming(key));
        let is_pending = key.intent.life == Life::PendingDeletion;
        let (name, answer) = match (is_pending, self.dice.below(10)) {
            (false, 0..4) => {
                self.note(&mode, key, Asked::DELETION);
                let days = 7 + self.dice.below(24) as u32;
                let answer = kms_keys.schedule_deletion(&ann(), &id, days, &mode).await;
                ("schedule deletion", answer)
            }
            (true, 0..6) => {
                let empty = [None, Some(true), Some(false)];
                let empty = empty[self.dice.below(3) as usize];
                self.note(&mode, key, Asked::of_cancelling(empty));
                let answer = kms_keys.cancel_deletion(&ann(), &id, empty, &mode).await;
                ("cancel deletion", answer)
            }
            _ => ("restore", kms_keys.restore(&ann(), &id, &mode).await),
        };
        (name, answer.map(drop))
    }

    async fn change(&self, key: &KmsKey) -> (&'static str, Asking) {
        let mut command = UpdateKmsKey::default();
        let built = self.changes(&mut command, key);
        if built.is_err() {
            return ("update", built);
        }
        let (kms_keys, id) = (&self.app.kms_keys, key.id.to_string());
        let answer = kms_keys.update(&ann(), &id, command, &self.mode()).await;
        ("update", answer.map(drop))
    }

    fn changes(&self, command: &mut UpdateKmsKey, key: &KmsKey) -> Asking {
        match self.dice.below(6) {
            0 => command.description = Some(format!("described {}", self.number)),
            1 => {
                let tags = [("team".to_owned(), format!("t{}", self.number))];
                command.set_tags = Tags::from(tags);
            }
            2 => command.remove_tags = BTreeSet::from(["team".to_owned()]),
            3 => {
                let alias = format!("also-{}", self.number).parse()?;
                command.add_aliases = BTreeSet::from([alias]);
            }
            4 => {
                let last = key.intent.aliases.iter().next_back().cloned();
                command.remove_aliases = last.into_iter().collect();
            }
            _ => {
                let days = self.dice.below(500) as i64 + 2;
                let until = self.now + SignedDuration::from_hours(24 * days);
                command.stay = Some(if self.chance(30) {
                    Validity::Permanent.into()
                } else {
                    Validity::Until(until).into()
                });
            }
        }
        Ok(())
    }

    /// More Regions.
    async fn spread(&self, key: &KmsKey) -> (&'static str, Asking) {
        let (kms_keys, id) = (&self.app.kms_keys, key.id.to_string());
        let Some(Ok(region)) = self.one_of(&REGIONS).map(str::parse) else {
            return ("replicate", Ok(()));
        };
        if key.intent.places.contains(&region) {
            let answer = kms_keys
                .change_primary(&ann(), &id, &region, &self.mode())
                .await;
            return ("change primary", answer.map(drop));
        }
        let answer = kms_keys
            .replicate(&ann(), &id, vec![region], &self.mode())
            .await;
        ("replicate", answer.map(drop))
    }

    async fn adopt(&self) -> Asking {
        let filter = FoundKeyFilter::default();
        let found = self.records.list_found_keys(&filter, &page()).await?;
        let Some(one) = found.rows.first() else {
            return Ok(());
        };
        let arn = one.arn.to_string();
        let account = ACCOUNTS.iter().position(|account| arn.contains(account));
        let command = AdoptKeys {
            keystore: keystores(account.unwrap_or_default())[1].clone(),
            selection: AdoptSelection::These(vec![arn]),
            dry_run: false,
        };
        let adoption = self.app.kms_keys.adopt(&ann(), command).await?;
        for key in &adoption.adopted {
            // What others had disabled or scheduled for deletion is wanted so from now on.
            if !key.intent.enabled {
                self.book.ask(self.number, key, Asked::DISABLING);
            }
            if key.intent.life == Life::PendingDeletion {
                self.book.ask(self.number, key, Asked::DELETION);
            }
        }
        Ok(())
    }

    async fn leave(&self, keys: &[Arc<KmsKey>], key: &KmsKey) -> (&'static str, Asking) {
        let kms_keys = &self.app.kms_keys;
        let is_gone = |key: &&KmsKey| key.intent.life == Life::Deleted;
        let gone: Vec<&KmsKey> = keys.iter().map(AsRef::as_ref).filter(is_gone).collect();
        if let (Some(gone), true) = (self.one_of(&gone), self.chance(70)) {
            self.book.forget(self.number, gone);
            let forgotten = kms_keys
                .forget(&ann(), &gone.id.to_string(), &Mode::default())
                .await;
            return ("forget", forgotten.map(drop));
        }
        if self.chance(30) {
            let released = kms_keys
                .release(&ann(), &key.id.to_string(), &self.mode())
                .await;
            return ("release", released.map(drop));
        }
        let keystore = self.keystore();
        let synced = self.app.watch.sync(&ann(), &keystore).await;
        ("sync", synced.map(drop))
    }

    async fn bulk(&self, living: &[&KmsKey]) -> Asking {
        let count = 2 + self.dice.below(8) as usize;
        let chosen: BTreeMap<KmsKeyId, &KmsKey> = (0..count)
            .filter_map(|_| self.one_of(living))
            .map(|key| (key.id, key))
            .collect();
        let old = self.old_key();
        let method = RotationMethod::NewKey(old);
        let (operation, asked) = match self.dice.below(9) {
            0 => (BulkOperation::Activate, Asked::default()),
            1 => (BulkOperation::Deactivate, Asked::EMPTYING),
            2 => (BulkOperation::Disable, Asked::DISABLING),
            3 => (BulkOperation::Enable, Asked::default()),
            4 => (BulkOperation::Rotate(Rotate { method }), Asked::of(old)),
            5 => {
                let empty = Some(self.chance(50));
                let asked = Asked::of_cancelling(empty);
                (BulkOperation::CancelDeletion { empty }, asked)
            }
            6 => {
                let choice = SynchronizeChoice::default();
                (BulkOperation::Synchronize(choice), Asked::default())
            }
            _ => (BulkOperation::Restore, Asked::default()),
        };
        let mode = self.mode();
        for key in chosen.values() {
            self.note(&mode, key, asked);
        }
        let command = Bulk {
            selection: Selection::Chosen(chosen.keys().map(ToString::to_string).collect()),
            operation,
            confirmed_count: Some(chosen.len() as u32),
        };
        let kms_keys = &self.app.kms_keys;
        kms_keys.bulk(&ann(), command, &mode).await.map(drop)
    }

    /// Pause, resume, cancel, retry.
    async fn mind_jobs(&self) -> (&'static str, Asking) {
        let (name, state) = match self.dice.below(5) {
            0 => ("pause", JobState::Waiting),
            1 => ("resume", JobState::Paused),
            2 if self.chance(50) => ("cancel", JobState::Stuck),
            2 => ("cancel", JobState::Waiting),
            _ => ("retry", JobState::Stuck),
        };
        let jobs = match jobs_in(&*self.records, state).await {
            Ok(jobs) => jobs,
            Err(error) => return (name, Err(error)),
        };
        let ids: Vec<_> = jobs.iter().take(20).map(|job| job.id).collect();
        let Some(id) = self.one_of(&ids) else {
            return (name, Ok(()));
        };
        let jobs = &self.app.jobs;
        let answer = match name {
            "pause" => jobs.pause(&ann(), id).await,
            "resume" => jobs.resume(&ann(), id).await,
            "cancel" => jobs.cancel(&ann(), id).await,
            _ => jobs.retry(&ann(), id).await,
        };
        (name, answer.map(drop))
    }

    /// Give a grant, or end all that its holder has.
    async fn grant(&self, key: &KmsKey) -> (&'static str, Asking) {
        let (kms_keys, id) = (&self.app.kms_keys, key.id.to_string());
        let Some(arn) = &key.arn else {
            return ("grant", Ok(()));
        };
        let holder = format!("arn:aws:iam::{}:role/app", arn.account().id);
        let mode = self.mode();
        match self.dice.below(4) {
            0 => {
                let of = GrantChoice::Of(holder);
                let revoked = kms_keys.revoke_grants(&ann(), &id, of, &mode).await;
                ("revoke grants", revoked.map(drop))
            }
            1 => {
                let of = GrantChoice::Of(holder);
                let retired = kms_keys.retire_grants(&ann(), &id, of, &mode).await;
                ("retire grants", retired.map(drop))
            }
            _ => {
                let command = CreateGrant {
                    name: None,
                    grantee: holder,
                    retiring: None,
                    operations: [GrantOperation::DescribeKey].into(),
                    context_equals: BTreeMap::new(),
                    context_subset: BTreeMap::new(),
                };
                let given = kms_keys.create_grant(&ann(), &id, command, &mode).await;
                ("grant", given.map(drop))
            }
        }
    }

    async fn schedule(&self, key: &KmsKey) -> Asking {
        let period = format!("{}d", 10 + self.dice.below(60));
        let mut schedule =
            RotationSchedule::new(Recurrence::Every(period.parse().expect("a period")));
        if self.chance(50) {
            schedule.method = ScheduledMethod::InPlace;
        }
        let choice = if self.chance(50) {
            RotationChoice::Never
        } else {
            RotationChoice::Own(schedule)
        };
        let (kms_keys, id) = (&self.app.kms_keys, key.id.to_string());
        let set = kms_keys.set_rotation(&ann(), &id, choice, None).await;
        set.map(drop)
    }

    async fn look(&self, key: &KmsKey) -> (&'static str, Asking) {
        let id = key.id.to_string();
        if self.chance(50) {
            let observed = self.app.kms_keys.observe(&ann(), &id).await;
            return ("observe", observed.map(drop));
        }
        let uploaded = self
            .app
            .kms_keys
            .upload_version(&ann(), &id, &self.mode())
            .await;
        ("upload version", uploaded.map(drop))
    }
}

/// As many as there are.
pub(super) fn page() -> Page {
    Page {
        limit: 100_000,
        cursor: None,
    }
}

/// Every job in a state, newest first.
pub(super) async fn jobs_in(
    records: &dyn AllRecords,
    state: JobState,
) -> Result<Vec<Job>, AppError> {
    let filter = JobFilter {
        groups: Groups::All,
        state: Some(state),
        subject: None,
    };
    Ok(records.list_jobs(&filter, &page()).await?.rows)
}
