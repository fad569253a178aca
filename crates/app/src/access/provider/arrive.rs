//! Somebody for whom a provider vouches: who that is here, with which roles, and the session.

use jiff::{SignedDuration, Timestamp};
use keyferry_audit::Outcome;
use keyferry_domain::id::{GroupId, UserId};
use keyferry_domain::name::Name;
use keyferry_ports::identity::VouchedFor;
use keyferry_ports::records::{
    Batch, CanonicalName, Change, Expect, LAST_HOLDER, ProviderIdentity, Provisioning,
    ROLE_EXCLUDED, RecordsError, Session, SignInCode, SignInProvider, User, VERIFIED_CLAIM,
};

use super::finish::CODE_MAX;
use super::{Access, PROOF_MAX_SECONDS, hash};
use crate::access::Issued;
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AccessError, AppError, ProviderError};
use crate::log::{Fact, object};
use crate::rights::BuiltInRole;
use crate::sign_in_providers::{Gifts, giver};
use crate::users::checked_full_name;

/// How often an arrival is looked at anew whose person was changed meanwhile.
const ROUNDS: usize = 8;

/// What somebody gets who arrives.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entering {
    /// A session, by cookie.
    Browser,
    /// A code for a session, with what the command line promised.
    CommandLine([u8; 32]),
}

/// A person who arrives, and what is written of it.
struct Person {
    user: User,
    is_new: bool,
    changes: Vec<Change>,
}

