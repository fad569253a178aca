//! `ec2:DescribeRegions`: the one call to Amazon EC2, made by hand, as EC2's SDK is larger than all others together.
//!
//! # Source
//!
//! Amazon EC2 API Reference, "DescribeRegions" and "Query requests"; Smithy 2.0, "AWS EC2 query protocol".

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_xml::decode::{Document, XmlDecodeError, try_data};
use http_body_util::{BodyExt, Limited};
use jiff::SignedDuration;
use keyferry_domain::arn::Partition;
use keyferry_ports::aws::{AccountRegions, CallFailure, NotSentStage, RegionStatus};

use crate::clock::after;
use crate::errors::{Oddity, answered, innermost};
use crate::link::Link;
use crate::wire::failed_exchange;

const OPERATION: &str = "DescribeRegions";
const BODY: &[u8] = b"Action=DescribeRegions&Version=2016-11-15&AllRegions=true";
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
/// The answer names some 40 Regions in about 200 bytes each.
const ANSWER_MAX: usize = 256 * 1024;
const TIMEOUT: SignedDuration = SignedDuration::from_secs(12);

/// The account's Regions, asked once in the link's default Region.
pub(crate) async fn describe_regions(link: &Link) -> Result<AccountRegions, CallFailure> {
    let credentials = link.credentials(OPERATION).await?;
    let request = signed_request(link, credentials)?;
    let deadline = after(link.clock.now(), TIMEOUT);
    let (status, body) = tokio::select! {
        answer = exchange(link, request) => answer?,
        () = link.clock.sleep_until(deadline) => return Err(unknown("no answer in time")),
    };
    if status != 200 {
        return Err(refusal(status, &body));
    }
    let regions = regions_of(&body).map_err(|error| unknown(&error.to_string()))?;
    if regions.is_empty() {
        return Err(Oddity::missing("Region").of(OPERATION, None));
    }
    Ok(AccountRegions {
        regions,
        told_by: "ec2:DescribeRegions",
    })
}

fn endpoint(link: &Link) -> String {
    let own = link.other_endpoint().url;
    let suffix = Partition::of_region(&link.region).dns_suffix();
    let url = own.unwrap_or_else(|| format!("https://ec2.{}.{suffix}", link.region));
    format!("{}/", url.trim_end_matches('/'))
}

fn signed_request(link: &Link, credentials: Credentials) -> Result<HttpRequest, CallFailure> {
    let url = endpoint(link);
    let mut request = http::Request::post(&url)
        .header(http::header::CONTENT_TYPE, FORM)
        .body(SdkBody::from(BODY))
        .map_err(|error| not_built(&error.to_string()))?;
    let identity = credentials.into();
    let now = after(link.clock.now(), link.skew.get());
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(link.region.as_str())
        .name("ec2")
        .time(SystemTime::from(now))
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| not_built(&error.to_string()))?;
    let headers = std::iter::once(("content-type", FORM));
    let signable = SignableRequest::new("POST", &url, headers, SignableBody::Bytes(BODY))
        .map_err(|error| not_built(&error.to_string()))?;
    let (instructions, _) = sign(signable, &parameters.into())
        .map_err(|error| not_built(&error.to_string()))?
        .into_parts();
    instructions.apply_to_request_http1x(&mut request);
    HttpRequest::try_from(request).map_err(|error| not_built(&error.to_string()))
}

async fn exchange(link: &Link, request: HttpRequest) -> Result<(u16, Vec<u8>), CallFailure> {
    let answer: HttpResponse = link
        .wire
        .call(request)
        .await
        .map_err(|error| failed_exchange(OPERATION, &error))?;
    let status = answer.status().as_u16();
    let body = Limited::new(answer.into_body(), ANSWER_MAX);
    let bytes = body
        .collect()
        .await
        .map_err(|error| unknown(&innermost(&*error)))?;
    Ok((status, bytes.to_bytes().to_vec()))
}

/// The rows of an answer. A Region whose status is not told is one that needs no opting in.
fn regions_of(body: &[u8]) -> Result<Vec<RegionStatus>, XmlDecodeError> {
    let mut document = Document::try_from(body)?;
    let mut root = document.root_element()?;
    let mut regions = Vec::new();
    while let Some(mut list) = root.next_tag() {
        if !list.start_el().matches("regionInfo") {
            continue;
        }
        while let Some(mut item) = list.next_tag() {
            let (mut name, mut status) = (String::new(), String::new());
            while let Some(mut field) = item.next_tag() {
                let local = field.start_el().local().to_owned();
                let text = try_data(&mut field)?.into_owned();
                match local.as_str() {
                    "regionName" => name = text,
                    "optInStatus" => status = text,
                    _ => {}
                }
            }
            let region = name
                .parse()
                .map_err(|_| XmlDecodeError::custom(format!("`{name}` is no Region")))?;
            regions.push(RegionStatus {
                region,
                is_enabled: status != "not-opted-in",
            });
        }
    }
    Ok(regions)
}

/// `<Response><Errors><Error><Code>…</Code><Message>…</Message></Error></Errors></Response>`
fn refusal(status: u16, body: &[u8]) -> CallFailure {
    let (code, message) = error_of(body).unwrap_or_default();
    answered(OPERATION, status, code.as_deref(), message.as_deref(), None)
}

fn error_of(body: &[u8]) -> Result<(Option<String>, Option<String>), XmlDecodeError> {
    let (mut code, mut message) = (None, None);
    let mut document = Document::try_from(body)?;
    let mut root = document.root_element()?;
    while let Some(mut errors) = root.next_tag() {
        while let Some(mut error) = errors.next_tag() {
            while let Some(mut field) = error.next_tag() {
                let local = field.start_el().local().to_owned();
                let text = try_data(&mut field)?.into_owned();
                match local.as_str() {
                    "Code" => code = Some(text),
                    "Message" => message = Some(text),
                    _ => {}
                }
            }
        }
    }
    Ok((code, message))
}

fn unknown(why: &str) -> CallFailure {
    CallFailure::Unknown {
        operation: OPERATION,
        why: why.to_owned(),
        request_id: None,
    }
}

fn not_built(why: &str) -> CallFailure {
    CallFailure::NotSent {
        operation: OPERATION,
        stage: NotSentStage::Build,
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_regions_of_an_answer_are_read_with_their_status() {
        let body = br#"<?xml version="1.0" encoding="UTF-8"?>
            <DescribeRegionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>x</requestId><regionInfo>
            <item><regionName>eu-central-1</regionName><regionEndpoint>e</regionEndpoint><optInStatus>opt-in-not-required</optInStatus></item>
            <item><regionName>af-south-1</regionName><optInStatus>not-opted-in</optInStatus></item>
            </regionInfo></DescribeRegionsResponse>"#;

        let found: Vec<(String, bool)> = regions_of(body)
            .unwrap()
            .into_iter()
            .map(|row| (row.region.to_string(), row.is_enabled))
            .collect();

        assert_eq!(
            found,
            [("eu-central-1".into(), true), ("af-south-1".into(), false)]
        );
    }

    #[test]
    fn a_refusal_is_read_and_what_is_no_xml_is_no_answer() {
        let body = b"<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>";

        assert!(matches!(
            refusal(403, body),
            CallFailure::Refused {
                refusal: keyferry_ports::aws::Refusal::AccessDenied,
                ..
            }
        ));
        assert!(matches!(
            refusal(403, b"<html>"),
            CallFailure::Unknown { .. }
        ));
        assert!(regions_of(b"not found").is_err());
    }
}
