//! Reads one place of a KMS key, everything side by side.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join_all;
use jiff::Timestamp;
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::{KmsKeyArn, Lane, Region};
use keyferry_domain::intent::Origin;
use keyferry_domain::last_use::LastUse;
use keyferry_domain::tag::Tags;
use keyferry_domain::view::{AliasTarget, Field, ObservedMaterial, Place, RotationStatus};
use keyferry_engine::{Cost, DriverError, Pacer};
use keyferry_ports::aws::{AwsAccount, CallFailure, Kms, Refusal};

use super::Subject;
use super::failure::{field, field_of_some, not_now};

/// The operation with which AWS tells of a key's use.
const LAST_USE: &str = "GetKeyLastUsage";

/// Reads AWS, each call paced by its quota.
pub(crate) struct Reader<'a> {
    pub(crate) kms: &'a dyn Kms,
    pub(crate) pacer: &'a Pacer,
    pub(crate) lane: &'a Lane,
}

impl Reader<'_> {
    /// Waits for one call's token.
    pub(crate) async fn pace(&self, operation: &'static str) {
        self.pacer.take(&self.cost(operation)).await;
    }

    fn cost(&self, operation: &'static str) -> Cost {
        Cost {
            lane: self.lane.clone(),
            operation,
            tokens: 1,
        }
    }

    /// Reads everything about the key at `arn`.
    pub(crate) async fn place(
        &self,
        subject: &Subject,
        arn: &KmsKeyArn,
        now: Timestamp,
    ) -> Result<Place, DriverError> {
        let shape = subject.key.intent.shape;
        let has_rotations = shape.spec.is_symmetric();
        let lists_materials = has_rotations && shape.origin == Origin::External;
        let (described, materials, rotation, aliases, tags, policy, grants) = futures::join!(
            self.described(arn),
            self.materials(arn, lists_materials),
            self.rotation(arn, has_rotations),
            self.aliases(subject, arn),
            self.tags(arn),
            self.paced("GetKeyPolicy", self.kms.policy(arn)),
            self.paced("ListGrants", self.kms.grants(arn)),
        );
        let described = described?;
        if described == Field::Absent {
            // Whatever else failed, failed because there is no such key.
            return Ok(Place {
                arn: Some(arn.clone()),
                described,
                read_at: Some(now),
                ..Place::default()
            });
        }
        Ok(Place {
            arn: Some(arn.clone()),
            described,
            materials: materials?,
            aliases: aliases?,
            tags: tags?,
            policy: policy?,
            grants: grants?,
            rotation: rotation?,
            last_use: None,
            read_at: Some(now),
        })
    }

    async fn paced<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, CallFailure>>,
    ) -> Result<Field<T>, DriverError> {
        self.pace(operation).await;
        field(call.await)
    }

    /// `DescribeKey`.
    pub(crate) async fn described(
        &self,
        arn: &KmsKeyArn,
    ) -> Result<Field<keyferry_domain::view::Described>, DriverError> {
        self.pace("DescribeKey").await;
        match self.kms.describe(arn).await {
            Ok(Some(described)) => Ok(Field::Value(described)),
            Ok(None) => Ok(Field::Absent),
            // Only `NotFoundException` proves absence, and that is `Ok(None)`.
            Err(failure) => field(Err(failure)),
        }
    }

    /// When the key was used last in this Region; `None` where AWS did not answer. Never an error: it decides nothing.
    pub(crate) async fn last_use(&self, arn: &KmsKeyArn, now: Timestamp) -> Option<LastUse> {
        self.pace(LAST_USE).await;
        self.last_use_now(arn, now).await
    }

    /// The same where the quota has room for it at once.
    pub(crate) async fn spare_last_use(&self, arn: &KmsKeyArn, now: Timestamp) -> Option<LastUse> {
        let cost = self.cost(LAST_USE);
        if self.pacer.take_spare(&cost) {
            self.last_use_now(arn, now).await
        } else {
            None
        }
    }

    async fn last_use_now(&self, arn: &KmsKeyArn, now: Timestamp) -> Option<LastUse> {
        let told = field(self.kms.last_use(arn).await).ok()?;
        Some(LastUse { told, read_at: now })
    }

    /// The key's own aliases.
    pub(crate) async fn own_aliases(
        &self,
        arn: &KmsKeyArn,
    ) -> Result<Field<BTreeSet<AliasName>>, DriverError> {
        self.paced("ListAliases", self.kms.aliases_of(arn)).await
    }

    /// The key's tags.
    pub(crate) async fn tags(&self, arn: &KmsKeyArn) -> Result<Field<Tags>, DriverError> {
        self.paced("ListResourceTags", self.kms.tags(arn)).await
    }

    async fn materials(
        &self,
        arn: &KmsKeyArn,
        lists: bool,
    ) -> Result<Field<Vec<ObservedMaterial>>, DriverError> {
        if !lists {
            return Ok(Field::Absent);
        }
        self.pace("ListKeyRotations").await;
        field_of_some(self.kms.materials(arn).await)
    }

    async fn rotation(
        &self,
        arn: &KmsKeyArn,
        has_rotations: bool,
    ) -> Result<Field<RotationStatus>, DriverError> {
        if !has_rotations {
            return Ok(Field::Absent);
        }
        self.pace("GetKeyRotationStatus").await;
        field_of_some(self.kms.rotation(arn).await)
    }

    /// Aliases of this key, and the targets of those that it shall have. Those that it did not have when it was last
    /// read are looked up at once, not only when the list has come.
    async fn aliases(
        &self,
        subject: &Subject,
        arn: &KmsKeyArn,
    ) -> Result<Field<BTreeMap<AliasName, AliasTarget>>, DriverError> {
        let had = last_aliases(subject, arn);
        let (unlikely, likely): (Vec<_>, Vec<_>) = subject
            .key
            .intent
            .aliases
            .iter()
            .partition(|alias| !had.contains(alias));
        let target = |alias| self.alias_target(subject, alias);
        let (own, early) = futures::join!(
            self.own_aliases(arn),
            try_join_all(unlikely.into_iter().map(target)),
        );
        let own: BTreeSet<AliasName> = match own? {
            Field::Value(own) => own,
            Field::Absent => BTreeSet::new(),
            Field::Unreadable => return Ok(Field::Unreadable),
        };
        let lost = likely.into_iter().filter(|alias| !own.contains(*alias));
        let mut targets = early?;
        targets.extend(try_join_all(lost.map(target)).await?);
        let mut all: BTreeMap<AliasName, AliasTarget> = own
            .iter()
            .map(|alias| (alias.clone(), AliasTarget::This))
            .collect();
        for target in targets {
            match target {
                // What the key's own list names is its own, whatever an older answer says.
                Field::Value((alias, target)) => {
                    all.entry(alias).or_insert(target);
                }
                Field::Absent => {}
                Field::Unreadable => return Ok(Field::Unreadable),
            }
        }
        Ok(Field::Value(all))
    }

    async fn alias_target(
        &self,
        subject: &Subject,
        alias: &AliasName,
    ) -> Result<Field<(AliasName, AliasTarget)>, DriverError> {
        self.pace("DescribeKey").await;
        let found = match self.kms.alias_target(alias).await {
            Ok(found) => found,
            // An alias whose key we may not see is somebody else's.
            Err(CallFailure::Refused {
                refusal: Refusal::AccessDenied,
                ..
            }) => Some("a key that cannot be seen".to_owned()),
            Err(failure) => return Err(not_now(&failure)),
        };
        let Some(key_id) = found else {
            return Ok(Field::Absent);
        };
        let is = |arn: Option<&KmsKeyArn>| arn.is_some_and(|arn| arn.key_id() == key_id);
        let target = if is(subject.key.arn.as_ref()) {
            AliasTarget::This
        } else if is(subject.predecessor_arn()) {
            AliasTarget::Predecessor
        } else {
            AliasTarget::Foreign { key_id }
        };
        Ok(Field::Value((alias.clone(), target)))
    }
}

