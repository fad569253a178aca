//! Brings the schema up to date when a database is opened.

use aws_lc_rs::digest::{SHA256, digest};
use keyferry_ports::records::CanonicalName;

use crate::OpenError;
use crate::dialect::{Dialect, Engine, Transaction, Turn};
use crate::sql::{Statement, Value};

/// One step of the schema. A published step never changes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration {
    number: i64,
    name: &'static str,
    sql: &'static str,
}

/// Every step, oldest first.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "records",
        sql: include_str!("../migrations/0001_records.sql"),
    },
    Migration {
        number: 2,
        name: "audit",
        sql: include_str!("../migrations/0002_audit.sql"),
    },
    Migration {
        number: 3,
        name: "users",
        sql: include_str!("../migrations/0003_users.sql"),
    },
    Migration {
        number: 4,
        name: "authority",
        sql: include_str!("../migrations/0004_authority.sql"),
    },
    Migration {
        number: 5,
        name: "sign-in providers",
        sql: include_str!("../migrations/0005_sign_in_providers.sql"),
    },
    Migration {
        number: 6,
        name: "applications",
        sql: include_str!("../migrations/0006_applications.sql"),
    },
    Migration {
        number: 7,
        name: "approvals",
        sql: include_str!("../migrations/0007_approvals.sql"),
    },
    Migration {
        number: 8,
        name: "proof",
        sql: include_str!("../migrations/0008_proof.sql"),
    },
    Migration {
        number: 9,
        name: "groups",
        sql: include_str!("../migrations/0009_groups.sql"),
    },
    Migration {
        number: 10,
        name: "preparations",
        sql: include_str!("../migrations/0010_preparations.sql"),
    },
    Migration {
        number: 11,
        name: "policies",
        sql: include_str!("../migrations/0011_policies.sql"),
    },
    Migration {
        number: 12,
        name: "addresses of sign-ins",
        sql: include_str!("../migrations/0012_sign_in_addresses.sql"),
    },
    Migration {
        number: 13,
        name: "people",
        sql: include_str!("../migrations/0013_people.sql"),
    },
];

/// The step from which on names of people have a form in which they are compared.
const PEOPLE: i64 = 3;

const APPLIED: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    number BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    hash TEXT NOT NULL
)";

impl Migration {
    /// The step in a database's own words.
    fn sql_in(&self, dialect: &Dialect) -> String {
        self.sql
            .replace("{text}", dialect.text)
            .replace("{bytes}", dialect.bytes)
            .replace("{serial}", dialect.serial)
    }

    /// SHA-256 of the file, in hexadecimal.
    fn hash(&self) -> String {
        let hash = digest(&SHA256, self.sql.as_bytes());
        hash.as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// Applies what is missing, all in one transaction, and checks what is there.
pub(crate) async fn migrate(engine: &Engine, migrations: &[Migration]) -> Result<(), OpenError> {
    let mut transaction = engine.begin(Turn::WithOthers).await?;
    let lock = Statement::new(engine.dialect().lock_schema, Vec::new());
    transaction.fetch("schema", lock).await?;
    transaction.script(APPLIED.to_owned()).await?;
    let applied = applied(&mut transaction).await?;
    for (number, name, hash) in &applied {
        match migrations.iter().find(|known| known.number == *number) {
            None => {
                return Err(OpenError::Newer {
                    number: *number,
                    name: name.clone(),
                });
            }
            Some(known) if known.hash() != *hash => {
                return Err(OpenError::Changed {
                    number: *number,
                    name: name.clone(),
                });
            }
            Some(_) => {}
        }
    }
    for migration in migrations {
        if applied
            .iter()
            .any(|(number, ..)| *number == migration.number)
        {
            continue;
        }
        tracing::info!(
            migration = migration.number,
            "migrating: {}",
            migration.name
        );
        transaction
            .script(migration.sql_in(engine.dialect()))
            .await?;
        if migration.number == PEOPLE {
            name_people(&mut transaction).await?;
        }
        let values = vec![
            Value::count(migration.number),
            Value::text(migration.name),
            Value::text(migration.hash()),
        ];
        let columns = ["number", "name", "hash"];
        transaction
            .run(Statement::insert("schema_migrations", &columns, values))
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Writes the form in which names of people are compared: it is made in one place, and that is not SQL.
async fn name_people(transaction: &mut Transaction) -> Result<(), OpenError> {
    let sql = "SELECT id, name FROM users ORDER BY id";
    let rows = transaction
        .fetch("user", Statement::new(sql, Vec::new()))
        .await?;
    for mut row in rows {
        let (id, name) = (row.text(), row.text());
        let (id, name) = (
            id.map_err(OpenError::Unreadable)?,
            name.map_err(OpenError::Unreadable)?,
        );
        let sql = "UPDATE users SET canonical = $2 WHERE id = $1";
        let values = vec![
            Value::text(id),
            Value::text(CanonicalName::of(&name).as_str()),
        ];
        transaction.run(Statement::new(sql, values)).await?;
    }
    Ok(())
}

async fn applied(transaction: &mut Transaction) -> Result<Vec<(i64, String, String)>, OpenError> {
    let sql = "SELECT number, name, hash FROM schema_migrations ORDER BY number";
    let rows = transaction
        .fetch("migration", Statement::new(sql, Vec::new()))
        .await?;
    let read = |mut row: crate::sql::Row| Ok((row.int()?, row.text()?, row.text()?));
    rows.into_iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map_err(OpenError::Unreadable)
}
