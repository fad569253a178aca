//! A model of AWS KMS: multi-Region sets, key states, materials, aliases; written from AWS's pages and sharing nothing with
//! the planner but the types.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::{KmsKeyArn, MaterialId, Region};
use keyferry_domain::intent::{Intent, KeyShape, Origin};
use keyferry_domain::keystore::PolicyDocument;
use keyferry_domain::material_description::material_description;
use keyferry_domain::step::{ImportKind, Step};
use keyferry_domain::tag::Tags;
use keyferry_domain::view::{
    AliasTarget, Described, Expiration, Field, Grant, KeyState, MaterialState, MultiRegionRole,
    ObservedMaterial, Place, RotationStatus,
};

/// Bytes of material, by name: our versions are 1, 2, 3…, foreign bytes are 1000 and more.
pub(crate) type Bytes = u32;

#[derive(Clone, Debug)]
pub(crate) struct Material {
    pub(crate) bytes: Bytes,
    pub(crate) is_permanent: bool,
    pub(crate) is_present: bool,
    pub(crate) valid_to: Option<Timestamp>,
    pub(crate) description: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct ModelPlace {
    pub(crate) enabled: bool,
    pub(crate) deletion: Option<Deletion>,
    pub(crate) materials: Vec<Material>,
    pub(crate) tags: Tags,
    pub(crate) policy: PolicyDocument,
    pub(crate) description: String,
    pub(crate) grants: BTreeSet<Grant>,
    busy: Option<(KeyState, Timestamp)>,
    created_at: Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) enum Deletion {
    AfterReplicas(SignedDuration),
    At(Timestamp),
}

#[derive(Clone, Debug)]
pub(crate) struct KeySet {
    pub(crate) id: u32,
    pub(crate) shape: KeyShape,
    pub(crate) primary: Region,
    pub(crate) places: BTreeMap<Region, ModelPlace>,
    pub(crate) current: Option<Bytes>,
    pub(crate) rotations_used: u32,
    pub(crate) rotating: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Ours(u32),
    Predecessor,
    Foreign,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Kms {
    pub(crate) sets: Vec<KeySet>,
    pub(crate) aliases: BTreeMap<(Region, AliasName), Target>,
    pub(crate) import_enables_disabled: bool,
}

pub(crate) type Refused = &'static str;
pub(crate) type Answer = (Option<KmsKeyArn>, Option<MaterialId>);

const ROTATION_TAKES: SignedDuration = SignedDuration::from_secs(20);
const BUSY: SignedDuration = SignedDuration::from_secs(7);

pub(crate) fn default_policy() -> PolicyDocument {
    PolicyDocument::from_canonical("{\"Id\":\"key-default-1\"}".to_owned())
}

pub(crate) fn material_id(set: u32, bytes: Bytes) -> MaterialId {
    format!("a{set:031x}{bytes:032x}").parse().unwrap()
}

impl ModelPlace {
    fn new(intent: &Intent, now: Timestamp, busy: Option<KeyState>) -> Self {
        Self {
            enabled: true,
            deletion: None,
            materials: Vec::new(),
            tags: intent.tags.clone(),
            policy: intent.policy.clone().unwrap_or_else(default_policy),
            description: intent.description.clone(),
            grants: BTreeSet::new(),
            busy: busy.map(|state| (state, now + BUSY)),
            created_at: now,
        }
    }

    fn is_whole(&self) -> bool {
        let mut permanent = self.materials.iter().filter(|m| m.is_permanent).peekable();
        permanent.peek().is_some() && permanent.all(|m| m.is_present)
    }

    pub(crate) fn find(&self, bytes: Bytes) -> Option<&Material> {
        self.materials.iter().find(|m| m.bytes == bytes)
    }

    fn find_mut(&mut self, bytes: Bytes) -> Option<&mut Material> {
        self.materials.iter_mut().find(|m| m.bytes == bytes)
    }
}

impl KeySet {
    pub(crate) fn arn(&self, region: &Region) -> KmsKeyArn {
        let prefix = if self.shape.multi_region { "mrk-" } else { "" };
        format!("arn:aws:kms:{region}:111122223333:key/{prefix}{}", self.id)
            .parse()
            .unwrap()
    }

