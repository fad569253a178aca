//! Crypto policies: what may be made, wrapped and exported, in a group and everywhere.

mod outside;

use std::collections::BTreeSet;
use std::sync::Arc;

use keyferry_domain::crypto_policy::{CryptoPolicy, EffectivePolicy, SetPolicy};
use keyferry_domain::group::Group;
use keyferry_domain::id::GroupId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{Batch, Change, Expect, Groups};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;
use crate::rights::Permit;

pub use outside::{Outside, OutsideKey, OutsideKeyKind};

/// What holds in a place, and what there is outside of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyInForce {
    /// The group; `None` for the installation.
    pub group: Option<Group>,
    /// What was set for it; `None` where nothing was.
    pub own: Option<SetPolicy>,
    /// What holds: with the installation's, for a group.
    pub effective: CryptoPolicy,
    /// Keys that would not be made any more.
    pub outside: Outside,
}

/// Use cases of crypto policies.
pub struct CryptoPolicies {
    shared: Arc<Shared>,
}

impl CryptoPolicies {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// The policies that were set: the installation's, which holds everywhere, and those of groups into which the actor may
    /// look.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<(SetPolicy, Option<Name>)>, AppError> {
        let permit = self.shared.permit(actor, Action::CryptoPolicyRead).await?;
        let seen = permit.groups()?;
        let groups = self.shared.groups().await?;
        let all = self.shared.ports.records.list_crypto_policies().await?;
        let is_seen = |row: &SetPolicy| row.group.is_none_or(|group| seen.holds(group));
        let named = |row: SetPolicy| {
            let group = groups.iter().find(|group| Some(group.id) == row.group);
            let name = group.map(|group| group.name.clone());
            (row, name)
        };
        Ok(all.into_iter().filter(is_seen).map(named).collect())
    }

    /// What holds in a group or, where none is named, for the installation, with the keys outside of it that the actor may
    /// see.
    pub async fn show(
        &self,
        actor: &Actor,
        group: Option<&str>,
    ) -> Result<PolicyInForce, AppError> {
        let permit = self.shared.permit(actor, Action::CryptoPolicyRead).await?;
        let group = match group {
            Some(_) => Some(self.shared.find_group(&permit, group).await?),
            None => None,
        };
        let all = self.shared.ports.records.list_crypto_policies().await?;
        self.in_force(&permit, group, &all).await
    }

    /// Sets the policy of a group or, where none is named, of the installation. Nothing that exists is touched: what is
    /// outside of it is in the answer.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] for a list of nothing.
    pub async fn set(
        &self,
        actor: &Actor,
        group: Option<&str>,
        wanted: CryptoPolicy,
    ) -> Result<PolicyInForce, AppError> {
        check(&wanted)?;
        let (permit, group) = self.place(actor, group).await?;
        let place = group.as_ref().map(|group| group.id);
        let mut all = self.shared.ports.records.list_crypto_policies().await?;
        let found = taken_out(&mut all, place);
        let row = SetPolicy {
            group: place,
            policy: wanted,
            changed_at: self.shared.now(),
            revision: found.as_ref().map_or(1, |found| found.revision + 1),
        };
        all.push(row.clone());
        let after = self.in_force(&permit, group, &all).await?;
        let expect = match &found {
            Some(found) => Expect::Revision(found.revision),
            None => Expect::New,
        };
        let before = found.map(|found| found.policy).unwrap_or_default();
        let fact = told(actor, &after, self.shared.now(), "set")
            .detail("relaxes", !row.policy.is_within(&before));
        let fact = described(fact, &row.policy);
        let batch = Batch::new()
            .with(Change::PutCryptoPolicy(row, expect))
            .with(fact.change());
        self.shared.commit(batch).await?;
        Ok(after)
    }

    /// Removes the policy of a group or of the installation: everything is permitted there then that no other policy refuses.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] where none was set.
    pub async fn remove(
        &self,
        actor: &Actor,
        group: Option<&str>,
    ) -> Result<PolicyInForce, AppError> {
        let (permit, group) = self.place(actor, group).await?;
        let place = group.as_ref().map(|group| group.id);
        let mut all = self.shared.ports.records.list_crypto_policies().await?;
        let found = taken_out(&mut all, place).ok_or_else(|| AppError::NotFound {
            what: "crypto policy",
            selector: place_name(group.as_ref()).to_owned(),
        })?;
        let after = self.in_force(&permit, group, &all).await?;
        let fact = told(actor, &after, self.shared.now(), "remove");
        let expect = Expect::Revision(found.revision);
        let batch = Batch::new()
            .with(Change::DeleteCryptoPolicy(place, expect))
            .with(fact.change());
        self.shared.commit(batch).await?;
        Ok(after)
    }

    async fn in_force(
        &self,
        permit: &Permit,
        group: Option<Group>,
        all: &[SetPolicy],
    ) -> Result<PolicyInForce, AppError> {
        let place = group.as_ref().map(|group| group.id);
        let groups = match place {
            Some(place) => Groups::Only(BTreeSet::from([place])),
            None => permit.groups()?,
        };
        Ok(PolicyInForce {
            own: all.iter().find(|row| row.group == place).cloned(),
            effective: EffectivePolicy::of(place, all).policy(),
            outside: self.shared.outside(groups, all).await?,
            group,
        })
    }

    /// Where a policy is changed, by somebody who may, with the consent that it needs.
    async fn place(
        &self,
        actor: &Actor,
        group: Option<&str>,
    ) -> Result<(Permit, Option<Group>), AppError> {
        let action = Action::CryptoPolicyManage;
        let permit = self.shared.permit(actor, action).await?;
        match group {
            Some(_) => {
                let group = self.shared.find_group(&permit, group).await?;
                Ok((permit, Some(group)))
            }
            None => {
                self.shared.may_govern(actor, &permit).await?;
                permit.demand_for_installation(None)?;
                Ok((permit, None))
            }
        }
    }
}

