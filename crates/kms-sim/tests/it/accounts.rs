//! Regions of an account: Account ListRegions, EC2 DescribeRegions.

use kms_sim::{Caller, Service};
use serde_json::{Value, json};

use crate::support::{ACCOUNT, Aws, text};

fn names(answer: &Value) -> Vec<String> {
    let regions = answer["Regions"].as_array().expect("list");
    regions
        .iter()
        .map(|region| text(&region["RegionName"]))
        .collect()
}

#[test]
fn regions_that_need_no_opting_in_are_enabled() {
    let aws = Aws::new();
    let all = names(&aws.service(Service::Account, "ListRegions", json!({})));
    assert!(all.contains(&"eu-central-1".to_owned()) && all.contains(&"af-south-1".to_owned()));
    assert!(
        all.iter()
            .all(|name| !name.contains("global") && !name.contains("fips"))
    );
    let input = json!({ "RegionOptStatusContains": ["ENABLED", "ENABLED_BY_DEFAULT"] });
    let enabled = names(&aws.service(Service::Account, "ListRegions", input.clone()));
    assert_eq!(enabled.len(), 17);
    assert!(!enabled.contains(&"af-south-1".to_owned()));
    aws.sim
        .set_region_enabled(ACCOUNT, "af-south-1", true)
        .expect("Region");
    let enabled = names(&aws.service(Service::Account, "ListRegions", input));
    assert!(enabled.contains(&"af-south-1".to_owned()));
}

#[test]
fn list_regions_has_pages() {
    let aws = Aws::new();
    let mut seen = Vec::new();
    let mut token = json!(null);
    loop {
        let input = json!({ "MaxResults": 10, "NextToken": token });
        let page = aws.service(Service::Account, "ListRegions", input);
        seen.extend(names(&page));
        match page.get("NextToken") {
            Some(next) => token = next.clone(),
            None => break,
        }
    }
    assert_eq!(seen.len(), 34);
}

#[test]
fn ec2_names_the_same_regions() {
    let aws = Aws::new();
    let usual = names(&aws.service(Service::Ec2, "DescribeRegions", json!({})));
    assert_eq!(usual.len(), 17);
    let all = aws.service(
        Service::Ec2,
        "DescribeRegions",
        json!({ "AllRegions": true }),
    );
    assert_eq!(names(&all).len(), 34);
    let input = json!({
        "AllRegions": true,
        "Filters": [{ "Name": "opt-in-status", "Values": ["not-opted-in"] }],
    });
    assert_eq!(
        names(&aws.service(Service::Ec2, "DescribeRegions", input)).len(),
        17
    );
}

#[test]
fn a_region_that_is_not_enabled_knows_no_credentials() {
    let aws = Aws::new();
    let cape = aws.at("af-south-1");
    assert_eq!(
        cape.refused("ListKeys", json!({})),
        "UnrecognizedClientException"
    );
    aws.sim
        .set_region_enabled(ACCOUNT, "af-south-1", true)
        .expect("Region");
    cape.external();
}

#[test]
fn accounts_do_not_see_one_another() {
    let aws = Aws::new();
    aws.external();
    let other = aws.by(Caller::root(crate::support::OTHER_ACCOUNT));
    assert_eq!(other.kms("ListKeys", json!({}))["Keys"], json!([]));
}

#[test]
fn other_partitions_have_their_own_regions() {
    let aws = Aws::new();
    let account = "777788889999";
    aws.sim
        .create_account_in(account, "aws-us-gov")
        .expect("account");
    let gov = aws.by(Caller::root(account)).at("us-gov-west-1");
    assert!(
        gov.external()
            .starts_with("arn:aws-us-gov:kms:us-gov-west-1:")
    );
    let regions = names(&gov.service(Service::Account, "ListRegions", json!({})));
    assert_eq!(regions, ["us-gov-east-1", "us-gov-west-1"]);
}
