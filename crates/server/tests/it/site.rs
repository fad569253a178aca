//! One installation behind its router.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use keyferry_app::{Actor, App};
use keyferry_ports::secret::SecretText;
use keyferry_server::config::{Config, Raw};
use keyferry_server::{ServerState, service};
use keyferry_testkit::fuse::Fuse;
use keyferry_testkit::world::Outside;
use kms_sim::SimConfig;
use serde_json::Value;
use tower::ServiceExt;

pub(crate) const PASSWORD: &str = "a good long password";

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The problem's code.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// The body without what names the request, in which all answers differ.
    pub(crate) fn without_request(&self) -> Value {
        let mut body = self.body.clone();
        if let Some(members) = body.as_object_mut() {
            members.remove("request_id");
        }
        body
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }
}

/// One installation with an administrator `ann` and a token of hers.
pub(crate) struct Site {
    pub(crate) app: Arc<App>,
    pub(crate) outside: Outside,
    pub(crate) token: String,
    router: Router,
}

pub(crate) fn config() -> Config {
    configured("")
}

/// What a configuration file says.
pub(crate) fn configured(text: &str) -> Config {
    Raw::parse(text, &Default::default())
        .unwrap()
        .check(Path::new("/nowhere"))
        .unwrap()
}

impl Site {
    pub(crate) async fn new() -> Self {
        let outside = Outside::new(1, SimConfig::default());
        let app = outside.start(Fuse::whole(), 0).app;
        Self::of(outside, app).await
    }

    /// An installation with a configuration.
    pub(crate) async fn configured(text: &str) -> Self {
        let outside = Outside::new(1, SimConfig::default());
        let app = outside.start(Fuse::whole(), 0).app;
        Self::with(outside, app, &configured(text)).await
    }

    /// An installation on what is given.
    pub(crate) async fn of(outside: Outside, app: App) -> Self {
        Self::with(outside, app, &config()).await
    }

    async fn with(outside: Outside, app: App, config: &Config) -> Self {
        let app = Arc::new(app);
        let name = "ann".parse().unwrap();
        let password = SecretText::new(PASSWORD);
        let user = app
            .access
            .add_first_administrator(name, &password)
            .await
            .unwrap();
        let ann = Actor::person(user.id, user.name);
        let issued = app
            .access
            .create_token(&ann, "test".parse().unwrap(), None)
            .await
            .unwrap();
        let token = issued.secret.expose().to_owned();
        let router = service(
            ServerState {
                app: Arc::clone(&app),
            },
            config,
        );
        Self {
            app,
            outside,
            token,
            router,
        }
    }

    /// Sends a request as it is, and leaves the answer as it comes.
    pub(crate) async fn raw(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// Sends a request, for an answer as text.
    pub(crate) async fn send_text(&self, request: Request<Body>) -> String {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    fn request(&self, method: Method, path: &str) -> http::request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap())
            .await
    }

    /// Opens a stream.
    pub(crate) async fn open(&self, path: &str) -> Body {
        let request = self.request(Method::GET, path).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.into_body()
    }

    /// Posts JSON; `Null` is no body.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_with(path, body, &[]).await
    }

    pub(crate) async fn post_with(
        &self,
        path: &str,
        body: Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        self.change(Method::POST, path, body, headers).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value, headers: &[(&str, &str)]) -> Answer {
        self.change(Method::PATCH, path, body, headers).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.change(Method::DELETE, path, Value::Null, &[]).await
    }

    pub(crate) async fn change(
        &self,
        method: Method,
        path: &str,
        body: Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.request(method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
        };
        self.send(request.body(body).unwrap()).await
    }

    /// Calls by cookie, as a page of Keyferry does.
    pub(crate) async fn by_cookie(
        &self,
        cookie: &str,
        method: &str,
        path: &str,
        body: Value,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/{path}"))
            .header(header::COOKIE, cookie)
            .header(header::HOST, "keyferry.example")
            .header(header::ORIGIN, "https://keyferry.example");
        let body = match body {
            Value::Null => Body::empty(),
            body => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
        };
        self.send(request.body(body).unwrap()).await
    }

    /// Works off everything, letting the time pass.
    pub(crate) async fn run(&self) {
        let clock = &self.outside.clock;
        while let Some(next) = self.app.engine.run_due().await.unwrap() {
            clock.set(next);
        }
    }

    /// The identity with which the simulator's account lets us in.
    pub(crate) fn identity(&self) -> Value {
        let (id, secret) = &self.outside.access_key;
        serde_json::json!({"kind": "access-key", "access_key_id": id, "secret_access_key": secret})
    }

    /// A connection `aws` and a keystore `store`, made through the API.
    pub(crate) async fn with_keystore() -> Self {
        let site = Self::new().await;
        let connection = serde_json::json!({
            "name": "aws", "regions": ["eu-central-1"], "identity": site.identity(),
        });
        let added = site.post("/api/v1/connections", connection).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
        let keystore = serde_json::json!({"name": "store", "connection": "aws"});
        let made = site.post("/api/v1/keystores", keystore).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        site
    }
}
