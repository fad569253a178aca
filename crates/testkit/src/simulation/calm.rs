//! After a simulation: faults end, nobody meddles any more, the accounts' owners clear what is theirs out of the way,
//! and people ask for what they want once more. Then everything has one day to come to its end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keyferry_app::kms_keys::Mode;
use keyferry_domain::arn::Region;
use keyferry_domain::id::{JobId, KeystoreId, KmsKeyId};
use keyferry_domain::keystore::HealPolicy;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::planner::DELETION_WINDOW_DAYS;
use keyferry_ports::records::{Groups, Job, JobFilter, JobState, Subject, Target, TargetState};
use kms_sim::ForeignHand;
use serde_json::{Value, json};

use super::hand::open_policy;
use super::landscape::{ACCOUNTS, REGIONS, ours};
use super::people::{jobs_in, page};
use super::reached::{Sight, aliases, ends};
use super::verdict::materials;
use super::{DAY, Did, Story};
use crate::sweep::Broken;
use crate::world::ann;

/// How often people try again what got stuck.
const ROUNDS: usize = 4;

/// What a job says that needs its KMS key enabled, and finds it disabled as people asked.
const DISABLED: &str = "plan.primary-disabled";

/// What AWS does not know any more: only where AWS's journal has its end.
const GONE: &str = "plan.gone";

/// What a job says whose KMS key was given its first material by others, which AWS never forgets: a new KMS key has to take
/// its place. Only where somebody did that.
const FOREIGN: &str = "plan.foreign-material";

/// What a job says of a KMS key whose successor is stuck itself: that one's target says on what, and is judged.
const HALTED: &str = "plan.successor-halted";

/// What else stuck jobs may say at the end, as only a person ends it, and why: of many KMS keys at once, each is refused for
/// itself when its turn comes.
const LEFT_TO_PEOPLE: &[(&str, &str)] = &[
    (
        "kms-key.wrong-life",
        "it was asked of one whose life does not allow it, and whoever asked decides what else to ask for",
    ),
    (
        "kms-key.has-successor",
        "it was asked to be replaced once more: whoever asked means its successor, or not",
    ),
    (
        "kms-key.no-source",
        "adopted, and bound to no key: whoever wants it rotated decides to which",
    ),
    (
        "kms-key.empty",
        "it was asked to be switched on or off without material: whoever asked decides whether to activate it",
    ),
    (
        "kms-key.expiry",
        "its material has ended as wanted: whoever asked for a rotation chooses until when the new one stays",
    ),
    (
        "plan.grant-needs-enabled",
        "it was disabled, emptied or let lapse while the grant was under way: whoever asked decides for one of both",
    ),
    (
        "plan.released",
        "it was released before the job was done: whoever asked cancels the job",
    ),
    (
        "request.not-found",
        "its record was dropped before its turn came: there is nothing to do it to",
    ),
];

impl Story {
    /// Goes quiet. Answers what did not come to its end.
    pub(super) async fn calm_down(&mut self) -> Vec<Broken> {
        let site = &self.crew.site;
        site.sim.clear_faults();
        self.crew.settle();
        self.clear_the_way().await;
        self.resume_all().await;
        if let Err(why) = self.pass_a_day().await {
            return vec![Broken::JobDidNotEnd(why)];
        }
        let mut broken = self.open_jobs().await;
        // Whoever was kept from healing on the first day is looked at again on the second.
        if let Err(why) = self.pass_a_day().await {
            return vec![Broken::JobDidNotEnd(why)];
        }
        broken.extend(self.open_jobs().await);
        broken.extend(self.not_healed().await);
        for round in 0..ROUNDS {
            self.try_again(round).await;
            if let Err(why) = self.pass_a_day().await {
                return vec![Broken::JobDidNotEnd(why)];
            }
            broken.extend(self.open_jobs().await);
        }
        broken.extend(self.stuck_for_good().await);
        broken.extend(self.not_reached().await);
        broken
    }

    async fn pass_a_day(&mut self) -> Result<(), String> {
        self.sweep();
        let until = self.now() + DAY;
        self.crew.work_until(until).await
    }

