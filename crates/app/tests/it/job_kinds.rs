//! Every kind of job has a scenario in the crash sweep.

use std::collections::BTreeMap;

use keyferry_app::Action;
use keyferry_testkit::sweep::{Prepared, Scenario, scenario as is};

/// Swept on their own.
const ACCESS_KEYS: &[&Scenario] = &[&is::ROTATE_ACCESS_KEY];

/// How a kind of job is swept.
enum Swept {
    /// By these scenarios.
    By(&'static [&'static Scenario]),
    /// It makes no job of its own.
    NoJob,
}

/// A new action has to say here which scenario interrupts its job.
fn swept(action: Action) -> Swept {
    match action {
        Action::ConnectionRotateAccessKey => Swept::By(&[&is::ROTATE_ACCESS_KEY]),
        Action::KeyCopy => Swept::By(&[&is::COPY]),
        Action::KeyRotate => Swept::By(&[&is::ROTATE_KEY]),
        Action::KeystoreRotate => Swept::By(&[&is::ROTATE_KEYSTORE]),
        Action::KeystoreSync | Action::KmsKeyHeal => Swept::By(&[&is::SYNC_AND_HEAL]),
        Action::KmsKeyActivate => Swept::By(&[&is::ACTIVATE]),
        Action::KmsKeyBind => Swept::By(&[&is::BIND_EMPTY, &is::BIND_FILLED, &is::BIND_MANY]),
        Action::KmsKeyCancelDeletion => Swept::By(&[&is::CANCEL_DELETION]),
        Action::KmsKeyCreate => Swept::By(&[&is::CREATE, &is::GENERATE]),
        Action::KmsKeyChangePrimary => Swept::By(&[&is::CHANGE_PRIMARY]),
        Action::KmsKeyDeactivate => Swept::By(&[&is::DEACTIVATE, &is::BULK_DEACTIVATE]),
        Action::KmsKeyDisable => Swept::By(&[&is::DISABLE]),
        Action::KmsKeyEnable => Swept::By(&[&is::ENABLE]),
        Action::KmsKeyImport => Swept::By(&[&is::IMPORT, &is::PASS_THROUGH]),
        Action::KmsKeyRemoveFromCloud => Swept::By(&[&is::REMOVE_FROM_CLOUD]),
        Action::KmsKeyReplicate => Swept::By(&[&is::REPLICATE]),
        Action::KmsKeyCreateGrant => Swept::By(&[&is::CREATE_GRANT]),
        Action::KmsKeyRetireGrants => Swept::By(&[&is::RETIRE_GRANT]),
        Action::KmsKeyRevokeGrants => Swept::By(&[&is::REVOKE_GRANTS]),
        Action::KmsKeyRestore => Swept::By(&[&is::RESTORE]),
        Action::KmsKeyRotate => Swept::By(&[
            &is::ROTATE_BY_NEW_KEY,
            &is::ROTATE_IN_PLACE,
            &is::ROTATE_TO_OURS,
            &is::BULK_ROTATE,
        ]),
        Action::KmsKeyScheduleDeletion => Swept::By(&[&is::SCHEDULE_DELETION]),
        Action::KmsKeySynchronize => Swept::By(&[&is::SYNCHRONIZE, &is::SYNCHRONIZE_ALL]),
        Action::KmsKeyUpdate => Swept::By(&[&is::UPDATE]),
        Action::KmsKeyUpload => Swept::By(&[&is::UPLOAD]),
        Action::KmsKeyUploadVersion => Swept::By(&[&is::UPLOAD_VERSION]),
        // The doctor's throw-away keys are not managed; a bulk job is of the kind of its operation.
        Action::ConnectionDoctor | Action::KmsKeyBulk => Swept::NoJob,
        Action::AlertAcknowledge
        | Action::KeyCancelPreparation
        | Action::KeyDownload
        | Action::KeyExport
        | Action::KeyPrepareDownload
        | Action::KeyPrepareExport
        | Action::AlertDestinationAdd
        | Action::AlertDestinationDelete
        | Action::AlertDestinationRead
        | Action::AlertDestinationTest
        | Action::AlertRead
        | Action::AuditRead
        | Action::AuthorizationRead
        | Action::ConnectionAdd
        | Action::ConnectionDelete
        | Action::ConnectionRead
        | Action::ConnectionUpdate
        | Action::ConnectionVerify
        | Action::GroupCreate
        | Action::GroupDelete
        | Action::GroupRead
        | Action::GroupUpdate
        | Action::JobCancel
        | Action::JobPause
        | Action::JobRead
        | Action::JobResume
        | Action::JobRetry
        | Action::KeyCancelDestruction
        | Action::KeyCompromiseVersion
        | Action::KeyCreate
        | Action::KeyDeactivateVersion
        | Action::KeyDestroyVersion
        | Action::KeyDestroyAfterDeletion
        | Action::KeyImport
        | Action::KeyNewVersion
        | Action::KeyRead
        | Action::KeyUpdate
        | Action::KeystoreCreate
        | Action::KeystoreDelete
        | Action::KeystoreRead
        | Action::KeystoreUpdate
        | Action::KmsKeyAdopt
        | Action::KmsKeyForget
        | Action::KmsKeyObserve
        | Action::KmsKeyRead
        | Action::KmsKeyRelease
        | Action::PolicyAdd
        | Action::PolicyDelete
        | Action::PolicyRead
        | Action::PolicyUpdate
        | Action::RoleCreate
        | Action::RoleDelete
        | Action::ApplicationCreate
        | Action::ApplicationDelete
        | Action::ApplicationLock
        | Action::ApplicationManageCertificates
        | Action::ApplicationManageKeys
        | Action::ApplicationRead
        | Action::ApplicationRevokeKey
        | Action::ApplicationUnlock
        | Action::ApplicationUpdate
        | Action::KeyDecrypt
        | Action::KeyEncrypt
        | Action::KeyMac
        | Action::KeySign
        | Action::KeyUnwrap
        | Action::KeyVerify
        | Action::KeyWrap
        | Action::KmsKeyDecrypt
        | Action::KmsKeyEncrypt
        | Action::RoleManage
        | Action::RoleUpdate
        | Action::RoleRead
        | Action::ScheduleRead
        | Action::SealRead
        | Action::SealSeal
        | Action::SealUnseal
        | Action::SessionUse
        | Action::SignInProviderAdd
        | Action::SignInProviderDelete
        | Action::SignInProviderRead
        | Action::SignInProviderTest
        | Action::SignInProviderUpdate
        | Action::TokenManage
        | Action::UsePeriodClose
        | Action::UsePeriodOpen
        | Action::UsePeriodRead
        | Action::UserChangePassword
        | Action::UserCreate
        | Action::UserEndSessions
        | Action::UserLock
        | Action::UserOffboard
        | Action::UserOtherPerson
        | Action::UserSamePerson
        | Action::UserRead
        | Action::UserResetPassword
        | Action::UserResetTotp
        | Action::UserSetTotp
        | Action::UserUnlock
        | Action::UserUpdate
        | Action::ApprovalAsk
        | Action::ApprovalDecide
        | Action::ApprovalRead
        | Action::ApprovalRuleManage
        | Action::CryptoPolicyManage
        | Action::CryptoPolicyRead
        | Action::ApprovalRuleRead
        | Action::RequestLogClear
        | Action::RequestLogRead
        | Action::RequestLogRotate
        | Action::AuditDestinationAdd
        | Action::AuditDestinationDelete
        | Action::AuditDestinationRead
        | Action::AuditDestinationTest
        | Action::AuditAcceptRollback
        | Action::AuditAddCosignature => Swept::NoJob,
    }
}

#[tokio::test]
async fn every_kind_of_job_has_a_scenario_and_every_scenario_makes_its_kind_of_job() {
    let mut made: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let all = [is::MAIN, is::OTHERS, is::FURTHER, ACCESS_KEYS];
    for scenario in all.concat() {
        let (kinds, broken) = Prepared::in_memory(scenario, 1).await.undisturbed().await;
        assert!(broken.is_empty(), "{}: {broken:#?}", scenario.name);
        made.insert(scenario.name, kinds);
    }

    for (action, word, _) in Action::ALL {
        let Swept::By(scenarios) = swept(*action) else {
            let elsewhere = made
                .iter()
                .find(|(_, kinds)| kinds.iter().any(|kind| kind == word));
            assert!(elsewhere.is_none(), "{word} has jobs: {elsewhere:?}");
            continue;
        };
        for scenario in scenarios {
            let kinds = made.get(scenario.name).expect("a sweep runs it");
            let has_kind = kinds.iter().any(|kind| kind == word);
            assert!(has_kind, "{word} by {}: {kinds:?}", scenario.name);
        }
    }
}
