//! Applications, their API keys, and the names that stand for them.

use std::cmp::Reverse;

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::certificate_name::CertificateName;
use keyferry_domain::id::{
    ApplicationCertificateId, ApplicationId, ApplicationKeyId, AssignmentId,
};
use keyferry_domain::name::Name;
use keyferry_ports::records::{
    ACCESS_ENDED, APPLICATION_NAME, Application, ApplicationCertificate, ApplicationClaim,
    ApplicationKey, ApplicationRecords, ApplicationVia, CERTIFICATE_TAKEN, Expect, Records,
};

use super::MemoryRecords;
use super::state::{State, conflict, ensure, ensure_seen, next_revision, whole_micros};

#[async_trait]
impl ApplicationRecords for MemoryRecords {
    async fn find_application(&self, id: ApplicationId) -> Records<Option<Application>> {
        let state = self.lock();
        Ok(state
            .applications
            .get(&id)
            .map(|row| Application::clone(row)))
    }

    async fn find_application_by_name(&self, name: &Name) -> Records<Option<Application>> {
        let state = self.lock();
        let mut rows = state.applications.rows();
        Ok(rows.find(|row| row.name == *name).cloned())
    }

    async fn list_applications(&self) -> Records<Vec<Application>> {
        let mut rows: Vec<Application> = self.lock().applications.rows().cloned().collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(rows)
    }

    async fn find_application_key(&self, hash: &[u8; 32]) -> Records<Option<ApplicationKey>> {
        let state = self.lock();
        let mut rows = state.application_keys.rows();
        Ok(rows.find(|row| row.hash == *hash).cloned())
    }

    async fn list_application_keys(&self, of: ApplicationId) -> Records<Vec<ApplicationKey>> {
        let state = self.lock();
        let rows = state.application_keys.rows();
        let mut rows: Vec<ApplicationKey> =
            rows.filter(|row| row.application == of).cloned().collect();
        rows.sort_by_key(|row| Reverse((row.created_at, row.id)));
        Ok(rows)
    }

    async fn find_certificate(
        &self,
        name: &CertificateName,
    ) -> Records<Option<ApplicationCertificate>> {
        let state = self.lock();
        let mut rows = state.certificates.rows();
        Ok(rows.find(|row| row.name == *name).cloned())
    }

    async fn list_certificates(&self, of: ApplicationId) -> Records<Vec<ApplicationCertificate>> {
        let state = self.lock();
        let rows = state.certificates.rows();
        let mut rows: Vec<ApplicationCertificate> =
            rows.filter(|row| row.application == of).cloned().collect();
        rows.sort_by_key(|row| row.name.to_string());
        Ok(rows)
    }
}

impl State {
    /// Whether an application is let in as when the request came.
    pub(super) fn check_application_claim(&self, claim: &ApplicationClaim) -> Records<()> {
        let is_let_in = self
            .applications
            .get(&claim.application)
            .is_some_and(|row| !row.is_locked && row.access_epoch == claim.epoch);
        let by = match claim.via {
            ApplicationVia::Key(id) => self.application_keys.get(&id).is_some_and(|row| {
                row.application == claim.application && row.revoked_at.is_none()
            }),
            ApplicationVia::Certificate(id) => self
                .certificates
                .get(&id)
                .is_some_and(|row| row.application == claim.application),
        };
        ensure(is_let_in && by, ACCESS_ENDED)
    }

    pub(super) fn put_application(&mut self, mut row: Application, expect: Expect) -> Records<()> {
        let found = self.applications.get(&row.id).map(|old| old.revision);
        row.revision = next_revision(expect, found, "application revision")?;
        let is_taken = self
            .applications
            .rows()
            .any(|other| other.name == row.name && other.id != row.id);
        ensure(!is_taken, APPLICATION_NAME)?;
        row.created_at = whole_micros(row.created_at);
        self.applications.put(row.id, row);
        Ok(())
    }

    pub(super) fn delete_application(&mut self, id: ApplicationId, expect: Expect) -> Records<()> {
        self.rights_changed();
        let found = self.applications.get(&id).map(|old| old.revision);
        ensure_seen(expect, found, "application revision")?;
        let keys = self.application_keys.rows();
        let keys: Vec<ApplicationKeyId> = keys
            .filter(|row| row.application == id)
            .map(|row| row.id)
            .collect();
        let names = self.certificates.rows();
        let names: Vec<ApplicationCertificateId> = names
            .filter(|row| row.application == id)
            .map(|row| row.id)
            .collect();
        let roles = self.assignments.rows();
        let roles: Vec<AssignmentId> = roles
            .filter(|row| row.holder == id.into())
            .map(|row| row.id)
            .collect();
        for key in keys {
            self.application_keys.remove(&key);
        }
        for name in names {
            self.certificates.remove(&name);
        }
        for role in roles {
            self.assignments.remove(&role);
        }
        self.applications.remove(&id);
        Ok(())
    }

    pub(super) fn insert_application_key(&mut self, mut row: ApplicationKey) -> Records<()> {
        let is_taken = self
            .application_keys
            .rows()
            .any(|other| other.hash == row.hash || other.id == row.id);
        ensure(!is_taken, "application key")?;
        let is_there = self.applications.has(&row.application);
        ensure(is_there, "application of the key")?;
        row.created_at = whole_micros(row.created_at);
        row.expires_at = whole_micros(row.expires_at);
        row.revoked_at = row.revoked_at.map(whole_micros);
        self.application_keys.put(row.id, row);
        Ok(())
    }

    pub(super) fn replace_application_key(
        &mut self,
        id: ApplicationKeyId,
        by: ApplicationKeyId,
        expires_at: Timestamp,
    ) -> Records<()> {
        ensure(self.application_keys.has(&by), "application key")?;
        self.change_application_key(id, |row| {
            if row.replaced_by.is_some() {
                return false;
            }
            row.replaced_by = Some(by);
            row.expires_at = row.expires_at.min(whole_micros(expires_at));
            true
        })
    }

    pub(super) fn revoke_application_key(
        &mut self,
        id: ApplicationKeyId,
        at: Timestamp,
    ) -> Records<()> {
        self.change_application_key(id, |row| {
            row.revoked_at = Some(whole_micros(at));
            true
        })
    }

    /// Changes an API key that is not revoked, where the change fits.
    fn change_application_key(
        &mut self,
        id: ApplicationKeyId,
        change: impl FnOnce(&mut ApplicationKey) -> bool,
    ) -> Records<()> {
        let found = self.application_keys.get(&id);
        let Some(found) = found.filter(|row| row.revoked_at.is_none()) else {
            return conflict("application key");
        };
        let mut row = ApplicationKey::clone(found);
        ensure(change(&mut row), "application key")?;
        self.application_keys.put(id, row);
        Ok(())
    }

    pub(super) fn insert_certificate(&mut self, mut row: ApplicationCertificate) -> Records<()> {
        let is_there = self.certificates.has(&row.id);
        ensure(!is_there, "certificate of the application")?;
        let is_taken = self.certificates.rows().any(|other| other.name == row.name);
        ensure(!is_taken, CERTIFICATE_TAKEN)?;
        let is_there = self.applications.has(&row.application);
        ensure(is_there, "application of the certificate")?;
        row.created_at = whole_micros(row.created_at);
        self.certificates.put(row.id, row);
        Ok(())
    }

    pub(super) fn delete_certificate(&mut self, id: ApplicationCertificateId) -> Records<()> {
        ensure(self.certificates.has(&id), "certificate of the application")?;
        self.certificates.remove(&id);
        Ok(())
    }
}
