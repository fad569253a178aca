//! Reads of connections, keystores, settings, keys and KMS keys.

use async_trait::async_trait;
use keyferry_domain::arn::KmsKeyArn;
use keyferry_domain::connection::Connection;
use keyferry_domain::destruction::Holder;
use keyferry_domain::group::Group;
use keyferry_domain::id::{ConnectionId, KeyId, KeystoreId, KmsKeyId};
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::key_link::{Copied, KeyLink};
use keyferry_domain::keystore::Keystore;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::material::Fingerprint;
use keyferry_domain::name::Name;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::{
    ConfigurationRecords, KeyCalled, KeyFilter, KeyLook, KeyRecords, KeyTies, KmsKeyFilter,
    KmsKeyRecords, Page, PageOf, Records,
};

use super::{Noun, bad_cursor, contains_text, within};
use crate::Database;
use crate::rows::configuration::{
    CONNECTION, GROUP, KEYSTORE, read_connection, read_group, read_keystore,
};
use crate::rows::keys::{
    KEY, LINK, VERSION, read_holder, read_key, read_link, read_number, read_version,
};
use crate::rows::kms_key::{ALIAS, ARN, KMS_KEY, REGION, read_kms_key};
use crate::sql::{Conditions, Row, Statement, Value};

const CONNECTIONS: Noun<Connection> = Noun {
    what: "connection",
    table: "connections",
    columns: CONNECTION,
    read: read_connection,
};
const GROUPS: Noun<Group> = Noun {
    what: "group",
    table: "owning_groups",
    columns: GROUP,
    read: read_group,
};
const KEYSTORES: Noun<Keystore> = Noun {
    what: "keystore",
    table: "keystores",
    columns: KEYSTORE,
    read: read_keystore,
};
const KEYS: Noun<ManagedKey> = Noun {
    what: "key",
    table: "keys",
    columns: KEY,
    read: read_key,
};
const VERSIONS: Noun<KeyVersion> = Noun {
    what: "key version",
    table: "key_versions",
    columns: VERSION,
    read: read_version,
};
const LINKS: Noun<KeyLink> = Noun {
    what: "key link",
    table: "key_links",
    columns: LINK,
    read: read_link,
};
const KMS_KEYS: Noun<KmsKey> = Noun {
    what: "KMS key",
    table: "kms_keys",
    columns: KMS_KEY,
    read: read_kms_key,
};

/// What there may be about a key besides its versions: the last with the kind of a key's copy as `$2`.
const TIES: [&str; 4] = [
    "SELECT 1 FROM kms_keys WHERE source_key_id = {}",
    "SELECT 1 FROM version_holders WHERE key_id = {}",
    "SELECT 1 FROM key_links WHERE source_key_id = {}",
    "SELECT 1 FROM key_links WHERE copy_id = {} AND copy_kind = $2",
];

/// As [`Copied::kind`] calls a copy that is a key.
const KEY_AS_COPY: &str = "key";

/// Whether there is each of [`TIES`], of a key with this id.
fn ties_of(id: &str) -> String {
    let ties = TIES.map(|sql| format!("CASE WHEN EXISTS ({sql}) THEN 1 ELSE 0 END"));
    ties.join(", ").replace("{}", id)
}

/// Of a key without versions.
const UNKNOWN: KeyTies = KeyTies {
    versions: Vec::new(),
    has_kms_keys: true,
    has_holders: true,
    has_copies: true,
    is_copy: true,
};

/// Adds what a row tells: whether there is each of [`TIES`], and a version.
fn read_ties(found: &mut KeyTies, mut row: Row) -> Records<()> {
    found.has_kms_keys = row.flag()?;
    found.has_holders = row.flag()?;
    found.has_copies = row.flag()?;
    found.is_copy = row.flag()?;
    found.versions.push(read_version(row)?);
    Ok(())
}

/// Columns of a table that has another name in a statement.
fn columns_of(alias: &str, columns: &[&str]) -> String {
    let named = columns.iter().map(|column| format!("{alias}.{column}"));
    named.collect::<Vec<_>>().join(", ")
}

/// Adds what is behind a key in a row of [`KeyRecords::look_at_keys`]; rows of one key follow each other.
fn add_key(keys: &mut Vec<(ManagedKey, KeyTies)>, key: ManagedKey, mut row: Row) -> Records<()> {
    if keys.last().is_none_or(|(last, _)| last.id != key.id) {
        keys.push((key, UNKNOWN));
    }
    let has_version = row.opt_int()?.is_some();
    match keys.last_mut() {
        Some((_, found)) if has_version => read_ties(found, row),
        _ => Ok(()),
    }
}

#[async_trait]
impl ConfigurationRecords for Database {
    async fn find_connection(&self, id: ConnectionId) -> Records<Option<Connection>> {
        CONNECTIONS.find_by(self, "id", Value::text(id)).await
    }

    async fn find_connection_by_name(&self, name: &Name) -> Records<Option<Connection>> {
        CONNECTIONS.find_by(self, "name", Value::text(name)).await
    }

