//! The Regions of each partition as this version knows them: for names, and where an account cannot be asked.

use crate::arn::{Partition, Region};

/// One Region of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownRegion {
    /// Its code, such as `eu-central-1`.
    pub code: &'static str,
    /// Its long name, such as `Europe (Frankfurt)`.
    pub name: &'static str,
    /// Whether an account has to enable it before it can be used.
    pub opt_in: bool,
}

const fn region(code: &'static str, name: &'static str) -> KnownRegion {
    KnownRegion {
        code,
        name,
        opt_in: false,
    }
}

const fn opt_in(code: &'static str, name: &'static str) -> KnownRegion {
    KnownRegion {
        code,
        name,
        opt_in: true,
    }
}

/// # Source
///
/// botocore's `partitions.json` and `endpoints.json` (1.44.5) for codes and names; AWS Account Management Reference Guide,
/// "Enable or disable AWS Regions in your account", for those that have to be enabled.
const COMMERCIAL: &[KnownRegion] = &[
    opt_in("af-south-1", "Africa (Cape Town)"),
    opt_in("ap-east-1", "Asia Pacific (Hong Kong)"),
    opt_in("ap-east-2", "Asia Pacific (Taipei)"),
    region("ap-northeast-1", "Asia Pacific (Tokyo)"),
    region("ap-northeast-2", "Asia Pacific (Seoul)"),
    region("ap-northeast-3", "Asia Pacific (Osaka)"),
    region("ap-south-1", "Asia Pacific (Mumbai)"),
    opt_in("ap-south-2", "Asia Pacific (Hyderabad)"),
    region("ap-southeast-1", "Asia Pacific (Singapore)"),
    region("ap-southeast-2", "Asia Pacific (Sydney)"),
    opt_in("ap-southeast-3", "Asia Pacific (Jakarta)"),
    opt_in("ap-southeast-4", "Asia Pacific (Melbourne)"),
    opt_in("ap-southeast-5", "Asia Pacific (Malaysia)"),
    opt_in("ap-southeast-6", "Asia Pacific (New Zealand)"),
    opt_in("ap-southeast-7", "Asia Pacific (Thailand)"),
    region("ca-central-1", "Canada (Central)"),
    opt_in("ca-west-1", "Canada West (Calgary)"),
    region("eu-central-1", "Europe (Frankfurt)"),
    opt_in("eu-central-2", "Europe (Zurich)"),
    region("eu-north-1", "Europe (Stockholm)"),
    opt_in("eu-south-1", "Europe (Milan)"),
    opt_in("eu-south-2", "Europe (Spain)"),
    region("eu-west-1", "Europe (Ireland)"),
    region("eu-west-2", "Europe (London)"),
    region("eu-west-3", "Europe (Paris)"),
    opt_in("il-central-1", "Israel (Tel Aviv)"),
    opt_in("me-central-1", "Middle East (UAE)"),
    opt_in("me-south-1", "Middle East (Bahrain)"),
    opt_in("me-west-1", "Middle East (Saudi Arabia)"),
    opt_in("mx-central-1", "Mexico (Central)"),
    region("sa-east-1", "South America (Sao Paulo)"),
    opt_in("sa-west-1", "South America (Chile)"),
    region("us-east-1", "US East (N. Virginia)"),
    region("us-east-2", "US East (Ohio)"),
    region("us-west-1", "US West (N. California)"),
    region("us-west-2", "US West (Oregon)"),
];

impl Partition {
    /// Its Regions, by code, as this version knows them.
    pub fn known_regions(self) -> &'static [KnownRegion] {
        const CN: &[KnownRegion] = &[
            region("cn-north-1", "China (Beijing)"),
            region("cn-northwest-1", "China (Ningxia)"),
        ];
        const EUSC: &[KnownRegion] = &[region(
            "eusc-de-east-1",
            "AWS European Sovereign Cloud (Germany)",
        )];
        const ISO: &[KnownRegion] = &[
            region("us-iso-east-1", "US ISO East"),
            region("us-iso-west-1", "US ISO West"),
        ];
        const ISO_B: &[KnownRegion] = &[
            region("us-isob-east-1", "US ISOB East (Ohio)"),
            region("us-isob-west-1", "US ISOB West"),
        ];
        const ISO_E: &[KnownRegion] = &[region("eu-isoe-west-1", "EU ISOE West")];
        const ISO_F: &[KnownRegion] = &[
            region("us-isof-east-1", "US ISOF East"),
            region("us-isof-south-1", "US ISOF South"),
        ];
        const US_GOV: &[KnownRegion] = &[
            region("us-gov-east-1", "AWS GovCloud (US-East)"),
            region("us-gov-west-1", "AWS GovCloud (US-West)"),
        ];
        match self {
            Self::Aws => COMMERCIAL,
            Self::AwsCn => CN,
            Self::AwsEusc => EUSC,
            Self::AwsIso => ISO,
            Self::AwsIsoB => ISO_B,
            Self::AwsIsoE => ISO_E,
            Self::AwsIsoF => ISO_F,
            Self::AwsUsGov => US_GOV,
        }
    }
}

impl Region {
    /// What this version knows of it; `None` for a code that is no Region, or a Region newer than this version.
    pub fn known(&self) -> Option<&'static KnownRegion> {
        Partition::of_region(self)
            .known_regions()
            .iter()
            .find(|known| known.code == self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_of_the_table_is_a_region_of_its_partition_and_stands_there_once() {
        for partition in Partition::all() {
            let known = partition.known_regions();
            assert!(!known.is_empty(), "{partition}");
            assert!(known.is_sorted_by(|a, b| a.code < b.code), "{partition}");
            for one in known {
                let region: Region = one.code.parse().unwrap();
                assert_eq!(Partition::of_region(&region), partition);
                assert_eq!(region.known(), Some(one));
            }
        }
    }

    #[test]
    fn a_text_that_only_looks_like_a_region_is_not_known() {
        let invented: Region = "eu-central-9".parse().unwrap();

        assert_eq!(invented.known(), None);
    }
}
