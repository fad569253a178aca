//! Calls that are made without an SDK: one request, signed and sent once by the link's wire.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt, Limited};
use jiff::SignedDuration;
use keyferry_domain::arn::{Partition, Region};
use keyferry_ports::aws::{CallFailure, NotSentStage};

use crate::clock::after;
use crate::errors::innermost;
use crate::link::Link;
use crate::wire::failed_exchange;

const TIMEOUT: SignedDuration = SignedDuration::from_secs(12);

/// One request.
pub(crate) struct ByHand<'a> {
    pub(crate) operation: &'static str,
    /// The service's name in host and signature.
    pub(crate) service: &'static str,
    pub(crate) region: &'a Region,
    pub(crate) headers: &'a [(&'static str, &'static str)],
    pub(crate) body: &'a [u8],
    /// Bytes that an answer has at most.
    pub(crate) answer_max: usize,
}

impl ByHand<'_> {
    /// Status and body of the answer.
    pub(crate) async fn send(&self, link: &Link) -> Result<(u16, Vec<u8>), CallFailure> {
        let credentials = link.credentials(self.operation).await?;
        let request = self.signed(link, credentials)?;
        let deadline = after(link.clock.now(), TIMEOUT);
        tokio::select! {
            answer = self.exchange(link, request) => answer,
            () = link.clock.sleep_until(deadline) => Err(self.unknown("no answer in time")),
        }
    }

    fn endpoint(&self, link: &Link) -> String {
        let own = link.other_endpoint().url;
        let suffix = Partition::of_region(self.region).dns_suffix();
        let url =
            own.unwrap_or_else(|| format!("https://{}.{}.{suffix}", self.service, self.region));
        format!("{}/", url.trim_end_matches('/'))
    }

    fn signed(&self, link: &Link, credentials: Credentials) -> Result<HttpRequest, CallFailure> {
        let url = self.endpoint(link);
        let mut request = http::Request::post(&url);
        for (name, value) in self.headers {
            request = request.header(*name, *value);
        }
        let mut request = request
            .body(SdkBody::from(self.body))
            .map_err(|error| self.not_built(&error.to_string()))?;
        let identity = credentials.into();
        let now = after(link.clock.now(), link.skew.get());
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region.as_str())
            .name(self.service)
            .time(SystemTime::from(now))
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| self.not_built(&error.to_string()))?;
        let headers = self.headers.iter().copied();
        let body = SignableBody::Bytes(self.body);
        let signable = SignableRequest::new("POST", &url, headers, body)
            .map_err(|error| self.not_built(&error.to_string()))?;
        let (instructions, _) = sign(signable, &parameters.into())
            .map_err(|error| self.not_built(&error.to_string()))?
            .into_parts();
        instructions.apply_to_request_http1x(&mut request);
        HttpRequest::try_from(request).map_err(|error| self.not_built(&error.to_string()))
    }

    async fn exchange(
        &self,
        link: &Link,
        request: HttpRequest,
    ) -> Result<(u16, Vec<u8>), CallFailure> {
        let answer: HttpResponse = link
            .wire
            .call(request)
            .await
            .map_err(|error| failed_exchange(self.operation, &error))?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), self.answer_max);
        let bytes = body
            .collect()
            .await
            .map_err(|error| self.unknown(&innermost(&*error)))?;
        Ok((status, bytes.to_bytes().to_vec()))
    }

    /// Nobody knows what became of it.
    pub(crate) fn unknown(&self, why: &str) -> CallFailure {
        CallFailure::Unknown {
            operation: self.operation,
            why: why.to_owned(),
            request_id: None,
        }
    }

    fn not_built(&self, why: &str) -> CallFailure {
        CallFailure::NotSent {
            operation: self.operation,
            stage: NotSentStage::Build,
            why: why.to_owned(),
        }
    }
}
