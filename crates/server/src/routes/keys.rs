//! Keys in the vault.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::key::{
    AnyKeyPage, AnyKeyView, CreateKeyRequest, DestroyVersionRequest, ImportKeyRequest, KeyPage,
    KeyQuery, KeyVersionList, UpdateKeyRequest,
};
use keyferry_api::key_spec::KeySpecPage;
use keyferry_api::rotation::KeyRotationRequest;
use keyferry_app::keys::AnyKey;
use keyferry_domain::key_file::KEY_FILE_BYTES_MAX;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::records::KeyFilter;

use crate::convert::{key, key_file, key_spec, kms_key, names::Names, page::page, rotation};
use crate::http::extract::{By, Input, Params, Seen, Selector, Tried, VersionOfKey};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

use super::kms_keys::HowToRun;

pub(crate) async fn list_specs() -> Response {
    let items = KeySpec::all().map(key_spec::view).collect();
    reply::ok(KeySpecPage { items, next: None })
}

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<KeyQuery>,
) -> Result<Response, Refused> {
    let filter = KeyFilter {
        text: query.q,
        ..KeyFilter::default()
    };
    let found = state
        .app
        .keys
        .list(&actor, &filter, &page(query.limit, query.cursor)?)
        .await?;
    let items = found.rows.into_iter().map(key::view).collect();
    Ok(reply::ok(KeyPage {
        items,
        next: found.next,
    }))
}

pub(crate) async fn list_all(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<KeyQuery>,
) -> Result<Response, Refused> {
    let app = &state.app;
    let page = page(query.limit, query.cursor)?;
    let found = app.keys.list_everywhere(&actor, query.q, &page).await?;
    let kms_keys = found.rows.iter().filter_map(|one| match one {
        AnyKey::Key(_) => None,
        AnyKey::KmsKey(key) => Some(key.as_ref()),
    });
    let names = Names::of_kms_keys(app, &actor, kms_keys).await?;
    let view = |one| match one {
        AnyKey::Key(one) => AnyKeyView::Key(Box::new(key::view(*one))),
        AnyKey::KmsKey(one) => AnyKeyView::KmsKey(Box::new(kms_key::view(*one, &names))),
    };
    Ok(reply::ok(AnyKeyPage {
        items: found.rows.into_iter().map(view).collect(),
        next: found.next,
    }))
}

pub(crate) async fn create(
    tried: Tried,
    By(actor): By,
    Input(body): Input<CreateKeyRequest>,
) -> Result<Response, Refused> {
    let made = tried.app.keys.create(&actor, key::create(body)?).await?;
    Ok(tried.made(made.key.revision, key::with_versions(made)))
}

/// The body of an import: the longest key file in base64, and room for the other fields.
pub(crate) const IMPORT_BODY_BYTES_MAX: usize = KEY_FILE_BYTES_MAX / 3 * 4 + 8 * 1024;

/// The same with how a KMS key shall look, a whole key policy in JSON text included.
pub(crate) const IMPORT_KMS_KEY_BODY_BYTES_MAX: usize = IMPORT_BODY_BYTES_MAX + 128 * 1024;

pub(crate) async fn import(
    tried: Tried,
    By(actor): By,
    Input(body): Input<ImportKeyRequest>,
) -> Result<Response, Refused> {
    let (wanted, file) = key_file::import(body)?;
    let made = tried.app.keys.import(&actor, wanted, file).await?;
    Ok(tried.made(made.key.revision, key::with_versions(made)))
}

pub(crate) async fn show(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.keys.show(&actor, &selector).await?;
    Ok(reply::with_etag(
        found.key.revision,
        key::with_versions(found),
    ))
}

pub(crate) async fn update(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
    Seen(revision): Seen,
    Input(body): Input<UpdateKeyRequest>,
) -> Result<Response, Refused> {
    let command = key::update(body, revision)?;
    let changed = tried.app.keys.update(&actor, &selector, command).await?;
    Ok(tried.changed(changed.key.revision, key::with_versions(changed)))
}

pub(crate) async fn list_versions(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.keys.show(&actor, &selector).await?;
    let items = key::with_versions(found).versions;
    Ok(reply::ok(KeyVersionList { items }))
}

pub(crate) async fn deactivate_version(
    tried: Tried,
    By(actor): By,
    VersionOfKey { key, number }: VersionOfKey,
) -> Result<Response, Refused> {
    let keys = &tried.app.keys;
    let found = keys.deactivate_version(&actor, &key, number).await?;
    Ok(reply::ok(key::one_version(found, number)))
}

pub(crate) async fn compromise_version(
    tried: Tried,
    By(actor): By,
    VersionOfKey { key, number }: VersionOfKey,
) -> Result<Response, Refused> {
    let keys = &tried.app.keys;
    let found = keys.compromise_version(&actor, &key, number).await?;
    Ok(reply::ok(key::one_version(found, number)))
}

pub(crate) async fn destroy_version(
    run: HowToRun,
    VersionOfKey { key, number }: VersionOfKey,
    Input(body): Input<DestroyVersionRequest>,
) -> Result<Response, Refused> {
    let keys = &run.state.app.keys;
    let found = keys
        .destroy_version(&run.actor, &key, number, body.after_days, &run.mode)
        .await?;
    Ok(reply::ok(key::one_version(found, number)))
}

pub(crate) async fn cancel_destruction(
    run: HowToRun,
    VersionOfKey { key, number }: VersionOfKey,
) -> Result<Response, Refused> {
    let keys = &run.state.app.keys;
    let found = keys
        .cancel_destruction(&run.actor, &key, number, run.mode.dry_run)
        .await?;
    Ok(reply::ok(key::one_version(found, number)))
}

pub(crate) async fn new_version(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = tried.app.keys.new_version(&actor, &selector).await?;
    Ok(tried.made(found.key.revision, key::with_versions(found)))
}

pub(crate) async fn set_rotation(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
    Seen(revision): Seen,
    Input(body): Input<KeyRotationRequest>,
) -> Result<Response, Refused> {
    let rule = rotation::source(body)?;
    let keys = &tried.app.keys;
    let changed = keys.set_rotation(&actor, &selector, rule, revision).await?;
    let rule = changed.rotation.as_ref().filter(|_| tried.is_trial);
    let times = rule.map(|rule| rotation::foreseen(&rule.schedule, changed.rotation_due));
    let seen = changed.revision;
    let mut view = key::view(changed);
    if let (Some(shown), Some(times)) = (&mut view.rotation, times) {
        shown.schedule = times;
    }
    Ok(tried.changed(seen, view))
}
