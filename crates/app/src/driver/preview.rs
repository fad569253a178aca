//! What would be done: a fresh look at AWS and the plan, nothing else.

use std::collections::BTreeMap;

use keyferry_domain::id::KmsKeyId;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::plan::Plan;
use keyferry_domain::planner::plan;
use keyferry_domain::view::{AliasTarget, Field, Place, View};
use keyferry_engine::{DriverError, Pacer};

use super::observe::{read_each, read_last_uses};
use super::{KmsKeyDriver, Subject, later};

impl KmsKeyDriver {
    /// The plan for a KMS key as it would be wanted, and what it was made from: a fresh observation, with the last use;
    /// without a pacer the last one.
    pub(crate) async fn preview(
        &self,
        mut wanted: KmsKey,
        actor: String,
        pacer: Option<Pacer>,
    ) -> Result<(KmsKey, Plan), DriverError> {
        let mut subject = self.read_subject(wanted.id, actor).await?;
        let KmsKey {
            intent,
            source,
            former,
            held_material,
            ..
        } = wanted.clone();
        subject.key = KmsKey {
            intent,
            source,
            former,
            held_material,
            ..subject.key
        };
        let newest = subject
            .key
            .intent
            .versions
            .iter()
            .map(|version| version.number);
        // A rotation's new version is made when the operation runs; the preview takes it for made.
        subject
            .importable
            .extend(newest.filter(|_| subject.key.source.is_some()));
        let places = match pacer {
            Some(pacer) => self.read_places(&subject, &pacer).await?,
            None => subject.key.observed.clone(),
        };
        let now = self.clock.now();
        let intent = subject.key.intent.on(None);
        let view = view_of(&subject, places.clone());
        let plan = plan(&intent, &view.overlaid(&intent, now), now);
        wanted.observe(places, false);
        Ok((wanted, plan))
    }

    /// A KMS key as the records have it, and what AWS shows of it now.
    pub(crate) async fn look(
        &self,
        id: KmsKeyId,
        actor: String,
        pacer: Pacer,
    ) -> Result<(KmsKey, BTreeMap<keyferry_domain::arn::Region, Place>), DriverError> {
        let subject = self.read_subject(id, actor).await?;
        let places = self.read_places(&subject, &pacer).await?;
        Ok((subject.key, places))
    }

    /// The plan for a successor that exists nowhere yet, whose aliases point at its predecessor.
    pub(crate) async fn preview_successor(
        &self,
        successor: KmsKey,
        predecessor: KmsKey,
        actor: String,
    ) -> Result<Plan, DriverError> {
        let mut subject = self.read_subject(predecessor.id, actor).await?;
        subject.importable.extend(successor.intent.current);
        let aliases: BTreeMap<_, _> = successor
            .intent
            .aliases
            .iter()
            .map(|alias| (alias.clone(), AliasTarget::Predecessor))
            .collect();
        let places = successor
            .intent
            .places
            .iter()
            .map(|region| {
                let aliases = Field::Value(aliases.clone());
                (
                    region.clone(),
                    Place {
                        aliases,
                        ..Place::default()
                    },
                )
            })
            .collect();
        let view = View {
            places,
            importable: subject.importable,
            predecessor: predecessor.arn.clone(),
            ..View::default()
        };
        Ok(plan(&successor.intent, &view, self.clock.now()))
    }

    async fn read_places(
        &self,
        subject: &Subject,
        pacer: &Pacer,
    ) -> Result<BTreeMap<keyferry_domain::arn::Region, Place>, DriverError> {
        let link = self
            .links
            .of(&subject.connection, "keyferry-read")
            .await
            .map_err(|error| later(&error))?;
        let wanted = subject.key.intent.places.iter();
        let mut places: BTreeMap<_, _> = wanted
            .map(|region| (region.clone(), Place::default()))
            .collect();
        let now = self.clock.now();
        for (region, place) in read_each(subject, &*link, pacer, now).await {
            places.insert(region, place?);
        }
        read_last_uses(subject, &*link, pacer, &mut places, now).await;
        Ok(places)
    }
}

/// All that is known, for the planner.
pub(crate) fn view_of(
    subject: &Subject,
    places: BTreeMap<keyferry_domain::arn::Region, Place>,
) -> View {
    View {
        places,
        bindings: subject.key.bindings.clone(),
        own_effects: subject.own_effects.clone(),
        search: None,
        importable: subject.importable.clone(),
        held_material: subject.key.held_material,
        is_binding: subject.key.is_binding(),
        predecessor: subject.predecessor_arn().cloned(),
    }
}
