//! Adoption: the intent of a KMS key that is in AWS already is what AWS shows, so that nothing of it changes.

use std::collections::{BTreeMap, BTreeSet};

use crate::alias::AliasName;
use crate::arn::{Account, Region};
use crate::intent::{Intent, Origin};
use crate::life::Life;
use crate::tag::{OWN_TAG_PREFIX, Tags};
use crate::validity::Validity;
use crate::view::{
    AliasTarget, Custody, Described, Field, KeyState, MaterialState, ObservedMaterial, Place,
};

/// Why a KMS key cannot be taken into a keystore.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdoptable {
    /// It is not in the keystore's account.
    #[error("it belongs to the account {found}, and the keystore to {wanted}")]
    OtherAccount {
        /// The KMS key's.
        found: Account,
        /// The keystore's.
        wanted: Account,
    },
    /// It, its primary or one of its replicas is in a Region that the keystore does not have.
    #[error("it is in the Region {region}, which the keystore does not have")]
    OtherRegion {
        /// Which.
        region: Region,
    },
    /// Keyferry manages it.
    #[error("it is managed already, as {name}")]
    AlreadyManaged {
        /// Our name of it.
        name: String,
    },
    /// It is what Keyferry's own creation of a KMS key has made, or may have made.
    #[error("Keyferry is making it, as {name}")]
    BeingMade {
        /// Our name of it.
        name: String,
    },
    /// AWS made it for one of its services.
    #[error("it is an AWS managed key, which only AWS changes")]
    AwsManaged,
    /// Its material is in a CloudHSM cluster or with an external key manager.
    #[error("its material is in a custom key store")]
    CustomKeyStore,
    /// AWS does not know it.
    #[error("AWS does not know it")]
    NotFound,
    /// What it is like cannot be read, so that it could not be kept.
    #[error("Keyferry may not read its {field}")]
    NoAccess {
        /// What.
        field: &'static str,
    },
    /// AWS is changing it.
    #[error("AWS shows it as {}, which passes", .state.as_str())]
    InTransition {
        /// AWS's state.
        state: KeyState,
    },
    /// The places of a multi-Region set have one intent.
    #[error("its {field} in {region} differs from that of its primary")]
    PlacesDiffer {
        /// What.
        field: &'static str,
        /// Where.
        region: Region,
    },
}

impl NotAdoptable {
    /// Stable code, documented in `docs/reference/errors.md`.
    pub fn code(&self) -> &'static str {
        self.texts().0
    }

    /// What helps.
    pub fn hint(&self) -> &'static str {
        self.texts().1
    }

    fn texts(&self) -> (&'static str, &'static str) {
        match self {
            Self::OtherAccount { .. } => (
                "adopt.other-account",
                "adopt it into a keystore of a connection to that account",
            ),
            Self::OtherRegion { .. } => (
                "adopt.other-region",
                "add the Region to the connection and the keystore first",
            ),
            Self::AlreadyManaged { .. } => ("adopt.already-managed", "nothing needs to be done"),
            Self::BeingMade { .. } => (
                "adopt.being-made",
                "let the job that makes it come to its end",
            ),
            Self::AwsManaged => (
                "adopt.aws-managed",
                "leave it to AWS; make a KMS key of your own in its place",
            ),
            Self::CustomKeyStore => (
                "adopt.custom-key-store",
                "leave it to the custom key store's own tools",
            ),
            Self::NotFound => ("adopt.not-found", "check account, Region and key id"),
            Self::NoAccess { .. } => (
                "adopt.no-access",
                "let its key policy and the connection's IAM policy allow reading it",
            ),
            Self::InTransition { .. } => ("adopt.in-transition", "try again in a minute"),
            Self::PlacesDiffer { .. } => (
                "adopt.replicas-differ",
                "make primary and replicas equal in AWS first",
            ),
        }
    }
}