impl Access {
    /// Lets somebody in for whom a provider vouches. Roles that rules give are given and taken now.
    pub(super) async fn enter_by(
        &self,
        provider: &SignInProvider,
        who: &VouchedFor,
        entering: Entering,
    ) -> Result<Issued<Session>, AppError> {
        for _ in 0..ROUNDS {
            let person = self.person_of(provider, who).await;
            let person = match person {
                Err(AppError::Access(AccessError::Provider(error))) => {
                    self.tell_refusal(provider, who, &error).await?;
                    return Err(error.into());
                }
                person => person?,
            };
            let user = person.user.id;
            let (batch, issued) = self.entry(provider, who, person, entering).await?;
            match self.shared.commit(batch).await {
                Ok(()) => return Ok(issued),
                Err(RecordsError::Conflict { what }) => {
                    refused_for_good(provider, what)?;
                    if what == LAST_HOLDER {
                        let records = &self.shared.ports.records;
                        let held = records.list_assignments_of(user.into()).await?;
                        let name = format!("whoever comes by {}", provider.name);
                        self.shared.refuse_last_holder(&held, &name).await?;
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(AppError::Changed { what: "user" })
    }

    /// Who that is here. Nobody is linked to a person by name who was not added for this provider.
    async fn person_of(
        &self,
        provider: &SignInProvider,
        who: &VouchedFor,
    ) -> Result<Person, AppError> {
        let records = &self.shared.ports.records;
        let subject = &who.subject;
        let known = records
            .find_identity_by_subject(provider.id, subject)
            .await?;
        let (id, changes) = match known {
            Some(identity) => (identity.user, Vec::new()),
            None => {
                let name = named(provider, who)?;
                let canonical = CanonicalName::from(&name);
                // The claim may have been another when the invitation was made.
                let awaited = match provider.vouches_for_names() {
                    true => {
                        let name = canonical.as_str();
                        records.find_awaited_identity(provider.id, name).await?
                    }
                    false => None,
                };
                match awaited {
                    Some(identity) => {
                        let bind = Change::BindIdentity {
                            user: identity.user,
                            subject: subject.clone(),
                            at: self.shared.now(),
                        };
                        (identity.user, vec![bind])
                    }
                    None => return self.added(provider, who, name).await,
                }
            }
        };
        let user = records.find_user(id).await?.filter(User::may_enter);
        let user = user.ok_or_else(|| not_admitted(provider))?;
        Ok(Person {
            user,
            is_new: false,
            changes,
        })
    }

    /// Somebody who comes for the first time, where the provider lets everybody in.
    async fn added(
        &self,
        provider: &SignInProvider,
        who: &VouchedFor,
        name: Name,
    ) -> Result<Person, AppError> {
        if provider.provisioning == Provisioning::Invited {
            return Err(not_admitted(provider).into());
        }
        let records = &self.shared.ports.records;
        let canonical = CanonicalName::from(&name);
        if records.find_user_by_name(&canonical).await?.is_some() {
            return Err(taken(provider).into());
        }
        let now = self.shared.now();
        let full_name = first(who, "name").unwrap_or_default().to_owned();
        let user = User {
            full_name: checked_full_name(full_name).unwrap_or_default(),
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
            subject: Some(who.subject.clone()),
            awaited: None,
            bound_at: Some(now),
        };
        let by = giver(&provider.name);
        let action = Action::UserCreate.as_str();
        let about = object("user", user.id, &user.name);
        let fact = Fact::outcome(&by, action, Outcome::Ok, about, now);
        let changes = vec![Change::InsertIdentity(identity), fact.change()];
        Ok(Person {
            user,
            is_new: true,
            changes,
        })
    }

    /// All that is written when somebody enters: the person, its roles, and the session or the code.
    async fn entry(
        &self,
        provider: &SignInProvider,
        who: &VouchedFor,
        person: Person,
        entering: Entering,
    ) -> Result<(Batch, Issued<Session>), AppError> {
        let Person {
            mut user,
            is_new,
            changes,
        } = person;
        let records = &self.shared.ports.records;
        let held = records.list_assignments_of(user.id.into()).await?;
        let rules = self.shared.rules_of(provider).await?;
        let gifts = Gifts::of(&rules, &who.claims, &held, &provider.name);
        let expect = match is_new {
            true => Expect::New,
            false => Expect::Revision(user.revision),
        };
        if !gifts.taken.is_empty() {
            user.end_access();
        }
        let mut batch = Batch::from(self.over(&user).await?);
        // Written in any case: of a lock and a sign-in at once one meets the other's revision.
        batch.push(Change::PutUser(user.clone(), expect));
        batch.changes.extend(changes);
        batch.changes.extend(self.gifts(provider, &user, &gifts)?);
        let mut issued = self.new_session(&user, None);
        issued.record.confirmed_at = proved_at(who, issued.record.created_at);
        batch.push(match entering {
            Entering::Browser => Change::InsertSession(issued.record.clone()),
            Entering::CommandLine(challenge) => Change::InsertSignInCode(SignInCode {
                hash: hash(issued.secret.expose()),
                challenge,
                user: user.id,
                epoch: user.access_epoch,
                confirmed_at: issued.record.confirmed_at,
                expires_at: issued.record.created_at + CODE_MAX,
            }),
        });
        let actor = Actor::person(user.id, user.name.clone());
        let about = match entering {
            Entering::Browser => object("session", issued.record.id, &user.name),
            Entering::CommandLine(_) => object("user", user.id, &user.name),
        };
        let fact = Fact::done(&actor, Action::SessionUse, about, issued.record.created_at)
            .detail("provider", &provider.name)
            .detail("subject", &who.subject);
        Ok((batch.with(fact.change()), issued))
    }

    /// Gives and takes roles, each told.
    fn gifts(
        &self,
        provider: &SignInProvider,
        user: &User,
        gifts: &Gifts,
    ) -> Result<Vec<Change>, AppError> {
        let (by, now) = (giver(&provider.name), self.shared.now());
        let told = |role: &str, group: Option<GroupId>, given: bool| {
            let about = object("user", user.id, &user.name);
            Fact::outcome(&by, Action::RoleManage.as_str(), Outcome::Ok, about, now)
                .detail("role", role)
                .given_in(group)
                .detail("given", given)
                .change()
        };
        let mut changes = Vec::new();
        for row in &gifts.taken {
            changes.push(Change::DeleteAssignment {
                id: row.id,
                keep_one: BuiltInRole::is_kept(&row.role),
            });
            changes.push(told(row.role.as_str(), row.group, false));
        }
        for (role, group) in &gifts.given {
            let given = self
                .shared
                .assignment(user.id.into(), *role, *group, &Actor::System);
            let mut given = given?;
            if let Change::InsertAssignment { row, .. } = &mut given {
                row.given_by.clone_from(&by);
            }
            changes.push(given);
            changes.push(told(role.as_str(), *group, true));
        }
        Ok(changes)
    }

    /// That the provider vouches for somebody who is not let in is told.
    async fn tell_refusal(
        &self,
        provider: &SignInProvider,
        who: &VouchedFor,
        error: &ProviderError,
    ) -> Result<(), AppError> {
        let about = object("sign-in-provider", provider.id, &provider.name);
        let action = Action::SessionUse.as_str();
        let now = self.shared.now();
        let fact = Fact::outcome("system", action, Outcome::Refused, about, now)
            .detail("subject", &who.subject)
            .detail("why", AccessError::from(error.clone()).code());
        Ok(self.shared.commit(Batch::new().with(fact.change())).await?)
    }
}

/// When the person last proved who it is; where the provider does not tell, the oldest time that was asked for.
fn proved_at(who: &VouchedFor, now: Timestamp) -> Timestamp {
    let oldest = now - SignedDuration::from_secs(PROOF_MAX_SECONDS.into());
    who.proved_at.map_or(oldest, |at| at.min(now))
}

fn first<'a>(who: &'a VouchedFor, claim: &str) -> Option<&'a str> {
    match who.claims.get(claim)?.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// The name that a provider claims. A mailbox counts where the provider has verified it.
fn named(provider: &SignInProvider, who: &VouchedFor) -> Result<Name, ProviderError> {
    let unusable = |why| ProviderError::NameUnusable {
        provider: provider.name.to_string(),
        why,
    };
    let claim = provider.name_claim.as_str();
    let text = first(who, claim).ok_or_else(|| unusable("it claims none"))?;
    if claim == VERIFIED_CLAIM && first(who, "email_verified") != Some("true") {
        return Err(unusable("it has not verified the mailbox"));
    }
    let named = text.parse();
    named.map_err(|_| unusable("what it claims is no name here"))
}

fn not_admitted(provider: &SignInProvider) -> ProviderError {
    let provider = provider.name.to_string();
    ProviderError::NotAdmitted { provider }
}

fn taken(provider: &SignInProvider) -> ProviderError {
    ProviderError::NameUnusable {
        provider: provider.name.to_string(),
        why: "somebody else has that name here",
    }
}

/// Whether looking again helps.
fn refused_for_good(provider: &SignInProvider, what: &'static str) -> Result<(), AppError> {
    let name = provider.name.to_string();
    match what {
        ROLE_EXCLUDED => Err(ProviderError::RolesExclude { provider: name }.into()),
        _ => Ok(()),
    }
}
