//! Changing a KMS key: name, description, tags, aliases, key policy, validity.

use std::collections::BTreeSet;

use jiff::Timestamp;
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::Account;
use keyferry_domain::intent::{Intent, Origin};
use keyferry_domain::keystore::{PolicyDocument, Template};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::name::Name;
use keyferry_domain::operation::{self, RotationChoice, Update};
use keyferry_domain::plan::Blocked;
use keyferry_domain::tag::Tags;
use keyferry_domain::validity::Lifetime;
use keyferry_domain::view::{AliasTarget, Field};
use keyferry_ports::policy::parse_policy;
use keyferry_ports::records::Priority;

use crate::action::Action;
use crate::actor::Actor;
use crate::connections::check_revision;
use crate::error::AppError;
use crate::key_policy::{self, KeyAccess};
use crate::policy_principals::{self, Replacement};

use super::change::Wish;
use super::{Answer, KmsKeys, Mode, Stay, check_outlasts};

/// What to change; what is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateKmsKey {
    /// The revision that the caller saw; `None` takes any.
    pub revision: Option<u64>,
    /// Our name of it.
    pub name: Option<Name>,
    /// Free text.
    pub description: Option<String>,
    /// Tags to add or change.
    pub set_tags: Tags,
    /// Keys of tags to remove.
    pub remove_tags: BTreeSet<String>,
    /// Aliases that shall point at it.
    pub add_aliases: BTreeSet<AliasName>,
    /// Aliases that shall no longer point at it; they are deleted in AWS.
    pub remove_aliases: BTreeSet<AliasName>,
    /// Another key policy.
    pub policy: Option<PolicyChange>,
    /// How long the material stays.
    pub stay: Option<Stay>,
    /// Days between AWS's own rotations, for material that AWS made; 0 is off.
    pub native_rotation_days: Option<u32>,
    /// Whether it becomes what its keystore's template says as it is now: description, tags, key policy, validity and
    /// rotation schedule. What the template leaves open stays, and what this request names comes before it.
    pub from_template: bool,
}

/// How the key policy changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyChange {
    /// Some of those who may use or administer it.
    Access(AccessChange),
    /// The whole policy, JSON text.
    Json(String),
    /// Other principals in the place of some; a policy that names none of them stays.
    Replace(Vec<Replacement>),
}

/// Who may use and administer a KMS key; `None` leaves them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessChange {
    /// All users.
    pub users: Option<Vec<String>>,
    /// All administrators.
    pub administrators: Option<Vec<String>>,
    /// All other accounts.
    pub other_accounts: Option<Vec<String>>,
    /// Whether administrators may delete it.
    pub administrators_may_delete: Option<bool>,
}

impl KmsKeys {
    /// Changes an ACTIVE or INACTIVE KMS key.
    ///
    /// # Errors
    ///
    /// Before anything is sent: a revision that is no longer there, a name that is taken, tags, aliases, a policy or
    /// an end that AWS would not take, an alias of another key, and a policy that would lock us out.
    pub async fn update(
        &self,
        actor: &Actor,
        selector: &str,
        command: UpdateKmsKey,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let action = Action::KmsKeyUpdate;
        let permit = self.shared.permit(actor, action).await?;
        let wish = Wish::new(action, Priority::Interactive, &command).about(selector);
        let asked = mode.asks(wish.digest);
        if let Some(answer) = self.repeated(actor, asked.as_ref()).await? {
            return Ok(answer);
        }
        let before = self.find(&permit, selector).await?;
        check_revision("KMS key", command.revision, before.revision)?;
        let after = if command.from_template {
            self.as_template(&before, command).await?
        } else {
            self.updated(&before, command, None).await?
        };
        if after == before {
            return Ok(Answer::Unchanged(before));
        }
        self.may_happen(actor, &before, &after).await?;
        self.carry_out(actor, mode, wish, &before, after).await
    }

