//! Connections and keystores.

use jiff::Timestamp;
use keyferry_domain::arn::Account;
use keyferry_domain::connection::{AccessKeyCare, Connection, LinkHealth, LinkMac, Tier};
use keyferry_domain::group::Group;
use keyferry_domain::keystore::{HealPolicy, Keystore, OnCancelDeletion};
use keyferry_ports::records::Records;

use super::{read_regions, regions_text};
use crate::codec;
use crate::sql::{Row, Value};

pub(crate) const CONNECTION: &[&str] = &[
    "id",
    "name",
    "group_id",
    "account",
    "regions",
    "link",
    "link_mac",
    "tier",
    "rotation",
    "access_key_since",
    "access_key_rotation",
    "access_key_due_at",
    "health",
    "health_why",
    "health_since",
    "created_by",
    "created_at",
    "updated_at",
    "revision",
];

pub(crate) const GROUP: &[&str] = &["id", "name", "description", "created_at", "revision"];

pub(crate) const KEYSTORE: &[&str] = &[
    "id",
    "name",
    "description",
    "connection_id",
    "regions",
    "group_id",
    "template",
    "heal",
    "on_cancel_deletion",
    "created_at",
    "revision",
];

/// Every word of the column `health`.
pub(crate) const HEALTH_WORDS: [&str; 3] = ["unknown", "connected", "not-connected"];

/// Every word of the column `on_cancel_deletion`.
pub(crate) const ON_CANCEL_DELETION: [(OnCancelDeletion, &str); 2] = [
    (OnCancelDeletion::Keep, "keep"),
    (OnCancelDeletion::Empty, "empty"),
];

pub(crate) fn connection_values(row: &Connection) -> Records<Vec<Value>> {
    let account = row
        .account
        .as_ref()
        .map(|account| format!("{}:{}", account.partition, account.id));
    let rotation = row.rotation.as_ref();
    let rotation = rotation.map(codec::schedule::to_json).transpose()?;
    let access_key = row.access_key.rotation.as_ref();
    let access_key = access_key.map(codec::schedule::to_json).transpose()?;
    let [unknown, connected, not_connected] = HEALTH_WORDS;
    let (health, why, since) = match &row.health {
        LinkHealth::Unknown => (unknown, None, None),
        LinkHealth::Connected { since } => (connected, None, Some(*since)),
        LinkHealth::NotConnected { why, since } => (not_connected, Some(why), Some(*since)),
    };
    Ok(vec![
        Value::text(row.id),
        Value::text(&row.name),
        Value::text(row.group),
        Value::Text(account),
        Value::text(regions_text(&row.regions)),
        Value::text(codec::link::to_json(&row.link)?),
        Value::bytes(row.link_mac.as_bytes()),
        Value::text(row.tier.as_str()),
        Value::Text(rotation),
        Value::opt_time(row.access_key.since),
        Value::Text(access_key),
        Value::opt_time(row.access_key.due),
        Value::text(health),
        Value::opt_text(why),
        Value::opt_time(since),
        Value::text(&row.created_by),
        Value::time(row.created_at),
        Value::time(row.updated_at),
    ])
}

pub(crate) fn read_connection(mut row: Row) -> Records<Connection> {
    Ok(Connection {
        id: row.parse()?,
        name: row.parse()?,
        group: row.parse()?,
        account: read_account(&mut row)?,
        regions: read_regions(&mut row)?,
        link: codec::link::from_json(&row.text()?)?,
        link_mac: LinkMac::new(row.bytes()?),
        tier: row.word(Tier::from_word)?,
        rotation: row
            .opt_text()?
            .map(|json| codec::schedule::from_json(&json))
            .transpose()?,
        access_key: AccessKeyCare {
            since: row.opt_time()?,
            rotation: row
                .opt_text()?
                .map(|json| codec::schedule::from_json(&json))
                .transpose()?,
            due: row.opt_time()?,
        },
        health: read_health(&mut row)?,
        created_by: row.text()?,
        created_at: row.time()?,
        updated_at: row.time()?,
        revision: row.count()?,
    })
}

pub(crate) fn group_values(row: &Group) -> Vec<Value> {
    vec![
        Value::text(row.id),
        Value::text(&row.name),
        Value::text(&row.description),
        Value::time(row.created_at),
    ]
}

pub(crate) fn read_group(mut row: Row) -> Records<Group> {
    Ok(Group {
        id: row.parse()?,
        name: row.parse()?,
        description: row.text()?,
        created_at: row.time()?,
        revision: row.count()?,
    })
}

fn read_account(row: &mut Row) -> Records<Option<Account>> {
    let Some(text) = row.opt_text()? else {
        return Ok(None);
    };
    let (partition, id) = text
        .split_once(':')
        .ok_or_else(|| row.corrupt("an account has no colon"))?;
    let partition = partition.parse().map_err(|error| row.corrupt(error))?;
    let id = id.parse().map_err(|error| row.corrupt(error))?;
    Ok(Some(Account { partition, id }))
}

fn read_health(row: &mut Row) -> Records<LinkHealth> {
    let word = row.text()?;
    let why = row.opt_text()?;
    let since: Option<Timestamp> = row.opt_time()?;
    match (
        HEALTH_WORDS.iter().position(|known| *known == word),
        why,
        since,
    ) {
        (Some(0), None, None) => Ok(LinkHealth::Unknown),
        (Some(1), None, Some(since)) => Ok(LinkHealth::Connected { since }),
        (Some(2), Some(why), Some(since)) => Ok(LinkHealth::NotConnected { why, since }),
        _ => Err(row.corrupt("its health is not known")),
    }
}

pub(crate) fn keystore_values(row: &Keystore) -> Records<Vec<Value>> {
    let on_cancel = ON_CANCEL_DELETION
        .iter()
        .find(|known| known.0 == row.on_cancel_deletion);
    Ok(vec![
        Value::text(row.id),
        Value::text(&row.name),
        Value::text(&row.description),
        Value::text(row.connection),
        Value::text(regions_text(&row.regions)),
        Value::text(row.group),
        Value::text(codec::template::to_json(&row.template)?),
        Value::text(row.heal.as_str()),
        Value::text(on_cancel.map_or("", |known| known.1)),
        Value::time(row.created_at),
    ])
}

pub(crate) fn read_keystore(mut row: Row) -> Records<Keystore> {
    let on_cancel = |word: &str| {
        ON_CANCEL_DELETION
            .iter()
            .find(|known| known.1 == word)
            .map(|known| known.0)
    };
    Ok(Keystore {
        id: row.parse()?,
        name: row.parse()?,
        description: row.text()?,
        connection: row.parse()?,
        regions: read_regions(&mut row)?,
        group: row.parse()?,
        template: codec::template::from_json(&row.text()?)?,
        heal: row.word(HealPolicy::from_word)?,
        on_cancel_deletion: row.word(on_cancel)?,
        created_at: row.time()?,
        revision: row.count()?,
    })
}
