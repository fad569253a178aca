//! Reads of configuration, keys and KMS keys.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::arn::KmsKeyArn;
use keyferry_domain::connection::Connection;
use keyferry_domain::destruction::Holder;
use keyferry_domain::group::Group;
use keyferry_domain::id::{ConnectionId, KeyId, KeystoreId, KmsKeyId};
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::key_link::{Copied, KeyLink};
use keyferry_domain::keystore::Keystore;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::material::Fingerprint;
use keyferry_domain::name::Name;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::{
    ConfigurationRecords, DueDestruction, DueRotation, KeyCalled, KeyFilter, KeyLook, KeyRecords,
    KeyTies, KmsKeyFilter, KmsKeyRecords, Page, PageOf, Records, RotationSubject, ScheduleRecords,
};

use super::MemoryRecords;
use super::page::cut;
use super::state::{KmsKeyWord, State, whole_micros};

#[async_trait]
impl ConfigurationRecords for MemoryRecords {
    async fn find_connection(&self, id: ConnectionId) -> Records<Option<Connection>> {
        Ok(self
            .lock()
            .connections
            .get(&id)
            .map(|row| Connection::clone(row)))
    }

    async fn find_connection_by_name(&self, name: &Name) -> Records<Option<Connection>> {
        Ok(self
            .lock()
            .connections
            .rows()
            .find(|row| row.name == *name)
            .cloned())
    }

    async fn list_connections(&self) -> Records<Vec<Connection>> {
        let mut rows: Vec<Connection> = self.lock().connections.rows().cloned().collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(rows)
    }

    async fn find_keystore(&self, id: KeystoreId) -> Records<Option<Keystore>> {
        Ok(self
            .lock()
            .keystores
            .get(&id)
            .map(|row| Keystore::clone(row)))
    }

    async fn find_keystore_by_name(&self, name: &Name) -> Records<Option<Keystore>> {
        Ok(self
            .lock()
            .keystores
            .rows()
            .find(|row| row.name == *name)
            .cloned())
    }

    async fn list_keystores(&self) -> Records<Vec<Keystore>> {
        let mut rows: Vec<Keystore> = self.lock().keystores.rows().cloned().collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(rows)
    }

    async fn list_groups(&self) -> Records<Vec<Group>> {
        let mut rows: Vec<Group> = self.lock().groups.rows().cloned().collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(rows)
    }

    async fn find_setting(&self, name: &str) -> Records<Option<String>> {
        Ok(self
            .lock()
            .settings
            .get(&name.to_owned())
            .map(|value| String::clone(value)))
    }
}

#[async_trait]
impl KeyRecords for MemoryRecords {
    async fn find_key(&self, id: KeyId) -> Records<Option<ManagedKey>> {
        Ok(self.lock().keys.get(&id).map(|row| ManagedKey::clone(row)))
    }

    async fn find_keys_called(&self, name: &Name) -> Records<Vec<ManagedKey>> {
        let state = self.lock();
        let called = state.keys.rows().filter(|row| row.name == *name);
        let mut rows: Vec<ManagedKey> = called.cloned().collect();
        rows.sort_by_key(|row| row.id);
        Ok(rows)
    }

    async fn list_keys(&self, filter: &KeyFilter, page: &Page) -> Records<PageOf<ManagedKey>> {
        let state = self.lock();
        let text = filter.text.as_deref().map(str::to_lowercase);
        let mut rows: Vec<&ManagedKey> = state
            .keys
            .rows()
            .filter(|row| filter.groups.holds(row.group) && contains(&row.name, text.as_deref()))
            .collect();
        rows.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        cut(
            rows.into_iter(),
            page,
            Page::read_behind::<KeyId>,
            |row, (name, id)| (row.name.as_str(), row.id) > (name.as_str(), *id),
            |row| Page::behind(row.id, &row.name),
        )
    }

    async fn list_versions(&self, key: KeyId) -> Records<Vec<KeyVersion>> {
        let state = self.lock();
        let rows = state.versions.range((key, VersionNumber::FIRST)..);
        Ok(rows
            .take_while(|((of, _), _)| *of == key)
            .map(|(_, row)| row.clone())
            .collect())
    }

