//! Every route of the API.

use crate::access::{
    ChangePasswordRequest, ConfirmSessionRequest, CreateTokenRequest, CreatedTokenView,
    EndedSessionsView, EnrolmentView, MeView, RecoveryCodesView, RemoveTotpRequest, SessionPage,
    SessionRowView, SessionView, SetUpTotpRequest, SignInRequest, TokenPage, TotpRequest,
};
use crate::adoption::{
    AdoptQuery, AdoptRequest, AdoptionView, BindManyRequest, BindRequest, BindingsView,
};
use crate::alert::{AlertPage, AlertQuery, AlertView};
use crate::alert_destination::{
    AddDestinationRequest, AddedDestinationView, DestinationPage, DestinationView,
};
use crate::application::{
    AddCertificateRequest, ApplicationKeyPage, ApplicationKeyView, ApplicationPage,
    ApplicationView, CertificatePage, CertificateView, CreateApplicationKeyRequest,
    CreateApplicationRequest, CreatedApplicationKeyView, RotateApplicationKeyRequest,
    UpdateApplicationRequest,
};
use crate::approval::{
    ApprovalPage, ApprovalQuery, ApprovalRulePage, ApprovalRuleQuery, ApprovalRuleView,
    ApprovalView, AskApprovalRequest, DecideRequest, SetApprovalRuleRequest,
};
use crate::audit::{
    AcceptRollbackRequest, AddCosignatureRequest, AuditKeyView, AuditPage, AuditQuery,
    CheckpointView, ProofQuery, ProofView, SignedCheckpointView, TileQuery,
};
use crate::audit_destination::{
    AddAuditDestinationRequest, AddedAuditDestinationView, AuditDestinationPage,
    AuditDestinationView,
};
use crate::bulk::BulkRequest;
use crate::connection::{
    AddConnectionRequest, ConnectionPage, ConnectionView, DoctorReportView, DoctorRequest,
    HostsQuery, HostsView, PolicyQuery, PolicyView, PrincipalsView, RegionsQuery, RegionsView,
    StoredConnectionView, UpdateConnectionRequest, VerificationView, VerifyConnectionRequest,
};
use crate::crypto_policy::{
    CryptoPolicyPage, CryptoPolicyQuery, CryptoPolicyView, RemoveCryptoPolicyQuery,
    SetCryptoPolicyRequest,
};
use crate::endpoint::Method::{Delete, Get, Patch, Post};
use crate::endpoint::{Answer, Body, Endpoint, body};
use crate::export::{DownloadView, PreparationList, PreparationView, PrepareRequest, TakeQuery};
use crate::found_key::{FoundKeyPage, FoundKeyQuery};
use crate::group::{CreateGroupRequest, GroupPage, GroupView, UpdateGroupRequest};
use crate::job::{JobPage, JobQuery, JobView, TargetPage, TargetQuery};
use crate::key::{
    AnyKeyPage, CopyKeyRequest, CreateKeyRequest, DestroyVersionRequest, ImportKeyRequest, KeyPage,
    KeyQuery, KeyVersionList, KeyVersionView, KeyView, UpdateKeyRequest,
};
use crate::key_spec::KeySpecPage;
use crate::key_use::{
    DecryptRequest, DecryptedView, EncryptRequest, EncryptedView, KmsDecryptRequest,
    KmsDecryptedView, KmsEncryptRequest, KmsEncryptedView, MacRequest, MacView, SignRequest,
    SignedView, UnwrapRequest, UnwrappedView, VerifiedView, VerifyRequest, WrapRequest,
    WrappedView,
};
use crate::keystore::{CreateKeystoreRequest, KeystorePage, KeystoreView, UpdateKeystoreRequest};
use crate::kms_key::{
    CancelDeletionRequest, ChangePrimaryRequest, CreateGrantRequest, CreateKmsKeyRequest,
    GrantList, ImportKmsKeyRequest, KmsKeyPage, KmsKeyQuery, KmsKeyView, ReplicateRequest,
    RetireGrantsRequest, RevokeGrantsRequest, RotateRequest, ScheduleDeletionRequest, StartedView,
    SynchronizeRequest, UpdateKmsKeyRequest, UploadKeyRequest,
};
use crate::page::{DryRunQuery, TrialQuery};
use crate::plan::PlanView;
use crate::policy::{
    AddPolicyRequest, CheckPolicyRequest, EffectsView, PolicyTextPage, PolicyTextView,
    UpdatePolicyRequest, WhoCanPage, WhoCanQuery, WhyQuery, WhyView,
};
use crate::report::ReportQuery;
use crate::request_log::{LogFileQuery, LogFilesView, RequestLogQuery, RequestLogView};
use crate::role::{
    AssignmentPage, AssignmentView, CreateRoleRequest, GiveRoleRequest, RolePage, RoleView,
    UpdateRoleRequest,
};
use crate::rotation::{
    KeyRotationRequest, RotateKeyRequest, RotationRequest, SchedulePage, ScheduleQuery,
    ScheduleView,
};
use crate::seal::{SealStatusView, UnsealRequest};
use crate::sign_in_provider::{
    AddProviderRequest, AddSignInRuleRequest, CallbackQuery, ProviderFactsView, ProviderPage,
    ProviderView, RedeemCodeRequest, SignInRulePage, SignInRuleView, StartQuery,
    UpdateProviderRequest,
};
use crate::statement::SignedStatementView;
use crate::system::{HealthView, ReadyView};
use crate::use_period::{OpenUsePeriodRequest, UsePeriodPage, UsePeriodQuery, UsePeriodView};
use crate::user::{
    CreateUserRequest, EndSessionsRequest, LeavingView, ResetPasswordRequest, SamePersonRequest,
    UpdateUserRequest, UserPage, UserView, UserWithPasswordView,
};

const fn ok(body: Body) -> Answer {
    Answer {
        status: 200,
        words: "As asked",
        body: Some(body),
        media: None,
    }
}

const fn made(body: Body) -> Answer {
    Answer {
        status: 201,
        words: "Made",
        body: Some(body),
        media: None,
    }
}

const fn tried(body: Body) -> Answer {
    Answer {
        status: 200,
        words: "Dry run: what would be made",
        body: Some(body),
        media: None,
    }
}

/// An answer that no schema describes, of a media type.
const fn content(status: u16, words: &'static str, media: &'static str) -> Answer {
    Answer {
        status,
        words,
        body: None,
        media: Some(media),
    }
}

const NOTHING: Answer = Answer {
    status: 204,
    words: "Done",
    body: None,
    media: None,
};
const PLAN: Answer = Answer {
    status: 200,
    words: "Dry run: what would be done",
    body: Some(body::<PlanView>()),
    media: None,
};
const STARTED: Answer = Answer {
    status: 202,
    words: "Under way",
    body: Some(body::<StartedView>()),
    media: None,
};
const UNCHANGED: Answer = Answer {
    status: 200,
    words: "As wanted already",
    body: Some(body::<StartedView>()),
    media: None,
};
const ELSEWHERE: Answer = Answer {
    status: 303,
    words: "To where it goes on",
    body: None,
    media: None,
};
const OPERATION: &[Answer] = &[STARTED, UNCHANGED, PLAN];

/// What another route answers, with its status.
const AS_THE_REQUEST: &[Answer] = &[
    content(
        200,
        "As the request's own route answers",
        "application/json",
    ),
    content(
        201,
        "As the request's own route answers",
        "application/json",
    ),
    content(
        202,
        "As the request's own route answers",
        "application/json",
    ),
    NOTHING,
];

macro_rules! endpoints {
    ($($name:ident = $method:ident $path:literal $id:literal $tag:literal $summary:literal
        $(. $option:ident $(::<$generic:ty>)? ($($argument:expr)?))*;)+) => {
        $(
            #[doc = $summary]
            pub const $name: Endpoint = Endpoint::new($method, $path, $id, $tag, $summary)
                $(.$option$(::<$generic>)?($($argument)?))*;
        )+

        /// Every route, in the order of the document.
        pub const ALL: &[Endpoint] = &[$($name),+];
    };
}

