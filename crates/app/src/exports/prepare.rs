//! Preparing what another person takes, and ending that.

use std::collections::BTreeMap;

use keyferry_domain::connection::SealedSecret;
use keyferry_domain::id::{GroupId, PreparationId, UserId};
use keyferry_domain::preparation::{HOURS_DEFAULT, HOURS_MAX, Preparation, Prepared};
use keyferry_domain::version::VersionNumber;
use keyferry_domain::wrapping::WrappingAlgorithm;
use keyferry_ports::records::{Batch, Change, PREPARATION_OVER, PREPARED_ALREADY, RecordsError};
use keyferry_ports::secret::SecretText;

use super::{Exports, Ready, public_key, purpose, user_of, version_of};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ExportError};
use crate::log::{Fact, object};
use crate::parts::Shared;
use crate::rights::{Object, Permit};

use super::told::{PREPARED, Place, line};

/// The ways in which material is wrapped that leaves.
pub(super) const WAYS: [WrappingAlgorithm; 2] = [
    WrappingAlgorithm::RsaesOaepSha256,
    WrappingAlgorithm::RsaAesKeyWrapSha256,
];

/// The longest reason, in bytes.
const REASON_MAX: usize = 1_000;

/// How something shall be taken.
#[derive(Clone, Debug)]
pub struct Prepare {
    /// What wraps it: an RSA public key of 2048 bits or more, in PEM.
    pub public_key: String,
    /// How long it may be taken; `None` is [`HOURS_DEFAULT`], [`HOURS_MAX`] the most.
    pub hours: Option<u32>,
    /// Why.
    pub reason: String,
}

impl Exports {
    /// Prepares a version of a key for another person to download.
    ///
    /// # Errors
    ///
    /// [`ExportError`]; the vault is sealed.
    pub async fn prepare_version(
        &self,
        actor: &Actor,
        selector: &str,
        number: VersionNumber,
        command: Prepare,
    ) -> Result<Ready, AppError> {
        let action = Action::KeyPrepareDownload;
        let permit = self.shared.permit(actor, action).await?;
        let key = self.shared.find_key(&permit, selector).await?;
        self.shared.version_to_leave(&key, number).await?;
        let ways = [WrappingAlgorithm::for_spec(key.spec)];
        let place = Place::key(&key);
        let what = Prepared::Version(key.id, number);
        self.prepare(actor, action, (what, &place, &ways), command)
            .await
    }

    /// Prepares all versions of all keys of a group for another person to take.
    ///
    /// # Errors
    ///
    /// [`ExportError`]; the vault is sealed.
    pub async fn prepare_group(
        &self,
        actor: &Actor,
        selector: &str,
        command: Prepare,
    ) -> Result<Ready, AppError> {
        let action = Action::KeyPrepareExport;
        let permit = self.shared.permit(actor, action).await?;
        let group = self.shared.find_group(&permit, Some(selector)).await?;
        let what = Prepared::Group(group.id);
        let place = Place::group(&group);
        self.prepare(actor, action, (what, &place, &WAYS), command)
            .await
    }

    /// Refuses what the crypto policies of a group let out in none of these ways, under an RSA key of so many bits.
    pub(super) async fn check_policy(
        &self,
        group: GroupId,
        ways: &[WrappingAlgorithm],
        bits: usize,
    ) -> Result<(), AppError> {
        let policy = self.shared.crypto_policy_of(group).await?;
        let mut judged = ways.iter().map(|way| policy.check_download(*way, bits));
        match judged.clone().find(Result::is_ok) {
            Some(_) => Ok(()),
            None => Ok(judged.next().unwrap_or(Ok(()))?),
        }
    }

    async fn prepare(
        &self,
        actor: &Actor,
        action: Action,
        (what, place, ways): (Prepared, &Place, &[WrappingAlgorithm]),
        command: Prepare,
    ) -> Result<Ready, AppError> {
        let (public_key, bits) = public_key::read(&command.public_key, &*self.shared.ports.vault)?;
        self.check_policy(place.group, ways, bits).await?;
        let about = (what, place.group);
        let row = self.row(actor, about, (command, public_key))?;
        let records = &self.shared.ports.records;
        let open = records.find_preparation_of(what).await?;
        if let Some(open) = open.filter(|open| row.created_at < open.expires_at) {
            return Err(ExportError::PreparedAlready {
                by: open.preparer_name,
                until: open.expires_at,
            }
            .into());
        }
        let fact =
            fact(actor, action, place, &row, row.created_at).detail("expires_at", row.expires_at);
        let mut batch = Batch::new()
            .with(Change::PrunePreparations(row.created_at))
            .with(Change::InsertPreparation(row.clone()))
            .with(fact.change());
        let line = line(&row);
        let told = (version_of(what), line.as_str());
        let told = self.shared.told_of_leaving(place, PREPARED, told);
        batch.changes.extend(told.await?);
        match self.shared.commit(batch).await {
            Err(RecordsError::Conflict {
                what: PREPARED_ALREADY,
            }) => Err(AppError::Changed {
                what: PREPARED_ALREADY,
            }),
            committed => Ok(committed.map(|()| Ready::new(row, place))?),
        }
    }

