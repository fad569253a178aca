//! Policy documents, parsed once and kept with their text.
//!
//! Source: IAM User Guide, "Grammar of the IAM JSON policy language"; AWS KMS Developer Guide,
//! "Key policies in AWS KMS".

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::conditions::{Condition, Context};

/// A parsed policy. Clones share the parsed form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Document {
    text: Arc<str>,
    statements: Arc<[Statement]>,
    asks_for_facts: bool,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Statement {
    pub(crate) sid: String,
    pub(crate) allows: bool,
    pub(crate) principals: Option<Principals>,
    /// `None` when neither Action nor NotAction is there: the statement has no effect.
    pub(crate) actions: Option<Patterns>,
    pub(crate) resources: Option<Patterns>,
    pub(crate) conditions: Vec<Condition>,
}

impl Statement {
    fn asks_for_facts(&self) -> bool {
        let has_variables =
            |patterns: &Patterns| patterns.values.iter().any(|text| text.contains("${"));
        !self.conditions.is_empty() || self.resources.as_ref().is_some_and(has_variables)
    }
}

/// `Action`/`NotAction`, `Resource`/`NotResource`.
#[derive(Debug, PartialEq)]
pub(crate) struct Patterns {
    pub(crate) negated: bool,
    pub(crate) values: Vec<String>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Principals {
    pub(crate) negated: bool,
    /// Kind (`AWS`, `Service`, `Federated`) and value; a bare `"*"` is kind `AWS`.
    pub(crate) values: Vec<(String, String)>,
}

impl From<Document> for String {
    fn from(document: Document) -> String {
        document.text.to_string()
    }
}

impl TryFrom<String> for Document {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Document::parse(&text)
    }
}

impl Document {
    /// Reads a policy; the error says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let value: Value =
            serde_json::from_str(text).map_err(|_| "Policy is not valid JSON.".to_owned())?;
        let policy = value.as_object().ok_or("Policy is not a JSON object.")?;
        for member in policy.keys() {
            if !["Version", "Id", "Statement"].contains(&member.as_str()) {
                return Err(format!("Policy contains the unknown element {member}."));
            }
        }
        if let Some(version) = policy.get("Version")
            && !matches!(version.as_str(), Some("2012-10-17" | "2008-10-17"))
        {
            return Err("The policy has an unknown version.".to_owned());
        }
        let statements = match policy.get("Statement") {
            Some(Value::Array(statements)) => statements.iter().map(statement).collect(),
            Some(one @ Value::Object(_)) => statement(one).map(|one| vec![one]),
            _ => Err("The policy has no statements.".to_owned()),
        }?;
        Ok(Document {
            text: Arc::from(text),
            asks_for_facts: statements.iter().any(Statement::asks_for_facts),
            statements: Arc::from(statements),
        })
    }

    /// Whether what it says may depend on the facts of a request: there are conditions, or variables in resources.
    pub(crate) fn asks_for_facts(&self) -> bool {
        self.asks_for_facts
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn statements(&self) -> &[Statement] {
        &self.statements
    }
}

fn statement(value: &Value) -> Result<Statement, String> {
    let statement = value.as_object().ok_or("A statement is not an object.")?;
    const KNOWN: [&str; 9] = [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ];
    if let Some(unknown) = statement.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(format!(
            "A statement contains the unknown element {unknown}."
        ));
    }
    let allows = match statement.get("Effect").and_then(Value::as_str) {
        Some("Allow") => true,
        Some("Deny") => false,
        _ => return Err("A statement's Effect is neither Allow nor Deny.".to_owned()),
    };
    Ok(Statement {
        sid: statement
            .get("Sid")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        allows,
        principals: principals(statement)?,
        actions: patterns(statement, "Action", "NotAction")?,
        resources: patterns(statement, "Resource", "NotResource")?,
        conditions: conditions(statement.get("Condition"))?,
    })
}

fn principals(statement: &Map<String, Value>) -> Result<Option<Principals>, String> {
    let (value, negated) = match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (Some(_), Some(_)) => {
            return Err("A statement has both Principal and NotPrincipal.".to_owned());
        }
        (Some(value), None) => (value, false),
        (None, Some(value)) => (value, true),
        (None, None) => return Ok(None),
    };
    let values = match value {
        Value::String(all) if all == "*" => vec![("AWS".to_owned(), "*".to_owned())],
        Value::Object(kinds) => {
            let mut values = Vec::new();
            for (kind, of_kind) in kinds {
                if !["AWS", "Service", "Federated", "CanonicalUser"].contains(&kind.as_str()) {
                    return Err(format!("{kind} is no kind of principal."));
                }
                for value in texts(of_kind).ok_or("A principal is not a text.")? {
                    values.push((kind.clone(), value));
                }
            }
            values
        }
        _ => return Err("A statement's Principal is invalid.".to_owned()),
    };
    Ok(Some(Principals { negated, values }))
}

