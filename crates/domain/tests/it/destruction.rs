//! Random histories of KMS keys and versions: nothing is destroyed that a KMS key in AWS may need.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::destruction::{
    DELAY_DAYS_MAX, DELAY_DAYS_MIN, Erasure, Looks, Refused, Ripeness, check, due, ripeness,
};
use keyferry_domain::former::Wish;
use keyferry_domain::id::{JobId, KeyId, KmsKeyId};
use keyferry_domain::intent::Intent;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::operation::{
    activate, cancel_deletion, confirm_deleted, deactivate, release, restore, schedule_deletion,
};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::validity::Validity;
use keyferry_domain::version::{VersionAction, VersionNumber, VersionState};
use keyferry_domain::view::{Described, Expiration, Field, KeyState, Place};
use proptest::prelude::*;
use uuid::Uuid;

use crate::support::{WEST, arn, days, intent_for, kms_key, region, start, version, wanted};

const KMS_KEYS: usize = 3;
const VERSIONS: u32 = 4;

/// What people, schedules and AWS do. The first number says to which KMS key or version.
#[derive(Clone, Copy, Debug)]
enum Act {
    Create(usize, u32),
    RotateInPlace(usize, u32),
    /// The job of the last wish runs: AWS takes in what is wanted.
    Import(usize),
    /// The job of the last wish is cancelled before anything was sent.
    Cancel(usize),
    /// So is that of an earlier one, whatever later jobs did.
    CancelEarlier(usize, usize),
    /// An empty KMS key that others made is to hold a version.
    Bind(usize, u32),
    Restore(usize),
    /// A job imports the first so many of what is wanted, and is not through.
    ImportPart(usize, usize),
    /// What a binding claims turns out to be something else.
    Disprove(usize),
    Deactivate(usize),
    Activate(usize),
    ScheduleDeletion(usize),
    CancelDeletion(usize),
    /// AWS carries out a deletion whose date has passed.
    AwsDeletes(usize),
    Observe(usize),
    /// Somebody looks into the wrong account or Region.
    Misled(usize),
    Release(usize),
    Forget(usize),
    DeactivateVersion(u32),
    Destroy(u32),
    CancelDestruction(u32),
    Pass(i64),
}

#[derive(Default)]
struct InAws {
    /// Everything that it ever took in.
    took: BTreeSet<VersionNumber>,
    deletion_date: Option<Timestamp>,
    is_deleted: bool,
}

struct Held {
    state: VersionState,
    due: Option<Timestamp>,
}

struct World {
    now: Timestamp,
    spec: KeySpec,
    source: KeyId,
    jobs: u128,
    rows: BTreeMap<usize, KmsKey>,
    /// What records needed that were dropped.
    forgotten: BTreeSet<VersionNumber>,
    aws: BTreeMap<usize, InAws>,
    versions: BTreeMap<VersionNumber, Held>,
}

impl World {
    fn new(spec: KeySpec) -> Self {
        let held = |number| {
            let state = VersionState::Active;
            (version(number), Held { state, due: None })
        };
        Self {
            now: start(),
            spec,
            source: KeyId::new(Uuid::from_u128(9)),
            jobs: 0,
            rows: BTreeMap::new(),
            forgotten: BTreeSet::new(),
            aws: BTreeMap::new(),
            versions: (1..=VERSIONS).map(held).collect(),
        }
    }

    fn is_needed(&self, number: VersionNumber) -> bool {
        let needs = |row: &KmsKey| row.needs().contains(&(self.source, number));
        self.forgotten.contains(&number) || self.rows.values().any(needs)
    }

    /// The rule of the database: nothing begins to need what is doomed.
    fn put(&mut self, which: usize, after: KmsKey) -> bool {
        let had = self.rows.get(&which).map(KmsKey::needs).unwrap_or_default();
        let is_doomed = after.needs().difference(&had).any(|(_, number)| {
            let held = &self.versions[number];
            held.state == VersionState::Destroyed || held.due.is_some()
        });
        if !is_doomed {
            self.rows.insert(which, after);
        }
        !is_doomed
    }

