//! Secrets inside requests: they come in, and go out only where a field names the function that lets them.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Deserializer, Serializer};
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};
use zeroize::Zeroizing;

use crate::endpoint::Body;

/// A secret text in a request: no `Serialize`, no `Clone`, no `Display`, redacting `Debug`, overwritten on drop.
///
/// A request that a client sends marks the field with `serialize_with = "secret::on_the_wire"`.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Lends the text. Call sites of this method are the audit surface.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The library's own message would quote what was given.
        String::deserialize(deserializer)
            .map(Self::new)
            .map_err(|_| serde::de::Error::custom("a secret must be a text"))
    }
}

impl PartialSchema for Secret {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .write_only(true)
            .into()
    }
}

impl ToSchema for Secret {}

/// Writes a secret into a request that is about to be sent. For `#[serde(serialize_with)]` only.
pub fn on_the_wire<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

/// The same for a secret that may be missing.
pub fn on_the_wire_if_any<S: Serializer>(
    secret: &Option<Secret>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => serializer.serialize_some(secret.expose()),
        None => serializer.serialize_none(),
    }
}

/// The names of members that hold secrets, in whatever depth of a body: those that are only written.
pub fn names_in(body: &Body) -> BTreeSet<String> {
    let mut schemas = vec![(String::new(), (body.schema)())];
    (body.references)(&mut schemas);
    let mut names = BTreeSet::new();
    for (_, schema) in schemas {
        if let Ok(value) = serde_json::to_value(&schema) {
            gather(&value, &mut names);
        }
    }
    names
}

fn gather(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            for (name, value) in members {
                if name == "properties"
                    && let Value::Object(properties) = value
                {
                    let secret = properties.iter().filter(|one| is_only_written(one.1));
                    names.extend(secret.map(|one| one.0.clone()));
                }
                gather(value, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, names)),
        _ => {}
    }
}

fn is_only_written(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            members.get("writeOnly") == Some(&Value::Bool(true))
                || members.get("$ref").and_then(Value::as_str)
                    == Some("#/components/schemas/Secret")
                || ["oneOf", "anyOf", "allOf"]
                    .iter()
                    .filter_map(|name| members.get(*name)?.as_array())
                    .flatten()
                    .any(is_only_written)
        }
        _ => false,
    }
}