fn patterns(
    statement: &Map<String, Value>,
    name: &str,
    negated_name: &str,
) -> Result<Option<Patterns>, String> {
    let (value, negated) = match (statement.get(name), statement.get(negated_name)) {
        (Some(_), Some(_)) => return Err(format!("A statement has {name} and {negated_name}.")),
        (Some(value), None) => (value, false),
        (None, Some(value)) => (value, true),
        (None, None) => return Ok(None),
    };
    let values = texts(value).ok_or_else(|| format!("A statement's {name} is invalid."))?;
    Ok(Some(Patterns { negated, values }))
}

fn conditions(value: Option<&Value>) -> Result<Vec<Condition>, String> {
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    let operators = value.as_object().ok_or("A Condition is not an object.")?;
    let mut conditions = Vec::new();
    for (operator, keys) in operators {
        let keys = keys
            .as_object()
            .ok_or("A Condition's operator has no keys.")?;
        for (key, values) in keys {
            let values = texts(values).ok_or("A Condition's value is invalid.")?;
            conditions.push(Condition::parse(operator, key, values)?);
        }
    }
    Ok(conditions)
}

/// One text or a list of texts; booleans and numbers count as their text.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(items) => items.iter().map(scalar).collect(),
        one => scalar(one).map(|one| vec![one]),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// A text with its variables, such as `${aws:username}`, filled in from the request; `None` where the request has no such
/// value and the variable no default. A key with several values counts as none.
///
/// Source: IAM User Guide, "IAM policy elements: Variables and tags".
pub(crate) fn filled<'a>(text: &'a str, context: &Context) -> Option<Cow<'a, str>> {
    if !text.contains("${") {
        return Some(Cow::Borrowed(text));
    }
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, behind) = after.split_once('}')?;
        let (key, default) = match name.split_once(',') {
            Some((key, default)) => (key.trim(), Some(default.trim().trim_matches('\''))),
            None => (name, None),
        };
        whole.push_str(before);
        whole.push_str(match (key, context.get(key)) {
            ("*" | "?" | "$", _) => key,
            (_, Some([value])) => value,
            _ => default?,
        });
        rest = behind;
    }
    whole.push_str(rest);
    Some(Cow::Owned(whole))
}

/// Whether `text` fits `pattern` with `*` and `?`.
pub(crate) fn wildcard(pattern: &str, text: &str) -> bool {
    fits_where(pattern, text, |one, other| one == other)
}

/// The same where `is_same` tells which bytes count as equal.
fn fits_where(pattern: &str, text: &str, is_same: impl Fn(u8, u8) -> bool) -> bool {
    let (pattern, bytes) = (pattern.as_bytes(), text.as_bytes());
    let next_char = |at: usize| (at + 1..bytes.len()).find(|at| text.is_char_boundary(*at));
    let behind = |at: usize| next_char(at).unwrap_or(bytes.len());
    let (mut at_pattern, mut at_text) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = bytes.get(at_text) {
        match pattern.get(at_pattern) {
            Some(b'*') => {
                star = Some((at_pattern, at_text));
                at_pattern += 1;
            }
            Some(b'?') => {
                at_pattern += 1;
                at_text = behind(at_text);
            }
            Some(wanted) if is_same(*wanted, *byte) => {
                at_pattern += 1;
                at_text += 1;
            }
            _ => match star {
                Some((star_pattern, star_text)) => {
                    let star_text = behind(star_text);
                    star = Some((star_pattern, star_text));
                    at_pattern = star_pattern + 1;
                    at_text = star_text;
                }
                None => return false,
            },
        }
    }
    pattern
        .get(at_pattern..)
        .is_some_and(|rest| rest.iter().all(|wanted| *wanted == b'*'))
}

impl Patterns {
    /// Resources: case matters, and variables are filled in.
    pub(crate) fn fits(&self, text: &str, context: &Context) -> bool {
        self.values
            .iter()
            .filter_map(|pattern| filled(pattern, context))
            .any(|pattern| wildcard(&pattern, text))
            != self.negated
    }

    /// Actions: case does not matter.
    pub(crate) fn fits_action(&self, action: &str) -> bool {
        let is_same = |one: u8, other: u8| one.eq_ignore_ascii_case(&other);
        self.values
            .iter()
            .any(|pattern| fits_where(pattern, action, is_same))
            != self.negated
    }
}
