//! Taking KMS keys that are in AWS already into a keystore.

use keyferry_api::adoption::{
    AdoptQuery, AdoptRequest, AdoptedView, AdoptionView, BindLine, BindManyRequest, BindRequest,
    BindingsView, BoundView, LeftView,
};
use keyferry_app::AppError;
use keyferry_app::kms_keys::{
    AdoptKeys, AdoptSelection, Adoption, BindKey, Bindings, Claim, Left, Manifest, ManifestLine,
};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::version::VersionNumber;

use super::job;
use super::kms_key::source_kind;
use super::page::page;

/// What to adopt.
pub(crate) fn adopt(
    keystore: String,
    request: AdoptRequest,
    query: AdoptQuery,
) -> Result<AdoptKeys, AppError> {
    let filters = !request.tags.is_empty() || request.name_contains.is_some();
    let selection = match (request.keys.is_empty(), request.all || filters) {
        (false, false) => AdoptSelection::These(request.keys),
        (true, true) => AdoptSelection::Found {
            tags: request.tags,
            text: request.name_contains,
            page: page(query.limit, query.cursor)?,
        },
        (false, true) | (true, false) => {
            return Err(AppError::Invalid {
                field: "keys",
                why: "name KMS keys, or ask for all, or for those with a tag or a name".to_owned(),
            });
        }
    };
    Ok(AdoptKeys {
        keystore,
        selection,
        dry_run: query.dry_run,
    })
}

/// What to bind.
pub(crate) fn bind(request: BindRequest) -> Result<BindKey, AppError> {
    Ok(BindKey {
        keystore: request.keystore,
        kms_key: request.kms_key,
        claim: claim(request.key, request.first_version)?,
    })
}

fn claim(key: String, first_version: Option<u32>) -> Result<Claim, AppError> {
    let version = |number: u32| {
        VersionNumber::new(number).ok_or_else(|| AppError::Invalid {
            field: "first_version",
            why: "versions are counted from 1".to_owned(),
        })
    };
    Ok(Claim {
        key,
        first_version: first_version.map(version).transpose()?,
    })
}

/// What to bind to what.
pub(crate) fn manifest(keystore: String, request: BindManyRequest) -> Result<Manifest, AppError> {
    let line = |line: BindLine| {
        Ok(ManifestLine {
            kms_key: line.kms_key,
            claim: claim(line.key, line.first_version)?,
        })
    };
    let lines: Result<_, AppError> = request.lines.into_iter().map(line).collect();
    Ok(Manifest {
        keystore,
        lines: lines?,
    })
}

/// What became of a manifest.
pub(crate) fn bindings(done: Bindings) -> BindingsView {
    BindingsView {
        job: done.job.map(job::view),
        bound: done.bound.into_iter().map(bound).collect(),
        left: done.left.into_iter().map(left).collect(),
    }
}

fn bound((line, key): (String, KmsKey)) -> BoundView {
    let versions = key.intent.versions.iter();
    BoundView {
        kms_key: line,
        arn: key
            .arn
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        name: key.name.to_string(),
        status: key.status().as_str().to_owned(),
        versions: versions.map(|version| version.number.get()).collect(),
    }
}

/// What became of it.
pub(crate) fn view(done: Adoption, dry_run: bool) -> AdoptionView {
    AdoptionView {
        adopted: done
            .adopted
            .into_iter()
            .map(|key| adopted(&key, dry_run))
            .collect(),
        left: done.left.into_iter().map(left).collect(),
        next: done.next,
    }
}

fn adopted(key: &KmsKey, dry_run: bool) -> AdoptedView {
    AdoptedView {
        arn: key
            .arn
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        name: key.name.to_string(),
        id: (!dry_run).then(|| key.id.to_string()),
        source: source_kind(key).as_str().to_owned(),
        life: key.intent.life.as_str().to_owned(),
        status: key.status().as_str().to_owned(),
        regions: key.intent.places.iter().map(ToString::to_string).collect(),
    }
}

fn left(left: Left) -> LeftView {
    LeftView {
        key: left.selector,
        code: left.code,
        reason: left.reason,
        hint: left.hint,
    }
}