/// The intent of a KMS key as AWS shows it in all its places, `primary` among them. It has no source: what it holds is
/// none of ours, and stays alone.
///
/// # Errors
///
/// [`NotAdoptable`] where that intent could not be what AWS shows.
pub fn adopt(primary: &Region, places: &BTreeMap<Region, Place>) -> Result<Intent, NotAdoptable> {
    let shown = |region: &Region| places.get(region).map(Shown::of).transpose();
    let first = shown(primary)?.ok_or(NotAdoptable::NotFound)?;
    let mut aliases = first.aliases.clone();
    let mut states = BTreeMap::from([(primary.clone(), first.described.state)]);
    for region in places.keys().filter(|region| *region != primary) {
        let other = shown(region)?.ok_or(NotAdoptable::NotFound)?;
        first.check_same(&other, region)?;
        // More aliases in one place than in another are no difference: only wanted ones are compared.
        aliases.retain(|alias| other.aliases.contains(alias));
        states.insert(region.clone(), other.described.state);
    }
    let (life, enabled) = life_of(primary, &states)?;
    let others = places.keys().filter(|region| *region != primary);
    let regions = std::iter::once(primary).chain(others).cloned().collect();
    Ok(Intent {
        life,
        enabled,
        aliases,
        tags: first.tags,
        description: first.described.description.clone(),
        policy: first.place.policy.value().cloned(),
        native_rotation_days: first.native_rotation_days,
        ..Intent::new(first.described.shape, regions)
    })
}

/// One place, as far as an intent tells of it.
struct Shown<'a> {
    place: &'a Place,
    described: &'a Described,
    aliases: BTreeSet<AliasName>,
    tags: Tags,
    native_rotation_days: Option<u32>,
}

impl<'a> Shown<'a> {
    fn of(place: &'a Place) -> Result<Self, NotAdoptable> {
        let described = match &place.described {
            Field::Value(described) => described,
            Field::Absent => return Err(NotAdoptable::NotFound),
            Field::Unreadable => {
                return Err(NotAdoptable::NoAccess {
                    field: "description",
                });
            }
        };
        match described.custody {
            Custody::Customer => {}
            Custody::AwsManaged => return Err(NotAdoptable::AwsManaged),
            Custody::CustomKeyStore => return Err(NotAdoptable::CustomKeyStore),
        }
        if place.policy == Field::Unreadable {
            return Err(NotAdoptable::NoAccess {
                field: "key policy",
            });
        }
        Ok(Self {
            place,
            described,
            aliases: own_aliases(place)?,
            tags: user_tags(place)?,
            native_rotation_days: native_rotation(place, described)?,
        })
    }

    fn check_same(&self, other: &Shown<'_>, region: &Region) -> Result<(), NotAdoptable> {
        let same = [
            ("key spec", self.described.shape == other.described.shape),
            (
                "description",
                self.described.description == other.described.description,
            ),
            ("tags", self.tags == other.tags),
            ("key policy", self.place.policy == other.place.policy),
        ];
        match same.into_iter().find(|row| !row.1) {
            Some((field, _)) => Err(NotAdoptable::PlacesDiffer {
                field,
                region: region.clone(),
            }),
            None => Ok(()),
        }
    }
}

fn own_aliases(place: &Place) -> Result<BTreeSet<AliasName>, NotAdoptable> {
    match &place.aliases {
        Field::Value(all) => {
            let own = all.iter().filter(|row| *row.1 == AliasTarget::This);
            Ok(own.map(|row| row.0.clone()).collect())
        }
        Field::Absent => Ok(BTreeSet::new()),
        Field::Unreadable => Err(NotAdoptable::NoAccess { field: "aliases" }),
    }
}

/// Without AWS's own and ours of a former time: nobody sets or removes them.
fn user_tags(place: &Place) -> Result<Tags, NotAdoptable> {
    let mut tags = match &place.tags {
        Field::Value(tags) => tags.clone(),
        Field::Absent => Tags::new(),
        Field::Unreadable => return Err(NotAdoptable::NoAccess { field: "tags" }),
    };
    tags.retain(|key, _| !key.starts_with("aws:") && !key.starts_with(OWN_TAG_PREFIX));
    Ok(tags)
}

fn native_rotation(place: &Place, described: &Described) -> Result<Option<u32>, NotAdoptable> {
    if described.shape.origin != Origin::AwsKms || !described.shape.spec.is_symmetric() {
        return Ok(None);
    }
    match &place.rotation {
        Field::Value(rotation) => Ok(rotation.native_period_days),
        Field::Absent => Ok(None),
        Field::Unreadable => Err(NotAdoptable::NoAccess { field: "rotation" }),
    }
}

