//! What can be told of a connection without changing anything in AWS.

use std::collections::BTreeSet;

use futures::future::join_all;
use jiff::SignedDuration;
use keyferry_domain::arn::{Partition, Region};
use keyferry_domain::connection::{Connection, Endpoint, TlsTrust};
use keyferry_ports::aws::{AwsAccount, Caller};

use crate::connections::hosts::hosts;
use crate::connections::tier::{actions_of, missing_of};
use crate::link::default_region;
use crate::quota::per_second;

use super::report::Check;

/// The check that compares the rights with the tier's.
pub(super) const PERMISSIONS: &str = "permissions";

/// AWS refuses signatures that are five minutes off; a minute is the time to say so.
const SKEW_MAX: SignedDuration = SignedDuration::from_secs(60);

/// The operations of one import, by which fleets are slowed down.
const NARROW: &[&str] = &[
    "GetParametersForImport",
    "CreateKey",
    "CreateAlias",
    "ImportKeyMaterial",
];

/// All checks. Where AWS does not even say who we are, the rest is not tried.
pub(super) async fn all(connection: &Connection, link: &dyn AwsAccount) -> Vec<Check> {
    let mut checks = vec![endpoints(connection)];
    checks.extend(trust(&connection.link.tls));
    let caller = match link.caller().await {
        Ok(caller) => caller,
        Err(failure) => {
            checks.push(Check::of_call("identity", &failure));
            return checks;
        }
    };
    checks.push(identity(connection, &caller));
    checks.push(clock(link.skew()));
    let reached = join_all(connection.regions.iter().map(|region| reach(link, region))).await;
    checks.extend(reached);
    checks.push(enabled_regions(connection, link).await);
    checks.push(permissions(connection, link, &caller).await);
    checks.push(quotas());
    checks
}

fn endpoints(connection: &Connection) -> Check {
    let endpoint = &connection.link.endpoint;
    let of_region = default_region(&connection.regions).map(Partition::of_region);
    let listed = of_region.and_then(|partition| hosts(partition, &connection.regions, endpoint));
    let names = match listed {
        Ok(hosts) => hosts
            .into_iter()
            .map(|host| host.name)
            .collect::<Vec<_>>()
            .join(", "),
        Err(error) => return Check::of_error("endpoints", &error),
    };
    match endpoint {
        Endpoint::Custom { .. } => Check::noted(
            "endpoints",
            names,
            "whoever runs this endpoint can be handed key material: use it only where it is yours",
        ),
        Endpoint::Standard | Endpoint::Fips | Endpoint::Vpc { .. } => {
            Check::passed("endpoints", names)
        }
    }
}

fn trust<S>(tls: &TlsTrust<S>) -> Option<Check> {
    (!tls.check_host_name).then(|| {
        Check::noted(
            "tls",
            "the certificate need not name the host",
            "switch the check of the host name on, unless the certificate cannot name it",
        )
    })
}

fn identity(connection: &Connection, caller: &Caller) -> Check {
    let found = format!("{} in the account {}", caller.arn, caller.account);
    match &connection.account {
        Some(account) if *account != caller.account => Check::failed(
            "identity",
            format!("{found}, but the connection belongs to {account}"),
            Some("a connection keeps its account for life; check the access key or the role"),
        ),
        Some(_) => Check::passed("identity", found),
        None => Check::failed(
            "identity",
            format!("{found}; the connection has not been verified yet"),
            Some("run `keyferry connection verify`"),
        ),
    }
}

fn clock(skew: SignedDuration) -> Check {
    let seconds = skew.as_secs();
    let detail = match seconds {
        0 => "agrees with AWS's clock".to_owned(),
        1.. => format!("{seconds} s behind AWS's clock"),
        _ => format!("{} s ahead of AWS's clock", -seconds),
    };
    if skew.abs() > SKEW_MAX {
        let hint = "set this host's clock; AWS accepts five minutes of difference";
        return Check::failed("clock", detail, Some(hint));
    }
    Check::passed("clock", detail)
}

async fn reach(link: &dyn AwsAccount, region: &Region) -> Check {
    let name = format!("region {region}");
    match link.kms(region).keys(None).await {
        Ok((keys, next)) => {
            let more = if next.is_some() { " or more" } else { "" };
            Check::passed(name, format!("answers; {}{more} KMS keys", keys.len()))
        }
        Err(failure) => Check::of_call(name, &failure),
    }
}

async fn enabled_regions(connection: &Connection, link: &dyn AwsAccount) -> Check {
    let known = match link.regions().await {
        Ok(known) => known,
        Err(failure) => {
            let detail = format!("not checked: {failure}");
            let hint =
                "allow account:ListRegions or ec2:DescribeRegions, and let their hosts through";
            return Check::noted("regions enabled", detail, hint);
        }
    };
    let enabled: BTreeSet<&Region> = known
        .regions
        .iter()
        .filter(|row| row.is_enabled)
        .map(|row| &row.region)
        .collect();
    let missing: Vec<&str> = connection
        .regions
        .iter()
        .filter(|region| !enabled.contains(region))
        .map(Region::as_str)
        .collect();
    if missing.is_empty() {
        return Check::passed("regions enabled", "all Regions of the connection");
    }
    let hint = "enable the Region for the account, or take it out of the connection";
    Check::failed(
        "regions enabled",
        format!("not enabled: {}", missing.join(", ")),
        Some(hint),
    )
}

async fn permissions(connection: &Connection, link: &dyn AwsAccount, caller: &Caller) -> Check {
    let tier = connection.tier.as_str();
    if caller.arn.ends_with(":root") {
        let hint = "connect with a role or user that has only the rights of a tier";
        return Check::noted(PERMISSIONS, "the root user may do everything", hint);
    }
    let wanted = actions_of(connection.tier);
    let region = match default_region(&connection.regions) {
        Ok(region) => region,
        Err(error) => return Check::of_error(PERMISSIONS, &error),
    };
    let allowed = match link.allowed(caller, region, &wanted).await {
        Ok(allowed) => allowed,
        Err(failure) => {
            let hint = "allow iam:SimulatePrincipalPolicy on the role or user itself";
            return Check::noted(PERMISSIONS, format!("not checked: {failure}"), hint);
        }
    };
    let actions = wanted.len();
    let missing = missing_of(wanted, &allowed);
    if missing.is_empty() {
        let detail = format!("all {actions} actions of the tier {tier}");
        return Check::passed(PERMISSIONS, detail);
    }
    let hint = "print the policy with `keyferry connection policy` and attach it";
    let detail = format!("missing for the tier {tier}: {}", missing.join(", "));
    Check::failed(PERMISSIONS, detail, Some(hint))
}

/// AWS's own quotas cannot be read through KMS: what we keep to is said instead.
fn quotas() -> Check {
    let rates: Vec<String> = NARROW
        .iter()
        .map(|operation| format!("{operation} {}", per_second(operation)))
        .collect();
    Check::passed(
        "quotas",
        format!("kept to, a second in each Region: {}", rates.join(", ")),
    )
}
