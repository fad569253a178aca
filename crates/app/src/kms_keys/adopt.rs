//! Adoption: KMS keys that are in AWS already come into a keystore. Nothing is sent that changes them.

use std::collections::BTreeSet;

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt};
use keyferry_domain::adoption::NotAdoptable;
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::{KmsKeyArn, Region};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::tag::Tags;
use keyferry_ports::records::{Batch, Change, Expect, FoundKey, FoundKeyFilter, Page};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};

use super::KmsKeys;
use super::create::Destination;
use super::sight::Sight;

/// KMS keys that are read side by side.
const SIDE_BY_SIDE: usize = 16;

/// Commits of one part, each after somebody else adopted some of it, or took a name.
const COMMITS_MAX: u32 = 5;

/// KMS keys in one request, and in one commit.
pub const ADOPTED_AT_ONCE_MAX: usize = 200;

/// Which KMS keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdoptSelection {
    /// These: ARNs, AWS's key ids, aliases.
    These(Vec<String>),
    /// Those that the last sync found in the keystore's Regions, as far as they match.
    Found {
        /// With all these tags.
        tags: Tags,
        /// Whose name contains this, in any case.
        text: Option<String>,
        /// Which part.
        page: Page,
    },
}

/// KMS keys to adopt.
#[derive(Clone, Debug)]
pub struct AdoptKeys {
    /// The keystore, by id or name.
    pub keystore: String,
    /// Which.
    pub selection: AdoptSelection,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
}

/// What became of a page of KMS keys.
#[derive(Clone, Debug, Default)]
pub struct Adoption {
    /// Managed from now on, or after a dry run: would be.
    pub adopted: Vec<KmsKey>,
    /// Left as they are.
    pub left: Vec<Left>,
    /// Where the selection goes on.
    pub next: Option<String>,
}

/// A KMS key that was not adopted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// As it was named, or its ARN.
    pub selector: String,
    /// For machines, `area.problem`.
    pub code: String,
    /// In one sentence.
    pub reason: String,
    /// What helps.
    pub hint: String,
}

impl Left {
    pub(super) fn new(selector: impl ToString, why: &NotAdoptable) -> Self {
        Self {
            selector: selector.to_string(),
            code: why.code().to_owned(),
            reason: why.to_string(),
            hint: why.hint().to_owned(),
        }
    }
}

/// One KMS key that was looked at.
pub(super) enum Looked {
    /// It can be adopted so.
    Adoptable(Box<KmsKey>),
    /// It cannot.
    Left(Left),
}

impl KmsKeys {
    /// Takes KMS keys that are in AWS already into a keystore; the intent is what AWS shows. What cannot be adopted is
    /// told with its reason, and does not keep the others from it. Repeating it is safe.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] for more than [`ADOPTED_AT_ONCE_MAX`] KMS keys.
    pub async fn adopt(&self, actor: &Actor, command: AdoptKeys) -> Result<Adoption, AppError> {
        let permit = self.shared.permit(actor, Action::KmsKeyAdopt).await?;
        let to = self.destination(&permit, &command.keystore).await?;
        let mut done = Adoption::default();
        let candidates = match command.selection {
            AdoptSelection::These(selectors) => self.named(&to, selectors, &mut done).await?,
            AdoptSelection::Found { tags, text, page } => {
                let found = self.found(&to, &tags, text, &page, &mut done).await?;
                found.into_iter().map(|key| key.arn).collect()
            }
        };
        let looked = self.look_at(actor, &to, candidates).await?;
        done.left.extend(looked.left);
        done.adopted = looked.adopted;
        if command.dry_run {
            self.name_all(&mut done.adopted).await?;
        } else {
            let taken = self.take_in(actor, done.adopted).await?;
            done.adopted = taken.adopted;
            done.left.extend(taken.left);
        }
        Ok(done)
    }

