//! Examines a connection: what it reaches and may do, and, in the sandbox, whether the main job works in that account.

mod checks;
mod expectations;
mod report;
mod sandbox;
mod sighting;

use std::sync::Arc;

use keyferry_domain::arn::Region;
use keyferry_domain::connection::{Connection, Tier};

use crate::action::Action;
use crate::actor::Actor;
use crate::driver::KmsKeyDriver;
use crate::error::AppError;
use crate::jobs::Jobs;
use crate::keystores::Keystores;
use crate::kms_keys::KmsKeys;
use crate::link::default_region;
use crate::parts::Shared;

pub use expectations::{Expectation, Operation, Sight, expectations};
pub use report::{Check, DoctorReport, LeftOver};

/// How far to look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DoctorRequest {
    /// Whether to run the main job on throw-away keys in the account. They cost what KMS keys cost until AWS deletes
    /// them, seven days later.
    pub sandbox: bool,
    /// Where the throw-away keys are made; `None` is the connection's default Region.
    pub region: Option<Region>,
}

/// Examines connections. The throw-away keys go through the same services and the same engine as everybody's.
pub struct Doctor {
    shared: Arc<Shared>,
    kms_keys: KmsKeys,
    keystores: Keystores,
    jobs: Jobs,
}

impl Doctor {
    pub(crate) fn new(shared: Arc<Shared>, driver: Arc<KmsKeyDriver>) -> Self {
        Self {
            kms_keys: KmsKeys::new(Arc::clone(&shared), driver),
            keystores: Keystores::new(Arc::clone(&shared)),
            jobs: Jobs::new(Arc::clone(&shared)),
            shared,
        }
    }

    /// Examines a connection. What does not work is in the report, and no error. With the sandbox it takes minutes,
    /// and needs the engine to run meanwhile.
    ///
    /// # Errors
    ///
    /// No such connection; a vault that is sealed; a Region that the connection does not have; a sandbox without the
    /// tier `full`, since its keys could not be removed.
    pub async fn examine(
        &self,
        actor: &Actor,
        selector: &str,
        request: &DoctorRequest,
    ) -> Result<DoctorReport, AppError> {
        let permit = self.shared.permit(actor, Action::ConnectionDoctor).await?;
        let connection = self.shared.find_connection(&permit, selector).await?;
        let region = sandbox_region(&connection, request)?;
        let started_at = self.shared.now();
        let link = self.shared.links.of(&connection, "keyferry-doctor").await?;
        let mut report = DoctorReport {
            connection: connection.name.to_string(),
            account: connection.account.as_ref().map(ToString::to_string),
            sandbox_region: request.sandbox.then(|| region.to_string()),
            started_at: started_at.to_string(),
            finished_at: String::new(),
            checks: checks::all(&connection, &*link).await,
            left: Vec::new(),
        };
        if request.sandbox && report.checks.iter().all(lets_sandbox_run) {
            let kms = link.kms(&region);
            let (checks, left) = self.run_sandbox(actor, &connection, &region, &*kms).await?;
            report.checks.extend(checks);
            report.left = left;
        } else if request.sandbox {
            report.checks.push(Check::failed(
                "sandbox",
                "not tried, because of what was found before",
                None,
            ));
        }
        report.finished_at = self.shared.now().to_string();
        Ok(report)
    }
}

/// Rights that seem to be missing are no reason: the sandbox shows what is really refused.
fn lets_sandbox_run(check: &Check) -> bool {
    check.ok || check.name == checks::PERMISSIONS
}

fn sandbox_region(connection: &Connection, request: &DoctorRequest) -> Result<Region, AppError> {
    if request.sandbox && connection.tier != Tier::Full {
        return Err(AppError::Invalid {
            field: "sandbox",
            why: format!(
                "needs the tier full to empty and delete its keys; the connection has {}",
                connection.tier.as_str()
            ),
        });
    }
    let region = match &request.region {
        Some(region) => region,
        None => default_region(&connection.regions)?,
    };
    if !connection.regions.contains(region) {
        return Err(AppError::RegionNotInUse {
            region: region.to_string(),
            of: "connection",
        });
    }
    Ok(region.clone())
}
