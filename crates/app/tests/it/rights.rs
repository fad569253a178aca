//! Who may do what: roles in groups, and what is not there for those who have none.

use keyferry_app::groups::DEFAULT_NAME;
use keyferry_app::keys::CreateKey;
use keyferry_app::kms_keys::Mode;
use keyferry_app::rights::BuiltInRole;
use keyferry_app::{Action, Actor, AppError};
use keyferry_domain::spec::KeySpec;
use keyferry_ports::records::{AlertFilter, JobFilter, KeyFilter, KmsKeyFilter, Page};
use keyferry_testkit::world::World;

use crate::scene::world;

/// A second person, who has no role yet.
pub(crate) async fn bob(world: &World) -> Actor {
    person(world, "bob").await
}

pub(crate) async fn person(world: &World, name: &str) -> Actor {
    let users = &world.app.users;
    let made = users
        .create(&world.actor, name.parse().unwrap(), String::new(), None)
        .await
        .unwrap();
    Actor::person(made.user.id, made.user.name)
}

pub(crate) async fn give(world: &World, role: BuiltInRole, who: &str, group: Option<&str>) {
    let roles = &world.app.roles;
    let given = roles.give(&world.actor, role.as_str(), who, group);
    given.await.unwrap();
}

/// A KMS key with its key in the default group, and a key of its own in the group `payments`.
pub(crate) async fn two_groups(world: &World) {
    world.create("mail", KeySpec::Aes256).await.unwrap();
    world.run().await;
    let groups = &world.app.groups;
    let name = "payments".parse().unwrap();
    groups
        .create(&world.actor, name, String::new())
        .await
        .unwrap();
    let key = CreateKey {
        group: Some("payments".to_owned()),
        ..CreateKey::called("card".parse().unwrap(), KeySpec::Aes256)
    };
    world.app.keys.create(&world.actor, key).await.unwrap();
}

pub(crate) fn code<T>(answer: Result<T, AppError>) -> &'static str {
    answer.err().map_or("ok", |error| error.code())
}

#[tokio::test]
async fn whoever_has_no_role_may_nothing_but_see_oneself_a9() {
    let world = world().await;
    two_groups(&world).await;
    let bob = bob(&world).await;
    let (app, page) = (&world.app, Page::default());

    let refused = [
        code(app.keys.list(&bob, &KeyFilter::default(), &page).await),
        code(
            app.kms_keys
                .list(&bob, &KmsKeyFilter::default(), &page)
                .await,
        ),
        code(app.connections.list(&bob).await),
        code(app.groups.list(&bob).await),
        code(app.jobs.list(&bob, &JobFilter::default(), &page).await),
        code(app.alerts.list(&bob, &AlertFilter::default(), &page).await),
        code(app.roles.assignments(&bob).await),
        code(app.kms_keys.show(&bob, "mail").await),
    ];

    assert_eq!(refused, ["access.denied"; 8]);
    assert!(app.roles.list(&bob).await.is_ok());
}

#[tokio::test]
async fn nothing_of_one_group_is_there_for_another_a9() {
    let world = world().await;
    two_groups(&world).await;
    let bob = bob(&world).await;
    give(&world, BuiltInRole::Administrator, "bob", Some("payments")).await;
    let (app, page) = (&world.app, Page::default());

    let keys = app
        .keys
        .list(&bob, &KeyFilter::default(), &page)
        .await
        .unwrap();
    let names: Vec<_> = keys.rows.iter().map(|key| key.name.to_string()).collect();
    assert_eq!(names, ["card"]);
    let kms_keys = app
        .kms_keys
        .list(&bob, &KmsKeyFilter::default(), &page)
        .await;
    assert_eq!(kms_keys.unwrap().rows, []);
    assert_eq!(app.connections.list(&bob).await.unwrap(), []);
    assert_eq!(app.keystores.list(&bob).await.unwrap(), []);
    let jobs = app
        .jobs
        .list(&bob, &JobFilter::default(), &page)
        .await
        .unwrap();
    assert_eq!(jobs.rows, []);
    let groups = app.groups.list(&bob).await.unwrap();
    assert_eq!(groups.len(), 1);

    let of_ann = app
        .jobs
        .list(&world.actor, &JobFilter::default(), &page)
        .await
        .unwrap();
    let there = app.kms_keys.show(&world.actor, "mail").await.unwrap();
    let mode = Mode::default();
    let hidden = [
        code(app.kms_keys.show(&bob, "mail").await),
        code(app.kms_keys.show(&bob, &there.id.to_string()).await),
        code(
            app.kms_keys
                .show(&bob, &there.arn.as_ref().unwrap().to_string())
                .await,
        ),
        code(
            app.kms_keys
                .disable(&bob, &there.id.to_string(), &mode)
                .await,
        ),
        code(app.keys.show(&bob, "mail").await),
        code(app.jobs.show(&bob, of_ann.rows[0].id).await),
        code(app.jobs.cancel(&bob, of_ann.rows[0].id).await),
        code(app.groups.show(&bob, DEFAULT_NAME).await),
        code(app.connections.show(&bob, "aws").await),
    ];
    assert_eq!(hidden, ["request.not-found"; 9]);
}

