//! The page at `/` as long as there is no console.

use axum::response::Html;

/// Says where the API and the command line are.
pub(crate) async fn stub() -> Html<&'static str> {
    Html(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Keyferry</title>\n\
         <h1>Keyferry</h1>\n\
         <p>This server answers at <code>/api/v1</code>; \
         its form is at <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>.</p>\n\
         <p>On the command line: <code>keyferry login --url https://&lt;this host&gt;</code>, \
         then <code>keyferry help</code>.</p>\n</html>\n",
    )
}
