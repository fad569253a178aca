//! Create a KMS key: the first intent, from the keystore's template and the request.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Refusal;
use super::schedule::{RotationChoice, schedule_of};
use super::update::{check_description, check_native_rotation};
use crate::alias::AliasName;
use crate::arn::Region;
use crate::intent::{Intent, KeyShape, Origin, WantedVersion};
use crate::keystore::{PolicyDocument, Template};
use crate::spec::{KeySpec, KeyUsage};
use crate::tag::{Tags, check_user_tags};
use crate::validity::Validity;
use crate::version::VersionNumber;

/// What a request for a new KMS key says; what it leaves out comes from the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateRequest {
    /// Regions, primary first.
    pub places: Vec<Region>,
    /// The version to import; `None` lets AWS make its own material.
    pub version: Option<VersionNumber>,
    /// Kind of key: that of the version's key, where there is one.
    pub spec: Option<KeySpec>,
    /// What for.
    pub usage: Option<KeyUsage>,
    /// Aliases.
    pub aliases: BTreeSet<AliasName>,
    /// Tags beside the template's, which they replace where both name one.
    pub tags: Tags,
    /// Description.
    pub description: Option<String>,
    /// Key policy.
    pub policy: Option<PolicyDocument>,
    /// Whether it can be replicated.
    pub multi_region: Option<bool>,
    /// How long material stays.
    pub validity: Option<Validity>,
    /// Whether it shall be enabled once it is made.
    pub enabled: bool,
    /// Days between AWS's own rotations, for AWS's own material.
    pub native_rotation_days: Option<u32>,
    /// When and how Keyferry rotates it.
    pub rotation: RotationChoice,
}

impl CreateRequest {
    /// A request that leaves everything to the template.
    pub fn new(places: Vec<Region>, version: Option<VersionNumber>) -> Self {
        Self {
            places,
            version,
            spec: None,
            usage: None,
            aliases: BTreeSet::new(),
            tags: Tags::new(),
            description: None,
            policy: None,
            multi_region: None,
            validity: None,
            enabled: true,
            native_rotation_days: None,
            rotation: RotationChoice::Inherit,
        }
    }
}

/// The intent of a new KMS key.
///
/// # Errors
///
/// Regions, usage, tags, description, validity or native rotation that AWS would not take.
pub fn create(
    template: &Template,
    request: CreateRequest,
    now: Timestamp,
) -> Result<Intent, Refusal> {
    let shape = shape(template, &request)?;
    check_places(&request.places, shape.multi_region)?;
    let lifetime = request.validity.map_or(template.lifetime, Into::into);
    let mut intent = Intent::new(shape, request.places);
    if let Some(number) = request.version {
        intent.versions = vec![WantedVersion {
            number,
            validity: lifetime.validity(now).check(now)?,
        }];
        intent.valid_days = lifetime.days();
        intent.current = Some(number);
    }
    intent.tags = template.tags.clone();
    intent.tags.extend(request.tags);
    check_user_tags(&intent.tags)?;
    intent.description = request
        .description
        .unwrap_or_else(|| template.description.clone());
    check_description(&intent.description)?;
    intent.policy = request.policy.or_else(|| template.policy.clone());
    intent.aliases = request.aliases;
    intent.enabled = request.enabled;
    intent.native_rotation_days = request.native_rotation_days;
    check_native_rotation(&intent)?;
    intent.rotation = schedule_of(request.rotation, template.rotation.as_ref(), shape)?;
    Ok(intent)
}

fn shape(template: &Template, request: &CreateRequest) -> Result<KeyShape, Refusal> {
    let spec = request.spec.unwrap_or(template.spec);
    let template_usage = template.usage.filter(|_| spec == template.spec);
    Ok(KeyShape {
        spec,
        usage: spec.usage_or_default(request.usage.or(template_usage))?,
        multi_region: request.multi_region.unwrap_or(template.multi_region),
        origin: if request.version.is_some() {
            Origin::External
        } else {
            Origin::AwsKms
        },
    })
}

fn check_places(places: &[Region], multi_region: bool) -> Result<(), Refusal> {
    if places.is_empty() {
        return Err(Refusal::NoRegion);
    }
    if places.len() > 1 && !multi_region {
        return Err(Refusal::NotMultiRegion);
    }
    let mut seen = BTreeSet::new();
    match places.iter().find(|region| !seen.insert(*region)) {
        Some(twice) => Err(Refusal::RegionTwice {
            region: twice.clone(),
        }),
        None => Ok(()),
    }
}
