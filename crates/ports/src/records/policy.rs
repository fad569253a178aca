//! Crypto policies, and periods in which applications use keys whose use needs consent.

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::crypto_policy::SetPolicy;
use keyferry_domain::id::{ApplicationId, UsePeriodId};
use keyferry_domain::use_period::UsePeriod;

use super::Records;
use super::filter::{Groups, Page, PageOf};

/// The conflict of a use within a period that is over by the time that the use is written.
pub const USE_PERIOD_OVER: &str = "period of use";

/// Which periods of use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsePeriodFilter {
    /// Whose keys they are for.
    pub groups: Groups,
    /// Of which application.
    pub application: Option<ApplicationId>,
    /// Those that are open at this time alone.
    pub open_at: Option<Timestamp>,
}

/// Reads of crypto policies and periods of use.
#[async_trait]
pub trait PolicyRecords: Send + Sync + 'static {
    /// All policies: that of the installation first, then by group.
    async fn list_crypto_policies(&self) -> Records<Vec<SetPolicy>>;
    /// By id.
    async fn find_use_period(&self, id: UsePeriodId) -> Records<Option<UsePeriod>>;
    /// Those of an application that are open at this time, oldest first.
    async fn list_open_use_periods(
        &self,
        application: ApplicationId,
        at: Timestamp,
    ) -> Records<Vec<UsePeriod>>;
    /// A page, newest first.
    async fn list_use_periods(
        &self,
        filter: &UsePeriodFilter,
        page: &Page,
    ) -> Records<PageOf<UsePeriod>>;
}
