//! The schema: entity types and actions, for the check of policies before they count.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The group of everything that belongs to none: people, roles, seals, the audit log.
pub const INSTALLATION: &str = "installation";

/// Cedar's namespace of all that is ours.
pub(crate) const NAMESPACE: &str = "Keyferry";

/// The schema in Cedar's own syntax, for actions in words of the form `noun.verb`. It tells whoever writes a policy of its
/// own what there is.
pub fn schema<'a>(actions: impl IntoIterator<Item = &'a str>) -> String {
    let actions: BTreeSet<&str> = actions.into_iter().collect();
    let nouns: BTreeSet<&str> = actions.iter().map(|action| noun(action)).collect();
    let mut text = format!("namespace {NAMESPACE} {{\n  entity Group;\n");
    for principal in ["Application", "User"] {
        let _ = writeln!(
            text,
            "  entity {principal} = {{ name: String }} tags Set<Group>;"
        );
    }
    for noun in nouns {
        let name = entity_type(noun);
        let _ = writeln!(text, "  entity {name} in [Group] = {{ name: String }};");
    }
    for action in actions {
        let name = entity_type(noun(action));
        let _ = writeln!(
            text,
            "  action \"{action}\" appliesTo {{ principal: [Application, User], resource: [{name}, Group] }};"
        );
    }
    text.push_str("}\n");
    text
}

/// What an action is done to.
pub(crate) fn noun(action: &str) -> &str {
    action.split('.').next().unwrap_or(action)
}

/// `kms-key` as Cedar's `KmsKeyResource`: no noun is the name of a principal or of a group then.
pub(crate) fn entity_type(noun: &str) -> String {
    let mut name: String = noun.split('-').map(capitalised).collect();
    name.push_str("Resource");
    name
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_names_each_action_with_what_it_is_done_to() {
        let text = schema(["kms-key.rotate", "key.read", "kms-key.read"]);

        assert!(text.contains("entity KmsKeyResource in [Group]"), "{text}");
        assert!(
            text.contains("action \"kms-key.rotate\" appliesTo { principal: [Application, User], resource: [KmsKeyResource, Group] };"),
            "{text}"
        );
        assert_eq!(text.matches("entity KmsKeyResource").count(), 1);
    }
}
