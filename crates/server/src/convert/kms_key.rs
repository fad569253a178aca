//! KMS keys.

use keyferry_api::kms_key::{
    AccessChangeRequest, CreateGrantRequest, CreateKmsKeyRequest, GrantList, GrantView,
    KeyAccessRequest, KeyAccessView, KmsKeySettings, KmsKeyView, MaterialOrigin, MaterialView,
    PlaceView, Renewal, RetireGrantsRequest, RevokeGrantsRequest, RotateRequest, SourceKind,
    SourceView, SynchronizeRequest, UpdateKmsKeyRequest, UploadKeyRequest, WantedVersionView,
};
use keyferry_api::plan::LastUseView;
use keyferry_app::key_policy::{self, KeyAccess};
use keyferry_app::keys::KeyOptions;
use keyferry_app::kms_keys::{
    AccessChange, CreateGrant, CreateKmsKey, GenerateInAws, GrantChoice, Grants, PolicyChange,
    PolicyChoice, Properties, Rotate, RotateToKey, RotationMethod, Stay, SynchronizeChoice,
    UpdateKmsKey, UploadKey,
};
use keyferry_app::{AppError, Replacement};
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::Region;
use keyferry_domain::grant::GrantOperation;
use keyferry_domain::intent::Origin;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::last_use::LastUse;
use keyferry_domain::view::{AliasTarget, Expiration, Field, KeyState, MaterialState, Place};

use super::connection::regions;
use super::key::operations;
use super::keystore::end_of;
use super::names::Names;
use super::rotation;
use super::time::validity;

fn access(request: KeyAccessRequest) -> KeyAccess {
    KeyAccess {
        users: request.users,
        administrators: request.administrators,
        other_accounts: request.other_accounts,
        administrators_may_delete: request.administrators_may_delete.unwrap_or(true),
    }
}

fn both() -> AppError {
    AppError::Invalid {
        field: "policy",
        why: "give users and administrators, or a whole policy, not both".to_owned(),
    }
}

fn policy(
    access_request: Option<KeyAccessRequest>,
    text: Option<String>,
) -> Result<PolicyChoice, AppError> {
    match (access_request, text) {
        (Some(_), Some(_)) => Err(both()),
        (Some(request), None) => Ok(PolicyChoice::Access(access(request))),
        (None, Some(text)) => Ok(PolicyChoice::Json(text)),
        (None, None) => Ok(PolicyChoice::Template),
    }
}

pub(super) fn properties(settings: KmsKeySettings) -> Result<Properties, AppError> {
    Ok(Properties {
        regions: regions(&settings.regions)?,
        usage: settings.usage.map(|text| text.parse()).transpose()?,
        aliases: aliases(&settings.aliases)?,
        tags: settings.tags.unwrap_or_default(),
        description: settings.description,
        policy: policy(settings.access, settings.policy)?,
        multi_region: settings.multi_region,
        validity: stay(settings.expires_at, settings.time_zone, settings.renewal)?,
        disabled: settings.enabled == Some(false),
        rotation: rotation::choice(settings.rotation)?,
    })
}

/// Until when material stays, and what happens where that is longer than AWS allows.
fn stay(
    expires_at: Option<String>,
    time_zone: Option<String>,
    renewal: Option<Renewal>,
) -> Result<Option<Stay>, AppError> {
    let until = validity(expires_at.as_deref(), time_zone.as_deref())?;
    match (until, renewal) {
        (None, Some(_)) => Err(AppError::Invalid {
            field: "renewal",
            why: "say with expires_at until when the material stays".to_owned(),
        }),
        (until, renewal) => Ok(until.map(|until| Stay {
            until,
            lapses: renewal == Some(Renewal::Lapse),
        })),
    }
}

/// What to change of a KMS key.
pub(crate) fn update(
    request: UpdateKmsKeyRequest,
    revision: Option<u64>,
) -> Result<UpdateKmsKey, AppError> {
    let (removed, set): (Vec<_>, Vec<_>) = request
        .tags
        .into_iter()
        .partition(|(_, value)| value.is_none());
    let replace = request.replace_principals.into_iter();
    let replace: Vec<Replacement> = replace
        .map(|one| Replacement {
            old: one.old,
            new: one.new,
        })
        .collect();
    let policy = match (request.access, request.policy, replace.is_empty()) {
        (None, None, true) => None,
        (None, None, false) => Some(PolicyChange::Replace(replace)),
        (Some(change), None, true) => Some(PolicyChange::Access(access_change(change))),
        (None, Some(text), true) => Some(PolicyChange::Json(text)),
        _ => return Err(both()),
    };
    Ok(UpdateKmsKey {
        revision,
        name: request.name.map(|name| name.parse()).transpose()?,
        description: request.description,
        set_tags: set
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect(),
        remove_tags: removed.into_iter().map(|(key, _)| key).collect(),
        add_aliases: aliases(&request.add_aliases)?,
        remove_aliases: aliases(&request.remove_aliases)?,
        policy,
        stay: stay(request.expires_at, request.time_zone, request.renewal)?,
        native_rotation_days: request.native_rotation_days,
        from_template: request.from_template,
    })
}

