//! Looking at one KMS key that nobody manages here: can it be adopted, and as what?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keyferry_domain::adoption::{self, NotAdoptable};
use keyferry_domain::arn::{KmsKeyArn, Region};
use keyferry_domain::crypto_policy::EffectivePolicy;
use keyferry_domain::intent::Intent;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::name::Name;
use keyferry_domain::tag::OPERATION_TAG;
use keyferry_domain::view::{Custody, Described, Field, Place};
use keyferry_engine::DriverError;
use keyferry_ports::aws::AwsAccount;
use keyferry_ports::records::{KmsKeyFilter, Page};

use crate::actor::Actor;
use crate::driver::{Reader, Subject, Successor, error_of, read_each};
use crate::error::AppError;

use super::KmsKeys;
use super::adopt::{Left, Looked};
use super::create::Destination;

/// The longest name.
const NAME_MAX: usize = 128;

/// Looks at KMS keys for one keystore.
pub(super) struct Sight<'a> {
    keys: &'a KmsKeys,
    actor: String,
    to: &'a Destination,
    link: Arc<dyn AwsAccount>,
    /// KMS keys of the connection that are being made, by their operation.
    being_made: BTreeMap<String, Name>,
}

/// Why one look brought nothing.
enum Stop {
    /// It is left where it is.
    Left(NotAdoptable),
    /// AWS could not be asked about it now.
    NotNow { code: String, why: String },
    /// The records could not be read.
    Failed(AppError),
}

impl From<NotAdoptable> for Stop {
    fn from(why: NotAdoptable) -> Self {
        Self::Left(why)
    }
}

impl From<DriverError> for Stop {
    fn from(error: DriverError) -> Self {
        match error {
            DriverError::Records(error) => Self::Failed(error.into()),
            DriverError::Later { code, why } | DriverError::Stuck { code, why } => {
                Self::NotNow { code, why }
            }
        }
    }
}

impl<'a> Sight<'a> {
    pub(super) async fn new(
        keys: &'a KmsKeys,
        actor: &Actor,
        to: &'a Destination,
    ) -> Result<Self, AppError> {
        Ok(Self {
            keys,
            actor: actor.to_string(),
            to,
            link: keys
                .shared
                .links
                .of(&to.connection, "keyferry-read")
                .await?,
            being_made: keys.being_made(to).await?,
        })
    }