    /// Jobs that did not come to their end within a day.
    async fn open_jobs(&self) -> Vec<Broken> {
        let mut broken = Vec::new();
        for state in [JobState::Queued, JobState::Running, JobState::Waiting] {
            let jobs = jobs_in(&*self.records, state).await;
            for job in jobs.expect("records in memory answer") {
                let targets = self.records.list_targets(job.id).await;
                let targets = targets.expect("records in memory answer");
                let mut open = Vec::new();
                let mut waits_for_aws = true;
                for target in targets
                    .into_iter()
                    .filter(|one| one.state == TargetState::Open)
                {
                    waits_for_aws &= self.waits_for_replicas(&target).await;
                    open.extend(target.note);
                }
                if !open.is_empty() && waits_for_aws {
                    continue;
                }
                let what = format!("{} {state:?} {open:?}", job.title);
                broken.push(Broken::JobDidNotEnd(what));
            }
        }
        broken
    }

    /// Whether AWS itself is not done: a primary's waiting period begins when its last replica is gone, days later.
    async fn waits_for_replicas(&self, target: &Target) -> bool {
        let (Some("wait.replica-deletion"), Subject::KmsKey(id)) =
            (code_of(target), target.subject)
        else {
            return false;
        };
        let found = self.records.find_kms_key(id).await;
        let Some(key) = found.expect("records in memory answer") else {
            return false;
        };
        let site = &self.crew.site;
        let now = site.now();
        let window_days = key.intent.deletion_window_days;
        let window_days = window_days.unwrap_or(*DELETION_WINDOW_DAYS.end());
        let shows_it = |account: &&str| {
            let Some(id) = id_in(&key, account) else {
                return false;
            };
            let states = key.intent.places.iter().map(|region| {
                let hand = site.sim.foreign_hand(account, region.as_str());
                hand.act("DescribeKey", json!({ "KeyId": id }), now)
            });
            let mut states = states.flatten();
            states.any(|shown| is_kept_by_replicas(&shown["KeyMetadata"], window_days, now))
        };
        ACCOUNTS.iter().any(shows_it)
    }

    /// Owners take back what stands in our way: rights that were taken from us, material, aliases.
    async fn clear_the_way(&self) {
        let site = &self.crew.site;
        let now = site.now();
        let keys = self.crew.site.records.kms_keys();
        for account in ACCOUNTS {
            for region in REGIONS {
                let hand = site.sim.foreign_hand(account, region);
                self.free_aliases(&hand, &keys, now);
                let ids: Vec<&str> = keys.iter().filter_map(|key| id_in(key, account)).collect();
                for id in ids {
                    let _ = hand.edit_policy(id, &open_policy(account), now);
                    self.take_back_material(&hand, id, now);
                }
            }
        }
    }

    fn take_back_material(&self, hand: &ForeignHand, id: &str, now: i64) {
        for material in materials(hand, id, now) {
            if self.book.open().planted.contains(&material) {
                // Refused where it is current: then it stays.
                let _ = hand.delete_material(id, Some(&material), now);
            }
        }
    }

    /// Aliases that point where nobody here wants them to.
    fn free_aliases(&self, hand: &ForeignHand, keys: &[Arc<KmsKey>], now: i64) {
        for alias in aliases(hand, now) {
            let (name, target) = alias;
            // Whoever was released wants nothing any more, though its record tells what it wanted.
            let is_managed =
                |key: &KmsKey| !matches!(key.intent.life, Life::Deleted | Life::Released);
            let wants = |key: &&KmsKey| {
                is_managed(key) && key.intent.aliases.iter().any(|one| one.as_str() == name)
            };
            let is_its = |key: &KmsKey| {
                let arn = key.arn.as_ref().map(ToString::to_string);
                arn.is_some_and(|arn| arn.ends_with(&target))
            };
            let mut wanting = keys.iter().map(AsRef::as_ref).filter(wants).peekable();
            if wanting.peek().is_some() && !wanting.any(is_its) {
                let _ = hand.delete_alias(&name, now);
            }
        }
    }

    async fn resume_all(&mut self) {
        let Some((_, app)) = self.crew.reachable() else {
            return;
        };
        let paused = jobs_in(&*self.records, JobState::Paused).await;
        let jobs = paused.expect("records in memory answer");
        let work = async move {
            for job in jobs {
                let _ = app.jobs.resume(&ann(), job.id).await;
            }
            Did::Asked
        };
        self.give(0, work);
    }

