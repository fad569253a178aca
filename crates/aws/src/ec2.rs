//! `ec2:DescribeRegions`: the one call to Amazon EC2, made by hand, as EC2's SDK is larger than all others together.
//!
//! # Source
//!
//! Amazon EC2 API Reference, "DescribeRegions" and "Query requests"; Smithy 2.0, "AWS EC2 query protocol".

use aws_smithy_xml::decode::{Document, XmlDecodeError, try_data};
use keyferry_ports::aws::{AccountRegions, CallFailure, RegionStatus};

use crate::by_hand::ByHand;
use crate::errors::{Oddity, answered};
use crate::link::Link;

const OPERATION: &str = "DescribeRegions";
const BODY: &[u8] = b"Action=DescribeRegions&Version=2016-11-15&AllRegions=true";
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
/// The answer names some 40 Regions in about 200 bytes each.
const ANSWER_MAX: usize = 256 * 1024;

/// The account's Regions, asked once in the link's default Region.
pub(crate) async fn describe_regions(link: &Link) -> Result<AccountRegions, CallFailure> {
    let call = ByHand {
        operation: OPERATION,
        service: "ec2",
        region: &link.region,
        headers: &[("content-type", FORM)],
        body: BODY,
        answer_max: ANSWER_MAX,
    };
    let (status, body) = call.send(link).await?;
    if status != 200 {
        return Err(refusal(status, &body));
    }
    let regions = regions_of(&body).map_err(|error| call.unknown(&error.to_string()))?;
    if regions.is_empty() {
        return Err(Oddity::missing("Region").of(OPERATION, None));
    }
    Ok(AccountRegions {
        regions,
        told_by: "ec2:DescribeRegions",
    })
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
