//! One operation on many KMS keys: one job, one target for each, frozen at the start.
//!
//! Nothing is wanted of any of them yet: the request is stored with the job, and each target begins when the engine
//! comes to it ([`begin`]). So a job that is cancelled takes nothing back of what has not begun, and one KMS key that
//! refuses does not keep the others.

mod begin;
mod bind;
mod codec;
mod operation;
mod select;

use std::collections::{BTreeMap, BTreeSet};

use keyferry_domain::arn::Account;
use keyferry_domain::id::{ConnectionId, GroupId};
use keyferry_engine::{JobRequest, new_job};
use keyferry_ports::records::{Batch, Job};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ErrorClass};
use crate::estimate::{QuotaUse, quota_use};
use crate::log::{Fact, object};
use crate::repeated::Digest;
use crate::rights::{Object, Permit};

use super::{KmsKeys, Mode, Planned};

pub(crate) use begin::Beginner;
pub use bind::{Bindings, MANIFEST_LINES_MAX, Manifest, ManifestLine};
pub use operation::BulkOperation;
pub use select::{Matching, Selection};

use codec::{Request, encode};

/// Most KMS keys of one bulk job.
const KMS_KEYS_MAX: usize = 100_000;

/// KMS keys up to which a plan looks at AWS; above, it tells from what was observed last.
const FRESH_MAX: usize = 50;

/// One operation on many KMS keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulk {
    /// Which KMS keys.
    pub selection: Selection,
    /// What is done to each.
    pub operation: BulkOperation,
    /// How many KMS keys whoever asks expects. Needed where something becomes unusable or is lost; always compared where
    /// it is given.
    pub confirmed_count: Option<u32>,
}

/// What would be done about many KMS keys.
#[derive(Debug, Default)]
pub struct BulkPlan {
    /// How many KMS keys were selected.
    pub selected: usize,
    /// Those that would change, each with its plan.
    pub planned: Vec<Planned>,
    /// Those that would refuse: name and reason.
    pub refused: Vec<(String, AppError)>,
    /// What it takes from the quotas, the narrowest first.
    pub calls: Vec<QuotaUse>,
    /// Whether AWS was looked at for it, rather than what was observed last.
    pub is_fresh: bool,
}

/// What a bulk operation answers.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "made once per request")]
pub enum BulkAnswer {
    /// A job is under way.
    Started(Job),
    /// What would be done.
    Planned(BulkPlan),
}

impl KmsKeys {
    /// Starts one operation on many KMS keys, or shows what it would do.
    ///
    /// # Errors
    ///
    /// Before anything is stored: where no KMS key is selected, a named one is not there, the number differs from the one
    /// that was confirmed, or the operation cannot be done to many.
    pub async fn bulk(
        &self,
        actor: &Actor,
        command: Bulk,
        mode: &Mode,
    ) -> Result<BulkAnswer, AppError> {
        let many = self.shared.permit(actor, Action::KmsKeyBulk).await?;
        let action = command.operation.action();
        let permit = self.shared.permit(actor, action).await?;
        let mut permits = vec![many];
        if let Some(further) = command.operation.further_action() {
            permits.push(self.shared.permit(actor, further).await?);
        }
        command.operation.check()?;
        if mode.dry_run {
            self.demand_of_all(&permit, &permits, &command.selection)
                .await?;
            return self
                .plan_of_many((actor, &permit), &command)
                .await
                .map(BulkAnswer::Planned);
        }
        let asked = mode.asks(Digest::of(action, &command));
        if let Some(job) = self.shared.begun_before(actor, asked.as_ref()).await? {
            return Ok(BulkAnswer::Started(job));
        }
        self.demand_of_all(&permit, &permits, &command.selection)
            .await?;
        let frozen = self.frozen(&permit, &command.selection).await?;
        let count = confirmed(&command, frozen.targets.len())?;
        let request = Request {
            actor: actor.clone(),
            operation: command.operation,
            frozen: count,
        };
        let priority = request.operation.priority();
        let request = encode(&request);
        let request = JobRequest {
            kind: action.as_str().to_owned(),
            actor: actor.to_string(),
            asked,
            priority,
            title: format!("{action} {count} KMS keys"),
            targets: frozen.targets,
            request: Some(request),
        };
        self.start_bulk(actor, action, request, frozen.groups)
            .await
            .map(BulkAnswer::Started)
    }

