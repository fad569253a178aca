//! Calls the API.

use std::time::Duration;

use keyferry_api::approval::{ApprovalView, AskApprovalRequest};
use keyferry_api::endpoint::{Endpoint, Method};
use keyferry_api::endpoints;
use keyferry_api::openapi::PLAN_HEADER;
use keyferry_api::problem::Problem;
use keyferry_api::secret::Secret;
use reqwest::{StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::args::TrialArgs;
use crate::error::{CliError, Exit};
use crate::pin::{self, Seen};
use crate::profile::{self, Profile};
use crate::progress;
use crate::world::{Words, World};

/// A check-up of a whole account may take minutes.
const PATIENCE: Duration = Duration::from_secs(900);
/// Everything that a group has may take hours.
const PATIENCE_WITH_MUCH: Duration = Duration::from_secs(6 * 3_600);
const IS_IT_THERE: &str = "check whether the server runs, and its address: that of the last `keyferry login`, KEYFERRY_URL or --url";
const CONNECT: Duration = Duration::from_secs(10);

/// A client of one server.
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
    pinned: Option<(String, Seen)>,
    /// Why others are asked for their approval, where that is needed and wanted.
    ask: Option<String>,
    /// Where a person is told of waiting.
    words: Words,
}

/// One request.
#[derive(Clone)]
pub(crate) struct Call<'a, B> {
    endpoint: &'a Endpoint,
    path: &'a [&'a str],
    query: Vec<(&'static str, String)>,
    body: Option<&'a B>,
    headers: Vec<(&'static str, String)>,
}

impl<'a> Call<'a, ()> {
    pub(crate) fn to(endpoint: &'a Endpoint, path: &'a [&'a str]) -> Self {
        Self {
            endpoint,
            path,
            query: Vec::new(),
            body: None,
            headers: Vec::new(),
        }
    }

    pub(crate) fn body<B: Serialize>(self, body: &'a B) -> Call<'a, B> {
        let Self {
            endpoint,
            path,
            query,
            headers,
            ..
        } = self;
        Call {
            endpoint,
            path,
            query,
            body: Some(body),
            headers,
        }
    }
}

impl<B: Serialize> Call<'_, B> {
    /// Adds a query parameter that has a value.
    pub(crate) fn query(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query
            .extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// Only tries it, where that is wanted.
    pub(crate) fn tried(self, trial: TrialArgs) -> Self {
        self.query("dry_run", trial.dry_run.then_some(true))
    }

    /// Adds a header that has a value.
    pub(crate) fn header(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.headers
            .extend(value.map(|value| (name, value.to_string())));
        self
    }
}

/// A request as it is sent.
struct Sent {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Option<Zeroizing<String>>,
}

impl<B: Serialize> Call<'_, B> {
    /// Method and path, as requests that wait for approval are named.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.endpoint.method.as_str(), self.whole_path())
    }

    fn whole_path(&self) -> String {
        let mut path = self.endpoint.path_with(self.path);
        for (index, (name, value)) in self.query.iter().enumerate() {
            let value = keyferry_api::endpoint::encode_segment(value);
            path.push_str(&format!(
                "{}{name}={value}",
                if index == 0 { '?' } else { '&' }
            ));
        }
        path
    }

    fn sent(self) -> Result<Sent, CliError> {
        let path = self.whole_path();
        let body = self.body.map(serde_json::to_string).transpose();
        let body = body.map_err(|error| {
            CliError::new(Exit::Bug, "the request cannot be written").because(&error)
        })?;
        Ok(Sent {
            method: self.endpoint.method,
            path,
            headers: self.headers,
            body: body.map(Zeroizing::new),
        })
    }
}

/// The code of the problem that wants a request to come later.
const RATE_LIMITED: &str = "rate.limited";

/// How long one command waits for limits of requests in all, in seconds.
const RATE_PATIENCE: u64 = 120;

/// How many seconds to wait, if that is within reason.
fn patience(asked: Option<u64>, waited: u64) -> Option<u64> {
    let seconds = asked?.max(1);
    (waited.saturating_add(seconds) <= RATE_PATIENCE).then_some(seconds)
}

/// The code of the problem that wants the approval of others.
const NEEDS_APPROVAL: &str = "approval.needed";

/// An answer that is no problem.
pub(crate) struct Reply {
    pub(crate) etag: Option<String>,
    pub(crate) cookie: Option<String>,
    /// The hash of the plan, after a dry run.
    pub(crate) plan: Option<String>,
    body: Vec<u8>,
}

impl Reply {
    /// Whether there is no body.
    pub(crate) fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// The body as it came.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.body
    }

    /// The body in the form that was expected.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, CliError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            CliError::new(Exit::Bug, "the server's answer is not understood")
                .because(&error)
                .hint("server and command line may have different versions")
        })
    }
}

