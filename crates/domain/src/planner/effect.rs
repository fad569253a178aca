//! What a step does to a KMS key, as far as we can foretell: for plans of many steps, and for our own writes that AWS does
//! not show yet. Effects change only what they would change in AWS: what somebody else did since stays visible.

use jiff::{SignedDuration, Timestamp};

use super::case::later;
use crate::arn::{KmsKeyArn, MaterialId, Region};
use crate::intent::{Intent, Origin};
use crate::step::{ImportKind, Step};
use crate::version::VersionNumber;
use crate::view::{
    AliasTarget, Described, Expiration, Field, KeyState, MaterialState, MultiRegionRole,
    ObservedMaterial, Place, View,
};

/// What AWS answered, or is expected to.
pub(super) struct Answer {
    pub(super) arn: Option<KmsKeyArn>,
    pub(super) material: Option<MaterialId>,
    pub(super) at: Timestamp,
    /// State of a replica that does not show yet.
    pub(super) replica: KeyState,
}

impl Answer {
    pub(super) fn created(arn: KmsKeyArn, at: Timestamp) -> Self {
        Self {
            arn: Some(arn),
            material: None,
            at,
            replica: KeyState::Creating,
        }
    }

    /// The expected answer, with an invented material id where only AWS can know it.
    pub(super) fn predicted(view: &View, step: &Step, at: Timestamp) -> Self {
        let material = match step {
            Step::ImportMaterial {
                kind: ImportKind::Again { material: Some(id) },
                ..
            } => Some(id.clone()),
            Step::ImportMaterial { version, .. } => {
                let bound = view.bindings.iter().find(|(_, bound)| *bound == version);
                bound
                    .map(|(id, _)| id.clone())
                    .or_else(|| placeholder(*version))
            }
            _ => None,
        };
        Self {
            arn: None,
            material,
            at,
            replica: KeyState::PendingImport,
        }
    }
}

/// An id that no hash yields.
fn placeholder(version: VersionNumber) -> Option<MaterialId> {
    format!("{:064x}", version.get()).parse().ok()
}

/// A predicted id is unknown until AWS has answered.
pub(super) fn without_placeholder(step: Step) -> Step {
    match step {
        Step::ImportMaterial {
            region,
            version,
            kind: ImportKind::Again { material },
            valid_to,
        } => {
            let material = material.filter(|id| Some(id) != placeholder(version).as_ref());
            Step::ImportMaterial {
                region,
                version,
                kind: ImportKind::Again { material },
                valid_to,
            }
        }
        other => other,
    }
}

impl View {
    /// Changes the view as the step changes AWS.
    pub(super) fn apply(&mut self, intent: &Intent, step: &Step, answer: &Answer) {
        match step {
            Step::CreateKmsKey { region } => self.create(intent, region, answer),
            Step::ReplicateKmsKey { from, to } => self.replicate(intent, from, to, answer),
            Step::ImportMaterial { .. } => self.import(step, answer),
            Step::RotateOnDemand { region } if intent.shape.origin == Origin::AwsKms => {
                self.rotate_native(intent, region);
            }
            Step::RotateOnDemand { .. } => self.rotate(),
            Step::DeleteMaterial { region, material } => self.delete(region, material.as_ref()),
            Step::UpdatePrimaryRegion { from, to } => self.change_primary(from, to),
            Step::ScheduleDeletion { region, days } => self.schedule(region, *days, answer.at),
            _ => {
                if let Some(place) = self.places.get_mut(step.region()) {
                    place.apply(step);
                }
            }
        }
    }

    fn create(&mut self, intent: &Intent, region: &Region, answer: &Answer) {
        let may_move = self.predecessor.is_some();
        let place = self.places.entry(region.clone()).or_default();
        place.arn = place.arn.take().or_else(|| answer.arn.clone());
        if place.described.value().is_some() {
            return;
        }
        let state = match intent.shape.origin {
            Origin::External => KeyState::PendingImport,
            Origin::AwsKms => KeyState::Enabled,
        };
        let role = MultiRegionRole {
            primary: region.clone(),
            replicas: [].into(),
        };
        let multi_region = intent.shape.multi_region.then_some(role);
        place.become_new(intent, state, multi_region, answer.at);
        if place.aliases.value().is_none() {
            let former = intent.aliases.iter().filter(|_| may_move);
            let former = former.map(|alias| (alias.clone(), AliasTarget::Predecessor));
            place.aliases = Field::Value(former.collect());
        }
    }

