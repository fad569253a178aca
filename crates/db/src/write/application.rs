//! Writing applications, their API keys, and the names that stand for them.

use jiff::Timestamp;
use keyferry_domain::id::{ApplicationCertificateId, ApplicationId, ApplicationKeyId};
use keyferry_ports::records::{
    ACCESS_ENDED, APPLICATION_NAME, Application, ApplicationCertificate, ApplicationClaim,
    ApplicationKey, ApplicationVia, CERTIFICATE_TAKEN, Expect, RoleHolder,
};

use super::{Conflicts, Writer};
use crate::failure::Failure;
use crate::rows::application::{
    APPLICATION, APPLICATION_KEY, CERTIFICATE, application_values, certificate_values, key_values,
};
use crate::sql::{Statement, Value};

const APPLICATIONS: Conflicts = Conflicts {
    seen: "application revision",
    taken: APPLICATION_NAME,
    reference: "application in use",
};
const KEYS: Conflicts = Conflicts {
    seen: "application key",
    taken: "application key",
    reference: "application of the key",
};
const CERTIFICATES: Conflicts = Conflicts {
    seen: "certificate of the application",
    taken: CERTIFICATE_TAKEN,
    reference: "application of the certificate",
};

impl Writer {
    pub(super) async fn put_application(
        &mut self,
        row: &Application,
        expect: Expect,
    ) -> Result<(), Failure> {
        let values = application_values(row);
        self.put("applications", APPLICATION, values, expect, APPLICATIONS)
            .await
    }

    pub(super) async fn delete_application(
        &mut self,
        id: ApplicationId,
        expect: Expect,
    ) -> Result<(), Failure> {
        let Expect::Revision(seen) = expect else {
            return Err(Failure::Conflict(APPLICATIONS.seen));
        };
        self.rights_changed().await?;
        let lock = self.transaction.dialect().for_update;
        let sql = format!("SELECT id FROM applications WHERE id = $1 AND revision = $2 {lock}");
        let found = Statement::new(sql, vec![Value::text(id), Value::count(seen)]);
        if !self.has(found).await? {
            return Err(Failure::Conflict(APPLICATIONS.seen));
        }
        let holder = RoleHolder::Application(id);
        for (sql, value) in [
            (
                "DELETE FROM role_assignments WHERE holder = $1",
                Value::text(holder),
            ),
            (
                "DELETE FROM application_keys WHERE application_id = $1",
                Value::text(id),
            ),
            (
                "DELETE FROM application_certificates WHERE application_id = $1",
                Value::text(id),
            ),
        ] {
            self.transaction
                .run(Statement::new(sql, vec![value]))
                .await?;
        }
        let sql = "DELETE FROM applications WHERE id = $1";
        self.run(Statement::new(sql, vec![Value::text(id)]), APPLICATIONS)
            .await
    }

    pub(super) async fn insert_application_key(
        &mut self,
        row: &ApplicationKey,
    ) -> Result<(), Failure> {
        self.insert("application_keys", APPLICATION_KEY, key_values(row), KEYS)
            .await
    }

    pub(super) async fn replace_application_key(
        &mut self,
        id: ApplicationKeyId,
        by: ApplicationKeyId,
        expires_at: Timestamp,
    ) -> Result<(), Failure> {
        let sql = "UPDATE application_keys SET replaced_by = $2, \
             expires_at = CASE WHEN expires_at < $3 THEN expires_at ELSE $3 END \
             WHERE id = $1 AND revoked_at IS NULL AND replaced_by IS NULL \
             AND EXISTS (SELECT 1 FROM application_keys AS other WHERE other.id = $2)";
        let values = vec![Value::text(id), Value::text(by), Value::time(expires_at)];
        self.run(Statement::new(sql, values), KEYS).await
    }

    pub(super) async fn revoke_application_key(
        &mut self,
        id: ApplicationKeyId,
        at: Timestamp,
    ) -> Result<(), Failure> {
        let sql =
            "UPDATE application_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        let values = vec![Value::text(id), Value::time(at)];
        self.run(Statement::new(sql, values), KEYS).await
    }

    pub(super) async fn insert_certificate(
        &mut self,
        row: &ApplicationCertificate,
    ) -> Result<(), Failure> {
        let values = certificate_values(row);
        self.insert(
            "application_certificates",
            CERTIFICATE,
            values,
            CERTIFICATES,
        )
        .await
    }

    pub(super) async fn delete_certificate(
        &mut self,
        id: ApplicationCertificateId,
    ) -> Result<(), Failure> {
        let sql = "DELETE FROM application_certificates WHERE id = $1";
        self.run(Statement::new(sql, vec![Value::text(id)]), CERTIFICATES)
            .await
    }

    /// Looks once more whether an application is let in, and keeps that from being changed until the batch is written.
    pub(super) async fn check_application_claim(
        &mut self,
        claim: ApplicationClaim,
    ) -> Result<(), Failure> {
        let (table, id, is_valid) = match claim.via {
            ApplicationVia::Key(id) => (
                "application_keys",
                id.to_string(),
                "AND via.revoked_at IS NULL",
            ),
            ApplicationVia::Certificate(id) => ("application_certificates", id.to_string(), ""),
        };
        let lock = self.transaction.dialect().for_share;
        let sql = format!(
            "SELECT applications.id FROM applications \
             JOIN {table} via ON via.application_id = applications.id \
             WHERE applications.id = $1 AND applications.access_epoch = $2 \
             AND applications.is_locked = 0 AND via.id = $3 {is_valid} {lock}"
        );
        let values = vec![
            Value::text(claim.application),
            Value::count(claim.epoch),
            Value::text(id),
        ];
        self.find(Statement::new(sql, values), ACCESS_ENDED).await
    }
}