/// Reads a key in every Region where it shall be, and answers for each by itself; nothing where its ARN is not known.
pub(crate) async fn read_each(
    subject: &Subject,
    link: &dyn AwsAccount,
    pacer: &Pacer,
    now: Timestamp,
) -> Vec<(Region, Result<Place, DriverError>)> {
    let mut places = Vec::new();
    let Some(arn) = &subject.key.arn else {
        return places;
    };
    for region in &subject.key.intent.places {
        let place = match subject.lane(region) {
            Ok(lane) => {
                let kms = link.kms(region);
                let reader = Reader {
                    kms: &*kms,
                    pacer,
                    lane: &lane,
                };
                reader.place(subject, &arn.in_region(region), now).await
            }
            Err(error) => Err(error),
        };
        places.push((region.clone(), place));
    }
    places
}

/// Adds to each place that AWS has when the key was used last there; where AWS does not answer now, what it said last.
pub(crate) async fn read_last_uses(
    subject: &Subject,
    link: &dyn AwsAccount,
    pacer: &Pacer,
    places: &mut BTreeMap<Region, Place>,
    now: Timestamp,
) {
    for (region, place) in places {
        let (Some(arn), Field::Value(_), Ok(lane)) =
            (&place.arn, &place.described, subject.lane(region))
        else {
            continue;
        };
        let kms = link.kms(region);
        let reader = Reader {
            kms: &*kms,
            pacer,
            lane: &lane,
        };
        let known = subject.key.observed.get(region);
        let told = reader.last_use(arn, now).await;
        place.last_use = told.or_else(|| known?.last_use.clone());
    }
}

/// What is known of a place whose Region is out of reach.
pub(crate) fn out_of_reach(subject: &Subject, region: &Region) -> Place {
    Place {
        arn: subject.key.arn.as_ref().map(|arn| arn.in_region(region)),
        ..Place::default()
    }
}

/// The aliases that a place had when it was last read.
fn last_aliases<'a>(subject: &'a Subject, arn: &KmsKeyArn) -> BTreeSet<&'a AliasName> {
    let aliases = match subject
        .key
        .observed
        .get(arn.region())
        .map(|place| &place.aliases)
    {
        Some(Field::Value(aliases)) => aliases,
        _ => return BTreeSet::new(),
    };
    let is_own = |row: &(&AliasName, &AliasTarget)| *row.1 == AliasTarget::This;
    aliases.iter().filter(is_own).map(|row| row.0).collect()
}
