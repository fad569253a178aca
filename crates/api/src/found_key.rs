//! KMS keys in AWS that nobody manages here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::page::page;

/// A KMS key that sync found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FoundKeyView {
    /// Its ARN.
    pub arn: String,
    /// Its first alias, else AWS's key id.
    pub name: String,
    /// The connection's name, through which it was seen.
    pub connection: String,
    /// Where.
    pub region: String,
    /// `External` (material from elsewhere) or `AWS`; absent where it may not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// AWS's state; absent where it may not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_state: Option<String>,
    /// AWS's key spec.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<String>,
    /// Its aliases.
    pub aliases: Vec<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// When it was first seen.
    #[schema(format = DateTime)]
    pub first_seen_at: String,
    /// When it was last seen.
    #[schema(format = DateTime)]
    pub last_seen_at: String,
    /// Whether AWS no longer lists it.
    pub is_gone: bool,
}

page! {
    /// A page of found keys, by ARN.
    FoundKeyPage of FoundKeyView
}

/// Which found keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FoundKeyQuery {
    /// Seen through this connection: id or name.
    pub connection: Option<String>,
    /// In this Region.
    pub region: Option<String>,
    /// Whose name contains this.
    pub q: Option<String>,
    /// Also those that AWS no longer lists.
    #[serde(default)]
    pub with_gone: bool,
    /// Rows at most, 1 to 1000; 100 unless given.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}
