//! Changes of jobs as they happen.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use futures::stream::unfold;
use keyferry_app::Actor;
use keyferry_engine::JobEvent;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use crate::convert::job;
use crate::http::extract::By;
use crate::state::ServerState;

/// How long a stream in which nothing happens outlives the session, at most.
const STILL_IN_EVERY: Duration = Duration::from_secs(5);

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
        let change = timeout(STILL_IN_EVERY, watch.recv()).await;
        state.app.access.check_still_in(actor).await.ok()?;
        let change = match change {
            Ok(Ok(change)) => change,
            // A slow reader misses some: the next one shows the job as it is then.
            Err(_) | Ok(Err(RecvError::Lagged(_))) => continue,
            Ok(Err(RecvError::Closed)) => return None,
        };
        if let Ok(details) = state.app.jobs.show(actor, change.job).await
            && let Ok(event) = Event::default()
                .event("job")
                .json_data(job::view(details.job))
        {
            return Some(event);
        }
    }
}
