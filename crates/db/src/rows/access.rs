//! People, tokens, sessions, tries to sign in, seals, audit leaves.

use keyferry_domain::connection::SealedSecret;
use keyferry_ports::records::{
    ApiToken, AuditLeaf, AuditRecord, CanonicalName, Records, RecordsError, Seal, Session,
    SessionLimit, SignInTries, Totp, User,
};

use crate::sql::{Row, Value};

pub(crate) const USER: &[&str] = &[
    "id",
    "name",
    "canonical",
    "full_name",
    "person_id",
    "password_hash",
    "must_change_password",
    "is_locked",
    "offboarded_at",
    "access_epoch",
    "totp_sealed",
    "totp_confirmed_at",
    "totp_last_step",
    "recovery_codes",
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
    "epoch",
    "limited_to",
    "created_at",
    "confirmed_at",
    "used_at",
    "expires_at",
];

pub(crate) const TRIES: &[&str] = &["name_hash", "tries", "last_at", "revision"];

pub(crate) const SEAL: &[&str] = &["id", "name", "kind", "sealed_root", "created_at"];

pub(crate) const LEAF: &[&str; 7] = &[
    "place",
    "leaf",
    "leaf_hash",
    "happened_at",
    "actor",
    "action",
    "object",
];

/// Bytes of one recovery code's hash.
const CODE_BYTES: usize = 32;

pub(crate) fn user_values(row: &User) -> Vec<Value> {
    let totp = row.totp.as_ref();
    vec![
        Value::text(row.id),
        Value::text(&row.name),
        Value::text(CanonicalName::from(&row.name).as_str()),
        Value::text(&row.full_name),
        Value::text(row.person),
        Value::text(&row.password_hash),
        Value::flag(row.must_change_password),
        Value::flag(row.is_locked),
        Value::opt_time(row.offboarded_at),
        Value::count(row.access_epoch),
        Value::opt_bytes(totp.map(|totp| totp.sealed.as_bytes())),
        Value::opt_time(totp.and_then(|totp| totp.confirmed_at)),
        Value::count(totp.map_or(0, |totp| totp.last_step)),
        Value::bytes(&row.recovery_codes.concat()),
        Value::time(row.created_at),
    ]
}

pub(crate) fn read_user(mut row: Row) -> Records<User> {
    let (id, name) = (row.parse()?, row.parse()?);
    // What names are compared by is for the database alone.
    row.text()?;
    Ok(User {
        id,
        name,
        full_name: row.text()?,
        person: row.parse()?,
        password_hash: row.text()?,
        must_change_password: row.flag()?,
        is_locked: row.flag()?,
        offboarded_at: row.opt_time()?,
        access_epoch: row.count()?,
        totp: read_totp(&mut row)?,
        recovery_codes: read_codes(row.opt_bytes()?.unwrap_or_default())?,
        created_at: row.time()?,
        revision: row.count()?,
    })
}

fn read_totp(row: &mut Row) -> Records<Option<Totp>> {
    let sealed = row.opt_bytes()?;
    let (confirmed_at, last_step) = (row.opt_time()?, row.count()?);
    Ok(sealed.map(|bytes| Totp {
        sealed: SealedSecret::new(bytes),
        confirmed_at,
        last_step,
    }))
}

fn read_codes(bytes: Vec<u8>) -> Records<Vec<[u8; CODE_BYTES]>> {
    let bad = |_| RecordsError::Corrupt {
        what: "user",
        why: "its recovery codes are cut off".to_owned(),
    };
    bytes
        .chunks(CODE_BYTES)
        .map(|chunk| chunk.try_into().map_err(bad))
        .collect()
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
        Value::count(row.epoch),
        Value::opt_text(row.limit.map(SessionLimit::as_str).as_ref()),
        Value::time(row.created_at),
        Value::time(row.confirmed_at),
        Value::time(row.used_at),
        Value::time(row.expires_at),
    ]
}

pub(crate) fn read_session(mut row: Row) -> Records<Session> {
    Ok(Session {
        id: row.parse()?,
        user: row.parse()?,
        hash: row.hash()?,
        epoch: row.count()?,
        limit: row.opt_text()?.map(|word| read_limit(&word)).transpose()?,
        created_at: row.time()?,
        confirmed_at: row.time()?,
        used_at: row.time()?,
        expires_at: row.time()?,
    })
}

fn read_limit(word: &str) -> Records<SessionLimit> {
    SessionLimit::named(word).ok_or_else(|| RecordsError::Corrupt {
        what: "session",
        why: "its limit has no known word".to_owned(),
    })
}

pub(crate) fn tries_values(row: &SignInTries) -> Vec<Value> {
    vec![
        Value::bytes(&row.name),
        Value::count(row.tries),
        Value::time(row.last_at),
    ]
}

pub(crate) fn read_tries(mut row: Row) -> Records<SignInTries> {
    Ok(SignInTries {
        name: row.hash()?,
        tries: row.count()?,
        last_at: row.time()?,
        revision: row.count()?,
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
        in_the_name_of: None,
        group: None,
        bytes: row.bytes()?,
        hash: row.hash()?,
        at: row.time()?,
        actor: row.text()?,
        action: row.text()?,
        object: row.text()?,
    };
    Ok(AuditRecord { index, leaf })
}
