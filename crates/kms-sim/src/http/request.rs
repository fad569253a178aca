//! From an HTTP request to a call: protocol, signature, operation, input.

use http_body_util::{BodyExt as _, Limited};
use hyper::Request;
use hyper::body::{Bytes, Incoming};
use serde_json::{Value, json};

use super::query;
use crate::call::{Call, Caller, Service};
use crate::clock::Micros;
use crate::dispatch::{bad_signature, check_signature_age, invalid_token, signature_error};
use crate::error::AwsError;
use crate::sigv4::{Authorization, SignedRequest, signed_at};
use crate::simulator::Simulator;

/// Largest body.
const BODY_MAX: usize = 1 << 20;

/// A request with its body.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Bytes,
}

/// How a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// awsJson 1.1
    Json(Service),
    /// AWS Query with XML answers.
    Query(Service),
    /// REST-JSON
    Rest,
    /// Amazon EC2's dialect of Query.
    Ec2,
}

impl Protocol {
    pub(super) fn service(self) -> Service {
        match self {
            Protocol::Json(service) | Protocol::Query(service) => service,
            Protocol::Rest => Service::Account,
            Protocol::Ec2 => Service::Ec2,
        }
    }
}

impl Received {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(held, _)| held.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

pub(super) async fn receive(
    request: Request<Incoming>,
) -> Result<Received, Box<dyn std::error::Error + Send + Sync>> {
    let (parts, body) = request.into_parts();
    let mut headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect();
    // HTTP/2 has the authority instead of a Host header.
    let has_host = headers.iter().any(|(name, _)| name == "host");
    if let (false, Some(authority)) = (has_host, parts.uri.authority()) {
        headers.push(("host".to_owned(), authority.to_string()));
    }
    let body = Limited::new(body, BODY_MAX).collect().await?.to_bytes();
    Ok(Received {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers,
        body,
    })
}

/// The protocol, by target header, path and signature scope.
pub(super) fn protocol(received: &Received) -> Protocol {
    if let Some(target) = received.header("x-amz-target") {
        let is_trail = target.contains("CloudTrail_20131101.");
        let service = if is_trail {
            Service::CloudTrail
        } else {
            Service::Kms
        };
        return Protocol::Json(service);
    }
    let scope = received
        .header("authorization")
        .and_then(Authorization::parse)
        .and_then(|authorization| Service::from_name(&authorization.service));
    match scope {
        Some(Service::Account) => Protocol::Rest,
        Some(Service::Ec2) => Protocol::Ec2,
        Some(Service::Iam) => Protocol::Query(Service::Iam),
        Some(service @ (Service::Kms | Service::CloudTrail)) => Protocol::Json(service),
        Some(Service::Sts) | None => Protocol::Query(Service::Sts),
    }
}

/// Checks the signature and reads the operation and its input.
pub(super) fn to_call(
    simulator: &Simulator,
    received: &Received,
    protocol: Protocol,
    now: Micros,
) -> Result<Call, AwsError> {
    let service = protocol.service();
    let (operation, input) = operation(received, protocol)?;
    if received.header("authorization").is_none()
        && service == Service::Sts
        && operation == "AssumeRoleWithWebIdentity"
    {
        let region = region_of_host(received).unwrap_or("us-east-1").to_owned();
        return Ok(Call::new(
            &Caller::Anonymous,
            &region,
            service,
            &operation,
            input,
        ));
    }
    let (caller, region, signed_at) = authenticate(simulator, received, service, now)?;
    Ok(Call::new(&caller, &region, service, &operation, input).signed_at(signed_at))
}

/// The caller, the Region and the time of a signature, which must be right.
fn authenticate(
    simulator: &Simulator,
    received: &Received,
    service: Service,
    now: Micros,
) -> Result<(Caller, String, Micros), AwsError> {
    let header = received
        .header("authorization")
        .ok_or_else(|| missing_token(service))?;
    let authorization = Authorization::parse(header).ok_or_else(|| incomplete(service))?;
    let signed_at = signed_at(&received.headers).ok_or_else(|| incomplete(service))?;
    let secret = simulator
        .world()
        .credentials
        .get(&authorization.access_key_id)
        .map(|credential| credential.secret.clone())
        .ok_or_else(|| invalid_token(service))?;
    if authorization.service != service.name() {
        let text = format!(
            "Credential should be scoped to correct service: '{}'.",
            service.name()
        );
        return Err(signature_error(service, &text));
    }
    if region_of_host(received).is_some_and(|region| region != authorization.region) {
        let text = "Credential should be scoped to a valid region.";
        return Err(signature_error(service, text));
    }
    check_signature_age(service, signed_at, now)?;
    let request = SignedRequest {
        method: &received.method,
        path: &received.path,
        query: &received.query,
        headers: &received.headers,
        body: &received.body,
    };
    if !authorization.verify(&request, &secret) {
        return Err(bad_signature(service));
    }
    let caller = Caller::Credentials {
        access_key_id: authorization.access_key_id,
        secret_access_key: None,
        session_token: received.header("x-amz-security-token").map(str::to_owned),
    };
    Ok((caller, authorization.region, signed_at))
}

fn missing_token(service: Service) -> AwsError {
    let code = match service {
        Service::Kms | Service::Account | Service::CloudTrail => {
            "MissingAuthenticationTokenException"
        }
        _ => "MissingAuthenticationToken",
    };
    AwsError::new(code, "Missing Authentication Token")
}

fn incomplete(service: Service) -> AwsError {
    let code = match service {
        Service::Kms | Service::Account | Service::CloudTrail => "IncompleteSignatureException",
        _ => "IncompleteSignature",
    };
    AwsError::new(
        code,
        "The request signature does not conform to AWS standards.",
    )
}

/// `eu-west-1` of `kms.eu-west-1.amazonaws.com`; nothing for other hosts.
fn region_of_host(received: &Received) -> Option<&str> {
    let host = received.header("host")?.split(':').next()?;
    let mut labels = host.split('.');
    let service = labels.next()?.trim_end_matches("-fips");
    let region = labels.next()?;
    let domain = labels.next()?;
    let known = Service::from_name(service).is_some()
        && ["amazonaws", "api"].contains(&domain)
        && region != "amazonaws";
    known.then_some(region)
}

fn operation(received: &Received, protocol: Protocol) -> Result<(String, Value), AwsError> {
    match protocol {
        Protocol::Json(service) => {
            let target = received.header("x-amz-target").unwrap_or_default();
            let known = match service {
                Service::CloudTrail => target.rsplit_once("CloudTrail_20131101."),
                _ => target
                    .split_once("TrentService.")
                    .filter(|parts| parts.0.is_empty()),
            };
            let (_, operation) =
                known.ok_or_else(|| AwsError::new("UnknownOperationException", ""))?;
            Ok((operation.to_owned(), json_body(&received.body)?))
        }
        Protocol::Rest => {
            let operation = match received.path.as_str() {
                "/listRegions" => "ListRegions",
                "/getRegionOptStatus" => "GetRegionOptStatus",
                _ => return Err(AwsError::new("UnknownOperationException", "")),
            };
            Ok((operation.to_owned(), json_body(&received.body)?))
        }
        Protocol::Query(_) | Protocol::Ec2 => {
            let body = String::from_utf8_lossy(&received.body);
            let form = if body.is_empty() {
                &received.query
            } else {
                body.as_ref()
            };
            let input = query::decode(form, protocol == Protocol::Ec2);
            let action = input.get("Action").and_then(Value::as_str);
            let action = action.ok_or_else(|| {
                AwsError::new(
                    "MissingAction",
                    "The request must contain the parameter Action",
                )
            })?;
            Ok((action.to_owned(), input.clone()))
        }
    }
}

fn json_body(body: &[u8]) -> Result<Value, AwsError> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| AwsError::new("SerializationException", "The body is not a JSON object."))
}
