//! One managed KMS key: what AWS shows now, what of it is drift, and what is done about it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::Region;
use keyferry_domain::drift::{Finding, FindingKind, findings, is_all_told, new_grants};
use keyferry_domain::grant::WantedGrant;
use keyferry_domain::id::AlertId;
use keyferry_domain::keystore::{HealPolicy, Keystore};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::plan::Plan;
use keyferry_domain::planner::{healing, plan_settled};
use keyferry_domain::view::{Field, Place, View};
use keyferry_engine::{DriverError, JobRequest, new_job};
use keyferry_ports::entropy::uuid_v7;
use keyferry_ports::records::{
    Change, Expect, Groups, Job, JobFilter, JobState, Page, Priority, Subject as About, SweepCounts,
};

use super::alert;
use super::pass::Pass;
use crate::action::Action;
use crate::actor::Actor;
use crate::driver::{Reader, Subject, Work, out_of_reach, read_each, view_of};
use crate::log::{Fact, object};
use crate::observation::{account_answers, take_in};

/// After healing got stuck, it is tried again this much later.
const HEAL_AGAIN: SignedDuration = SignedDuration::from_hours(6);

/// So long ago somebody may have changed a key that was never read before.
const UNSEEN: SignedDuration = SignedDuration::from_hours(24);

/// What looking at one key brought.
#[derive(Debug, Default)]
pub(super) struct Examined {
    pub(super) changes: Vec<Change>,
    pub(super) counts: SweepCounts,
}

impl Pass {
    /// Looks at one KMS key. One that is being worked on is left alone: its job looks at it. One that is only waiting for
    /// its successor is still in use, so that it is looked at.
    pub(super) async fn examine(
        &self,
        key: &KmsKey,
        keystore: &Keystore,
        now: Timestamp,
    ) -> Result<Examined, DriverError> {
        if key.intent.primary() != Some(&self.region) {
            return Ok(Examined::default());
        }
        let awaits_successor = match self.driver.work_on(key).await? {
            Work::None => false,
            Work::AwaitsSuccessor => true,
            Work::UnderWay => return Ok(Examined::default()),
        };
        match key.intent.life {
            Life::Provisioning => return Ok(Examined::default()),
            // Nothing is wanted of it any more, so that nothing is told of it.
            Life::Deleted | Life::Released => {
                return Ok(Examined {
                    changes: self.tell(key, &BTreeSet::new(), (true, None), now).await?,
                    ..Examined::default()
                });
            }
            Life::Active | Life::Inactive | Life::Replaced | Life::PendingDeletion => {}
        }
        let actor = Actor::of_keystore(&keystore.name);
        let subject = self.driver.read_subject(key.id, actor.to_string()).await?;
        let mut places = self.read(&subject, now).await?;
        if places.is_empty() {
            return Ok(Examined::default());
        }
        self.read_last_use(key, &mut places, now).await;
        let view = view_of(&subject, places.clone());
        let intent = subject.key.intent.on(None);
        let plan = plan_settled(&intent, &view, now);
        let mut found = findings(&intent, &view, &plan, now);
        let to_give: Vec<WantedGrant> = subject.key.intent.grants_to_give().cloned().collect();
        found.extend(new_grants(&subject.key.observed, &places, &to_give));
        let missing = self.principals_gone(&places, now).await;
        found.extend(missing.found);
        if awaits_successor {
            // The successor is about to take them over.
            found.retain(|finding| finding.kind != FindingKind::AliasDiffers);
        }
        let is_off = keystore.heal == HealPolicy::Off;
        let is_whole = is_off || (is_all_told(&plan) && !awaits_successor);
        let unsure = (!missing.is_whole && !is_off).then_some(FindingKind::PrincipalGone);

        let mut examined = Examined::default();
        examined.counts.seen = 1;
        examined.counts.drifted = u64::from(is_drift(&found));
        if is_off {
            found.clear();
        }
        let told = self
            .tell(&subject.key, &found, (is_whole, unsure), now)
            .await?;
        examined.changes.extend(told);
        if keystore.heal == HealPolicy::Auto && !awaits_successor {
            let healing = self.heal(&subject, &actor, &plan, &view, now).await?;
            examined.changes.extend(healing);
        }
        let before = subject.key;
        let is_verified = account_answers(&*self.link, Some(&self.lane.account), &places).await;
        let actor = actor.to_string();
        let (mut after, fact) = take_in(&actor, &before, places.clone(), is_verified, now);
        after.take_grants_for_known(&places);
        examined.counts.changed = u64::from(!is_same(&before.observed, &after.observed));
        let is_news = (&before.traces, before.intent.life) != (&after.traces, after.intent.life);
        if examined.counts.changed > 0 || is_news {
            let expect = Expect::Revision(before.revision);
            examined.changes.push(Change::PutKmsKey(after, expect));
            examined.changes.extend(fact);
        }
        Ok(examined)
    }

