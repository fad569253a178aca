//! AWS's own names: partition, account, Region, and the ARN of a KMS key.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A group of AWS Regions with its own accounts; credentials never cross it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Partition {
    /// Commercial Regions.
    Aws,
    /// China.
    AwsCn,
    /// European Sovereign Cloud.
    AwsEusc,
    /// ISO (US, top secret).
    AwsIso,
    /// ISO-B (US, secret).
    AwsIsoB,
    /// ISO-E.
    AwsIsoE,
    /// ISO-F.
    AwsIsoF,
    /// GovCloud (US).
    AwsUsGov,
}

impl Partition {
    /// Every partition, by ARN prefix and DNS suffix (botocore's `partitions.json`, 1.44).
    const TABLE: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Aws, "aws", "amazonaws.com"),
        (Self::AwsCn, "aws-cn", "amazonaws.com.cn"),
        (Self::AwsEusc, "aws-eusc", "amazonaws.eu"),
        (Self::AwsIso, "aws-iso", "c2s.ic.gov"),
        (Self::AwsIsoB, "aws-iso-b", "sc2s.sgov.gov"),
        (Self::AwsIsoE, "aws-iso-e", "cloud.adc-e.uk"),
        (Self::AwsIsoF, "aws-iso-f", "csp.hci.ic.gov"),
        (Self::AwsUsGov, "aws-us-gov", "amazonaws.com"),
    ];

    /// Every partition.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::TABLE.iter().map(|row| row.0)
    }

    /// The word in ARNs, such as `aws-cn`.
    pub fn as_str(self) -> &'static str {
        Self::TABLE
            .iter()
            .find(|row| row.0 == self)
            .map_or("aws", |row| row.1)
    }

    /// The end of its host names, such as `amazonaws.com`.
    pub fn dns_suffix(self) -> &'static str {
        Self::TABLE
            .iter()
            .find(|row| row.0 == self)
            .map_or("amazonaws.com", |row| row.2)
    }

    /// The partition that a Region belongs to, told by the Region's prefix.
    pub fn of_region(region: &Region) -> Self {
        let name = region.as_str();
        let prefixes = [
            ("cn-", Self::AwsCn),
            ("us-gov-", Self::AwsUsGov),
            ("eusc-", Self::AwsEusc),
            ("us-isob-", Self::AwsIsoB),
            ("us-isof-", Self::AwsIsoF),
            ("eu-isoe-", Self::AwsIsoE),
            ("us-iso-", Self::AwsIso),
        ];
        prefixes
            .iter()
            .find(|(prefix, _)| name.starts_with(prefix))
            .map_or(Self::Aws, |row| row.1)
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Partition {
    type Err = BadAwsName;

    fn from_str(text: &str) -> Result<Self, BadAwsName> {
        Self::TABLE
            .iter()
            .find(|row| row.1 == text)
            .map(|row| row.0)
            .ok_or_else(|| BadAwsName::new("partition", text))
    }
}

/// A text that is not what AWS would call so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an AWS {what}")]
pub struct BadAwsName {
    what: &'static str,
    text: String,
}

impl BadAwsName {
    pub(crate) fn new(what: &'static str, text: &str) -> Self {
        Self {
            what,
            text: text.chars().take(120).collect(),
        }
    }
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $valid:expr) => {
        $(#[$doc])*
        ///
        /// Clones share the text.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadAwsName;

            fn from_str(text: &str) -> Result<Self, BadAwsName> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(BadAwsName::new($what, text))
                }
            }
        }
    };
}

text_type! {
    /// Twelve digits.
    AccountId, "account id (12 digits)", |text| {
        text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
    }
}

text_type! {
    /// A Region's code, such as `eu-central-1` (two to three words and a number, as KMS's
    /// `ReplicaRegion` has it).
    Region, "Region", |text| {
        let parts: Vec<&str> = text.split('-').collect();
        let Some((number, words)) = parts.split_last() else { return false };
        (2..=3).contains(&words.len())
            && words.iter().all(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase()))
            && !number.is_empty()
            && number.len() <= 3
            && number.bytes().all(|b| b.is_ascii_digit())
    }
}

