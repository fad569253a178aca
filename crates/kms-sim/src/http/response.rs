//! From an outcome to an HTTP response, in the words of each protocol.

use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use serde_json::{Value, json};

use super::Front;
use super::request::Protocol;
use crate::call::{Answer, Service};
use crate::clock::http_date;
use crate::error::AwsError;

const JSON_1_1: &str = "application/x-amz-json-1.1";
const XML: &str = "text/xml";

/// Operations of KMS that answer without a body.
const NO_BODY: &[&str] = &[
    "CreateAlias",
    "DeleteAlias",
    "DisableKey",
    "DisableKeyRotation",
    "EnableKey",
    "EnableKeyRotation",
    "PutKeyPolicy",
    "RetireGrant",
    "RevokeGrant",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateKeyDescription",
    "UpdatePrimaryRegion",
];

fn build(
    front: &Front,
    status: u16,
    content_type: &str,
    request_id: &str,
    body: String,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() =
        hyper::StatusCode::from_u16(status).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = hyper::header::HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set("content-type", content_type);
    set("x-amzn-requestid", request_id);
    set("date", &http_date(front.clock.now()));
    response
}

/// Any JSON, for the control API.
pub(super) fn plain(front: &Front, status: u16, body: &Value) -> Response<Full<Bytes>> {
    build(front, status, "application/json", "", body.to_string())
}

pub(super) fn success(
    front: &Front,
    protocol: Protocol,
    operation: &str,
    answer: &Answer,
) -> Response<Full<Bytes>> {
    let id = &answer.request_id;
    match protocol {
        Protocol::Json(_) => {
            let body = if NO_BODY.contains(&operation) {
                String::new()
            } else {
                answer.output.to_string()
            };
            build(front, 200, JSON_1_1, id, body)
        }
        Protocol::Rest => build(
            front,
            200,
            "application/json",
            id,
            answer.output.to_string(),
        ),
        Protocol::Query(service) => {
            let namespace = namespace(service);
            let mut result = String::new();
            elements(&mut result, &answer.output);
            let body = format!(
                "<{operation}Response xmlns=\"{namespace}\"><{operation}Result>{result}\
                 </{operation}Result><ResponseMetadata><RequestId>{id}</RequestId>\
                 </ResponseMetadata></{operation}Response>"
            );
            build(front, 200, XML, id, body)
        }
        Protocol::Ec2 => {
            let body = format!(
                "<{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
                 <requestId>{id}</requestId><regionInfo>{}</regionInfo></{operation}Response>",
                ec2_regions(&answer.output)
            );
            build(front, 200, XML, id, body)
        }
    }
}

pub(super) fn refusal(
    front: &Front,
    protocol: Protocol,
    error: &AwsError,
) -> Response<Full<Bytes>> {
    // Refusals before the dispatch have no id of their own yet.
    let id = if error.request_id.is_empty() {
        front.simulator.world().rng.uuid()
    } else {
        error.request_id.clone()
    };
    let (code, message) = (error.code, escape(&error.message));
    let fault = if error.http_status < 500 {
        "Sender"
    } else {
        "Receiver"
    };
    match protocol {
        Protocol::Json(_) | Protocol::Rest => {
            let body = json!({ "__type": code, "message": error.message }).to_string();
            let content_type = if matches!(protocol, Protocol::Json(_)) {
                JSON_1_1
            } else {
                "application/json"
            };
            let mut response = build(front, error.http_status, content_type, &id, body);
            if let Ok(value) = hyper::header::HeaderValue::from_str(code) {
                response.headers_mut().insert("x-amzn-errortype", value);
            }
            response
        }
        Protocol::Query(service) => {
            let namespace = namespace(service);
            let body = format!(
                "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{fault}</Type>\
                 <Code>{code}</Code><Message>{message}</Message></Error>\
                 <RequestId>{id}</RequestId></ErrorResponse>"
            );
            build(front, error.http_status, XML, &id, body)
        }
        Protocol::Ec2 => {
            let body = format!(
                "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message>\
                 </Error></Errors><RequestID>{id}</RequestID></Response>"
            );
            build(front, error.http_status, XML, &id, body)
        }
    }
}

fn namespace(service: Service) -> &'static str {
    match service {
        Service::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
        _ => "https://sts.amazonaws.com/doc/2011-06-15/",
    }
}

/// JSON as XML elements: lists have `<member>`s.
fn elements(out: &mut String, value: &Value) {
    match value {
        Value::Object(object) => {
            for (name, value) in object.iter().filter(|(_, value)| !value.is_null()) {
                out.push_str(&format!("<{name}>"));
                elements(out, value);
                out.push_str(&format!("</{name}>"));
            }
        }
        Value::Array(items) => {
            for item in items {
                out.push_str("<member>");
                elements(out, item);
                out.push_str("</member>");
            }
        }
        Value::String(text) => out.push_str(&escape(text)),
        Value::Null => {}
        other => out.push_str(&other.to_string()),
    }
}

fn ec2_regions(output: &Value) -> String {
    let text = |region: &Value, name: &str| {
        let value = region.get(name).and_then(Value::as_str);
        escape(value.unwrap_or_default())
    };
    output
        .get("Regions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|region| {
            format!(
                "<item><regionName>{}</regionName><regionEndpoint>{}</regionEndpoint>\
                 <optInStatus>{}</optInStatus></item>",
                text(region, "RegionName"),
                text(region, "Endpoint"),
                text(region, "OptInStatus"),
            )
        })
        .collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
