//! Crypto policies.

use keyferry_api::crypto_policy::{
    CryptoPolicyPage, CryptoPolicyView, CryptoRulesView, OutsideKeyView, SetCryptoPolicyRequest,
    SetCryptoPolicyView,
};
use keyferry_api::endpoints as at;

use super::Context;
use crate::args::{CryptoPolicyCommand, SetCryptoPolicyArgs};
use crate::client::Call;
use crate::error::CliError;
use crate::table::Table;

pub(crate) async fn run(
    context: &mut Context<'_>,
    command: CryptoPolicyCommand,
) -> Result<(), CliError> {
    match command {
        CryptoPolicyCommand::List => list(context).await,
        CryptoPolicyCommand::Show { group } => {
            let call = Call::to(&at::SHOW_CRYPTO_POLICY, &[]).query("group", group);
            let found = context.client.send(call).await?.read()?;
            show(context, &found)
        }
        CryptoPolicyCommand::Set(args) => set(context, args).await,
        CryptoPolicyCommand::Remove { group, trial } => {
            let call = Call::to(&at::REMOVE_CRYPTO_POLICY, &[])
                .query("group", group)
                .tried(trial);
            let left = context.client.send(call).await?.read()?;
            context.say_done(trial, "the policy is removed; this holds now");
            show(context, &left)
        }
    }
}

const COLUMNS: [&str; 7] = [
    "GROUP",
    "SPECS",
    "WRAPPING",
    "RSA MIN",
    "EXPORT",
    "OUTSIDE KEYS",
    "CHANGED",
];

fn row(one: &SetCryptoPolicyView) -> Vec<String> {
    let group = one.group_name.clone();
    let mut cells = vec![group.unwrap_or_else(|| "(installation)".to_owned())];
    cells.extend(rules(&one.rules));
    cells.push(one.changed_at.clone());
    cells
}

fn rules(rules: &CryptoRulesView) -> [String; 5] {
    let all = |list: &Option<Vec<String>>| match list {
        Some(list) if list.is_empty() => "none".to_owned(),
        Some(list) => list.join(", "),
        None => "all".to_owned(),
    };
    let export = if rules.export { "allowed" } else { "refused" };
    [
        all(&rules.specs),
        all(&rules.wrapping),
        rules.rsa_wrapping_min.to_string(),
        export.to_owned(),
        rules.outside_keys.clone(),
    ]
}

async fn list(context: &mut Context<'_>) -> Result<(), CliError> {
    let call = Call::to(&at::LIST_CRYPTO_POLICIES, &[]);
    let page: CryptoPolicyPage = context.client.send(call).await?.read()?;
    context
        .world
        .print(context.globals.output, &page.items, || {
            Table::list(&COLUMNS, page.items.iter().map(row).collect())
        })?;
    let first = "crypto-policy set --specs AES-256,RSA-4096 --dry-run";
    context.explain_empty(page.items.is_empty(), false, first);
    Ok(())
}

async fn set(context: &mut Context<'_>, args: SetCryptoPolicyArgs) -> Result<(), CliError> {
    let some = |list: Vec<String>| Some(list).filter(|list| !list.is_empty());
    let request = SetCryptoPolicyRequest {
        group: args.group,
        specs: some(args.specs),
        wrapping: some(args.wrapping),
        rsa_wrapping_min: args.rsa_wrapping_min,
        export: args.export.map(|word| word == "allowed"),
        outside_keys: args.outside_keys,
    };
    let call = Call::to(&at::SET_CRYPTO_POLICY, &[])
        .body(&request)
        .tried(args.trial);
    let set = context.client.send(call).await?.read()?;
    context.say_tried(args.trial);
    show(context, &set)
}

const OUTSIDE: [&str; 6] = ["OUTSIDE", "KIND", "GROUP", "SPEC", "VERSIONS", "RULES"];

fn outside(key: &OutsideKeyView) -> Vec<String> {
    let versions: Vec<String> = key.versions.iter().map(u32::to_string).collect();
    vec![
        key.name.clone(),
        key.kind.clone(),
        key.group.clone(),
        key.spec.clone(),
        versions.join(", "),
        key.rules.join(", "),
    ]
}

/// What holds, and the keys that are outside of it.
fn show(context: &mut Context<'_>, found: &CryptoPolicyView) -> Result<(), CliError> {
    context.world.print(context.globals.output, found, || {
        let place = found.group_name.clone();
        let mut line = vec![place.unwrap_or_else(|| "(installation)".to_owned())];
        line.extend(rules(&found.effective));
        let head: Vec<&str> = COLUMNS.iter().copied().take(line.len()).collect();
        let holds = Table::list(&head, vec![line]);
        match found.outside.is_empty() {
            true => holds,
            false => {
                let rows = found.outside.iter().map(outside).collect();
                holds.and(&title(found), &Table::list(&OUTSIDE, rows))
            }
        }
    })
}

fn title(found: &CryptoPolicyView) -> String {
    format!(
        "{} keys and {} KMS keys are outside; they stay, and get no new versions",
        found.outside_keys, found.outside_kms_keys
    )
}