    /// What was named, as ARNs.
    async fn named(
        &self,
        to: &Destination,
        selectors: Vec<String>,
        done: &mut Adoption,
    ) -> Result<Vec<KmsKeyArn>, AppError> {
        if selectors.len() > ADOPTED_AT_ONCE_MAX {
            return Err(AppError::Invalid {
                field: "keys",
                why: format!("name {ADOPTED_AT_ONCE_MAX} KMS keys at most in one request"),
            });
        }
        let mut candidates = Vec::new();
        for selector in selectors {
            match self.arn_of(to, &selector).await? {
                Some(arn) => candidates.push(arn),
                None => done
                    .left
                    .push(Left::new(&selector, &NotAdoptable::NotFound)),
            }
        }
        Ok(candidates)
    }

    /// The ARN that an ARN, AWS's key id or an alias means in the keystore's account and Regions.
    ///
    /// # Errors
    ///
    /// [`AppError::Ambiguous`] where it means several KMS keys.
    pub(super) async fn arn_of(
        &self,
        to: &Destination,
        selector: &str,
    ) -> Result<Option<KmsKeyArn>, AppError> {
        if let Ok(arn) = selector.parse::<KmsKeyArn>() {
            return Ok(Some(arn));
        }
        let alias = match selector.strip_prefix("alias/") {
            Some(_) => Some(selector.parse::<AliasName>()?),
            None => None,
        };
        let link = self
            .shared
            .links
            .of(&to.connection, "keyferry-read")
            .await?;
        let mut meant = BTreeSet::new();
        for region in &to.keystore.regions {
            let kms = link.kms(region);
            let key_id = match &alias {
                Some(alias) => kms.alias_target(alias).await,
                None => match arn_in(to, region, selector) {
                    Some(arn) => kms
                        .describe(&arn)
                        .await
                        .map(|found| found.map(|_| arn.key_id().to_owned())),
                    None => Ok(None),
                },
            };
            let key_id = key_id.map_err(AppError::aws(format!("looking for {selector}")))?;
            meant.extend(key_id.and_then(|key_id| arn_in(to, region, &key_id)));
        }
        let ids: BTreeSet<&str> = meant.iter().map(KmsKeyArn::key_id).collect();
        if ids.len() > 1 {
            return Err(AppError::Ambiguous {
                what: "KMS key",
                selector: selector.to_owned(),
                count: ids.len(),
            });
        }
        Ok(meant.into_iter().next())
    }

    /// A page of what sync found, as far as it matches.
    async fn found(
        &self,
        to: &Destination,
        tags: &Tags,
        text: Option<String>,
        page: &Page,
        done: &mut Adoption,
    ) -> Result<Vec<FoundKey>, AppError> {
        let filter = FoundKeyFilter {
            connection: Some(to.connection.id),
            text,
            ..FoundKeyFilter::default()
        };
        let page = Page {
            limit: page.limit.clamp(1, ADOPTED_AT_ONCE_MAX as u32),
            cursor: page.cursor.clone(),
        };
        let found = self
            .shared
            .ports
            .records
            .list_found_keys(&filter, &page)
            .await?;
        done.next = found.next;
        let matches = |key: &FoundKey| {
            let has = key.place.tags.value();
            let has =
                |row: (&String, &String)| has.is_some_and(|all| all.get(row.0) == Some(row.1));
            to.keystore.regions.contains(key.arn.region()) && tags.iter().all(has)
        };
        Ok(found.rows.into_iter().filter(matches).collect())
    }

    /// Looks at each in AWS, side by side; a multi-Region set that is named several times is looked at once.
    pub(super) async fn look_at(
        &self,
        actor: &Actor,
        to: &Destination,
        candidates: Vec<KmsKeyArn>,
    ) -> Result<Adoption, AppError> {
        let sight = Sight::new(self, actor, to).await?;
        let mut ids = BTreeSet::new();
        let once: Vec<KmsKeyArn> = candidates
            .into_iter()
            .filter(|arn| ids.insert((arn.account(), arn.key_id().to_owned(), multi(arn))))
            .collect();
        let mut looks: Vec<BoxFuture<'_, Result<Looked, AppError>>> = Vec::new();
        for arn in &once {
            looks.push(sight.examine(arn).boxed());
        }
        let looked: Vec<_> = stream::iter(looks).buffered(SIDE_BY_SIDE).collect().await;
        let mut done = Adoption::default();
        for one in looked {
            match one? {
                Looked::Adoptable(key) => done.adopted.push(*key),
                Looked::Left(left) => done.left.push(left),
            }
        }
        Ok(done)
    }

