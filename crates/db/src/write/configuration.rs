//! Writing connections, keystores, keys, versions, settings.

use jiff::Timestamp;
use keyferry_domain::connection::Connection;
use keyferry_domain::group::Group;
use keyferry_domain::id::{ConnectionId, GroupId, KeyId, KeystoreId};
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::key_link::KeyLink;
use keyferry_domain::keystore::Keystore;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::records::{Expect, GROUP_IN_USE};

use super::{Conflicts, Writer};
use crate::failure::Failure;
use crate::rows::configuration::{
    CONNECTION, GROUP, KEYSTORE, connection_values, group_values, keystore_values,
};
use crate::rows::keys::{KEY, LINK, VERSION, key_values, link_values, version_values};
use crate::sql::{Statement, Value};

const CONNECTIONS: Conflicts = Conflicts {
    seen: "connection revision",
    taken: "connection name",
    reference: "connection in use",
};

const GROUPS: Conflicts = Conflicts {
    seen: "group revision",
    taken: "group name",
    reference: "group",
};

const KEYSTORES: Conflicts = Conflicts {
    seen: "keystore revision",
    taken: "keystore name",
    reference: "connection of the keystore",
};

const KEYS: Conflicts = Conflicts {
    seen: "key revision",
    taken: "key name",
    reference: "key in use",
};

const VERSIONS: Conflicts = Conflicts {
    seen: "key version",
    taken: "key version",
    reference: "key of the version",
};

const LINKS: Conflicts = Conflicts {
    seen: "key link",
    taken: "key link",
    reference: "source of the copy",
};

impl Writer {
    pub(super) async fn put_connection(
        &mut self,
        row: &Connection,
        expect: Expect,
    ) -> Result<(), Failure> {
        self.put(
            "connections",
            CONNECTION,
            connection_values(row)?,
            expect,
            CONNECTIONS,
        )
        .await
    }

    pub(super) async fn delete_connection(
        &mut self,
        id: ConnectionId,
        expect: Expect,
    ) -> Result<(), Failure> {
        self.delete("connections", id, expect, CONNECTIONS).await
    }

    pub(super) async fn put_group(&mut self, row: &Group, expect: Expect) -> Result<(), Failure> {
        self.put("owning_groups", GROUP, group_values(row), expect, GROUPS)
            .await
    }

    /// The row of the log is locked first: whoever adds something to the group finds it gone.
    pub(super) async fn delete_group(
        &mut self,
        id: GroupId,
        expect: Expect,
    ) -> Result<(), Failure> {
        self.delete_assignments_in(id).await?;
        let one = || vec![Value::text(id)];
        for table in [
            "applications",
            "connections",
            "keystores",
            "keys",
            "kms_keys",
        ] {
            let sql = format!("SELECT 1 FROM {table} WHERE group_id = $1 LIMIT 1");
            if self.has(Statement::new(sql, one())).await? {
                return Err(Failure::Conflict(GROUP_IN_USE));
            }
        }
        for (table, group) in [
            ("approval_rules", "group_id"),
            ("crypto_policies", "id"),
            ("preparations", "group_id"),
            ("sign_in_rules", "group_id"),
        ] {
            let sql = format!("DELETE FROM {table} WHERE {group} = $1");
            self.transaction.run(Statement::new(sql, one())).await?;
        }
        self.delete("owning_groups", id, expect, GROUPS).await?;
        let gone = Statement::insert("deleted_groups", &["id"], vec![Value::text(id)]);
        self.run(gone, GROUPS).await
    }

    pub(super) async fn put_keystore(
        &mut self,
        row: &Keystore,
        expect: Expect,
    ) -> Result<(), Failure> {
        self.put(
            "keystores",
            KEYSTORE,
            keystore_values(row)?,
            expect,
            KEYSTORES,
        )
        .await
    }

    /// The keystore's row is locked first: whoever adds a KMS key wants it too.
    pub(super) async fn delete_keystore(
        &mut self,
        id: KeystoreId,
        expect: Expect,
    ) -> Result<(), Failure> {
        let Expect::Revision(seen) = expect else {
            return Err(Failure::Conflict(KEYSTORES.seen));
        };
        let lock = self.transaction.dialect().for_update;
        let sql = format!("SELECT 1 FROM keystores WHERE id = $1 AND revision = $2 {lock}");
        let values = vec![Value::text(id), Value::count(seen)];
        if !self.has(Statement::new(sql, values)).await? {
            return Err(Failure::Conflict(KEYSTORES.seen));
        }
        let sql = "SELECT 1 FROM kms_keys WHERE keystore_id = $1 \
             AND life NOT IN ('DELETED', 'RELEASED') LIMIT 1";
        if self.has(Statement::new(sql, vec![Value::text(id)])).await? {
            return Err(Failure::Conflict("keystore in use"));
        }
        self.delete("keystores", id, expect, KEYSTORES).await
    }

    pub(super) async fn put_key(
        &mut self,
        row: &ManagedKey,
        expect: Expect,
    ) -> Result<(), Failure> {
        self.put("keys", KEY, key_values(row)?, expect, KEYS).await
    }

    pub(super) async fn insert_key_link(&mut self, row: &KeyLink) -> Result<(), Failure> {
        self.run(
            Statement::insert("key_links", LINK, link_values(row)),
            LINKS,
        )
        .await
    }

    pub(super) async fn insert_version(&mut self, row: &KeyVersion) -> Result<(), Failure> {
        self.run(
            Statement::insert("key_versions", VERSION, version_values(row)),
            VERSIONS,
        )
        .await
    }

    pub(super) async fn set_version_state(
        &mut self,
        (key, version): (KeyId, VersionNumber),
        (from, to): (VersionState, VersionState),
        at: Timestamp,
    ) -> Result<(), Failure> {
        if to == VersionState::Destroyed {
            return Err(Failure::Conflict("key version state"));
        }
        let sql = "UPDATE key_versions SET state = $1, state_since = $2 \
             WHERE key_id = $3 AND number = $4 AND state = $5";
        let values = vec![
            Value::text(to),
            Value::time(at),
            Value::text(key),
            Value::count(version.get()),
            Value::text(from),
        ];
        self.run(
            Statement::new(sql, values),
            Conflicts {
                seen: "key version state",
                ..VERSIONS
            },
        )
        .await
    }

    pub(super) async fn put_setting(&mut self, name: &str, value: &str) -> Result<(), Failure> {
        let values = vec![Value::text(name), Value::text(value)];
        let conflicts = Conflicts {
            seen: "setting",
            taken: "setting",
            reference: "setting",
        };
        self.upsert("settings", &["name", "value"], values, conflicts)
            .await
    }
}