    async fn list_connections(&self) -> Records<Vec<Connection>> {
        CONNECTIONS.list(self, "ORDER BY name", Vec::new()).await
    }

    async fn find_keystore(&self, id: KeystoreId) -> Records<Option<Keystore>> {
        KEYSTORES.find_by(self, "id", Value::text(id)).await
    }

    async fn find_keystore_by_name(&self, name: &Name) -> Records<Option<Keystore>> {
        KEYSTORES.find_by(self, "name", Value::text(name)).await
    }

    async fn list_keystores(&self) -> Records<Vec<Keystore>> {
        KEYSTORES.list(self, "ORDER BY name", Vec::new()).await
    }

    async fn list_groups(&self) -> Records<Vec<Group>> {
        GROUPS.list(self, "ORDER BY name", Vec::new()).await
    }

    async fn find_setting(&self, name: &str) -> Records<Option<String>> {
        let sql = "SELECT value FROM settings WHERE name = $1";
        let rows = self
            .engine
            .read("setting", Statement::new(sql, vec![Value::text(name)]))
            .await?;
        rows.into_iter()
            .next()
            .map(|mut row| row.text())
            .transpose()
    }
}

#[async_trait]
impl KeyRecords for Database {
    async fn find_key(&self, id: KeyId) -> Records<Option<ManagedKey>> {
        KEYS.find_by(self, "id", Value::text(id)).await
    }

    async fn find_keys_called(&self, name: &Name) -> Records<Vec<ManagedKey>> {
        KEYS.list(self, "WHERE name = $1 ORDER BY id", vec![Value::text(name)])
            .await
    }

    async fn list_keys(&self, filter: &KeyFilter, page: &Page) -> Records<PageOf<ManagedKey>> {
        let KeyFilter { groups, text } = filter;
        let mut conditions = Conditions::default();
        within(&mut conditions, groups, "group_id IN ({})");
        contains_text(&mut conditions, text.as_deref());
        behind_name::<KeyId>(&mut conditions, page)?;
        let cursor = |row: &ManagedKey| Page::behind(row.id, &row.name);
        KEYS.page(self, conditions, "name, id", page, cursor).await
    }

    async fn list_versions(&self, key: KeyId) -> Records<Vec<KeyVersion>> {
        VERSIONS
            .list(
                self,
                "WHERE key_id = $1 ORDER BY number",
                vec![Value::text(key)],
            )
            .await
    }

    async fn find_key_ties(&self, key: KeyId) -> Records<KeyTies> {
        let sql = format!(
            "SELECT {}, {} FROM key_versions WHERE key_id = $1 ORDER BY number",
            ties_of("$1"),
            VERSION.join(", "),
        );
        let values = vec![Value::text(key), Value::text(KEY_AS_COPY)];
        let statement = Statement::new(sql, values);
        let mut found = UNKNOWN;
        for row in self.engine.read("key version", statement).await? {
            read_ties(&mut found, row)?;
        }
        Ok(found)
    }

    async fn look_at_keys(&self, called: &KeyCalled) -> Records<KeyLook> {
        let (column, value) = match called {
            KeyCalled::Id(id) => ("id", Value::text(id)),
            KeyCalled::Name(name) => ("name", Value::text(name)),
        };
        let sql = format!(
            "SELECT r.revision, {}, v.number, {}, {} FROM rights AS r \
             LEFT JOIN keys AS k ON k.{column} = $1 LEFT JOIN key_versions AS v ON v.key_id = k.id \
             WHERE r.id = 'rights' ORDER BY k.id, v.number",
            columns_of("k", KEY),
            ties_of("k.id"),
            columns_of("v", VERSION),
        );
        let values = vec![value, Value::text(KEY_AS_COPY)];
        let mut look = KeyLook {
            rights: 0,
            keys: Vec::new(),
        };
        for mut row in self.engine.read("key", Statement::new(sql, values)).await? {
            look.rights = row.count()?;
            let key = row.part("key", KEY.len());
            if key.is_next_null() {
                continue;
            }
            add_key(&mut look.keys, read_key(key)?, row)?;
        }
        Ok(look)
    }

    async fn list_key_links(&self, source: KeyId) -> Records<Vec<KeyLink>> {
        let clause = "WHERE source_key_id = $1 ORDER BY made_at, copy_kind, copy_id";
        LINKS.list(self, clause, vec![Value::text(source)]).await
    }

    async fn find_key_link(&self, copy: Copied) -> Records<Option<KeyLink>> {
        let values = vec![Value::text(copy.kind()), Value::text(copy.id())];
        let clause = "WHERE copy_kind = $1 AND copy_id = $2";
        LINKS.find(self, clause, values).await
    }

    async fn holders(&self, key: KeyId, version: VersionNumber) -> Records<Vec<Holder>> {
        let sql = "SELECT h.kms_key_id, COALESCE(k.name, h.name) AS name, COALESCE(k.arn, h.arn) AS arn, k.life \
             FROM version_holders AS h LEFT JOIN kms_keys AS k ON k.id = h.kms_key_id \
             WHERE h.key_id = $1 AND h.version = $2 ORDER BY h.kms_key_id";
        let values = vec![Value::text(key), Value::count(version.get())];
        let statement = Statement::new(sql, values);
        let rows = self.engine.read("version holder", statement).await?;
        rows.into_iter().map(read_holder).collect()
    }

