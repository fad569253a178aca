//! Whom an API key or a certificate stands for.

use keyferry_domain::certificate_name::CertificateName;
use keyferry_ports::records::{Application, ApplicationClaim, ApplicationVia, KeyScope};
use keyferry_ports::secret::SecretText;

use super::Applications;
use crate::access::hash;
use crate::actor::Actor;
use crate::error::{AppError, ApplicationError};

impl Applications {
    /// The application that an API key stands for.
    ///
    /// # Errors
    ///
    /// [`AppError::NotSignedIn`], which does not say what is wrong with it.
    pub async fn by_key(&self, key: &SecretText) -> Result<Actor, AppError> {
        let now = self.shared.now();
        let records = &self.shared.ports.records;
        let key = records.find_application_key(&hash(key.expose())).await?;
        let key = key.filter(|key| key.is_valid(now));
        let key = key.ok_or(AppError::NotSignedIn)?;
        let row = records.find_application(key.application).await?;
        let row = row.filter(|row| !row.is_locked);
        let row = row.ok_or(AppError::NotSignedIn)?;
        Ok(actor(row, ApplicationVia::Key(key.id), key.scope))
    }

    /// The application that a certificate stands for, by the names in it. Whoever calls this has verified the certificate.
    ///
    /// # Errors
    ///
    /// [`ApplicationError::UnknownCertificate`], also for an application that is locked;
    /// [`ApplicationError::AmbiguousCertificate`].
    pub async fn by_certificate(&self, names: &[CertificateName]) -> Result<Actor, AppError> {
        let records = &self.shared.ports.records;
        let mut found = Vec::new();
        for name in names {
            found.extend(records.find_certificate(name).await?);
        }
        let first = found.first().ok_or(ApplicationError::UnknownCertificate)?;
        if found.iter().any(|row| row.application != first.application) {
            return Err(ApplicationError::AmbiguousCertificate.into());
        }
        let row = records.find_application(first.application).await?;
        let row = row.filter(|row| !row.is_locked);
        let row = row.ok_or(ApplicationError::UnknownCertificate)?;
        let via = ApplicationVia::Certificate(first.id);
        Ok(actor(row, via, KeyScope::default()))
    }
}

fn actor(row: Application, via: ApplicationVia, scope: KeyScope) -> Actor {
    Actor::Application {
        id: row.id,
        name: row.name,
        claim: Some(ApplicationClaim {
            application: row.id,
            epoch: row.access_epoch,
            via,
        }),
        scope,
        request: None,
    }
}
