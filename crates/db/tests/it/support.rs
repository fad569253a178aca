//! Fresh databases.

use std::sync::atomic::{AtomicU32, Ordering};

use keyferry_db::{Database, DatabaseUrl, PoolLimits};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

/// A SQLite file in a folder of its own.
pub(crate) struct SqliteFile {
    folder: TempDir,
}

impl SqliteFile {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn url(&self) -> DatabaseUrl {
        DatabaseUrl::sqlite(self.path())
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("keyferry.db")
    }

    pub(crate) async fn open(&self) -> Database {
        open(&self.url()).await
    }
}

/// Leases run by the times that tests say.
pub(crate) async fn open(url: &DatabaseUrl) -> Database {
    open_by_its_own_time(url).await.with_lease_times_as_given()
}

async fn open_by_its_own_time(url: &DatabaseUrl) -> Database {
    Database::open(
        url,
        PoolLimits {
            connections: 4,
            ..PoolLimits::default()
        },
    )
    .await
    .unwrap()
}

/// A schema of its own in the PostgreSQL database that tests use.
pub(crate) struct PostgresSchema {
    server: String,
    name: String,
}

static SCHEMAS: AtomicU32 = AtomicU32::new(0);

impl PostgresSchema {
    pub(crate) async fn create() -> Self {
        let server = server();
        let number = SCHEMAS.fetch_add(1, Ordering::Relaxed);
        let name = format!("keyferry_test_{}_{number}", std::process::id());
        let schema = Self { server, name };
        schema
            .run(&format!(
                "DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}",
                schema.name
            ))
            .await;
        schema
    }

    /// The schema's name; connections of the database under test call themselves so too.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// A connection beside the database under test.
    pub(crate) async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.server).await.unwrap()
    }

    pub(crate) fn url(&self) -> DatabaseUrl {
        let separator = if self.server.contains('?') { '&' } else { '?' };
        let url = format!(
            "{}{separator}options[search_path]={1}&application_name={1}",
            self.server, self.name
        );
        url.parse().unwrap()
    }

    pub(crate) async fn open(&self) -> Database {
        open(&self.url()).await
    }

    /// As the product opens it.
    pub(crate) async fn open_by_its_own_time(&self) -> Database {
        open_by_its_own_time(&self.url()).await
    }

    /// Runs statements beside the database under test.
    pub(crate) async fn run(&self, sql: &str) {
        let mut connection = self.connect().await;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
    }

    pub(crate) async fn drop(self) {
        self.run(&format!("DROP SCHEMA {} CASCADE", self.name))
            .await;
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "tests learn where PostgreSQL is from the environment"
)]
fn server() -> String {
    std::env::var("KEYFERRY_TEST_POSTGRES_URL").unwrap_or_else(|_| {
        panic!(
            "KEYFERRY_TEST_POSTGRES_URL is not set: run the tests with \
             `scripts/postgres run -- cargo nextest run -p keyferry-db`"
        )
    })
}
