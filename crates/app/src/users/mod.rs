//! People: adding, changing, locking and letting go those who sign in.

mod invite;
mod manage;
mod membership;
mod offboard;
mod persons;

use std::sync::Arc;

use jiff::Timestamp;
use keyferry_domain::id::{SessionId, UserId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{Batch, CanonicalName, Change, Expect, Session, User};
use keyferry_ports::secret::SecretText;

use crate::access::{check_password, made_up_password, open_from, tries_of};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;

pub use invite::Invitation;
pub use membership::{Membership, OwnSignIn};
pub use offboard::Leaving;

use persons::other_accounts;

/// Longest full name, in characters.
const FULL_NAME_MAX: usize = 256;

/// A person, and since when it cannot sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// What is kept.
    pub user: User,
    /// Until when tries to sign in wait; `None` where they do not.
    pub waits_until: Option<Timestamp>,
    /// The provider by which it comes; `None` for people with a password here.
    pub provider: Option<Name>,
    /// The other accounts of the same human.
    pub accounts: Vec<Name>,
}

/// A person whose password somebody else set.
#[derive(Debug)]
pub struct WithPassword {
    /// The person.
    pub user: User,
    /// The password, where Keyferry made it up: the only answer that shows it.
    pub made_up: Option<SecretText>,
}

/// Use cases of people.
pub struct Users {
    shared: Arc<Shared>,
}

impl Users {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Adds a person, with a password that has to be changed at the first sign-in: the one given, or one that is made up.
    ///
    /// # Errors
    ///
    /// [`AppError::NameTaken`], however the other name is written; [`AccessError::WeakPassword`](crate::AccessError::WeakPassword).
    pub async fn create(
        &self,
        actor: &Actor,
        name: Name,
        full_name: String,
        password: Option<&SecretText>,
    ) -> Result<WithPassword, AppError> {
        self.shared.permit(actor, Action::UserCreate).await?;
        let canonical = CanonicalName::from(&name);
        let records = &self.shared.ports.records;
        if records.find_user_by_name(&canonical).await?.is_some() {
            return Err(AppError::NameTaken {
                what: "person",
                name: name.to_string(),
            });
        }
        let full_name = checked_full_name(full_name)?;
        let (hash, made_up) = self.hashed(password, &canonical)?;
        let now = self.shared.now();
        let user = User {
            full_name,
            must_change_password: true,
            ..User::new(UserId::new(self.shared.new_uuid()), name, hash, now)
        };
        let about = object("user", user.id, &user.name);
        let batch = Batch::new()
            .with(Change::PutUser(user.clone(), Expect::New))
            .with(Fact::done(actor, Action::UserCreate, about, now).change());
        self.shared.commit(batch).await?;
        Ok(WithPassword { user, made_up })
    }

    /// Everybody, by name; those who have left too.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<Person>, AppError> {
        self.shared.permit(actor, Action::UserRead).await?;
        let users = self.shared.ports.records.list_users().await?;
        let mut people = Vec::with_capacity(users.len());
        for user in &users {
            people.push(self.person_among(user.clone(), &users).await?);
        }
        Ok(people)
    }

    /// One person, by id or name.
    pub async fn show(&self, actor: &Actor, selector: &str) -> Result<Person, AppError> {
        self.shared.permit(actor, Action::UserRead).await?;
        self.person(self.shared.find_user(selector).await?).await
    }

    /// Changes what is told about a person. The name stays: the log and jobs speak of it.
    pub async fn update(
        &self,
        actor: &Actor,
        selector: &str,
        full_name: String,
        seen: Option<u64>,
    ) -> Result<Person, AppError> {
        self.shared.permit(actor, Action::UserUpdate).await?;
        let mut user = self.shared.find_user(selector).await?;
        user.full_name = checked_full_name(full_name)?;
        let expect = Expect::Revision(seen.unwrap_or(user.revision));
        let about = object("user", user.id, &user.name);
        let fact = Fact::done(actor, Action::UserUpdate, about, self.shared.now());
        let batch = Batch::new()
            .with(Change::PutUser(user.clone(), expect))
            .with(fact.change());
        self.shared.commit(batch).await?;
        user.revision += 1;
        self.person(user).await
    }

    /// The sessions of a person that are not over, newest first.
    pub async fn list_sessions(
        &self,
        actor: &Actor,
        selector: &str,
    ) -> Result<Vec<Session>, AppError> {
        self.shared.permit(actor, Action::UserRead).await?;
        let user = self.shared.find_user(selector).await?;
        Ok(self.shared.sessions_of(&user).await?)
    }

    /// Ends one session of a person, at once.
    pub async fn end_session(
        &self,
        actor: &Actor,
        selector: &str,
        id: SessionId,
    ) -> Result<(), AppError> {
        self.shared.permit(actor, Action::UserEndSessions).await?;
        let user = self.shared.find_user(selector).await?;
        self.shared
            .end_session(actor, Action::UserEndSessions, &user, id)
            .await
    }

    /// A password for somebody: checked, or made up; and what is kept of it.
    fn hashed(
        &self,
        password: Option<&SecretText>,
        name: &CanonicalName,
    ) -> Result<(String, Option<SecretText>), AppError> {
        let ports = &self.shared.ports;
        if let Some(password) = password {
            check_password(password, name)?;
            return Ok((ports.passwords.hash(password)?, None));
        }
        let made_up = made_up_password(&*ports.entropy);
        Ok((ports.passwords.hash(&made_up)?, Some(made_up)))
    }

    async fn person(&self, user: User) -> Result<Person, AppError> {
        let everybody = self.shared.ports.records.list_users().await?;
        self.person_among(user, &everybody).await
    }

    async fn person_among(&self, user: User, everybody: &[User]) -> Result<Person, AppError> {
        let records = &self.shared.ports.records;
        let key = tries_of(&CanonicalName::from(&user.name));
        let tries = records.find_sign_in_tries(&key).await?;
        let now = self.shared.now();
        let waits_until = tries.as_ref().and_then(open_from).filter(|at| now < *at);
        Ok(Person {
            provider: self.shared.provider_of(&user).await?,
            accounts: other_accounts(&user, everybody),
            user,
            waits_until,
        })
    }
}

pub(crate) fn checked_full_name(full_name: String) -> Result<String, AppError> {
    let length = full_name.chars().count();
    if length > FULL_NAME_MAX || full_name.chars().any(char::is_control) {
        return Err(AppError::Invalid {
            field: "full_name",
            why: format!(
                "at most {FULL_NAME_MAX} characters are taken, none of them a control character"
            ),
        });
    }
    Ok(full_name)
}

impl Shared {
    /// A person by id or name, however the name is written.
    pub(crate) async fn find_user(&self, selector: &str) -> Result<User, AppError> {
        let records = &self.ports.records;
        let found = match selector.parse() {
            Ok(id) => records.find_user(id).await?,
            Err(_) => None,
        };
        let found = match found {
            Some(user) => Some(user),
            None => {
                let name = CanonicalName::of(selector);
                records.find_user_by_name(&name).await?
            }
        };
        found.ok_or_else(|| AppError::NotFound {
            what: "person",
            selector: selector.to_owned(),
        })
    }
}
