//! Principals in key policies: those that no longer exist, and putting one in the place of another.

use std::collections::BTreeSet;

use keyferry_domain::keystore::PolicyDocument;
use keyferry_ports::policy::{BadPolicy, parse_policy};
use serde_json::Value;

/// The elements of a statement that name principals.
const ELEMENTS: [&str; 2] = ["Principal", "NotPrincipal"];

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
/// there whoever is gone has an id; the former ARN is the one that stands in our policy where the id stands.
pub(crate) fn replaced(
    policy: &PolicyDocument,
    shown: Option<&PolicyDocument>,
    replacements: &[Replacement],
) -> Result<PolicyDocument, BadPolicy> {
    let mut value = parsed(policy);
    for Replacement { old, new } in replacements {
        let former = former_of(policy, shown, old);
        rename(&mut value, former.as_deref().unwrap_or(old), new);
    }
    parse_policy(&value.to_string())
}

/// Who stood in our policy where AWS shows an id by now: the one name that stands in ours where the id stands in theirs, in
/// policies that are otherwise alike. Where two could be meant, nobody is.
fn former_of(policy: &PolicyDocument, shown: Option<&PolicyDocument>, id: &str) -> Option<String> {
    let shown = shown?;
    if !gone(shown).contains(id) || without_principals(policy) != without_principals(shown) {
        return None;
    }
    let place = places_of(shown, id);
    let mut names = named(policy)
        .difference(&named(shown))
        .cloned()
        .collect::<Vec<_>>();
    names.retain(|name| places_of(policy, name) == place);
    match names.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// In which statements, and in which element of them, a principal is named.
fn places_of(policy: &PolicyDocument, name: &str) -> BTreeSet<(usize, &'static str)> {
    let mut value = parsed(policy);
    let mut places = BTreeSet::new();
    each_principal(&mut value, &mut |place, found| {
        if found == name {
            places.insert(place);
        }
    });
    places
}

fn without_principals(policy: &PolicyDocument) -> Value {
    let mut value = parsed(policy);
    each_principal(&mut value, &mut |_, name| name.clear());
    let statements = value.get_mut("Statement").and_then(Value::as_array_mut);
    for statement in statements.into_iter().flatten() {
        for element in ELEMENTS {
            if let Some(Value::Object(kinds)) = statement.get_mut(element) {
                kinds.remove("AWS");
            }
        }
    }
    value
}

/// A policy document is JSON by construction.
fn parsed(policy: &PolicyDocument) -> Value {
    serde_json::from_str(policy.as_str()).unwrap_or_default()
}

/// Everybody of AWS whom a policy names.
pub(crate) fn named(policy: &PolicyDocument) -> BTreeSet<String> {
    let mut value = parsed(policy);
    let mut found = BTreeSet::new();
    each_principal(&mut value, &mut |_, name| {
        found.insert(name.clone());
    });
    found
}

/// Whom a policy names, as people read it: ARNs, accounts, `*` and ids of whoever is gone as they stand, services and
/// federated users with their kind, and those of `NotPrincipal` as left out of everybody.
pub fn principals_told(policy: &PolicyDocument) -> BTreeSet<String> {
    let value = parsed(policy);
    let statements: Vec<&Value> = match value.get("Statement") {
        Some(Value::Array(many)) => many.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let mut told = BTreeSet::new();
    for statement in statements {
        for (element, but) in [("Principal", ""), ("NotPrincipal", "everybody but ")] {
            let names = statement.get(element).into_iter().flat_map(with_kinds);
            told.extend(names.map(|name| format!("{but}{name}")));
        }
    }
    told
}

/// The names of an element, those that are not of AWS with their kind.
fn with_kinds(principal: &Value) -> Vec<String> {
    match principal {
        Value::String(name) => vec![name.clone()],
        Value::Array(many) => many.iter().flat_map(with_kinds).collect(),
        Value::Object(kinds) => {
            let of = |(kind, names): (&String, &Value)| {
                let kind = match kind.as_str() {
                    "AWS" => String::new(),
                    other => format!("{other} "),
                };
                let names = with_kinds(names).into_iter();
                names
                    .map(|name| format!("{kind}{name}"))
                    .collect::<Vec<_>>()
            };
            kinds.iter().flat_map(of).collect()
        }
        _ => Vec::new(),
    }
}

fn rename(policy: &mut Value, old: &str, new: &str) {
    each_principal(policy, &mut |_, name| {
        if name == old {
            new.clone_into(name);
        }
    });
}

/// Every principal of every statement, `NotPrincipal` included.
fn each_principal(policy: &mut Value, act: &mut impl FnMut((usize, &'static str), &mut String)) {
    let statements = match policy.get_mut("Statement") {
        Some(Value::Array(many)) => many.iter_mut().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    for (number, statement) in statements.into_iter().enumerate() {
        for element in ELEMENTS {
            let Some(principal) = statement.get_mut(element) else {
                continue;
            };
            let mut act = |name: &mut String| act((number, element), name);
            match principal {
                Value::Object(kinds) => {
                    if let Some(value) = kinds.get_mut("AWS") {
                        each_text(value, &mut act);
                    }
                }
                other => each_text(other, &mut act),
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

    #[test]
    fn a_living_principal_is_never_taken_for_one_that_is_gone() {
        // AWS shows the two in another order.
        let text = policy(ANN).as_str().to_owned();
        let shown = text
            .replace("role/app", "role/TEMP")
            .replace(ANN, "arn:aws:iam::111122223333:role/app")
            .replace("arn:aws:iam::111122223333:role/TEMP", GONE);
        let shown = parse_policy(&shown).unwrap();

        let by_id = replaced(&policy(ANN), Some(&shown), &to_bob(GONE)).unwrap();

        assert_eq!(by_id, policy("arn:aws:iam::111122223333:user/bob"));
        let drifted = text
            .replace("kms:Decrypt", "kms:Encrypt")
            .replace(ANN, GONE);
        let drifted = parse_policy(&drifted).unwrap();
        let nobody = replaced(&policy(ANN), Some(&drifted), &to_bob(GONE)).unwrap();
        assert_eq!(nobody, policy(ANN));
    }
}