    /// What the request says, and how long material stays where it does not say that.
    async fn updated(
        &self,
        before: &KmsKey,
        command: UpdateKmsKey,
        lifetime: Option<Lifetime>,
    ) -> Result<KmsKey, AppError> {
        let now = self.shared.now();
        check_removals(before, &command)?;
        let said = command.stay.map(|stay| stay.validity(now).into());
        let lifetime = said.or(lifetime);
        let policy = match command.policy {
            Some(change) => Some(self.changed_policy(before, change).await?),
            None => None,
        };
        let update = Update {
            description: command.description,
            tags: Some(with_tags(
                &before.intent,
                command.set_tags,
                &command.remove_tags,
            )),
            aliases: Some(with_aliases(
                &before.intent,
                &command.add_aliases,
                &command.remove_aliases,
            )),
            stray_aliases: command.remove_aliases,
            policy,
            lifetime,
            native_rotation_days: command
                .native_rotation_days
                .map(|days| Some(days).filter(|days| *days > 0)),
        };
        let change = operation::update(&before.intent, update, now)?;
        let mut after = KmsKey {
            intent: change.or(&before.intent),
            ..before.clone()
        };
        // What an emptied key will hold again gets the new end too.
        if let Some(validity) = lifetime.map(|lifetime| lifetime.validity(now)) {
            let held = after.held.iter_mut();
            held.for_each(|wanted| wanted.validity = validity);
        }
        if let Some(name) = command.name.filter(|name| *name != before.name) {
            self.refuse_taken_name(before.keystore, &name, Some(before.id))
                .await?;
            after.name = name;
        }
        self.refuse_foreign_aliases(before, &command.add_aliases)
            .await?;
        if after.intent.versions != before.intent.versions {
            self.refuse_renewal_without_copy(&after).await?;
        }
        Ok(after)
    }

    /// What the keystore's template says now, with what the request says itself before it.
    async fn as_template(
        &self,
        before: &KmsKey,
        command: UpdateKmsKey,
    ) -> Result<KmsKey, AppError> {
        let template = self.shared.keystore_of(before.keystore).await?.template;
        let lifetime = lifetime_of(before, &command, &template, self.shared.now());
        let command = following(command, &template);
        let after = self.updated(before, command, lifetime).await?;
        match &template.rotation {
            None => {
                let rotation = after.intent.rotation.as_ref();
                check_outlasts(after.intent.valid_days, rotation, self.shared.now())?;
                Ok(after)
            }
            rule => {
                self.with_schedule(after, RotationChoice::Inherit, rule.as_ref())
                    .await
            }
        }
    }

    async fn changed_policy(
        &self,
        key: &KmsKey,
        change: PolicyChange,
    ) -> Result<PolicyDocument, AppError> {
        let account = self.lane(key).await?.account;
        let policy = match change {
            PolicyChange::Json(text) => parse_policy(&text)?,
            PolicyChange::Access(change) => with_access(key, &account, change)?,
            PolicyChange::Replace(replacements) => with_replaced(key, &replacements)?,
        };
        if key_policy::keeps_us_in(&policy, &account, None) {
            Ok(policy)
        } else {
            Err(Blocked::PolicyLocksUsOut.into())
        }
    }

    async fn refuse_foreign_aliases(
        &self,
        key: &KmsKey,
        wanted: &BTreeSet<AliasName>,
    ) -> Result<(), AppError> {
        let new: BTreeSet<AliasName> = wanted.difference(&key.intent.aliases).cloned().collect();
        if new.is_empty() {
            return Ok(());
        }
        let connection = self.shared.connection_of(key.connection).await?;
        self.refuse_taken_aliases(&connection, &key.intent.places, &new, key.arn.as_ref())
            .await
    }
}

/// How long the template wants its material to stay, where the request does not say it itself. Days that it has already run on,
/// and that are not over: following the template twice is following it once.
fn lifetime_of(
    key: &KmsKey,
    command: &UpdateKmsKey,
    template: &Template,
    now: Timestamp,
) -> Option<Lifetime> {
    // Only material of ours has an end that can be changed.
    let is_ours = key.intent.shape.origin == Origin::External && key.intent.current.is_some();
    let days = template.lifetime.days();
    let current = key
        .intent
        .current
        .and_then(|current| key.intent.version(current));
    let is_over = current.is_some_and(|wanted| wanted.validity.check(now).is_err());
    let runs_on = days.is_some() && days == key.intent.valid_days && !is_over;
    let is_followed = is_ours && command.stay.is_none() && !runs_on;
    Some(template.lifetime).filter(|lifetime| is_followed && *lifetime != Lifetime::Permanent)
}

/// The request with what the template says wherever it says nothing itself. A template without an end leaves it open.
fn following(command: UpdateKmsKey, template: &Template) -> UpdateKmsKey {
    let described = Some(&template.description).filter(|text| !text.is_empty());
    let policy = template.policy.as_ref();
    let mut tags = template.tags.clone();
    tags.retain(|tag, _| !command.remove_tags.contains(tag));
    tags.extend(command.set_tags);
    UpdateKmsKey {
        description: command.description.or_else(|| described.cloned()),
        set_tags: tags,
        policy: command
            .policy
            .or_else(|| policy.map(|policy| PolicyChange::Json(policy.as_str().to_owned()))),
        ..command
    }
}