    /// Looks at one.
    ///
    /// # Errors
    ///
    /// Only of the records: whatever AWS says is part of the answer.
    pub(super) async fn examine(&self, arn: &KmsKeyArn) -> Result<Looked, AppError> {
        match self.try_examine(arn).await {
            Ok(key) => Ok(Looked::Adoptable(Box::new(key))),
            Err(Stop::Left(why)) => Ok(Looked::Left(Left::new(arn, &why))),
            Err(Stop::NotNow { code, why }) => {
                let error = error_of(DriverError::Later {
                    code: code.clone(),
                    why: why.clone(),
                });
                Ok(Looked::Left(Left {
                    selector: arn.to_string(),
                    code,
                    reason: why,
                    hint: error.hint().to_owned(),
                }))
            }
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    /// Looks at one that has to be adoptable.
    ///
    /// # Errors
    ///
    /// Why it is not.
    pub(super) async fn adoptable(&self, arn: &KmsKeyArn) -> Result<KmsKey, AppError> {
        self.try_examine(arn).await.map_err(|stop| match stop {
            Stop::Left(why) => why.into(),
            Stop::NotNow { code, why } => error_of(DriverError::Later { code, why }),
            Stop::Failed(error) => error,
        })
    }

    async fn try_examine(&self, arn: &KmsKeyArn) -> Result<KmsKey, Stop> {
        self.check_place(arn).await?;
        let described = self.describe(arn).await?;
        let role = described.multi_region.as_ref();
        let primary = role.map_or(arn.region(), |role| &role.primary).clone();
        let replicas = role.map(|role| role.replicas.clone()).unwrap_or_default();
        let arn = arn.in_region(&primary);
        let mut regions = vec![primary.clone()];
        regions.extend(replicas.into_iter().filter(|region| *region != primary));
        for region in &regions {
            self.check_place(&arn.in_region(region)).await?;
        }
        let intent = Intent::new(described.shape, regions);
        let key = self
            .keys
            .new_kms_key(self.to, name_of(arn.key_id())?, intent);
        let mut key = KmsKey {
            arn: Some(arn.clone()),
            ..key
        };
        let places = self.read(key.clone()).await?;
        self.refuse_being_made(&places)?;
        key.intent = adoption::adopt(&primary, &places)?;
        if let Some(alias) = places
            .get(&primary)
            .and_then(|place| place.aliases.value())
            .and_then(|all| all.keys().next())
        {
            let text = alias.as_str();
            key.name = name_of(text.strip_prefix("alias/").unwrap_or(text))?;
        }
        key.observe(places, false);
        Ok(key)
    }

    /// Of the keystore's account and Regions, and not managed yet.
    async fn check_place(&self, arn: &KmsKeyArn) -> Result<(), Stop> {
        if arn.account() != self.to.account {
            return Err(Stop::Left(NotAdoptable::OtherAccount {
                found: arn.account(),
                wanted: self.to.account.clone(),
            }));
        }
        if !self.to.keystore.regions.contains(arn.region()) {
            return Err(Stop::Left(NotAdoptable::OtherRegion {
                region: arn.region().clone(),
            }));
        }
        let records = &self.keys.shared.ports.records;
        let known = records
            .find_kms_key_by_arn(arn)
            .await
            .map_err(|error| Stop::Failed(error.into()))?;
        match known {
            Some(key) if !matches!(key.intent.life, Life::Deleted | Life::Released) => {
                Err(Stop::Left(NotAdoptable::AlreadyManaged {
                    name: key.name.to_string(),
                }))
            }
            _ => Ok(()),
        }
    }

    /// What `CreateKey` has made for us may not be in its row yet: whoever adopts it then would manage it twice.
    fn refuse_being_made(&self, places: &BTreeMap<Region, Place>) -> Result<(), NotAdoptable> {
        let tags = places.values().filter_map(|place| place.tags.value());
        for tag in tags.filter_map(|tags| tags.get(OPERATION_TAG)) {
            let operation = tag.split_once('.').map_or(tag.as_str(), |parts| parts.0);
            if let Some(name) = self.being_made.get(operation) {
                let name = name.to_string();
                return Err(NotAdoptable::BeingMade { name });
            }
        }
        Ok(())
    }

    /// Whose it is decides before more is read: AWS keeps much of its own keys to itself.
    async fn describe(&self, arn: &KmsKeyArn) -> Result<Described, Stop> {
        let kms = self.link.kms(arn.region());
        let pacer = self.keys.shared.engine.pacer();
        let lane = arn.lane();
        let reader = Reader {
            kms: &*kms,
            pacer: &pacer,
            lane: &lane,
        };
        let described = match reader.described(arn).await? {
            Field::Value(described) => described,
            Field::Absent => return Err(NotAdoptable::NotFound.into()),
            Field::Unreadable => {
                return Err(Stop::Left(NotAdoptable::NoAccess {
                    field: "description",
                }));
            }
        };
        match described.custody {
            Custody::Customer => Ok(described),
            Custody::AwsManaged => Err(NotAdoptable::AwsManaged.into()),
            Custody::CustomKeyStore => Err(NotAdoptable::CustomKeyStore.into()),
        }
    }

    async fn read(&self, key: KmsKey) -> Result<BTreeMap<Region, Place>, Stop> {
        let subject = Subject {
            key,
            connection: self.to.connection.clone(),
            actor: self.actor.clone(),
            own_effects: Vec::new(),
            beside: Vec::new(),
            importable: BTreeSet::new(),
            predecessor: None,
            spares_predecessor: false,
            asked_at: self.keys.shared.now(),
            only_protects: false,
            only_heals: false,
            imports: false,
            passing: None,
            only_disables: false,
            approved: None,
            approval: None,
            successor: Successor::Ready,
            source_group: None,
            policy: EffectivePolicy::default(),
        };
        let pacer = self.keys.shared.engine.pacer();
        let now = self.keys.shared.now();
        let mut places = BTreeMap::new();
        for (region, place) in read_each(&subject, &*self.link, &pacer, now).await {
            places.insert(region, place?);
        }
        Ok(places)
    }
}

impl KmsKeys {
    /// KMS keys of the keystore's connection whose ARN is not known yet, by their operation.
    async fn being_made(&self, to: &Destination) -> Result<BTreeMap<String, Name>, AppError> {
        let filter = KmsKeyFilter {
            connection: Some(to.connection.id),
            life: Some(Life::Provisioning.to_string()),
            ..KmsKeyFilter::default()
        };
        let mut page = Page {
            limit: 1_000,
            cursor: None,
        };
        let mut all = BTreeMap::new();
        loop {
            let records = &self.shared.ports.records;
            let found = records.list_kms_keys(&filter, &page).await?;
            let unknown = found.rows.into_iter().filter(|key| key.arn.is_none());
            all.extend(unknown.map(|key| (key.operation.to_string(), key.name)));
            page.cursor = found.next;
            if page.cursor.is_none() {
                return Ok(all);
            }
        }
    }
}

/// A name as we take them; what they do not have becomes `-`.
fn name_of(text: &str) -> Result<Name, Stop> {
    let is_allowed = |c: char| c.is_alphanumeric() || " ._-/@+()".contains(c);
    let text: String = text
        .chars()
        .map(|c| if is_allowed(c) { c } else { '-' })
        .take(NAME_MAX)
        .collect();
    text.parse()
        .map_err(|bad| Stop::Failed(AppError::Name(bad)))
}

/// The name with the beginning of AWS's key id.
pub(super) fn longer_name(name: &Name, arn: &KmsKeyArn) -> Result<Name, AppError> {
    let id = arn.key_id();
    let id = id.strip_prefix("mrk-").unwrap_or(id);
    let tail: String = id.chars().take(8).collect();
    let room = NAME_MAX.saturating_sub(tail.len() + 1);
    let head: String = name.as_str().chars().take(room).collect();
    Ok(format!("{head}-{tail}").parse()?)
}
