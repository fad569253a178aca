//! Sessions: one's own, and those of a person.

use keyferry_api::access::{EndedSessionsView, SessionPage, SessionRowView};
use keyferry_api::endpoints as at;

use super::Context;
use crate::args::SessionCommand;
use crate::client::Call;
use crate::error::CliError;
use crate::table::Table;

pub(crate) async fn run(
    context: &mut Context<'_>,
    command: SessionCommand,
) -> Result<(), CliError> {
    match command {
        SessionCommand::List { user } => list(context, user).await,
        SessionCommand::End { all: true, .. } => {
            let call = Call::to(&at::END_SESSIONS, &[]);
            let ended: EndedSessionsView = context.client.send(call).await?.read()?;
            let words = format!("{} sessions ended", ended.ended);
            context.world.say(&words);
            Ok(())
        }
        SessionCommand::End { session, user, .. } => {
            end(context, session.unwrap_or_default(), user).await
        }
    }
}

async fn list(context: &mut Context<'_>, user: Option<String>) -> Result<(), CliError> {
    let reply = match &user {
        Some(user) => {
            let path = [user.as_str()];
            let call = Call::to(&at::LIST_USER_SESSIONS, &path);
            context.client.send(call).await?
        }
        None => {
            context
                .client
                .send(Call::to(&at::LIST_SESSIONS, &[]))
                .await?
        }
    };
    let page: SessionPage = reply.read()?;
    context
        .world
        .print(context.globals.output, &page.items, || table(&page.items))
}

async fn end(
    context: &mut Context<'_>,
    session: String,
    user: Option<String>,
) -> Result<(), CliError> {
    match &user {
        Some(user) => {
            let path = [user.as_str(), session.as_str()];
            let call = Call::to(&at::END_USER_SESSION, &path);
            context.client.send(call).await?;
        }
        None => {
            let path = [session.as_str()];
            let call = Call::to(&at::END_SESSION, &path);
            context.client.send(call).await?;
        }
    }
    context.world.say("the session ended");
    Ok(())
}

pub(super) fn table(sessions: &[SessionRowView]) -> Table {
    let row = |session: &SessionRowView| {
        vec![
            session.created_at.clone(),
            session.used_at.clone(),
            session.expires_at.clone(),
            session
                .only_for
                .map(|limit| limit.as_str().to_owned())
                .unwrap_or_default(),
            session.id.clone(),
        ]
    };
    Table::list(
        &["BEGAN", "USED", "ENDS", "ONLY FOR", "ID"],
        sessions.iter().map(row).collect(),
    )
}
