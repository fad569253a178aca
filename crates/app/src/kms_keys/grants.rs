//! Taking back grants that somebody gave on a KMS key.

use std::collections::{BTreeMap, BTreeSet};

use keyferry_domain::arn::Region;
use keyferry_domain::operation;
use keyferry_domain::view::{Field, Grant};
use keyferry_ports::records::Priority;

use crate::action::{Action, authorize};
use crate::actor::Actor;
use crate::driver::error_of;
use crate::error::AppError;

use super::change::Wish;
use super::{Answer, KmsKeys, Mode};

/// The grants of a KMS key, by Region.
pub type Grants = BTreeMap<Region, Field<BTreeSet<Grant>>>;

/// Which grants of a KMS key, among those that AWS shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantChoice {
    /// All.
    All,
    /// Those given to a principal: ARN or service.
    Of(String),
    /// These, by AWS's ids.
    These(BTreeSet<String>),
}

impl KmsKeys {
    /// The grants that AWS shows now. Nothing of it is recorded: the watch still tells of those that are new.
    pub async fn grants(&self, actor: &Actor, selector: &str) -> Result<Grants, AppError> {
        authorize(actor, Action::KmsKeyObserve)?;
        let key = self.find(selector).await?;
        let (_, places) = self
            .driver
            .look(key.id, actor.to_string(), self.shared.engine.pacer())
            .await
            .map_err(error_of)?;
        let grants = places.into_iter();
        Ok(grants
            .map(|(region, place)| (region, place.grants))
            .collect())
    }

    /// Takes grants back, in every Region of the KMS key. Whoever used one of them can no longer.
    ///
    /// # Errors
    ///
    /// All of them without the KMS key's name typed; a grant, or a principal, of which AWS shows none; a Region in which the grants cannot be read.
    pub async fn revoke_grants(
        &self,
        actor: &Actor,
        selector: &str,
        choice: GrantChoice,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let mut wish = Wish::new(Action::KmsKeyRevokeGrants, Priority::Protect, &choice);
        // Among all are those that AWS services gave themselves, and cannot work without.
        wish.is_destructive = choice == GrantChoice::All;
        authorize(actor, wish.action)?;
        let asked = mode.asks(wish.about(selector).digest);
        if let Some(answer) = self.repeated(actor, asked.as_ref()).await? {
            return Ok(answer);
        }
        let grants = chosen(&self.grants(actor, selector).await?, &choice)?;
        self.change(actor, selector, mode, wish, |key| {
            Ok(operation::revoke_grants(&key.intent, grants)?)
        })
        .await
    }
}

/// What was named must be there: otherwise it was misspelt.
fn chosen(grants: &Grants, choice: &GrantChoice) -> Result<BTreeSet<String>, AppError> {
    let unread = |(_, found): &(&Region, &Field<_>)| matches!(found, Field::Unreadable);
    if let Some((region, _)) = grants.iter().find(unread) {
        return Err(AppError::Invalid {
            field: "grants",
            why: format!(
                "the grants in {region} cannot be read, so that nobody knows which to take back"
            ),
        });
    }
    let shown: Vec<&Grant> = grants.values().filter_map(Field::value).flatten().collect();
    let ids = |keep: &dyn Fn(&Grant) -> bool| -> BTreeSet<String> {
        let kept = shown.iter().filter(|grant| keep(grant));
        kept.map(|grant| grant.id.clone()).collect()
    };
    match choice {
        GrantChoice::All => Ok(ids(&|_| true)),
        GrantChoice::Of(principal) => Ok(ids(&|grant| grant.grantee == *principal)),
        GrantChoice::These(named) => {
            let found = ids(&|grant| named.contains(&grant.id));
            match named.difference(&found).next() {
                Some(unknown) => Err(AppError::Invalid {
                    field: "grants",
                    why: format!("AWS shows no grant `{unknown}` on the KMS key"),
                }),
                None => Ok(found),
            }
        }
    }
}
