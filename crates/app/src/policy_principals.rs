//! Principals in key policies: those that no longer exist, and putting one in the place of another.

use std::collections::BTreeSet;

use keyferry_domain::keystore::PolicyDocument;
use keyferry_ports::policy::{BadPolicy, parse_policy};
use serde_json::Value;

/// One principal in the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// Who is named now: an ARN or account, or the id that AWS shows for whoever is gone.
    pub old: String,
    /// Who shall be.
    pub new: String,
}

/// The ids that AWS shows in the place of users and roles that no longer exist.
///
/// # Source
///
/// IAM User Guide, "AWS JSON policy elements: Principal" (a principal that was deleted shows as its unique id), and "IAM
/// identifiers" (prefixes `AIDA` for users, `AROA` for roles).
pub(crate) fn gone(policy: &PolicyDocument) -> BTreeSet<String> {
    let is_id = |name: &String| {
        let id = name.as_bytes();
        (name.starts_with("AIDA") || name.starts_with("AROA"))
            && id.len() >= 16
            && id.iter().all(u8::is_ascii_alphanumeric)
    };
    named(policy).into_iter().filter(is_id).collect()
}

/// The policy with other principals in it; unchanged where nobody of them is named. `shown` is the policy as AWS shows it:
/// there whoever is gone has an id, whose former ARN is the one that makes both policies alike.
pub(crate) fn replaced(
    policy: &PolicyDocument,
    shown: Option<&PolicyDocument>,
    replacements: &[Replacement],
) -> Result<PolicyDocument, BadPolicy> {
    let mut value: Value = serde_json::from_str(policy.as_str()).unwrap_or_default();
    for Replacement { old, new } in replacements {
        let former = former_of(policy, shown, old);
        rename(&mut value, former.as_deref().unwrap_or(old), new);
    }
    parse_policy(&value.to_string())
}

/// Who stood in our policy where AWS shows an id by now.
fn former_of(policy: &PolicyDocument, shown: Option<&PolicyDocument>, id: &str) -> Option<String> {
    let shown = shown?;
    if !gone(shown).contains(id) {
        return None;
    }
    let ours = leaves(policy);
    let theirs = leaves(shown);
    let is_alike = ours.len() == theirs.len();
    let mut both = ours.into_iter().zip(theirs).filter(|_| is_alike);
    both.find(|(_, theirs)| theirs == id).map(|(ours, _)| ours)
}

/// Every text of a policy, in its order.
fn leaves(policy: &PolicyDocument) -> Vec<String> {
    fn walk(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) => found.push(text.clone()),
            Value::Array(many) => many.iter().for_each(|one| walk(one, found)),
            Value::Object(members) => members.values().for_each(|one| walk(one, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    let value: Value = serde_json::from_str(policy.as_str()).unwrap_or_default();
    walk(&value, &mut found);
    found
}

/// Everybody whom a policy names.
fn named(policy: &PolicyDocument) -> BTreeSet<String> {
    let mut value: Value = serde_json::from_str(policy.as_str()).unwrap_or_default();
    let mut found = BTreeSet::new();
    each_principal(&mut value, &mut |name| {
        found.insert(name.clone());
    });
    found
}

fn rename(policy: &mut Value, old: &str, new: &str) {
    each_principal(policy, &mut |name| {
        if name == old {
            new.clone_into(name);
        }
    });
}

/// Every principal of every statement, `NotPrincipal` included.
fn each_principal(policy: &mut Value, act: &mut impl FnMut(&mut String)) {
    let statements = match policy.get_mut("Statement") {
        Some(Value::Array(many)) => many.iter_mut().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    for statement in statements {
        for element in ["Principal", "NotPrincipal"] {
            let Some(principal) = statement.get_mut(element) else {
                continue;
            };
            match principal {
                Value::Object(kinds) => {
                    if let Some(value) = kinds.get_mut("AWS") {
                        each_text(value, act);
                    }
                }
                other => each_text(other, act),
            }
        }
    }
}

fn each_text(value: &mut Value, act: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => act(text),
        Value::Array(many) => many.iter_mut().for_each(|one| each_text(one, act)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: &str = "arn:aws:iam::111122223333:user/ann";
    const GONE: &str = "AIDACKCEVSQ6C2EXAMPLE";

    fn policy(principal: &str) -> PolicyDocument {
        let text = r#"{"Statement":[
            {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"},
            {"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:role/app","WHO"]},"Action":"kms:Decrypt","Resource":"*"}
        ]}"#;
        parse_policy(&text.replace("WHO", principal)).unwrap()
    }

    fn to_bob(old: &str) -> [Replacement; 1] {
        [Replacement {
            old: old.to_owned(),
            new: "arn:aws:iam::111122223333:user/bob".to_owned(),
        }]
    }

    #[test]
    fn whoever_is_gone_is_known_by_the_id_that_aws_shows() {
        assert_eq!(gone(&policy(GONE)), BTreeSet::from([GONE.to_owned()]));
        assert_eq!(gone(&policy(ANN)), BTreeSet::new());
    }

    #[test]
    fn a_principal_is_replaced_wherever_it_is_named_and_nothing_else() {
        let bob = policy("arn:aws:iam::111122223333:user/bob");

        assert_eq!(replaced(&policy(ANN), None, &to_bob(ANN)).unwrap(), bob);
        let nobody = replaced(&policy(ANN), None, &to_bob("kms:Decrypt"));
        assert_eq!(nobody.unwrap(), policy(ANN));
    }

    #[test]
    fn an_id_that_aws_shows_stands_for_whom_we_named_there() {
        let shown = policy(GONE);

        let by_id = replaced(&policy(ANN), Some(&shown), &to_bob(GONE)).unwrap();

        assert_eq!(by_id, policy("arn:aws:iam::111122223333:user/bob"));
    }
}