impl Client {
    /// A client for the profile; with a token where there is one.
    pub(crate) fn new(world: &World, profile: &Profile) -> Result<Self, CliError> {
        let url = profile.url.clone().unwrap_or_default();
        let is_https = Url::parse(&url).is_ok_and(|url| url.scheme() == "https" && url.has_host());
        if !is_https {
            return Err(
                CliError::usage(format!("`{url}` is no https:// address of a server"))
                    .hint("write it like https://127.0.0.1:8443"),
            );
        }
        let broken = |error: &dyn std::error::Error| {
            CliError::new(Exit::Bug, "TLS could not be set up").because(error)
        };
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .connect_timeout(CONNECT);
        let mut pinned = None;
        if let Some(fingerprint) = &profile.fingerprint {
            let (config, seen) =
                pin::tls(Some(fingerprint.clone())).map_err(|error| broken(&error))?;
            builder = builder.tls_backend_preconfigured(config);
            pinned = Some((fingerprint.clone(), seen));
        }
        let http = builder.build().map_err(|error| broken(&error))?;
        Ok(Self {
            http,
            url,
            token: profile.token.clone(),
            pinned,
            ask: None,
            words: world.terminal.words.clone(),
        })
    }

    /// A client for where the person is signed in.
    pub(crate) fn signed_in(world: &World, url: Option<&str>) -> Result<Self, CliError> {
        Self::new(world, &profile::load(world, url)?)
    }

    /// The same, which asks others for their approval where a request needs it.
    pub(crate) fn asking(self, reason: Option<String>) -> Self {
        Self {
            ask: reason,
            ..self
        }
    }

    /// The same, for requests by session cookie.
    pub(crate) fn without_token(&self) -> Self {
        Self {
            http: self.http.clone(),
            url: self.url.clone(),
            token: None,
            pinned: self.pinned.clone(),
            ask: None,
            words: self.words.clone(),
        }
    }

    /// Acts with another token from now on.
    pub(crate) fn sign_in_with(&mut self, token: &str) {
        self.token = Some(token.to_owned());
    }

    /// The server's address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Sends a request and reads the answer.
    pub(crate) async fn send<B: Serialize>(&self, call: Call<'_, B>) -> Result<Reply, CliError> {
        let sent = call.sent()?;
        match (self.deliver_in_time(&sent).await, &self.ask) {
            (Err(error), Some(reason)) if error.code.as_deref() == Some(NEEDS_APPROVAL) => {
                Err(self.ask_for(&sent, reason).await)
            }
            (answer, _) => answer,
        }
    }

    /// Sends a request, and again where a limit of requests stands in the way: nothing was done then.
    async fn deliver_in_time(&self, sent: &Sent) -> Result<Reply, CliError> {
        let mut waited = 0;
        loop {
            let error = match self.deliver(sent).await {
                Err(error) if error.code.as_deref() == Some(RATE_LIMITED) => error,
                answer => return answer,
            };
            let Some(seconds) = patience(error.retry_after, waited) else {
                return Err(error);
            };
            waited += seconds;
            self.words.say(&format!(
                "too many requests; trying again in {seconds} s, as the server asks"
            ));
            progress::pause(Duration::from_secs(seconds)).await;
        }
    }

    /// Sends a request, and hands on the answer as it comes.
    pub(crate) async fn stream<B: Serialize>(
        &self,
        call: Call<'_, B>,
        mut sink: impl FnMut(&[u8]) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let request = self.request(&call.sent()?).timeout(PATIENCE_WITH_MUCH);
        let sent = request.send().await;
        let mut response = sent.map_err(|error| self.unreachable(&error))?;
        if !response.status().is_success() {
            return self.judge(response).await.map(|_| ());
        }
        loop {
            let part = response.chunk().await;
            match part.map_err(|error| self.unreachable(&error))? {
                Some(part) => sink(&part)?,
                None => return Ok(()),
            }
        }
    }

    async fn deliver(&self, sent: &Sent) -> Result<Reply, CliError> {
        let sent = self.request(sent).send().await;
        self.judge(sent.map_err(|error| self.unreachable(&error))?)
            .await
    }

    fn request(&self, sent: &Sent) -> reqwest::RequestBuilder {
        let method = match sent.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut request = self
            .http
            .request(method, format!("{}{}", self.url, sent.path));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in &sent.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = &sent.body {
            request = request
                .header(reqwest::header::CONTENT_TYPE, "application/json")
                .body(body.as_bytes().to_vec());
        }
        request
    }