text_type! {
    /// AWS's id of one imported material: 64 lower-case hexadecimal characters
    /// (KMS API, `KeyMaterialId`). The same bytes have another id in another KMS key.
    MaterialId, "key material id", |text| {
        text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    }
}

/// One AWS account in its partition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account {
    /// Where the account lives.
    pub partition: Partition,
    /// Its twelve digits.
    pub id: AccountId,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.partition {
            Partition::Aws => write!(f, "{}", self.id),
            other => write!(f, "{}/{}", other, self.id),
        }
    }
}

/// One account in one Region: what quotas count, and what one server works on at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane {
    /// Whose quotas.
    pub account: Account,
    /// Where.
    pub region: Region,
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}",
            self.account.partition, self.account.id, self.region
        )
    }
}

/// The ARN of a KMS key: `arn:PARTITION:kms:REGION:ACCOUNT:key/KEY-ID`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KmsKeyArn {
    partition: Partition,
    region: Region,
    account: AccountId,
    key_id: Arc<str>,
}

impl KmsKeyArn {
    /// Where the key is.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// AWS's key id, such as `mrk-…` or a UUID.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Whose key it is.
    pub fn account(&self) -> Account {
        Account {
            partition: self.partition,
            id: self.account.clone(),
        }
    }

    /// The lane in which work on this key counts.
    pub fn lane(&self) -> Lane {
        Lane {
            account: self.account(),
            region: self.region.clone(),
        }
    }

    /// The same multi-Region key in another Region.
    pub fn in_region(&self, region: &Region) -> Self {
        Self {
            region: region.clone(),
            ..self.clone()
        }
    }
}

impl fmt::Display for KmsKeyArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            region,
            account,
            key_id,
        } = self;
        write!(f, "arn:{partition}:kms:{region}:{account}:key/{key_id}")
    }
}

impl FromStr for KmsKeyArn {
    type Err = BadAwsName;

    fn from_str(text: &str) -> Result<Self, BadAwsName> {
        let bad = || BadAwsName::new("KMS key ARN", text);
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next().ok_or_else(bad);
        if next()? != "arn" {
            return Err(bad());
        }
        let partition = next()?.parse().map_err(|_| bad())?;
        if next()? != "kms" {
            return Err(bad());
        }
        let region = next()?.parse().map_err(|_| bad())?;
        let account = next()?.parse().map_err(|_| bad())?;
        let key_id = next()?.strip_prefix("key/").ok_or_else(bad)?;
        let valid = !key_id.is_empty()
            && key_id.len() <= 128
            && key_id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !valid {
            return Err(bad());
        }
        Ok(Self {
            partition,
            region,
            account,
            key_id: key_id.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_survives_parsing_and_printing() {
        let text =
            "arn:aws-cn:kms:cn-north-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";

        let arn: KmsKeyArn = text.parse().unwrap();

        assert_eq!(arn.to_string(), text);
        assert_eq!(arn.account().partition, Partition::AwsCn);
    }

    #[test]
    fn what_is_no_kms_key_arn_is_refused() {
        for text in [
            "",
            "arn:aws:kms:eu-west-1:111122223333:alias/app",
            "arn:aws:kms:eu-west-1:11112222333:key/x",
            "arn:aws:s3:eu-west-1:111122223333:key/x",
            "arn:aws:kms:eu_west_1:111122223333:key/x",
            "arn:aws:kms:eu-west-1:111122223333:key/a/b",
        ] {
            assert!(text.parse::<KmsKeyArn>().is_err(), "accepted {text:?}");
        }
    }

    #[test]
    fn a_region_names_its_partition() {
        let of = |text: &str| Partition::of_region(&text.parse().unwrap());

        assert_eq!(of("eu-central-1"), Partition::Aws);
        assert_eq!(of("cn-northwest-1"), Partition::AwsCn);
        assert_eq!(of("us-gov-west-1"), Partition::AwsUsGov);
        assert_eq!(of("eusc-de-east-1"), Partition::AwsEusc);
        assert_eq!(of("us-isob-east-1"), Partition::AwsIsoB);
    }
}
