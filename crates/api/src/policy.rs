//! Policies of one's own, and questions about who may do what.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::page::page;

/// Adds a policy.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPolicyRequest {
    /// Unique; case counts. It never changes.
    pub name: String,
    /// One policy in Cedar, 10 KiB at most.
    pub text: String,
}

/// Puts another text in place of a policy's.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdatePolicyRequest {
    /// One policy in Cedar, 10 KiB at most.
    pub text: String,
}

/// Asks who would gain and lose what.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckPolicyRequest {
    /// The policy's name; where there is one of that name, the text stands in its place.
    pub name: String,
    /// One policy in Cedar; without it, what the removal of that policy would do.
    pub text: Option<String>,
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyTextView {
    /// Its name.
    pub name: String,
    /// Cedar's text.
    pub text: String,
    /// When it was added.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Counts changes.
    pub revision: u64,
}

page! {
    /// All policies of one's own, by name.
    PolicyTextPage of PolicyTextView
}

/// One right that somebody would gain or lose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EffectView {
    /// Who: a person by name, an application as `application/NAME`.
    pub user: String,
    /// `gains` or `loses`.
    pub change: String,
    /// To what.
    pub action: String,
    /// The group's name.
    pub group: String,
    /// To which object: its noun and name; none is anything in the group, as far as only the group is known.
    pub object: Option<String>,
    /// The roles and policies that would decide it.
    pub by: Vec<String>,
}

/// What a change of policies would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EffectsView {
    /// The differences, by person.
    pub effects: Vec<EffectView>,
    /// How many questions were asked, before and after.
    pub asked: usize,
    /// Whether that was all: everybody who can be let in, all groups, and all objects of the nouns of the actions.
    pub complete: bool,
}

/// Who may do something in a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhoCanQuery {
    /// The word of the action, such as `kms-key.rotate`.
    pub action: String,
    /// Id or name of the group.
    pub group: String,
}

/// Somebody who may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WhoCanView {
    /// Who: a person by name, an application as `application/NAME`.
    pub user: String,
    /// The roles (`role:NAME`) and policies (`own:NAME`) that say so.
    pub by: Vec<String>,
}

page! {
    /// Everybody who may, by name.
    WhoCanPage of WhoCanView
}

/// Why somebody may do something, or may not. Either the group or the object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhyQuery {
    /// Id or name of the person; an application as `application/` and its id or name.
    pub user: String,
    /// The word of the action.
    pub action: String,
    /// Id or name of the group.
    pub group: Option<String>,
    /// Id or name of an object of the action's noun.
    pub object: Option<String>,
}

/// Why somebody may do something, or may not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WhyView {
    /// Who.
    pub user: String,
    /// What.
    pub action: String,
    /// The group's name.
    pub group: String,
    /// The object: its noun and name.
    pub object: Option<String>,
    /// Whether it is allowed.
    pub allowed: bool,
    /// In words.
    pub reason: String,
    /// What decides: roles (`role:NAME`), own policies (`own:NAME`), or what holds whatever those say (`rule:NAME`).
    pub by: Vec<String>,
    /// The roles that the person has there.
    pub has: Vec<String>,
    /// The roles that allow it.
    pub would: Vec<String>,
    /// Policies that could not be evaluated, in words.
    pub errors: Vec<String>,
}
