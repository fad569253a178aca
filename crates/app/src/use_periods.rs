//! Periods of use: where a rule wants consent to using keys, what people consent to is a time in which an application does.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::SignedDuration;
use keyferry_domain::group::Group;
use keyferry_domain::id::{GroupId, UsePeriodId};
use keyferry_domain::use_period::{self, UsePeriod, UsedKey};
use keyferry_ports::records::{Application, Batch, Change, Expect, Page, PageOf, UsePeriodFilter};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ApprovalError};
use crate::log::{Fact, object};
use crate::parts::Shared;
use crate::rights::{Object, Permit};

/// The longest reason, in bytes.
const REASON_MAX: usize = 1_000;

/// A period to open.
#[derive(Clone, Debug)]
pub struct OpenUsePeriod {
    /// The application, by id or name.
    pub application: String,
    /// The group whose keys it uses, by id or name; `None` is the application's own.
    pub group: Option<String>,
    /// Keys in the vault, by id or name.
    pub keys: Vec<String>,
    /// KMS keys, by id, name, ARN or alias; none of both is every key of the group.
    pub kms_keys: Vec<String>,
    /// The words of the uses; none is every one.
    pub actions: BTreeSet<String>,
    /// How long it lasts.
    pub length: SignedDuration,
    /// Why, in free words.
    pub reason: String,
}

/// Use cases of periods of use.
pub struct UsePeriods {
    shared: Arc<Shared>,
}

impl UsePeriods {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Opens a period, from now on. It takes the consent of the rules about using keys.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] for a length outside of one minute to 24 hours, an action that uses no keys, and a key of another
    /// group.
    pub async fn open(&self, actor: &Actor, command: OpenUsePeriod) -> Result<UsePeriod, AppError> {
        let action = Action::UsePeriodOpen;
        let permit = self.shared.permit(actor, action).await?;
        let now = self.shared.now();
        let (application, group) = self.parties(actor, &permit, &command).await?;
        let ends_at = use_period::end_of(command.length, now).map_err(ApprovalError::from)?;
        check_reason(&command.reason)?;
        check_actions(&command.actions)?;
        let row = UsePeriod {
            id: UsePeriodId::new(self.shared.new_uuid()),
            group: group.id,
            application: application.id,
            application_name: application.name,
            keys: self.keys((actor, &permit), group.id, &command).await?,
            actions: command.actions,
            reason: command.reason,
            opened_by: actor.to_string(),
            opened_at: now,
            ends_at,
            closed: None,
            revision: 1,
        };
        let batch = Batch::new()
            .with(Change::PutUsePeriod(Box::new(row.clone()), Expect::New))
            .with(told(actor, action, &row, &group.name).change());
        self.shared.commit(batch).await?;
        Ok(row)
    }

    /// Closes a period early. Nothing is used within it that is not written before; that needs nobody's consent.
    ///
    /// # Errors
    ///
    /// [`ApprovalError::UsePeriodOver`].
    pub async fn close(&self, actor: &Actor, id: &str) -> Result<UsePeriod, AppError> {
        let action = Action::UsePeriodClose;
        let permit = self.shared.permit(actor, action).await?;
        let mut row = self.find(&permit, id).await?;
        let expect = Expect::Revision(row.revision);
        let now = self.shared.now();
        row.close(actor.to_string(), now)
            .map_err(|_| ApprovalError::UsePeriodOver)?;
        let group = self.shared.group_of(Some(&row.group.to_string())).await?;
        let batch = Batch::new()
            .with(Change::PutUsePeriod(Box::new(row.clone()), expect))
            .with(told(actor, action, &row, &group.name).change());
        self.shared.commit(batch).await?;
        row.revision += 1;
        Ok(row)
    }

    /// A page of periods of the groups into which the actor may look, newest first.
    pub async fn list(
        &self,
        actor: &Actor,
        application: Option<&str>,
        only_open: bool,
        page: &Page,
    ) -> Result<PageOf<UsePeriod>, AppError> {
        let permit = self.shared.permit(actor, Action::UsePeriodRead).await?;
        let application = match application {
            Some(selector) => {
                let sight = self.shared.permit(actor, Action::ApplicationRead).await?;
                Some(self.shared.find_application(&sight, selector).await?.id)
            }
            None => None,
        };
        let filter = UsePeriodFilter {
            groups: permit.groups()?,
            application,
            open_at: only_open.then(|| self.shared.now()),
        };
        let records = &self.shared.ports.records;
        Ok(records.list_use_periods(&filter, page).await?)
    }

    async fn find(&self, permit: &Permit, id: &str) -> Result<UsePeriod, AppError> {
        let found = match id.parse::<UsePeriodId>() {
            Ok(id) => self.shared.ports.records.find_use_period(id).await?,
            Err(_) => None,
        };
        permit.admit(found, Object::use_period, || AppError::NotFound {
            what: "period of use",
            selector: id.to_owned(),
        })
    }

    /// Who uses keys, and whose. The group's rules count, wherever the application belongs.
    async fn parties(
        &self,
        actor: &Actor,
        permit: &Permit,
        command: &OpenUsePeriod,
    ) -> Result<(Application, Group), AppError> {
        let sight = self.shared.permit(actor, Action::ApplicationRead).await?;
        let selector = &command.application;
        let application = self.shared.find_application(&sight, selector).await?;
        let own = application.group.to_string();
        let group = command.group.as_deref().unwrap_or(&own);
        let group = self.shared.find_group(permit, Some(group)).await?;
        permit.demand_for(&Object::application(&application).within(group.id))?;
        Ok((application, group))
    }

    async fn keys(
        &self,
        (actor, permit): (&Actor, &Permit),
        group: GroupId,
        command: &OpenUsePeriod,
    ) -> Result<BTreeSet<UsedKey>, AppError> {
        let mut keys = BTreeSet::new();
        if !command.keys.is_empty() {
            let sight = self.shared.permit(actor, Action::KeyRead).await?;
            for selector in &command.keys {
                let found = self.shared.find_key(&sight, selector).await?;
                check_group("keys", selector, found.group == group)?;
                permit.demand_for(&Object::key(&found))?;
                keys.insert(UsedKey::Key(found.id));
            }
        }
        if !command.kms_keys.is_empty() {
            let sight = self.shared.permit(actor, Action::KmsKeyRead).await?;
            for selector in &command.kms_keys {
                let found = self.shared.find_kms_key(&sight, selector).await?;
                check_group("kms_keys", selector, found.group == group)?;
                permit.demand_for(&Object::kms_key(&found))?;
                keys.insert(UsedKey::KmsKey(found.id));
            }
        }
        Ok(keys)
    }
}

