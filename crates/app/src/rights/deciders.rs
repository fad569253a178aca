//! Who can consent to what others ask for.

use std::collections::BTreeMap;

use keyferry_domain::approval::Need;
use keyferry_domain::id::{GroupId, UserId};
use keyferry_domain::name::Name;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::parts::Shared;

use super::Permit;

/// One person, and where he may consent.
struct Decider {
    name: Name,
    /// Whether he is let in at all.
    is_here: bool,
    permit: Permit,
}

/// Everybody who has not left, with the right to consent as it is now.
pub(crate) struct Deciders(BTreeMap<UserId, Decider>);

impl Deciders {
    /// Whether somebody's consent counts for a need.
    pub(crate) fn counts(&self, user: UserId, need: &Need) -> Result<bool, AppError> {
        match self.0.get(&user) {
            Some(decider) if decider.is_here => decider.permit.holds_in(need.group),
            _ => Ok(false),
        }
    }

    /// How many people have the right for a place, whether or not somebody locked them.
    pub(crate) fn with_right(&self, group: Option<GroupId>) -> Result<u32, AppError> {
        let mut count = 0;
        for decider in self.0.values() {
            count += u32::from(decider.permit.holds_in(group)?);
        }
        Ok(count)
    }

    /// The names of those whose consent counts for a need.
    pub(crate) fn names(&self, need: &Need) -> Result<Vec<(UserId, Name)>, AppError> {
        let mut names = Vec::new();
        for (user, decider) in &self.0 {
            if self.counts(*user, need)? {
                names.push((*user, decider.name.clone()));
            }
        }
        names.sort_by(|one, other| one.1.cmp(&other.1));
        Ok(names)
    }
}

impl Shared {
    /// Everybody who has not left, with the right to consent.
    pub(crate) async fn deciders(&self) -> Result<Deciders, AppError> {
        let mut found = BTreeMap::new();
        for user in self.ports.records.list_users().await? {
            if user.offboarded_at.is_some() {
                continue;
            }
            let person = Actor::person(user.id, user.name.clone());
            let permit = self.unchecked_permit(&person, Action::ApprovalDecide);
            let decider = Decider {
                is_here: user.may_enter(),
                permit: permit.await?,
                name: user.name,
            };
            found.insert(user.id, decider);
        }
        Ok(Deciders(found))
    }
}
