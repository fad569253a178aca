//! Whether the connection has one access key that works, and the user no other one.

use keyferry_ports::records::AllRecords;

use super::Broken;
use crate::sweep::scenario::{Act, Scenario};
use crate::world::Outside;

/// What is otherwise than after one whole rotation, or than before where none was asked for.
pub(super) async fn differences(
    outside: &Outside,
    scenario: &Scenario,
    records: &dyn AllRecords,
) -> Option<Broken> {
    let connections = records.list_connections().await;
    let connections = connections.expect("the records answer");
    let in_use = connections
        .first()
        .and_then(|connection| connection.link.identity.access_key_id())
        .unwrap_or_default()
        .to_owned();
    let shown = outside.access_keys();
    let is_new = in_use != outside.access_key.0;
    let is_rotation = scenario.act == Act::RotateAccessKey;
    if shown == [(in_use.clone(), true)] && is_new == is_rotation {
        return None;
    }
    let what = format!("the user has {shown:?}, and the connection uses {in_use}");
    Some(Broken::NotReached(what))
}
