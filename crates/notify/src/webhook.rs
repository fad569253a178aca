//! Webhooks: one POST, signed over time and body.

use aws_lc_rs::hmac;
use http::{Request, StatusCode, Uri, header};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use keyferry_ports::messenger::{Message, NotDelivered, OpenWebhook};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::reach::Reach;
use crate::{failed, trust};

/// Seconds since 1970 at which it was signed.
const TIMESTAMP: &str = "keyferry-timestamp";
/// `v1=` and the signature in hexadecimal.
const SIGNATURE: &str = "keyferry-signature";
/// The same for every try of one delivery, so that a receiver knows what it has already.
const DELIVERY: &str = "keyferry-delivery";

/// What `Keyferry-Signature` says: HMAC-SHA256 with the secret over the timestamp, a dot and the body.
pub fn signature(secret: &str, timestamp: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let mut context = hmac::Context::with_key(&key);
    context.update(timestamp.to_string().as_bytes());
    context.update(b".");
    context.update(body);
    let tag = context.sign();
    let hex: String = tag
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("v1={hex}")
}

/// Sends one message; an answer of 2xx has taken it.
pub(crate) async fn send(
    reach: &Reach,
    to: &OpenWebhook,
    message: &Message,
) -> Result<(), NotDelivered> {
    let uri: Uri = to
        .url
        .parse()
        .map_err(|error| failed("the URL cannot be read", &error))?;
    let host = uri.host().unwrap_or_default();
    let host = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let is_tls = uri.scheme_str() == Some("https");
    if !is_tls && !reach.is_private_host(&host) {
        return Err(NotDelivered {
            why: format!(
                "{host} would be called without TLS; only hosts in `alerts.private_hosts` are"
            ),
        });
    }
    let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let stream = reach.dial(&host, port).await?;
    let request = request(&uri, to, message)?;
    let status = if is_tls {
        let secured = trust::secure(stream, &host, to.ca_bundle.as_deref()).await?;
        exchange(secured, request).await?
    } else {
        exchange(stream, request).await?
    };
    taken(status, &host)
}

fn taken(status: StatusCode, host: &str) -> Result<(), NotDelivered> {
    if status.is_success() {
        return Ok(());
    }
    let why = if status.is_redirection() {
        format!("{host} answers {status}, and redirects are not followed")
    } else {
        format!("{host} answers {status}")
    };
    Err(NotDelivered { why })
}

fn request(
    uri: &Uri,
    to: &OpenWebhook,
    message: &Message,
) -> Result<Request<Full<Bytes>>, NotDelivered> {
    let at = message.at.as_second();
    let body = Bytes::from(message.json.clone().into_bytes());
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    // A user name in a URL is nobody's host.
    let authority = authority.rsplit('@').next().unwrap_or_default();
    Request::post(path)
        .header(header::HOST, authority)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, "keyferry")
        .header(header::CONNECTION, "close")
        .header(DELIVERY, &message.id)
        .header(TIMESTAMP, at)
        .header(SIGNATURE, signature(to.secret.expose(), at, &body))
        .body(Full::new(body))
        .map_err(|error| failed("the request cannot be built", &error))
}

/// One request over one connection; the answer's body is not read.
async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<StatusCode, NotDelivered>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| failed("no HTTP is spoken there", &error))?;
    tokio::pin!(connection);
    let answer = sender.send_request(request);
    tokio::pin!(answer);
    let answered = tokio::select! {
        answer = &mut answer => answer,
        ended = &mut connection => match ended {
            Ok(()) => answer.await,
            Err(error) => Err(error),
        },
    };
    answered
        .map(|answer| answer.status())
        .map_err(|error| failed("there is no usable answer", &error))
}