    async fn holders_of_all(&self, key: KeyId) -> Records<Vec<(VersionNumber, Holder)>> {
        let sql = "SELECT h.version, h.kms_key_id, COALESCE(k.name, h.name) AS name, \
             COALESCE(k.arn, h.arn) AS arn, k.life \
             FROM version_holders AS h LEFT JOIN kms_keys AS k ON k.id = h.kms_key_id \
             WHERE h.key_id = $1 ORDER BY h.version, h.kms_key_id";
        let statement = Statement::new(sql, vec![Value::text(key)]);
        let rows = self.engine.read("version holder", statement).await?;
        let read = |mut row: Row| Ok((read_number(&mut row)?, read_holder(row)?));
        rows.into_iter().map(read).collect()
    }

    async fn find_version_of(
        &self,
        material: &Fingerprint,
    ) -> Records<Option<(KeyId, VersionNumber)>> {
        let clause = "WHERE fingerprint = $1 ORDER BY key_id, number";
        let values = vec![Value::bytes(material.as_bytes())];
        let found = VERSIONS.find(self, clause, values).await?;
        Ok(found.map(|row| (row.identity.key, row.identity.version)))
    }

    async fn read_back_version(
        &self,
        key: KeyId,
        version: VersionNumber,
    ) -> Records<Option<KeyVersion>> {
        let values = vec![Value::text(key), Value::count(version.get())];
        VERSIONS
            .find(self, "WHERE key_id = $1 AND number = $2", values)
            .await
    }
}

#[async_trait]
impl KmsKeyRecords for Database {
    async fn find_kms_key(&self, id: KmsKeyId) -> Records<Option<KmsKey>> {
        KMS_KEYS.find_by(self, "id", Value::text(id)).await
    }

    async fn find_kms_key_by_arn(&self, arn: &KmsKeyArn) -> Records<Option<KmsKey>> {
        let clause = "WHERE id IN (SELECT kms_key_id FROM kms_key_words WHERE kind = $1 AND word = $2) \
             ORDER BY CASE WHEN life IN ('DELETED', 'RELEASED') THEN 1 ELSE 0 END, \
             created_at DESC, id DESC";
        KMS_KEYS
            .find(self, clause, vec![Value::text(ARN), Value::text(arn)])
            .await
    }

    async fn find_kms_keys_called(&self, name_or_alias: &str) -> Records<Vec<KmsKey>> {
        let bare = name_or_alias
            .strip_prefix("alias/")
            .unwrap_or(name_or_alias);
        let clause = "WHERE name = $1 \
             OR id IN (SELECT kms_key_id FROM kms_key_words WHERE kind = $2 AND word = $3) \
             ORDER BY name, id";
        let alias = Value::text(format!("alias/{bare}"));
        KMS_KEYS
            .list(
                self,
                clause,
                vec![Value::text(name_or_alias), Value::text(ALIAS), alias],
            )
            .await
    }

    async fn list_kms_keys(&self, filter: &KmsKeyFilter, page: &Page) -> Records<PageOf<KmsKey>> {
        let KmsKeyFilter {
            groups,
            keystore,
            connection,
            source,
            life,
            region,
            text,
        } = filter;
        let mut conditions = Conditions::default();
        within(&mut conditions, groups, "group_id IN ({})");
        if let Some(id) = keystore {
            conditions.and("keystore_id = {}", [Value::text(id)]);
        }
        if let Some(id) = connection {
            conditions.and("connection_id = {}", [Value::text(id)]);
        }
        if let Some(id) = source {
            conditions.and("source_key_id = {}", [Value::text(id)]);
        }
        if let Some(word) = life {
            conditions.and("life = {}", [Value::text(word)]);
        }
        if let Some(region) = region {
            let sql = "id IN (SELECT kms_key_id FROM kms_key_words WHERE kind = {} AND word = {})";
            conditions.and(sql, [Value::text(REGION), Value::text(region)]);
        }
        contains_text(&mut conditions, text.as_deref());
        behind_name::<KmsKeyId>(&mut conditions, page)?;
        let cursor = |row: &KmsKey| Page::behind(row.id, &row.name);
        KMS_KEYS
            .page(self, conditions, "name, id", page, cursor)
            .await
    }
}

/// Adds "behind the cursor" of a list by name.
fn behind_name<I: std::str::FromStr + std::fmt::Display>(
    conditions: &mut Conditions,
    page: &Page,
) -> Records<()> {
    if let Some(cursor) = &page.cursor {
        let (name, id) = Page::read_behind::<I>(cursor).ok_or_else(bad_cursor)?;
        conditions.and(
            "(name, id) > ({}, {})",
            [Value::text(name), Value::text(id)],
        );
    }
    Ok(())
}
