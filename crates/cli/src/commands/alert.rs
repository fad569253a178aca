//! Alerts.

use std::collections::BTreeSet;

use keyferry_api::alert::AlertView;
use keyferry_api::endpoint::Endpoint;
use keyferry_api::endpoints as at;

use super::{Context, alert_destination, pages};
use crate::args::{AlertCommand, TrialArgs};
use crate::client::Call;
use crate::error::CliError;
use crate::table::Table;

pub(crate) async fn run(context: &mut Context<'_>, command: AlertCommand) -> Result<(), CliError> {
    match command {
        AlertCommand::List {
            all,
            severity,
            kms_key,
            page,
        } => {
            let call = Call::to(&at::LIST_ALERTS, &[])
                .query("open", (!all).then_some(true))
                .query("severity", severity)
                .query("kms_key", kms_key);
            pages::print(context, call, page.limit, table).await
        }
        AlertCommand::Destination(command) => alert_destination::run(context, command).await,
        AlertCommand::Show { alert } => {
            one(context, &at::SHOW_ALERT, &alert, TrialArgs::default()).await
        }
        AlertCommand::Acknowledge { alert, trial } => {
            one(context, &at::ACKNOWLEDGE_ALERT, &alert, trial).await
        }
    }
}

async fn one(
    context: &mut Context<'_>,
    endpoint: &'static Endpoint,
    alert: &str,
    trial: TrialArgs,
) -> Result<(), CliError> {
    let path = [alert];
    let call = Call::to(endpoint, &path).tried(trial);
    let reply = context.client.send(call).await?;
    context.say_tried(trial);
    let found: AlertView = reply.read()?;
    context
        .world
        .print(context.globals.output, &found, || Table::one(&found))
}

/// The principals that CloudTrail named.
fn by_whom(alert: &AlertView) -> String {
    let rows = alert
        .details
        .get("findings")
        .and_then(|rows| rows.as_array());
    let named = rows.into_iter().flatten().filter_map(|row| {
        let principal = row.get("by")?.get("principal")?;
        principal.as_str().map(str::to_owned)
    });
    let named: BTreeSet<String> = named.collect();
    if named.is_empty() {
        return "-".to_owned();
    }
    named.into_iter().collect::<Vec<_>>().join(", ")
}

fn table(alerts: &[AlertView]) -> Table {
    let row = |alert: &AlertView| {
        let state = match (&alert.resolved_at, &alert.acknowledged_by) {
            (Some(_), _) => "resolved",
            (None, Some(_)) => "noted",
            (None, None) => "open",
        };
        vec![
            alert.severity.as_str().to_owned(),
            state.to_owned(),
            alert.name.clone(),
            alert.code.clone(),
            alert.message.clone(),
            by_whom(alert),
            alert.opened_at.clone(),
            alert.id.clone(),
        ]
    };
    let head = [
        "SEVERITY", "STATE", "ON", "CODE", "WHAT", "BY", "SINCE", "ID",
    ];
    Table::list(&head, alerts.iter().map(row).collect())
}
