//! Rules that give roles for claims.

use std::collections::BTreeSet;

use keyferry_app::rights::BuiltInRole;
use keyferry_ports::records::Provisioning;

use super::{arrive, code, house, roles, rule};

#[tokio::test]
async fn a3_no_rule_gives_people_the_role_that_is_for_applications() {
    let house = house(Provisioning::JustInTime).await;
    let key_user = BuiltInRole::KeyUser;

    let made = rule(&house, house.ann(), "kms", key_user, Some("default")).await;

    assert_eq!(code(made), "role.for-others");
}

#[tokio::test]
async fn a3_whoever_had_a_role_by_a_rule_comes_in_after_its_group_is_gone() {
    let house = house(Provisioning::JustInTime).await;
    let groups = &house.app().groups;
    let name = "short-lived".parse().unwrap();
    groups
        .create(house.ann(), name, String::new())
        .await
        .unwrap();
    let operator = BuiltInRole::Operator;
    rule(&house, house.ann(), "kms", operator, Some("short-lived"))
        .await
        .unwrap();
    arrive(&house, "s-1", "bob", &["kms"]).await.unwrap();

    groups.delete(house.ann(), "short-lived").await.unwrap();

    let bob = arrive(&house, "s-1", "bob", &["kms"]).await.unwrap();
    assert_eq!(roles(&house, &bob).await, BTreeSet::new());
    let providers = &house.app().sign_in_providers;
    let rules = providers.list_rules(house.ann(), "corp").await.unwrap();
    assert_eq!(rules, []);
}

#[tokio::test]
async fn a3_a_rule_is_made_by_who_may_give_the_role_there() {
    let house = house(Provisioning::JustInTime).await;
    let (app, ann) = (house.app(), house.ann());
    let bob = arrive(&house, "s-1", "bob", &[]).await.unwrap();
    app.roles
        .give(ann, BuiltInRole::SystemAdministrator.as_str(), "bob", None)
        .await
        .unwrap();

    let operator = BuiltInRole::Operator;
    assert_eq!(
        code(rule(&house, &bob, "x", operator, Some("default")).await),
        "access.denied"
    );
    assert_eq!(
        code(rule(&house, ann, "x", operator, None).await),
        "role.scope"
    );
    let made = rule(&house, ann, "x", operator, Some("default"))
        .await
        .unwrap();
    assert_eq!(
        code(rule(&house, ann, "x", operator, Some("default")).await),
        "sign-in-provider.rule-held"
    );
    let shown = app.sign_in_providers.show(&bob, "corp").await.unwrap();
    assert_eq!(shown.rules, std::slice::from_ref(&made));
    let removed = app
        .sign_in_providers
        .remove_rule(&bob, "corp", made.row.id)
        .await;
    assert!(removed.is_err());
    app.sign_in_providers
        .remove_rule(ann, "corp", made.row.id)
        .await
        .unwrap();
    assert_eq!(
        app.sign_in_providers.list_rules(ann, "corp").await.unwrap(),
        []
    );
    let carol = arrive(&house, "s-2", "carol", &[]).await.unwrap();
    assert_eq!(
        code(app.sign_in_providers.show(&carol, "corp").await),
        "access.denied"
    );
    assert_eq!(
        code(rule(&house, &carol, "x", operator, Some("default")).await),
        "access.denied"
    );
}