    /// Refuses what lacks consent for any of the selected KMS keys: nothing is asked of them any more when each begins.
    async fn demand_of_all(
        &self,
        permit: &Permit,
        further: &[Permit],
        selection: &Selection,
    ) -> Result<(), AppError> {
        let objects = self
            .selected(permit, selection, |key| Object::kms_key(&key))
            .await?;
        for object in &objects {
            permit.demand_for(object)?;
            further.iter().try_for_each(|one| one.demand_for(object))?;
        }
        Ok(())
    }

    async fn start_bulk(
        &self,
        actor: &Actor,
        action: Action,
        request: JobRequest,
        groups: BTreeSet<GroupId>,
    ) -> Result<Job, AppError> {
        let ports = &self.shared.ports;
        let now = self.shared.now();
        let count = request.targets.len();
        let (job, _, changes) = new_job(request, groups, now, &*ports.entropy);
        let about = object("job", job.id, &job.title);
        let fact = Fact::asked(actor, action, about, now)
            .job(job.id)
            .detail("kms_keys", count);
        let batch = Batch::from(changes).with(fact.change());
        self.shared.commit_job(job.id, batch).await?;
        Ok(job)
    }

    async fn plan_of_many(
        &self,
        (actor, permit): (&Actor, &Permit),
        command: &Bulk,
    ) -> Result<BulkPlan, AppError> {
        let keys = self.selected(permit, &command.selection, |key| key).await?;
        let is_fresh = keys.len() <= FRESH_MAX;
        let looker = self.looking(is_fresh);
        let mut plan = BulkPlan {
            selected: keys.len(),
            is_fresh,
            ..BulkPlan::default()
        };
        for key in keys {
            let name = key.name.to_string();
            match Box::pin(command.operation.run(&looker, actor, &key, true)).await {
                Ok(super::Answer::Planned(planned)) => plan.planned.extend(planned),
                Ok(_) => {}
                Err(error) if error.class() == ErrorClass::Bug => return Err(error),
                Err(error) => plan.refused.push((name, error)),
            }
        }
        plan.calls = self.quota_use(&plan.planned).await?;
        Ok(plan)
    }

    /// What plans take from AWS's request quotas, the one that takes longest first.
    pub async fn quota_use(&self, planned: &[Planned]) -> Result<Vec<QuotaUse>, AppError> {
        let connections = self.shared.ports.records.list_connections().await?;
        let accounts: BTreeMap<ConnectionId, &Account> = connections
            .iter()
            .filter_map(|connection| Some((connection.id, connection.account.as_ref()?)))
            .collect();
        let steps = planned.iter().flat_map(|one| {
            let account = accounts.get(&one.kms_key.connection).copied();
            let steps = one.plan.steps().iter();
            steps.filter_map(move |step| Some((account?, step)))
        });
        Ok(quota_use(steps))
    }
}

/// The number of KMS keys, once it is the one that was confirmed.
fn confirmed(command: &Bulk, found: usize) -> Result<u32, AppError> {
    if found == 0 {
        return Err(AppError::Invalid {
            field: "selection",
            why: "no KMS key matches".to_owned(),
        });
    }
    if found > KMS_KEYS_MAX {
        return Err(AppError::Invalid {
            field: "selection",
            why: format!("{found} KMS keys match, and one job takes at most {KMS_KEYS_MAX}"),
        });
    }
    let count = u32::try_from(found).unwrap_or(u32::MAX);
    let is_right = match command.confirmed_count {
        Some(confirmed) => confirmed == count,
        None => !command.operation.is_destructive(),
    };
    if is_right {
        Ok(count)
    } else {
        Err(AppError::CountNotConfirmed { count })
    }
}