    /// People retry what is stuck, and want back what they wanted.
    async fn try_again(&mut self, round: usize) {
        let Some((server, app)) = self.crew.reachable() else {
            return;
        };
        let keys = self.crew.site.records.kms_keys();
        let stuck = self.stuck_jobs().await;
        let cancelled = self.cancelled_by_others();
        let given_up = self.given_up().await;
        let work = async move {
            for key in stuck.iter().flat_map(|(_, disabled)| disabled) {
                let mode = Mode::default();
                let _ = app.kms_keys.enable(&ann(), &key.to_string(), &mode).await;
            }
            for key in keys {
                let id = key.id.to_string();
                let mode = Mode::naming(key.name.as_str());
                let kms_keys = &app.kms_keys;
                let _ = match key.intent.life {
                    // Made half-way by a job that was cancelled: whoever wants it after all restores it.
                    Life::Provisioning if key.arn.is_none() => continue,
                    // The job that would have emptied it was cancelled half-way, and a restore takes nothing away: it
                    // ends a deletion that somebody else began, and a day later the key is emptied.
                    Life::Inactive | Life::Replaced
                        if key.intent.wants_empty()
                            && given_up.contains(&key.id)
                            && !round.is_multiple_of(2) =>
                    {
                        kms_keys.remove_from_cloud(&ann(), &id, &mode).await
                    }
                    // A deletion that somebody in AWS cancelled is begun again by people alone.
                    Life::PendingDeletion if is_among(&cancelled, &key) => {
                        let days = key.intent.deletion_window_days;
                        let days = days.unwrap_or(*DELETION_WINDOW_DAYS.end());
                        kms_keys.schedule_deletion(&ann(), &id, days, &mode).await
                    }
                    _ => kms_keys.restore(&ann(), &id, &mode).await,
                };
            }
            for (job, _) in stuck {
                let _ = app.jobs.retry(&ann(), job).await;
            }
            Did::Asked
        };
        self.give(server, work);
    }

    /// KMS keys, by AWS's ids, whose deletion we had begun, and somebody else has cancelled since.
    fn cancelled_by_others(&self) -> BTreeSet<String> {
        let site = &self.crew.site;
        let mut cancelled = BTreeSet::new();
        for event in site.sim.journal() {
            let arn = event.key_arn.as_deref().unwrap_or_default();
            let Some((_, id)) = arn.rsplit_once('/') else {
                continue;
            };
            let is_ours = ACCOUNTS.map(ours).contains(&event.caller);
            match event.operation.as_str() {
                "ScheduleKeyDeletion" if is_ours => drop(cancelled.remove(id)),
                "CancelKeyDeletion" if !is_ours => drop(cancelled.insert(id.to_owned())),
                _ => {}
            }
        }
        cancelled
    }

    /// KMS keys of which people cancelled a job.
    async fn given_up(&self) -> BTreeSet<KmsKeyId> {
        let mut given_up = BTreeSet::new();
        let jobs = jobs_in(&*self.records, JobState::Cancelled).await;
        for job in jobs.expect("records in memory answer") {
            let targets = self.records.list_targets(job.id).await;
            let targets = targets.expect("records in memory answer").into_iter();
            let cancelled = targets.filter(|target| target.state == TargetState::Cancelled);
            given_up.extend(cancelled.filter_map(|target| target.subject.kms_key()));
        }
        given_up
    }

    /// Jobs that are stuck, with those of their KMS keys that people have to enable first, as the job tells them.
    async fn stuck_jobs(&self) -> Vec<(JobId, Vec<KmsKeyId>)> {
        let jobs = jobs_in(&*self.records, JobState::Stuck).await;
        let mut stuck = Vec::new();
        for job in jobs.expect("records in memory answer") {
            let targets = self.records.list_targets(job.id).await;
            let targets = targets.expect("records in memory answer").into_iter();
            let disabled = targets.filter_map(|target| match (target.subject, target.note) {
                (Subject::KmsKey(id), Some((code, _))) if code == DISABLED => Some(id),
                _ => None,
            });
            stuck.push((job.id, disabled.collect()));
        }
        stuck
    }