    /// A Region that is out of reach tells nothing of its place, and hides nothing of the others.
    async fn read(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<BTreeMap<Region, Place>, DriverError> {
        let mut places = BTreeMap::new();
        for (region, place) in read_each(subject, &*self.link, &self.pacer, now).await {
            let place = match place {
                Err(DriverError::Later { .. }) if region != self.region => {
                    out_of_reach(subject, &region)
                }
                place => place?,
            };
            places.insert(region, place);
        }
        Ok(places)
    }

    /// When the key was used last in this Region, where that is not known yet or not for a day, and the quota has room:
    /// a sweep waits for no such narrow one.
    async fn read_last_use(
        &self,
        key: &KmsKey,
        places: &mut BTreeMap<Region, Place>,
        now: Timestamp,
    ) {
        let known = key.observed.get(&self.region);
        let known = known.and_then(|place| place.last_use.as_ref());
        if known.is_some_and(|last| last.is_worth_keeping(now)) {
            return;
        }
        let Some(place) = places.get_mut(&self.region) else {
            return;
        };
        if let (Some(arn), Field::Value(_)) = (&place.arn, &place.described) {
            let kms = self.link.kms(&self.region);
            let reader = Reader {
                kms: &*kms,
                pacer: &self.pacer,
                lane: &self.lane,
            };
            place.last_use = reader.spare_last_use(arn, now).await;
        }
    }

    async fn last_job(&self, key: &KmsKey) -> Result<Option<Job>, DriverError> {
        let filter = JobFilter {
            groups: Groups::All,
            subject: Some(key.id.into()),
            state: None,
        };
        let page = Page {
            limit: 1,
            cursor: None,
        };
        let found = self.driver.records.list_jobs(&filter, &page).await?;
        Ok(found.rows.into_iter().next())
    }

    async fn tell(
        &self,
        key: &KmsKey,
        found: &BTreeSet<Finding>,
        (is_whole, unsure): (bool, Option<FindingKind>),
        now: Timestamp,
    ) -> Result<Vec<Change>, DriverError> {
        let subject = About::from(key.id);
        let open = self.driver.records.open_alerts_on(subject).await?;
        let about = alert::About {
            subject,
            name: key.name.as_str(),
            group: key.group,
        };
        let new_id = || AlertId::new(uuid_v7(now, &*self.entropy));
        let reads = key.observed.values().filter_map(|place| place.read_at);
        let told = alert::Told {
            found,
            is_whole,
            unsure,
            since: reads.min().unwrap_or(now - UNSEEN),
        };
        Ok(alert::changes(&about, &open, &told, now, new_id))
    }

    /// The job that mends what may be mended without a person, where there is anything.
    async fn heal(
        &self,
        subject: &Subject,
        actor: &Actor,
        plan: &Plan,
        view: &View,
        now: Timestamp,
    ) -> Result<Vec<Change>, DriverError> {
        if healing(plan, view).steps.is_empty() {
            return Ok(Vec::new());
        }
        let key = &subject.key;
        if !may_heal(self.last_job(key).await?.as_ref(), now) {
            return Ok(Vec::new());
        }
        let request = JobRequest {
            kind: Action::KmsKeyHeal.as_str().to_owned(),
            actor: actor.to_string(),
            asked: None,
            priority: Priority::Heal,
            title: format!("{} {}", Action::KmsKeyHeal, key.name),
            targets: vec![(key.id.into(), subject.lane(&self.region)?)],
            request: None,
        };
        let (job, _, mut changes) = new_job(request, [key.group].into(), now, &*self.entropy);
        let about = object("kms-key", key.id, &key.name);
        let action = Action::KmsKeyHeal.as_str();
        let fact = Fact::intent(&actor.to_string(), action, about, now).job(job.id);
        changes.push(fact.change());
        Ok(changes)
    }
}

/// Whether healing is tried, given the newest job on the KMS key. One that needs a person is not begun again in every pass.
fn may_heal(last: Option<&Job>, now: Timestamp) -> bool {
    last.is_none_or(|job| {
        job.kind != Action::KmsKeyHeal.as_str()
            || job.state != JobState::Stuck
            || now.duration_since(job.created_at) >= HEAL_AGAIN
    })
}

fn is_drift(found: &BTreeSet<Finding>) -> bool {
    found
        .iter()
        .any(|finding| finding.kind.as_str().starts_with("drift."))
}

/// Whether AWS shows the same everywhere.
fn is_same(before: &BTreeMap<Region, Place>, after: &BTreeMap<Region, Place>) -> bool {
    before.len() == after.len()
        && after.iter().all(|(region, place)| {
            let known = before.get(region);
            known.is_some_and(|known| known.shows_same_as(place))
        })
}