    fn replicate(&mut self, intent: &Intent, from: &Region, to: &Region, answer: &Answer) {
        let primary = self.places.get(from).cloned().unwrap_or_default();
        let role = primary
            .described
            .value()
            .and_then(|described| described.multi_region.clone());
        let mut role = role.unwrap_or(MultiRegionRole {
            primary: from.clone(),
            replicas: [].into(),
        });
        role.replicas.insert(to.clone());
        let place = self.places.entry(to.clone()).or_default();
        if place.described.value().is_none() {
            let known = answer
                .arn
                .clone()
                .or(primary.arn.map(|arn| arn.in_region(to)));
            place.arn = place.arn.take().or(known);
            place.become_new(intent, answer.replica, Some(role.clone()), answer.at);
            place.aliases = Field::Value(Default::default());
            place.materials = match primary.materials {
                Field::Value(list) => Field::Value(list.into_iter().map(absent).collect()),
                other => other,
            };
            if let (Field::Value(new), Some(old)) =
                (&mut place.described, primary.described.value())
            {
                new.current_material = old.current_material.clone();
            }
        }
        for place in self.places.values_mut() {
            if let Field::Value(Described {
                multi_region: Some(old),
                ..
            }) = &mut place.described
            {
                old.replicas.insert(to.clone());
            }
        }
    }

    fn import(&mut self, step: &Step, answer: &Answer) {
        let Step::ImportMaterial {
            region,
            version,
            kind,
            valid_to,
        } = step
        else {
            return;
        };
        let asserted = match kind {
            ImportKind::Again { material } => material.clone(),
            ImportKind::First | ImportKind::Rotate => None,
        };
        let id = answer.material.clone().or(asserted);
        if let Some(id) = &id {
            self.bindings.insert(id.clone(), *version);
        }
        let others = self.other_places(region);
        let elsewhere = id.as_ref().and_then(|id| self.state_of_material(id));
        let Some(place) = self.places.get_mut(region) else {
            return;
        };
        match (&mut place.materials, id) {
            (Field::Value(list), Some(id)) => {
                let fallback = match kind {
                    ImportKind::First => MaterialState::Current,
                    ImportKind::Rotate if others.is_empty() => MaterialState::PendingRotation,
                    ImportKind::Rotate => MaterialState::PendingReplicas,
                    ImportKind::Again { .. } => elsewhere.unwrap_or(MaterialState::NonCurrent),
                };
                put(list, id, *valid_to, fallback);
            }
            _ => place.expiration(valid_to.map_or(Expiration::Never, Expiration::At)),
        }
        place.completed();
        if *kind == ImportKind::Rotate {
            self.announce(region, &others);
        }
        self.replicas_filled();
    }

    /// The rest of the set, whichever of them is the primary by now.
    fn other_places(&self, region: &Region) -> Vec<Region> {
        let exists = |place: &Place| place.described.value().is_some();
        let others = self
            .places
            .iter()
            .filter(|(other, place)| *other != region && exists(place));
        others.map(|(other, _)| other.clone()).collect()
    }

    /// What any place of the set says of a material.
    fn state_of_material(&self, id: &MaterialId) -> Option<MaterialState> {
        let lists = self
            .places
            .values()
            .filter_map(|place| place.materials.value());
        lists
            .flatten()
            .find(|held| held.id == *id)
            .map(|held| held.state)
    }

    /// AWS tells the replicas of new material; its bytes are for us to bring.
    fn announce(&mut self, primary: &Region, replicas: &[Region]) {
        let pending = self.places.get(primary).and_then(Place::pending).cloned();
        for region in replicas {
            let list = self
                .places
                .get_mut(region)
                .map(|place| &mut place.materials);
            if let (Some(Field::Value(list)), Some(pending)) = (list, &pending)
                && !list.iter().any(|material| material.id == pending.id)
            {
                list.push(absent(pending.clone()));
            }
        }
    }

    /// When the last replica has the new material, it waits for nothing but the rotation.
    fn replicas_filled(&mut self) {
        let mut regions = self.places.values().filter_map(Place::pending);
        let Some(id) = regions.next().map(|material| material.id.clone()) else {
            return;
        };
        let everywhere = self.places.values().all(|place| match &place.materials {
            Field::Value(list) => list.iter().any(|held| held.id == id && held.is_present),
            Field::Absent | Field::Unreadable => true,
        });
        for held in self
            .places
            .values_mut()
            .filter_map(|place| place.held_mut(&id))
        {
            if everywhere && held.state == MaterialState::PendingReplicas {
                held.state = MaterialState::PendingRotation;
            }
        }
    }

    /// AWS makes the material itself: it shows by the number of rotations alone.
    fn rotate_native(&mut self, intent: &Intent, region: &Region) {
        let place = self.places.get_mut(region);
        let status = place.map(|place| &mut place.rotation);
        if let (Some(Field::Value(status)), Some(wanted)) = (status, intent.native_rotations) {
            status.on_demand_used = status.on_demand_used.max(wanted);
        }
    }