    /// What the newest jobs of each KMS key say that did not end well.
    async fn notes(&self) -> BTreeMap<KmsKeyId, (JobId, String)> {
        let mut notes = BTreeMap::new();
        for state in [JobState::Stuck, JobState::Waiting, JobState::Cancelled] {
            let jobs = jobs_in(&*self.records, state).await;
            for job in jobs.expect("records in memory answer") {
                let targets = self.records.list_targets(job.id).await;
                for target in targets.expect("records in memory answer") {
                    let (Some(key), Some((code, _))) = (target.subject.kms_key(), target.note)
                    else {
                        continue;
                    };
                    let note = (job.id, format!("{} {state:?}: {code}", job.kind));
                    let newest = notes.entry(key).or_insert_with(|| note.clone());
                    if newest.0 < note.0 {
                        *newest = note;
                    }
                }
            }
        }
        notes
    }

    /// Jobs that people retried again and again, and that are stuck on what no person has to do.
    async fn stuck_for_good(&self) -> Vec<Broken> {
        let jobs = jobs_in(&*self.records, JobState::Stuck).await;
        let (still_there, filled) = (self.still_there(), self.filled_by_others());
        let is_one_of = |keys: &BTreeSet<KmsKeyId>, target: &Target| {
            let key = target.subject.kms_key();
            key.is_some_and(|key| keys.contains(&key))
        };
        let mut broken = Vec::new();
        for job in jobs.expect("records in memory answer") {
            let targets = self.records.list_targets(job.id).await;
            let targets = targets.expect("records in memory answer");
            let is_halted_by = |other: &Target| {
                other.state == TargetState::Stuck && code_of(other) != Some(HALTED)
            };
            for target in &targets {
                let code = code_of(target);
                let is_left = match code {
                    Some(GONE) => !is_one_of(&still_there, target),
                    Some(FOREIGN) => is_one_of(&filled, target),
                    Some(HALTED) => targets.iter().any(is_halted_by),
                    code => LEFT_TO_PEOPLE.iter().any(|(left, _)| Some(*left) == code),
                };
                if target.state == TargetState::Stuck && !is_left {
                    let what = format!("{} Stuck {:?}", job.title, target.note);
                    broken.push(Broken::JobDidNotEnd(what));
                }
            }
        }
        broken
    }

    /// Where KMS keys came to their end by now: AWS writes that down when it next looks.
    fn ends(&self) -> BTreeSet<(String, String)> {
        let site = &self.crew.site;
        site.sim.settle(site.now());
        ends(&site.sim.journal())
    }

    /// KMS keys that have a record, and that AWS deleted in none of their Regions.
    fn still_there(&self) -> BTreeSet<KmsKeyId> {
        let site = &self.crew.site;
        let ends = self.ends();
        let is_there = |key: &Arc<KmsKey>| {
            let mut places = self.places(key).into_iter();
            !places.any(|(id, _, region)| ends.contains(&(id.to_owned(), region.to_string())))
        };
        let keys = site.records.kms_keys();
        let there = keys.iter().filter(|key| is_there(key));
        there.map(|key| key.id).collect()
    }

    /// KMS keys with material that somebody else imported, if only by its id.
    fn filled_by_others(&self) -> BTreeSet<KmsKeyId> {
        let site = &self.crew.site;
        let (keys, now) = (site.records.kms_keys(), site.now());
        let is_filled = |key: &&Arc<KmsKey>| {
            let mut places = self.places(key).into_iter();
            places.any(|(id, hand, _)| {
                let materials = materials(&hand, id, now);
                let planted = &self.book.open().planted;
                materials.iter().any(|material| planted.contains(material))
            })
        };
        let filled = keys.iter().filter(is_filled);
        filled.map(|key| key.id).collect()
    }

    /// What healing left undone in keystores that heal by themselves, although no person is needed for it.
    async fn not_healed(&self) -> Vec<Broken> {
        let keystores = self.records.list_keystores().await;
        let keystores = keystores.expect("records in memory answer").into_iter();
        let healing: BTreeSet<KeystoreId> = keystores
            .filter(|keystore| keystore.heal == HealPolicy::Auto)
            .map(|keystore| keystore.id)
            .collect();
        let site = &self.crew.site;
        let (keys, now) = (site.records.kms_keys(), site.now());
        let mut broken = Vec::new();
        for key in keys.iter().filter(|key| healing.contains(&key.keystore)) {
            if self.has_work(key).await {
                continue;
            }
            let places = self.places(key);
            let sights: Vec<Sight<'_>> = places
                .iter()
                .map(|(id, hand, _)| Sight { hand, key, id, now })
                .collect();
            if !sights.iter().all(Sight::heals_by_itself) {
                continue;
            }
            for (sight, (_, _, region)) in sights.iter().zip(&places) {
                if let Err(why) = sight.difference(false) {
                    let what = format!("{} in {region} does not heal: {why}", key.name);
                    broken.push(Broken::NotReached(what));
                }
            }
        }
        broken
    }