    /// Another intent by a job.
    fn wish(&mut self, which: usize, decide: impl Fn(&KmsKey) -> Option<Intent>) {
        let Some(before) = self.rows.get(&which).cloned() else {
            return;
        };
        let Some(intent) = decide(&before).filter(|intent| *intent != before.intent) else {
            return;
        };
        let mut after = before.clone();
        if intent.versions.is_empty() && !before.intent.versions.is_empty() {
            after.held.clone_from(&before.intent.versions);
        }
        let KmsKey {
            intent: old, held, ..
        } = before;
        self.jobs += 1;
        let wish = Wish { intent: old, held };
        after.remember(JobId::new(Uuid::from_u128(self.jobs)), Some(wish));
        after.intent = intent;
        self.put(which, after);
    }

    fn create(&mut self, which: usize, number: VersionNumber) {
        if self.rows.contains_key(&which) || self.aws.contains_key(&which) {
            return;
        }
        let mut row = kms_key([WEST, WEST]);
        row.id = KmsKeyId::new(Uuid::from_u128(which as u128));
        row.intent = intent_for(self.spec);
        row.intent.versions = vec![wanted(number.get(), Validity::Permanent)];
        row.intent.current = Some(number);
        row.source = Some(self.source);
        self.jobs += 1;
        row.remember(JobId::new(Uuid::from_u128(self.jobs)), None);
        self.put(which, row);
    }

    fn rotate(&mut self, which: usize, number: VersionNumber) {
        if !self.spec.is_symmetric() {
            return;
        }
        self.wish(which, |row| {
            let is_new = row.intent.version(number).is_none();
            (row.intent.life == Life::Active && is_new).then(|| {
                let mut intent = row.intent.clone();
                intent
                    .versions
                    .push(wanted(number.get(), Validity::Permanent));
                intent.current = Some(number);
                intent
            })
        });
    }

    fn import(&mut self, which: usize) {
        self.import_part(which, usize::MAX);
        if let Some(row) = self.rows.get_mut(&which) {
            row.former.clear();
        }
    }

    fn import_part(&mut self, which: usize, count: usize) {
        let is_gone = self.aws.get(&which).is_some_and(|aws| aws.is_deleted);
        let Some(row) = self.rows.get_mut(&which).filter(|_| !is_gone) else {
            return;
        };
        if !matches!(
            row.intent.life,
            Life::Provisioning | Life::Active | Life::Replaced
        ) {
            return;
        }
        row.arn = Some(arn(&format!("key-{which}")));
        row.intent.life = Life::Active;
        if row.source.is_none() || row.intent.versions.is_empty() {
            return;
        }
        row.held_material = true;
        let aws = self.aws.entry(which).or_default();
        for one in row.intent.versions.iter().take(count) {
            aws.took.insert(one.number);
            if self.spec.is_symmetric() {
                let material = format!("{:064x}", one.number.get()).parse().unwrap();
                row.bindings.insert(material, one.number);
            }
        }
    }

    fn cancel(&mut self, which: usize, before_the_last: usize) {
        let Some(mut row) = self.rows.get(&which).cloned() else {
            return;
        };
        let mut jobs = row.former.iter().rev().map(|former| former.job);
        if let Some(job) = jobs.nth(before_the_last) {
            row.withdraw(job);
            self.put(which, row);
        }
    }

    fn bind(&mut self, which: usize, number: VersionNumber) {
        if !self.rows.contains_key(&which) && !self.aws.contains_key(&which) {
            let mut row = kms_key([WEST, WEST]);
            row.id = KmsKeyId::new(Uuid::from_u128(which as u128));
            row.intent = intent_for(self.spec);
            row.intent.versions.clear();
            row.intent.current = None;
            row.intent.life = Life::Active;
            row.arn = Some(arn(&format!("key-{which}")));
            self.aws.entry(which).or_default();
            self.put(which, row);
        }
        let Some(row) = self.rows.get(&which) else {
            return;
        };
        if row.intent.life != Life::Active || row.intent.current.is_some() || row.source.is_some() {
            return;
        }
        let mut bound = row.clone();
        let second = VersionNumber::new(number.get() + 1)
            .filter(|next| self.spec.is_symmetric() && next.get() <= VERSIONS);
        let numbers = [Some(number), second].into_iter().flatten();
        let versions = numbers.map(|number| wanted(number.get(), Validity::Permanent));
        bound.intent.versions = versions.collect();
        bound.intent.current = bound.intent.versions.last().map(|last| last.number);
        bound.source = Some(self.source);
        self.jobs += 1;
        let wish = Wish {
            intent: row.intent.clone(),
            held: row.held.clone(),
        };
        bound.remember(JobId::new(Uuid::from_u128(self.jobs)), Some(wish));
        self.put(which, bound);
    }

