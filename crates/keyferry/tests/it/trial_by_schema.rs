//! A trial by schema: schemathesis, which others wrote, asks the real binary what our OpenAPI document allows and forbids, in
//! each role. `scripts/schemathesis/run.py` makes the scene and judges; docs/reference/trial-by-schema.md tells of it.

use std::path::Path;
use std::process::Command;

#[test]
fn a11_every_answer_is_one_of_the_document_in_every_role_and_none_is_given_without_its_right() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = root.join(".cache/venv-schemathesis/bin/python");
    assert!(
        python.exists(),
        "run `scripts/bootstrap test` first: {} is missing",
        python.display()
    );

    let ended = Command::new(python)
        .arg(root.join("scripts/schemathesis/run.py"))
        .arg(env!("CARGO_BIN_EXE_keyferry"))
        .status();

    assert!(ended.unwrap().success(), "what it found is above");
}
