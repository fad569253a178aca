//! Who can consent to what others ask for.

use std::collections::{BTreeMap, BTreeSet};

use keyferry_domain::approval::{Approval, Need, People, Verdict};
use keyferry_domain::id::{GroupId, PersonId, UserId};
use keyferry_domain::name::Name;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::parts::Shared;

use super::Permit;

/// One account, and where it may consent.
struct Decider {
    name: Name,
    person: PersonId,
    /// Whether he is let in at all.
    is_here: bool,
    permit: Permit,
}

/// Everybody who has not left, with the right to consent as it is now.
pub(crate) struct Deciders {
    here: BTreeMap<UserId, Decider>,
    /// Of which human each account is, of those who left too.
    persons: BTreeMap<UserId, PersonId>,
    /// The revision of each account.
    revisions: BTreeMap<UserId, u64>,
    /// The revision of rights before they were looked at.
    rights: u64,
}

/// What is known of those who may decide on one request.
pub(crate) struct Jury {
    counted: BTreeSet<(UserId, Need)>,
    persons: BTreeMap<UserId, PersonId>,
}

impl People for Jury {
    fn person(&self, account: UserId) -> PersonId {
        let known = self.persons.get(&account);
        known.copied().unwrap_or_else(|| account.into())
    }

    fn counts(&self, account: UserId, need: &Need) -> bool {
        self.counted.contains(&(account, *need))
    }
}

impl Deciders {
    /// Whether somebody's consent counts for a need.
    pub(crate) fn counts(&self, user: UserId, need: &Need) -> Result<bool, AppError> {
        match self.here.get(&user) {
            Some(decider) if decider.is_here => decider.permit.holds_in(need.group),
            _ => Ok(false),
        }
    }

    /// Who counts for what a request needs, and who is whom.
    pub(crate) fn jury(&self, request: &Approval) -> Result<Jury, AppError> {
        let mut counted = BTreeSet::new();
        for need in &request.needs {
            for decision in &request.decisions {
                if self.counts(decision.user, need)? {
                    counted.insert((decision.user, *need));
                }
            }
        }
        let persons = self.persons.clone();
        Ok(Jury { counted, persons })
    }

    /// The revisions of the accounts of whoever asked and of those who approved, all together, and that of rights: what the
    /// database compares when the request is carried out.
    pub(crate) fn seen(&self, request: &Approval) -> (u64, u64) {
        let approved = request.decisions.iter();
        let approved = approved.filter(|one| one.verdict == Verdict::Approve);
        let mut accounts: BTreeSet<UserId> = approved.map(|one| one.user).collect();
        accounts.insert(request.requester);
        let revisions = accounts.iter().filter_map(|id| self.revisions.get(id));
        (revisions.sum(), self.rights)
    }

    /// Of which human an account is.
    pub(crate) fn person(&self, account: UserId) -> PersonId {
        let known = self.persons.get(&account);
        known.copied().unwrap_or_else(|| account.into())
    }

    /// How many accounts have the right for a place, whether or not somebody locked them, and whoever they are of: neither
    /// locking nor saying that two are one human lets people be added.
    pub(crate) fn with_right(&self, group: Option<GroupId>) -> Result<u32, AppError> {
        let mut count = 0;
        for decider in self.here.values() {
            count += u32::from(decider.permit.holds_in(group)?);
        }
        Ok(count)
    }

    /// The humans who have the right for a place, if accounts of one were those of another.
    pub(crate) fn persons_with_right(
        &self,
        group: Option<GroupId>,
        as_if: impl Fn(PersonId) -> PersonId,
    ) -> Result<BTreeSet<PersonId>, AppError> {
        let mut found = BTreeSet::new();
        for decider in self.here.values() {
            if decider.permit.holds_in(group)? {
                found.insert(as_if(decider.person));
            }
        }
        Ok(found)
    }

    /// The names of those whose consent counts for a need.
    pub(crate) fn names(&self, need: &Need) -> Result<Vec<(UserId, Name)>, AppError> {
        let mut names = Vec::new();
        for (user, decider) in &self.here {
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
        let records = &self.ports.records;
        let rights = self.rights().await?;
        let mut found = Deciders {
            here: BTreeMap::new(),
            persons: BTreeMap::new(),
            revisions: BTreeMap::new(),
            rights: rights.revision,
        };
        for user in records.list_users().await? {
            found.persons.insert(user.id, user.person);
            found.revisions.insert(user.id, user.revision);
            if user.offboarded_at.is_some() {
                continue;
            }
            let person = Actor::person(user.id, user.name.clone());
            let permit = self.permit_by(&rights, &person, Action::ApprovalDecide);
            let decider = Decider {
                is_here: user.may_enter(),
                person: user.person,
                permit: permit.await?,
                name: user.name,
            };
            found.here.insert(user.id, decider);
        }
        Ok(found)
    }
}
