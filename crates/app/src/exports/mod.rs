//! Material leaves the vault by four eyes alone: one person prepares it with a public key, another takes what that wraps, once.
//!
//! A preparation is a row that the vault sealed, so that nobody who writes to the database puts his own public key there. Taking it
//! ends the row in the transaction of the audit entry, and only then bytes leave: whatever crashes, nothing leaves twice, and what got
//! lost on the way is prepared anew.

mod bulk;
mod manifest;
mod prepare;
mod public_key;
mod take;
mod told;

use std::sync::Arc;

use keyferry_domain::id::UserId;
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::name::Name;
use keyferry_domain::preparation::{Preparation, Prepared};
use keyferry_domain::version::{VersionNumber, VersionState};
use serde_json::json;

use crate::action::Action;
use crate::actor::Actor;
use crate::consent::sha256;
use crate::error::{AppError, ExportError};
use crate::parts::Shared;

use told::Place;

pub use bulk::{Departure, ExportFile};
pub use prepare::Prepare;
pub use take::Downloaded;
pub(crate) use told::is_told_once;
pub use told::{LEFT, PREPARED};

/// What is prepared, with the name of what it is of.
#[derive(Clone, Debug)]
pub struct Ready {
    /// What is kept of it.
    pub row: Preparation,
    /// The key's or the group's name.
    pub name: String,
}

impl Ready {
    fn new(row: Preparation, place: &Place) -> Self {
        let name = place.name.clone();
        Self { row, name }
    }
}

/// Use cases of taking material out.
pub struct Exports {
    shared: Arc<Shared>,
}

impl Exports {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// What is prepared and has not expired, oldest first, in the groups whose keys the actor may look at.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<Ready>, AppError> {
        let permit = self.shared.permit(actor, Action::KeyRead).await?;
        let groups = permit.groups()?;
        let now = self.shared.now();
        let mut rows = self.shared.ports.records.list_preparations().await?;
        rows.retain(|row| now < row.expires_at && groups.holds(row.group));
        let mut ready = Vec::new();
        for row in rows {
            let (place, _) = self.shared.place_of(&row).await?;
            ready.push(Ready::new(row, &place));
        }
        Ok(ready)
    }
}

/// The account of the person that acts, with its name.
fn user_of(actor: &Actor) -> Result<(UserId, &Name), ExportError> {
    actor.user().ok_or(ExportError::OnlyPeople)
}

/// The version that is prepared; `None` of a whole group.
fn version_of(what: Prepared) -> Option<VersionNumber> {
    match what {
        Prepared::Version(_, number) => Some(number),
        Prepared::Group(_) => None,
    }
}

/// For what the vault seals a preparation: all that decides who gets what, and under which key.
fn purpose(row: &Preparation) -> String {
    let facts = json!({
        "created_micros": row.created_at.as_microsecond().to_string(),
        "expires_micros": row.expires_at.as_microsecond().to_string(),
        "fingerprint": hex::encode(row.fingerprint),
        "group": row.group.to_string(),
        "preparer": row.preparer.to_string(),
        "preparer_name": row.preparer_name.to_string(),
        "reason": row.reason,
        "what": row.what.to_string(),
    });
    format!("preparation:{}:{}", row.id, hex::encode(sha256(&facts)))
}

/// Why the material of a version cannot leave, as a word of the manifest and in a sentence.
fn missing(version: &KeyVersion) -> Option<(&'static str, &'static str)> {
    match (&version.sealed, version.state) {
        (_, VersionState::Destroyed) if version.is_passed_through() => {
            Some(("no-copy-kept", "no copy of it was kept"))
        }
        (_, VersionState::Destroyed) => Some(("destroyed", "it is destroyed")),
        (None, _) => Some(("no-copy-kept", "no copy of it was kept")),
        (Some(_), _) => None,
    }
}

impl Shared {
    /// A version of a key whose material may leave and is there.
    async fn version_to_leave(
        &self,
        key: &ManagedKey,
        number: VersionNumber,
    ) -> Result<KeyVersion, AppError> {
        let versions = self.ports.records.list_versions(key.id).await?;
        let mut versions = versions.into_iter();
        let found = versions.find(|one| one.identity.version == number);
        let version = found.ok_or_else(|| AppError::NotFound {
            what: "key version",
            selector: format!("{} of {}", number, key.name),
        })?;
        if !key.exportable {
            let key = key.name.to_string();
            return Err(ExportError::NotExportable { key }.into());
        }
        match missing(&version) {
            None => Ok(version),
            Some((_, why)) => Err(ExportError::NoMaterial {
                key: key.name.to_string(),
                version: number.get(),
                why,
            }
            .into()),
        }
    }
}
