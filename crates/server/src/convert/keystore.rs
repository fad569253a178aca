//! Keystores.

use keyferry_api::keystore::{
    CreateKeystoreRequest, HealPolicy as ApiHeal, KeystoreView, OnCancelDeletion as ApiOnCancel,
    TemplateRequest, TemplateView, UpdateKeystoreRequest,
};
use keyferry_app::keystores::{CreateKeystore, UpdateKeystore};
use keyferry_app::{Actor, AppError};
use keyferry_domain::keystore::{HealPolicy, Keystore, OnCancelDeletion, Template};
use keyferry_domain::validity::{LIFETIME_DAYS_MAX, Lifetime, Validity};
use keyferry_ports::policy::parse_policy;

use super::connection::regions;
use super::names::Names;
use super::rotation;
use super::time::validity;

/// Where material is kept, as long as there is one kind of vault.
const BACKEND: &str = "software";

fn heal(heal: ApiHeal) -> HealPolicy {
    HealPolicy::from_word(heal.as_str()).unwrap_or(HealPolicy::Alert)
}

fn on_cancel(on_cancel: ApiOnCancel) -> OnCancelDeletion {
    match on_cancel {
        ApiOnCancel::Keep => OnCancelDeletion::Keep,
        ApiOnCancel::Empty => OnCancelDeletion::Empty,
    }
}

/// How long material stays, if the request says it, in one of two ways.
fn lifetime(
    until: Option<Validity>,
    valid_days: Option<u32>,
) -> Result<Option<Lifetime>, AppError> {
    let refuse = |why: String| AppError::Invalid {
        field: "template.valid_days",
        why,
    };
    match (until, valid_days) {
        (Some(_), Some(_)) => Err(refuse(
            "say until when material stays, or for how many days".to_owned(),
        )),
        (until, None) => Ok(until.map(Into::into)),
        (None, Some(days)) => Lifetime::of_days(days).map(Some).ok_or_else(|| {
            refuse(format!(
                "say 1 to {LIFETIME_DAYS_MAX} days, or `never` as its end"
            ))
        }),
    }
}

/// A template with the request's fields over those of `base`.
fn template(base: Template, request: TemplateRequest) -> Result<Template, AppError> {
    let spec = request
        .spec
        .map(|text| text.parse())
        .transpose()?
        .unwrap_or(base.spec);
    let until = validity(request.expires_at.as_deref(), request.time_zone.as_deref())?;
    let lifetime = lifetime(until, request.valid_days)?;
    let policy = match (request.policy, request.remove_policy) {
        (Some(text), _) => Some(parse_policy(&text)?),
        (None, true) => None,
        (None, false) => base.policy,
    };
    Ok(Template {
        spec,
        usage: request
            .usage
            .map(|text| text.parse())
            .transpose()?
            .or(base.usage),
        description: request.description.unwrap_or(base.description),
        tags: request.tags.unwrap_or(base.tags),
        policy,
        multi_region: request.multi_region.unwrap_or(base.multi_region),
        lifetime: lifetime.unwrap_or(base.lifetime),
        rotation: base.rotation,
    })
}

/// A keystore to make.
pub(crate) fn create(request: CreateKeystoreRequest) -> Result<CreateKeystore, AppError> {
    Ok(CreateKeystore {
        name: request.name.parse()?,
        description: request.description,
        connection: request.connection,
        regions: regions(&request.regions)?,
        group: request.group,
        template: template(Template::default(), request.template)?,
        rotation: rotation::choice(request.rotation)?,
        heal: request.heal.map_or(HealPolicy::Alert, heal),
        on_cancel_deletion: request
            .on_cancel_deletion
            .map_or(OnCancelDeletion::Keep, on_cancel),
    })
}

/// What to change about `now`.
pub(crate) fn update(
    request: UpdateKeystoreRequest,
    now: Keystore,
    revision: Option<u64>,
) -> Result<UpdateKeystore, AppError> {
    Ok(UpdateKeystore {
        // A template is merged with what was read: it may not have changed since.
        revision: revision.or_else(|| request.template.as_ref().map(|_| now.revision)),
        name: request.name.map(|name| name.parse()).transpose()?,
        description: request.description,
        regions: request.regions.as_deref().map(regions).transpose()?,
        template: request
            .template
            .map(|change| template(now.template, change))
            .transpose()?,
        rotation: request
            .rotation
            .map(|rule| rotation::choice(Some(rule)))
            .transpose()?,
        heal: request.heal.map(heal),
        on_cancel_deletion: request.on_cancel_deletion.map(on_cancel),
    })
}

fn template_view(template: Template) -> TemplateView {
    let usage = template
        .usage
        .or_else(|| template.spec.usages().first().copied());
    TemplateView {
        spec: template.spec.name().to_owned(),
        usage: usage
            .map(|usage| usage.as_str().to_owned())
            .unwrap_or_default(),
        description: template.description,
        tags: template.tags,
        policy: template.policy.map(|policy| policy.as_str().to_owned()),
        multi_region: template.multi_region,
        expires_at: template.lifetime.end().map(|end| end.to_string()),
        valid_days: template.lifetime.days(),
        rotation: template.rotation.map(|rule| rotation::view(&rule, None)),
    }
}

/// When a validity ends, if it does.
pub(crate) fn end_of(validity: Validity) -> Option<String> {
    match validity {
        Validity::Permanent => None,
        Validity::Until(end) => Some(end.to_string()),
    }
}

/// A keystore.
pub(crate) fn view(keystore: Keystore, names: &Names) -> KeystoreView {
    KeystoreView {
        id: keystore.id.to_string(),
        name: keystore.name.to_string(),
        description: keystore.description,
        connection: keystore.connection.to_string(),
        connection_name: names.connection(keystore.connection),
        regions: keystore.regions.iter().map(ToString::to_string).collect(),
        group: keystore.group.to_string(),
        group_name: names.group(keystore.group),
        service_actor: Actor::of_keystore(&keystore.name).to_string(),
        backend: BACKEND.to_owned(),
        template: template_view(keystore.template),
        heal: ApiHeal::from_word(keystore.heal.as_str()).unwrap_or(ApiHeal::Off),
        on_cancel_deletion: match keystore.on_cancel_deletion {
            OnCancelDeletion::Keep => ApiOnCancel::Keep,
            OnCancelDeletion::Empty => ApiOnCancel::Empty,
        },
        created_at: keystore.created_at.to_string(),
        revision: keystore.revision,
    }
}
