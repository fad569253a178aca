//! Kinds of key.

use keyferry_api::key_spec::KeySpecView;
use keyferry_domain::key_operation::KeyOperation;
use keyferry_domain::spec::KeySpec;

use super::key::words;

/// What goes with a spec.
pub(crate) fn view(spec: KeySpec) -> KeySpecView {
    let usages = spec.usages().iter();
    KeySpecView {
        spec: spec.name().to_owned(),
        aws_spec: spec.aws_name().to_owned(),
        usages: usages.map(|usage| usage.as_str().to_owned()).collect(),
        usual_operations: words(KeyOperation::all_of(spec)),
        possible_operations: words(KeyOperation::possible_for(spec)),
        rotates_in_place: spec.is_symmetric(),
    }
}