    pub(crate) fn state(&self, region: &Region) -> Option<KeyState> {
        let place = self.places.get(region)?;
        Some(match (&place.deletion, &place.busy) {
            (Some(Deletion::At(_)), _) => KeyState::PendingDeletion,
            (Some(Deletion::AfterReplicas(_)), _) => KeyState::PendingReplicaDeletion,
            (None, Some((state, _))) => *state,
            _ if self.shape.origin == Origin::External && !place.is_whole() => {
                KeyState::PendingImport
            }
            _ if place.enabled => KeyState::Enabled,
            _ => KeyState::Disabled,
        })
    }

    pub(crate) fn pending(&self) -> Option<&Material> {
        self.places
            .get(&self.primary)?
            .materials
            .iter()
            .find(|m| !m.is_permanent)
    }

    fn material_state(&self, material: &Material) -> MaterialState {
        if !material.is_permanent {
            let everywhere = self
                .places
                .values()
                .all(|place| place.find(material.bytes).is_some_and(|m| m.is_present));
            return if everywhere {
                MaterialState::PendingRotation
            } else {
                MaterialState::PendingReplicas
            };
        }
        if self.current == Some(material.bytes) {
            MaterialState::Current
        } else {
            MaterialState::NonCurrent
        }
    }

    fn tick(&mut self, now: Timestamp) {
        if self
            .rotating
            .is_some_and(|since| now >= since + ROTATION_TAKES)
        {
            self.rotating = None;
            if let Some(bytes) = self.pending().map(|m| m.bytes) {
                self.current = Some(bytes);
                for place in self.places.values_mut() {
                    if let Some(material) = place.find_mut(bytes) {
                        material.is_permanent = true;
                    }
                }
            }
        }
        for place in self.places.values_mut() {
            place.busy = place.busy.filter(|(_, until)| now < *until);
            for material in &mut place.materials {
                if material.valid_to.is_some_and(|end| end <= now) {
                    material.is_present = false;
                    material.valid_to = None;
                }
            }
        }
        let gone =
            |place: &ModelPlace| matches!(place.deletion, Some(Deletion::At(at)) if at <= now);
        self.places.retain(|_, place| !gone(place));
        let alone = self.places.len() == 1;
        for place in self.places.values_mut() {
            if let (Some(Deletion::AfterReplicas(window)), true) = (&place.deletion, alone) {
                place.deletion = Some(Deletion::At(now + *window));
            }
        }
    }
}

impl Kms {
    pub(crate) fn tick(&mut self, now: Timestamp) {
        self.sets.iter_mut().for_each(|set| set.tick(now));
        let sets = &self.sets;
        self.aliases.retain(|(region, _), target| match target {
            Target::Ours(id) => sets
                .iter()
                .any(|set| set.id == *id && set.places.contains_key(region)),
            _ => true,
        });
    }

    fn set_of(&mut self, region: &Region, allowed: &[KeyState]) -> Result<&mut KeySet, Refused> {
        let set = self.sets.last_mut().ok_or("NotFoundException")?;
        let state = set.state(region).ok_or("NotFoundException")?;
        if allowed.contains(&state) {
            Ok(set)
        } else {
            Err("KMSInvalidStateException")
        }
    }