/// A tag or alias that is to go must be there: otherwise it was misspelt.
fn check_removals(key: &KmsKey, command: &UpdateKmsKey) -> Result<(), AppError> {
    let unknown = |field, what: String| AppError::Invalid {
        field,
        why: format!("the KMS key has no {what}"),
    };
    let has_tag = |tag: &&String| key.intent.tags.contains_key(*tag);
    if let Some(tag) = command.remove_tags.iter().find(|tag| !has_tag(tag)) {
        return Err(unknown("tags", format!("tag `{tag}`")));
    }
    let has_alias = |alias: &&AliasName| key.intent.aliases.contains(*alias) || is_seen(key, alias);
    if let Some(alias) = command.remove_aliases.iter().find(|one| !has_alias(one)) {
        return Err(unknown("remove_aliases", format!("alias `{alias}`")));
    }
    let both = command.add_aliases.intersection(&command.remove_aliases);
    match both.into_iter().next() {
        Some(alias) => Err(AppError::Invalid {
            field: "remove_aliases",
            why: format!("`{alias}` is to be added and removed"),
        }),
        None => Ok(()),
    }
}

/// Whether AWS showed the alias on the key when it was last looked at.
fn is_seen(key: &KmsKey, alias: &AliasName) -> bool {
    key.observed.values().any(|place| match &place.aliases {
        Field::Value(aliases) => aliases.get(alias) == Some(&AliasTarget::This),
        Field::Absent | Field::Unreadable => false,
    })
}

fn with_tags(intent: &Intent, set: Tags, remove: &BTreeSet<String>) -> Tags {
    let mut tags = intent.tags.clone();
    tags.retain(|key, _| !remove.contains(key));
    tags.extend(set);
    tags
}

fn with_aliases(
    intent: &Intent,
    add: &BTreeSet<AliasName>,
    remove: &BTreeSet<AliasName>,
) -> BTreeSet<AliasName> {
    let all = &intent.aliases | add;
    &all - remove
}

/// The policy with other principals in the place of some.
fn with_replaced(key: &KmsKey, replacements: &[Replacement]) -> Result<PolicyDocument, AppError> {
    let is_arn = |text: &str| text.starts_with("arn:") && text.split(':').count() >= 6;
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    if let Some(bad) = replacements
        .iter()
        .find(|one| one.old.is_empty() || !(is_arn(&one.new) || is_account(&one.new)))
    {
        return Err(AppError::Invalid {
            field: "replace_principals",
            why: format!("`{}` is no ARN of a user or role, and no account", bad.new),
        });
    }
    let shown = key
        .intent
        .primary()
        .and_then(|region| key.observed.get(region))
        .and_then(|place| place.policy.value());
    let Some(now) = key.intent.policy.as_ref().or(shown) else {
        return Err(AppError::Invalid {
            field: "replace_principals",
            why: format!(
                "the key policy of {} is not known yet; observe it first",
                key.name
            ),
        });
    };
    Ok(policy_principals::replaced(now, shown, replacements)?)
}

/// The policy with other people in it. A policy with statements that are not ours can only be replaced as a whole.
fn with_access(
    key: &KmsKey,
    account: &Account,
    change: AccessChange,
) -> Result<PolicyDocument, AppError> {
    let seen = || {
        let place = key.observed.get(key.intent.primary()?)?;
        place.policy.value()
    };
    let now = key.intent.policy.as_ref().or_else(seen);
    let shape = key.intent.shape;
    let access = now.map(key_policy::read).unwrap_or_default();
    let is_ours = match now {
        Some(now) => key_policy::build(account, shape, &access)? == *now,
        None => false,
    };
    let is_whole = change.users.is_some()
        && change.administrators.is_some()
        && change.other_accounts.is_some();
    if !is_ours && !is_whole {
        return Err(AppError::ForeignStatements {
            name: key.name.to_string(),
        });
    }
    // Whoever names the first administrators without more means what a new key would get.
    let may_delete = access.administrators_may_delete || access.administrators.is_empty();
    let access = KeyAccess {
        users: change.users.unwrap_or(access.users),
        administrators: change.administrators.unwrap_or(access.administrators),
        other_accounts: change.other_accounts.unwrap_or(access.other_accounts),
        administrators_may_delete: change.administrators_may_delete.unwrap_or(may_delete),
    };
    key_policy::build(account, shape, &access)
}
