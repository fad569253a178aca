//! Use cases: feeds the planner's steps to the engine and records what happened.
//!
//! Each service takes the actor first, checks the right, decides with the domain, writes intent and audit entry in
//! one commit, and leaves AWS to the engine.

pub mod access;
pub mod access_keys;
pub mod action;
pub mod actor;
pub mod alert_delivery;
pub mod alerts;
pub mod applications;
pub mod approvals;
pub mod audit_sending;
pub mod audits;
mod codec;
pub mod connections;
pub mod consent;
pub mod crypto_policies;
pub mod destruction;
mod dispatch;
pub mod doctor;
mod doer;
mod driver;
pub mod error;
pub mod estimate;
pub mod exports;
pub mod groups;
pub mod jobs;
pub mod key_copies;
pub mod key_import;
pub mod key_policy;
pub mod key_use;
mod key_versions;
pub mod keys;
pub mod keystores;
pub mod kms_keys;
mod link;
mod log;
mod observation;
pub mod parts;
mod policy_principals;
mod quota;
mod receipts;
mod repeated;
pub mod reports;
pub mod request_log;
pub mod rights;
pub mod scheduler;
pub mod seals;
pub mod sign_in_providers;
pub mod use_periods;
pub mod users;
pub mod watch;

use std::sync::Arc;

use keyferry_engine::{Driver, Engine, EngineParts, EngineRecords, Settings};

pub use action::{Action, ActionScope, ApprovalClass};
pub use actor::Actor;
pub use error::{
    AccessError, AppError, ApplicationError, ApprovalError, ErrorClass, ExportError, ProviderError,
};
pub use parts::{DEFAULT_GROUP, Ports};
pub use policy_principals::{Replacement, principals_told};

use crate::access::SessionRules;
use crate::access_keys::AccessKeyDriver;
use crate::dispatch::Dispatch;
use crate::driver::KmsKeyDriver;
use crate::kms_keys::Beginner;
use crate::link::Links;
use crate::parts::Shared;
use crate::watch::SweepDriver;

/// The application: one service per noun, and the engine that carries out what they start.
pub struct App {
    /// People, tokens, sessions.
    pub access: access::Access,
    /// Access keys of connections.
    pub access_keys: access_keys::AccessKeys,
    /// Where alerts are delivered to.
    pub alert_destinations: alert_delivery::AlertDestinations,
    /// Delivers alerts; whoever composes the application runs it.
    pub courier: alert_delivery::Courier,
    /// What a person should look at.
    pub alerts: alerts::Alerts,
    /// Consent of several people.
    pub approvals: approvals::Approvals,
    /// Where audit entries are sent to.
    pub audit_destinations: audit_sending::AuditDestinations,
    /// Sends audit entries on; whoever composes the application runs it.
    pub sender: audit_sending::Sender,
    /// Programs that use keys.
    pub applications: applications::Applications,
    /// The audit log.
    pub audits: audits::Audits,
    /// Signs the audit log's checkpoints; whoever composes the application runs it.
    pub notary: audits::Notary,
    /// Whether this server trusts its database.
    pub quarantine: Arc<audits::Quarantine>,
    /// Connections.
    pub connections: connections::Connections,
    /// What may be made, wrapped and exported.
    pub crypto_policies: crypto_policies::CryptoPolicies,
    /// Examines connections.
    pub doctor: doctor::Doctor,
    /// Taking material out.
    pub exports: exports::Exports,
    /// Groups.
    pub groups: groups::Groups,
    /// Jobs.
    pub jobs: jobs::Jobs,
    /// Roles, and who has them.
    pub roles: rights::Roles,
    /// Policies of one's own.
    pub access_policies: rights::AccessPolicies,
    /// Who may do what, and why.
    pub authorization: rights::Authorization,
    /// Reports.
    pub reports: reports::Reports,
    /// The request log.
    pub request_logs: request_log::RequestLogs,
    /// Using keys.
    pub key_uses: key_use::KeyUses,
    /// Keys in the vault.
    pub keys: keys::Keys,
    /// Keystores.
    pub keystores: keystores::Keystores,
    /// KMS keys.
    pub kms_keys: kms_keys::KmsKeys,
    /// Carries out schedules; whoever composes the application runs it.
    pub scheduler: scheduler::Scheduler,
    /// When applications use keys whose use needs consent.
    pub use_periods: use_periods::UsePeriods,
    /// OpenID providers.
    pub sign_in_providers: sign_in_providers::SignInProviders,
    /// Seals of the vault.
    pub seals: seals::Seals,
    /// People.
    pub users: users::Users,
    /// Whole accounts.
    pub watch: watch::Watch,
    /// Carries out jobs; whoever composes the application runs it.
    pub engine: Arc<Engine>,
    parts: (Arc<Shared>, Arc<KmsKeyDriver>),
}

impl App {
    /// Composes the application. `owner` names this server in lane leases.
    pub fn new(ports: Ports, owner: &str) -> Self {
        Self::with_session_rules(ports, owner, SessionRules::default())
    }