    async fn find_key_ties(&self, key: KeyId) -> Records<KeyTies> {
        let versions = self.list_versions(key).await?;
        let is_unknown = versions.is_empty();
        let has_holders = !self.holders_of_all(key).await?.is_empty();
        let has_copies = !self.list_key_links(key).await?.is_empty();
        let is_copy = self.find_key_link(Copied::Key(key)).await?.is_some();
        let is_from_it = |row: &KmsKey| row.source == Some(key);
        let has_kms_keys = self.lock().kms_keys.rows().any(is_from_it);
        Ok(KeyTies {
            versions,
            has_kms_keys: has_kms_keys || is_unknown,
            has_holders: has_holders || is_unknown,
            has_copies: has_copies || is_unknown,
            is_copy: is_copy || is_unknown,
        })
    }

    async fn look_at_keys(&self, called: &KeyCalled) -> Records<KeyLook> {
        let found = match called {
            KeyCalled::Id(id) => self.find_key(*id).await?.into_iter().collect(),
            KeyCalled::Name(name) => self.find_keys_called(name).await?,
        };
        let mut keys = Vec::new();
        for key in found {
            let ties = self.find_key_ties(key.id).await?;
            keys.push((key, ties));
        }
        let rights = self.lock().rights_revision();
        Ok(KeyLook { rights, keys })
    }

    async fn list_key_links(&self, source: KeyId) -> Records<Vec<KeyLink>> {
        let state = self.lock();
        let rows = state.key_links.rows().filter(|row| row.source == source);
        let mut rows: Vec<KeyLink> = rows.cloned().collect();
        rows.sort_by_key(|row| (row.at, row.copy.kind(), row.copy.id()));
        Ok(rows)
    }

    async fn find_key_link(&self, copy: Copied) -> Records<Option<KeyLink>> {
        let state = self.lock();
        Ok(state.key_links.get(&copy).map(|row| KeyLink::clone(row)))
    }

    async fn holders(&self, key: KeyId, version: VersionNumber) -> Records<Vec<Holder>> {
        let state = self.lock();
        let holder = |id: KmsKeyId| {
            let row = state.kms_keys.get(&id);
            let kept = state.holders.get(&(key, version, id))?;
            let (name, arn) = kept.as_ref().clone().unzip();
            Some(Holder {
                kms_key: id,
                name: row.map(|row| row.name.clone()).or(name)?,
                arn: row.and_then(|row| row.arn.clone()).or(arn.flatten()),
                life: row.map(|row| row.intent.life),
            })
        };
        Ok(state.holders_of(key, version).filter_map(holder).collect())
    }

    async fn holders_of_all(&self, key: KeyId) -> Records<Vec<(VersionNumber, Holder)>> {
        let is_of_it = |place: &&(KeyId, VersionNumber, KmsKeyId)| place.0 == key;
        let numbers: BTreeSet<VersionNumber> = {
            let state = self.lock();
            let held = state.holders.keys().filter(is_of_it);
            held.map(|place| place.1).collect()
        };
        let mut all = Vec::new();
        for number in numbers {
            let holders = self.holders(key, number).await?;
            all.extend(holders.into_iter().map(|one| (number, one)));
        }
        Ok(all)
    }

    async fn find_version_of(
        &self,
        material: &Fingerprint,
    ) -> Records<Option<(KeyId, VersionNumber)>> {
        let state = self.lock();
        let found = state
            .versions
            .rows()
            .find(|row| row.fingerprint == *material);
        Ok(found.map(|row| (row.identity.key, row.identity.version)))
    }

    async fn read_back_version(
        &self,
        key: KeyId,
        version: VersionNumber,
    ) -> Records<Option<KeyVersion>> {
        Ok(self
            .lock()
            .versions
            .get(&(key, version))
            .map(|row| KeyVersion::clone(row)))
    }
}

#[async_trait]
impl KmsKeyRecords for MemoryRecords {
    async fn find_kms_key(&self, id: KmsKeyId) -> Records<Option<KmsKey>> {
        Ok(self.lock().kms_keys.get(&id).map(|row| KmsKey::clone(row)))
    }

    async fn find_kms_key_by_arn(&self, arn: &KmsKeyArn) -> Records<Option<KmsKey>> {
        let state = self.lock();
        let managed_then_newest = |row: &&KmsKey| (row.is_managed(), row.created_at, row.id);
        Ok(state
            .kms_keys_with(KmsKeyWord::Arn(arn.clone()))
            .max_by_key(managed_then_newest)
            .cloned())
    }

