//! Policies that an installation wrote itself.

use keyferry_authz::{INSTALLATION, Limit, OwnPolicy, Policies, PolicyError, Resource};

use crate::decisions::{ACTIONS, kms_key, person, roles};

fn own(text: &str) -> OwnPolicy {
    OwnPolicy {
        name: "ours".to_owned(),
        text: text.to_owned(),
    }
}

fn compiled(text: &str) -> Result<Policies, PolicyError> {
    Policies::check(ACTIONS, &[], &own(text))?;
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

#[test]
fn an_own_policy_gives_and_takes_nothing_of_the_installation_a11() {
    let ann = person(&[("system-administrator", INSTALLATION)]);
    let nobody = person(&[]);
    let installation = Resource::Group(INSTALLATION.to_owned());

    let forbids = compiled("forbid(principal, action, resource);").unwrap();
    let decision = forbids.decide(&ann, "user.lock", &installation).unwrap();
    assert!(decision.is_allowed);
    assert_eq!(decision.by, ["role:system-administrator"]);
    let permits = compiled("permit(principal, action, resource);").unwrap();
    let decision = permits.decide(&nobody, "user.lock", &installation).unwrap();
    assert!(!decision.is_allowed);
    assert_eq!(decision.by, Vec::<String>::new());
}

#[test]
fn an_own_policy_gives_no_more_than_its_limits_and_roles_go_on() {
    let limit = |name: &str, beside: &[&str]| Limit {
        name: name.to_owned(),
        actions: [name.to_owned()].into(),
        beside: beside.iter().map(|role| (*role).to_owned()).collect(),
    };
    let limits = vec![
        limit("kms-key.rotate", &["auditor"]),
        limit("key.read", &[]),
    ];
    let everything = own("permit(principal, action, resource);");
    let policies = Policies::compile(&roles(), &[everything]).unwrap();
    let policies = policies.with_limits(limits.clone());
    let asked = |who: &[(&str, &str)], action: &str| {
        let what = kms_key("x", "mail");
        policies.decide(&person(who), action, &what).unwrap()
    };

    let beside = asked(&[("auditor", "elsewhere")], "kms-key.rotate");
    assert!(!beside.is_allowed);
    assert_eq!(beside.by, ["rule:kms-key.rotate"]);
    assert!(asked(&[], "kms-key.rotate").is_allowed);
    let both = [("auditor", "mail"), ("operator", "mail")];
    assert!(
        asked(&both, "kms-key.rotate").is_allowed,
        "a role allows it"
    );
    assert_eq!(asked(&[], "key.read").by, ["rule:key.read"]);
    assert!(asked(&[("auditor", "mail")], "key.read").is_allowed);

    let named = own(r#"permit(principal, action in [Keyferry::Action::"key.read"], resource);"#);
    let error = Policies::check(ACTIONS, &limits, &named).unwrap_err();
    assert!(
        matches!(&error, PolicyError::CannotGive { action, .. } if action == "key.read"),
        "{error}"
    );
    let forbids = own(r#"forbid(principal, action == Keyferry::Action::"key.read", resource);"#);
    assert_eq!(Policies::check(ACTIONS, &limits, &forbids), Ok(()));
}

#[test]
fn a_rule_holds_whatever_roles_and_own_policies_say() {
    let everything = own("permit(principal, action, resource);");
    let policies = Policies::compile(&roles(), &[everything]).unwrap();
    let text = r#"forbid(principal, action == Keyferry::Action::"key.read", resource);"#;
    let policies = policies.with_rule("nobody-reads", text).unwrap();

    for group in ["mail", INSTALLATION] {
        let what = Resource::Group(group.to_owned());
        let decision = policies.decide(&person(&[("auditor", group)]), "key.read", &what);
        let decision = decision.unwrap();
        assert!(!decision.is_allowed, "{group}");
        assert_eq!(decision.by, ["rule:nobody-reads"]);
    }
}

#[test]
fn what_is_wrong_with_a_policy_is_told_with_its_place() {
    let wrong = [
        (
            "permit(principal,\n  action == Keyferry::Action::\"kms-key.rotat\", resource);",
            "line 2, column 13: ",
        ),
        (
            "permit(principal,\n\n  acton, resource);",
            "line 3, column 3: ",
        ),
        (
            "forbid(principal, action == Keyferry::Action::\"kms-key.rotate\", resource is Keyferry::KmsKeyResource)\n when { resource.nmae == \"x\" };",
            "line 2, column 9: ",
        ),
    ];
    for (text, place) in wrong {
        let error = compiled(text).unwrap_err().to_string();
        assert!(error.contains(place), "{error}");
        assert!(error.starts_with("the policy ours "), "{error}");
    }
}