    /// Carries a request out, or refuses it, as AWS does.
    pub(crate) fn execute(
        &mut self,
        intent: &Intent,
        step: &Step,
        now: Timestamp,
    ) -> Result<Answer, Refused> {
        use KeyState::{
            Creating, Disabled, Enabled, PendingDeletion, PendingImport, PendingReplicaDeletion,
            Updating,
        };
        const LIVE: &[KeyState] = &[Enabled, Disabled, PendingImport, Creating, Updating];
        self.tick(now);
        let none = Ok((None, None));
        match step {
            Step::CreateKmsKey { region } => {
                let id = u32::try_from(self.sets.len()).unwrap() + 1;
                let place = ModelPlace::new(intent, now, None);
                let set = KeySet {
                    id,
                    shape: intent.shape,
                    primary: region.clone(),
                    places: [(region.clone(), place)].into(),
                    current: None,
                    rotations_used: 0,
                    rotating: None,
                };
                let arn = set.arn(region);
                self.sets.push(set);
                Ok((Some(arn), None))
            }
            Step::ReplicateKmsKey { from, to } => {
                let set = self.set_of(from, &[Enabled])?;
                if set.places.contains_key(to) {
                    return Err("AlreadyExistsException");
                }
                if set.primary != *from || set.pending().is_some() {
                    return Err("UnsupportedOperationException");
                }
                let mut place = ModelPlace::new(intent, now, Some(Creating));
                place.materials = set.places[from].materials.clone();
                for material in &mut place.materials {
                    material.is_present = false;
                    material.valid_to = None;
                }
                set.places.insert(to.clone(), place);
                Ok((Some(set.arn(to)), None))
            }
            Step::ImportMaterial {
                region,
                version,
                kind,
                valid_to,
            } => {
                let enables = self.import_enables_disabled;
                let set = self.set_of(region, &[Enabled, Disabled, PendingImport])?;
                let description = Some(material_description("app", *version));
                let id = import(
                    set,
                    region,
                    version.get(),
                    kind,
                    *valid_to,
                    description,
                    enables,
                )?;
                let has_list = set.shape.spec.is_symmetric();
                Ok((None, Some(id).filter(|_| has_list)))
            }
            Step::RotateOnDemand { region } => {
                let set = self.set_of(region, &[Enabled])?;
                let ready = set
                    .pending()
                    .is_some_and(|m| set.material_state(m) == MaterialState::PendingRotation);
                if set.primary != *region || !ready || set.rotating.is_some() {
                    return Err("No available key material pending rotation");
                }
                if set.rotations_used >= 25 {
                    return Err("LimitExceededException");
                }
                set.rotations_used += 1;
                set.rotating = Some(now);
                none
            }
            Step::DeleteMaterial { region, material } => {
                let set =
                    self.set_of(region, &[Enabled, Disabled, PendingImport, PendingDeletion])?;
                delete(set, region, material.as_ref())?;
                none
            }
            Step::Tag { region, tags } => {
                let place = self.place(region, LIVE)?;
                place.tags.extend(tags.clone());
                none
            }
            Step::Untag { region, keys } => {
                self.place(region, LIVE)?
                    .tags
                    .retain(|key, _| !keys.contains(key));
                none
            }
            Step::PutPolicy { region, policy } => {
                self.place(region, LIVE)?.policy = policy.clone();
                none
            }
            Step::SetDescription {
                region,
                description,
            } => {
                self.place(region, LIVE)?.description = description.clone();
                none
            }
            Step::Enable { region } => {
                self.place(region, &[Enabled, Disabled])?.enabled = true;
                none
            }
            Step::Disable { region } => {
                self.place(region, &[Enabled, Disabled])?.enabled = false;
                none
            }
            Step::CreateAlias { region, alias } => {
                let id = self.set_of(region, LIVE)?.id;
                let name = (region.clone(), alias.clone());
                if self.aliases.contains_key(&name) {
                    return Err("AlreadyExistsException");
                }
                self.aliases.insert(name, Target::Ours(id));
                none
            }
            Step::MoveAlias { region, alias } => {
                let id = self.set_of(region, LIVE)?.id;
                let target = self.aliases.get_mut(&(region.clone(), alias.clone()));
                let target = target.ok_or("NotFoundException")?;
                *target = Target::Ours(id);
                none
            }
            Step::DeleteAlias { region, alias } => {
                let gone = self.aliases.remove(&(region.clone(), alias.clone()));
                gone.map(|_| (None, None)).ok_or("NotFoundException")
            }
            Step::ScheduleDeletion { region, days } => {
                let set = self.set_of(region, &[Enabled, Disabled, PendingImport, Creating])?;
                let window = SignedDuration::from_hours(24 * i64::from(*days));
                let waits = set.primary == *region && set.places.len() > 1;
                let deletion = if waits {
                    Deletion::AfterReplicas(window)
                } else {
                    Deletion::At(now + window)
                };
                set.places.get_mut(region).unwrap().deletion = Some(deletion);
                none
            }
            Step::CancelDeletion { region } => {
                let place = self.place(region, &[PendingDeletion, PendingReplicaDeletion])?;
                place.deletion = None;
                place.enabled = false;
                none
            }
            Step::UpdatePrimaryRegion { from, to } => {
                let set = self.set_of(from, &[Enabled])?;
                if set.primary != *from || set.state(to) != Some(Enabled) {
                    return Err("KMSInvalidStateException");
                }
                set.primary = to.clone();
                for region in [from, to] {
                    set.places.get_mut(region).unwrap().busy = Some((Updating, now + BUSY));
                }
                none
            }
            Step::CreateGrant { region, grant } => {
                let place = self.place(region, &[Enabled])?;
                if !place.grants.iter().any(|found| grant.is_shown_by(found)) {
                    let operations = grant.operations.iter();
                    place.grants.insert(Grant {
                        id: format!("id of {}", grant.name),
                        name: Some(grant.name.clone()),
                        grantee: grant.grantee.clone(),
                        retiring: grant.retiring.clone(),
                        operations: operations.map(|one| one.as_str().to_owned()).collect(),
                        constraints: grant.constraints.clone(),
                    });
                }
                none
            }
            Step::RetireGrant { region, grant } | Step::RevokeGrant { region, grant } => {
                let set =
                    self.set_of(region, &[Enabled, Disabled, PendingImport, PendingDeletion])?;
                let grants = &mut set.places.get_mut(region).unwrap().grants;
                let before = grants.len();
                grants.retain(|found| found.id != *grant);
                if grants.len() == before {
                    return Err("NotFoundException");
                }
                none
            }
            Step::SetNativeRotation { .. } => Err("not in the model"),
        }
    }

