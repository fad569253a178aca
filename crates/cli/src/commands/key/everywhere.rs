//! Keys in the vault and KMS keys in one table.

use keyferry_api::endpoints as at;
use keyferry_api::key::AnyKeyView;

use super::Context;
use crate::client::Call;
use crate::commands::pages::{Listed, all_pages};
use crate::commands::text;
use crate::error::CliError;
use crate::table::Table;

pub(super) async fn list(
    context: &mut Context<'_>,
    query: Option<String>,
    limit: Option<u32>,
) -> Result<(), CliError> {
    let call = Call::to(&at::LIST_ALL_KEYS, &[]).query("q", query.as_ref());
    let Listed { items, has_more } = all_pages::<AnyKeyView>(&context.client, call, limit).await?;
    let table = || Table::list(&HEAD, items.iter().map(row).collect());
    context.world.print(context.globals.output, &items, table)?;
    let first = "key create NAME --spec AES-256";
    context.explain_empty(items.is_empty(), query.is_some(), first);
    context.tell_of_more(has_more);
    Ok(())
}

const HEAD: [&str; 8] = [
    "NAME",
    "WHERE",
    "SPEC",
    "SOURCE",
    "REGION",
    "KEY STATE",
    "LIFE",
    "ID",
];

fn row(one: &AnyKeyView) -> Vec<String> {
    match one {
        AnyKeyView::Key(key) => vec![
            key.name.clone(),
            "vault".to_owned(),
            key.spec.clone(),
            format!("version {}", key.current_version),
            String::new(),
            String::new(),
            String::new(),
            key.id.clone(),
        ],
        AnyKeyView::KmsKey(key) => vec![
            key.name.clone(),
            key.keystore_name.clone(),
            key.spec.clone(),
            key.source.text.clone(),
            key.regions.join(","),
            text::cell(key.key_state.as_ref()),
            key.life.clone(),
            key.id.clone(),
        ],
    }
}
