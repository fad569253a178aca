//! Hears a client out before it is answered: over HTTP/1.1 an answer to a body that has not come whole ends the connection, and
//! who is still writing loses the answer with it (RFC 9112, section 9.6).

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody as _};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures::stream::poll_fn;
use futures::{Stream, StreamExt as _};
use http::{HeaderValue, StatusCode, Version, header};

/// How long a client may go on after what it asked has been decided.
const LINGER: Duration = Duration::from_secs(2);

/// How much of a body that nobody reads is heard, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct RestMax(pub(crate) usize);

type Part = Option<Result<Bytes, axum::Error>>;

/// A body, and what became of it.
struct Heard {
    stream: BodyDataStream,
    has_begun: bool,
    has_ended: bool,
}

impl Heard {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Part> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        self.has_begun = true;
        let part = self.stream.poll_next_unpin(context);
        self.has_ended = matches!(part, Poll::Ready(None));
        part
    }
}

/// A body that its reader may drop before its end.
#[derive(Clone)]
struct Shared(Arc<Mutex<Heard>>);

impl Shared {
    fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(Heard {
            stream: body.into_data_stream(),
            has_begun: false,
            has_ended: false,
        })))
    }

    fn parts(&self) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send + use<> {
        let shared = self.clone();
        poll_fn(move |context| shared.with(|heard| heard.poll(context)))
    }

    fn with<T>(&self, look: impl FnOnce(&mut Heard) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Hears what is left. Answers whether that was all.
    async fn hear_out(&self, bytes_max: usize) -> bool {
        let mut parts = self.parts();
        let mut left = bytes_max;
        let hearing = async {
            while let Some(Ok(part)) = parts.next().await {
                match left.checked_sub(part.len()) {
                    Some(less) => left = less,
                    None => break,
                }
            }
        };
        let _ = tokio::time::timeout(LINGER, hearing).await;
        self.with(|heard| heard.has_ended)
    }
}

/// Answers a request once its body has come, or says that the connection ends.
pub(crate) async fn hear(State(max): State<RestMax>, request: Request, next: Next) -> Response {
    if request.version() >= Version::HTTP_2 || request.body().is_end_stream() {
        return next.run(request).await;
    }
    let waits_for_leave = request.headers().contains_key(header::EXPECT);
    let (head, body) = request.into_parts();
    let body = Shared::new(body);
    let request = Request::from_parts(head, Body::from_stream(body.parts()));
    let mut response = next.run(request).await;
    // Who asked whether to send a body, and was refused, need not send it; who was too slow was waited for.
    let is_waited_for = (body.with(|heard| heard.has_begun) || !waits_for_leave)
        && response.status() != StatusCode::REQUEST_TIMEOUT;
    if !(is_waited_for && body.hear_out(max.0).await) {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}