    pub(crate) fn place(
        &mut self,
        region: &Region,
        allowed: &[KeyState],
    ) -> Result<&mut ModelPlace, Refused> {
        let set = self.set_of(region, allowed)?;
        set.places.get_mut(region).ok_or("NotFoundException")
    }

    /// What AWS shows of one place.
    pub(crate) fn observe(
        &self,
        arn: Option<&KmsKeyArn>,
        region: &Region,
        intent: &Intent,
    ) -> Place {
        let key_id = arn.map(KmsKeyArn::key_id);
        let set = self
            .sets
            .iter()
            .find(|set| Some(set.arn(region).key_id()) == key_id);
        let mut place = Place {
            arn: arn.map(|arn| arn.in_region(region)),
            described: Field::Absent,
            aliases: Field::Value(self.observe_aliases(set.map(|set| set.id), region, intent)),
            ..Place::default()
        };
        let Some((set, found)) = set.and_then(|set| Some((set, set.places.get(region)?))) else {
            place.arn = place.arn.filter(|_| intent.primary() == Some(region));
            return place;
        };
        let has_list = set.shape.origin == Origin::External && set.shape.spec.is_symmetric();
        place.described = Field::Value(describe(set, region, found, has_list));
        place.materials = if has_list {
            Field::Value(found.materials.iter().map(|m| list_entry(set, m)).collect())
        } else {
            Field::Absent
        };
        place.tags = Field::Value(found.tags.clone());
        place.policy = Field::Value(found.policy.clone());
        place.grants = Field::Value(found.grants.clone());
        place.rotation = Field::Value(RotationStatus {
            on_demand_used: set.rotations_used,
            on_demand_started: set.rotating,
            native_period_days: None,
        });
        place
    }