    fn disprove(&mut self, which: usize) {
        if let Some(row) = self.rows.get_mut(&which).filter(|row| row.is_binding()) {
            row.unbind();
        }
    }

    fn observe(&mut self, which: usize, is_misled: bool) {
        let (now, Some(aws)) = (self.now, self.aws.get(&which)) else {
            return;
        };
        let Some(row) = self.rows.get(&which).filter(|row| row.is_managed()) else {
            return;
        };
        let described = if aws.is_deleted || is_misled {
            Field::Absent
        } else {
            Field::Value(Described {
                state: match aws.deletion_date {
                    Some(_) => KeyState::PendingDeletion,
                    None => KeyState::Enabled,
                },
                shape: row.intent.shape,
                description: String::new(),
                current_material: None,
                expiration: Expiration::None,
                deletion_date: aws.deletion_date,
                created_at: start(),
                custody: keyferry_domain::view::Custody::Customer,
                multi_region: None,
            })
        };
        let place = Place {
            described,
            read_at: Some(now),
            ..Place::default()
        };
        let mut after = row.clone();
        after.observe([(region(WEST), place)].into(), !is_misled);
        if after.is_proved_deleted(now) {
            after.intent = confirm_deleted(&after.intent).unwrap().or(&after.intent);
        }
        self.put(which, after);
    }

    fn forget(&mut self, which: usize) {
        if let Some(row) = self.rows.remove(&which) {
            self.forgotten.extend(row.needs().iter().map(|one| one.1));
            self.aws.entry(which).or_default();
        }
    }

    fn destroy(&mut self, number: VersionNumber) {
        let (now, is_needed) = (self.now, self.is_needed(number));
        let held = self.versions.get_mut(&number).unwrap();
        if check(held.state, Vec::new()).is_ok() && !is_needed {
            held.due = held.due.or(Some(due(now, DELAY_DAYS_MIN).unwrap()));
        }
    }

    fn pass(&mut self, hours: i64) {
        self.now += SignedDuration::from_hours(hours);
        for number in (1..=VERSIONS).map(version) {
            let is_needed = self.is_needed(number);
            let now = self.now;
            let held = self.versions.get_mut(&number).unwrap();
            let Some(due) = held.due.filter(|due| *due <= now) else {
                continue;
            };
            assert!(!is_needed, "a scheduled version is never needed");
            Erasure::Scheduled(due).check(held.state).unwrap();
            (held.state, held.due) = (VersionState::Destroyed, None);
        }
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Create(which, number) => self.create(which, version(number)),
            Act::RotateInPlace(which, number) => self.rotate(which, version(number)),
            Act::Import(which) => self.import(which),
            Act::Cancel(which) => self.cancel(which, 0),
            Act::CancelEarlier(which, before_the_last) => self.cancel(which, before_the_last),
            Act::Bind(which, number) => self.bind(which, version(number)),
            Act::Restore(which) => {
                self.wish(which, |row| {
                    Some(restore(&row.intent).ok()?.or(&row.intent))
                });
            }
            Act::ImportPart(which, count) => self.import_part(which, count),
            Act::Disprove(which) => self.disprove(which),
            Act::Deactivate(which) => {
                self.wish(which, |row| {
                    Some(deactivate(&row.intent).ok()?.or(&row.intent))
                });
            }
            Act::Activate(which) => self.wish(which, |row| {
                Some(activate(&row.intent, &row.held).ok()?.or(&row.intent))
            }),
            Act::ScheduleDeletion(which) => {
                self.wish(which, |row| {
                    let decided = schedule_deletion(&row.intent, 7, row.held_material);
                    Some(decided.ok()?.or(&row.intent))
                });
                let is_wanted = |row: &KmsKey| row.intent.life == Life::PendingDeletion;
                let date = self.now + days(7);
                if self.rows.get(&which).is_some_and(is_wanted)
                    && let Some(aws) = self.aws.get_mut(&which)
                {
                    aws.deletion_date = aws.deletion_date.or(Some(date));
                }
            }
            Act::CancelDeletion(which) => {
                let Some(aws) = self.aws.get_mut(&which).filter(|aws| !aws.is_deleted) else {
                    return;
                };
                aws.deletion_date = None;
                self.wish(which, |row| {
                    Some(cancel_deletion(&row.intent, false).ok()?.or(&row.intent))
                });
            }
            Act::AwsDeletes(which) => {
                let now = self.now;
                if let Some(aws) = self.aws.get_mut(&which) {
                    aws.is_deleted |= aws.deletion_date.is_some_and(|date| date <= now);
                }
            }
            Act::Observe(which) => self.observe(which, false),
            Act::Misled(which) => self.observe(which, true),
            Act::Release(which) => {
                self.wish(which, |row| {
                    Some(release(&row.intent).ok()?.or(&row.intent))
                });
            }
            Act::Forget(which) => self.forget(which),
            Act::DeactivateVersion(number) => {
                let held = self.versions.get_mut(&version(number)).unwrap();
                let after = held.state.after(VersionAction::Deactivate);
                held.state = after.unwrap_or(held.state);
            }
            Act::Destroy(number) => self.destroy(version(number)),
            Act::CancelDestruction(number) => {
                self.versions.get_mut(&version(number)).unwrap().due = None;
            }
            Act::Pass(hours) => self.pass(hours),
        }
    }

    /// What AWS still has and needs, whatever our records say.
    fn violation(&self) -> Option<String> {
        let is_destroyed =
            |number: &&VersionNumber| self.versions[*number].state == VersionState::Destroyed;
        let alive = self.aws.iter().filter(|(_, aws)| !aws.is_deleted);
        let mut lost = alive.flat_map(|(which, aws)| {
            let lost = aws.took.iter().find(is_destroyed);
            lost.map(|number| format!("KMS key {which} needs version {number}"))
        });
        lost.next()
    }

    /// What AWS took in and no record names.
    fn unnamed(&self) -> Option<String> {
        let alive = self.aws.iter().filter(|(_, aws)| !aws.is_deleted);
        let mut unnamed = alive.flat_map(|(which, aws)| {
            let number = aws.took.iter().find(|number| !self.is_needed(**number));
            number.map(|number| format!("KMS key {which} took version {number} in"))
        });
        unnamed.next()
    }
}

