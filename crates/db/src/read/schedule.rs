//! Reads of what schedules have to do.

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::{
    DueDestruction, DueRotation, Records, RotationSubject, ScheduleRecords,
};

use crate::Database;
use crate::sql::{Row, Statement, Value};

const WHAT: &str = "due rotation";

/// Keys, KMS keys that are ACTIVE, and the access keys of connections, with the time of their next rotation. Each part has
/// an index of its own.
const DUE: &str = "SELECT 'key' AS kind, id, rotation_due_at FROM keys \
     WHERE rotation_due_at {} \
     UNION ALL SELECT 'kms-key' AS kind, id, rotation_due_at FROM kms_keys \
     WHERE rotation_due_at {} AND life = 'ACTIVE' \
     UNION ALL SELECT 'connection' AS kind, id, access_key_due_at AS rotation_due_at FROM connections \
     WHERE access_key_due_at {}";

fn read_due(mut row: Row) -> Records<DueRotation> {
    let subject = match row.text()?.as_str() {
        "connection" => RotationSubject::Connection(row.parse()?),
        "key" => RotationSubject::Key(row.parse()?),
        _ => RotationSubject::KmsKey(row.parse()?),
    };
    Ok(DueRotation {
        subject,
        due_at: row.time()?,
    })
}

#[async_trait]
impl ScheduleRecords for Database {
    async fn due_rotations(&self, now: Timestamp, limit: u32) -> Records<Vec<DueRotation>> {
        let sql = format!(
            "SELECT kind, id, rotation_due_at FROM ({}) AS due ORDER BY rotation_due_at, id LIMIT $2",
            DUE.replace("{}", "<= $1")
        );
        let values = vec![Value::time(now), Value::count(limit)];
        let rows = self.engine.read(WHAT, Statement::new(sql, values)).await?;
        rows.into_iter().map(read_due).collect()
    }

    async fn next_rotation(&self, now: Timestamp) -> Records<Option<Timestamp>> {
        let sql = format!(
            "SELECT rotation_due_at FROM ({}) AS due ORDER BY rotation_due_at LIMIT 1",
            DUE.replace("{}", "> $1")
        );
        let statement = Statement::new(sql, vec![Value::time(now)]);
        let rows = self.engine.read(WHAT, statement).await?;
        rows.into_iter()
            .next()
            .map(|mut row| row.time())
            .transpose()
    }

    async fn due_destructions(&self, now: Timestamp, limit: u32) -> Records<Vec<DueDestruction>> {
        let sql = "SELECT key_id, number, destroy_due_at, destroy_announced_at FROM key_versions \
             WHERE destroy_due_at <= $1 ORDER BY destroy_due_at, key_id, number LIMIT $2";
        let values = vec![Value::time(now), Value::count(limit)];
        let statement = Statement::new(sql, values);
        let rows = self.engine.read("due destruction", statement).await?;
        rows.into_iter().map(read_destruction).collect()
    }

    async fn next_destruction(&self, now: Timestamp) -> Records<Option<Timestamp>> {
        let sql = "SELECT destroy_due_at FROM key_versions \
             WHERE destroy_due_at > $1 ORDER BY destroy_due_at LIMIT 1";
        let statement = Statement::new(sql, vec![Value::time(now)]);
        let rows = self.engine.read("due destruction", statement).await?;
        let first = rows.into_iter().next();
        first.map(|mut row| row.time()).transpose()
    }
}

fn read_destruction(mut row: Row) -> Records<DueDestruction> {
    let (key, number, due_at) = (row.parse()?, row.count()?, row.time()?);
    let version = VersionNumber::new(number);
    let announced_at = row.opt_time()?;
    Ok(DueDestruction {
        key,
        version: version.ok_or_else(|| row.corrupt("a version number is zero"))?,
        due_at,
        announced_at,
    })
}
