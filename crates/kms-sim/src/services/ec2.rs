//! Amazon EC2: DescribeRegions.

use serde_json::{Value, json};

use crate::args::Args;
use crate::error::AwsError;
use crate::names::regions_of;
use crate::ops::cx::Cx;
use crate::policy::conditions::Context;

pub(crate) fn run(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    if cx.operation != "DescribeRegions" {
        return super::unknown_action(cx);
    }
    cx.authorise_iam("ec2:DescribeRegions", "*", Context::default())?;
    let all = args.flag("AllRegions")?;
    let names = args.texts("RegionNames")?;
    let filters = filters(args)?;
    let account = cx.world.accounts.get(&cx.principal.account);
    let regions: Vec<Value> = regions_of(&cx.principal.partition)
        .iter()
        .filter_map(|(name, _)| Some((*name, account?.region_status(name)?)))
        .filter(|(name, status)| {
            let listed = names.is_empty() || names.contains(name);
            listed && (all || *status != "DISABLED")
        })
        .map(|(name, status)| (name, opt_in_status(status)))
        .filter(|(name, status)| {
            filters
                .iter()
                .all(|(filter, values)| match filter.as_str() {
                    "opt-in-status" => values.iter().any(|value| value == status),
                    "region-name" => values.iter().any(|value| value == name),
                    _ => true,
                })
        })
        .map(|(name, status)| {
            json!({
                "RegionName": name,
                "Endpoint": format!("ec2.{name}.amazonaws.com"),
                "OptInStatus": status,
            })
        })
        .collect();
    Ok(json!({ "Regions": regions }))
}

fn opt_in_status(status: &str) -> &'static str {
    match status {
        "ENABLED_BY_DEFAULT" => "opt-in-not-required",
        "ENABLED" => "opted-in",
        _ => "not-opted-in",
    }
}

fn filters(args: Args<'_>) -> Result<Vec<(String, Vec<String>)>, AwsError> {
    args.list("Filters")?
        .unwrap_or_default()
        .iter()
        .map(|filter| {
            let filter = Args(filter);
            let values = filter.texts("Values")?;
            Ok((
                filter.required("Name")?.to_owned(),
                values.into_iter().map(str::to_owned).collect(),
            ))
        })
        .collect()
}
