//! Adding people who come by a provider.

use keyferry_domain::id::UserId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{Batch, CanonicalName, Change, Expect, ProviderIdentity, User};

use super::{Users, WithPassword, checked_full_name};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ProviderError};
use crate::log::{Fact, object};
use crate::parts::Shared;

/// Longest subject, in bytes (OpenID Connect Core 1.0, section 2).
const SUBJECT_MAX: usize = 255;

/// By what a person is known who will come by a provider.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The provider, by id or name.
    pub provider: String,
    /// As the provider calls that person for ever. Where it is not known, the first who comes under the person's name is the
    /// one.
    pub subject: Option<String>,
}

impl Users {
    /// Adds a person who comes by a provider and has no password here.
    ///
    /// # Errors
    ///
    /// [`AppError::NameTaken`], however the other name is written, or where the subject is somebody's.
    pub async fn invite(
        &self,
        actor: &Actor,
        name: Name,
        full_name: String,
        invitation: &Invitation,
    ) -> Result<WithPassword, AppError> {
        let action = Action::UserCreate;
        self.shared.permit(actor, action).await?;
        let provider = self.shared.find_provider(&invitation.provider).await?;
        let records = &self.shared.ports.records;
        let canonical = CanonicalName::from(&name);
        let taken = |name: &str| AppError::NameTaken {
            what: "person",
            name: name.to_owned(),
        };
        if records.find_user_by_name(&canonical).await?.is_some() {
            return Err(taken(name.as_str()));
        }
        let subject = invitation.subject.clone();
        if subject.is_none() && !provider.vouches_for_names() {
            return Err(ProviderError::SubjectNeeded {
                provider: provider.name.to_string(),
            }
            .into());
        }
        if let Some(subject) = &subject {
            check_subject(subject)?;
            let found = records
                .find_identity_by_subject(provider.id, subject)
                .await?;
            if found.is_some() {
                return Err(taken(subject));
            }
        }
        let now = self.shared.now();
        let user = User {
            full_name: checked_full_name(full_name)?,
            ..User::new(
                UserId::new(self.shared.new_uuid()),
                name,
                String::new(),
                now,
            )
        };
        let identity = ProviderIdentity {
            user: user.id,
            provider: provider.id,
            awaited: subject.is_none().then(|| canonical.as_str().to_owned()),
            bound_at: subject.as_ref().map(|_| now),
            subject,
        };
        let about = object("user", user.id, &user.name);
        let fact = Fact::done(actor, action, about, now).detail("provider", &provider.name);
        let batch = Batch::new()
            .with(Change::PutUser(user.clone(), Expect::New))
            .with(Change::InsertIdentity(identity))
            .with(fact.change());
        self.shared.commit(batch).await?;
        Ok(WithPassword {
            user,
            made_up: None,
        })
    }
}

impl Shared {
    /// The name of the provider by which a person comes.
    pub(crate) async fn provider_of(&self, user: &User) -> Result<Option<Name>, AppError> {
        let records = &self.ports.records;
        let Some(identity) = records.find_identity(user.id).await? else {
            return Ok(None);
        };
        let provider = records.find_provider(identity.provider).await?;
        Ok(provider.map(|provider| provider.name))
    }

    /// Refuses what only people with a password here have.
    pub(crate) async fn refuse_elsewhere(&self, user: &User) -> Result<(), AppError> {
        if self.ports.records.find_identity(user.id).await?.is_none() {
            return Ok(());
        }
        let name = user.name.to_string();
        Err(ProviderError::SignsInElsewhere { name }.into())
    }
}

fn check_subject(subject: &str) -> Result<(), AppError> {
    let is_good = !subject.is_empty()
        && subject.len() <= SUBJECT_MAX
        && !subject.chars().any(char::is_control);
    is_good.then_some(()).ok_or_else(|| AppError::Invalid {
        field: "subject",
        why: "it is a text of 255 bytes at most".to_owned(),
    })
}