fn access_change(request: AccessChangeRequest) -> AccessChange {
    AccessChange {
        users: request.users,
        administrators: request.administrators,
        other_accounts: request.other_accounts,
        administrators_may_delete: request.administrators_may_delete,
    }
}

fn aliases<C: FromIterator<AliasName>>(texts: &[String]) -> Result<C, AppError> {
    let parsed = texts.iter().map(|alias| Ok(alias.parse::<AliasName>()?));
    parsed.collect()
}

/// Who makes the material of a new KMS key.
pub(crate) enum Creation {
    /// The vault, with a new key.
    InVault(CreateKmsKey),
    /// AWS.
    InAws(GenerateInAws),
}

/// A KMS key to make, with a new key or without.
pub(crate) fn create(request: CreateKmsKeyRequest) -> Result<Creation, AppError> {
    let name = request.name.parse()?;
    let spec = request.spec.map(|text| text.parse()).transpose()?;
    let properties = properties(request.settings)?;
    let native_rotation_days = request.native_rotation_days;
    let key = KeyOptions {
        active_versions_max: request.active_versions_max,
        permitted: request.permitted_operations.map(operations).transpose()?,
        exportable: request.exportable,
    };
    match (request.origin, native_rotation_days) {
        (Some(MaterialOrigin::Aws), _) if key != KeyOptions::default() => Err(AppError::Invalid {
            field: "origin",
            why: "AWS's own material is no key of the vault: leave out active_versions_max, permitted_operations and exportable".to_owned(),
        }),
        (Some(MaterialOrigin::Aws), _) => Ok(Creation::InAws(GenerateInAws {
            keystore: request.keystore,
            name,
            spec,
            native_rotation_days,
            properties,
        })),
        (None | Some(MaterialOrigin::Keyferry), Some(_)) => Err(AppError::Invalid {
            field: "native_rotation_days",
            why: "AWS rotates its own key material only: say origin `aws`".to_owned(),
        }),
        (None | Some(MaterialOrigin::Keyferry), None) => Ok(Creation::InVault(CreateKmsKey {
            keystore: request.keystore,
            name,
            spec,
            key,
            properties,
        })),
    }
}

/// A KMS key to make from a key.
pub(crate) fn upload(request: UploadKeyRequest) -> Result<UploadKey, AppError> {
    Ok(UploadKey {
        keystore: request.keystore,
        key: request.key,
        name: request.name.map(|name| name.parse()).transpose()?,
        properties: properties(request.settings)?,
    })
}

/// What to synchronize.
pub(crate) fn synchronize(request: &SynchronizeRequest) -> SynchronizeChoice {
    SynchronizeChoice {
        delete_material: request.delete_material,
        leaves_policy: !request.update_policy,
        leaves_material: !request.import_material,
    }
}

/// The grant to give.
pub(crate) fn create_grant(request: CreateGrantRequest) -> Result<CreateGrant, AppError> {
    let operation = |word: &String| {
        GrantOperation::from_word(word).ok_or_else(|| {
            let all: Vec<&str> = GrantOperation::ALL.iter().map(|row| row.1).collect();
            AppError::Invalid {
                field: "operations",
                why: format!("`{word}` cannot be granted; AWS knows {}", all.join(", ")),
            }
        })
    };
    Ok(CreateGrant {
        name: request.name,
        grantee: request.grantee,
        retiring: request.retiring_principal,
        operations: request
            .operations
            .iter()
            .map(operation)
            .collect::<Result<_, _>>()?,
        context_equals: request.encryption_context_equals,
        context_subset: request.encryption_context_subset,
    })
}

/// Which grants.
pub(crate) fn grants(request: RevokeGrantsRequest) -> Result<GrantChoice, AppError> {
    match (request.grants, request.grantee, request.all) {
        (Some(ids), None, false) => Ok(GrantChoice::These(ids.into_iter().collect())),
        (None, Some(principal), false) => Ok(GrantChoice::Of(principal)),
        (None, None, true) => Ok(GrantChoice::All),
        _ => Err(AppError::Invalid {
            field: "grants",
            why: "give one of `grants`, `grantee` and `all`".to_owned(),
        }),
    }
}

