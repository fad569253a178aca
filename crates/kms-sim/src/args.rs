//! Reading an operation's input: names, types and the model's constraints.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use crate::clock::{Micros, SECOND, parse_iso};
use crate::error::AwsError;

/// Longest text quoted back in an error.
const QUOTE_MAX: usize = 256;

/// The input of one call.
#[derive(Clone, Copy)]
pub(crate) struct Args<'a>(pub(crate) &'a Value);

impl<'a> Args<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>, AwsError> {
        self.get(name)
            .map(|value| value.as_str().ok_or_else(|| wrong_type(name, "STRING")))
            .transpose()
    }

    pub(crate) fn required(&self, name: &str) -> Result<&'a str, AwsError> {
        self.text(name)?.ok_or_else(|| AwsError::missing(name))
    }

    /// A text of `min` to `max` characters, if given.
    pub(crate) fn sized(
        &self,
        name: &str,
        min: usize,
        max: usize,
    ) -> Result<Option<&'a str>, AwsError> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let length = text.chars().count();
        if length < min {
            let rule = format!("Member must have length greater than or equal to {min}");
            return Err(AwsError::constraint(text, name, &rule));
        }
        if length > max {
            let quoted: String = text.chars().take(QUOTE_MAX).collect();
            let rule = format!("Member must have length less than or equal to {max}");
            return Err(AwsError::constraint(&quoted, name, &rule));
        }
        Ok(Some(text))
    }

    /// One of `allowed`, if given.
    pub(crate) fn one_of(&self, name: &str, allowed: &[&str]) -> Result<Option<&'a str>, AwsError> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        if allowed.contains(&text) {
            return Ok(Some(text));
        }
        let rule = format!(
            "Member must satisfy enum value set: [{}]",
            allowed.join(", ")
        );
        Err(AwsError::constraint(text, name, &rule))
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, AwsError> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::String(text)) if text == "true" => Ok(true),
            Some(Value::String(text)) if text == "false" => Ok(false),
            Some(_) => Err(wrong_type(name, "BOOLEAN")),
        }
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<i64>, AwsError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => match text.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(wrong_type(name, "INTEGER")),
            },
            Some(value) => value
                .as_i64()
                .map(Some)
                .ok_or_else(|| wrong_type(name, "INTEGER")),
        }
    }

    /// A number from `min` to `max`, if given.
    pub(crate) fn bounded(&self, name: &str, min: i64, max: i64) -> Result<Option<i64>, AwsError> {
        let Some(number) = self.number(name)? else {
            return Ok(None);
        };
        if number < min {
            let rule = format!("Member must have value greater than or equal to {min}");
            return Err(AwsError::constraint(&number.to_string(), name, &rule));
        }
        if number > max {
            let rule = format!("Member must have value less than or equal to {max}");
            return Err(AwsError::constraint(&number.to_string(), name, &rule));
        }
        Ok(Some(number))
    }

    /// A time: epoch seconds as JSON services write it, or ISO 8601.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Micros>, AwsError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let time = match value {
            Value::Number(number) => number
                .as_i64()
                .and_then(|seconds| seconds.checked_mul(SECOND))
                .or_else(|| {
                    number
                        .as_f64()
                        .map(|seconds| (seconds * 1e6).round() as Micros)
                }),
            Value::String(text) => parse_iso(text),
            _ => None,
        };
        time.map(Some).ok_or_else(|| wrong_type(name, "TIMESTAMP"))
    }

    /// Bytes from standard Base64, `min` to `max` of them, if given.
    pub(crate) fn blob(
        &self,
        name: &str,
        min: usize,
        max: usize,
    ) -> Result<Option<Vec<u8>>, AwsError> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let bytes = BASE64
            .decode(text)
            .map_err(|_| wrong_type(name, "BLOB, standard Base64"))?;
        if bytes.len() < min || bytes.len() > max {
            let rule = format!("Member must have length between {min} and {max}, both included");
            return Err(AwsError::constraint("java.nio.HeapByteBuffer", name, &rule));
        }
        Ok(Some(bytes))
    }

    pub(crate) fn required_blob(&self, name: &str, max: usize) -> Result<Vec<u8>, AwsError> {
        self.blob(name, 1, max)?
            .ok_or_else(|| AwsError::missing(name))
    }

    pub(crate) fn list(&self, name: &str) -> Result<Option<&'a [Value]>, AwsError> {
        self.get(name)
            .map(|value| {
                value
                    .as_array()
                    .map(Vec::as_slice)
                    .ok_or_else(|| wrong_type(name, "LIST"))
            })
            .transpose()
    }

    pub(crate) fn texts(&self, name: &str) -> Result<Vec<&'a str>, AwsError> {
        self.list(name)?
            .unwrap_or_default()
            .iter()
            .map(|item| item.as_str().ok_or_else(|| wrong_type(name, "STRING")))
            .collect()
    }

    pub(crate) fn object(&self, name: &str) -> Option<&'a serde_json::Map<String, Value>> {
        self.get(name).and_then(Value::as_object)
    }
}

fn wrong_type(name: &str, wanted: &str) -> AwsError {
    AwsError::new(
        "SerializationException",
        format!("{name} can not be converted to {wanted}"),
    )
}

/// Standard Base64 of `bytes`.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// Bytes of a standard Base64 text.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}

/// Keeps bytes in JSON as standard Base64.
pub(crate) mod base64_bytes {
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::to_base64(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        super::from_base64(&text).ok_or_else(|| serde::de::Error::custom("not Base64"))
    }
}
