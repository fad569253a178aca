//! KMS keys and the operations on them.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::adoption::{BindManyRequest, BindRequest};
use keyferry_api::bulk::BulkRequest;
use keyferry_api::key::CopyKeyRequest;
use keyferry_api::kms_key::{
    CancelDeletionRequest, ChangePrimaryRequest, CreateGrantRequest, CreateKmsKeyRequest,
    ImportKmsKeyRequest, KmsKeyPage, KmsKeyQuery, KmsKeyView, NotRotatedView, ReplicateRequest,
    RetireGrantsRequest, RevokeGrantsRequest, RotateRequest, ScheduleDeletionRequest, StartedView,
    SynchronizeRequest, UpdateKmsKeyRequest, UploadKeyRequest,
};
use keyferry_api::page::DryRunQuery;
use keyferry_api::rotation::{RotateKeyRequest, RotationRequest};
use keyferry_app::kms_keys::{Answer, BulkAnswer, KeepCopy, KmsKeys, Mode, Rotations};
use keyferry_app::{Action, Actor, AppError};
use keyferry_domain::arn::Region;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::operation::DELETION_DAYS_DEFAULT;
use keyferry_ports::records::KmsKeyFilter;

use crate::convert::kms_key::{Creation, Rotation};
use crate::convert::link::{self, Copies, copies};
use crate::convert::names::Names;
use crate::convert::{
    adoption, bulk, connection, job, key as convert_key, key_file, kms_key, page::page, plan,
    rotation,
};
use crate::http::extract::{By, Idempotency, Input, Params, Seen, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<KmsKeyQuery>,
) -> Result<Response, Refused> {
    let app = &state.app;
    let page = page(query.limit, query.cursor.clone())?;
    let found = app
        .kms_keys
        .list(&actor, &filter(&state, &actor, query).await?, &page)
        .await?;
    let names = Names::of_kms_keys(app, &actor, &found.rows).await?;
    let items = found
        .rows
        .into_iter()
        .map(|one| kms_key::view(one, &names))
        .collect();
    Ok(reply::ok(KmsKeyPage {
        items,
        next: found.next,
    }))
}

async fn filter(
    state: &ServerState,
    actor: &Actor,
    query: KmsKeyQuery,
) -> Result<KmsKeyFilter, AppError> {
    let app = &state.app;
    if let Some(word) = &query.life
        && Life::from_word(word).is_none()
    {
        let known: Vec<&str> = Life::ALL.iter().map(|row| row.1).collect();
        return Err(AppError::Invalid {
            field: "life",
            why: format!("`{word}` is no life; known: {}", known.join(", ")),
        });
    }
    let mut filter = KmsKeyFilter {
        life: query.life,
        region: query.region,
        text: query.q,
        ..KmsKeyFilter::default()
    };
    if let Some(keystore) = query.keystore {
        filter.keystore = Some(app.keystores.show(actor, &keystore).await?.id);
    }
    if let Some(connection) = query.connection {
        filter.connection = Some(app.connections.show(actor, &connection).await?.id);
    }
    if let Some(key) = query.key {
        filter.source = Some(app.keys.find(actor, &key).await?.id);
    }
    Ok(filter)
}

pub(crate) async fn receipt(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let signed = state.app.kms_keys.receipt(&actor, &selector).await?;
    Ok(reply::ok(signed))
}

pub(crate) async fn show(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.kms_keys.show(&actor, &selector).await?;
    let link = state.app.kms_keys.link_of(&actor, &found).await?;
    let names = Names::of_kms_keys(&state.app, &actor, std::slice::from_ref(&found)).await?;
    let revision = found.revision;
    let view = KmsKeyView {
        copied_from: link.map(link::view),
        ..kms_key::view(found, &names)
    };
    Ok(reply::with_etag(revision, view))
}

