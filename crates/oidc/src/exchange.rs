//! One request to a provider: judged, over TLS, without redirects, with bounds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use keyferry_notify::Reach;
use keyferry_ports::identity::{NotVouchedFor, Redemption};
use keyferry_ports::secret::SecretText;
use serde::Deserialize;

use crate::discovery::Discovery;
use crate::{refused, unavailable};

/// Bytes of one answer. Providers say some kilobytes.
const ANSWER_MAX: usize = 256 * 1024;

/// How a provider is reached.
pub(crate) struct Exchange<'a> {
    pub(crate) reach: &'a Reach,
    pub(crate) ca_bundle: Option<&'a str>,
}

/// What came back.
pub(crate) struct Answer {
    host: String,
    status: StatusCode,
    body: Bytes,
}

impl Answer {
    /// The body of an answer that is what was asked for.
    pub(crate) fn whole(self) -> Result<Bytes, NotVouchedFor> {
        if self.status == StatusCode::OK {
            return Ok(self.body);
        }
        let redirects = match self.status.is_redirection() {
            true => ", and redirects are not followed",
            false => "",
        };
        let Self { host, status, .. } = self;
        Err(unavailable(format!("{host} answers {status}{redirects}")))
    }
}

#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
}

#[derive(Deserialize)]
struct Problem {
    error: String,
}

impl Exchange<'_> {
    pub(crate) async fn get(&self, url: &str) -> Result<Answer, NotVouchedFor> {
        self.send(Method::GET, url, None, String::new()).await
    }

    /// Redeems a code; answers the ID token as it came.
    pub(crate) async fn redeem(
        &self,
        at: &Discovery,
        client_id: &str,
        redemption: &Redemption<'_>,
    ) -> Result<SecretText, NotVouchedFor> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", redemption.code.expose()),
            ("redirect_uri", redemption.redirect_uri),
            ("code_verifier", redemption.verifier.expose()),
        ];
        let mut authorization = None;
        match redemption.client_secret {
            Some(secret) if at.takes_secret_in_body => {
                form.push(("client_id", client_id));
                form.push(("client_secret", secret.expose()));
            }
            Some(secret) => authorization = Some(basic(client_id, secret)),
            None => form.push(("client_id", client_id)),
        }
        let form: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let endpoint = &at.token_endpoint;
        let answer = self
            .send(Method::POST, endpoint, authorization, form.join("&"))
            .await?;
        id_token(answer)
    }

    async fn send(
        &self,
        method: Method,
        url: &str,
        authorization: Option<SecretText>,
        form: String,
    ) -> Result<Answer, NotVouchedFor> {
        let uri: Uri = url
            .parse()
            .map_err(|_| unavailable("an address of the provider cannot be read"))?;
        if uri.scheme_str() != Some("https") {
            return Err(unavailable("the provider would be called without TLS"));
        }
        let host = uri.host().unwrap_or_default();
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let request = request(method, &uri, authorization, form)?;
        let failed = |failure: keyferry_ports::messenger::NotDelivered| unavailable(failure.why);
        let port = uri.port_u16().unwrap_or(443);
        let stream = self.reach.dial(&host, port).await.map_err(failed)?;
        let stream = keyferry_notify::secure(stream, &host, self.ca_bundle)
            .await
            .map_err(failed)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| unavailable(format!("{host} speaks no HTTP: {error}")))?;
        // Beside the answer, because the connection carries its body; with the answer it ends.
        let answering = answer(sender, request, host);
        tokio::pin!(connection, answering);
        tokio::select! {
            answer = &mut answering => answer,
            _ = &mut connection => answering.await,
        }
    }
}

fn request(
    method: Method,
    uri: &Uri,
    authorization: Option<SecretText>,
    form: String,
) -> Result<Request<Full<Bytes>>, NotVouchedFor> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let mut request = Request::builder()
        .method(method.clone())
        .uri(path)
        .header(header::HOST, authority)
        .header(header::ACCEPT, "application/json")
        .header(header::USER_AGENT, "keyferry")
        .header(header::CONNECTION, "close");
    if method == Method::POST {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    if let Some(authorization) = authorization {
        request = request.header(header::AUTHORIZATION, authorization.expose());
    }
    request
        .body(Full::new(Bytes::from(form)))
        .map_err(|_| unavailable("the request to the provider cannot be built"))
}

async fn answer(
    mut sender: http1::SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
    host: String,
) -> Result<Answer, NotVouchedFor> {
    let none = |why: String| unavailable(format!("{host} gives no usable answer: {why}"));
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| none(error.to_string()))?;
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, ANSWER_MAX)
        .collect()
        .await
        .map_err(|error| none(error.to_string()))?
        .to_bytes();
    Ok(Answer {
        host,
        status: parts.status,
        body,
    })
}

/// A client's name and secret as a header takes them (RFC 6749, section 2.3.1).
fn basic(client_id: &str, secret: &SecretText) -> SecretText {
    let both = format!("{}:{}", encoded(client_id), encoded(secret.expose()));
    SecretText::new(format!("Basic {}", STANDARD.encode(both)))
}

/// One value of a form.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn id_token(answer: Answer) -> Result<SecretText, NotVouchedFor> {
    if answer.status.is_client_error() {
        let said = serde_json::from_slice::<Problem>(&answer.body).ok();
        let said = said.map(|problem| problem.error);
        let is_word = |word: &String| {
            word.len() <= 64 && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        let word = said
            .filter(is_word)
            .unwrap_or_else(|| answer.status.to_string());
        return Err(refused(format!(
            "the provider does not redeem the code: {word}"
        )));
    }
    let body = answer.whole()?;
    let tokens: Tokens = serde_json::from_slice(&body)
        .map_err(|_| unavailable("the provider's answer to the code cannot be read"))?;
    let token = tokens
        .id_token
        .ok_or_else(|| refused("the provider gives no ID token; is `openid` among the scopes?"))?;
    Ok(SecretText::new(token))
}