/// Our life of it, and whether it shall be enabled. An empty key is neither enabled nor disabled.
fn life_of(
    primary: &Region,
    states: &BTreeMap<Region, KeyState>,
) -> Result<(Life, bool), NotAdoptable> {
    let passes = |state: &&KeyState| {
        matches!(
            state,
            KeyState::Creating | KeyState::Updating | KeyState::Unavailable
        )
    };
    if let Some(state) = states.values().find(passes) {
        return Err(NotAdoptable::InTransition { state: *state });
    }
    let filled = states.values().map(|state| kind(*state));
    let of_primary = states.get(primary).map_or(Kind::Empty, |one| kind(*one));
    let first = match of_primary {
        Kind::Empty => filled.clone().find(|one| *one != Kind::Empty),
        other => Some(other),
    };
    let first = first.unwrap_or(Kind::Empty);
    // A place without material is neither enabled nor disabled.
    let differs = |state: KeyState| {
        kind(state) != first && (kind(state) != Kind::Empty || first == Kind::Going)
    };
    if let Some((region, _)) = states.iter().find(|row| differs(*row.1)) {
        return Err(NotAdoptable::PlacesDiffer {
            field: "key state",
            region: region.clone(),
        });
    }
    Ok(match first {
        Kind::Enabled => (Life::Active, true),
        Kind::Disabled => (Life::Active, false),
        Kind::Empty => (Life::Inactive, true),
        Kind::Going => (Life::PendingDeletion, false),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Enabled,
    Disabled,
    Empty,
    Going,
}

fn kind(state: KeyState) -> Kind {
    match state {
        KeyState::Disabled => Kind::Disabled,
        KeyState::PendingImport => Kind::Empty,
        KeyState::PendingDeletion | KeyState::PendingReplicaDeletion => Kind::Going,
        KeyState::Enabled | KeyState::Creating | KeyState::Updating | KeyState::Unavailable => {
            Kind::Enabled
        }
    }
}

/// Until when each material stays that belongs to a KMS key for good, the oldest first; none where it never held any.
pub fn holds(place: &Place) -> Vec<Validity> {
    let until = |end: Option<jiff::Timestamp>| end.map_or(Validity::Permanent, Validity::Until);
    match (&place.materials, &place.described) {
        (Field::Value(list), _) => {
            let all = permanent(list).into_iter();
            all.map(|material| until(material.valid_to)).collect()
        }
        (_, Field::Value(described)) if described.holds_material() => {
            vec![until(described.expiration.end())]
        }
        // It held one, and nothing tells until when that shall stay.
        (_, Field::Value(described)) if described.current_material.is_some() => {
            vec![Validity::Permanent]
        }
        _ => Vec::new(),
    }
}

/// Whether both places hold one material, and AWS will drop it from one of them at another time.
pub fn expire_differently(one: &Place, other: &Place) -> bool {
    if let (Field::Value(one), Field::Value(other)) = (&one.materials, &other.materials) {
        let present = |list: &[ObservedMaterial]| -> BTreeMap<_, _> {
            let present = list.iter().filter(|material| material.is_present);
            present
                .map(|material| (material.id.clone(), material.valid_to))
                .collect()
        };
        let (one, other) = (present(one), present(other));
        return one
            .iter()
            .any(|(id, end)| other.get(id).is_some_and(|found| found != end));
    }
    let end = |place: &Place| {
        let described = place
            .described
            .value()
            .filter(|described| described.holds_material());
        described.map(|described| described.expiration.end())
    };
    matches!((end(one), end(other)), (Some(one), Some(other)) if one != other)
}

/// The materials that belong to a KMS key for good, the oldest first: what is current came last.
pub(crate) fn permanent(list: &[ObservedMaterial]) -> Vec<&ObservedMaterial> {
    let (current, former): (Vec<_>, Vec<_>) = list
        .iter()
        .filter(|material| material.state.is_permanent())
        .partition(|material| material.state == MaterialState::Current);
    former.into_iter().chain(current).collect()
}