/// One KMS key, with its revision.
async fn one(state: &ServerState, actor: &Actor, key: KmsKey) -> Result<Response, Refused> {
    let names = Names::of_kms_keys(&state.app, actor, std::slice::from_ref(&key)).await?;
    Ok(reply::with_etag(key.revision, kms_key::view(key, &names)))
}

/// What the headers and the query say about how to run an operation.
pub(crate) struct HowToRun {
    pub(super) state: ServerState,
    pub(super) actor: Actor,
    pub(super) mode: Mode,
}

impl axum::extract::FromRequestParts<ServerState> for HowToRun {
    type Rejection = Refused;

    async fn from_request_parts(
        parts: &mut http::request::Parts,
        state: &ServerState,
    ) -> Result<Self, Refused> {
        let By(actor) = By::from_request_parts(parts, state).await?;
        let Params(query) = Params::<DryRunQuery>::from_request_parts(parts, state).await?;
        let Idempotency(idempotency_key) = Idempotency::from_request_parts(parts, state).await?;
        let mode = Mode {
            dry_run: query.dry_run,
            idempotency_key,
            confirmed_name: query.confirm_name,
        };
        Ok(Self {
            state: state.clone(),
            actor,
            mode,
        })
    }
}

impl HowToRun {
    fn keys(&self) -> &KmsKeys {
        &self.state.app.kms_keys
    }

    async fn reply(&self, action: Action, answer: Answer) -> Result<Response, Refused> {
        self.reply_with(action, answer, None).await
    }

    /// The same, with what cannot be promised.
    async fn reply_with(
        &self,
        action: Action,
        answer: Answer,
        warning: Option<&str>,
    ) -> Result<Response, Refused> {
        let (job, kms_keys) = match answer {
            Answer::Planned(planned) => {
                let calls = self.keys().quota_use(&planned).await?;
                return Ok(reply::ok(plan::view(action.to_string(), planned, calls)));
            }
            Answer::Unchanged(_) if self.mode.dry_run => {
                return Ok(reply::ok(plan::of_nothing(action.to_string())));
            }
            Answer::Unchanged(kms_key) | Answer::Done(kms_key) => (None, vec![kms_key]),
            Answer::Started { job, kms_keys } => (Some(job), kms_keys),
        };
        let names = Names::of_kms_keys(&self.state.app, &self.actor, &kms_keys).await?;
        let kms_keys = kms_keys
            .into_iter()
            .map(|one| kms_key::view(one, &names))
            .collect();
        let view = StartedView {
            job: job.map(job::view),
            kms_keys,
            versions: Vec::new(),
            refused: Vec::new(),
            warnings: warning.map(str::to_owned).into_iter().collect(),
        };
        Ok(if view.job.is_some() {
            reply::accepted(view)
        } else {
            reply::ok(view)
        })
    }
}

impl HowToRun {
    /// The answer where many rotate together.
    async fn reply_many(&self, action: Action, answer: Rotations) -> Result<Response, Refused> {
        let (versions, refused) = (rotation::versions(&answer), rotation::refused(&answer));
        if self.mode.dry_run {
            let calls = self.keys().quota_use(&answer.planned).await?;
            let mut view = plan::view(action.to_string(), answer.planned, calls);
            let told = |one: NotRotatedView| {
                format!(
                    "{} does not rotate: {} ({})",
                    one.name, one.reason, one.code
                )
            };
            view.warnings.extend(refused.into_iter().map(told));
            return Ok(reply::ok(view));
        }
        let names = Names::of_kms_keys(&self.state.app, &self.actor, &answer.kms_keys).await?;
        let kms_keys = answer
            .kms_keys
            .into_iter()
            .map(|one| kms_key::view(one, &names))
            .collect();
        let view = StartedView {
            job: answer.job.map(job::view),
            kms_keys,
            versions,
            refused,
            warnings: Vec::new(),
        };
        Ok(if view.job.is_some() {
            reply::accepted(view)
        } else {
            reply::ok(view)
        })
    }
}