    /// Asks others to approve a request; answers that it waits for them.
    async fn ask_for(&self, sent: &Sent, reason: &str) -> CliError {
        let header = |wanted: &str| {
            let found = sent.headers.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| value.clone())
        };
        let request = AskApprovalRequest {
            method: sent.method.as_str().to_owned(),
            path: sent.path.clone(),
            body: sent.body.as_ref().map(|body| Secret::new(body.to_string())),
            if_match: header("if-match"),
            idempotency_key: header("idempotency-key"),
            reason: reason.to_owned(),
        };
        let call = Call::to(&endpoints::ASK_APPROVAL, &[]).body(&request);
        let waiting = match call.sent() {
            Ok(sent) => self.deliver_in_time(&sent).await,
            Err(error) => Err(error),
        };
        match waiting.and_then(|reply| reply.read::<ApprovalView>()) {
            Ok(waiting) => {
                let message = format!("it waits for approval: {}", waiting.id);
                CliError::new(Exit::Waiting, message).hint(format!(
                    "`keyferry approval show {0}` tells who is missing; once it is approved, run `keyferry approval run {0}`",
                    waiting.id
                ))
            }
            Err(error) => error,
        }
    }

    async fn judge(&self, response: reqwest::Response) -> Result<Reply, CliError> {
        let status = response.status();
        let text = |name: &str| {
            let value = response.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let (etag, cookie, plan) = (text("etag"), text("set-cookie"), text(PLAN_HEADER));
        let retry_after = text("retry-after").and_then(|text| text.parse().ok());
        let body = response
            .bytes()
            .await
            .map_err(|error| self.unreachable(&error))?
            .to_vec();
        if status.is_success() || is_plain_readiness(status, &body) {
            return Ok(Reply {
                etag,
                cookie,
                plan,
                body,
            });
        }
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => Err(CliError {
                retry_after,
                ..CliError::from(problem)
            }),
            Err(_) => {
                let message = format!("{} answered {status}, and is no Keyferry server", self.url);
                Err(CliError::new(Exit::Usage, message).hint("check the URL"))
            }
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> CliError {
        if let Some((wanted, seen)) = &self.pinned {
            let shown = seen.lock().ok().and_then(|shown| shown.clone());
            if let Some(shown) = shown.filter(|shown| shown != wanted) {
                return wrong_server(&self.url, wanted, &shown);
            }
        }
        CliError::new(Exit::Transient, format!("{} cannot be reached", self.url))
            .because(&error.without_url_in_text())
            .hint(IS_IT_THERE)
    }
}

fn is_plain_readiness(status: StatusCode, body: &[u8]) -> bool {
    status == StatusCode::SERVICE_UNAVAILABLE
        && serde_json::from_slice::<keyferry_api::system::ReadyView>(body).is_ok()
}

fn wrong_server(url: &str, wanted: &str, shown: &str) -> CliError {
    let message = format!("{url} shows another certificate than the one that was pinned");
    let mut error = CliError::new(Exit::WrongServer, message).hint(
        "if the server's certificate was renewed, run `keyferry login` again and compare the fingerprint; \
         else somebody stands between",
    );
    error.causes = vec![
        format!("pinned is SHA-256 {wanted}"),
        format!("shown was  SHA-256 {shown}"),
    ];
    error
}

/// Errors of the HTTP library as causes: its own text would repeat the URL.
trait WithoutUrl {
    fn without_url_in_text(&self) -> Plain;
}

#[derive(Debug)]
struct Plain(String);

impl std::fmt::Display for Plain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Plain {}

impl WithoutUrl for reqwest::Error {
    fn without_url_in_text(&self) -> Plain {
        let mut innermost: &dyn std::error::Error = self;
        while let Some(source) = innermost.source() {
            innermost = source;
        }
        if self.is_timeout() {
            return Plain("no answer in time".to_owned());
        }
        Plain(innermost.to_string())
    }
}

/// The fingerprint that a server shows, learned without sending it anything.
pub(crate) async fn shown_fingerprint(url: &str) -> Result<String, CliError> {
    let (config, seen) = pin::tls(None)
        .map_err(|error| CliError::new(Exit::Bug, "TLS could not be set up").because(&error))?;
    let http = reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(config)
        .connect_timeout(CONNECT)
        .build()
        .map_err(|error| CliError::new(Exit::Bug, "TLS could not be set up").because(&error))?;
    let result = http.get(url).send().await;
    match (seen.lock().ok().and_then(|shown| shown.clone()), result) {
        (Some(fingerprint), _) => Ok(fingerprint),
        (None, Err(error)) => Err(CliError::new(
            Exit::Transient,
            format!("{url} cannot be reached"),
        )
        .because(&error.without_url_in_text())
        .hint(IS_IT_THERE)),
        (None, Ok(_)) => {
            Err(CliError::usage(format!("{url} does not speak TLS")).hint("write https://"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_waits_as_long_as_it_is_asked_to_within_two_minutes_in_all() {
        assert_eq!(patience(Some(1), 0), Some(1));
        assert_eq!(patience(Some(0), 0), Some(1), "not at once");
        assert_eq!(patience(Some(60), 60), Some(60));
        assert_eq!(patience(Some(61), 60), None);
        assert_eq!(patience(Some(u64::MAX), 60), None);
        assert_eq!(patience(None, 0), None, "the server does not say when");
    }
}
