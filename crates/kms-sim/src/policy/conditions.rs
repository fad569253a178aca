//! Condition blocks of policies.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators".

use std::collections::BTreeMap;

use super::document::{filled, wildcard};
use crate::clock::parse_iso;

/// The facts of a request that conditions may ask for. Names are case-insensitive.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context(BTreeMap<String, Vec<String>>);

impl Context {
    pub(crate) fn set(&mut self, key: &str, value: impl Into<String>) {
        self.0.insert(key.to_ascii_lowercase(), vec![value.into()]);
    }

    pub(crate) fn set_all(&mut self, key: &str, values: Vec<String>) {
        self.0.insert(key.to_ascii_lowercase(), values);
    }

    /// Adds the facts of `other`; its own facts win.
    pub(crate) fn merge(&mut self, other: Context) {
        for (key, values) in other.0 {
            self.0.entry(key).or_insert(values);
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&[String]> {
        self.0.get(&key.to_ascii_lowercase()).map(Vec::as_slice)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Compare {
    Equals,
    EqualsIgnoreCase,
    Like,
    Bool,
    Null,
    Number(std::cmp::Ordering, bool),
    Date(std::cmp::Ordering, bool),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Quantifier {
    Single,
    ForAll,
    ForAny,
}

/// One operator, key and list of values.
#[derive(Debug, PartialEq)]
pub(crate) struct Condition {
    key: String,
    values: Vec<String>,
    compare: Compare,
    negated: bool,
    if_exists: bool,
    quantifier: Quantifier,
}

impl Condition {
    pub(crate) fn parse(operator: &str, key: &str, values: Vec<String>) -> Result<Self, String> {
        let (quantifier, rest) = match operator.split_once(':') {
            Some(("ForAllValues", rest)) => (Quantifier::ForAll, rest),
            Some(("ForAnyValue", rest)) => (Quantifier::ForAny, rest),
            Some(_) => return Err(format!("Unknown condition operator {operator}.")),
            None => (Quantifier::Single, operator),
        };
        let (base, if_exists) = match rest.strip_suffix("IfExists") {
            Some(base) => (base, true),
            None => (rest, false),
        };
        let (compare, negated) =
            compare(base).ok_or_else(|| format!("Unknown condition operator {operator}."))?;
        Ok(Condition {
            key: key.to_ascii_lowercase(),
            values,
            compare,
            negated,
            if_exists,
            quantifier,
        })
    }

    pub(crate) fn holds(&self, context: &Context) -> bool {
        let present = context.get(&self.key);
        if self.compare == Compare::Null {
            let wants_absent = self.values.iter().any(|value| value == "true");
            return present.is_none() == wants_absent;
        }
        let Some(actual) = present else {
            return self.if_exists || self.negated || self.quantifier == Quantifier::ForAll;
        };
        let one = |value: &String| {
            self.values
                .iter()
                .filter_map(|wanted| filled(wanted, context))
                .any(|wanted| self.compare.matches(&wanted, value))
                != self.negated
        };
        match self.quantifier {
            Quantifier::ForAll => actual.iter().all(one),
            Quantifier::Single if self.negated => actual.iter().all(one),
            Quantifier::Single | Quantifier::ForAny => actual.iter().any(one),
        }
    }
}

fn compare(operator: &str) -> Option<(Compare, bool)> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    Some(match operator {
        "StringEquals" => (Compare::Equals, false),
        "StringLike" | "ArnEquals" | "ArnLike" => (Compare::Like, false),
        "StringNotEquals" => (Compare::Equals, true),
        "StringNotLike" | "ArnNotEquals" | "ArnNotLike" => (Compare::Like, true),
        "StringEqualsIgnoreCase" => (Compare::EqualsIgnoreCase, false),
        "StringNotEqualsIgnoreCase" => (Compare::EqualsIgnoreCase, true),
        "Bool" => (Compare::Bool, false),
        "Null" => (Compare::Null, false),
        "NumericEquals" => (Compare::Number(Equal, true), false),
        "NumericNotEquals" => (Compare::Number(Equal, true), true),
        "NumericLessThan" => (Compare::Number(Less, false), false),
        "NumericLessThanEquals" => (Compare::Number(Less, true), false),
        "NumericGreaterThan" => (Compare::Number(Greater, false), false),
        "NumericGreaterThanEquals" => (Compare::Number(Greater, true), false),
        "DateEquals" => (Compare::Date(Equal, true), false),
        "DateNotEquals" => (Compare::Date(Equal, true), true),
        "DateLessThan" => (Compare::Date(Less, false), false),
        "DateLessThanEquals" => (Compare::Date(Less, true), false),
        "DateGreaterThan" => (Compare::Date(Greater, false), false),
        "DateGreaterThanEquals" => (Compare::Date(Greater, true), false),
        _ => return None,
    })
}

impl Compare {
    fn matches(self, wanted: &str, actual: &str) -> bool {
        match self {
            Compare::Equals => wanted == actual,
            Compare::EqualsIgnoreCase | Compare::Bool => wanted.eq_ignore_ascii_case(actual),
            Compare::Like => wildcard(wanted, actual),
            Compare::Null => false,
            Compare::Number(order, or_equal) => {
                match (wanted.parse::<f64>(), actual.parse::<f64>()) {
                    (Ok(wanted), Ok(actual)) => actual
                        .partial_cmp(&wanted)
                        .is_some_and(|found| within(found, order, or_equal)),
                    _ => false,
                }
            }
            Compare::Date(order, or_equal) => match (parse_iso(wanted), parse_iso(actual)) {
                (Some(wanted), Some(actual)) => within(actual.cmp(&wanted), order, or_equal),
                _ => false,
            },
        }
    }
}

fn within(found: std::cmp::Ordering, order: std::cmp::Ordering, or_equal: bool) -> bool {
    found == order || (or_equal && found == std::cmp::Ordering::Equal)
}
