//! Kinds of key.

use keyferry_api::endpoints as at;
use keyferry_api::key_spec::{KeySpecPage, KeySpecView};

use crate::client::Call;
use crate::commands::Context;
use crate::error::CliError;
use crate::table::Table;

pub(super) async fn list(context: &mut Context<'_>) -> Result<(), CliError> {
    let call = Call::to(&at::LIST_KEY_SPECS, &[]);
    let page: KeySpecPage = context.client.send(call).await?.read()?;
    let row = |one: &KeySpecView| {
        vec![
            one.spec.clone(),
            one.aws_spec.clone(),
            one.usages.join(", "),
            one.possible_operations.join(", "),
        ]
    };
    context
        .world
        .print(context.globals.output, &page.items, || {
            let rows = page.items.iter().map(row).collect();
            Table::list(&["SPEC", "IN AWS", "USAGES", "OPERATIONS"], rows)
        })
}