endpoints! {
    HEALTH = Get "/healthz" "read_health" "system" "Tell whether the process answers"
        .open().answers(&[ok(body::<HealthView>())]);
    READY = Get "/readyz" "read_readiness" "system" "Tell whether work can be done (503 where not)"
        .open().answers(&[ok(body::<ReadyView>())]);
    OPENAPI = Get "/api/v1/openapi.json" "read_openapi" "system" "Show this document"
        .open().answers(&[content(200, "OpenAPI 3.1", "application/json")]);
    EVENTS = Get "/api/v1/events" "stream_events" "system" "Stream changes of jobs as server-sent events (`event: job`, data: a JobView)"
        .answers(&[content(200, "A stream", "text/event-stream")]);

    SIGN_IN = Post "/api/v1/sessions" "create_session" "sessions" "Sign in"
        .open().takes(body::<SignInRequest>()).answers(&[made(body::<SessionView>())]);
    START_OIDC = Get "/api/v1/sessions/oidc/{provider}/start" "start_oidc_session" "sessions" "Begin to sign in by a provider, in a browser"
        .open().query::<StartQuery>().answers(&[ELSEWHERE]);
    FINISH_OIDC = Get "/api/v1/sessions/oidc/{provider}/callback" "finish_oidc_session" "sessions" "End a sign-in by a provider, in the browser that began it; the answer sets the cookie of a session"
        .open().query::<CallbackQuery>().answers(&[ELSEWHERE]);
    REDEEM_OIDC = Post "/api/v1/sessions/oidc/redeem" "redeem_oidc_code" "sessions" "Begin the session of a command line, for the code that a browser brought it"
        .open().takes(body::<RedeemCodeRequest>()).answers(&[made(body::<SessionView>())]);
    SIGN_OUT = Delete "/api/v1/sessions/current" "delete_session" "sessions" "Sign out"
        .answers(&[NOTHING]);
    CONFIRM_SESSION = Post "/api/v1/sessions/confirm" "confirm_session" "sessions" "Prove once more who one is, for what wants a recent proof"
        .takes(body::<ConfirmSessionRequest>()).answers(&[ok(body::<SessionRowView>())]);
    LIST_SESSIONS = Get "/api/v1/me/sessions" "list_sessions" "me" "List one's sessions"
        .answers(&[ok(body::<SessionPage>())]);
    END_SESSIONS = Delete "/api/v1/me/sessions" "end_sessions" "me" "End all of one's sessions, this one too"
        .answers(&[ok(body::<EndedSessionsView>())]);
    END_SESSION = Delete "/api/v1/me/sessions/{session}" "end_session" "me" "End one of one's sessions"
        .answers(&[NOTHING]);
    CHANGE_PASSWORD = Post "/api/v1/me/password" "change_password" "me" "Set a password of one's own; all sessions end (201: a new one, asked in a session)"
        .takes(body::<ChangePasswordRequest>()).answers(&[NOTHING, made(body::<SessionView>())]);
    SET_UP_TOTP = Post "/api/v1/me/totp" "set_up_totp" "me" "Make a second factor; the answer alone shows it"
        .takes(body::<SetUpTotpRequest>()).answers(&[made(body::<EnrolmentView>())]);
    CONFIRM_TOTP = Post "/api/v1/me/totp/confirm" "confirm_totp" "me" "Confirm a second factor by its first code; the answer alone shows the recovery codes, and all sessions end"
        .takes(body::<TotpRequest>()).answers(&[ok(body::<RecoveryCodesView>())]);
    RENEW_RECOVERY_CODES = Post "/api/v1/me/totp/recovery-codes" "renew_recovery_codes" "me" "Make recovery codes in place of those before; the answer alone shows them"
        .takes(body::<TotpRequest>()).answers(&[ok(body::<RecoveryCodesView>())]);
    REMOVE_TOTP = Post "/api/v1/me/totp/remove" "remove_totp" "me" "Remove one's second factor; all sessions end"
        .takes(body::<RemoveTotpRequest>()).answers(&[NOTHING]);
    ME = Get "/api/v1/me" "read_me" "me" "Tell who is signed in"
        .answers(&[ok(body::<MeView>())]);
    LIST_TOKENS = Get "/api/v1/me/tokens" "list_tokens" "me" "List one's API tokens"
        .answers(&[ok(body::<TokenPage>())]);
    CREATE_TOKEN = Post "/api/v1/me/tokens" "create_token" "me" "Make an API token; the answer alone shows it"
        .query::<TrialQuery>().takes(body::<CreateTokenRequest>()).answers(&[tried(body::<CreatedTokenView>()), made(body::<CreatedTokenView>())]);
    REVOKE_TOKEN = Delete "/api/v1/me/tokens/{token}" "revoke_token" "me" "Revoke an API token"
        .query::<TrialQuery>().answers(&[NOTHING]);

    SEAL_STATUS = Get "/api/v1/seal" "read_seal" "seal" "Tell whether the vault is open"
        .open().answers(&[ok(body::<SealStatusView>())]);
    UNSEAL = Post "/api/v1/seal/unseal" "unseal" "seal" "Open the vault"
        .takes(body::<UnsealRequest>()).answers(&[ok(body::<SealStatusView>())]);
    SEAL = Post "/api/v1/seal/seal" "seal" "seal" "Seal the vault"
        .answers(&[ok(body::<SealStatusView>())]);

    LIST_CONNECTIONS = Get "/api/v1/connections" "list_connections" "connections" "List connections"
        .answers(&[ok(body::<ConnectionPage>())]);
    VERIFY_CONNECTION = Post "/api/v1/connections/verify" "verify_connection_settings" "connections" "Try settings without storing them"
        .takes(body::<VerifyConnectionRequest>()).answers(&[ok(body::<VerificationView>())]);
    CONNECTION_POLICY = Get "/api/v1/connections/policy" "read_connection_policy" "connections" "Write what an AWS administrator sets up before an account is connected"
        .query::<PolicyQuery>().answers(&[ok(body::<PolicyView>())]);
    CONNECTION_HOSTS = Get "/api/v1/connections/hosts" "read_connection_hosts" "connections" "List the exact hosts that a firewall must let through"
        .query::<HostsQuery>().answers(&[ok(body::<HostsView>())]);
    ADD_CONNECTION = Post "/api/v1/connections" "add_connection" "connections" "Verify settings and store them"
        .query::<TrialQuery>().takes(body::<AddConnectionRequest>())
        .answers(&[tried(body::<StoredConnectionView>()), made(body::<StoredConnectionView>())]);
    SHOW_CONNECTION = Get "/api/v1/connections/{connection}" "read_connection" "connections" "Show a connection"
        .answers(&[ok(body::<ConnectionView>())]);
    UPDATE_CONNECTION = Patch "/api/v1/connections/{connection}" "update_connection" "connections" "Change a connection, verifying it again"
        .query::<TrialQuery>().takes(body::<UpdateConnectionRequest>())
        .answers(&[ok(body::<StoredConnectionView>())]).if_match();
    DELETE_CONNECTION = Delete "/api/v1/connections/{connection}" "delete_connection" "connections" "Remove a connection; its KMS keys stay in AWS"
        .query::<TrialQuery>().answers(&[NOTHING]);
    TEST_CONNECTION = Post "/api/v1/connections/{connection}/verify" "verify_connection" "connections" "Try a stored connection; a link that fails is an answer"
        .answers(&[ok(body::<StoredConnectionView>())]);
    KNOWN_REGIONS = Get "/api/v1/connections/regions" "list_regions" "connections" "List the Regions of a partition that this version knows"
        .query::<RegionsQuery>().answers(&[ok(body::<RegionsView>())]);
    CONNECTION_REGIONS = Get "/api/v1/connections/{connection}/regions" "list_connection_regions" "connections" "List the Regions, enabled in the account or not"
        .answers(&[ok(body::<RegionsView>())]);
    CONNECTION_PRINCIPALS = Get "/api/v1/connections/{connection}/principals" "list_principals" "connections" "List IAM users and roles of the account"
        .answers(&[ok(body::<PrincipalsView>())]);
    CONNECTION_DOCTOR = Post "/api/v1/connections/{connection}/doctor" "examine_connection" "connections" "Check the whole way into the account"
        .takes(body::<DoctorRequest>()).answers(&[ok(body::<DoctorReportView>())]);

    ROTATE_ACCESS_KEY = Post "/api/v1/connections/{connection}/rotate-access-key" "rotate_access_key" "connections" "Rotate the access key: make a new one, verify it, switch to it, deactivate the former one, and delete that a day later"
        .query::<DryRunQuery>().answers(OPERATION).idempotent();

    LIST_KEYSTORES = Get "/api/v1/keystores" "list_keystores" "keystores" "List keystores"
        .answers(&[ok(body::<KeystorePage>())]);
    CREATE_KEYSTORE = Post "/api/v1/keystores" "create_keystore" "keystores" "Make a keystore"
        .query::<TrialQuery>().takes(body::<CreateKeystoreRequest>())
        .answers(&[tried(body::<KeystoreView>()), made(body::<KeystoreView>())]);
    SHOW_KEYSTORE = Get "/api/v1/keystores/{keystore}" "read_keystore" "keystores" "Show a keystore"
        .answers(&[ok(body::<KeystoreView>())]);
    UPDATE_KEYSTORE = Patch "/api/v1/keystores/{keystore}" "update_keystore" "keystores" "Change a keystore; its KMS keys stay as they are"
        .query::<TrialQuery>().takes(body::<UpdateKeystoreRequest>())
        .answers(&[ok(body::<KeystoreView>())]).if_match();
    DELETE_KEYSTORE = Delete "/api/v1/keystores/{keystore}" "delete_keystore" "keystores" "Remove a keystore whose KMS keys are all deleted or released"
        .query::<TrialQuery>().answers(&[NOTHING]);

    SYNC_KEYSTORE = Post "/api/v1/keystores/{keystore}/sync" "sync_keystore" "keystores" "Look at every KMS key of the keystore's account and Regions, now"
        .answers(&[Answer { status: 202, words: "Under way", body: Some(body::<JobView>()), media: None }]);
    ROTATE_KEYSTORE = Post "/api/v1/keystores/{keystore}/rotate" "rotate_keystore" "keystores" "Rotate every ACTIVE KMS key of a keystore as one job"
        .query::<DryRunQuery>().takes(body::<RotateRequest>()).answers(OPERATION).idempotent();

    ADOPT_KMS_KEYS = Post "/api/v1/keystores/{keystore}/adopt" "adopt_kms_keys" "keystores" "Take KMS keys that are in AWS already into the keystore, changing nothing there"
        .query::<AdoptQuery>().takes(body::<AdoptRequest>()).answers(&[ok(body::<AdoptionView>())]);
    BIND_KMS_KEYS = Post "/api/v1/keystores/{keystore}/bind" "bind_kms_keys" "keystores" "Make keys in the vault the sources of many KMS keys, by one job"
        .query::<DryRunQuery>().takes(body::<BindManyRequest>())
        .answers(&[Answer { status: 202, words: "Under way", body: Some(body::<BindingsView>()), media: None }, ok(body::<BindingsView>())]).idempotent();

    LIST_KEY_SPECS = Get "/api/v1/key-specs" "list_key_specs" "keys" "List the kinds of key, with what a KMS key of each may be used for and what applications may do with a key of it"
        .open().answers(&[ok(body::<KeySpecPage>())]);
    LIST_KEYS = Get "/api/v1/keys" "list_keys" "keys" "List keys in the vault"
        .query::<KeyQuery>().answers(&[ok(body::<KeyPage>())]);
    LIST_ALL_KEYS = Get "/api/v1/all-keys" "list_all_keys" "keys" "List keys in the vault and KMS keys together"
        .query::<KeyQuery>().answers(&[ok(body::<AnyKeyPage>())]);
    CREATE_KEY = Post "/api/v1/keys" "create_key" "keys" "Make a key with its first version"
        .query::<TrialQuery>().takes(body::<CreateKeyRequest>())
        .answers(&[tried(body::<KeyView>()), made(body::<KeyView>())]);
    IMPORT_KEY = Post "/api/v1/keys/import" "import_key" "keys" "Take material from a file: a new key, or the next version of one"
        .query::<TrialQuery>().takes(body::<ImportKeyRequest>())
        .answers(&[tried(body::<KeyView>()), made(body::<KeyView>())]);
    SHOW_KEY = Get "/api/v1/keys/{key}" "read_key" "keys" "Show a key with its versions"
        .answers(&[ok(body::<KeyView>())]);
    UPDATE_KEY = Patch "/api/v1/keys/{key}" "update_key" "keys" "Change a key's name, limit or permitted operations"
        .query::<TrialQuery>().takes(body::<UpdateKeyRequest>()).answers(&[ok(body::<KeyView>())]).if_match();
    COPY_KEY = Post "/api/v1/keys/{key}/copies" "copy_key" "keys" "Copy a key's current version to KMS keys, or to a key of a group (201)"
        .query::<DryRunQuery>().takes(body::<CopyKeyRequest>())
        .answers(&[STARTED, UNCHANGED, PLAN, made(body::<KeyView>())]).idempotent();
    ENCRYPT = Post "/api/v1/keys/{key}/encrypt" "encrypt_with_key" "keys" "Encrypt data with a key, as an application"
        .takes(body::<EncryptRequest>()).answers(&[ok(body::<EncryptedView>())]);
    DECRYPT = Post "/api/v1/keys/{key}/decrypt" "decrypt_with_key" "keys" "Decrypt data with a key, as an application"
        .takes(body::<DecryptRequest>()).answers(&[ok(body::<DecryptedView>())]);
    MAKE_MAC = Post "/api/v1/keys/{key}/mac" "make_mac_with_key" "keys" "Make a MAC with an HMAC key, as an application"
        .takes(body::<MacRequest>()).answers(&[ok(body::<MacView>())]);
    SIGN = Post "/api/v1/keys/{key}/sign" "sign_with_key" "keys" "Sign a message with a key, as an application"
        .takes(body::<SignRequest>()).answers(&[ok(body::<SignedView>())]);
    VERIFY = Post "/api/v1/keys/{key}/verify" "verify_with_key" "keys" "Check a signature or MAC with a key, as an application"
        .takes(body::<VerifyRequest>()).answers(&[ok(body::<VerifiedView>())]);
    WRAP = Post "/api/v1/keys/{key}/wrap" "wrap_with_key" "keys" "Wrap a key of one's own with a key, as an application"
        .takes(body::<WrapRequest>()).answers(&[ok(body::<WrappedView>())]);
    UNWRAP = Post "/api/v1/keys/{key}/unwrap" "unwrap_with_key" "keys" "Unwrap a key of one's own with a key, as an application"
        .takes(body::<UnwrapRequest>()).answers(&[ok(body::<UnwrappedView>())]);
    LIST_KEY_VERSIONS = Get "/api/v1/keys/{key}/versions" "list_key_versions" "keys" "List a key's versions, what each may still be used for, and which KMS keys may hold it"
        .answers(&[ok(body::<KeyVersionList>())]);
    NEW_KEY_VERSION = Post "/api/v1/keys/{key}/versions" "create_key_version" "keys" "Make a new version"
        .query::<TrialQuery>().answers(&[tried(body::<KeyView>()), made(body::<KeyView>())]);
    ROTATE_KEY = Post "/api/v1/keys/{key}/rotate" "rotate_key" "keys" "Make a new version and rotate KMS keys that hold the key to it, as one job"
        .query::<DryRunQuery>().takes(body::<RotateKeyRequest>()).answers(OPERATION).idempotent();

    DEACTIVATE_KEY_VERSION = Post "/api/v1/keys/{key}/versions/{version}/deactivate" "deactivate_key_version" "keys" "Deactivate a version: it protects nothing new"
        .query::<TrialQuery>().answers(&[ok(body::<KeyVersionView>())]);
    COMPROMISE_KEY_VERSION = Post "/api/v1/keys/{key}/versions/{version}/compromise" "compromise_key_version" "keys" "Report a version as compromised; the answer names the KMS keys that may hold it"
        .query::<TrialQuery>().answers(&[ok(body::<KeyVersionView>())]);
    DESTROY_KEY_VERSION = Post "/api/v1/keys/{key}/versions/{version}/destroy" "destroy_key_version" "keys" "Schedule the destruction of a version that no KMS key needs, 30 days later or more"
        .query::<DryRunQuery>().takes(body::<DestroyVersionRequest>()).answers(&[ok(body::<KeyVersionView>())]);
    CANCEL_DESTRUCTION = Post "/api/v1/keys/{key}/versions/{version}/cancel-destruction" "cancel_key_version_destruction" "keys" "Cancel the destruction of a version"
        .query::<DryRunQuery>().answers(&[ok(body::<KeyVersionView>())]);

    LIST_PREPARATIONS = Get "/api/v1/preparations" "list_preparations" "keys" "List what is prepared to be taken out by another person"
        .answers(&[ok(body::<PreparationList>())]);
    CANCEL_PREPARATION = Post "/api/v1/preparations/{preparation}/cancel" "cancel_preparation" "keys" "End what somebody prepared, so that nobody takes it"
        .query::<TrialQuery>().answers(&[ok(body::<PreparationView>())]);
    PREPARE_DOWNLOAD = Post "/api/v1/keys/{key}/versions/{version}/prepare-download" "prepare_download" "keys" "Prepare a version for another person to download, wrapped under a public key"
        .query::<TrialQuery>().takes(body::<PrepareRequest>()).answers(&[tried(body::<PreparationView>()), made(body::<PreparationView>())]);
    DOWNLOAD_KEY_VERSION = Post "/api/v1/keys/{key}/versions/{version}/download" "download_key_version" "keys" "Download a version that another person prepared, once, wrapped"
        .query::<TakeQuery>().answers(&[ok(body::<DownloadView>())]);
    PREPARE_EXPORT = Post "/api/v1/groups/{group}/prepare-export" "prepare_export" "groups" "Prepare all versions of all keys of a group for another person to take, wrapped under a public key"
        .query::<TrialQuery>().takes(body::<PrepareRequest>()).answers(&[tried(body::<PreparationView>()), made(body::<PreparationView>())]);
    EXPORT_GROUP = Post "/api/v1/groups/{group}/export" "export_group" "groups" "Take everything that another person prepared of a group, once: an archive with a signed manifest as its last file"
        .query::<TakeQuery>().answers(&[tried(body::<PreparationView>()), content(200, "The archive", "application/x-tar")]);

    LIST_KMS_KEYS = Get "/api/v1/kms-keys" "list_kms_keys" "kms-keys" "List KMS keys"
        .query::<KmsKeyQuery>().answers(&[ok(body::<KmsKeyPage>())]);
    CREATE_KMS_KEY = Post "/api/v1/kms-keys" "create_kms_key" "kms-keys" "Make a key and a KMS key that holds it"
        .query::<DryRunQuery>().takes(body::<CreateKmsKeyRequest>()).answers(OPERATION).idempotent();
    UPLOAD_KEY = Post "/api/v1/kms-keys/upload" "upload_key" "kms-keys" "Make KMS keys from a key that the vault already has"
        .query::<DryRunQuery>().takes(body::<UploadKeyRequest>()).answers(OPERATION).idempotent();
    IMPORT_KMS_KEY = Post "/api/v1/kms-keys/import" "import_kms_key" "kms-keys" "Take material from a file into the vault and into a KMS key"
        .query::<DryRunQuery>().takes(body::<ImportKmsKeyRequest>()).answers(OPERATION).idempotent();
    BULK_KMS_KEYS = Post "/api/v1/kms-keys/bulk" "change_kms_keys" "kms-keys" "Do one operation to many KMS keys, as one job"
        .query::<DryRunQuery>().takes(body::<BulkRequest>()).answers(&[STARTED, PLAN]).idempotent();
    BIND_KMS_KEY = Post "/api/v1/kms-keys/bind" "bind_kms_key" "kms-keys" "Make a key in the vault the source of a KMS key, proving what it holds"
        .query::<DryRunQuery>().takes(body::<BindRequest>()).answers(OPERATION).idempotent();
    SHOW_KMS_KEY = Get "/api/v1/kms-keys/{kms_key}" "read_kms_key" "kms-keys" "Show a KMS key"
        .answers(&[ok(body::<KmsKeyView>())]);
    KMS_KEY_RECEIPT = Get "/api/v1/kms-keys/{kms_key}/receipt" "read_kms_key_receipt" "kms-keys" "Prove where a KMS key's material came from and where it went: one signed document"
        .answers(&[ok(body::<SignedStatementView>())]);
    UPDATE_KMS_KEY = Patch "/api/v1/kms-keys/{kms_key}" "update_kms_key" "kms-keys" "Change name, description, tags, aliases, key policy or validity"
        .query::<DryRunQuery>().takes(body::<UpdateKmsKeyRequest>()).answers(OPERATION).idempotent().if_match();
    OBSERVE_KMS_KEY = Post "/api/v1/kms-keys/{kms_key}/observe" "observe_kms_key" "kms-keys" "Look at a KMS key in AWS now; changes nothing there"
        .answers(&[ok(body::<KmsKeyView>())]);
    RELEASE_KMS_KEY = Post "/api/v1/kms-keys/{kms_key}/release" "release_kms_key" "kms-keys" "Stop managing a KMS key; it stays in AWS as it is"
        .query::<DryRunQuery>().answers(&[UNCHANGED, PLAN]);
    FORGET_KMS_KEY = Post "/api/v1/kms-keys/{kms_key}/forget" "forget_kms_key" "kms-keys" "Drop the record of a KMS key that is deleted or gone; what the vault has of its material stays there"
        .query::<DryRunQuery>().answers(&[UNCHANGED, PLAN]);
    ENABLE_KMS_KEY = Post "/api/v1/kms-keys/{kms_key}/enable" "enable_kms_key" "kms-keys" "Enable"
        .query::<DryRunQuery>().answers(OPERATION).idempotent();
    DISABLE_KMS_KEY = Post "/api/v1/kms-keys/{kms_key}/disable" "disable_kms_key" "kms-keys" "Disable"
        .query::<DryRunQuery>().answers(OPERATION).idempotent();
    DEACTIVATE_KMS_KEY = Post "/api/v1/kms-keys/{kms_key}/deactivate" "deactivate_kms_key" "kms-keys" "Disable and remove every material"
        .query::<DryRunQuery>().answers(OPERATION).idempotent();
    ACTIVATE_KMS_KEY = Post "/api/v1/kms-keys/{kms_key}/activate" "activate_kms_key" "kms-keys" "Import what is missing and enable"
        .query::<DryRunQuery>().answers(OPERATION).idempotent();
    SYNCHRONIZE_KMS_KEY = Post "/api/v1/kms-keys/{kms_key}/synchronize" "synchronize_kms_key" "kms-keys" "Update policy, import missing material, or delete material"
        .query::<DryRunQuery>().takes(body::<SynchronizeRequest>()).answers(OPERATION).idempotent();
    REPLICATE_KMS_KEY = Post "/api/v1/kms-keys/{kms_key}/replicate" "replicate_kms_key" "kms-keys" "Make replicas of a multi-Region key, and fill them"
        .query::<DryRunQuery>().takes(body::<ReplicateRequest>()).answers(OPERATION).idempotent();
    CHANGE_PRIMARY = Post "/api/v1/kms-keys/{kms_key}/change-primary" "change_primary_of_kms_key" "kms-keys" "Make a replica the primary of its multi-Region key"
        .query::<DryRunQuery>().takes(body::<ChangePrimaryRequest>()).answers(OPERATION).idempotent();
    REMOVE_FROM_CLOUD = Post "/api/v1/kms-keys/{kms_key}/remove-from-cloud" "remove_kms_key_from_cloud" "kms-keys" "Remove the material from AWS; what the vault has a copy of can be imported again"
        .query::<DryRunQuery>().answers(OPERATION).idempotent();
    KMS_ENCRYPT = Post "/api/v1/kms-keys/{kms_key}/encrypt" "encrypt_with_kms_key" "kms-keys" "Encrypt data with a KMS key, in AWS, as an application"
        .takes(body::<KmsEncryptRequest>()).answers(&[ok(body::<KmsEncryptedView>())]);
    KMS_DECRYPT = Post "/api/v1/kms-keys/{kms_key}/decrypt" "decrypt_with_kms_key" "kms-keys" "Decrypt data with a KMS key, in AWS, as an application"
        .takes(body::<KmsDecryptRequest>()).answers(&[ok(body::<KmsDecryptedView>())]);
    LIST_GRANTS = Get "/api/v1/kms-keys/{kms_key}/grants" "list_kms_key_grants" "kms-keys" "The grants that AWS shows now"
        .answers(&[ok(body::<GrantList>())]);
    CREATE_GRANT = Post "/api/v1/kms-keys/{kms_key}/create-grant" "create_kms_key_grant" "kms-keys" "Give a grant"
        .query::<DryRunQuery>().takes(body::<CreateGrantRequest>()).answers(OPERATION).idempotent();
    RETIRE_GRANTS = Post "/api/v1/kms-keys/{kms_key}/retire-grants" "retire_kms_key_grants" "kms-keys" "Retire grants"
        .query::<DryRunQuery>().takes(body::<RetireGrantsRequest>()).answers(OPERATION).idempotent();
    REVOKE_GRANTS = Post "/api/v1/kms-keys/{kms_key}/revoke-grants" "revoke_kms_key_grants" "kms-keys" "Take grants back"
        .query::<DryRunQuery>().takes(body::<RevokeGrantsRequest>()).answers(OPERATION).idempotent();
    ROTATE_KMS_KEY = Post "/api/v1/kms-keys/{kms_key}/rotate" "rotate_kms_key" "kms-keys" "Rotate, by new key or in place"
        .query::<DryRunQuery>().takes(body::<RotateRequest>()).answers(OPERATION).idempotent();
    UPLOAD_KEY_VERSION = Post "/api/v1/kms-keys/{kms_key}/upload-version" "upload_key_version" "kms-keys" "Take the key's current version into a KMS key that holds an older one"
        .query::<DryRunQuery>().answers(OPERATION).idempotent();
    SCHEDULE_DELETION = Post "/api/v1/kms-keys/{kms_key}/schedule-deletion" "schedule_kms_key_deletion" "kms-keys" "Schedule deletion in AWS"
        .query::<DryRunQuery>().takes(body::<ScheduleDeletionRequest>()).answers(OPERATION).idempotent();
    CANCEL_DELETION = Post "/api/v1/kms-keys/{kms_key}/cancel-deletion" "cancel_kms_key_deletion" "kms-keys" "Cancel a scheduled deletion"
        .query::<DryRunQuery>().takes(body::<CancelDeletionRequest>()).answers(OPERATION).idempotent();
    RESTORE_KMS_KEY = Post "/api/v1/kms-keys/{kms_key}/restore" "restore_kms_key" "kms-keys" "Undo in AWS what nobody here asked for"
        .query::<DryRunQuery>().answers(OPERATION).idempotent();

    LIST_FOUND_KEYS = Get "/api/v1/found-keys" "list_found_keys" "found-keys" "List KMS keys in AWS that nobody manages here"
        .query::<FoundKeyQuery>().answers(&[ok(body::<FoundKeyPage>())]);

    LIST_ALERTS = Get "/api/v1/alerts" "list_alerts" "alerts" "List alerts"
        .query::<AlertQuery>().answers(&[ok(body::<AlertPage>())]);
    SHOW_ALERT = Get "/api/v1/alerts/{alert}" "read_alert" "alerts" "Show an alert"
        .answers(&[ok(body::<AlertView>())]);
    ACKNOWLEDGE_ALERT = Post "/api/v1/alerts/{alert}/acknowledge" "acknowledge_alert" "alerts" "Take note of an alert; it stays open until what it tells is over"
        .query::<TrialQuery>().answers(&[ok(body::<AlertView>())]);

    LIST_ALERT_DESTINATIONS = Get "/api/v1/alert-destinations" "list_alert_destinations" "alerts" "List where alerts are delivered to"
        .answers(&[ok(body::<DestinationPage>())]);
    ADD_ALERT_DESTINATION = Post "/api/v1/alert-destinations" "add_alert_destination" "alerts" "Add a webhook or mailboxes; the answer alone shows what the webhook is signed with"
        .query::<TrialQuery>().takes(body::<AddDestinationRequest>()).answers(&[tried(body::<AddedDestinationView>()), made(body::<AddedDestinationView>())]);
    TEST_ALERT_DESTINATION = Post "/api/v1/alert-destinations/{destination}/test" "test_alert_destination" "alerts" "Send a trial message there, now"
        .answers(&[ok(body::<DestinationView>())]);
    DELETE_ALERT_DESTINATION = Delete "/api/v1/alert-destinations/{destination}" "delete_alert_destination" "alerts" "Remove a destination, with what is on its way there"
        .query::<TrialQuery>().answers(&[NOTHING]);

    LIST_SCHEDULES = Get "/api/v1/schedules" "list_schedules" "schedules" "List what rotates by itself, by its next time"
        .query::<ScheduleQuery>().answers(&[ok(body::<SchedulePage>())]);
    SHOW_SCHEDULE = Get "/api/v1/schedules/{schedule}" "read_schedule" "schedules" "Show when and how a key or a KMS key rotates by itself"
        .answers(&[ok(body::<ScheduleView>())]);
    SET_KMS_KEY_ROTATION = Patch "/api/v1/kms-keys/{kms_key}/rotation-schedule" "set_kms_key_rotation" "kms-keys" "Set when a KMS key rotates by itself"
        .query::<TrialQuery>().takes(body::<RotationRequest>()).answers(&[ok(body::<KmsKeyView>())]).if_match();
    SET_KEY_ROTATION = Patch "/api/v1/keys/{key}/rotation-schedule" "set_key_rotation" "keys" "Set when a key gets new versions by itself"
        .query::<TrialQuery>().takes(body::<KeyRotationRequest>()).answers(&[ok(body::<KeyView>())]).if_match();

    LIST_APPROVALS = Get "/api/v1/approvals" "list_approvals" "approvals" "List what waits for consent, with who is missing, and what waited"
        .query::<ApprovalQuery>().answers(&[ok(body::<ApprovalPage>())]);
    ASK_APPROVAL = Post "/api/v1/approvals" "ask_approval" "approvals" "Ask for consent to a request, which is tried and frozen"
        .query::<TrialQuery>().takes(body::<AskApprovalRequest>()).answers(&[tried(body::<ApprovalView>()), made(body::<ApprovalView>())]);
    SHOW_APPROVAL = Get "/api/v1/approvals/{approval}" "read_approval" "approvals" "Show a frozen request, what it would do, and who is missing"
        .answers(&[ok(body::<ApprovalView>())]);
    APPROVE = Post "/api/v1/approvals/{approval}/approve" "approve" "approvals" "Approve what somebody else asks for"
        .query::<TrialQuery>().takes(body::<DecideRequest>()).answers(&[ok(body::<ApprovalView>())]);
    REJECT = Post "/api/v1/approvals/{approval}/reject" "reject" "approvals" "Reject what somebody else asks for; one no ends it"
        .query::<TrialQuery>().takes(body::<DecideRequest>()).answers(&[ok(body::<ApprovalView>())]);
    CANCEL_APPROVAL = Post "/api/v1/approvals/{approval}/cancel" "cancel_approval" "approvals" "Take a request of one's own back"
        .query::<TrialQuery>().answers(&[ok(body::<ApprovalView>())]);
    RUN_APPROVAL = Post "/api/v1/approvals/{approval}/run" "run_approval" "approvals" "Have a request of one's own carried out to which enough people consented; the answer is the request's own"
        .answers(AS_THE_REQUEST);
    LIST_APPROVAL_RULES = Get "/api/v1/approval-rules" "list_approval_rules" "approvals" "List which actions need consent"
        .answers(&[ok(body::<ApprovalRulePage>())]);
    SET_APPROVAL_RULE = Post "/api/v1/approval-rules" "set_approval_rule" "approvals" "Make a rule, or change it; a change takes the consent of the rules before and after it"
        .query::<TrialQuery>().takes(body::<SetApprovalRuleRequest>()).answers(&[ok(body::<ApprovalRuleView>())]);
    REMOVE_APPROVAL_RULE = Delete "/api/v1/approval-rules/{class}" "remove_approval_rule" "approvals" "Remove a rule"
        .query::<ApprovalRuleQuery>().answers(&[NOTHING]);
    LIST_CRYPTO_POLICIES = Get "/api/v1/crypto-policies" "list_crypto_policies" "crypto-policies" "List the crypto policies that were set"
        .answers(&[ok(body::<CryptoPolicyPage>())]);
    SHOW_CRYPTO_POLICY = Get "/api/v1/crypto-policies/effective" "read_crypto_policy" "crypto-policies" "Show what may be made, wrapped and exported in a group or everywhere, and which keys are outside of that"
        .query::<CryptoPolicyQuery>().answers(&[ok(body::<CryptoPolicyView>())]);
    SET_CRYPTO_POLICY = Post "/api/v1/crypto-policies" "set_crypto_policy" "crypto-policies" "Set the crypto policy of a group or of the installation; keys that are outside of it stay"
        .query::<TrialQuery>().takes(body::<SetCryptoPolicyRequest>()).answers(&[ok(body::<CryptoPolicyView>())]);
    REMOVE_CRYPTO_POLICY = Delete "/api/v1/crypto-policies" "remove_crypto_policy" "crypto-policies" "Remove the crypto policy of a group or of the installation"
        .query::<RemoveCryptoPolicyQuery>().answers(&[ok(body::<CryptoPolicyView>())]);
    LIST_USE_PERIODS = Get "/api/v1/use-periods" "list_use_periods" "use-periods" "List periods in which applications use keys whose use needs consent"
        .query::<UsePeriodQuery>().answers(&[ok(body::<UsePeriodPage>())]);
    OPEN_USE_PERIOD = Post "/api/v1/use-periods" "open_use_period" "use-periods" "Open a period of use; it takes the consent of the rules about using keys"
        .query::<TrialQuery>().takes(body::<OpenUsePeriodRequest>()).answers(&[tried(body::<UsePeriodView>()), made(body::<UsePeriodView>())]);
    CLOSE_USE_PERIOD = Post "/api/v1/use-periods/{period}/close" "close_use_period" "use-periods" "Close a period of use early"
        .query::<TrialQuery>().answers(&[ok(body::<UsePeriodView>())]);
    LIST_APPLICATIONS = Get "/api/v1/applications" "list_applications" "applications" "List applications"
        .answers(&[ok(body::<ApplicationPage>())]);
    CREATE_APPLICATION = Post "/api/v1/applications" "create_application" "applications" "Make an application; it may do nothing until it has a role"
        .query::<TrialQuery>().takes(body::<CreateApplicationRequest>())
        .answers(&[tried(body::<ApplicationView>()), made(body::<ApplicationView>())]);
    SHOW_APPLICATION = Get "/api/v1/applications/{application}" "read_application" "applications" "Show an application"
        .answers(&[ok(body::<ApplicationView>())]);
    UPDATE_APPLICATION = Patch "/api/v1/applications/{application}" "update_application" "applications" "Change an application's name or description"
        .query::<TrialQuery>().takes(body::<UpdateApplicationRequest>()).answers(&[ok(body::<ApplicationView>())]).if_match();
    DELETE_APPLICATION = Delete "/api/v1/applications/{application}" "delete_application" "applications" "Remove an application, with its API keys, certificates and roles"
        .query::<TrialQuery>().answers(&[NOTHING]);
    LOCK_APPLICATION = Post "/api/v1/applications/{application}/lock" "lock_application" "applications" "Refuse an application from now on, and what is under way"
        .query::<TrialQuery>().answers(&[ok(body::<ApplicationView>())]);
    UNLOCK_APPLICATION = Post "/api/v1/applications/{application}/unlock" "unlock_application" "applications" "Let an application in again"
        .query::<TrialQuery>().answers(&[ok(body::<ApplicationView>())]);
    LIST_APPLICATION_KEYS = Get "/api/v1/applications/{application}/keys" "list_application_keys" "applications" "List API keys of an application"
        .answers(&[ok(body::<ApplicationKeyPage>())]);
    CREATE_APPLICATION_KEY = Post "/api/v1/applications/{application}/keys" "create_application_key" "applications" "Make an API key of an application; the answer alone shows it"
        .query::<TrialQuery>().takes(body::<CreateApplicationKeyRequest>())
        .answers(&[tried(body::<CreatedApplicationKeyView>()), made(body::<CreatedApplicationKeyView>())]);
    ROTATE_APPLICATION_KEY = Post "/api/v1/applications/{application}/keys/{api_key}/rotate" "rotate_application_key" "applications" "Make an API key in place of one, which works on for a while; the answer alone shows it"
        .query::<TrialQuery>().takes(body::<RotateApplicationKeyRequest>())
        .answers(&[tried(body::<CreatedApplicationKeyView>()), made(body::<CreatedApplicationKeyView>())]);
    REVOKE_APPLICATION_KEY = Post "/api/v1/applications/{application}/keys/{api_key}/revoke" "revoke_application_key" "applications" "Revoke an API key at once"
        .query::<TrialQuery>().answers(&[ok(body::<ApplicationKeyView>())]);
    LIST_CERTIFICATES = Get "/api/v1/applications/{application}/certificates" "list_certificates" "applications" "List names in TLS client certificates that stand for an application"
        .answers(&[ok(body::<CertificatePage>())]);
    ADD_CERTIFICATE = Post "/api/v1/applications/{application}/certificates" "add_certificate" "applications" "Let a name in TLS client certificates stand for an application"
        .query::<TrialQuery>().takes(body::<AddCertificateRequest>())
        .answers(&[tried(body::<CertificateView>()), made(body::<CertificateView>())]);
    REMOVE_CERTIFICATE = Delete "/api/v1/applications/{application}/certificates/{certificate}" "remove_certificate" "applications" "Let a name in TLS client certificates stand for nobody"
        .query::<TrialQuery>().answers(&[NOTHING]);

    LIST_ROLES = Get "/api/v1/roles" "list_roles" "roles" "List roles, with what they allow"
        .answers(&[ok(body::<RolePage>())]);
    SHOW_ROLE = Get "/api/v1/roles/{role}" "read_role" "roles" "Show a role"
        .answers(&[ok(body::<RoleView>())]);
    CREATE_ROLE = Post "/api/v1/roles" "create_role" "roles" "Make a role"
        .query::<TrialQuery>().takes(body::<CreateRoleRequest>()).answers(&[tried(body::<RoleView>()), made(body::<RoleView>())]);
    UPDATE_ROLE = Patch "/api/v1/roles/{role}" "update_role" "roles" "Change a role that was made; where it allows less, whoever has it is signed out"
        .query::<TrialQuery>().takes(body::<UpdateRoleRequest>()).answers(&[ok(body::<RoleView>())]).if_match();
    DELETE_ROLE = Delete "/api/v1/roles/{role}" "delete_role" "roles" "Remove a role that nobody has"
        .query::<TrialQuery>().answers(&[NOTHING]);
    LIST_ASSIGNMENTS = Get "/api/v1/role-assignments" "list_role_assignments" "roles" "List who has which role"
        .answers(&[ok(body::<AssignmentPage>())]);
    GIVE_ROLE = Post "/api/v1/role-assignments" "give_role" "roles" "Give a role"
        .query::<TrialQuery>().takes(body::<GiveRoleRequest>()).answers(&[tried(body::<AssignmentView>()), made(body::<AssignmentView>())]);
    TAKE_ROLE = Delete "/api/v1/role-assignments/{assignment}" "take_role" "roles" "Take a role; whoever had it is signed out"
        .query::<TrialQuery>().answers(&[NOTHING]);

    LIST_POLICIES = Get "/api/v1/policies" "list_policies" "policies" "List policies of one's own"
        .answers(&[ok(body::<PolicyTextPage>())]);
    ADD_POLICY = Post "/api/v1/policies" "add_policy" "policies" "Add a policy in Cedar, beside the roles"
        .query::<TrialQuery>().takes(body::<AddPolicyRequest>()).answers(&[tried(body::<PolicyTextView>()), made(body::<PolicyTextView>())]);
    CHECK_POLICY = Post "/api/v1/policies/check" "check_policy" "policies" "Check a policy, and show who would gain and lose what by it; nothing is kept"
        .takes(body::<CheckPolicyRequest>()).answers(&[ok(body::<EffectsView>())]);
    SHOW_POLICY = Get "/api/v1/policies/{policy}" "read_policy" "policies" "Show a policy"
        .answers(&[ok(body::<PolicyTextView>())]);
    UPDATE_POLICY = Patch "/api/v1/policies/{policy}" "update_policy" "policies" "Put another text in place of a policy's"
        .query::<TrialQuery>().takes(body::<UpdatePolicyRequest>()).answers(&[ok(body::<PolicyTextView>())]).if_match();
    DELETE_POLICY = Delete "/api/v1/policies/{policy}" "delete_policy" "policies" "Remove a policy"
        .query::<TrialQuery>().answers(&[NOTHING]);
    WHO_CAN = Get "/api/v1/authorization/who-can" "list_who_can" "policies" "List who may do something in a group, and by which role or policy"
        .query::<WhoCanQuery>().answers(&[ok(body::<WhoCanPage>())]);
    WHY = Get "/api/v1/authorization/why" "read_why" "policies" "Tell why somebody may do something, or may not"
        .query::<WhyQuery>().answers(&[ok(body::<WhyView>())]);
    LIST_PROVIDERS = Get "/api/v1/sign-in-providers" "list_sign_in_providers" "sign-in-providers" "List the providers by which people sign in"
        .open().answers(&[ok(body::<ProviderPage>())]);
    ADD_PROVIDER = Post "/api/v1/sign-in-providers" "add_sign_in_provider" "sign-in-providers" "Add an OpenID provider"
        .query::<TrialQuery>().takes(body::<AddProviderRequest>()).answers(&[tried(body::<ProviderView>()), made(body::<ProviderView>())]);
    SHOW_PROVIDER = Get "/api/v1/sign-in-providers/{provider}" "read_sign_in_provider" "sign-in-providers" "Show a provider with its rules"
        .answers(&[ok(body::<ProviderView>())]);
    UPDATE_PROVIDER = Patch "/api/v1/sign-in-providers/{provider}" "update_sign_in_provider" "sign-in-providers" "Change a provider"
        .query::<TrialQuery>().takes(body::<UpdateProviderRequest>()).answers(&[ok(body::<ProviderView>())]).if_match();
    DELETE_PROVIDER = Delete "/api/v1/sign-in-providers/{provider}" "delete_sign_in_provider" "sign-in-providers" "Remove a provider, with all access that came by it"
        .query::<TrialQuery>().answers(&[NOTHING]);
    TEST_PROVIDER = Post "/api/v1/sign-in-providers/{provider}/test" "test_sign_in_provider" "sign-in-providers" "Ask a provider what it tells of itself, and for its keys"
        .answers(&[ok(body::<ProviderFactsView>())]);
    LIST_SIGN_IN_RULES = Get "/api/v1/sign-in-providers/{provider}/rules" "list_sign_in_rules" "sign-in-providers" "List a provider's rules in one's groups"
        .answers(&[ok(body::<SignInRulePage>())]);
    ADD_SIGN_IN_RULE = Post "/api/v1/sign-in-providers/{provider}/rules" "add_sign_in_rule" "sign-in-providers" "Give a role to everybody of whom the provider claims something"
        .query::<TrialQuery>().takes(body::<AddSignInRuleRequest>()).answers(&[tried(body::<SignInRuleView>()), made(body::<SignInRuleView>())]);
    DELETE_SIGN_IN_RULE = Delete "/api/v1/sign-in-providers/{provider}/rules/{rule}" "delete_sign_in_rule" "sign-in-providers" "Remove a rule; what it gave is taken at the next sign-in"
        .query::<TrialQuery>().answers(&[NOTHING]);

    LIST_GROUPS = Get "/api/v1/groups" "list_groups" "groups" "List groups"
        .answers(&[ok(body::<GroupPage>())]);
    CREATE_GROUP = Post "/api/v1/groups" "create_group" "groups" "Make a group"
        .query::<TrialQuery>().takes(body::<CreateGroupRequest>()).answers(&[tried(body::<GroupView>()), made(body::<GroupView>())]);
    SHOW_GROUP = Get "/api/v1/groups/{group}" "read_group" "groups" "Show a group with its members"
        .answers(&[ok(body::<GroupView>())]);
    UPDATE_GROUP = Patch "/api/v1/groups/{group}" "update_group" "groups" "Change a group's name or description"
        .query::<TrialQuery>().takes(body::<UpdateGroupRequest>()).answers(&[ok(body::<GroupView>())]).if_match();
    DELETE_GROUP = Delete "/api/v1/groups/{group}" "delete_group" "groups" "Remove a group to which nothing belongs, with the roles in it"
        .query::<TrialQuery>().answers(&[NOTHING]);

    LIST_USERS = Get "/api/v1/users" "list_users" "users" "List people"
        .answers(&[ok(body::<UserPage>())]);
    CREATE_USER = Post "/api/v1/users" "create_user" "users" "Add a person; the answer alone shows a password that was made up"
        .query::<TrialQuery>().takes(body::<CreateUserRequest>()).answers(&[tried(body::<UserWithPasswordView>()), made(body::<UserWithPasswordView>())]);
    SHOW_USER = Get "/api/v1/users/{user}" "read_user" "users" "Show a person"
        .answers(&[ok(body::<UserView>())]);
    UPDATE_USER = Patch "/api/v1/users/{user}" "update_user" "users" "Change what is told about a person"
        .query::<TrialQuery>().takes(body::<UpdateUserRequest>()).answers(&[ok(body::<UserView>())]).if_match();
    LOCK_USER = Post "/api/v1/users/{user}/lock" "lock_user" "users" "Refuse a person from now on: sign-in, sessions, tokens, and what is under way"
        .query::<TrialQuery>().answers(&[ok(body::<UserView>())]);
    UNLOCK_USER = Post "/api/v1/users/{user}/unlock" "unlock_user" "users" "Let a person in again, also after too many tries"
        .query::<TrialQuery>().answers(&[ok(body::<UserView>())]);
    RESET_USER_PASSWORD = Post "/api/v1/users/{user}/reset-password" "reset_user_password" "users" "Give a person a password that has to be changed; the answer alone shows one that was made up"
        .query::<TrialQuery>().takes(body::<ResetPasswordRequest>()).answers(&[ok(body::<UserWithPasswordView>())]);
    RESET_USER_TOTP = Post "/api/v1/users/{user}/reset-totp" "reset_user_totp" "users" "Take a second factor away that a person has lost"
        .query::<TrialQuery>().answers(&[ok(body::<UserView>())]);
    LIST_USER_SESSIONS = Get "/api/v1/users/{user}/sessions" "list_user_sessions" "users" "List a person's sessions"
        .answers(&[ok(body::<SessionPage>())]);
    END_USER_SESSION = Delete "/api/v1/users/{user}/sessions/{session}" "end_user_session" "users" "End one session of a person"
        .answers(&[NOTHING]);
    END_USER_SESSIONS = Post "/api/v1/users/{user}/end-sessions" "end_user_sessions" "users" "End all sessions of a person, and revoke its API tokens where asked"
        .query::<TrialQuery>().takes(body::<EndSessionsRequest>()).answers(&[ok(body::<UserView>())]);
    SAME_PERSON = Post "/api/v1/users/{user}/same-person" "same_person" "users" "Say that two accounts are of one human, who counts once wherever several people are wanted"
        .query::<TrialQuery>().takes(body::<SamePersonRequest>()).answers(&[ok(body::<UserView>())]);
    OTHER_PERSON = Post "/api/v1/users/{user}/other-person" "other_person" "users" "Say that an account is of a human of its own"
        .query::<TrialQuery>().answers(&[ok(body::<UserView>())]);
    OFFBOARD_USER = Post "/api/v1/users/{user}/offboard" "offboard_user" "users" "Take all access from a person who leaves; the record stays for the log"
        .query::<TrialQuery>().answers(&[ok(body::<LeavingView>())]);

    LIST_JOBS = Get "/api/v1/jobs" "list_jobs" "jobs" "List jobs"
        .query::<JobQuery>().answers(&[ok(body::<JobPage>())]);
    SHOW_JOB = Get "/api/v1/jobs/{job}" "read_job" "jobs" "Show a job with its targets and every try"
        .answers(&[ok(body::<JobView>())]);
    CANCEL_JOB = Post "/api/v1/jobs/{job}/cancel" "cancel_job" "jobs" "Stop a job before its next step"
        .query::<TrialQuery>().answers(&[ok(body::<JobView>())]);
    LIST_JOB_TARGETS = Get "/api/v1/jobs/{job}/targets" "list_job_targets" "jobs" "List a job's targets"
        .query::<TargetQuery>().answers(&[ok(body::<TargetPage>())]);
    PAUSE_JOB = Post "/api/v1/jobs/{job}/pause" "pause_job" "jobs" "Hold a job back: nothing more of it is started"
        .query::<TrialQuery>().answers(&[ok(body::<JobView>())]);
    RESUME_JOB = Post "/api/v1/jobs/{job}/resume" "resume_job" "jobs" "Let a paused job go on"
        .query::<TrialQuery>().answers(&[ok(body::<JobView>())]);
    RETRY_JOB = Post "/api/v1/jobs/{job}/retry" "retry_job" "jobs" "Take up what is stuck"
        .query::<TrialQuery>().answers(&[ok(body::<JobView>())]);

    REPORT_KEYS = Get "/api/v1/reports/keys" "report_keys" "reports" "Report all keys of the vault, a row for each version; signed"
        .query::<ReportQuery>().answers(&[ok(body::<SignedStatementView>())]);
    REPORT_ACCESS = Get "/api/v1/reports/access" "report_access" "reports" "Report who has which role; signed"
        .query::<ReportQuery>().answers(&[ok(body::<SignedStatementView>())]);
    REPORT_ROTATION = Get "/api/v1/reports/rotation" "report_rotation" "reports" "Report what rotates by itself, and what is overdue; signed"
        .query::<ReportQuery>().answers(&[ok(body::<SignedStatementView>())]);
    REPORT_APPROVALS = Get "/api/v1/reports/approvals" "report_approvals" "reports" "Report what was asked others, who consented and what became of it, proved by the audit log; signed"
        .query::<ReportQuery>().answers(&[ok(body::<SignedStatementView>())]);

    SHOW_REQUEST_LOG = Get "/api/v1/request-log" "read_request_log" "request-log" "Show the last lines of the request log of the server that answers"
        .query::<RequestLogQuery>().answers(&[ok(body::<RequestLogView>())]);
    LIST_LOG_FILES = Get "/api/v1/request-log/files" "list_request_log_files" "request-log" "List the files of the request log, and whether lines get into them"
        .answers(&[ok(body::<LogFilesView>())]);
    DOWNLOAD_REQUEST_LOG = Get "/api/v1/request-log/download" "download_request_log" "request-log" "Hand out a whole file of the request log"
        .query::<LogFileQuery>().answers(&[content(200, "Its lines", "text/plain")]);
    ROTATE_REQUEST_LOG = Post "/api/v1/request-log/rotate" "rotate_request_log" "request-log" "End the current file of the request log and begin a new one"
        .query::<TrialQuery>().answers(&[ok(body::<LogFilesView>())]);
    CLEAR_REQUEST_LOG = Post "/api/v1/request-log/clear" "clear_request_log" "request-log" "Remove all lines of all files of the request log of the server that answers"
        .query::<TrialQuery>().answers(&[ok(body::<LogFilesView>())]);

    LIST_AUDIT = Get "/api/v1/audit/entries" "list_audit_entries" "audit" "List audit entries"
        .query::<AuditQuery>().answers(&[ok(body::<AuditPage>())]);
    CHECKPOINT = Get "/api/v1/audit/checkpoint" "read_checkpoint" "audit" "Tell how much has been logged, and sign it"
        .answers(&[ok(body::<CheckpointView>())]);
    AUDIT_KEY = Get "/api/v1/audit/key" "read_audit_key" "audit" "Show the key that checks checkpoints"
        .answers(&[ok(body::<AuditKeyView>())]);
    AUDIT_PROOF = Get "/api/v1/audit/proof" "read_audit_proof" "audit" "Prove that an entry is in the log, or that the log goes on from an older one"
        .query::<ProofQuery>().answers(&[ok(body::<ProofView>())]);
    AUDIT_EXPORT = Get "/api/v1/audit/export" "export_audit_tile" "audit" "Hand out one tile of hashes or one bundle of entries (C2SP tlog-tiles)"
        .query::<TileQuery>().answers(&[content(200, "Its bytes", "application/octet-stream")]);
    LIST_AUDIT_DESTINATIONS = Get "/api/v1/audit-destinations" "list_audit_destinations" "audit" "List where audit entries are sent to, and how far each is"
        .answers(&[ok(body::<AuditDestinationPage>())]);
    ADD_AUDIT_DESTINATION = Post "/api/v1/audit-destinations" "add_audit_destination" "audit" "Add a file, a receiver of syslog or a webhook; the answer alone shows what the webhook is signed with"
        .query::<TrialQuery>().takes(body::<AddAuditDestinationRequest>()).answers(&[tried(body::<AddedAuditDestinationView>()), made(body::<AddedAuditDestinationView>())]);
    SHOW_AUDIT_DESTINATION = Get "/api/v1/audit-destinations/{destination}" "read_audit_destination" "audit" "Show a destination, and how far it is"
        .answers(&[ok(body::<AuditDestinationView>())]);
    TEST_AUDIT_DESTINATION = Post "/api/v1/audit-destinations/{destination}/test" "test_audit_destination" "audit" "Send a trial there, now"
        .answers(&[ok(body::<AuditDestinationView>())]);
    DELETE_AUDIT_DESTINATION = Delete "/api/v1/audit-destinations/{destination}" "delete_audit_destination" "audit" "Remove a destination; what it has taken stays where it is"
        .query::<TrialQuery>().answers(&[NOTHING]);
    ADD_COSIGNATURE = Post "/api/v1/audit/cosignatures" "add_audit_cosignature" "audit" "Keep a witness's cosignature with a checkpoint"
        .query::<TrialQuery>().takes(body::<AddCosignatureRequest>()).answers(&[ok(body::<SignedCheckpointView>())]);
    ACCEPT_ROLLBACK = Post "/api/v1/audit/accept-rollback" "accept_audit_rollback" "audit" "End the quarantine of this server: go on with the database as it is"
        .query::<TrialQuery>().takes(body::<AcceptRollbackRequest>()).answers(&[ok(body::<CheckpointView>())]);
}