    /// The same, with other bounds of sessions.
    pub fn with_session_rules(ports: Ports, owner: &str, session_rules: SessionRules) -> Self {
        let links = Arc::new(Links::new(&ports));
        let driver = Arc::new(KmsKeyDriver {
            records: ports.records.clone(),
            vault: Arc::clone(&ports.vault),
            links: Arc::clone(&links),
            clock: Arc::clone(&ports.clock),
        });
        let records: Arc<dyn EngineRecords> = ports.records.clone();
        let dispatch = Arc::new(Dispatch {
            kms_keys: KmsKeyDriver::clone(&driver),
            sweeps: SweepDriver {
                principals: Arc::default(),
                beside: Arc::default(),
                keys: KmsKeyDriver::clone(&driver),
                entropy: Arc::clone(&ports.entropy),
            },
            access_keys: AccessKeyDriver {
                keys: KmsKeyDriver::clone(&driver),
            },
            beginner: Beginner::default(),
        });
        let engine = Arc::new(Engine::new(EngineParts {
            records,
            driver: Arc::clone(&dispatch) as Arc<dyn Driver>,
            clock: Arc::clone(&ports.clock),
            entropy: Arc::clone(&ports.entropy),
            settings: Settings::new(owner, quota::quotas()),
        }));
        let shared = Arc::new(Shared::new(ports, links, engine, session_rules));
        dispatch.beginner.know(&shared);
        Self::of(shared, driver)
    }

    /// The time.
    pub fn now(&self) -> jiff::Timestamp {
        self.parts.0.now()
    }

    /// The same application, whose use cases check everything and keep nothing: the database writes each of their batches
    /// and takes it back. Vault, links and engine are the same. It is for changes of Keyferry's own records; what AWS does
    /// has plans. Engine, courier, scheduler and watch are run by nobody from here.
    #[must_use]
    pub fn trial(&self) -> Self {
        let (shared, driver) = &self.parts;
        Self::of(Arc::new(shared.trial()), Arc::clone(driver))
    }

    fn of(shared: Arc<Shared>, driver: Arc<KmsKeyDriver>) -> Self {
        let engine = Arc::clone(&shared.engine);
        Self {
            parts: (Arc::clone(&shared), Arc::clone(&driver)),
            access: access::Access::new(Arc::clone(&shared)),
            access_keys: access_keys::AccessKeys::new(Arc::clone(&shared)),
            alert_destinations: alert_delivery::AlertDestinations::new(Arc::clone(&shared)),
            courier: alert_delivery::Courier::new(Arc::clone(&shared)),
            alerts: alerts::Alerts::new(Arc::clone(&shared)),
            approvals: approvals::Approvals::new(Arc::clone(&shared)),
            audit_destinations: audit_sending::AuditDestinations::new(Arc::clone(&shared)),
            sender: audit_sending::Sender::new(Arc::clone(&shared)),
            applications: applications::Applications::new(Arc::clone(&shared)),
            audits: audits::Audits::new(Arc::clone(&shared)),
            notary: audits::Notary::new(Arc::clone(&shared)),
            quarantine: Arc::clone(&shared.quarantine),
            connections: connections::Connections::new(Arc::clone(&shared)),
            crypto_policies: crypto_policies::CryptoPolicies::new(Arc::clone(&shared)),
            doctor: doctor::Doctor::new(Arc::clone(&shared), Arc::clone(&driver)),
            exports: exports::Exports::new(Arc::clone(&shared)),
            groups: groups::Groups::new(Arc::clone(&shared)),
            jobs: jobs::Jobs::new(Arc::clone(&shared)),
            roles: rights::Roles::new(Arc::clone(&shared)),
            access_policies: rights::AccessPolicies::new(Arc::clone(&shared)),
            authorization: rights::Authorization::new(Arc::clone(&shared)),
            request_logs: request_log::RequestLogs::new(Arc::clone(&shared)),
            key_uses: key_use::KeyUses::new(Arc::clone(&shared)),
            keys: keys::Keys::new(Arc::clone(&shared)),
            keystores: keystores::Keystores::new(Arc::clone(&shared)),
            kms_keys: kms_keys::KmsKeys::new(Arc::clone(&shared), Arc::clone(&driver)),
            reports: reports::Reports::new(
                Arc::clone(&shared),
                scheduler::Scheduler::new(Arc::clone(&shared), Arc::clone(&driver)),
            ),
            scheduler: scheduler::Scheduler::new(Arc::clone(&shared), driver),
            watch: watch::Watch::new(Arc::clone(&shared)),
            sign_in_providers: sign_in_providers::SignInProviders::new(Arc::clone(&shared)),
            use_periods: use_periods::UsePeriods::new(Arc::clone(&shared)),
            users: users::Users::new(Arc::clone(&shared)),
            seals: seals::Seals::new(shared),
            engine,
        }
    }
}
