//! Roles alone.

use keyferry_authz::{Decision, INSTALLATION, Policies, Principal, PrincipalKind, Resource, Role};

pub(crate) const ACTIONS: &[&str] = &["key.read", "kms-key.read", "kms-key.rotate", "user.lock"];

pub(crate) fn roles() -> Vec<Role> {
    let role = |name: &str, actions: &[&str]| Role {
        name: name.to_owned(),
        actions: actions.iter().map(|action| (*action).to_owned()).collect(),
    };
    vec![
        role("auditor", &["key.read", "kms-key.read"]),
        role("operator", &["key.read", "kms-key.read", "kms-key.rotate"]),
        role("system-administrator", &["user.lock"]),
    ]
}

pub(crate) fn person(roles: &[(&str, &str)]) -> Principal {
    let mut person = Principal {
        kind: PrincipalKind::User,
        id: "1".to_owned(),
        name: "ann".to_owned(),
        roles: Default::default(),
    };
    for (role, group) in roles {
        let groups = person.roles.entry((*role).to_owned()).or_default();
        groups.insert((*group).to_owned());
    }
    person
}

pub(crate) fn kms_key(name: &str, group: &str) -> Resource {
    Resource::Object {
        kind: "kms-key".to_owned(),
        id: format!("id of {name}"),
        name: name.to_owned(),
        group: group.to_owned(),
    }
}

fn asked(who: &Principal, action: &str, what: &Resource) -> Decision {
    let policies = Policies::compile(&roles(), &[]).unwrap();
    policies.decide(who, action, what).unwrap()
}

#[test]
fn a_role_allows_its_actions_in_its_group_and_says_so() {
    let ann = person(&[("operator", "payments")]);

    let decision = asked(&ann, "kms-key.rotate", &kms_key("prod", "payments"));

    assert!(decision.is_allowed);
    assert_eq!(decision.by, ["role:operator"]);
    let on_group = Resource::Group("payments".to_owned());
    assert!(asked(&ann, "kms-key.rotate", &on_group).is_allowed);
}

#[test]
fn nothing_is_allowed_in_another_group_nor_without_a_role() {
    let ann = person(&[("operator", "payments")]);
    let nobody = person(&[]);

    for (who, group) in [(&ann, "mail"), (&ann, INSTALLATION), (&nobody, "payments")] {
        let decision = asked(who, "kms-key.rotate", &kms_key("prod", group));
        assert!(!decision.is_allowed, "{group}");
        assert_eq!(decision.by, Vec::<String>::new());
        assert_eq!(decision.errors, Vec::<String>::new());
    }
}

#[test]
fn a_role_allows_nothing_that_it_does_not_name() {
    let ann = person(&[
        ("auditor", "payments"),
        ("system-administrator", "payments"),
    ]);

    assert!(!asked(&ann, "kms-key.rotate", &kms_key("prod", "payments")).is_allowed);
    let installation = Resource::Group(INSTALLATION.to_owned());
    assert!(!asked(&ann, "user.lock", &installation).is_allowed);
}

#[test]
fn a_person_named_as_a_role_has_no_right_by_that() {
    let mut ann = person(&[]);
    ann.id = "operator".to_owned();
    ann.name = "operator".to_owned();

    assert!(!asked(&ann, "kms-key.rotate", &kms_key("prod", "payments")).is_allowed);
}

#[test]
fn names_that_mean_something_in_cedar_stay_names() {
    let odd = Role {
        name: "a\") || true || (\"b\\".to_owned(),
        actions: ["kms-key.rotate".to_owned()].into_iter().collect(),
    };
    let policies = Policies::compile(std::slice::from_ref(&odd), &[]).unwrap();
    let what = kms_key("x\") || true", "g\"; permit(principal,action,resource);");

    assert!(
        !policies
            .decide(&person(&[]), "kms-key.rotate", &what)
            .unwrap()
            .is_allowed
    );
    let holder = person(&[(&odd.name, "g\"; permit(principal,action,resource);")]);
    assert!(
        policies
            .decide(&holder, "kms-key.rotate", &what)
            .unwrap()
            .is_allowed
    );
}
