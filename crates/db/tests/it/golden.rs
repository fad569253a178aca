//! JSON columns: one golden file per format, which every later version must still read.

use std::path::PathBuf;

use keyferry_db::Database;
use keyferry_domain::approval::Approval;

use keyferry_ports::records::{
    ApprovalRecords as _, Batch, Change, Commits as _, ConfigurationRecords as _, Expect,
    KeyRecords as _, KmsKeyRecords as _, RecordsError,
};
use keyferry_testkit::contract::records::samples::Samples;
use keyferry_testkit::contract::records::{approval, audit_destinations, deliveries, rich};
use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection};

use crate::support::SqliteFile;

/// Table, column, golden file.
const COLUMNS: [(&str, &str, &str); 14] = [
    ("approvals", "needs", "approval-needs.1.json"),
    ("approvals", "decisions", "approval-decisions.1.json"),
    ("alert_destinations", "address", "destination.1.json"),
    ("audit_destinations", "address", "audit-address.1.json"),
    ("connections", "link", "link.1.json"),
    ("connections", "rotation", "rotation.1.json"),
    ("keys", "rotation", "source-rotation.1.json"),
    ("keystores", "template", "template.1.json"),
    ("kms_keys", "intent", "intent.1.json"),
    ("kms_keys", "observed", "observed.1.json"),
    ("kms_keys", "traces", "traces.1.json"),
    ("kms_keys", "bindings", "bindings.1.json"),
    ("kms_keys", "held", "held.1.json"),
    ("kms_keys", "former", "former.1.json"),
];

/// The same where a format was written before it got an optional member.
const BEFORE: [(&str, &str, &str); 2] = [
    ("kms_keys", "intent", "intent.1.without-days.json"),
    ("kms_keys", "former", "former.1.without-days.json"),
];

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

/// A connection, a keystore and a KMS key in which every optional part is there.
async fn rich_database(file: &SqliteFile) -> Database {
    let database = file.open().await;
    let mut samples = Samples::new();
    let connection = rich::connections(&mut samples).remove(0);
    let keystore = rich::keystore(&mut samples, connection.id);
    let kms_key = rich::kms_key(&mut samples, &keystore);
    let key = rich::key(&mut samples);
    let [_, destination] = deliveries::destinations(&mut samples);
    let [_, audit, _] = audit_destinations::audit_destinations(&mut samples);
    let batch = Batch::new()
        .with(Change::PutAuditDestination(audit, Expect::New))
        .with(Change::PutConnection(connection, Expect::New))
        .with(Change::PutKeystore(keystore, Expect::New))
        .with(Change::PutKmsKey(kms_key, Expect::New))
        .with(Change::PutKey(key, Expect::New))
        .with(Change::PutDestination(destination, Expect::New))
        .with(Change::PutApproval(Box::new(waiting()), Expect::New));
    database.commit(batch).await.unwrap();
    database
}

/// Who asks for consent.
const REQUESTER: &str = "00000000-0000-0000-0000-000000000001";

/// A request that waits for consent.
fn waiting() -> Approval {
    approval::approval(1, REQUESTER.parse().unwrap(), None)
}

async fn connect(file: &SqliteFile) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite:{}", file.path().display()))
        .await
        .unwrap()
}

async fn set(connection: &mut SqliteConnection, table: &str, column: &str, text: &str) {
    let sql = format!("UPDATE {table} SET {column} = $1");
    sqlx::query(AssertSqlSafe(sql))
        .bind(text.to_owned())
        .execute(connection)
        .await
        .unwrap();
}

#[tokio::test]
async fn the_newest_formats_are_written_as_their_golden_files_say() {
    let file = SqliteFile::new();
    rich_database(&file).await.close().await;
    let mut connection = connect(&file).await;
    for (table, column, name) in COLUMNS {
        let sql = format!("SELECT {column} FROM {table}");
        let row = sqlx::query(AssertSqlSafe(sql))
            .fetch_one(&mut connection)
            .await
            .unwrap();
        let written: String = row.get(0);
        let expected = std::fs::read_to_string(golden(name)).unwrap_or_default();
        assert_eq!(
            written,
            expected.trim_end(),
            "{name} holds another text than is written"
        );
    }
}

#[tokio::test]
async fn every_golden_file_is_read_as_the_rows_it_was_written_from() {
    let file = SqliteFile::new();
    let database = rich_database(&file).await;
    let connections = database.list_connections().await.unwrap();
    let keystores = database.list_keystores().await.unwrap();
    let name = "rich".parse().unwrap();
    let keys = database.find_keys_called(&name).await.unwrap();
    let kms_keys = database.find_kms_keys_called("rich").await.unwrap();
    let mut connection = connect(&file).await;
    for (table, column, name) in COLUMNS {
        let text = std::fs::read_to_string(golden(name)).unwrap();
        set(&mut connection, table, column, text.trim_end()).await;
    }

    let read = database.find_approval(waiting().id).await.unwrap();
    assert_eq!(read, Some(waiting()));
    assert_eq!(database.list_connections().await.unwrap(), connections);
    assert_eq!(database.list_keystores().await.unwrap(), keystores);
    assert_eq!(database.find_keys_called(&name).await.unwrap(), keys);
    assert_eq!(
        database.find_kms_keys_called("rich").await.unwrap(),
        kms_keys
    );
}

#[tokio::test]
async fn what_was_written_before_material_was_held_for_days_is_read_without_days() {
    let file = SqliteFile::new();
    let database = rich_database(&file).await;
    let mut before = database.find_kms_keys_called("rich").await.unwrap();
    let mut connection = connect(&file).await;
    for (table, column, name) in BEFORE {
        let text = std::fs::read_to_string(golden(name)).unwrap();
        set(&mut connection, table, column, text.trim_end()).await;
    }

    let read = database.find_kms_keys_called("rich").await.unwrap();

    for kms_key in &mut before {
        kms_key.intent.valid_days = None;
        for former in &mut kms_key.former {
            if let Some(wish) = &mut former.wish {
                wish.intent.valid_days = None;
            }
        }
    }
    assert_eq!(read, before);
}

#[tokio::test]
async fn a_format_that_is_not_known_is_corrupt_and_says_nothing_of_its_text() {
    let file = SqliteFile::new();
    let database = rich_database(&file).await;
    let mut connection = connect(&file).await;
    let cases = [
        r#"{"format":99,"value":{"private":"hunter2"}}"#,
        r#"{"format":1,"value":{"private":"hunter2"}}"#,
        r#"{"value":"hunter2"}"#,
        "hunter2",
    ];
    for text in cases {
        set(&mut connection, "kms_keys", "intent", text).await;
        let refused = database.find_kms_keys_called("rich").await.unwrap_err();
        assert!(
            matches!(refused, RecordsError::Corrupt { what: "intent", .. }),
            "{refused:?}"
        );
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }
}
