//! Which consent an application's use of keys needs: a period of use that is open, where a rule wants it.

use jiff::Timestamp;
use keyferry_domain::approval::ApprovalRule;
use keyferry_domain::id::{ApplicationId, GroupId, UsePeriodId};
use keyferry_domain::use_period::{AskedUse, UsePeriod, is_ruled, permitted};

use crate::action::Action;
use crate::error::{AppError, ApprovalError};
use crate::parts::Shared;

use super::Object;
use super::recorded::Recorded;

/// The rules, and the periods that were open when the permit was given.
#[derive(Clone, Debug)]
pub(super) struct UseDemand {
    application: ApplicationId,
    rules: Vec<ApprovalRule>,
    periods: Vec<UsePeriod>,
    at: Timestamp,
}

impl UseDemand {
    /// Within which period a key is used; none is needed where no rule wants it.
    ///
    /// # Errors
    ///
    /// [`ApprovalError::NoUsePeriod`].
    pub(super) fn period(
        &self,
        action: Action,
        group: GroupId,
        key: &str,
    ) -> Result<Option<UsePeriodId>, AppError> {
        let no_period = || AppError::from(ApprovalError::NoUsePeriod);
        let asked = AskedUse {
            application: self.application,
            group,
            key: key.parse().map_err(|_| no_period())?,
            action: action.as_str(),
        };
        permitted(&self.rules, &self.periods, &asked, self.at).map_err(|_| no_period())
    }

    /// The same for an object.
    pub(super) fn period_of(
        &self,
        action: Action,
        object: &Object,
    ) -> Result<Option<UsePeriodId>, AppError> {
        self.period(action, object.group, &object.known_as())
    }
}

impl Shared {
    /// What using keys needs of an application, by the rules that there are now. Where no rule is about using keys, nothing
    /// more is read.
    pub(super) async fn use_demand(
        &self,
        rights: &Recorded,
        application: ApplicationId,
    ) -> Result<Option<UseDemand>, AppError> {
        let records = &self.ports.records;
        if !is_ruled(&rights.rules) {
            return Ok(None);
        }
        let at = self.now();
        Ok(Some(UseDemand {
            application,
            rules: rights.rules.clone(),
            periods: records.list_open_use_periods(application, at).await?,
            at,
        }))
    }
}
