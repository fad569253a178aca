//! Which Regions there are, and which of them an account may use: asked of the account, else told from our own table.

use keyferry_domain::arn::{Account, Partition, Region};
use keyferry_domain::connection::{Connection, Endpoint, LinkHealth};
use keyferry_ports::aws::{AccountRegions, AwsAccount, CallFailure, Refusal};
use keyferry_ports::vault::VaultError;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::link::default_region;
use crate::parts::Shared;

use super::Connections;
use super::hosts::{Host, hosts};

/// Who told which Regions there are.
pub const BUILT_IN: &str = "built-in";

/// The Regions of a connection's partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionList {
    /// `account:ListRegions`, `ec2:DescribeRegions`, or [`BUILT_IN`].
    pub told_by: &'static str,
    /// Why the account could not be asked, where the table stands in for it.
    pub why_not_asked: Option<String>,
    /// All Regions, by code.
    pub regions: Vec<ListedRegion>,
}

/// One Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRegion {
    /// Its code.
    pub region: Region,
    /// Its long name; empty for a Region that is newer than this version.
    pub name: &'static str,
    /// Whether it is enabled in the account; `None` where the account could not be asked and the Region needs enabling.
    pub is_enabled: Option<bool>,
    /// Whether the connection uses it.
    pub is_in_use: bool,
}

impl Connections {
    /// The Regions of the account, enabled or not, as the account says; from the table where it cannot be asked.
    pub async fn regions(&self, actor: &Actor, selector: &str) -> Result<RegionList, AppError> {
        let permit = self.shared.permit(actor, Action::ConnectionRead).await?;
        let connection = self.shared.find_connection(&permit, selector).await?;
        let link = self.shared.links.of(&connection, "keyferry-read").await?;
        let mut list = match link.regions().await {
            Ok(found) => listed(found),
            Err(failure) => RegionList {
                why_not_asked: Some(failure.to_string()),
                ..built_in(Partition::of_region(default_region(&connection.regions)?))
            },
        };
        for row in &mut list.regions {
            row.is_in_use = connection.regions.contains(&row.region);
        }
        Ok(list)
    }

    /// The Regions of a partition as this version knows them, for whoever has no connection yet.
    ///
    /// # Errors
    ///
    /// Whoever may not look at connections.
    pub async fn known_regions(
        &self,
        actor: &Actor,
        partition: Partition,
    ) -> Result<RegionList, AppError> {
        self.shared.permit(actor, Action::ConnectionRead).await?;
        Ok(built_in(partition))
    }

    /// The hosts that a connection calls, for whoever opens a firewall for one.
    ///
    /// # Errors
    ///
    /// Those of [`hosts`](super::hosts::hosts); whoever may not look at connections.
    pub async fn hosts(
        &self,
        actor: &Actor,
        partition: Partition,
        regions: &[Region],
        endpoint: &Endpoint,
    ) -> Result<Vec<Host>, AppError> {
        self.shared.permit(actor, Action::ConnectionRead).await?;
        hosts(partition, regions, endpoint)
    }
}

impl Shared {
    /// Refuses Regions that the account of a stored connection does not have or has not enabled. A connection that does
    /// not work, or whose secrets are sealed, cannot be asked: then only Regions that do not exist are refused.
    pub(crate) async fn check_usable(
        &self,
        connection: &Connection,
        regions: &[Region],
    ) -> Result<(), AppError> {
        if !matches!(connection.health, LinkHealth::Connected { .. }) {
            return check_known(regions);
        }
        match self.links.of(connection, "keyferry-read").await {
            Ok(link) => check_enabled(&*link, connection.account.as_ref(), regions).await,
            Err(AppError::Vault(VaultError::Sealed)) => check_known(regions),
            Err(error) => Err(error),
        }
    }
}

fn listed(found: AccountRegions) -> RegionList {
    let mut regions: Vec<ListedRegion> = found
        .regions
        .into_iter()
        .map(|row| ListedRegion {
            name: row.region.known().map_or("", |known| known.name),
            region: row.region,
            is_enabled: Some(row.is_enabled),
            is_in_use: false,
        })
        .collect();
    regions.sort_by(|a, b| a.region.cmp(&b.region));
    RegionList {
        told_by: found.told_by,
        why_not_asked: None,
        regions,
    }
}

fn built_in(partition: Partition) -> RegionList {
    let row = |known: &keyferry_domain::region::KnownRegion| {
        Some(ListedRegion {
            region: known.code.parse().ok()?,
            name: known.name,
            is_enabled: (!known.opt_in).then_some(true),
            is_in_use: false,
        })
    };
    RegionList {
        told_by: BUILT_IN,
        why_not_asked: None,
        regions: partition.known_regions().iter().filter_map(row).collect(),
    }
}

/// The Region from which an account is asked which Regions it has: the first that surely exists.
///
/// # Errors
///
/// [`AppError::UnknownRegion`] where none of them does.
pub(super) fn home(regions: &[Region]) -> Result<&Region, AppError> {
    let default = default_region(regions)?;
    regions
        .iter()
        .find(|region| region.known().is_some())
        .ok_or_else(|| unknown(default))
}

/// Refuses Regions that the account does not have, or has not enabled.
pub(super) async fn check_enabled(
    link: &dyn AwsAccount,
    account: Option<&Account>,
    regions: &[Region],
) -> Result<(), AppError> {
    let Ok(list) = link.regions().await else {
        return check_known(regions);
    };
    for region in regions {
        match list.regions.iter().find(|row| row.region == *region) {
            None => return Err(unknown(region)),
            Some(row) if !row.is_enabled => return Err(not_enabled(region, account)),
            Some(_) => {}
        }
    }
    Ok(())
}

/// A Region that has to be enabled does not know the account's credentials before: AWS calls them wrong there. Tells the one
/// from the other, where Account Management answers.
pub(super) async fn explain(
    link: &dyn AwsAccount,
    region: &Region,
    account: Option<&Account>,
    failure: &CallFailure,
) -> Option<AppError> {
    let CallFailure::Refused {
        refusal: Refusal::Unauthenticated | Refusal::OptInRequired,
        ..
    } = failure
    else {
        return None;
    };
    if region.known().is_some_and(|known| !known.opt_in) {
        return None;
    }
    match link.regions().await {
        Ok(list) => list
            .regions
            .iter()
            .any(|row| row.region == *region && !row.is_enabled)
            .then(|| not_enabled(region, account)),
        // Another Region took the same credentials.
        Err(_) => account.map(|account| not_enabled(region, Some(account))),
    }
}

fn check_known(regions: &[Region]) -> Result<(), AppError> {
    match regions.iter().find(|region| region.known().is_none()) {
        Some(region) => Err(unknown(region)),
        None => Ok(()),
    }
}

fn unknown(region: &Region) -> AppError {
    AppError::UnknownRegion {
        region: region.to_string(),
        partition: Partition::of_region(region).to_string(),
    }
}

fn not_enabled(region: &Region, account: Option<&Account>) -> AppError {
    AppError::RegionNotEnabled {
        region: region.to_string(),
        account: account.map_or_else(|| "of the connection".to_owned(), ToString::to_string),
    }
}
