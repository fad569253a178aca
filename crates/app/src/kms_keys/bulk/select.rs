//! Which KMS keys a bulk operation is about.

use std::collections::{BTreeMap, BTreeSet};

use keyferry_domain::arn::{Account, Lane};
use keyferry_domain::connection::Connection;
use keyferry_domain::id::{ConnectionId, GroupId, KmsKeyId};
use keyferry_domain::kms_key::{KmsKey, Status};
use keyferry_domain::life::Life;
use keyferry_ports::records::{KmsKeyFilter, Page, Subject};

use crate::connections::account_of;
use crate::error::AppError;
use crate::kms_keys::KmsKeys;
use crate::rights::Permit;

/// Which KMS keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// These: ids, names, ARNs or aliases. One that is named twice counts once.
    Chosen(Vec<String>),
    /// Whatever matches at the start of the job. Those that are DELETED or RELEASED only where their life is asked for.
    Matching(Box<Matching>),
}

/// What a KMS key must be to be selected: all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// Keystore, connection, key, life, Region, text.
    pub filter: KmsKeyFilter,
    /// With this status.
    pub status: Option<Status>,
    /// With these wanted tags; a key without value matches any value.
    pub tags: BTreeMap<String, Option<String>>,
}

impl Matching {
    fn takes(&self, key: &KmsKey) -> bool {
        let is_left = matches!(key.intent.life, Life::Deleted | Life::Released);
        let has_tag = |(name, wanted): (&String, &Option<String>)| {
            let found = key.intent.tags.get(name);
            found.is_some_and(|found| wanted.as_ref().is_none_or(|wanted| wanted == found))
        };
        (self.filter.life.is_some() || !is_left)
            && self.status.is_none_or(|status| key.status() == status)
            && self.tags.iter().all(has_tag)
    }
}

/// The selected KMS keys as targets of a job.
#[derive(Default)]
pub(super) struct Frozen {
    pub(super) targets: Vec<(Subject, Lane)>,
    /// The groups that own them.
    pub(super) groups: BTreeSet<GroupId>,
}

impl KmsKeys {
    /// What is kept of each selected KMS key, by name or in the order in which they were chosen.
    pub(super) async fn selected<T>(
        &self,
        permit: &Permit,
        selection: &Selection,
        mut keep: impl FnMut(KmsKey) -> T,
    ) -> Result<Vec<T>, AppError> {
        let mut kept = Vec::new();
        match selection {
            Selection::Chosen(selectors) => {
                let mut seen: BTreeSet<KmsKeyId> = BTreeSet::new();
                for selector in selectors {
                    let key = self.find(permit, selector).await?;
                    if seen.insert(key.id) {
                        kept.push(keep(key));
                    }
                }
            }
            Selection::Matching(matching) => {
                let mut page = Page {
                    limit: 1_000,
                    cursor: None,
                };
                let filter = KmsKeyFilter {
                    groups: permit.groups()?,
                    ..matching.filter.clone()
                };
                loop {
                    let records = &self.shared.ports.records;
                    let found = records.list_kms_keys(&filter, &page).await?;
                    let taken = found.rows.into_iter().filter(|key| matching.takes(key));
                    kept.extend(taken.map(&mut keep));
                    page.cursor = found.next;
                    if page.cursor.is_none() {
                        break;
                    }
                }
            }
        }
        Ok(kept)
    }

    /// The selected KMS keys as targets of a job.
    pub(super) async fn frozen(
        &self,
        permit: &Permit,
        selection: &Selection,
    ) -> Result<Frozen, AppError> {
        let connections = self.shared.ports.records.list_connections().await?;
        let accounts = accounts(&connections);
        let target = |key: KmsKey| -> Result<(Subject, Lane), AppError> {
            let account = match accounts.get(&key.connection) {
                Some(account) => account
                    .as_ref()
                    .map_err(|name| AppError::Unverified { name: name.clone() })?,
                None => {
                    return Err(AppError::NotFound {
                        what: "connection",
                        selector: key.connection.to_string(),
                    });
                }
            };
            let region = key.intent.primary().cloned();
            let region = region.ok_or_else(|| AppError::Invalid {
                field: "selection",
                why: format!("the KMS key {} has no Region", key.name),
            })?;
            let account = account.clone();
            Ok((key.id.into(), Lane { account, region }))
        };
        let mut frozen = Frozen::default();
        let selected = self.selected(permit, selection, |key| (key.group, target(key)));
        for (group, target) in selected.await? {
            frozen.groups.insert(group);
            frozen.targets.push(target?);
        }
        Ok(frozen)
    }
}

/// The account of every connection, or the name of one that was never verified.
fn accounts(connections: &[Connection]) -> BTreeMap<ConnectionId, Result<Account, String>> {
    let account = |connection: &Connection| {
        let account = account_of(connection).cloned();
        (
            connection.id,
            account.map_err(|_| connection.name.to_string()),
        )
    };
    connections.iter().map(account).collect()
}
