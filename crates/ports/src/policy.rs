//! Key policies as text from people and from AWS: parsed, checked for size, brought to one form.

use keyferry_domain::keystore::PolicyDocument;
use serde_json::Value;

/// Why a text is no key policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPolicy {
    /// Not JSON.
    #[error("the key policy is not JSON: line {line}, column {column}")]
    NotJson {
        /// Line of the first offence.
        line: usize,
        /// Column of the first offence.
        column: usize,
    },
    /// JSON, but no policy.
    #[error("the key policy has no list of statements (`Statement`)")]
    NoStatements,
    /// Longer than AWS takes.
    #[error(
        "the key policy has {bytes} bytes; AWS takes {} at most",
        PolicyDocument::BYTES_MAX
    )]
    TooLong {
        /// Bytes in its shortest form.
        bytes: usize,
    },
}

/// Parses a key policy and brings it to canonical form: sorted members, no white space.
pub fn parse_policy(text: &str) -> Result<PolicyDocument, BadPolicy> {
    let mut value: Value = serde_json::from_str(text).map_err(|error| BadPolicy::NotJson {
        line: error.line(),
        column: error.column(),
    })?;
    let has_statements = match value.get("Statement") {
        Some(Value::Array(statements)) => !statements.is_empty(),
        Some(Value::Object(_)) => true,
        _ => false,
    };
    if !has_statements {
        return Err(BadPolicy::NoStatements);
    }
    // With its members sorted, printing is canonical for what policies hold: strings, lists, objects, booleans. By
    // themselves they stay as they were written wherever a crate in the build asks for that.
    value.sort_all_objects();
    let canonical = value.to_string();
    if canonical.len() > PolicyDocument::BYTES_MAX {
        return Err(BadPolicy::TooLong {
            bytes: canonical.len(),
        });
    }
    Ok(PolicyDocument::from_canonical(canonical))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_policy_are_equal() {
        let a = parse_policy(r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}"#);
        let b = parse_policy(
            "{ \"Statement\": [ {\"Effect\":\"Allow\"} ], \"Version\":\"2012-10-17\" }",
        );

        assert!(a.is_ok());
        assert_eq!(a, b);
    }

    #[test]
    fn what_is_no_policy_is_refused_with_its_place() {
        assert_eq!(
            parse_policy("{\n  x"),
            Err(BadPolicy::NotJson { line: 2, column: 3 })
        );
        assert_eq!(parse_policy("{}"), Err(BadPolicy::NoStatements));
        let long = format!(r#"{{"Statement":[{{"Sid":"{}"}}]}}"#, "x".repeat(33_000));
        assert!(matches!(
            parse_policy(&long),
            Err(BadPolicy::TooLong { .. })
        ));
    }
}
