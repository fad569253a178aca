//! Policies that an installation wrote itself.

use keyferry_authz::{OwnPolicy, Policies, PolicyError};

use crate::decisions::{ACTIONS, kms_key, person, roles};

fn own(text: &str) -> OwnPolicy {
    OwnPolicy {
        name: "ours".to_owned(),
        text: text.to_owned(),
    }
}

fn compiled(text: &str) -> Result<Policies, PolicyError> {
    Policies::check(ACTIONS, &own(text))?;
    Policies::compile(&roles(), &[own(text)])
}

#[test]
fn a_forbidding_policy_wins_over_every_role() {
    let policies = compiled(
        r#"forbid(principal, action == Keyferry::Action::"kms-key.rotate", resource is Keyferry::KmsKeyResource)
           when { resource.name like "prod-*" };"#,
    )
    .unwrap();
    let ann = person(&[("operator", "payments")]);
    let decide = |name: &str| {
        let what = kms_key(name, "payments");
        policies.decide(&ann, "kms-key.rotate", &what).unwrap()
    };

    let refused = decide("prod-1");
    assert!(!refused.is_allowed);
    assert_eq!(refused.by, ["own:ours"]);
    assert!(decide("test-1").is_allowed);
}

#[test]
fn a_permitting_policy_gives_a_right_without_a_role() {
    let policies = compiled(
        r#"permit(principal == Keyferry::User::"1", action == Keyferry::Action::"kms-key.rotate", resource in Keyferry::Group::"mail");"#,
    )
    .unwrap();
    let ann = person(&[]);

    let decision = policies.decide(&ann, "kms-key.rotate", &kms_key("x", "mail"));
    assert_eq!(decision.unwrap().by, ["own:ours"]);
    let elsewhere = policies.decide(&ann, "kms-key.rotate", &kms_key("x", "payments"));
    assert!(!elsewhere.unwrap().is_allowed);
}

#[test]
fn a_policy_that_names_what_there_is_not_is_refused_by_name() {
    let wrong = [
        r#"permit(principal, action == Keyferry::Action::"kms-key.rotat", resource);"#,
        r#"forbid(principal, action == Keyferry::Action::"kms-key.rotate", resource is Keyferry::KmsKeyResource) when { resource.nmae == "x" };"#,
        r#"forbid(principal, action == Keyferry::Action::"kms-key.rotate", resource is Keyferry::KmsKey);"#,
    ];
    for text in wrong {
        let error = compiled(text).unwrap_err();
        assert!(
            matches!(&error, PolicyError::DoesNotFit { name, .. } if name == "ours"),
            "{error}"
        );
    }
}

#[test]
fn what_is_no_policy_is_refused_by_name() {
    let two = "permit(principal, action, resource); permit(principal, action, resource);";
    for text in [
        "",
        "allow everything",
        two,
        "permit(principal == ?principal, action, resource);",
    ] {
        let error = compiled(text).unwrap_err();
        assert!(
            matches!(&error, PolicyError::NoPolicy { name, .. } if name == "ours"),
            "{error}"
        );
    }
}

#[test]
fn two_policies_of_one_name_are_refused() {
    let text = r#"forbid(principal, action, resource) when { false };"#;
    let error = Policies::compile(&roles(), &[own(text), own(text)]).unwrap_err();

    assert_eq!(
        error,
        PolicyError::Twice {
            name: "own:ours".to_owned()
        }
    );
}
