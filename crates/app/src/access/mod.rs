//! Signing in: passwords, second factors, lock-out, sessions and API tokens.

mod change_password;
mod password;
mod provider;
mod recovery;
mod session_rules;
mod sessions;
mod sign_in;
mod tokens;
mod totp;
mod tries;
mod two_factors;

use std::sync::Arc;

use keyferry_domain::id::UserId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{Batch, CanonicalName, Change, Expect, User};
use keyferry_ports::secret::SecretText;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::{DEFAULT_GROUP, Shared};
use crate::rights::BuiltInRole;

pub use password::{PASSWORD_MAX, PASSWORD_MIN};
pub use provider::{Arrived, Back, Begun, FLOW_MAX, Finished, Wish, challenge_of};
pub use session_rules::{BadSessionRules, SessionRules};
pub use sessions::Counts;
pub use sign_in::Credentials;
pub use totp::{ALGORITHM, DIGITS, PERIOD};
pub use tries::{FORGOTTEN_AFTER, FREE_TRIES, LOCKED_OUT, WAIT_FIRST, WAIT_MAX};
pub use two_factors::Enrolment;

pub(crate) use password::{check as check_password, made_up as made_up_password};
pub(crate) use tries::{key_of as tries_of, open_from};

/// A secret that is shown once, with what it stands for.
#[derive(Debug)]
pub struct Issued<T> {
    /// What is kept.
    pub record: T,
    /// What the caller keeps; only its hash is stored.
    pub secret: SecretText,
}

/// Use cases of access.
pub struct Access {
    shared: Arc<Shared>,
}

impl Access {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Adds the first administrator. Only while there is nobody.
    pub async fn add_first_administrator(
        &self,
        name: Name,
        password: &SecretText,
    ) -> Result<User, AppError> {
        if !self.shared.ports.records.list_users().await?.is_empty() {
            return Err(AppError::NameTaken {
                what: "administrator",
                name: name.to_string(),
            });
        }
        check_password(password, &CanonicalName::from(&name))?;
        let now = self.shared.now();
        let hash = self.shared.ports.passwords.hash(password)?;
        let user = User::new(UserId::new(self.shared.new_uuid()), name, hash, now);
        let about = object("user", user.id, &user.name);
        let fact = Fact::outcome(
            &Actor::System.to_string(),
            "user.add-first-administrator",
            keyferry_audit::Outcome::Ok,
            about,
            now,
        );
        let mut batch = Batch::new()
            .with(Change::PutUser(user.clone(), Expect::New))
            .with(fact.change());
        // One person can start: the installation's administrator, and the first group's.
        for (role, group) in [
            (BuiltInRole::SystemAdministrator, None),
            (BuiltInRole::Administrator, Some(DEFAULT_GROUP)),
        ] {
            let holder = user.id.into();
            let given = self.shared.assignment(holder, role, group, &Actor::System);
            batch.push(given?);
        }
        self.shared.commit(batch).await?;
        Ok(user)
    }

    /// The person behind an actor, as it is now.
    async fn oneself(&self, actor: &Actor, action: Action) -> Result<User, AppError> {
        let id = own_id(actor, action)?;
        let user = self.shared.ports.records.find_user(id).await?;
        user.ok_or(AppError::NotSignedIn)
    }

    /// 256 random bits as hexadecimal text.
    fn new_secret(&self, prefix: &str) -> SecretText {
        new_secret(&self.shared, prefix)
    }
}

/// 256 random bits as hexadecimal text, behind what tells scanners what it is.
pub(crate) fn new_secret(shared: &Shared, prefix: &str) -> SecretText {
    let mut bytes = [0u8; 32];
    shared.ports.entropy.fill(&mut bytes);
    let mut text = String::with_capacity(prefix.len() + 64);
    text.push_str(prefix);
    for byte in bytes {
        text.push_str(&format!("{byte:02x}"));
    }
    SecretText::new(text)
}

/// Only people have passwords, sessions and tokens.
fn own_id(actor: &Actor, action: Action) -> Result<UserId, AppError> {
    match actor {
        Actor::User { id, .. } => Ok(*id),
        Actor::Application { .. }
        | Actor::Keystore { .. }
        | Actor::Connection { .. }
        | Actor::Key { .. }
        | Actor::System => Err(AppError::Denied {
            actor: actor.to_string(),
            action,
        }),
    }
}

/// SHA-256.
pub(crate) fn hash(secret: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, secret.as_bytes());
    bytes
        .iter_mut()
        .zip(digest.as_ref())
        .for_each(|(to, from)| *to = *from);
    bytes
}
