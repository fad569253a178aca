//! ARNs, partitions and Regions.

use serde::{Deserialize, Serialize};

/// A key, wherever it lives: account, Region and key id name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct KeyRef {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) id: String,
}

impl KeyRef {
    pub(crate) fn arn(&self) -> String {
        kms_arn(&self.region, &self.account, &format!("key/{}", self.id))
    }

    pub(crate) fn in_region(&self, region: &str) -> KeyRef {
        KeyRef {
            region: region.to_owned(),
            ..self.clone()
        }
    }
}

pub(crate) fn kms_arn(region: &str, account: &str, resource: &str) -> String {
    format!(
        "arn:{}:kms:{region}:{account}:{resource}",
        partition_of(region)
    )
}

/// The six parts of an ARN.
pub(crate) struct Arn<'a> {
    pub(crate) partition: &'a str,
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) resource: &'a str,
}

impl<'a> Arn<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let prefix = parts.next()?;
        let arn = Arn {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        };
        (prefix == "arn" && !arn.partition.is_empty() && !arn.resource.is_empty()).then_some(arn)
    }
}

/// The partition a Region belongs to, by its name (botocore `partitions.json`).
pub(crate) fn partition_of(region: &str) -> &'static str {
    const PREFIXES: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("eusc-", "aws-eusc"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("us-iso-", "aws-iso"),
        ("eu-isoe-", "aws-iso-e"),
    ];
    PREFIXES
        .iter()
        .find(|(prefix, _)| region.starts_with(prefix))
        .map_or("aws", |(_, partition)| partition)
}

pub(crate) fn is_china(region: &str) -> bool {
    partition_of(region) == "aws-cn"
}

/// Regions of a partition: name, and whether an account must opt in (botocore `partitions.json`,
/// `endpoints.json`; AWS Account Management Reference, "Enable or disable AWS Regions").
pub(crate) fn regions_of(partition: &str) -> &'static [(&'static str, bool)] {
    match partition {
        "aws" => COMMERCIAL,
        "aws-cn" => &[("cn-north-1", false), ("cn-northwest-1", false)],
        "aws-us-gov" => &[("us-gov-east-1", false), ("us-gov-west-1", false)],
        "aws-eusc" => &[("eusc-de-east-1", false)],
        "aws-iso" => &[("us-iso-east-1", false), ("us-iso-west-1", false)],
        "aws-iso-b" => &[("us-isob-east-1", false), ("us-isob-west-1", false)],
        "aws-iso-e" => &[("eu-isoe-west-1", false)],
        "aws-iso-f" => &[("us-isof-east-1", false), ("us-isof-south-1", false)],
        _ => &[],
    }
}

const COMMERCIAL: &[(&str, bool)] = &[
    ("af-south-1", true),
    ("ap-east-1", true),
    ("ap-east-2", true),
    ("ap-northeast-1", false),
    ("ap-northeast-2", false),
    ("ap-northeast-3", false),
    ("ap-south-1", false),
    ("ap-south-2", true),
    ("ap-southeast-1", false),
    ("ap-southeast-2", false),
    ("ap-southeast-3", true),
    ("ap-southeast-4", true),
    ("ap-southeast-5", true),
    ("ap-southeast-6", true),
    ("ap-southeast-7", true),
    ("ca-central-1", false),
    ("ca-west-1", true),
    ("eu-central-1", false),
    ("eu-central-2", true),
    ("eu-north-1", false),
    ("eu-south-1", true),
    ("eu-south-2", true),
    ("eu-west-1", false),
    ("eu-west-2", false),
    ("eu-west-3", false),
    ("il-central-1", true),
    ("me-central-1", true),
    ("me-south-1", true),
    ("mx-central-1", true),
    ("sa-east-1", false),
    ("us-east-1", false),
    ("us-east-2", false),
    ("us-west-1", false),
    ("us-west-2", false),
];

/// Whether `text` has the shape of a key id: a UUID, or `mrk-` and 32 hex digits.
pub(crate) fn looks_like_key_id(text: &str) -> bool {
    let hex = |part: &str, length: usize| {
        part.len() == length
            && part
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    if let Some(rest) = text.strip_prefix("mrk-") {
        return hex(rest, 32);
    }
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == 5
        && parts
            .iter()
            .zip([8, 4, 4, 4, 12])
            .all(|(part, length)| hex(part, length))
}
