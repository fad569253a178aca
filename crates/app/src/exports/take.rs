//! Taking what another person prepared.

use keyferry_domain::approval::{Need, People};
use keyferry_domain::id::{PersonId, UserId};
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::preparation::{NotTaken, Preparation, Prepared, is_recent, two_people};
use keyferry_domain::version::VersionNumber;
use keyferry_domain::wrapping::WrappingAlgorithm;
use keyferry_ports::durable::attest;
use keyferry_ports::records::{Batch, Change, Consent, PREPARATION_OVER, RecordsError, User};
use keyferry_ports::vault::{VaultError, WrappingPublicKey};

use super::prepare::fact;
use super::told::{LEFT, PREPARED, Place, taken_line};
use super::{Exports, public_key, purpose, user_of, version_of};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ExportError};
use crate::parts::Shared;
use crate::rights::{Jury, Object};

/// Material that leaves, wrapped.
#[derive(Clone, Debug)]
pub struct Downloaded {
    /// The key.
    pub key: ManagedKey,
    /// What was prepared, and by whom.
    pub row: Preparation,
    /// How it is wrapped.
    pub wrapping: WrappingAlgorithm,
    /// The wrapped material; `None` where it is only tried.
    pub wrapped: Option<Vec<u8>>,
}

impl Exports {
    /// Downloads a version that another person prepared: once, wrapped under the public key that was given then. Whoever says
    /// under which (its SHA-256) gets nothing that is wrapped under another one, whoever exchanged what was prepared.
    ///
    /// # Errors
    ///
    /// [`ExportError`]; the vault is sealed. Nothing was taken then, save where nobody knows whether the database committed.
    pub async fn download(
        &self,
        actor: &Actor,
        selector: &str,
        number: VersionNumber,
        under: Option<[u8; 32]>,
    ) -> Result<Downloaded, AppError> {
        let action = Action::KeyDownload;
        let permit = self.shared.permit(actor, action).await?;
        let key = self.shared.find_key(&permit, selector).await?;
        let version = self.shared.version_to_leave(&key, number).await?;
        let what = Prepared::Version(key.id, number);
        let preparing = (Action::KeyPrepareDownload, &Object::key(&key));
        let row = self.to_take(actor, (what, under), preparing).await?;
        let wrapping = WrappingAlgorithm::for_spec(key.spec);
        let bits = self.shared.bits_of(&row)?;
        self.check_policy(key.group, &[wrapping], bits).await?;
        let wrapped = match self.shared.is_trial {
            true => None,
            false => Some(self.shared.wrapped(&version, &row).await?),
        };
        let place = Place::key(&key);
        let now = self.shared.now();
        let told = fact(actor, action, &place, &row, now).detail("wrapping", wrapping.as_str());
        let mut batch = self.taking(actor, &place, &row).await?;
        batch.push(told.change());
        self.take(batch).await?;
        Ok(Downloaded {
            key,
            row,
            wrapping,
            wrapped,
        })
    }

    /// What may be taken by this actor, looked at from every side.
    pub(super) async fn to_take(
        &self,
        actor: &Actor,
        (what, under): (Prepared, Option<[u8; 32]>),
        (preparing, object): (Action, &Object),
    ) -> Result<Preparation, AppError> {
        let (user, _) = user_of(actor)?;
        let now = self.shared.now();
        let found = self.shared.ports.records.find_preparation_of(what).await?;
        let row = found.ok_or(ExportError::NotPrepared)?;
        row.is_in_time(now).map_err(ExportError::from)?;
        let preparer = self.shared.another_person(&row, user).await?;
        // Whoever only tries it, or asks others for their consent to it, may do so by a token.
        if !self.shared.is_trial {
            let proof = is_recent(actor.standing().confirmed_at, now);
            proof.map_err(|why: NotTaken| ExportError::from(why))?;
        }
        self.check_seal(&row)?;
        if under.is_some_and(|under| under != row.fingerprint) {
            let found = hex::encode(row.fingerprint);
            return Err(ExportError::OtherPublicKey { found }.into());
        }
        let preparer = (&row, preparer);
        let may = self.shared.check_preparer(preparer, preparing, object);
        may.await?;
        self.check_consent(actor, &row).await?;
        Ok(row)
    }

    /// Refuses a row that this installation did not write.
    fn check_seal(&self, row: &Preparation) -> Result<(), AppError> {
        let vault = &self.shared.ports.vault;
        match vault.open_secret(&purpose(row), &row.seal) {
            Err(VaultError::DoesNotOpen { .. }) => return Err(ExportError::Foreign.into()),
            opened => opened?,
        };
        match public_key::fingerprint(&row.public_key) == row.fingerprint {
            true => Ok(()),
            false => Err(ExportError::Foreign.into()),
        }
    }