fn act() -> impl Strategy<Value = Act> {
    let kms_key = || 0..KMS_KEYS;
    let number = || 1..=VERSIONS;
    prop_oneof![
        3 => (kms_key(), number()).prop_map(|(which, number)| Act::Create(which, number)),
        3 => (kms_key(), number()).prop_map(|(which, number)| Act::RotateInPlace(which, number)),
        4 => kms_key().prop_map(Act::Import),
        1 => kms_key().prop_map(Act::Cancel),
        2 => (kms_key(), 0..3usize).prop_map(|(which, nth)| Act::CancelEarlier(which, nth)),
        3 => (kms_key(), number()).prop_map(|(which, number)| Act::Bind(which, number)),
        2 => kms_key().prop_map(Act::Restore),
        3 => (kms_key(), 1..3usize).prop_map(|(which, count)| Act::ImportPart(which, count)),
        1 => kms_key().prop_map(Act::Disprove),
        2 => kms_key().prop_map(Act::Deactivate),
        2 => kms_key().prop_map(Act::Activate),
        2 => kms_key().prop_map(Act::ScheduleDeletion),
        1 => kms_key().prop_map(Act::CancelDeletion),
        3 => kms_key().prop_map(Act::AwsDeletes),
        4 => kms_key().prop_map(Act::Observe),
        1 => kms_key().prop_map(Act::Misled),
        1 => kms_key().prop_map(Act::Release),
        1 => kms_key().prop_map(Act::Forget),
        3 => number().prop_map(Act::DeactivateVersion),
        5 => number().prop_map(Act::Destroy),
        1 => number().prop_map(Act::CancelDestruction),
        5 => prop_oneof![1..48i64, 200..900i64].prop_map(Act::Pass),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_history_leads_to_a_destroyed_version_that_a_kms_key_holds(
        is_symmetric in any::<bool>(),
        acts in proptest::collection::vec(act(), 1..120),
    ) {
        let spec = if is_symmetric { KeySpec::Aes256 } else { KeySpec::Hmac256 };
        let mut world = World::new(spec);
        for act in acts {
            world.act(act);
            prop_assert_eq!(world.violation(), None, "after {:?}", act);
            prop_assert_eq!(world.unnamed(), None, "after {:?}", act);
        }
    }
}

#[test]
fn histories_do_come_to_a_destroyed_version_after_a_proved_deletion() {
    let mut world = World::new(KeySpec::Aes256);
    let story = [
        Act::Create(0, 1),
        Act::Import(0),
        Act::ScheduleDeletion(0),
        Act::Observe(0),
        Act::DeactivateVersion(1),
        Act::Destroy(1),
        Act::Pass(900),
    ];
    story.into_iter().for_each(|act| world.act(act));
    assert_eq!(world.versions[&version(1)].due, None, "it is still needed");
    let end = [
        Act::AwsDeletes(0),
        Act::Observe(0),
        Act::Pass(25),
        Act::Observe(0),
        Act::Destroy(1),
        Act::Pass(719),
    ];
    end.into_iter().for_each(|act| world.act(act));
    assert_eq!(world.versions[&version(1)].state, VersionState::Deactivated);

    world.act(Act::Pass(1));

    assert_eq!(world.versions[&version(1)].state, VersionState::Destroyed);
    world.act(Act::Release(0));
    assert_eq!(world.rows[&0].intent.life, Life::Released);
    assert!(
        world.rows[&0].needs().is_empty(),
        "its deletion stays proved"
    );
}

#[test]
fn a_cancelled_binding_does_not_forget_what_a_later_job_imported() {
    for spec in [KeySpec::Aes256, KeySpec::Hmac256] {
        let mut world = World::new(spec);
        let story = [Act::Bind(0, 1), Act::Restore(0), Act::ImportPart(0, 1)];
        story.into_iter().for_each(|act| world.act(act));

        world.act(Act::CancelEarlier(0, 1));

        assert_eq!(world.unnamed(), None);
        assert!(world.rows[&0].source.is_some() && world.rows[&0].held_material);
    }
}

#[test]
fn a_binding_that_is_disproved_after_a_part_of_it_was_imported_keeps_that_part() {
    let mut world = World::new(KeySpec::Aes256);
    world.act(Act::Bind(0, 1));
    world.act(Act::ImportPart(0, 1));

    world.act(Act::Disprove(0));

    assert_eq!(world.unnamed(), None);
    let needs = world.rows[&0].needs();
    assert!(needs.contains(&(world.source, version(1))));
}

#[test]
fn a_cancelled_binding_of_which_nothing_was_imported_is_taken_back() {
    let mut world = World::new(KeySpec::Aes256);
    world.act(Act::Bind(0, 1));
    world.act(Act::Restore(0));

    world.act(Act::CancelEarlier(0, 1));

    let row = &world.rows[&0];
    assert_eq!((row.source, row.intent.current), (None, None));
}

#[test]
fn h7_the_delay_has_bounds_that_nothing_lowers() {
    let now = start();
    for wrong in [0, DELAY_DAYS_MIN - 1, DELAY_DAYS_MAX + 1] {
        assert_eq!(due(now, wrong), Err(Refused::Delay { days: wrong }));
    }
    assert_eq!(due(now, 30), Ok(now + days(30)));
}

#[test]
fn h7_time_that_no_server_saw_pass_does_not_count_as_delay() {
    let now = start();
    let trusted = Looks {
        last: now,
        trusted_from: now,
    };

    assert_eq!(Looks::first(now).trusted_from, now + days(30));
    let soon = trusted.after(now + days(2));
    assert_eq!((soon.last, soon.trusted_from), (now + days(2), now));
    let off = trusted.after(now + days(5));
    assert_eq!(off.trusted_from, now + days(10));
    let year = trusted.after(now + days(365));
    assert_eq!(year.trusted_from, now + days(395));
    let back = year.after(now);
    assert_eq!(back.trusted_from, now + days(30), "a clock set right again");
    let shorter = off.after(off.last + days(3));
    assert_eq!(shorter.trusted_from, now + days(11));
}

#[test]
fn h7_a_destruction_is_ripe_a_day_after_an_announcement_that_counts() {
    let (due, trusted) = (start() + days(30), start());
    let ripe = |announced, now| ripeness((due, announced), trusted, now);

    assert_eq!(ripe(None, due - days(1)), Ripeness::Waits);
    assert_eq!(ripe(None, due), Ripeness::Due);
    assert_eq!(ripe(Some(due), due), Ripeness::Waits);
    assert_eq!(ripe(Some(due), due + days(1)), Ripeness::Ripe);
    let early = ripe(Some(due - days(1)), due + days(3));
    assert_eq!(early, Ripeness::Due, "announced before it was due");
    let future = ripe(Some(due + days(9)), due + days(3));
    assert_eq!(future, Ripeness::Due, "announced by a clock that was wrong");
    let distrusted = ripeness((due, Some(due)), due + days(2), due + days(3));
    assert_eq!(distrusted, Ripeness::Due);
}
