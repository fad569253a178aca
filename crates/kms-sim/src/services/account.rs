//! AWS Account Management: ListRegions, GetRegionOptStatus.

use serde_json::{Value, json};

use crate::args::Args;
use crate::error::AwsError;
use crate::names::regions_of;
use crate::ops::cx::Cx;
use crate::policy::conditions::Context;

const STATUSES: &[&str] = &[
    "ENABLED",
    "ENABLING",
    "DISABLING",
    "DISABLED",
    "ENABLED_BY_DEFAULT",
];

pub(crate) fn run(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    if args.has("AccountId") {
        return Err(AwsError::new(
            "AccessDeniedException",
            "AccountId is only for the organization's management account.",
        ));
    }
    match cx.operation.as_str() {
        "ListRegions" => list_regions(cx, args),
        "GetRegionOptStatus" => region_status(cx, args),
        _ => Err(AwsError::new("UnknownOperationException", "")),
    }
}

fn resource(cx: &Cx<'_>) -> String {
    format!(
        "arn:{}:account::{}:account",
        cx.principal.partition, cx.principal.account
    )
}

fn list_regions(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    cx.authorise_iam("account:ListRegions", &resource(cx), Context::default())?;
    let wanted = args.texts("RegionOptStatusContains")?;
    if let Some(unknown) = wanted.iter().find(|status| !STATUSES.contains(status)) {
        return Err(AwsError::validation(format!("{unknown} is no status.")));
    }
    let limit = args.bounded("MaxResults", 1, 50)?.unwrap_or(50);
    let after = args.text("NextToken")?.unwrap_or_default();
    let account = cx.world.accounts.get(&cx.principal.account);
    let mut regions = regions_of(&cx.principal.partition)
        .iter()
        .filter(|(name, _)| *name > after)
        .filter_map(|(name, _)| Some((*name, account?.region_status(name)?)))
        .filter(|(_, status)| wanted.is_empty() || wanted.contains(status));
    let page: Vec<(&str, &str)> = regions
        .by_ref()
        .take(usize::try_from(limit).unwrap_or(50))
        .collect();
    let entries: Vec<Value> = page
        .iter()
        .map(|(name, status)| json!({ "RegionName": name, "RegionOptStatus": status }))
        .collect();
    let mut output = json!({ "Regions": entries });
    if let (Some(_), Some((last, _)), Some(output)) =
        (regions.next(), page.last(), output.as_object_mut())
    {
        output.insert("NextToken".to_owned(), json!(last));
    }
    Ok(output)
}

fn region_status(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    cx.authorise_iam(
        "account:GetRegionOptStatus",
        &resource(cx),
        Context::default(),
    )?;
    let name = args.required("RegionName")?;
    let status = cx
        .world
        .accounts
        .get(&cx.principal.account)
        .and_then(|account| account.region_status(name))
        .ok_or_else(|| AwsError::validation(format!("Invalid Region {name}")))?;
    Ok(json!({ "RegionName": name, "RegionOptStatus": status }))
}
