//! Keys in the vault and KMS keys in one list.

use std::cmp::Ordering;

use keyferry_domain::key::ManagedKey;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::name::Name;
use keyferry_ports::records::{KeyFilter, KmsKeyFilter, Page, PageOf};

use super::Keys;
use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;

/// A key, wherever it is.
#[derive(Clone, Debug)]
pub enum AnyKey {
    /// In the vault.
    Key(Box<ManagedKey>),
    /// In AWS, or on its way there.
    KmsKey(Box<KmsKey>),
}

impl AnyKey {
    /// Its place in a list by name. Ids are unique over both kinds.
    fn order(&self) -> (&Name, String) {
        match self {
            Self::Key(key) => (&key.name, key.id.to_string()),
            Self::KmsKey(key) => (&key.name, key.id.to_string()),
        }
    }

    /// What a list of either kind goes on behind: both are ordered by name and id.
    fn cursor(&self) -> String {
        let (name, id) = self.order();
        Page::behind(id, name)
    }
}

impl Keys {
    /// A page of keys in the vault and of KMS keys together, by name, whose name contains `text` in any case.
    ///
    /// # Errors
    ///
    /// [`AppError::Denied`] for whoever may not read both.
    pub async fn list_everywhere(
        &self,
        actor: &Actor,
        text: Option<String>,
        page: &Page,
    ) -> Result<PageOf<AnyKey>, AppError> {
        let of_keys = self.shared.permit(actor, Action::KeyRead).await?;
        let of_kms_keys = self.shared.permit(actor, Action::KmsKeyRead).await?;
        let records = &self.shared.ports.records;
        let keys = KeyFilter {
            groups: of_keys.groups()?,
            text: text.clone(),
        };
        let kms_keys = KmsKeyFilter {
            groups: of_kms_keys.groups()?,
            text,
            ..KmsKeyFilter::default()
        };
        let keys = records.list_keys(&keys, page).await?;
        let kms_keys = records.list_kms_keys(&kms_keys, page).await?;
        let goes_on = keys.next.is_some() || kms_keys.next.is_some();
        let keys = keys.rows.into_iter().map(Box::new).map(AnyKey::Key);
        let kms_keys = kms_keys.rows.into_iter().map(Box::new);
        let rows = keys.chain(kms_keys.map(AnyKey::KmsKey)).collect();
        Ok(merged(rows, page.limit as usize, goes_on))
    }
}

/// The first rows of both. What is cut off comes with the next page.
fn merged(mut rows: Vec<AnyKey>, limit: usize, goes_on: bool) -> PageOf<AnyKey> {
    let by_name = |one: &AnyKey, other: &AnyKey| -> Ordering { one.order().cmp(&other.order()) };
    rows.sort_by(by_name);
    let goes_on = goes_on || rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| goes_on);
    PageOf {
        next: last.map(AnyKey::cursor),
        rows,
    }
}
