//! One name for each request: in the log's span, in the request log, in audit entries, and in the answer where it fails.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header;
use keyferry_api::problem::Problem;
use keyferry_app::App;
use keyferry_app::actor::RequestId;
use tracing::Instrument as _;

/// Names a request, and the problem that comes of it.
pub(crate) async fn name(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = app.request_logs.new_request();
    request.extensions_mut().insert(id);
    let span = tracing::info_span!("request", request.id = %id);
    named(next.run(request).instrument(span).await, id)
}

/// Puts the name into the problem, where there is one.
fn named(mut response: Response, id: RequestId) -> Response {
    let Some(mut problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    problem.request_id = Some(id.to_string());
    let (mut parts, _) = response.into_parts();
    // It was that of the problem without a name.
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Json(problem).into_response().into_body())
}