    /// Names and commits them all. What somebody else has adopted meanwhile is left: the database manages each ARN once.
    pub(super) async fn take_in(
        &self,
        actor: &Actor,
        keys: Vec<KmsKey>,
    ) -> Result<Adoption, AppError> {
        let mut done = Adoption {
            adopted: keys,
            ..Adoption::default()
        };
        for _ in 0..COMMITS_MAX {
            self.name_all(&mut done.adopted).await?;
            match self.take_in_all(actor, &done.adopted).await {
                Err(AppError::Changed {
                    what: "kms key arn" | "kms key name",
                }) => self.leave_managed(&mut done).await?,
                committed => return committed.map(|()| done),
            }
        }
        Err(AppError::Changed {
            what: "kms key arn",
        })
    }

    /// Leaves those that are managed by now.
    async fn leave_managed(&self, done: &mut Adoption) -> Result<(), AppError> {
        let mut free = Vec::new();
        for key in std::mem::take(&mut done.adopted) {
            let mut managed = None;
            for arn in key.arns() {
                let known = self.shared.ports.records.find_kms_key_by_arn(arn).await?;
                managed = managed.or(known.filter(KmsKey::is_managed));
            }
            match (managed, &key.arn) {
                (Some(other), Some(arn)) => {
                    let name = other.name.to_string();
                    let why = NotAdoptable::AlreadyManaged { name };
                    done.left.push(Left::new(arn, &why));
                }
                _ => free.push(key),
            }
        }
        done.adopted = free;
        Ok(())
    }

    /// Gives each a name that its keystore does not have: where it is taken, with the beginning of AWS's key id.
    async fn name_all(&self, keys: &mut [KmsKey]) -> Result<(), AppError> {
        let mut given: BTreeSet<String> = BTreeSet::new();
        for key in keys {
            let known = self.refuse_taken_name(key.keystore, &key.name, None).await;
            let is_taken = match known {
                Ok(()) => given.contains(key.name.as_str()),
                Err(AppError::KmsKeyNameTaken { .. }) => true,
                Err(error) => return Err(error),
            };
            if is_taken && let Some(arn) = &key.arn {
                key.name = super::sight::longer_name(&key.name, arn)?;
            }
            given.insert(key.name.to_string());
        }
        Ok(())
    }

    /// Commits records and audit entries together; what was found unmanaged is so no longer.
    async fn take_in_all(&self, actor: &Actor, keys: &[KmsKey]) -> Result<(), AppError> {
        if keys.is_empty() {
            return Ok(());
        }
        let now = self.shared.now();
        let mut batch = Batch::new();
        for key in keys {
            batch.push(Change::PutKmsKey(key.clone(), Expect::New));
            let arns = key.observed.values().filter_map(|place| place.arn.clone());
            batch.changes.extend(arns.map(Change::DeleteFoundKey));
            let about = object("kms-key", key.id, &key.name);
            let mut fact = Fact::done(actor, Action::KmsKeyAdopt, about, now)
                .detail("keystore", key.keystore)
                .detail("life", key.intent.life)
                .detail("status", key.status().as_str());
            if let Some(arn) = &key.arn {
                fact = fact.detail("arn", arn);
            }
            batch.push(fact.change());
        }
        Ok(self.shared.commit(batch).await?)
    }
}

/// Replicas of one set share their key id; ids of other KMS keys are unique in their Region.
fn multi(arn: &KmsKeyArn) -> Option<Region> {
    (!arn.key_id().starts_with("mrk-")).then(|| arn.region().clone())
}

fn arn_in(to: &Destination, region: &Region, key_id: &str) -> Option<KmsKeyArn> {
    let (partition, account) = (to.account.partition, &to.account.id);
    format!("arn:{partition}:kms:{region}:{account}:key/{key_id}")
        .parse()
        .ok()
}