/// Which grants are retired.
pub(crate) fn grants_to_retire(request: RetireGrantsRequest) -> Result<GrantChoice, AppError> {
    match (request.grants, request.grantee) {
        (Some(ids), None) => Ok(GrantChoice::These(ids.into_iter().collect())),
        (None, Some(principal)) => Ok(GrantChoice::Of(principal)),
        _ => Err(AppError::Invalid {
            field: "grants",
            why: "give one of `grants` and `grantee`".to_owned(),
        }),
    }
}

/// To what one KMS key rotates.
pub(crate) enum Rotation {
    /// New material from where its material is from.
    Own(Rotate),
    /// A key of the vault.
    ToKey(RotateToKey),
}

/// How one KMS key rotates, and to what.
pub(crate) fn rotation(request: RotateRequest) -> Result<Rotation, AppError> {
    let method = rotation::method(request.method, request.old_key)?;
    match (request.to_key, method) {
        (None, method) => Ok(Rotation::Own(Rotate { method })),
        (Some(key), RotationMethod::NewKey(old_key)) => {
            Ok(Rotation::ToKey(RotateToKey { key, old_key }))
        }
        (Some(_), RotationMethod::InPlace) => Err(AppError::Invalid {
            field: "to_key",
            why: "another key's material goes into a new KMS key: say `new-key`".to_owned(),
        }),
    }
}

/// How many KMS keys rotate.
pub(crate) fn rotate(request: &RotateRequest) -> Result<Rotate, AppError> {
    if request.to_key.is_some() {
        return Err(AppError::Invalid {
            field: "to_key",
            why: "one key is rotated to at a time".to_owned(),
        });
    }
    let method = rotation::method(request.method, request.old_key)?;
    Ok(Rotate { method })
}

/// A KMS key.
pub(crate) fn view(key: KmsKey, names: &Names) -> KmsKeyView {
    let primary = key
        .intent
        .primary()
        .and_then(|region| key.observed.get(region))
        .cloned();
    let described = primary.as_ref().and_then(|place| place.described.value());
    let key_state = described.map(|described| described.state);
    let shape = key.intent.shape;
    let policy = key.intent.policy.as_ref();
    let read = policy.map(key_policy::read).unwrap_or_default();
    let wanted_end = key
        .intent
        .versions
        .last()
        .or(key.held.last())
        .and_then(|wanted| end_of(wanted.validity));
    KmsKeyView {
        id: key.id.to_string(),
        name: key.name.to_string(),
        group: key.group.to_string(),
        keystore: key.keystore.to_string(),
        keystore_name: names.keystore(key.keystore),
        connection: key.connection.to_string(),
        connection_name: names.connection(key.connection),
        source: source(&key, names),
        status: key.status().as_str().to_owned(),
        uploaded: uploaded(&key, key_state).to_owned(),
        life: key.intent.life.as_str().to_owned(),
        key_state: key_state.map(|state| state.as_str().to_owned()),
        arn: key.arn.as_ref().map(ToString::to_string),
        regions: key.intent.places.iter().map(ToString::to_string).collect(),
        aliases: key.intent.aliases.iter().map(ToString::to_string).collect(),
        description: key.intent.description.clone(),
        spec: shape.spec.name().to_owned(),
        aws_spec: shape.spec.aws_name().to_owned(),
        usage: shape.usage.as_str().to_owned(),
        origin: origin(shape.origin).to_owned(),
        multi_region: shape.multi_region,
        native_rotation_days: key.intent.native_rotation_days,
        valid_days: key.intent.valid_days,
        enabled: key.intent.enabled,
        access: KeyAccessView {
            users: read.users,
            administrators: read.administrators,
            other_accounts: read.other_accounts,
            administrators_may_delete: read.administrators_may_delete,
        },
        policy: policy.map(|policy| policy.as_str().to_owned()),
        tags: key.intent.tags.clone(),
        expires_at: wanted_end,
        versions: key.intent.versions.iter().map(wanted_version).collect(),
        current_version: key.intent.current.map(|version| version.get()),
        deletion_date: described
            .and_then(|one| one.deletion_date)
            .map(|at| at.to_string()),
        copied_from: None,
        predecessor: key.predecessor.map(|id| id.to_string()),
        successor: key.successor.map(|id| id.to_string()),
        created_at: key.created_at.to_string(),
        rotation: key
            .intent
            .rotation
            .as_ref()
            .map(|rule| rotation::view(rule, key.rotation_due)),
        revision: key.revision,
        places: key
            .observed
            .iter()
            .map(|(region, place)| place_view(&key, region, place))
            .collect(),
    }
}

fn wanted_version(wanted: &keyferry_domain::intent::WantedVersion) -> WantedVersionView {
    WantedVersionView {
        number: wanted.number.get(),
        expires_at: end_of(wanted.validity),
    }
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::External => "EXTERNAL",
        Origin::AwsKms => "AWS_KMS",
    }
}

