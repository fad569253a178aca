//! The checks: each asks Keyferry for one thing, then looks at AWS and at the records.

mod adopt;
pub mod audit;
mod connection;
mod crash;
mod life;
pub mod material;
mod regions;
mod rotation;
mod watching;

use futures::future::BoxFuture;
use serde_json::{Value, json};

use crate::error::Why;
use crate::rig::Rig;

/// What a check answers: what was seen, or why it failed.
pub type Found = Result<String, Why>;

/// One check.
#[derive(Clone, Copy)]
pub struct Check {
    /// Its name, which never changes.
    pub name: &'static str,
    /// Does it.
    pub run: fn(&mut Rig) -> BoxFuture<'_, Found>,
}

/// Every check, in the order in which they run: the log is complete only after all others.
pub const CHECKS: &[Check] = &[
    Check {
        name: "connection-verified",
        run: |rig| Box::pin(connection::verified(rig)),
    },
    Check {
        name: "bad-secret-refused",
        run: |rig| Box::pin(connection::bad_secret_refused(rig)),
    },
    Check {
        name: "aes-imported",
        run: |rig| Box::pin(material::aes_imported(rig)),
    },
    Check {
        name: "hmac-imported-and-mac-equal",
        run: |rig| Box::pin(material::hmac_imported_and_mac_equal(rig)),
    },
    Check {
        name: "rsa-public-key-equal",
        run: |rig| Box::pin(material::rsa_public_key_equal(rig)),
    },
    Check {
        name: "ecc-public-key-equal",
        run: |rig| Box::pin(material::ecc_public_key_equal(rig)),
    },
    Check {
        name: "removed-then-reimported-decrypts",
        run: |rig| Box::pin(life::removed_then_reimported_decrypts(rig)),
    },
    Check {
        name: "wrong-material-refused",
        run: |rig| Box::pin(material::wrong_material_refused(rig)),
    },
    Check {
        name: "rotate-new-key-moves-alias",
        run: |rig| Box::pin(rotation::new_key_moves_alias(rig)),
    },
    Check {
        name: "rotate-in-place-keeps-id-and-decrypts",
        run: |rig| Box::pin(rotation::in_place_keeps_id_and_decrypts(rig)),
    },
    Check {
        name: "deactivate-activate",
        run: |rig| Box::pin(life::deactivate_activate(rig)),
    },
    Check {
        name: "schedule-cancel-deletion",
        run: |rig| Box::pin(life::schedule_cancel_deletion(rig)),
    },
    Check {
        name: "adopt-filled-key",
        run: |rig| Box::pin(adopt::filled_key(rig)),
    },
    Check {
        name: "crash-after-create-key-leaves-one-key",
        run: |rig| Box::pin(crash::after_create_key_leaves_one_key(rig)),
    },
    Check {
        name: "lost-answer-leaves-one-key",
        run: |rig| Box::pin(crash::lost_answer_leaves_one_key(rig)),
    },
    Check {
        name: "drift-healed",
        run: |rig| Box::pin(watching::drift_healed(rig)),
    },
    Check {
        name: "foreign-deletion-restored",
        run: |rig| Box::pin(watching::foreign_deletion_restored(rig)),
    },
    Check {
        name: "multi-region-replica-filled",
        run: |rig| Box::pin(regions::replica_filled(rig)),
    },
    Check {
        name: "multi-region-in-place-rotation",
        run: |rig| Box::pin(regions::in_place_rotation(rig)),
    },
    Check {
        name: "schedule-rotates",
        run: |rig| Box::pin(rotation::schedule_rotates(rig)),
    },
    Check {
        name: "audit-complete",
        run: |rig| Box::pin(audit::complete(rig)),
    },
];

/// The message that is encrypted, and must come back.
const PLAINTEXT: &str = "a2V5ZmVycnk=";

/// `DescribeKey`, as AWS answers it.
fn describe(rig: &Rig, key: &str) -> Result<Value, Why> {
    let answer = rig.look("DescribeKey", json!({ "KeyId": key }))?;
    Ok(member(&answer, "KeyMetadata"))
}

/// A member of an answer; null where there is none.
fn member(answer: &Value, name: &str) -> Value {
    answer.get(name).cloned().unwrap_or_default()
}

/// A text member of an answer.
fn text<'a>(answer: &'a Value, member: &str) -> &'a str {
    answer
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or("(none)")
}

/// Fails unless AWS shows the key in this state.
fn expect_state(rig: &Rig, key: &str, wanted: &str) -> Result<Value, Why> {
    let shown = describe(rig, key)?;
    match text(&shown, "KeyState") {
        state if state == wanted => Ok(shown),
        state => Err(Why::new(format!(
            "AWS shows {key} as {state}, not as {wanted}"
        ))),
    }
}

/// Encrypts the message in AWS.
fn encrypt(rig: &Rig, key: &str) -> Result<Value, Why> {
    let input = json!({ "KeyId": key, "Plaintext": PLAINTEXT });
    Ok(member(&rig.look("Encrypt", input)?, "CiphertextBlob"))
}

/// Fails unless AWS decrypts what it encrypted before.
fn expect_decrypts(rig: &Rig, ciphertext: &Value) -> Result<(), Why> {
    let answer = rig.look("Decrypt", json!({ "CiphertextBlob": ciphertext }))?;
    crate::error::ensure(text(&answer, "Plaintext") == PLAINTEXT, || {
        "AWS decrypts the ciphertext to something else".to_owned()
    })
}
