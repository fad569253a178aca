//! Reads of applications, their API keys, and the names that stand for them.

use async_trait::async_trait;
use keyferry_domain::certificate_name::CertificateName;
use keyferry_domain::id::ApplicationId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{
    Application, ApplicationCertificate, ApplicationKey, ApplicationRecords, Records,
};

use super::Noun;
use crate::Database;
use crate::rows::application::{
    APPLICATION, APPLICATION_KEY, CERTIFICATE, read_application, read_certificate, read_key,
};
use crate::sql::Value;

const APPLICATIONS: Noun<Application> = Noun {
    what: "application",
    table: "applications",
    columns: APPLICATION,
    read: read_application,
};
const KEYS: Noun<ApplicationKey> = Noun {
    what: "application key",
    table: "application_keys",
    columns: APPLICATION_KEY,
    read: read_key,
};
const CERTIFICATES: Noun<ApplicationCertificate> = Noun {
    what: "certificate of an application",
    table: "application_certificates",
    columns: CERTIFICATE,
    read: read_certificate,
};

#[async_trait]
impl ApplicationRecords for Database {
    async fn find_application(&self, id: ApplicationId) -> Records<Option<Application>> {
        APPLICATIONS.find_by(self, "id", Value::text(id)).await
    }

    async fn find_application_by_name(&self, name: &Name) -> Records<Option<Application>> {
        APPLICATIONS.find_by(self, "name", Value::text(name)).await
    }

    async fn list_applications(&self) -> Records<Vec<Application>> {
        APPLICATIONS.list(self, "ORDER BY name", Vec::new()).await
    }

    async fn find_application_key(&self, hash: &[u8; 32]) -> Records<Option<ApplicationKey>> {
        KEYS.find_by(self, "hash", Value::bytes(hash)).await
    }

    async fn list_application_keys(&self, of: ApplicationId) -> Records<Vec<ApplicationKey>> {
        let clause = "WHERE application_id = $1 ORDER BY created_at DESC, id DESC";
        KEYS.list(self, clause, vec![Value::text(of)]).await
    }

    async fn find_certificate(
        &self,
        name: &CertificateName,
    ) -> Records<Option<ApplicationCertificate>> {
        CERTIFICATES.find_by(self, "name", Value::text(name)).await
    }

    async fn list_certificates(&self, of: ApplicationId) -> Records<Vec<ApplicationCertificate>> {
        let clause = "WHERE application_id = $1 ORDER BY name";
        CERTIFICATES.list(self, clause, vec![Value::text(of)]).await
    }
}