#[tokio::test]
async fn what_may_be_seen_and_not_done_is_refused_by_name_a11() {
    let world = world().await;
    two_groups(&world).await;
    let bob = bob(&world).await;
    give(&world, BuiltInRole::Auditor, "bob", Some(DEFAULT_NAME)).await;
    let mode = Mode::default();

    assert!(world.app.kms_keys.show(&bob, "mail").await.is_ok());
    let refused = world.app.kms_keys.disable(&bob, "mail", &mode).await;
    assert!(
        matches!(
            refused,
            Err(AppError::Denied {
                action: Action::KmsKeyDisable,
                ..
            })
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_operator_works_with_keys_and_loses_none_a11() {
    let world = world().await;
    two_groups(&world).await;
    let bob = bob(&world).await;
    give(&world, BuiltInRole::Operator, "bob", Some(DEFAULT_NAME)).await;
    let kms_keys = &world.app.kms_keys;

    assert!(
        kms_keys
            .disable(&bob, "mail", &Mode::default())
            .await
            .is_ok()
    );
    world.run().await;
    let destructive = [
        code(
            kms_keys
                .deactivate(&bob, "mail", &Mode::naming("mail"))
                .await,
        ),
        code(
            kms_keys
                .schedule_deletion(&bob, "mail", 7, &Mode::naming("mail"))
                .await,
        ),
        code(
            kms_keys
                .cancel_deletion(&bob, "mail", Some(true), &Mode::naming("mail"))
                .await,
        ),
    ];
    assert_eq!(destructive, ["access.denied"; 3]);
}

#[tokio::test]
async fn whoever_runs_watches_or_works_with_keys_is_three_people() {
    let world = world().await;
    two_groups(&world).await;
    bob(&world).await;
    give(&world, BuiltInRole::Operator, "bob", Some("payments")).await;
    let roles = &world.app.roles;
    let refused = [
        roles
            .give(
                &world.actor,
                BuiltInRole::SecurityOfficer.as_str(),
                "bob",
                None,
            )
            .await,
        roles
            .give(
                &world.actor,
                BuiltInRole::SystemAdministrator.as_str(),
                "bob",
                None,
            )
            .await,
    ];

    assert_eq!(refused.map(code), ["role.excluded"; 2]);
}

#[tokio::test]
async fn once_somebody_watches_over_it_nobody_else_gives_the_roles_of_the_installation() {
    let world = world().await;
    world.know_actor().await;
    let cleo = person(&world, "cleo").await;
    bob(&world).await;
    give(&world, BuiltInRole::SecurityOfficer, "cleo", None).await;
    let roles = &world.app.roles;

    let by_ann = roles
        .give(
            &world.actor,
            BuiltInRole::SystemAdministrator.as_str(),
            "bob",
            None,
        )
        .await;
    assert_eq!(code(by_ann), "access.denied");
    let by_cleo = roles
        .give(
            &cleo,
            BuiltInRole::SystemAdministrator.as_str(),
            "bob",
            None,
        )
        .await;
    assert_eq!(code(by_cleo), "ok");
}

#[tokio::test]
async fn who_watches_over_the_installation_gives_roles_in_every_group_and_sees_no_key_there() {
    let world = world().await;
    two_groups(&world).await;
    let cleo = person(&world, "cleo").await;
    bob(&world).await;
    give(&world, BuiltInRole::SecurityOfficer, "cleo", None).await;
    let (roles, groups) = (&world.app.roles, &world.app.groups);

    assert_eq!(groups.list(&cleo).await.unwrap().len(), 2);
    assert!(groups.show(&cleo, "payments").await.is_ok());
    let given = roles
        .give(
            &cleo,
            BuiltInRole::Auditor.as_str(),
            "bob",
            Some("payments"),
        )
        .await;
    roles.take(&cleo, given.unwrap().row.id).await.unwrap();
    assert_eq!(
        code(world.app.keys.show(&cleo, "card").await),
        "access.denied"
    );
}

#[tokio::test]
async fn nobody_gives_oneself_a_role_and_the_last_administrator_stays() {
    let world = world().await;
    world.know_actor().await;
    let roles = &world.app.roles;

    let own = roles
        .give(
            &world.actor,
            BuiltInRole::Auditor.as_str(),
            "ann",
            Some(DEFAULT_NAME),
        )
        .await;
    assert_eq!(code(own), "user.oneself");
    let all = roles.assignments(&world.actor).await.unwrap();
    let last = all
        .iter()
        .find(|one| one.row.role.as_str() == "system-administrator")
        .unwrap();
    assert_eq!(
        code(roles.take(&world.actor, last.row.id).await),
        "user.last-administrator"
    );
}

#[tokio::test]
async fn a_role_that_was_taken_gives_no_right_any_more() {
    let world = world().await;
    two_groups(&world).await;
    let bob = bob(&world).await;
    give(&world, BuiltInRole::Auditor, "bob", Some(DEFAULT_NAME)).await;
    assert!(world.app.kms_keys.show(&bob, "mail").await.is_ok());
    let roles = &world.app.roles;
    let all = roles.assignments(&world.actor).await.unwrap();
    let of_bob = all
        .iter()
        .find(|one| {
            one.holder
                .as_ref()
                .is_some_and(|name| name.as_str() == "bob")
        })
        .unwrap();

    roles.take(&world.actor, of_bob.row.id).await.unwrap();

    assert_eq!(
        code(world.app.kms_keys.show(&bob, "mail").await),
        "access.denied"
    );
}

#[tokio::test]
async fn a_role_is_given_where_it_belongs() {
    let world = world().await;
    bob(&world).await;
    let roles = &world.app.roles;
    let wrong = [
        roles
            .give(&world.actor, BuiltInRole::Operator.as_str(), "bob", None)
            .await,
        roles
            .give(
                &world.actor,
                BuiltInRole::SecurityOfficer.as_str(),
                "bob",
                Some(DEFAULT_NAME),
            )
            .await,
    ];
    assert_eq!(wrong.map(code), ["role.scope"; 2]);
    give(&world, BuiltInRole::Operator, "bob", Some(DEFAULT_NAME)).await;
    let twice = roles
        .give(
            &world.actor,
            BuiltInRole::Operator.as_str(),
            "bob",
            Some(DEFAULT_NAME),
        )
        .await;
    assert_eq!(code(twice), "role.held");
}

#[test]
fn every_action_is_somebodys() {
    for (action, word, _) in Action::ALL {
        let holders = BuiltInRole::ALL
            .into_iter()
            .filter(|role| role.allows(*action));
        let is_own = action.scope() == keyferry_app::ActionScope::Own;
        assert!(is_own || holders.count() > 0, "nobody may {word}");
    }
}

#[tokio::test]
async fn whoever_runs_the_installation_cannot_take_the_place_of_the_last_who_watches_over_it() {
    let world = World::calm(3);
    world.know_actor().await;
    let bob = person(&world, "bob").await;
    person(&world, "carol").await;
    let officer = BuiltInRole::SecurityOfficer;
    give(&world, officer, "bob", None).await;
    let users = &world.app.users;

    let left = users.offboard(&world.actor, "bob").await;

    assert_eq!(code(left.map(|_| ())), "user.last-security-officer");
    let roles = &world.app.roles;
    let given = roles.give(&bob, officer.as_str(), "carol", None).await;
    given.expect("whoever watches decides who else does");
    let left = users.offboard(&world.actor, "bob").await;
    left.expect("carol watches");
    person(&world, "dave").await;
    let still = roles
        .give(&world.actor, officer.as_str(), "dave", None)
        .await;
    assert_eq!(code(still), "access.denied", "carol decides now");
}

#[tokio::test]
async fn the_role_of_the_last_who_watches_is_not_taken_by_itself() {
    let world = World::calm(3);
    world.know_actor().await;
    let bob = person(&world, "bob").await;
    person(&world, "carol").await;
    let officer = BuiltInRole::SecurityOfficer;
    give(&world, officer, "bob", None).await;
    let roles = &world.app.roles;
    let given = roles.give(&bob, officer.as_str(), "carol", None).await;
    let of_carol = given.unwrap().row.id;
    roles.take(&bob, of_carol).await.expect("bob watches");

    let all = roles.assignments(&bob).await.unwrap();
    let of_bob = all
        .iter()
        .find(|one| one.row.role.as_str() == officer.as_str());
    let taken = roles.take(&bob, of_bob.unwrap().row.id).await;

    assert_eq!(code(taken), "user.last-security-officer");
}
