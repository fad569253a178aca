//! Changes of jobs as they happen.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use futures::stream::unfold;
use keyferry_app::Actor;
use keyferry_engine::JobEvent;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::convert::job;
use crate::http::extract::By;
use crate::state::ServerState;

pub(crate) async fn stream(
    State(state): State<ServerState>,
    By(actor): By,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let watch = state.app.engine.watch();
    let changes = unfold(
        (state, actor, watch),
        |(state, actor, mut watch)| async move {
            let event = next(&state, &actor, &mut watch).await?;
            Some((Ok(event), (state, actor, watch)))
        },
    );
    Sse::new(changes).keep_alive(KeepAlive::default())
}

/// The next change that the actor may see; `None` once the engine is gone, or the actor is let in no longer.
async fn next(state: &ServerState, actor: &Actor, watch: &mut Receiver<JobEvent>) -> Option<Event> {
    loop {
        let change = match watch.recv().await {
            Ok(change) => change,
            // A slow reader misses some: the next one shows the job as it is then.
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return None,
        };
        state.app.access.check_still_in(actor).await.ok()?;
        if let Ok(details) = state.app.jobs.show(actor, change.job).await
            && let Ok(event) = Event::default()
                .event("job")
                .json_data(job::view(details.job))
        {
            return Some(event);
        }
    }
}