fn check_group(field: &'static str, selector: &str, is_same: bool) -> Result<(), AppError> {
    if is_same {
        return Ok(());
    }
    Err(AppError::Invalid {
        field,
        why: format!("{selector} belongs to another group; a period is for the keys of one"),
    })
}

fn check_reason(reason: &str) -> Result<(), AppError> {
    if reason.len() <= REASON_MAX {
        return Ok(());
    }
    Err(AppError::Invalid {
        field: "reason",
        why: format!("at most {REASON_MAX} bytes"),
    })
}

fn check_actions(actions: &BTreeSet<String>) -> Result<(), AppError> {
    match actions.iter().find(|word| !Action::is_word_of_use(word)) {
        Some(word) => Err(AppError::Invalid {
            field: "actions",
            why: format!("`{word}` is no use of keys, such as key.encrypt or kms-key.decrypt"),
        }),
        None => Ok(()),
    }
}

/// Keys of the group are used by it: the entry is the group's.
fn told(
    actor: &Actor,
    action: Action,
    row: &UsePeriod,
    group: &keyferry_domain::name::Name,
) -> Fact {
    let keys: Vec<String> = row.keys.iter().map(UsedKey::to_string).collect();
    let actions: Vec<&str> = row.actions.iter().map(String::as_str).collect();
    let all = |words: String| {
        if words.is_empty() {
            "all".to_owned()
        } else {
            words
        }
    };
    let at = row
        .closed
        .as_ref()
        .map_or(row.opened_at, |closed| closed.at);
    let about = object("group", row.group, group);
    Fact::done(actor, action, about, at)
        .detail("use_period", row.id)
        .detail("application", row.application)
        .detail("application_name", &row.application_name)
        .detail("keys", all(keys.join(",")))
        .detail("actions", all(actions.join(",")))
        .detail("ends_at", row.ends_at)
        .detail("reason", &row.reason)
}
