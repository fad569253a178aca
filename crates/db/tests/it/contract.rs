//! Both databases keep the contract of records.

use keyferry_testkit::contract::records::{Check, Ways, read_everything};

use crate::support::{PostgresSchema, SqliteFile};

mod sqlite {
    use super::*;

    /// What a check leaves is still there when the file is opened again.
    async fn with_sqlite(_name: &str, check: Check) {
        let file = SqliteFile::new();
        let database = file.open().await;
        check(Ways::same(&database)).await;
        let before = read_everything(&database).await;
        database.close().await;

        let database = file.open().await;
        assert_eq!(read_everything(&database).await, before);
        database.close().await;
    }

    keyferry_testkit::records_contract!(with_sqlite);
}

mod postgres {
    use super::*;

    /// Two servers on one database: what they do at once meets in its locks.
    async fn with_postgres(_name: &str, check: Check) {
        let schema = PostgresSchema::create().await;
        let (database, other) = (schema.open().await, schema.open().await);
        let ways = Ways {
            first: &database,
            second: &other,
        };
        check(ways).await;
        other.close().await;
        let before = read_everything(&database).await;
        database.close().await;

        let database = schema.open().await;
        assert_eq!(read_everything(&database).await, before);
        database.close().await;
        schema.drop().await;
    }

    keyferry_testkit::records_contract!(with_postgres);
}