    /// Refuses what is taken by consent for which the preparer's was needed.
    async fn check_consent(&self, actor: &Actor, row: &Preparation) -> Result<(), AppError> {
        let Consent::Approved(used) = actor.standing().consent else {
            return Ok(());
        };
        let records = &self.shared.ports.records;
        let Some(approval) = records.find_approval(used.approval).await? else {
            return Ok(());
        };
        let jury = self.shared.deciders().await?.jury(&approval)?;
        let others = Without {
            preparer: jury.person(row.preparer),
            jury,
        };
        match approval.missing(&others) {
            0 => Ok(()),
            missing => {
                let by = row.preparer_name.clone();
                Err(ExportError::PreparerConsented { by, missing }.into())
            }
        }
    }

    /// What ends the mark and tells everybody of it.
    pub(super) async fn taking(
        &self,
        actor: &Actor,
        place: &Place,
        row: &Preparation,
    ) -> Result<Batch, AppError> {
        let number = version_of(row.what);
        let line = taken_line(row, &actor.to_string());
        let mut batch = Batch::new().with(Change::EndPreparation(row.id));
        let shared = &self.shared;
        let over = shared.no_longer_leaving(place, PREPARED, &[number]).await?;
        batch.changes.extend(over);
        let left = self
            .shared
            .told_of_leaving(place, LEFT, (number, &line))
            .await?;
        batch.changes.extend(left);
        Ok(batch)
    }

    /// Commits it: of two who take the same, one does.
    pub(super) async fn take(&self, batch: Batch) -> Result<(), AppError> {
        match self.shared.commit(batch).await {
            Err(RecordsError::Conflict {
                what: PREPARATION_OVER,
            }) => Err(ExportError::NotPrepared.into()),
            committed => Ok(committed?),
        }
    }
}

/// Of which human an account is.
fn human(account: UserId, user: Option<&User>) -> PersonId {
    user.map_or_else(|| account.into(), |user| user.person)
}

/// Those who may consent, without whoever prepared what is taken.
struct Without {
    preparer: PersonId,
    jury: Jury,
}

impl People for Without {
    fn person(&self, account: UserId) -> PersonId {
        self.jury.person(account)
    }

    fn counts(&self, account: UserId, need: &Need) -> bool {
        self.person(account) != self.preparer && self.jury.counts(account, need)
    }
}

impl Shared {
    /// Refuses the human who prepared it, by whichever account. Answers the preparer's account.
    pub(super) async fn another_person(
        &self,
        row: &Preparation,
        taker: UserId,
    ) -> Result<Option<User>, AppError> {
        let records = &self.ports.records;
        let preparer = records.find_user(row.preparer).await?;
        let by = human(taker, records.find_user(taker).await?.as_ref());
        let other = human(row.preparer, preparer.as_ref());
        two_people(by, other).map_err(ExportError::from)?;
        Ok(preparer)
    }

    /// Refuses what somebody prepared who may not do that any more.
    pub(super) async fn check_preparer(
        &self,
        (row, preparer): (&Preparation, Option<User>),
        preparing: Action,
        object: &Object,
    ) -> Result<(), AppError> {
        let may = match preparer.filter(|user| user.may_enter()) {
            Some(user) => self.person_may(&user, preparing, object).await?,
            None => false,
        };
        let by = row.preparer_name.clone();
        may.then_some(())
            .ok_or_else(|| ExportError::PreparerWithoutRight { by }.into())
    }

    /// The bits of the public key that somebody gave.
    pub(super) fn bits_of(&self, row: &Preparation) -> Result<usize, AppError> {
        let key = WrappingPublicKey(row.public_key.clone());
        Ok(self.ports.vault.check_wrapping_key(&key)?)
    }

    /// The material of a version, wrapped under the public key that somebody gave.
    pub(super) async fn wrapped(
        &self,
        version: &KeyVersion,
        row: &Preparation,
    ) -> Result<Vec<u8>, AppError> {
        let (records, vault) = (&*self.ports.records, &*self.ports.vault);
        let durable = attest(records, vault, &version.identity).await?;
        let under = WrappingPublicKey(row.public_key.clone());
        let wrapping = WrappingAlgorithm::for_spec(version.identity.spec);
        Ok(vault.wrap_for_aws(&durable, &under, wrapping).await?.0)
    }
}