pub(crate) async fn rotate_key(
    run: HowToRun,
    Selector(key): Selector,
    Input(body): Input<RotateKeyRequest>,
) -> Result<Response, Refused> {
    let command = rotation::rotate_key(body)?;
    let answer = run
        .keys()
        .rotate_key(&run.actor, &key, command, &run.mode)
        .await?;
    run.reply_many(Action::KeyRotate, answer).await
}

pub(crate) async fn rotate_keystore(
    run: HowToRun,
    Selector(keystore): Selector,
    Input(body): Input<RotateRequest>,
) -> Result<Response, Refused> {
    let method = rotation::method(body.method, body.old_key)?;
    let answer = run
        .keys()
        .rotate_keystore(&run.actor, &keystore, method, &run.mode)
        .await?;
    run.reply_many(Action::KeystoreRotate, answer).await
}

/// Operations that need nothing said but on which KMS key.
macro_rules! operations {
    ($($name:ident = $action:ident;)+) => {$(
        pub(crate) async fn $name(
            run: HowToRun,
            Selector(key): Selector,
        ) -> Result<Response, Refused> {
            let answer = run.keys().$name(&run.actor, &key, &run.mode).await?;
            run.reply(Action::$action, answer).await
        }
    )+};
}

operations! {
    activate = KmsKeyActivate;
    deactivate = KmsKeyDeactivate;
    disable = KmsKeyDisable;
    enable = KmsKeyEnable;
    forget = KmsKeyForget;
    release = KmsKeyRelease;
    restore = KmsKeyRestore;
    upload_version = KmsKeyUploadVersion;
}

pub(crate) async fn bulk(
    run: HowToRun,
    Input(body): Input<BulkRequest>,
) -> Result<Response, Refused> {
    let query = body.matching.as_ref().map(bulk::query).unwrap_or_default();
    let filter = filter(&run.state, &run.actor, query).await?;
    let command = bulk::command(body, filter)?;
    let summary = format!("{} of many KMS keys", command.operation.action());
    match run.keys().bulk(&run.actor, command, &run.mode).await? {
        BulkAnswer::Planned(planned) => Ok(reply::ok(plan::view_of_many(summary, planned))),
        BulkAnswer::Started(job) => Ok(reply::accepted(StartedView {
            job: Some(job::view(job)),
            kms_keys: Vec::new(),
            versions: Vec::new(),
            refused: Vec::new(),
            warnings: Vec::new(),
        })),
    }
}

pub(crate) async fn create(
    run: HowToRun,
    Input(body): Input<CreateKmsKeyRequest>,
) -> Result<Response, Refused> {
    let answer = match kms_key::create(body)? {
        Creation::InVault(command) => run.keys().create(&run.actor, command, &run.mode).await?,
        Creation::InAws(command) => run.keys().generate(&run.actor, command, &run.mode).await?,
    };
    run.reply(Action::KmsKeyCreate, answer).await
}

pub(crate) async fn upload(
    run: HowToRun,
    Input(body): Input<UploadKeyRequest>,
) -> Result<Response, Refused> {
    let command = kms_key::upload(body)?;
    let answer = run.keys().upload(&run.actor, command, &run.mode).await?;
    run.reply(Action::KmsKeyUpload, answer).await
}

pub(crate) async fn import(
    run: HowToRun,
    Input(body): Input<ImportKmsKeyRequest>,
) -> Result<Response, Refused> {
    let command = key_file::import_kms_key(body)?;
    let warning = (command.file.keep == KeepCopy::UntilImported).then_some(plan::NO_COPY_KEPT);
    let answer = run.keys().import(&run.actor, command, &run.mode).await?;
    run.reply_with(Action::KmsKeyImport, answer, warning).await
}

