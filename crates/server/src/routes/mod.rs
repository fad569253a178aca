//! Every route with its action and resource; the handlers hold no rules.

mod alert_destinations;
mod applications;
mod approvals;
mod audit;
mod audit_destinations;
mod connections;
mod crypto_policies;
mod events;
mod exports;
mod fleet;
mod groups;
mod jobs;
mod key_use;
mod keys;
mod keystores;
mod kms_keys;
mod oidc;
mod policies;
mod reports;
mod request_log;
mod roles;
mod schedules;
mod seal;
mod second_factor;
mod sessions;
mod sign_in_providers;
mod system;
mod use_periods;
mod users;

use keyferry_api::endpoints as at;
use keyferry_app::Action;

use crate::http::route::Resource::{
    Alert, AlertDestination, Audit, AuditDestination, Authorization, Connection, Group, Job, Key,
    Keystore, KmsKey, Policy, RequestLog, Role, Schedule, Seal,
};
use crate::http::route::{Route, guarded, open};
use crate::limits::Narrow;

/// All routes of the API.
pub fn all() -> Vec<Route> {
    let mut routes = vec![
        open(at::HEALTH, system::health),
        open(at::READY, system::ready),
        open(at::OPENAPI, system::openapi),
        guarded(at::EVENTS, Action::JobRead, Job, events::stream).long(),
        open(at::SEAL_STATUS, seal::status),
        guarded(at::UNSEAL, Action::SealUnseal, Seal, seal::unseal).narrow(Narrow::Unseal),
        guarded(at::SEAL, Action::SealSeal, Seal, seal::seal),
        guarded(
            at::SYNC_KEYSTORE,
            Action::KeystoreSync,
            Keystore,
            fleet::sync,
        ),
        guarded(
            at::LIST_FOUND_KEYS,
            Action::KmsKeyRead,
            KmsKey,
            fleet::found_keys,
        ),
        guarded(at::LIST_ALERTS, Action::AlertRead, Alert, fleet::alerts),
        guarded(at::SHOW_ALERT, Action::AlertRead, Alert, fleet::alert),
        guarded(
            at::ACKNOWLEDGE_ALERT,
            Action::AlertAcknowledge,
            Alert,
            fleet::acknowledge,
        ),
        guarded(
            at::LIST_ALERT_DESTINATIONS,
            Action::AlertDestinationRead,
            AlertDestination,
            alert_destinations::list,
        ),
        guarded(
            at::ADD_ALERT_DESTINATION,
            Action::AlertDestinationAdd,
            AlertDestination,
            alert_destinations::add,
        ),
        guarded(
            at::TEST_ALERT_DESTINATION,
            Action::AlertDestinationTest,
            AlertDestination,
            alert_destinations::test,
        ),
        guarded(
            at::DELETE_ALERT_DESTINATION,
            Action::AlertDestinationDelete,
            AlertDestination,
            alert_destinations::delete,
        ),
        guarded(
            at::LIST_SCHEDULES,
            Action::ScheduleRead,
            Schedule,
            schedules::list,
        ),
        guarded(
            at::SHOW_SCHEDULE,
            Action::ScheduleRead,
            Schedule,
            schedules::show,
        ),
        guarded(
            at::ROTATE_KEYSTORE,
            Action::KeystoreRotate,
            Keystore,
            kms_keys::rotate_keystore,
        ),
        guarded(at::ROTATE_KEY, Action::KeyRotate, Key, kms_keys::rotate_key),
        guarded(
            at::SET_KMS_KEY_ROTATION,
            Action::KmsKeyUpdate,
            KmsKey,
            kms_keys::set_rotation,
        ),
        guarded(
            at::SET_KEY_ROTATION,
            Action::KeyUpdate,
            Key,
            keys::set_rotation,
        ),
        guarded(at::LIST_ROLES, Action::SessionUse, Role, roles::list),
        guarded(
            at::LIST_ASSIGNMENTS,
            Action::RoleRead,
            Role,
            roles::assignments,
        ),
        guarded(at::SHOW_ROLE, Action::SessionUse, Role, roles::show),
        guarded(at::CREATE_ROLE, Action::RoleCreate, Role, roles::create),
        guarded(at::UPDATE_ROLE, Action::RoleUpdate, Role, roles::update),
        guarded(at::DELETE_ROLE, Action::RoleDelete, Role, roles::delete),
        guarded(
            at::LIST_POLICIES,
            Action::PolicyRead,
            Policy,
            policies::list,
        ),
        guarded(at::ADD_POLICY, Action::PolicyAdd, Policy, policies::add),
        guarded(
            at::CHECK_POLICY,
            Action::PolicyRead,
            Policy,
            policies::check,
        ),
        guarded(at::SHOW_POLICY, Action::PolicyRead, Policy, policies::show),
        guarded(
            at::UPDATE_POLICY,
            Action::PolicyUpdate,
            Policy,
            policies::update,
        ),
        guarded(
            at::DELETE_POLICY,
            Action::PolicyDelete,
            Policy,
            policies::delete,
        ),
        guarded(
            at::WHO_CAN,
            Action::AuthorizationRead,
            Authorization,
            policies::who_can,
        ),
        guarded(
            at::WHY,
            Action::AuthorizationRead,
            Authorization,
            policies::why,
        ),
        guarded(at::GIVE_ROLE, Action::RoleManage, Role, roles::give),
        guarded(at::TAKE_ROLE, Action::RoleManage, Role, roles::take),
        guarded(at::LIST_GROUPS, Action::GroupRead, Group, groups::list),
        guarded(at::CREATE_GROUP, Action::GroupCreate, Group, groups::create),
        guarded(at::UPDATE_GROUP, Action::GroupUpdate, Group, groups::update),
        guarded(at::DELETE_GROUP, Action::GroupDelete, Group, groups::delete),
        guarded(at::SHOW_GROUP, Action::GroupRead, Group, groups::show),
        guarded(at::LIST_JOBS, Action::JobRead, Job, jobs::list),
        guarded(at::SHOW_JOB, Action::JobRead, Job, jobs::show),
        guarded(at::CANCEL_JOB, Action::JobCancel, Job, jobs::cancel),
        guarded(at::LIST_JOB_TARGETS, Action::JobRead, Job, jobs::targets),
        guarded(at::PAUSE_JOB, Action::JobPause, Job, jobs::pause),
        guarded(at::RESUME_JOB, Action::JobResume, Job, jobs::resume),
        guarded(at::RETRY_JOB, Action::JobRetry, Job, jobs::retry),
        guarded(at::REPORT_KEYS, Action::KeyRead, Key, reports::keys),
        guarded(at::REPORT_ACCESS, Action::RoleRead, Role, reports::access),
        guarded(
            at::REPORT_ROTATION,
            Action::ScheduleRead,
            Schedule,
            reports::rotation,
        ),
        guarded(
            at::SHOW_REQUEST_LOG,
            Action::RequestLogRead,
            RequestLog,
            request_log::show,
        ),
        guarded(
            at::LIST_LOG_FILES,
            Action::RequestLogRead,
            RequestLog,
            request_log::files,
        ),
        guarded(
            at::DOWNLOAD_REQUEST_LOG,
            Action::RequestLogRead,
            RequestLog,
            request_log::download,
        ),
        guarded(
            at::ROTATE_REQUEST_LOG,
            Action::RequestLogRotate,
            RequestLog,
            request_log::rotate,
        ),
        guarded(
            at::CLEAR_REQUEST_LOG,
            Action::RequestLogClear,
            RequestLog,
            request_log::clear,
        ),
        guarded(at::LIST_AUDIT, Action::AuditRead, Audit, audit::list),
        guarded(at::CHECKPOINT, Action::AuditRead, Audit, audit::checkpoint),
        guarded(at::AUDIT_KEY, Action::AuditRead, Audit, audit::key),
        guarded(at::AUDIT_PROOF, Action::AuditRead, Audit, audit::proof),
        guarded(at::AUDIT_EXPORT, Action::AuditRead, Audit, audit::tile),
        guarded(
            at::LIST_AUDIT_DESTINATIONS,
            Action::AuditDestinationRead,
            AuditDestination,
            audit_destinations::list,
        ),
        guarded(
            at::ADD_AUDIT_DESTINATION,
            Action::AuditDestinationAdd,
            AuditDestination,
            audit_destinations::add,
        ),
        guarded(
            at::SHOW_AUDIT_DESTINATION,
            Action::AuditDestinationRead,
            AuditDestination,
            audit_destinations::show,
        ),
        guarded(
            at::TEST_AUDIT_DESTINATION,
            Action::AuditDestinationTest,
            AuditDestination,
            audit_destinations::test,
        ),
        guarded(
            at::DELETE_AUDIT_DESTINATION,
            Action::AuditDestinationDelete,
            AuditDestination,
            audit_destinations::delete,
        ),
        guarded(
            at::ADD_COSIGNATURE,
            Action::AuditAddCosignature,
            Audit,
            audit::add_cosignature,
        ),
        guarded(
            at::ACCEPT_ROLLBACK,
            Action::AuditAcceptRollback,
            Audit,
            audit::accept_rollback,
        ),
        open(at::LIST_KEY_SPECS, keys::list_specs),
        guarded(at::LIST_KEYS, Action::KeyRead, Key, keys::list),
        guarded(at::LIST_ALL_KEYS, Action::KeyRead, Key, keys::list_all),
        guarded(at::CREATE_KEY, Action::KeyCreate, Key, keys::create),
        guarded(at::IMPORT_KEY, Action::KeyImport, Key, keys::import)
            .body_at_most(keys::IMPORT_BODY_BYTES_MAX),
        guarded(at::SHOW_KEY, Action::KeyRead, Key, keys::show),
        guarded(at::COPY_KEY, Action::KeyCopy, Key, kms_keys::copy),
        guarded(at::ENCRYPT, Action::KeyEncrypt, Key, key_use::encrypt)
            .body_at_most(key_use::BODY_BYTES_MAX)
            .narrow(Narrow::KeyUse),
        guarded(at::DECRYPT, Action::KeyDecrypt, Key, key_use::decrypt)
            .body_at_most(key_use::BODY_BYTES_MAX)
            .narrow(Narrow::KeyUse),
        guarded(at::MAKE_MAC, Action::KeyMac, Key, key_use::mac)
            .body_at_most(key_use::BODY_BYTES_MAX)
            .narrow(Narrow::KeyUse),
        guarded(at::SIGN, Action::KeySign, Key, key_use::sign)
            .body_at_most(key_use::BODY_BYTES_MAX)
            .narrow(Narrow::KeyUse),
        guarded(at::VERIFY, Action::KeyVerify, Key, key_use::verify)
            .body_at_most(key_use::BODY_BYTES_MAX)
            .narrow(Narrow::KeyUse),
        guarded(at::WRAP, Action::KeyWrap, Key, key_use::wrap)
            .body_at_most(key_use::BODY_BYTES_MAX)
            .narrow(Narrow::KeyUse),
        guarded(at::UNWRAP, Action::KeyUnwrap, Key, key_use::unwrap)
            .body_at_most(key_use::BODY_BYTES_MAX)
            .narrow(Narrow::KeyUse),
        guarded(at::UPDATE_KEY, Action::KeyUpdate, Key, keys::update),
        guarded(
            at::LIST_KEY_VERSIONS,
            Action::KeyRead,
            Key,
            keys::list_versions,
        ),
        guarded(
            at::DEACTIVATE_KEY_VERSION,
            Action::KeyDeactivateVersion,
            Key,
            keys::deactivate_version,
        ),
        guarded(
            at::COMPROMISE_KEY_VERSION,
            Action::KeyCompromiseVersion,
            Key,
            keys::compromise_version,
        ),
        guarded(
            at::DESTROY_KEY_VERSION,
            Action::KeyDestroyVersion,
            Key,
            keys::destroy_version,
        ),
        guarded(
            at::CANCEL_DESTRUCTION,
            Action::KeyCancelDestruction,
            Key,
            keys::cancel_destruction,
        ),
        guarded(
            at::NEW_KEY_VERSION,
            Action::KeyNewVersion,
            Key,
            keys::new_version,
        ),
        guarded(
            at::LIST_KEYSTORES,
            Action::KeystoreRead,
            Keystore,
            keystores::list,
        ),
        guarded(
            at::CREATE_KEYSTORE,
            Action::KeystoreCreate,
            Keystore,
            keystores::create,
        ),
        guarded(
            at::SHOW_KEYSTORE,
            Action::KeystoreRead,
            Keystore,
            keystores::show,
        ),
        guarded(
            at::UPDATE_KEYSTORE,
            Action::KeystoreUpdate,
            Keystore,
            keystores::update,
        ),
        guarded(
            at::DELETE_KEYSTORE,
            Action::KeystoreDelete,
            Keystore,
            keystores::delete,
        ),
        guarded(
            at::ADOPT_KMS_KEYS,
            Action::KmsKeyAdopt,
            Keystore,
            keystores::adopt,
        )
        .long(),
        guarded(
            at::BIND_KMS_KEYS,
            Action::KmsKeyBind,
            Keystore,
            kms_keys::bind_many,
        )
        .long(),
    ];
    routes.extend(sessions::routes());
    routes.extend(users::routes());
    routes.extend(applications::routes());
    routes.extend(approvals::routes());
    routes.extend(crypto_policies::routes());
    routes.extend(use_periods::routes());
    routes.extend(exports::routes());
    routes.extend(sign_in_providers::routes());
    routes.extend(connection_routes());
    routes.extend(kms_key_routes());
    routes
}

