//! Names in TLS client certificates that stand for applications.

use keyferry_domain::certificate_name::CertificateName;
use keyferry_domain::id::ApplicationCertificateId;
use keyferry_ports::records::{
    ApplicationCertificate, Batch, CERTIFICATE_TAKEN, Change, RecordsError,
};

use super::{Applications, told};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ApplicationError};
use crate::log::Fact;

impl Applications {
    /// Lets a name in certificates stand for an application.
    ///
    /// # Errors
    ///
    /// [`ApplicationError::CertificateTaken`] where it stands for one already.
    pub async fn add_certificate(
        &self,
        actor: &Actor,
        selector: &str,
        name: CertificateName,
    ) -> Result<ApplicationCertificate, AppError> {
        let action = Action::ApplicationManageCertificates;
        let application = self.find(actor, action, selector).await?;
        let now = self.shared.now();
        let row = ApplicationCertificate {
            id: ApplicationCertificateId::new(self.shared.new_uuid()),
            application: application.id,
            name,
            created_at: now,
        };
        let fact = Fact::done(actor, action, told(&application), now)
            .detail("certificate", &row.name)
            .detail("added", "true");
        let batch = Batch::new()
            .with(Change::InsertCertificate(row.clone()))
            .with(fact.change());
        self.shared
            .commit(batch)
            .await
            .map_err(|error| match error {
                RecordsError::Conflict {
                    what: CERTIFICATE_TAKEN,
                } => ApplicationError::CertificateTaken {
                    name: row.name.to_string(),
                }
                .into(),
                other => AppError::from(other),
            })?;
        Ok(row)
    }

    /// The names that stand for an application, by name.
    pub async fn list_certificates(
        &self,
        actor: &Actor,
        selector: &str,
    ) -> Result<Vec<ApplicationCertificate>, AppError> {
        let application = self.find(actor, Action::ApplicationRead, selector).await?;
        let records = &self.shared.ports.records;
        Ok(records.list_certificates(application.id).await?)
    }

    /// Lets a name, given itself or by its id, stand for nobody; what is under way by it is refused.
    pub async fn remove_certificate(
        &self,
        actor: &Actor,
        selector: &str,
        name: &str,
    ) -> Result<(), AppError> {
        let action = Action::ApplicationManageCertificates;
        let application = self.find(actor, action, selector).await?;
        let id: Option<ApplicationCertificateId> = name.parse().ok();
        let wanted: Option<CertificateName> = name.parse().ok();
        let rows = self
            .shared
            .ports
            .records
            .list_certificates(application.id)
            .await?;
        let is_it = |row: &&ApplicationCertificate| {
            Some(row.id) == id || Some(&row.name) == wanted.as_ref()
        };
        let row = rows.iter().find(is_it).ok_or_else(|| AppError::NotFound {
            what: "certificate",
            selector: name.to_owned(),
        })?;
        let fact = Fact::done(actor, action, told(&application), self.shared.now())
            .detail("certificate", &row.name)
            .detail("added", "false");
        let batch = Batch::new()
            .with(Change::DeleteCertificate(row.id))
            .with(fact.change());
        Ok(self.shared.commit(batch).await?)
    }
}