/// Into keystores as a job; into a group at once, for nothing goes to AWS.
pub(crate) async fn copy(
    run: HowToRun,
    Selector(key): Selector,
    Input(body): Input<CopyKeyRequest>,
) -> Result<Response, Refused> {
    let action = Action::KeyCopy;
    match copies(body)? {
        Copies::IntoKeystores(copies) => {
            let answer = run.keys().copy(&run.actor, &key, copies, &run.mode).await?;
            run.reply(action, answer).await
        }
        Copies::ToGroup(command) if run.mode.dry_run => {
            let tried = run.state.app.trial();
            tried.keys.copy_to_group(&run.actor, &key, command).await?;
            let summary = action.to_string();
            Ok(reply::ok(plan::view(summary, Vec::new(), Vec::new())))
        }
        Copies::ToGroup(command) => {
            let app = &run.state.app;
            app.refuse_begun(&run.actor, &run.mode).await?;
            let keys = &run.state.app.keys;
            let made = keys.copy_to_group(&run.actor, &key, command).await?;
            Ok(reply::made(
                made.key.revision,
                convert_key::with_versions(made),
            ))
        }
    }
}

pub(crate) async fn bind(
    run: HowToRun,
    Input(body): Input<BindRequest>,
) -> Result<Response, Refused> {
    let command = adoption::bind(body)?;
    let answer = run.keys().bind(&run.actor, command, &run.mode).await?;
    run.reply(Action::KmsKeyBind, answer).await
}

pub(crate) async fn bind_many(
    run: HowToRun,
    Selector(keystore): Selector,
    Input(body): Input<BindManyRequest>,
) -> Result<Response, Refused> {
    let manifest = adoption::manifest(keystore, body)?;
    let keys = run.keys();
    let done = keys.bind_many(&run.actor, manifest, &run.mode).await?;
    let is_started = done.job.is_some();
    let view = adoption::bindings(done);
    Ok(if is_started {
        reply::accepted(view)
    } else {
        reply::ok(view)
    })
}

pub(crate) async fn update(
    run: HowToRun,
    Selector(key): Selector,
    Seen(revision): Seen,
    Input(body): Input<UpdateKmsKeyRequest>,
) -> Result<Response, Refused> {
    let command = kms_key::update(body, revision)?;
    let answer = run
        .keys()
        .update(&run.actor, &key, command, &run.mode)
        .await?;
    run.reply(Action::KmsKeyUpdate, answer).await
}

pub(crate) async fn observe(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.kms_keys.observe(&actor, &selector).await?;
    one(&state, &actor, found).await
}

pub(crate) async fn synchronize(
    run: HowToRun,
    Selector(key): Selector,
    Input(body): Input<SynchronizeRequest>,
) -> Result<Response, Refused> {
    let what = kms_key::synchronize(&body);
    let answer = run
        .keys()
        .synchronize(&run.actor, &key, what, &run.mode)
        .await?;
    run.reply(Action::KmsKeySynchronize, answer).await
}

pub(crate) async fn remove_from_cloud(
    run: HowToRun,
    Selector(key): Selector,
) -> Result<Response, Refused> {
    let answer = run
        .keys()
        .remove_from_cloud(&run.actor, &key, &run.mode)
        .await?;
    run.reply(Action::KmsKeyRemoveFromCloud, answer).await
}

pub(crate) async fn grants(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.kms_keys.grants(&actor, &selector).await?;
    Ok(reply::ok(kms_key::grant_list(found)))
}

pub(crate) async fn create_grant(
    run: HowToRun,
    Selector(key): Selector,
    Input(body): Input<CreateGrantRequest>,
) -> Result<Response, Refused> {
    let command = kms_key::create_grant(body)?;
    let answer = run
        .keys()
        .create_grant(&run.actor, &key, command, &run.mode)
        .await?;
    run.reply(Action::KmsKeyCreateGrant, answer).await
}