fn connection_routes() -> Vec<Route> {
    vec![
        guarded(
            at::LIST_CONNECTIONS,
            Action::ConnectionRead,
            Connection,
            connections::list,
        ),
        guarded(
            at::VERIFY_CONNECTION,
            Action::ConnectionVerify,
            Connection,
            connections::verify,
        ),
        guarded(
            at::CONNECTION_POLICY,
            Action::ConnectionRead,
            Connection,
            connections::policy,
        ),
        guarded(
            at::CONNECTION_HOSTS,
            Action::ConnectionRead,
            Connection,
            connections::hosts,
        ),
        guarded(
            at::ADD_CONNECTION,
            Action::ConnectionAdd,
            Connection,
            connections::add,
        ),
        guarded(
            at::SHOW_CONNECTION,
            Action::ConnectionRead,
            Connection,
            connections::show,
        ),
        guarded(
            at::UPDATE_CONNECTION,
            Action::ConnectionUpdate,
            Connection,
            connections::update,
        ),
        guarded(
            at::DELETE_CONNECTION,
            Action::ConnectionDelete,
            Connection,
            connections::delete,
        ),
        guarded(
            at::TEST_CONNECTION,
            Action::ConnectionVerify,
            Connection,
            connections::test,
        ),
        guarded(
            at::CONNECTION_PRINCIPALS,
            Action::ConnectionRead,
            Connection,
            connections::principals,
        ),
        guarded(
            at::KNOWN_REGIONS,
            Action::ConnectionRead,
            Connection,
            connections::known_regions,
        ),
        guarded(
            at::CONNECTION_REGIONS,
            Action::ConnectionRead,
            Connection,
            connections::regions,
        ),
        guarded(
            at::ROTATE_ACCESS_KEY,
            Action::ConnectionRotateAccessKey,
            Connection,
            connections::rotate_access_key,
        ),
        guarded(
            at::CONNECTION_DOCTOR,
            Action::ConnectionDoctor,
            Connection,
            connections::doctor,
        )
        .long(),
    ]
}

