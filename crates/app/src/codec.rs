//! Steps and answers as JSON with a format number: what attempts keep. Never holds a secret.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyferry_domain::arn::{KmsKeyArn, MaterialId};
use keyferry_domain::grant::{GrantConstraints, GrantOperation, WantedGrant};
use keyferry_domain::keystore::PolicyDocument;
use keyferry_domain::step::{ImportKind, Step};
use keyferry_domain::version::VersionNumber;
use keyferry_ports::aws::KmsAnswer;
use serde::{Deserialize, Serialize};

/// The format that this version writes.
const FORMAT: u32 = 1;

/// A stored step or answer cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored {what} cannot be read: {why}")]
pub(crate) struct Unreadable {
    what: &'static str,
    why: String,
}

impl Unreadable {
    pub(crate) fn new(what: &'static str, why: String) -> Self {
        Self { what, why }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case", deny_unknown_fields)]
enum StoredStep {
    CreateKmsKey {
        format: u32,
        region: String,
    },
    ReplicateKmsKey {
        format: u32,
        from: String,
        to: String,
    },
    Tag {
        format: u32,
        region: String,
        tags: BTreeMap<String, String>,
    },
    Untag {
        format: u32,
        region: String,
        keys: Vec<String>,
    },
    PutPolicy {
        format: u32,
        region: String,
        policy: String,
    },
    ImportMaterial {
        format: u32,
        region: String,
        version: u32,
        kind: StoredKind,
        valid_to: Option<i64>,
    },
    RotateOnDemand {
        format: u32,
        region: String,
    },
    DeleteMaterial {
        format: u32,
        region: String,
        material: Option<String>,
    },
    SetDescription {
        format: u32,
        region: String,
        description: String,
    },
    Enable {
        format: u32,
        region: String,
    },
    Disable {
        format: u32,
        region: String,
    },
    CreateAlias {
        format: u32,
        region: String,
        alias: String,
    },
    MoveAlias {
        format: u32,
        region: String,
        alias: String,
    },
    DeleteAlias {
        format: u32,
        region: String,
        alias: String,
    },
    CreateGrant {
        format: u32,
        region: String,
        name: String,
        grantee: String,
        retiring: Option<String>,
        operations: Vec<String>,
        equals: BTreeMap<String, String>,
        subset: BTreeMap<String, String>,
    },
    RetireGrant {
        format: u32,
        region: String,
        grant: String,
    },
    RevokeGrant {
        format: u32,
        region: String,
        grant: String,
    },
    ScheduleDeletion {
        format: u32,
        region: String,
        days: u32,
    },
    CancelDeletion {
        format: u32,
        region: String,
    },
    UpdatePrimaryRegion {
        format: u32,
        from: String,
        to: String,
    },
    SetNativeRotation {
        format: u32,
        region: String,
        period_days: Option<u32>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
enum StoredKind {
    First,
    Rotate,
    Again { material: Option<String> },
}

/// Encodes a step.
pub(crate) fn encode_step(step: &Step) -> String {
    let format = FORMAT;
    let stored = match step.clone() {
        Step::CreateKmsKey { region } => StoredStep::CreateKmsKey {
            format,
            region: region.to_string(),
        },
        Step::ReplicateKmsKey { from, to } => StoredStep::ReplicateKmsKey {
            format,
            from: from.to_string(),
            to: to.to_string(),
        },
        Step::Tag { region, tags } => StoredStep::Tag {
            format,
            region: region.to_string(),
            tags,
        },
        Step::Untag { region, keys } => StoredStep::Untag {
            format,
            region: region.to_string(),
            keys,
        },
        Step::PutPolicy { region, policy } => StoredStep::PutPolicy {
            format,
            region: region.to_string(),
            policy: policy.as_str().to_owned(),
        },
        Step::ImportMaterial {
            region,
            version,
            kind,
            valid_to,
        } => StoredStep::ImportMaterial {
            format,
            region: region.to_string(),
            version: version.get(),
            kind: match kind {
                ImportKind::First => StoredKind::First,
                ImportKind::Rotate => StoredKind::Rotate,
                ImportKind::Again { material } => StoredKind::Again {
                    material: material.map(|id| id.to_string()),
                },
            },
            valid_to: valid_to.map(|at| at.as_microsecond()),
        },
        Step::RotateOnDemand { region } => StoredStep::RotateOnDemand {
            format,
            region: region.to_string(),
        },
        Step::DeleteMaterial { region, material } => StoredStep::DeleteMaterial {
            format,
            region: region.to_string(),
            material: material.map(|id| id.to_string()),
        },
        Step::SetDescription {
            region,
            description,
        } => StoredStep::SetDescription {
            format,
            region: region.to_string(),
            description,
        },
        Step::Enable { region } => StoredStep::Enable {
            format,
            region: region.to_string(),
        },
        Step::Disable { region } => StoredStep::Disable {
            format,
            region: region.to_string(),
        },
        Step::CreateAlias { region, alias } => StoredStep::CreateAlias {
            format,
            region: region.to_string(),
            alias: alias.to_string(),
        },
        Step::MoveAlias { region, alias } => StoredStep::MoveAlias {
            format,
            region: region.to_string(),
            alias: alias.to_string(),
        },
        Step::DeleteAlias { region, alias } => StoredStep::DeleteAlias {
            format,
            region: region.to_string(),
            alias: alias.to_string(),
        },
        Step::CreateGrant { region, grant } => StoredStep::CreateGrant {
            format,
            region: region.to_string(),
            name: grant.name,
            grantee: grant.grantee,
            retiring: grant.retiring,
            operations: grant
                .operations
                .iter()
                .map(|one| one.as_str().to_owned())
                .collect(),
            equals: grant.constraints.equals,
            subset: grant.constraints.subset,
        },
        Step::RetireGrant { region, grant } => StoredStep::RetireGrant {
            format,
            region: region.to_string(),
            grant,
        },
        Step::RevokeGrant { region, grant } => StoredStep::RevokeGrant {
            format,
            region: region.to_string(),
            grant,
        },
        Step::ScheduleDeletion { region, days } => StoredStep::ScheduleDeletion {
            format,
            region: region.to_string(),
            days,
        },
        Step::CancelDeletion { region } => StoredStep::CancelDeletion {
            format,
            region: region.to_string(),
        },
        Step::UpdatePrimaryRegion { from, to } => StoredStep::UpdatePrimaryRegion {
            format,
            from: from.to_string(),
            to: to.to_string(),
        },
        Step::SetNativeRotation {
            region,
            period_days,
        } => StoredStep::SetNativeRotation {
            format,
            region: region.to_string(),
            period_days,
        },
    };
    to_json(&stored)
}

/// Decodes what [`encode_step`] wrote.
pub(crate) fn decode_step(text: &str) -> Result<Step, Unreadable> {
    let stored: StoredStep = from_json("step", text)?;
    Ok(match stored {
        StoredStep::CreateKmsKey { region, .. } => Step::CreateKmsKey {
            region: parse("step", &region)?,
        },
        StoredStep::ReplicateKmsKey { from, to, .. } => Step::ReplicateKmsKey {
            from: parse("step", &from)?,
            to: parse("step", &to)?,
        },
        StoredStep::Tag { region, tags, .. } => Step::Tag {
            region: parse("step", &region)?,
            tags,
        },
        StoredStep::Untag { region, keys, .. } => Step::Untag {
            region: parse("step", &region)?,
            keys,
        },
        StoredStep::PutPolicy { region, policy, .. } => Step::PutPolicy {
            region: parse("step", &region)?,
            policy: PolicyDocument::from_canonical(policy),
        },
        StoredStep::ImportMaterial {
            region,
            version,
            kind,
            valid_to,
            ..
        } => Step::ImportMaterial {
            region: parse("step", &region)?,
            version: version_number(version)?,
            kind: match kind {
                StoredKind::First => ImportKind::First,
                StoredKind::Rotate => ImportKind::Rotate,
                StoredKind::Again { material } => ImportKind::Again {
                    material: material_id(material)?,
                },
            },
            valid_to: valid_to.map(timestamp).transpose()?,
        },
        StoredStep::RotateOnDemand { region, .. } => Step::RotateOnDemand {
            region: parse("step", &region)?,
        },
        StoredStep::DeleteMaterial {
            region, material, ..
        } => Step::DeleteMaterial {
            region: parse("step", &region)?,
            material: material_id(material)?,
        },
        StoredStep::SetDescription {
            region,
            description,
            ..
        } => Step::SetDescription {
            region: parse("step", &region)?,
            description,
        },
        StoredStep::Enable { region, .. } => Step::Enable {
            region: parse("step", &region)?,
        },
        StoredStep::Disable { region, .. } => Step::Disable {
            region: parse("step", &region)?,
        },
        StoredStep::CreateAlias { region, alias, .. } => Step::CreateAlias {
            region: parse("step", &region)?,
            alias: parse("step", &alias)?,
        },
        StoredStep::MoveAlias { region, alias, .. } => Step::MoveAlias {
            region: parse("step", &region)?,
            alias: parse("step", &alias)?,
        },
        StoredStep::DeleteAlias { region, alias, .. } => Step::DeleteAlias {
            region: parse("step", &region)?,
            alias: parse("step", &alias)?,
        },
        StoredStep::CreateGrant {
            region,
            name,
            grantee,
            retiring,
            operations,
            equals,
            subset,
            ..
        } => Step::CreateGrant {
            region: parse("step", &region)?,
            grant: WantedGrant {
                name,
                grantee,
                retiring,
                operations: operations
                    .iter()
                    .map(grant_operation)
                    .collect::<Result<_, _>>()?,
                constraints: GrantConstraints {
                    equals,
                    subset,
                    source_arn: None,
                },
            },
        },
        StoredStep::RetireGrant { region, grant, .. } => Step::RetireGrant {
            region: parse("step", &region)?,
            grant,
        },
        StoredStep::RevokeGrant { region, grant, .. } => Step::RevokeGrant {
            region: parse("step", &region)?,
            grant,
        },
        StoredStep::ScheduleDeletion { region, days, .. } => Step::ScheduleDeletion {
            region: parse("step", &region)?,
            days,
        },
        StoredStep::CancelDeletion { region, .. } => Step::CancelDeletion {
            region: parse("step", &region)?,
        },
        StoredStep::UpdatePrimaryRegion { from, to, .. } => Step::UpdatePrimaryRegion {
            from: parse("step", &from)?,
            to: parse("step", &to)?,
        },
        StoredStep::SetNativeRotation {
            region,
            period_days,
            ..
        } => Step::SetNativeRotation {
            region: parse("step", &region)?,
            period_days,
        },
    })
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredAnswer {
    format: u32,
    key: Option<String>,
    material: Option<String>,
    deletion_date: Option<i64>,
}

/// Encodes what AWS answered.
pub(crate) fn encode_answer(answer: &KmsAnswer) -> String {
    to_json(&StoredAnswer {
        format: FORMAT,
        key: answer.key.as_ref().map(KmsKeyArn::to_string),
        material: answer.material.as_ref().map(MaterialId::to_string),
        deletion_date: answer.deletion_date.map(|at| at.as_microsecond()),
    })
}

/// Decodes what [`encode_answer`] wrote.
pub(crate) fn decode_answer(text: &str) -> Result<KmsAnswer, Unreadable> {
    let stored: StoredAnswer = from_json("answer", text)?;
    Ok(KmsAnswer {
        request_id: None,
        key: stored.key.map(|text| parse("answer", &text)).transpose()?,
        material: material_id(stored.material)?,
        deletion_date: stored.deletion_date.map(timestamp).transpose()?,
    })
}

/// Our own types print without failing: strings, numbers, lists and maps with string keys.
fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn from_json<T: for<'de> Deserialize<'de>>(
    what: &'static str,
    text: &str,
) -> Result<T, Unreadable> {
    serde_json::from_str(text).map_err(|error| Unreadable {
        what,
        why: error.to_string(),
    })
}

fn parse<T>(what: &'static str, text: &str) -> Result<T, Unreadable>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| Unreadable {
        what,
        why: error.to_string(),
    })
}

fn material_id(text: Option<String>) -> Result<Option<MaterialId>, Unreadable> {
    text.map(|text| parse("material id", &text)).transpose()
}

fn grant_operation(word: &String) -> Result<GrantOperation, Unreadable> {
    GrantOperation::from_word(word).ok_or_else(|| Unreadable {
        what: "step",
        why: format!("a grant of {word}"),
    })
}

fn version_number(number: u32) -> Result<VersionNumber, Unreadable> {
    VersionNumber::new(number).ok_or_else(|| Unreadable {
        what: "step",
        why: "version 0".to_owned(),
    })
}

fn timestamp(micros: i64) -> Result<Timestamp, Unreadable> {
    Timestamp::from_microsecond(micros).map_err(|error| Unreadable {
        what: "time",
        why: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use keyferry_domain::tag::Tags;

    use super::*;

    fn every_step() -> Vec<Step> {
        let region: keyferry_domain::arn::Region = "eu-west-1".parse().unwrap();
        let to: keyferry_domain::arn::Region = "us-east-1".parse().unwrap();
        let material: MaterialId = "ab".repeat(32).parse().unwrap();
        let at = Timestamp::from_microsecond(1_700_000_000_000_000).unwrap();
        let version = VersionNumber::FIRST;
        let import = |kind, valid_to| Step::ImportMaterial {
            region: region.clone(),
            version,
            kind,
            valid_to,
        };
        vec![
            Step::CreateKmsKey {
                region: region.clone(),
            },
            Step::ReplicateKmsKey {
                from: region.clone(),
                to: to.clone(),
            },
            Step::Tag {
                region: region.clone(),
                tags: Tags::from([("a".into(), "b".into())]),
            },
            Step::Untag {
                region: region.clone(),
                keys: vec!["a".into()],
            },
            Step::PutPolicy {
                region: region.clone(),
                policy: PolicyDocument::from_canonical("{}".into()),
            },
            import(ImportKind::First, None),
            import(ImportKind::Rotate, Some(at)),
            import(
                ImportKind::Again {
                    material: Some(material.clone()),
                },
                None,
            ),
            import(ImportKind::Again { material: None }, None),
            Step::RotateOnDemand {
                region: region.clone(),
            },
            Step::DeleteMaterial {
                region: region.clone(),
                material: Some(material),
            },
            Step::SetDescription {
                region: region.clone(),
                description: "d".into(),
            },
            Step::Enable {
                region: region.clone(),
            },
            Step::Disable {
                region: region.clone(),
            },
            Step::CreateAlias {
                region: region.clone(),
                alias: "a".parse().unwrap(),
            },
            Step::MoveAlias {
                region: region.clone(),
                alias: "a".parse().unwrap(),
            },
            Step::DeleteAlias {
                region: region.clone(),
                alias: "a".parse().unwrap(),
            },
            Step::CreateGrant {
                region: region.clone(),
                grant: WantedGrant {
                    name: "n".into(),
                    grantee: "arn:aws:iam::111122223333:role/app".into(),
                    retiring: Some("arn:aws:iam::111122223333:role/other".into()),
                    operations: [GrantOperation::Decrypt, GrantOperation::CreateGrant].into(),
                    constraints: GrantConstraints {
                        equals: [("k".into(), "v".into())].into(),
                        subset: [("s".into(), "w".into())].into(),
                        source_arn: None,
                    },
                },
            },
            Step::RetireGrant {
                region: region.clone(),
                grant: "g".into(),
            },
            Step::RevokeGrant {
                region: region.clone(),
                grant: "g".into(),
            },
            Step::ScheduleDeletion {
                region: region.clone(),
                days: 7,
            },
            Step::CancelDeletion {
                region: region.clone(),
            },
            Step::UpdatePrimaryRegion {
                from: region.clone(),
                to,
            },
            Step::SetNativeRotation {
                region,
                period_days: Some(365),
            },
        ]
    }

    #[test]
    fn every_step_is_read_back_as_it_was_written() {
        let steps = every_step();
        let kinds: std::collections::BTreeSet<_> = steps.iter().map(Step::kind).collect();
        assert_eq!(
            kinds.len(),
            keyferry_domain::step::StepKind::ALL.len(),
            "a kind is missing"
        );

        for step in steps {
            assert_eq!(decode_step(&encode_step(&step)), Ok(step));
        }
    }

    #[test]
    fn the_stored_form_of_an_import_is_what_it_was() {
        let step = Step::ImportMaterial {
            region: "eu-west-1".parse().unwrap(),
            version: VersionNumber::FIRST,
            kind: ImportKind::Rotate,
            valid_to: None,
        };

        assert_eq!(
            encode_step(&step),
            r#"{"step":"import-material","format":1,"region":"eu-west-1","version":1,"kind":{"kind":"rotate"},"valid_to":null}"#
        );
    }

    #[test]
    fn an_answer_is_read_back_as_it_was_written() {
        let answer = KmsAnswer {
            request_id: None,
            key: Some(
                "arn:aws:kms:eu-west-1:111122223333:key/abc"
                    .parse()
                    .unwrap(),
            ),
            material: Some("0f".repeat(32).parse().unwrap()),
            deletion_date: Some(Timestamp::from_microsecond(5).unwrap()),
        };

        assert_eq!(decode_answer(&encode_answer(&answer)), Ok(answer));
    }
}
