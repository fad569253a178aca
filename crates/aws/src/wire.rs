//! The SDK's HTTP connector: one pool per link, over connections of ours.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::date_time::Format;
use aws_types::request_id::RequestId;
use http::Uri;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use jiff::Timestamp;
use keyferry_ports::aws::{CallFailure, NotSentStage};
use keyferry_ports::clock::Clock;
use rustls::AlertDescription;
use tower::Service;

use crate::clock::Skew;
use crate::dial::{Dialer, Purpose, Stream, WireError};

/// Shorter than AWS keeps idle connections, so that we rarely write into one that it has closed.
const POOL_IDLE: Duration = Duration::from_secs(15);

/// The way to AWS: pool, TLS, proxy. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Wire(Arc<Inner>);

struct Inner {
    client: Client<DialService, SdkBody>,
    clock: Arc<dyn Clock>,
    skew: Arc<Skew>,
    purpose: Purpose,
}

impl Wire {
    pub(crate) fn new(dialer: Dialer, skew: Arc<Skew>) -> Self {
        let clock = Arc::clone(&dialer.clock);
        let purpose = dialer.purpose;
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(POOL_IDLE)
            .build(DialService(Arc::new(dialer)));
        Self(Arc::new(Inner {
            client,
            clock,
            skew,
            purpose,
        }))
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let inner = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move { inner.exchange(request).await })
    }
}

impl Inner {
    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| {
            connector_error(WireError::not_sent(NotSentStage::Build, error.to_string()))
        })?;
        if self.purpose == Purpose::HostCredentials && is_service_without_tls(&request) {
            return Err(connector_error(WireError::not_sent(
                NotSentStage::Build,
                "a service of AWS would be called without TLS",
            )));
        }
        let sent = self.clock.now();
        let answer = self
            .client
            .request(request)
            .await
            .map_err(|error| connector_error(wire_error(&error)))?;
        let (parts, body) = answer.into_parts();
        let answer = http::Response::from_parts(parts, SdkBody::from_body_1_x(body));
        let answer = HttpResponse::try_from(answer).map_err(|error| {
            connector_error(WireError {
                stage: None,
                why: error.to_string(),
            })
        })?;
        self.learn_skew(sent, &answer);
        Ok(answer)
    }

    /// Only AWS's own answers count: a proxy or a metadata service has its own clock.
    fn learn_skew(&self, sent: Timestamp, answer: &HttpResponse) {
        if answer.request_id().is_none() {
            return;
        }
        let date = answer
            .headers()
            .get("date")
            .and_then(|date| DateTime::from_str(date, Format::HttpDate).ok())
            .and_then(|date| Timestamp::from_second(date.secs()).ok());
        if let Some(date) = date {
            self.skew.learn(sent, self.clock.now(), date);
        }
    }
}

/// What became of a request that was sent without the SDK.
pub(crate) fn failed_exchange(operation: &'static str, error: &ConnectorError) -> CallFailure {
    let mut link: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = link {
        if let Some(WireError { stage, why }) = cause.downcast_ref::<WireError>() {
            let why = why.clone();
            return match *stage {
                Some(stage) => CallFailure::NotSent {
                    operation,
                    stage,
                    why,
                },
                None => CallFailure::Unknown {
                    operation,
                    why,
                    request_id: None,
                },
            };
        }
        link = cause.source();
    }
    CallFailure::Unknown {
        operation,
        why: error.to_string(),
        request_id: None,
    }
}

/// Metadata services have no TLS and are asked by GET and PUT. STS is called by POST, IAM Identity Center with its
/// bearer token: at a plain address these are endpoints of the host's configuration.
fn is_service_without_tls(request: &http::Request<SdkBody>) -> bool {
    request.uri().scheme_str() != Some("https")
        && (request.method() == http::Method::POST
            || request.headers().contains_key("x-amz-sso_bearer_token"))
}

/// Reads may try again after a failed connection, but not after a certificate that is not trusted.
fn connector_error(error: WireError) -> ConnectorError {
    match error.stage {
        Some(NotSentStage::Tls | NotSentStage::Build) => ConnectorError::user(error.into()),
        _ => ConnectorError::io(error.into()),
    }
}

/// What a failed exchange was: ours, a refused handshake, or something after the request had left.
fn wire_error(error: &hyper_util::client::legacy::Error) -> WireError {
    let mut why = error.to_string();
    let mut link: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = link {
        if let Some(ours) = cause.downcast_ref::<WireError>() {
            return ours.clone();
        }
        if let Some(alert) = handshake_alert(cause) {
            return WireError::not_sent(
                NotSentStage::Tls,
                format!("the server refuses our certificate, or wants one ({alert:?})"),
            );
        }
        why = cause.to_string();
        link = cause.source();
    }
    WireError { stage: None, why }
}

/// An alert by which a server ends a handshake. In TLS 1.3 it reaches us after our first bytes, but a server that
/// did not finish the handshake has read none of them (RFC 8446, sections 4.4.2.4 and 6.2).
fn handshake_alert(cause: &(dyn Error + 'static)) -> Option<AlertDescription> {
    let held = cause
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    let tls = match held {
        Some(held) => held.downcast_ref::<rustls::Error>(),
        None => cause.downcast_ref::<rustls::Error>(),
    };
    match tls {
        Some(rustls::Error::AlertReceived(alert)) => Some(*alert).filter(is_about_the_handshake),
        _ => None,
    }
}

fn is_about_the_handshake(alert: &AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::HandshakeFailure
    )
}

/// [`Dialer`] as hyper wants it.
#[derive(Clone)]
struct DialService(Arc<Dialer>);

type Dialling = Pin<Box<dyn Future<Output = Result<TokioIo<Stream>, WireError>> + Send>>;

impl Service<Uri> for DialService {
    type Response = TokioIo<Stream>;
    type Error = WireError;
    type Future = Dialling;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), WireError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Dialling {
        let dialer = Arc::clone(&self.0);
        Box::pin(async move { dialer.dial(&uri).await })
    }
}
