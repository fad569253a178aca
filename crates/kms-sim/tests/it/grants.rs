//! Grants.

use kms_sim::Caller;
use serde_json::json;

use crate::support::{ACCOUNT, Aws};

fn arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:user/{name}")
}

fn user(aws: &Aws, name: &str) -> Aws {
    aws.sim.create_user(ACCOUNT, name, &[]).expect("user");
    aws.by(Caller::User(ACCOUNT.to_owned(), name.to_owned()))
}

#[test]
fn a_grant_gives_its_operations_and_nothing_else() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let grantee = user(&aws, "grantee");
    let encrypt = json!({ "KeyId": key, "Plaintext": "aGk=" });
    assert_eq!(
        grantee.refused("Encrypt", encrypt.clone()),
        "AccessDeniedException"
    );
    let grant = aws.kms(
        "CreateGrant",
        json!({ "KeyId": key, "GranteePrincipal": arn("grantee"), "Operations": ["Encrypt"] }),
    );
    let blob = grantee.kms("Encrypt", encrypt.clone())["CiphertextBlob"].clone();
    assert_eq!(
        grantee.refused("Decrypt", json!({ "CiphertextBlob": blob })),
        "AccessDeniedException"
    );
    aws.kms(
        "RevokeGrant",
        json!({ "KeyId": key, "GrantId": grant["GrantId"] }),
    );
    assert_eq!(grantee.refused("Encrypt", encrypt), "AccessDeniedException");
    assert_eq!(
        aws.refused(
            "RevokeGrant",
            json!({ "KeyId": key, "GrantId": grant["GrantId"] })
        ),
        "NotFoundException"
    );
}

#[test]
fn a_named_grant_is_made_once_and_others_every_time() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let input = |name: Option<&str>| {
        json!({
            "KeyId": key, "GranteePrincipal": arn("a"), "Operations": ["Decrypt"], "Name": name,
        })
    };
    let first = aws.kms("CreateGrant", input(Some("n")));
    assert_eq!(first, aws.kms("CreateGrant", input(Some("n"))));
    aws.kms("CreateGrant", input(None));
    aws.kms("CreateGrant", input(None));
    let list = aws.kms("ListGrants", json!({ "KeyId": key }));
    assert_eq!(list["Grants"].as_array().expect("list").len(), 3);
    let one = aws.kms(
        "ListGrants",
        json!({ "KeyId": key, "GrantId": first["GrantId"] }),
    );
    assert_eq!(one["Grants"][0]["Name"], "n");
}

#[test]
fn nothing_about_import_or_life_cycle_can_be_granted() {
    let aws = Aws::new();
    let key = aws.filled(1);
    for operation in ["ImportKeyMaterial", "ScheduleKeyDeletion", "DisableKey"] {
        let input = json!({
            "KeyId": key, "GranteePrincipal": arn("a"), "Operations": [operation],
        });
        assert_eq!(aws.refused("CreateGrant", input), "ValidationException");
    }
}

#[test]
fn k4_a_key_can_be_granted_for_what_it_can_do_only() {
    let aws = Aws::new();
    let key = aws.filled(1);
    for operation in ["Sign", "GenerateMac", "GetPublicKey", "DeriveSharedSecret"] {
        let input = json!({
            "KeyId": key, "GranteePrincipal": arn("a"), "Operations": [operation],
        });
        assert_eq!(aws.refused("CreateGrant", input), "ValidationException");
    }
    let pairs: serde_json::Map<_, _> = (0..9).map(|n| (n.to_string(), json!("v"))).collect();
    let input = json!({
        "KeyId": key, "GranteePrincipal": arn("a"), "Operations": ["Decrypt"],
        "Constraints": { "EncryptionContextSubset": pairs },
    });
    assert_eq!(aws.refused("CreateGrant", input), "ValidationException");
    let input = json!({
        "KeyId": key, "GranteePrincipal": arn("a"), "Operations": ["Decrypt"], "Name": "two words",
    });
    assert_eq!(aws.refused("CreateGrant", input), "ValidationException");
}

#[test]
fn the_retiring_principal_retires_by_token() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let retirer = user(&aws, "retirer");
    let other = user(&aws, "other");
    let grant = aws.kms(
        "CreateGrant",
        json!({
            "KeyId": key, "GranteePrincipal": arn("other"), "RetiringPrincipal": arn("retirer"),
            "Operations": ["Decrypt"],
        }),
    );
    let input = json!({ "GrantToken": grant["GrantToken"] });
    assert_eq!(
        other.refused("RetireGrant", input.clone()),
        "AccessDeniedException"
    );
    retirer.kms("RetireGrant", input);
    let list = aws.kms("ListGrants", json!({ "KeyId": key }));
    assert_eq!(list["Grants"], json!([]));
}

#[test]
fn a_dry_run_that_would_succeed_is_an_error_and_does_nothing() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let input = json!({
        "KeyId": key, "GranteePrincipal": arn("a"), "Operations": ["Decrypt"], "DryRun": true,
    });
    assert_eq!(
        aws.refused("CreateGrant", input),
        "DryRunOperationException"
    );
    let list = aws.kms("ListGrants", json!({ "KeyId": key }));
    assert_eq!(list["Grants"], json!([]));
    let input = json!({ "KeyId": key, "Plaintext": "aGk=", "DryRun": true });
    assert_eq!(aws.refused("Encrypt", input), "DryRunOperationException");
}

#[test]
fn grants_to_services_need_a_source_and_a_retiring_principal() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let bare = json!({
        "KeyId": key, "GranteeServicePrincipal": "x.amazonaws.com", "Operations": ["Decrypt"],
    });
    assert_eq!(
        aws.refused("CreateGrant", bare.clone()),
        "ValidationException"
    );
    let mut full = bare;
    full["Constraints"] = json!({ "SourceArn": "arn:aws:s3:::b" });
    full["RetiringServicePrincipal"] = json!("x.amazonaws.com");
    aws.kms("CreateGrant", full);
}
