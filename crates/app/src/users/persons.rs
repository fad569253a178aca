//! Which accounts are of one human, who counts once wherever several people are wanted.

use keyferry_domain::id::PersonId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{Batch, Change, Expect, User};

use super::{Person, Users};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ApprovalError};
use crate::log::{Fact, object};

impl Users {
    /// Says that two accounts, with all that are known to be of the same humans, are of one. It protects, and needs nobody: whoever
    /// had two voices has one.
    ///
    /// # Errors
    ///
    /// [`ApprovalError::TooFewPeople`] where a rule could then be met by nobody, and could before.
    pub async fn same_person(
        &self,
        actor: &Actor,
        selector: &str,
        other: &str,
    ) -> Result<Person, AppError> {
        let action = Action::UserSamePerson;
        self.shared.permit(actor, action).await?;
        let mut user = self.shared.find_user(selector).await?;
        let other = self.shared.find_user(other).await?;
        if user.is_same_person_as(&other) {
            return self.person(user).await;
        }
        self.refuse_deadlock(user.person, other.person).await?;
        let now = self.shared.now();
        let mut batch = Batch::new();
        let records = &self.shared.ports.records;
        for account in records.list_users().await? {
            if account.person != user.person {
                continue;
            }
            let about = object("user", account.id, &account.name);
            let fact = Fact::done(actor, action, about, now).detail("same_person_as", &other.name);
            let expect = Expect::Revision(account.revision);
            let changed = User {
                person: other.person,
                ..account
            };
            batch.push(Change::PutUser(changed, expect));
            batch.push(fact.change());
        }
        self.shared.commit(batch).await?;
        user.person = other.person;
        user.revision += 1;
        self.person(user).await
    }

    /// Says that an account is of a human of its own. Another voice comes of it, so it takes the consent of every rule.
    pub async fn other_person(&self, actor: &Actor, selector: &str) -> Result<Person, AppError> {
        let action = Action::UserOtherPerson;
        self.shared.permit(actor, action).await?;
        let mut user = self.shared.find_user(selector).await?;
        user.person = PersonId::new(self.shared.new_uuid());
        self.write(actor, action, user, Vec::new()).await
    }

    /// Whoever has too few people left for a rule cannot even change that rule.
    async fn refuse_deadlock(&self, one: PersonId, other: PersonId) -> Result<(), AppError> {
        let deciders = self.shared.deciders().await?;
        let as_one = |person| if person == one { other } else { person };
        for rule in self.shared.ports.records.list_approval_rules().await? {
            let before = deciders.persons_with_right(rule.group, |person| person)?;
            let after = deciders.persons_with_right(rule.group, as_one)?;
            let wanted = rule.approvers as usize;
            if before.len() > wanted && after.len() <= wanted {
                let (approvers, there) = (rule.approvers, after.len().saturating_sub(1));
                let there = u32::try_from(there).unwrap_or(u32::MAX);
                return Err(ApprovalError::TooFewPeople { approvers, there }.into());
            }
        }
        Ok(())
    }
}

/// The names of the other accounts of the same human.
pub(super) fn other_accounts(user: &User, among: &[User]) -> Vec<Name> {
    let others = among.iter().filter(|other| other.id != user.id);
    let same = others.filter(|other| other.is_same_person_as(user));
    same.map(|other| other.name.clone()).collect()
}
