//! Our own recent effects, laid over what AWS shows.

use jiff::Timestamp;

use super::effect::Answer;
use crate::arn::Region;
use crate::intent::Intent;
use crate::step::{Step, StepKind};
use crate::view::{
    EffectOutcome, Field, HORIZON, KeyState, MaterialState, ObservedMaterial, OwnEffect, SETTLE,
    View,
};

impl View {
    /// The view with our own answered requests of the last [`SETTLE`] applied, oldest first.
    ///
    /// Requests without an answer change nothing. The ARN of an answered creation is bound whatever its age,
    /// because it is no observation. Policies are left as observed: they count once they are read back.
    pub fn overlaid(&self, intent: &Intent, now: Timestamp) -> Self {
        let mut view = self.clone();
        view.list_from_descriptions();
        for effect in &self.own_effects {
            let EffectOutcome::Done { arn, material, at } = &effect.outcome else {
                continue;
            };
            let is_young = now.duration_since(*at) < SETTLE;
            match &effect.step {
                Step::CreateKmsKey { region } if !is_young => {
                    let place = view.places.entry(region.clone()).or_default();
                    place.arn = place.arn.take().or_else(|| arn.clone());
                }
                Step::PutPolicy { .. } => {}
                step if is_young => {
                    let (arn, material) = (arn.clone(), material.clone());
                    let answer = Answer {
                        arn,
                        material,
                        at: *at,
                        replica: KeyState::Creating,
                    };
                    view.apply(intent, step, &answer);
                    view.keep_enabled_by_import(self, step);
                }
                _ => {}
            }
        }
        view
    }

    /// Where AWS lists no materials, `DescribeKey` tells of one. If it is ours, it is the beginning of a list, to
    /// which our own effects add what they brought.
    fn list_from_descriptions(&mut self) {
        for place in self.places.values_mut() {
            let Field::Value(described) = &place.described else {
                continue;
            };
            let id = described.current_material.as_ref();
            let ours = id.filter(|id| self.bindings.contains_key(id));
            if let (Field::Absent, Some(id)) = (&place.materials, ours) {
                let current = ObservedMaterial {
                    id: id.clone(),
                    state: MaterialState::Current,
                    is_present: described.holds_material(),
                    valid_to: described.expiration.end(),
                    description: None,
                };
                place.materials = Field::Value(vec![current]);
            }
        }
    }

    /// AWS may enable a disabled key by an import; what is observed tells.
    fn keep_enabled_by_import(&mut self, observed: &Self, step: &Step) {
        let Step::ImportMaterial { region, .. } = step else {
            return;
        };
        if observed.state(region) != Some(KeyState::Enabled) {
            return;
        }
        if let Some(Field::Value(described)) = self
            .places
            .get_mut(region)
            .map(|place| &mut place.described)
            && described.state == KeyState::Disabled
        {
            described.state = KeyState::Enabled;
        }
    }

    fn state(&self, region: &Region) -> Option<KeyState> {
        self.places
            .get(region)?
            .described
            .value()
            .map(|described| described.state)
    }

    /// Until when a request of ours without an answer may still take effect: a target stays open that long, and
    /// is then observed and planned once more.
    pub fn open_until(&self, now: Timestamp) -> Option<Timestamp> {
        let unknown = |effect: &&OwnEffect| effect.outcome == EffectOutcome::Unknown;
        let horizons = self.own_effects.iter().filter(unknown);
        let horizons = horizons.map(|effect| super::case::later(effect.signed_at, HORIZON));
        horizons.max().filter(|horizon| now < *horizon)
    }

    /// Whether an import of ours was answered there recently: AWS may have enabled the key by that.
    pub(super) fn imported_recently(&self, region: &Region) -> bool {
        self.own_effects.iter().any(|effect| {
            effect.step.kind() == StepKind::ImportMaterial
                && effect.step.region() == region
                && effect.outcome != EffectOutcome::Unknown
        })
    }
}
