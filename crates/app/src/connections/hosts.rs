//! The exact hosts that a connection calls: what a firewall must let through.

use keyferry_domain::arn::{Partition, Region};
use keyferry_domain::connection::Endpoint;

use crate::error::AppError;
use crate::link::default_region;

/// One host, TCP port 443 unless the name says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its name, with a port where a custom endpoint has one.
    pub name: String,
    /// Which services are called there.
    pub what_for: &'static str,
}

/// Where the services without regional endpoints live: partition, host of IAM, Region of Account Management.
///
/// # Source
///
/// The endpoint rules of AWS's SDK for Rust (`aws-sdk-iam` 1.133, `aws-sdk-account` 1.126).
const GLOBAL: &[(Partition, &str, &str)] = &[
    (Partition::Aws, "iam", "us-east-1"),
    (Partition::AwsCn, "iam.cn-north-1", "cn-northwest-1"),
    (Partition::AwsEusc, "iam.eusc-de-east-1", "eusc-de-east-1"),
    (Partition::AwsIso, "iam.us-iso-east-1", "us-iso-east-1"),
    (Partition::AwsIsoB, "iam.us-isob-east-1", "us-isob-east-1"),
    (Partition::AwsIsoE, "iam.eu-isoe-west-1", "eu-isoe-west-1"),
    (Partition::AwsIsoF, "iam.us-isof-south-1", "us-isof-south-1"),
    (Partition::AwsUsGov, "iam.us-gov", "us-gov-west-1"),
];

const STS: &str = "STS: who we are, and assuming roles";
const IAM: &str = "IAM: checking rights, pick lists, access keys";
const ACCOUNT: &str = "Account Management: which Regions are enabled";
const CLOUDTRAIL: &str = "CloudTrail: who changed a KMS key";
const EC2: &str = "EC2: which Regions are enabled, where Account Management may not be asked";

/// The hosts of a connection with these Regions, default first, each once. The host's own credentials may need more:
/// what its configuration names.
///
/// # Errors
///
/// [`AppError::Invalid`] without a Region, or with one of another partition.
///
/// # Source
///
/// AWS General Reference, "AWS Key Management Service endpoints and quotas".
pub fn hosts(
    partition: Partition,
    regions: &[Region],
    endpoint: &Endpoint,
) -> Result<Vec<Host>, AppError> {
    let default = default_region(regions)?;
    if let Some(other) = regions
        .iter()
        .find(|region| Partition::of_region(region) != partition)
    {
        return Err(AppError::Invalid {
            field: "regions",
            why: format!("{other} is not in the partition {partition}"),
        });
    }
    if let Endpoint::Custom { url } = endpoint {
        let what_for = "every service, at the custom endpoint";
        return Ok(vec![host(authority(url).to_owned(), what_for)]);
    }
    let mut all = kms_hosts(partition, regions, endpoint);
    let suffix = partition.dns_suffix();
    all.push(host(format!("sts.{default}.{suffix}"), STS));
    let (iam, account) = GLOBAL
        .iter()
        .find(|row| row.0 == partition)
        .map_or(("iam", default.as_str()), |row| (row.1, row.2));
    all.push(host(format!("{iam}.{suffix}"), IAM));
    all.push(host(format!("account.{account}.{suffix}"), ACCOUNT));
    all.push(host(format!("ec2.{default}.{suffix}"), EC2));
    for region in regions {
        let name = format!("cloudtrail.{region}.{suffix}");
        if all.iter().all(|known| known.name != name) {
            all.push(host(name, CLOUDTRAIL));
        }
    }
    Ok(all)
}

fn kms_hosts(partition: Partition, regions: &[Region], endpoint: &Endpoint) -> Vec<Host> {
    let suffix = partition.dns_suffix();
    let service = match endpoint {
        Endpoint::Vpc { host: name } => {
            return vec![host(name.clone(), "KMS, through the VPC endpoint")];
        }
        Endpoint::Fips => "kms-fips",
        Endpoint::Standard | Endpoint::Custom { .. } => "kms",
    };
    let mut names: Vec<String> = Vec::new();
    for region in regions {
        let name = format!("{service}.{region}.{suffix}");
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(|name| host(name, "KMS")).collect()
}

fn host(name: String, what_for: &'static str) -> Host {
    Host { name, what_for }
}

/// Host and port of a URL.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regions(texts: &[&str]) -> Vec<Region> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn names(partition: Partition, of: &[&str], endpoint: &Endpoint) -> Vec<String> {
        let hosts = hosts(partition, &regions(of), endpoint).unwrap();
        hosts.into_iter().map(|host| host.name).collect()
    }

    #[test]
    fn each_region_has_its_kms_host_and_the_default_region_the_sign_in() {
        let found = names(
            Partition::Aws,
            &["eu-central-1", "us-east-1", "eu-central-1"],
            &Endpoint::Standard,
        );

        assert_eq!(
            found,
            [
                "kms.eu-central-1.amazonaws.com",
                "kms.us-east-1.amazonaws.com",
                "sts.eu-central-1.amazonaws.com",
                "iam.amazonaws.com",
                "account.us-east-1.amazonaws.com",
                "ec2.eu-central-1.amazonaws.com",
                "cloudtrail.eu-central-1.amazonaws.com",
                "cloudtrail.us-east-1.amazonaws.com",
            ]
        );
    }

    #[test]
    fn fips_changes_the_kms_hosts_only() {
        let found = names(Partition::AwsUsGov, &["us-gov-east-1"], &Endpoint::Fips);

        assert_eq!(
            found,
            [
                "kms-fips.us-gov-east-1.amazonaws.com",
                "sts.us-gov-east-1.amazonaws.com",
                "iam.us-gov.amazonaws.com",
                "account.us-gov-west-1.amazonaws.com",
                "ec2.us-gov-east-1.amazonaws.com",
                "cloudtrail.us-gov-east-1.amazonaws.com",
            ]
        );
    }

    #[test]
    fn a_vpc_endpoint_serves_kms_alone_and_a_custom_one_everything() {
        let vpc = Endpoint::Vpc {
            host: "vpce-0123-abcd.kms.cn-north-1.vpce.amazonaws.com.cn".into(),
        };
        let custom = Endpoint::Custom {
            url: "https://aws.example.org:8443/x".into(),
        };

        let through_vpc = names(Partition::AwsCn, &["cn-north-1"], &vpc);
        let through_custom = names(Partition::Aws, &["eu-west-1"], &custom);

        assert_eq!(
            through_vpc,
            [
                "vpce-0123-abcd.kms.cn-north-1.vpce.amazonaws.com.cn",
                "sts.cn-north-1.amazonaws.com.cn",
                "iam.cn-north-1.amazonaws.com.cn",
                "account.cn-northwest-1.amazonaws.com.cn",
                "ec2.cn-north-1.amazonaws.com.cn",
                "cloudtrail.cn-north-1.amazonaws.com.cn",
            ]
        );
        assert_eq!(through_custom, ["aws.example.org:8443"]);
    }

    #[test]
    fn a_region_of_another_partition_is_refused() {
        let found = hosts(
            Partition::Aws,
            &regions(&["cn-north-1"]),
            &Endpoint::Standard,
        );

        assert_eq!(found.unwrap_err().code(), "request.invalid");
    }
}