    /// Whether a job is at it, or the newest one needs a person.
    async fn has_work(&self, key: &KmsKey) -> bool {
        let filter = JobFilter {
            groups: Groups::All,
            subject: Some(key.id.into()),
            state: None,
        };
        let jobs = self.records.list_jobs(&filter, &page()).await;
        let jobs = jobs.expect("records in memory answer").rows;
        let is_over = |job: &Job| matches!(job.state, JobState::Succeeded | JobState::Cancelled);
        let is_open = |job: &Job| !is_over(job) && job.state != JobState::Stuck;
        jobs.first().is_some_and(|newest| !is_over(newest)) || jobs.iter().any(is_open)
    }

    /// Where a KMS key is: AWS's id, a hand, and the Region.
    fn places<'k>(&self, key: &'k KmsKey) -> Vec<(&'k str, ForeignHand, &'k Region)> {
        let site = &self.crew.site;
        let found = ACCOUNTS
            .iter()
            .find_map(|account| Some((account, id_in(key, account)?)));
        let Some((account, id)) = found else {
            return Vec::new();
        };
        let hand = |region: &Region| site.sim.foreign_hand(account, region.as_str());
        let places = key.intent.places.iter();
        places.map(|region| (id, hand(region), region)).collect()
    }

    /// KMS keys that AWS does not show as people want them.
    async fn not_reached(&self) -> Vec<Broken> {
        let notes = self.notes().await;
        let site = &self.crew.site;
        let (keys, now) = (site.records.kms_keys(), site.now());
        let ends = self.ends();
        let mut broken = Vec::new();
        for key in &keys {
            for (id, hand, region) in self.places(key) {
                let is_ended = ends.contains(&(id.to_owned(), region.to_string()));
                let sight = Sight {
                    hand: &hand,
                    key,
                    id,
                    now,
                };
                // A primary that is empty as wanted cannot be replicated: its replicas come when it is filled.
                let is_replica = key.intent.primary() != Some(region);
                let comes_later = is_replica && sight.is_empty_as_wanted();
                if let Err(why) = sight.difference(is_ended || comes_later) {
                    let note = notes
                        .get(&key.id)
                        .map_or("no job is open", |(_, note)| note);
                    let what = format!("{} in {region}: {why}; {note}", key.name);
                    broken.push(Broken::NotReached(what));
                }
            }
        }
        broken
    }
}

/// Whether AWS shows a primary that waits for its replicas, or whose waiting period began within the last day: within
/// that the job has to end.
fn is_kept_by_replicas(metadata: &Value, window_days: u32, now: i64) -> bool {
    let day = DAY.as_secs_f64();
    let is_primary = metadata["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY";
    match metadata["KeyState"].as_str() {
        Some("PendingReplicaDeletion") => true,
        Some("PendingDeletion") if is_primary => {
            let end = metadata["DeletionDate"].as_f64().unwrap_or_default();
            end - now as f64 / 1e6 > (f64::from(window_days) - 1.0) * day
        }
        _ => false,
    }
}

/// What a target says that did not end well.
fn code_of(target: &Target) -> Option<&str> {
    target.note.as_ref().map(|(code, _)| code.as_str())
}

fn is_among(ids: &BTreeSet<String>, key: &KmsKey) -> bool {
    key.arn
        .as_ref()
        .is_some_and(|arn| ids.contains(arn.key_id()))
}

/// AWS's id of a KMS key, where it is in this account.
fn id_in<'a>(key: &'a KmsKey, account: &str) -> Option<&'a str> {
    let arn = key.arn.as_ref()?;
    (arn.account().id.as_str() == account).then(|| arn.key_id())
}
