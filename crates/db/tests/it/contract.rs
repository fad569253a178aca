//! Both databases keep the contract of records.

use keyferry_testkit::contract::records::{Check, read_everything};

use crate::support::{PostgresSchema, SqliteFile};

mod sqlite {
    use super::*;

    /// What a check leaves is still there when the file is opened again.
    async fn with_sqlite(_name: &str, check: Check) {
        let file = SqliteFile::new();
        let database = file.open().await;
        check(&database).await;
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

    async fn with_postgres(_name: &str, check: Check) {
        let schema = PostgresSchema::create().await;
        let database = schema.open().await;
        check(&database).await;
        let before = read_everything(&database).await;
        database.close().await;

        let database = schema.open().await;
        assert_eq!(read_everything(&database).await, before);
        database.close().await;
        schema.drop().await;
    }

    keyferry_testkit::records_contract!(with_postgres);
}
