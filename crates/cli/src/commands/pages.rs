//! Lists that the server answers page by page.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Context;
use crate::client::{Call, Client};
use crate::error::CliError;
use crate::table::Table;

/// The rows of a list, as many as were wanted.
pub(super) struct Listed<T> {
    pub(super) items: Vec<T>,
    /// Whether the list goes on after them.
    pub(super) has_more: bool,
}

/// What every page has.
#[derive(Deserialize)]
struct Part<T> {
    items: Vec<T>,
    next: Option<String>,
}

/// All rows of the list that `call` asks for, or its first `limit`.
///
/// # Errors
///
/// Those of the requests: one for each page.
pub(super) async fn all_pages<T: DeserializeOwned>(
    client: &Client,
    call: Call<'_, ()>,
    limit: Option<u32>,
) -> Result<Listed<T>, CliError> {
    let call = call.query("limit", limit);
    let mut items = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let part = call.clone().query("cursor", cursor.as_ref());
        let part: Part<T> = client.send(part).await?.read()?;
        items.extend(part.items);
        cursor = part.next;
        if cursor.is_none() || limit.is_some() {
            let has_more = cursor.is_some();
            return Ok(Listed { items, has_more });
        }
    }
}

/// Prints the rows of a list, and says where there are more.
pub(super) async fn print<T: DeserializeOwned + Serialize>(
    context: &mut Context<'_>,
    call: Call<'_, ()>,
    limit: Option<u32>,
    table: impl Fn(&[T]) -> Table,
) -> Result<(), CliError> {
    let Listed { items, has_more } = all_pages(&context.client, call, limit).await?;
    let output = context.globals.output;
    context.world.print(output, &items, || table(&items))?;
    context.tell_of_more(has_more);
    Ok(())
}