fn taken_out(all: &mut Vec<SetPolicy>, place: Option<GroupId>) -> Option<SetPolicy> {
    let at = all.iter().position(|row| row.group == place)?;
    Some(all.remove(at))
}

fn place_name(group: Option<&Group>) -> &str {
    group.map_or("installation", |group| group.name.as_str())
}

/// A list of nothing is a slip: whoever wants nothing made takes the right to make it away.
fn check(policy: &CryptoPolicy) -> Result<(), AppError> {
    let empty = |field| {
        let why = "name at least one, or leave it out to permit all".to_owned();
        Err(AppError::Invalid { field, why })
    };
    if policy.specs.as_ref().is_some_and(BTreeSet::is_empty) {
        return empty("specs");
    }
    if policy.wrapping.as_ref().is_some_and(BTreeSet::is_empty) {
        return empty("wrapping");
    }
    Ok(())
}

fn told(actor: &Actor, after: &PolicyInForce, now: jiff::Timestamp, what: &str) -> Fact {
    let place = place_name(after.group.as_ref());
    let id = match &after.group {
        Some(group) => group.id.to_string(),
        None => place.to_owned(),
    };
    let about = object("crypto-policy", id, place);
    Fact::done(actor, Action::CryptoPolicyManage, about, now).detail("change", what)
}

fn described(fact: Fact, policy: &CryptoPolicy) -> Fact {
    let all = || "all".to_owned();
    let specs = policy.specs.as_ref().map_or_else(all, |specs| {
        let names: Vec<&str> = specs.iter().map(|spec| spec.name()).collect();
        names.join(",")
    });
    let wrapping = policy.wrapping.as_ref().map_or_else(all, |algorithms| {
        let words: Vec<&str> = algorithms.iter().map(|one| one.as_str()).collect();
        words.join(",")
    });
    fact.detail("specs", specs)
        .detail("wrapping", wrapping)
        .detail("rsa_wrapping_min", policy.rsa_wrapping_min.bits())
        .detail("export", policy.export)
        .detail("outside_keys", policy.outside_keys.as_str())
}

impl Shared {
    /// What holds in a group now.
    pub(crate) async fn crypto_policy_of(
        &self,
        group: GroupId,
    ) -> Result<EffectivePolicy, AppError> {
        let all = self.ports.records.list_crypto_policies().await?;
        Ok(EffectivePolicy::of(Some(group), &all))
    }
}