/// Whose material it has.
pub(crate) fn source_kind(key: &KmsKey) -> SourceKind {
    // What is only claimed is not ours yet.
    let source = key.source.filter(|_| !key.is_binding());
    match (source, key.intent.shape.origin) {
        (Some(_), _) => SourceKind::Keyferry,
        (None, Origin::External) => SourceKind::External,
        (None, Origin::AwsKms) => SourceKind::Aws,
    }
}

fn source(key: &KmsKey, names: &Names) -> SourceView {
    let key_name = key.source.and_then(|id| names.key(id));
    let kind = source_kind(key);
    let text = match &key_name {
        Some(name) => format!("{} ({name})", kind.as_str()),
        None => kind.as_str().to_owned(),
    };
    SourceView {
        kind,
        key: key.source.map(|id| id.to_string()),
        key_name,
        text,
    }
}

fn uploaded(key: &KmsKey, state: Option<KeyState>) -> &'static str {
    let is_empty = matches!(
        state,
        None | Some(KeyState::PendingImport | KeyState::Creating)
    );
    match key.source {
        None => "-",
        Some(_) if key.held_material && !is_empty => "uploaded",
        Some(_) => "not-uploaded",
    }
}

fn material_state(state: MaterialState) -> &'static str {
    match state {
        MaterialState::Current => "CURRENT",
        MaterialState::NonCurrent => "NON_CURRENT",
        MaterialState::PendingRotation => "PENDING_ROTATION",
        MaterialState::PendingReplicas => "PENDING_MULTI_REGION_IMPORT_AND_ROTATION",
    }
}

/// When a KMS key was used last in a Region.
pub(super) fn last_use(region: &Region, last: &LastUse) -> LastUseView {
    let tracked = last.told.value();
    let newest = tracked.and_then(|tracked| tracked.newest.as_ref());
    LastUseView {
        region: region.to_string(),
        text: last.to_string(),
        operation: newest.map(|used| used.operation.clone()),
        at: newest.map(|used| used.at.to_string()),
        tracked_since: tracked.map(|tracked| tracked.since.to_string()),
        read_at: last.read_at.to_string(),
    }
}

/// Grants by Region.
pub(crate) fn grant_list(grants: Grants) -> GrantList {
    let mut list = GrantList {
        items: Vec::new(),
        unreadable: Vec::new(),
    };
    for (region, found) in grants {
        match found {
            Field::Value(found) => {
                let views = found.into_iter().map(|grant| GrantView {
                    region: region.to_string(),
                    id: grant.id,
                    name: grant.name,
                    grantee: grant.grantee,
                    retiring_principal: grant.retiring,
                    operations: grant.operations,
                    encryption_context_equals: grant.constraints.equals,
                    encryption_context_subset: grant.constraints.subset,
                    source_arn: grant.constraints.source_arn,
                });
                list.items.extend(views);
            }
            Field::Absent => {}
            Field::Unreadable => list.unreadable.push(region.to_string()),
        }
    }
    list
}

fn place_view(key: &KmsKey, region: &Region, place: &Place) -> PlaceView {
    let described = place.described.value();
    let materials = place
        .materials
        .value()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let aliases = place.aliases.value().into_iter().flatten();
    let expiration = described.map(|described| described.expiration);
    PlaceView {
        region: region.to_string(),
        arn: place.arn.as_ref().map(ToString::to_string),
        key_state: described.map(|described| described.state.as_str().to_owned()),
        primary: key.intent.primary() == Some(region),
        materials: materials
            .iter()
            .map(|material| MaterialView {
                id: material.id.to_string(),
                state: material_state(material.state).to_owned(),
                present: material.is_present,
                version: key.bindings.get(&material.id).map(|version| version.get()),
                valid_to: material.valid_to.map(|at| at.to_string()),
            })
            .collect(),
        aliases: aliases
            .filter(|(_, target)| **target == AliasTarget::This)
            .map(|(alias, _)| alias.to_string())
            .collect(),
        tags: place.tags.value().cloned().unwrap_or_default(),
        policy: place
            .policy
            .value()
            .map(|policy| policy.as_str().to_owned()),
        last_use: place.last_use.as_ref().map(|last| last_use(region, last)),
        rotations_used: place
            .rotation
            .value()
            .map(|rotation| rotation.on_demand_used),
        created_at: described.map(|described| described.created_at.to_string()),
        deletion_date: described
            .and_then(|one| one.deletion_date)
            .map(|at| at.to_string()),
        expires_at: match expiration {
            Some(Expiration::At(at)) => Some(at.to_string()),
            _ => None,
        },
        read_at: place.read_at.map(|at| at.to_string()),
    }
}