    fn row(
        &self,
        actor: &Actor,
        (what, group): (Prepared, GroupId),
        (command, public_key): (Prepare, Vec<u8>),
    ) -> Result<Preparation, AppError> {
        let hours = command.hours.unwrap_or(HOURS_DEFAULT);
        if !(1..=HOURS_MAX).contains(&hours) {
            return Err(invalid("hours", format!("1 to {HOURS_MAX}")));
        }
        if command.reason.trim().is_empty() || command.reason.len() > REASON_MAX {
            return Err(invalid("reason", format!("1 to {REASON_MAX} bytes")));
        }
        let (preparer, name) = user_of(actor)?;
        let now = self.shared.now();
        let mut row = Preparation {
            id: PreparationId::new(self.shared.new_uuid()),
            what,
            group,
            preparer,
            preparer_name: name.clone(),
            fingerprint: public_key::fingerprint(&public_key),
            public_key,
            reason: command.reason,
            seal: SealedSecret::new(Vec::new()),
            created_at: now,
            expires_at: Preparation::expiry(now, hours),
        };
        let vault = &self.shared.ports.vault;
        row.seal = vault.seal_secret(&purpose(&row), &SecretText::new("prepared"))?;
        Ok(row)
    }

    /// Ends what somebody prepared, so that nobody takes it.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`]; [`ExportError::NotPrepared`] where it ended meanwhile.
    pub async fn cancel(&self, actor: &Actor, selector: &str) -> Result<Ready, AppError> {
        let action = Action::KeyCancelPreparation;
        let permit = self.shared.permit(actor, action).await?;
        let (row, place) = self.find(&permit, selector).await?;
        let fact = fact(actor, action, &place, &row, self.shared.now());
        let mut batch = Batch::new()
            .with(Change::EndPreparation(row.id))
            .with(fact.change());
        let over = [version_of(row.what)];
        let told = self.shared.no_longer_leaving(&place, PREPARED, &over);
        batch.changes.extend(told.await?);
        match self.shared.commit(batch).await {
            Err(RecordsError::Conflict {
                what: PREPARATION_OVER,
            }) => Err(ExportError::NotPrepared.into()),
            committed => Ok(committed.map(|()| Ready::new(row, &place))?),
        }
    }

    async fn find(
        &self,
        permit: &Permit,
        selector: &str,
    ) -> Result<(Preparation, Place), AppError> {
        let not_found = || AppError::NotFound {
            what: "preparation",
            selector: selector.to_owned(),
        };
        let id: PreparationId = selector.parse().map_err(|_| not_found())?;
        let records = &self.shared.ports.records;
        let row = records.find_preparation(id).await?.ok_or_else(not_found)?;
        let (place, object) = self.shared.place_of(&row).await?;
        if !permit.sees(&object)? {
            return Err(not_found());
        }
        permit.check(&object)?;
        Ok((row, place))
    }
}

impl Shared {
    /// Where a preparation belongs.
    pub(super) async fn place_of(&self, row: &Preparation) -> Result<(Place, Object), AppError> {
        match row.what {
            Prepared::Version(key, _) => {
                let key = self.key_of(key).await?;
                Ok((Place::key(&key), Object::key(&key)))
            }
            Prepared::Group(group) => {
                let group = self.group_of(Some(&group.to_string())).await?;
                Ok((Place::group(&group), Object::group(&group)))
            }
        }
    }

    /// The changes that end what a person prepared who leaves, each with its entry.
    pub(crate) async fn preparations_ended(
        &self,
        actor: &Actor,
        ready: &[Ready],
    ) -> Result<Vec<Change>, AppError> {
        let mut changes = Vec::new();
        // There is one alert of a key, whatever of it is prepared.
        let mut over: BTreeMap<String, (Place, Vec<Option<VersionNumber>>)> = BTreeMap::new();
        for Ready { row, .. } in ready {
            let (place, _) = self.place_of(row).await?;
            let action = Action::KeyCancelPreparation;
            let fact = fact(actor, action, &place, row, self.now());
            changes.push(Change::EndPreparation(row.id));
            changes.push(fact.change());
            let of_place = over.entry(place.id.clone());
            let (_, numbers) = of_place.or_insert_with(|| (place, Vec::new()));
            numbers.push(version_of(row.what));
        }
        for (place, numbers) in over.values() {
            let told = self.no_longer_leaving(place, PREPARED, numbers);
            changes.extend(told.await?);
        }
        Ok(changes)
    }

    /// What a person prepared and somebody may still take.
    pub(crate) async fn preparations_of(&self, user: UserId) -> Result<Vec<Ready>, AppError> {
        let (mut ready, now) = (Vec::new(), self.now());
        for row in self.ports.records.list_preparations().await? {
            if row.preparer == user && now < row.expires_at {
                let (place, _) = self.place_of(&row).await?;
                ready.push(Ready::new(row, &place));
            }
        }
        Ok(ready)
    }
}

/// What happens to a preparation, for the log.
pub(super) fn fact(
    actor: &Actor,
    action: Action,
    place: &Place,
    row: &Preparation,
    now: jiff::Timestamp,
) -> Fact {
    of(Fact::done(actor, action, place.object(), now), row)
}

/// With what is told of a preparation wherever it is told.
pub(super) fn of(fact: Fact, row: &Preparation) -> Fact {
    let fact = fact
        .detail("preparation", row.id)
        .detail("prepared_by", &row.preparer_name)
        .detail("public_key_sha256", hex::encode(row.fingerprint))
        .detail("reason", &row.reason);
    match version_of(row.what) {
        Some(number) => fact.detail("version", number),
        None => fact,
    }
}

fn invalid(field: &'static str, why: String) -> AppError {
    AppError::Invalid { field, why }
}

impl Place {
    /// As the log names it.
    pub(super) fn object(&self) -> keyferry_audit::Object {
        object(self.kind, &self.id, &self.name)
    }
}
