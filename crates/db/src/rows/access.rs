//! People, tokens, sessions, seals, audit leaves.

use keyferry_ports::records::{ApiToken, AuditLeaf, AuditRecord, Records, Seal, Session, User};

use crate::sql::{Row, Value};

pub(crate) const USER: &[&str] = &[
    "id",
    "name",
    "password_hash",
    "is_locked",
    "created_at",
    "revision",
];

pub(crate) const TOKEN: &[&str] = &[
    "id",
    "user_id",
    "name",
    "hash",
    "created_at",
    "expires_at",
    "revoked_at",
];

pub(crate) const SESSION: &[&str] = &[
    "id",
    "user_id",
    "hash",
    "created_at",
    "used_at",
    "expires_at",
];

pub(crate) const SEAL: &[&str] = &["id", "name", "kind", "sealed_root", "created_at"];

pub(crate) const LEAF: &[&str] = &[
    "place",
    "leaf",
    "leaf_hash",
    "happened_at",
    "actor",
    "action",
    "object",
];

pub(crate) fn user_values(row: &User) -> Vec<Value> {
    vec![
        Value::text(row.id),
        Value::text(&row.name),
        Value::text(&row.password_hash),
        Value::flag(row.is_locked),
        Value::time(row.created_at),
    ]
}

pub(crate) fn read_user(mut row: Row) -> Records<User> {
    Ok(User {
        id: row.parse()?,
        name: row.parse()?,
        password_hash: row.text()?,
        is_locked: row.flag()?,
        created_at: row.time()?,
        revision: row.count()?,
    })
}

pub(crate) fn token_values(row: &ApiToken) -> Vec<Value> {
    vec![
        Value::text(row.id),
        Value::text(row.user),
        Value::text(&row.name),
        Value::bytes(&row.hash),
        Value::time(row.created_at),
        Value::opt_time(row.expires_at),
        Value::opt_time(row.revoked_at),
    ]
}

pub(crate) fn read_token(mut row: Row) -> Records<ApiToken> {
    Ok(ApiToken {
        id: row.parse()?,
        user: row.parse()?,
        name: row.parse()?,
        hash: row.hash()?,
        created_at: row.time()?,
        expires_at: row.opt_time()?,
        revoked_at: row.opt_time()?,
    })
}

pub(crate) fn session_values(row: &Session) -> Vec<Value> {
    vec![
        Value::text(row.id),
        Value::text(row.user),
        Value::bytes(&row.hash),
        Value::time(row.created_at),
        Value::time(row.used_at),
        Value::time(row.expires_at),
    ]
}

pub(crate) fn read_session(mut row: Row) -> Records<Session> {
    Ok(Session {
        id: row.parse()?,
        user: row.parse()?,
        hash: row.hash()?,
        created_at: row.time()?,
        used_at: row.time()?,
        expires_at: row.time()?,
    })
}

pub(crate) fn seal_values(row: &Seal) -> Vec<Value> {
    vec![
        Value::text(row.id),
        Value::text(&row.name),
        Value::text(&row.kind),
        Value::bytes(&row.sealed_root),
        Value::time(row.created_at),
    ]
}

pub(crate) fn read_seal(mut row: Row) -> Records<Seal> {
    Ok(Seal {
        id: row.parse()?,
        name: row.parse()?,
        kind: row.text()?,
        sealed_root: row.bytes()?,
        created_at: row.time()?,
    })
}

pub(crate) fn leaf_values(place: i64, leaf: &AuditLeaf) -> [Value; 7] {
    [
        Value::count(place),
        Value::bytes(&leaf.bytes),
        Value::bytes(&leaf.hash),
        Value::time(leaf.at),
        Value::text(&leaf.actor),
        Value::text(&leaf.action),
        Value::text(&leaf.object),
    ]
}

pub(crate) fn read_leaf(mut row: Row) -> Records<AuditRecord> {
    let index = row.count()?;
    let leaf = AuditLeaf {
        bytes: row.bytes()?,
        hash: row.hash()?,
        at: row.time()?,
        actor: row.text()?,
        action: row.text()?,
        object: row.text()?,
    };
    Ok(AuditRecord { index, leaf })
}