    fn observe_aliases(
        &self,
        id: Option<u32>,
        region: &Region,
        intent: &Intent,
    ) -> BTreeMap<AliasName, AliasTarget> {
        let here = self
            .aliases
            .iter()
            .filter(|((place, _), _)| place == region);
        here.filter_map(|((_, alias), target)| {
            let target = match target {
                Target::Ours(ours) if Some(*ours) == id => AliasTarget::This,
                Target::Predecessor => AliasTarget::Predecessor,
                _ => AliasTarget::Foreign {
                    key_id: "somebody-else".to_owned(),
                },
            };
            let shown = target == AliasTarget::This || intent.aliases.contains(alias);
            shown.then(|| (alias.clone(), target))
        })
        .collect()
    }
}

fn describe(set: &KeySet, region: &Region, place: &ModelPlace, has_list: bool) -> Described {
    let permanent = || {
        place
            .materials
            .iter()
            .filter(|m| m.is_permanent && m.is_present)
    };
    let expiration = match permanent().filter_map(|m| m.valid_to).min() {
        Some(end) => Expiration::At(end),
        None if permanent().next().is_some() => Expiration::Never,
        None => Expiration::None,
    };
    let others = set.places.keys().filter(|other| **other != set.primary);
    let role = MultiRegionRole {
        primary: set.primary.clone(),
        replicas: others.cloned().collect(),
    };
    Described {
        state: set.state(region).unwrap(),
        shape: set.shape,
        description: place.description.clone(),
        current_material: set
            .current
            .filter(|_| has_list)
            .map(|b| material_id(set.id, b)),
        expiration,
        deletion_date: match place.deletion {
            Some(Deletion::At(at)) => Some(at),
            _ => None,
        },
        created_at: place.created_at,
        custody: keyferry_domain::view::Custody::Customer,
        multi_region: set.shape.multi_region.then_some(role),
    }
}

fn list_entry(set: &KeySet, material: &Material) -> ObservedMaterial {
    ObservedMaterial {
        id: material_id(set.id, material.bytes),
        state: set.material_state(material),
        is_present: material.is_present,
        valid_to: material.valid_to,
        description: material.description.clone(),
    }
}

/// `ImportKeyMaterial`.
pub(crate) fn import(
    set: &mut KeySet,
    region: &Region,
    bytes: Bytes,
    kind: &ImportKind,
    valid_to: Option<Timestamp>,
    description: Option<String>,
    enables_disabled: bool,
) -> Result<MaterialId, Refused> {
    let id = material_id(set.id, bytes);
    let was_pending_import = set.state(region) == Some(KeyState::PendingImport);
    let is_primary = set.primary == *region;
    let ever_held = set.current.is_some();
    let known = set.places[region].find(bytes).is_some();
    let new = match kind {
        ImportKind::First if !ever_held => true,
        ImportKind::First => false,
        ImportKind::Again { material } => {
            if material.as_ref().is_some_and(|asserted| *asserted != id) {
                return Err("IncorrectKeyMaterialException");
            }
            !ever_held
        }
        ImportKind::Rotate => {
            if !set.shape.spec.is_symmetric() || !is_primary || known || !ever_held {
                return Err("IncorrectKeyMaterialException");
            }
            if set.pending().is_some() {
                return Err("another key material is pending rotation");
            }
            true
        }
    };
    if new {
        let is_permanent = !ever_held;
        if is_permanent {
            set.current = Some(bytes);
        }
        for place in set.places.values_mut() {
            place.materials.push(Material {
                bytes,
                is_permanent,
                is_present: false,
                valid_to: None,
                description: description.clone(),
            });
        }
    }
    let place = set.places.get_mut(region).unwrap();
    let material = place
        .find_mut(bytes)
        .ok_or("IncorrectKeyMaterialException")?;
    material.is_present = true;
    material.valid_to = valid_to;
    if place.is_whole() && (was_pending_import || enables_disabled) {
        place.enabled = true;
    }
    Ok(id)
}

/// `DeleteImportedKeyMaterial`.
fn delete(set: &mut KeySet, region: &Region, id: Option<&MaterialId>) -> Result<(), Refused> {
    let set_id = set.id;
    let is_primary = set.primary == *region;
    let current = set.current;
    let place = set.places.get_mut(region).unwrap();
    let material = place.materials.iter_mut().find(|m| match id {
        Some(id) => material_id(set_id, m.bytes) == *id,
        None => Some(m.bytes) == current,
    });
    let material = material.ok_or("NotFoundException")?;
    material.is_present = false;
    material.valid_to = None;
    let (bytes, is_permanent) = (material.bytes, material.is_permanent);
    if is_primary && !is_permanent {
        for place in set.places.values_mut() {
            place.materials.retain(|m| m.bytes != bytes);
        }
        set.rotating = None;
    }
    Ok(())
}
