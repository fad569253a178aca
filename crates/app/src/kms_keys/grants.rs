//! Grants on a KMS key: shown, given, retired and taken back.

use std::collections::{BTreeMap, BTreeSet};

use keyferry_domain::arn::{Partition, Region};
use keyferry_domain::connection::Identity;
use keyferry_domain::grant::{GrantConstraints, GrantOperation, WantedGrant, is_same_principal};
use keyferry_domain::id::KmsKeyId;
use keyferry_domain::intent::Intent;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::operation;
use keyferry_domain::view::{Field, Grant};
use keyferry_ports::records::Priority;

use crate::action::Action;
use crate::actor::Actor;
use crate::driver::error_of;
use crate::error::AppError;
use crate::repeated::Digest;

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

/// Whether a grant that was to be given is not wanted any more.
type GivenUp<'a> = &'a dyn Fn(&WantedGrant) -> bool;

/// Revoking or retiring: of what is wanted, ids, what is given up, and the grants as AWS shows them.
type Decide = fn(
    &Intent,
    BTreeSet<String>,
    GivenUp<'_>,
    &[Grant],
) -> Result<operation::Change, operation::Refusal>;

/// A grant to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateGrant {
    /// Its name; one that is made of all else unless given, so that the same grant is never given twice.
    pub name: Option<String>,
    /// Who may use it: the ARN of an account's root, a user, a role, a session.
    pub grantee: String,
    /// Who may retire it, beside the account.
    pub retiring: Option<String>,
    /// What for.
    pub operations: BTreeSet<GrantOperation>,
    /// The encryption context must be exactly this.
    pub context_equals: BTreeMap<String, String>,
    /// The encryption context must have these pairs in it.
    pub context_subset: BTreeMap<String, String>,
}

impl CreateGrant {
    /// The same for the same grant on the same KMS key, in every version of Keyferry.
    fn name_for(&self, key: KmsKeyId) -> String {
        let operations: Vec<&str> = self.operations.iter().map(|one| one.as_str()).collect();
        let content = serde_json::json!([
            key.to_string(),
            self.grantee,
            self.retiring,
            operations,
            self.context_equals,
            self.context_subset
        ]);
        let digest = Digest::of(Action::KmsKeyCreateGrant, &content.to_string()).to_hex();
        let short: String = digest.chars().take(32).collect();
        format!("keyferry-{short}")
    }

    /// The grant on this KMS key.
    fn wanted(self, key: KmsKeyId) -> WantedGrant {
        let name = self.name.clone().unwrap_or_else(|| self.name_for(key));
        WantedGrant {
            name,
            grantee: self.grantee,
            retiring: self.retiring,
            operations: self.operations,
            constraints: GrantConstraints {
                equals: self.context_equals,
                subset: self.context_subset,
                source_arn: None,
            },
        }
    }
}

impl KmsKeys {
    /// The grants that AWS shows now. Nothing of it is recorded: the watch still tells of those that are new.
    pub async fn grants(&self, actor: &Actor, selector: &str) -> Result<Grants, AppError> {
        let permit = self.shared.permit(actor, Action::KmsKeyObserve).await?;
        let key = self.find(&permit, selector).await?;
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
        self.without(
            actor,
            selector,
            choice,
            (mode, wish),
            |intent, ids, given_up, shown| {
                let comes = shown.iter().filter_map(WantedGrant::of);
                operation::revoke_grants(intent, ids, given_up, comes)
            },
        )
        .await
    }