fn kms_key_routes() -> Vec<Route> {
    vec![
        guarded(
            at::LIST_KMS_KEYS,
            Action::KmsKeyRead,
            KmsKey,
            kms_keys::list,
        ),
        guarded(
            at::CREATE_KMS_KEY,
            Action::KmsKeyCreate,
            KmsKey,
            kms_keys::create,
        ),
        guarded(
            at::UPLOAD_KEY,
            Action::KmsKeyUpload,
            KmsKey,
            kms_keys::upload,
        ),
        guarded(
            at::IMPORT_KMS_KEY,
            Action::KmsKeyImport,
            KmsKey,
            kms_keys::import,
        )
        .body_at_most(keys::IMPORT_KMS_KEY_BODY_BYTES_MAX),
        guarded(
            at::BULK_KMS_KEYS,
            Action::KmsKeyBulk,
            KmsKey,
            kms_keys::bulk,
        ),
        guarded(at::BIND_KMS_KEY, Action::KmsKeyBind, KmsKey, kms_keys::bind),
        guarded(
            at::KMS_ENCRYPT,
            Action::KmsKeyEncrypt,
            KmsKey,
            key_use::kms_encrypt,
        )
        .body_at_most(key_use::BODY_BYTES_MAX)
        .narrow(Narrow::KeyUse),
        guarded(
            at::KMS_DECRYPT,
            Action::KmsKeyDecrypt,
            KmsKey,
            key_use::kms_decrypt,
        )
        .body_at_most(key_use::BODY_BYTES_MAX)
        .narrow(Narrow::KeyUse),
        guarded(at::SHOW_KMS_KEY, Action::KmsKeyRead, KmsKey, kms_keys::show),
        guarded(
            at::KMS_KEY_RECEIPT,
            Action::KmsKeyRead,
            KmsKey,
            kms_keys::receipt,
        ),
        guarded(
            at::UPDATE_KMS_KEY,
            Action::KmsKeyUpdate,
            KmsKey,
            kms_keys::update,
        ),
        guarded(
            at::OBSERVE_KMS_KEY,
            Action::KmsKeyObserve,
            KmsKey,
            kms_keys::observe,
        ),
        guarded(
            at::RELEASE_KMS_KEY,
            Action::KmsKeyRelease,
            KmsKey,
            kms_keys::release,
        ),
        guarded(
            at::FORGET_KMS_KEY,
            Action::KmsKeyForget,
            KmsKey,
            kms_keys::forget,
        ),
        guarded(
            at::UPLOAD_KEY_VERSION,
            Action::KmsKeyUploadVersion,
            KmsKey,
            kms_keys::upload_version,
        ),
        guarded(
            at::ENABLE_KMS_KEY,
            Action::KmsKeyEnable,
            KmsKey,
            kms_keys::enable,
        ),
        guarded(
            at::DISABLE_KMS_KEY,
            Action::KmsKeyDisable,
            KmsKey,
            kms_keys::disable,
        ),
        guarded(
            at::DEACTIVATE_KMS_KEY,
            Action::KmsKeyDeactivate,
            KmsKey,
            kms_keys::deactivate,
        ),
        guarded(
            at::ACTIVATE_KMS_KEY,
            Action::KmsKeyActivate,
            KmsKey,
            kms_keys::activate,
        ),
        guarded(
            at::SYNCHRONIZE_KMS_KEY,
            Action::KmsKeySynchronize,
            KmsKey,
            kms_keys::synchronize,
        ),
        guarded(
            at::REPLICATE_KMS_KEY,
            Action::KmsKeyReplicate,
            KmsKey,
            kms_keys::replicate,
        ),
        guarded(
            at::CHANGE_PRIMARY,
            Action::KmsKeyChangePrimary,
            KmsKey,
            kms_keys::change_primary,
        ),
        guarded(
            at::REMOVE_FROM_CLOUD,
            Action::KmsKeyRemoveFromCloud,
            KmsKey,
            kms_keys::remove_from_cloud,
        ),
        guarded(
            at::LIST_GRANTS,
            Action::KmsKeyObserve,
            KmsKey,
            kms_keys::grants,
        ),
        guarded(
            at::CREATE_GRANT,
            Action::KmsKeyCreateGrant,
            KmsKey,
            kms_keys::create_grant,
        ),
        guarded(
            at::RETIRE_GRANTS,
            Action::KmsKeyRetireGrants,
            KmsKey,
            kms_keys::retire_grants,
        ),
        guarded(
            at::REVOKE_GRANTS,
            Action::KmsKeyRevokeGrants,
            KmsKey,
            kms_keys::revoke_grants,
        ),
        guarded(
            at::ROTATE_KMS_KEY,
            Action::KmsKeyRotate,
            KmsKey,
            kms_keys::rotate,
        ),
        guarded(
            at::SCHEDULE_DELETION,
            Action::KmsKeyScheduleDeletion,
            KmsKey,
            kms_keys::schedule_deletion,
        ),
        guarded(
            at::CANCEL_DELETION,
            Action::KmsKeyCancelDeletion,
            KmsKey,
            kms_keys::cancel_deletion,
        ),
        guarded(
            at::RESTORE_KMS_KEY,
            Action::KmsKeyRestore,
            KmsKey,
            kms_keys::restore,
        ),
    ]
}