    /// Only material of ours was ever rotated to by us; what others left pending since stays pending.
    fn rotate(&mut self) {
        for place in self.places.values_mut() {
            let ours = |id: &MaterialId| self.bindings.contains_key(id);
            let pending = place.pending().map(|pending| pending.id.clone());
            let Some(id) = pending.filter(ours) else {
                continue;
            };
            if let Field::Value(list) = &mut place.materials {
                for held in list
                    .iter_mut()
                    .filter(|held| held.state == MaterialState::Current)
                {
                    held.state = MaterialState::NonCurrent;
                }
            }
            if let Some(held) = place.held_mut(&id) {
                held.state = MaterialState::Current;
            }
            if let Field::Value(described) = &mut place.described {
                described.current_material = Some(id);
            }
            if let Field::Value(status) = &mut place.rotation {
                status.on_demand_used = status.on_demand_used.saturating_add(1);
            }
        }
    }

    /// Pending material leaves the whole set with the primary's; permanent material only this place.
    fn delete(&mut self, region: &Region, material: Option<&MaterialId>) {
        let in_list = |place: &Place| match (&place.materials, material) {
            (Field::Value(list), Some(id)) => list.iter().find(|held| held.id == *id).cloned(),
            _ => None,
        };
        let pending = self
            .places
            .get(region)
            .and_then(in_list)
            .filter(|held| !held.state.is_permanent());
        let is_primary = self.is_primary(region);
        if let (Some(pending), true) = (pending, is_primary) {
            for place in self.places.values_mut() {
                if let Field::Value(list) = &mut place.materials {
                    list.retain(|held| held.id != pending.id);
                }
            }
            return;
        }
        let Some(place) = self.places.get_mut(region) else {
            return;
        };
        // What the list no longer shows was pending, and is gone already.
        let was_permanent = match (&mut place.materials, material) {
            (Field::Value(list), Some(id)) => {
                let found = list.iter_mut().find(|held| held.id == *id);
                found.is_some_and(|held| {
                    held.is_present = false;
                    held.valid_to = None;
                    held.state.is_permanent()
                })
            }
            _ => true,
        };
        if was_permanent {
            place.expiration(Expiration::None);
            place.becomes(
                &[KeyState::Enabled, KeyState::Disabled],
                KeyState::PendingImport,
            );
        }
    }

    fn change_primary(&mut self, from: &Region, to: &Region) {
        for place in self.places.values_mut() {
            if let Field::Value(Described {
                multi_region: Some(role),
                ..
            }) = &mut place.described
                && role.primary == *from
            {
                role.primary = to.clone();
                role.replicas.remove(to);
                role.replicas.insert(from.clone());
            }
        }
    }

    fn schedule(&mut self, region: &Region, days: u32, at: Timestamp) {
        let waits = self.is_primary(region) && !self.replicas_of(region).is_empty();
        let Some(Field::Value(described)) = self
            .places
            .get_mut(region)
            .map(|place| &mut place.described)
        else {
            return;
        };
        if matches!(
            described.state,
            KeyState::PendingDeletion | KeyState::PendingReplicaDeletion
        ) {
            return;
        }
        described.state = if waits {
            KeyState::PendingReplicaDeletion
        } else {
            KeyState::PendingDeletion
        };
        let window = SignedDuration::from_hours(24 * i64::from(days));
        described.deletion_date = (!waits).then(|| later(at, window));
    }

    fn role(&self, region: &Region) -> Option<&MultiRegionRole> {
        self.places
            .get(region)?
            .described
            .value()?
            .multi_region
            .as_ref()
    }

    fn is_primary(&self, region: &Region) -> bool {
        self.role(region).is_none_or(|role| role.primary == *region)
    }

    fn replicas_of(&self, region: &Region) -> Vec<Region> {
        self.role(region)
            .map(|role| role.replicas.iter().cloned().collect())
            .unwrap_or_default()
    }
}

fn absent(material: ObservedMaterial) -> ObservedMaterial {
    ObservedMaterial {
        is_present: false,
        valid_to: None,
        ..material
    }
}

/// Puts bytes into the list. A material that the list does not show yet is the current one if there is none.
fn put(
    list: &mut Vec<ObservedMaterial>,
    id: MaterialId,
    valid_to: Option<Timestamp>,
    fallback: MaterialState,
) {
    if let Some(held) = list.iter_mut().find(|held| held.id == id) {
        held.is_present = true;
        held.valid_to = valid_to;
        return;
    }
    let state = match fallback {
        MaterialState::NonCurrent if list.is_empty() => MaterialState::Current,
        other => other,
    };
    list.push(ObservedMaterial {
        id,
        state,
        is_present: true,
        valid_to,
        description: None,
    });
}