    /// Gives a grant, in every Region of the KMS key. Whoever has it may use the KMS key beside its key policy.
    ///
    /// # Errors
    ///
    /// What AWS would refuse; a KMS key that cannot be used; a grant to Keyferry itself, or to a role that it assumes.
    pub async fn create_grant(
        &self,
        actor: &Actor,
        selector: &str,
        command: CreateGrant,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let wish = Wish::new(Action::KmsKeyCreateGrant, Priority::Interactive, &command);
        let permit = self.shared.permit(actor, wish.action).await?;
        let asked = mode.asks(wish.about(selector).digest);
        if let Some(answer) = self.repeated(actor, asked.as_ref()).await? {
            return Ok(answer);
        }
        let key = self.find(&permit, selector).await?;
        self.refuse_ourselves(&key, &command.grantee).await?;
        let wish = wish.even_if_unchanged();
        self.change(actor, selector, mode, wish, |key| {
            let arn = key.arn.as_ref();
            let partition = arn.map_or(Partition::Aws, |arn| arn.account().partition);
            let grant = command.wanted(key.id);
            Ok(operation::create_grant(&key.intent, grant, partition)?)
        })
        .await
    }

    /// Retires grants, in every Region of the KMS key. Whoever used one of them can no longer.
    ///
    /// # Errors
    ///
    /// As [`revoke_grants`](Self::revoke_grants); all of them at once, among which are those of AWS's services.
    pub async fn retire_grants(
        &self,
        actor: &Actor,
        selector: &str,
        choice: GrantChoice,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let wish = Wish::new(Action::KmsKeyRetireGrants, Priority::Protect, &choice);
        if choice == GrantChoice::All {
            return Err(AppError::Invalid {
                field: "grants",
                why: "grants are retired one by one, or those of one principal".to_owned(),
            });
        }
        self.without(
            actor,
            selector,
            choice,
            (mode, wish),
            |intent, ids, given_up, _| operation::retire_grants(intent, ids, given_up),
        )
        .await
    }

    /// What revoking and retiring have in common.
    async fn without(
        &self,
        actor: &Actor,
        selector: &str,
        choice: GrantChoice,
        (mode, wish): (&Mode, Wish),
        decide: Decide,
    ) -> Result<Answer, AppError> {
        let asked = mode.asks(wish.about(selector).digest);
        if let Some(answer) = self.repeated(actor, asked.as_ref()).await? {
            return Ok(answer);
        }
        let shown = self.grants(actor, selector).await?;
        let grants = chosen(&shown, &choice)?;
        let shown = named(&shown, &grants);
        self.change(actor, selector, mode, wish, |key| {
            let given_up = |wanted: &WantedGrant| match &choice {
                GrantChoice::All => true,
                GrantChoice::Of(principal) => wanted.grantee == *principal,
                GrantChoice::These(_) => shown.iter().any(|one| wanted.is_shown_by(one)),
            };
            Ok(decide(&key.intent, grants, &given_up, &shown)?)
        })
        .await
    }

    /// Keyferry manages keys and uses none: it gives itself no use of any.
    async fn refuse_ourselves(&self, key: &KmsKey, grantee: &str) -> Result<(), AppError> {
        let refused = || AppError::GrantToOurselves {
            grantee: grantee.to_owned(),
        };
        for connection in self.shared.ports.records.list_connections().await? {
            let role = match &connection.link.identity {
                Identity::AssumeRole { role, .. } => &role.role_arn,
                Identity::WebIdentity { role_arn, .. } => role_arn,
                Identity::AccessKey { .. } | Identity::Host { .. } => continue,
            };
            if is_same_principal(role, grantee) {
                return Err(refused());
            }
        }
        if !self.looks {
            return Ok(());
        }
        let connection = self.shared.connection_of(key.connection).await?;
        let link = self.shared.links.of(&connection, "keyferry-read").await?;
        let caller = link
            .caller()
            .await
            .map_err(AppError::aws("asking AWS who we are (GetCallerIdentity)"))?;
        if is_same_principal(&caller.arn, grantee) {
            return Err(refused());
        }
        Ok(())
    }
}

/// Those with these ids.
fn named(grants: &Grants, ids: &BTreeSet<String>) -> Vec<Grant> {
    let shown = grants.values().filter_map(Field::value).flatten();
    shown.filter(|one| ids.contains(&one.id)).cloned().collect()
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