    async fn find_kms_keys_called(&self, name_or_alias: &str) -> Records<Vec<KmsKey>> {
        let state = self.lock();
        let bare = name_or_alias
            .strip_prefix("alias/")
            .unwrap_or(name_or_alias);
        let mut rows: Vec<&KmsKey> = state
            .kms_keys_with(KmsKeyWord::Alias(bare.to_owned()))
            .collect();
        if let Ok(name) = name_or_alias.parse() {
            rows.extend(state.kms_keys_with(KmsKeyWord::Name(name)));
        }
        rows.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        rows.dedup_by_key(|row| row.id);
        Ok(rows.into_iter().cloned().collect())
    }

    async fn list_kms_keys(&self, filter: &KmsKeyFilter, page: &Page) -> Records<PageOf<KmsKey>> {
        let state = self.lock();
        let text = filter.text.as_deref().map(str::to_lowercase);
        let mut rows: Vec<&KmsKey> = state
            .kms_keys
            .rows()
            .filter(|row| matches_filter(row, filter) && contains(&row.name, text.as_deref()))
            .collect();
        rows.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        cut(
            rows.into_iter(),
            page,
            Page::read_behind::<KmsKeyId>,
            |row, (name, id)| (row.name.as_str(), row.id) > (name.as_str(), *id),
            |row| Page::behind(row.id, &row.name),
        )
    }
}

#[async_trait]
impl ScheduleRecords for MemoryRecords {
    async fn due_rotations(&self, now: Timestamp, limit: u32) -> Records<Vec<DueRotation>> {
        let mut due = self.lock().rotations();
        due.retain(|row| row.due_at <= whole_micros(now));
        due.truncate(limit as usize);
        Ok(due)
    }

    async fn next_rotation(&self, now: Timestamp) -> Records<Option<Timestamp>> {
        let due = self.lock().rotations();
        let mut times = due.into_iter().map(|row| row.due_at);
        Ok(times.find(|time| *time > whole_micros(now)))
    }

    async fn due_destructions(&self, now: Timestamp, limit: u32) -> Records<Vec<DueDestruction>> {
        let mut due = self.lock().destructions();
        due.retain(|row| row.due_at <= whole_micros(now));
        due.truncate(limit as usize);
        Ok(due)
    }

    async fn next_destruction(&self, now: Timestamp) -> Records<Option<Timestamp>> {
        let due = self.lock().destructions();
        let mut times = due.into_iter().map(|row| row.due_at);
        Ok(times.find(|time| *time > whole_micros(now)))
    }
}

impl State {
    /// Every version that is destroyed some day, in order.
    fn destructions(&self) -> Vec<DueDestruction> {
        let due = self.versions.rows().filter_map(|row| {
            Some(DueDestruction {
                key: row.identity.key,
                version: row.identity.version,
                due_at: row.destroy_due?,
                announced_at: row.destroy_announced,
            })
        });
        let mut all: Vec<_> = due.collect();
        all.sort_by_key(|row| (row.due_at, row.key.to_string(), row.version));
        all
    }

    /// Everything that a schedule rotates some day, in order.
    fn rotations(&self) -> Vec<DueRotation> {
        let keys = self.keys.rows().filter_map(|row| {
            let id = row.id.to_string();
            Some((row.rotation_due?, id, RotationSubject::Key(row.id)))
        });
        let kms_keys = self.kms_keys.rows().filter_map(|row| {
            let due = row
                .rotation_due
                .filter(|_| row.intent.life == Life::Active)?;
            Some((due, row.id.to_string(), RotationSubject::KmsKey(row.id)))
        });
        let connections = self.connections.rows().filter_map(|row| {
            let id = row.id.to_string();
            Some((row.access_key.due?, id, RotationSubject::Connection(row.id)))
        });
        let mut all: Vec<_> = keys.chain(kms_keys).chain(connections).collect();
        all.sort();
        let row = |(due_at, _, subject)| DueRotation { subject, due_at };
        all.into_iter().map(row).collect()
    }
}

fn contains(name: &Name, lower_text: Option<&str>) -> bool {
    lower_text.is_none_or(|text| name.as_str().to_lowercase().contains(text))
}

fn matches_filter(row: &KmsKey, filter: &KmsKeyFilter) -> bool {
    let KmsKeyFilter {
        groups,
        keystore,
        connection,
        source,
        life,
        region,
        text: _,
    } = filter;
    groups.holds(row.group)
        && keystore.is_none_or(|id| row.keystore == id)
        && connection.is_none_or(|id| row.connection == id)
        && source.is_none_or(|id| row.source == Some(id))
        && life
            .as_deref()
            .is_none_or(|word| row.intent.life.as_str() == word)
        && region
            .as_deref()
            .is_none_or(|word| row.intent.places.iter().any(|place| place.as_str() == word))
}