pub(crate) async fn retire_grants(
    run: HowToRun,
    Selector(key): Selector,
    Input(body): Input<RetireGrantsRequest>,
) -> Result<Response, Refused> {
    let which = kms_key::grants_to_retire(body)?;
    let answer = run
        .keys()
        .retire_grants(&run.actor, &key, which, &run.mode)
        .await?;
    run.reply(Action::KmsKeyRetireGrants, answer).await
}

pub(crate) async fn revoke_grants(
    run: HowToRun,
    Selector(key): Selector,
    Input(body): Input<RevokeGrantsRequest>,
) -> Result<Response, Refused> {
    let which = kms_key::grants(body)?;
    let answer = run
        .keys()
        .revoke_grants(&run.actor, &key, which, &run.mode)
        .await?;
    run.reply(Action::KmsKeyRevokeGrants, answer).await
}

pub(crate) async fn rotate(
    run: HowToRun,
    Selector(key): Selector,
    Input(body): Input<RotateRequest>,
) -> Result<Response, Refused> {
    let keys = run.keys();
    let answer = match kms_key::rotation(body)? {
        Rotation::Own(command) => keys.rotate(&run.actor, &key, command, &run.mode).await?,
        Rotation::ToKey(command) => {
            keys.rotate_to_key(&run.actor, &key, command, &run.mode)
                .await?
        }
    };
    run.reply(Action::KmsKeyRotate, answer).await
}

pub(crate) async fn replicate(
    run: HowToRun,
    Selector(key): Selector,
    Input(body): Input<ReplicateRequest>,
) -> Result<Response, Refused> {
    let regions = connection::regions(&body.regions).map_err(AppError::from)?;
    let answer = run
        .keys()
        .replicate(&run.actor, &key, regions, &run.mode)
        .await?;
    run.reply(Action::KmsKeyReplicate, answer).await
}

pub(crate) async fn change_primary(
    run: HowToRun,
    Selector(key): Selector,
    Input(body): Input<ChangePrimaryRequest>,
) -> Result<Response, Refused> {
    let to = body.region.parse::<Region>().map_err(AppError::from)?;
    let answer = run
        .keys()
        .change_primary(&run.actor, &key, &to, &run.mode)
        .await?;
    run.reply(Action::KmsKeyChangePrimary, answer).await
}

pub(crate) async fn schedule_deletion(
    run: HowToRun,
    Selector(key): Selector,
    Input(body): Input<ScheduleDeletionRequest>,
) -> Result<Response, Refused> {
    let days = body.days.unwrap_or(DELETION_DAYS_DEFAULT);
    let answer = run
        .keys()
        .schedule_deletion(&run.actor, &key, days, &run.mode)
        .await?;
    run.reply(Action::KmsKeyScheduleDeletion, answer).await
}

pub(crate) async fn cancel_deletion(
    run: HowToRun,
    Selector(key): Selector,
    Input(body): Input<CancelDeletionRequest>,
) -> Result<Response, Refused> {
    let answer = run
        .keys()
        .cancel_deletion(&run.actor, &key, body.empty, &run.mode)
        .await?;
    run.reply(Action::KmsKeyCancelDeletion, answer).await
}

pub(crate) async fn set_rotation(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
    Seen(revision): Seen,
    Input(body): Input<RotationRequest>,
) -> Result<Response, Refused> {
    let choice = rotation::choice(Some(body))?;
    let keys = &tried.app.kms_keys;
    let changed = keys
        .set_rotation(&actor, &selector, choice, revision)
        .await?;
    let rule = changed.intent.rotation.as_ref();
    let rule = rule.filter(|_| tried.is_trial);
    let times = rule.map(|rule| rotation::foreseen(rule, changed.rotation_due));
    let names = Names::of_kms_keys(&tried.app, &actor, std::slice::from_ref(&changed)).await?;
    let (seen, view) = (changed.revision, kms_key::view(changed, &names));
    let view = KmsKeyView {
        rotation: times.or(view.rotation),
        ..view
    };
    Ok(tried.changed(seen, view))
}
