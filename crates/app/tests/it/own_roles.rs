//! Roles of one's own, groups that are changed and removed, and whose log and whose access follows.

use keyferry_app::applications::CreateApplication;
use keyferry_app::groups::UpdateGroup;
use keyferry_app::rights::{BuiltInRole, UpdateRole};
use keyferry_app::{Action, Actor};
use keyferry_ports::records::{
    AccessClaim, AccessRecords as _, ApiToken, AuditFilter, KeyFilter, Page, Via,
};
use keyferry_testkit::world::World;

use crate::rights::{bob, code, give, person, two_groups};
use crate::scene::world;

async fn role(world: &World, name: &str, actions: &[&str]) -> &'static str {
    let actions = actions.iter().map(|word| (*word).to_owned()).collect();
    let roles = &world.app.roles;
    let made = roles.create(&world.actor, name.parse().unwrap(), String::new(), actions);
    code(made.await)
}

async fn given(world: &World, role: &str, who: &str, group: Option<&str>) -> &'static str {
    code(world.app.roles.give(&world.actor, role, who, group).await)
}

async fn sees_keys(world: &World, who: &Actor) -> Vec<String> {
    let filter = KeyFilter::default();
    let keys = world.app.keys.list(who, &filter, &Page::default()).await;
    let keys = keys.map(|page| page.rows).unwrap_or_default();
    keys.iter().map(|key| key.name.to_string()).collect()
}

/// Actions of a role that was made.
async fn allow(world: &World, name: &str, actions: &[&str]) -> &'static str {
    let command = UpdateRole {
        actions: Some(actions.iter().map(|word| (*word).to_owned()).collect()),
        ..UpdateRole::default()
    };
    code(world.app.roles.update(&world.actor, name, command).await)
}

#[tokio::test]
async fn a11_a_role_of_ones_own_allows_what_it_names_in_its_group_at_once() {
    let world = world().await;
    two_groups(&world).await;
    let bob = bob(&world).await;
    assert_eq!(role(&world, "looker", &["key.read"]).await, "ok");
    assert_eq!(given(&world, "looker", "bob", Some("payments")).await, "ok");

    assert_eq!(sees_keys(&world, &bob).await, ["card"]);
    let made = world.app.keys.new_version(&bob, "card").await;
    assert_eq!(code(made), "access.denied");
    let more = ["key.read", "key.new-version"];
    assert_eq!(allow(&world, "looker", &more).await, "ok");
    assert_eq!(code(world.app.keys.new_version(&bob, "card").await), "ok");
    assert_eq!(allow(&world, "looker", &["job.read"]).await, "ok");
    assert_eq!(
        code(world.app.keys.show(&bob, "card").await),
        "access.denied"
    );
}

#[tokio::test]
async fn a11_a_role_that_allows_less_ends_the_access_of_whoever_has_it() {
    let world = world().await;
    two_groups(&world).await;
    let bob = bob(&world).await;
    role(&world, "worker", &["key.read", "key.new-version"]).await;
    given(&world, "worker", "bob", Some("payments")).await;
    let name = "t".parse().unwrap();
    let token = world
        .app
        .access
        .create_token(&bob, name, None)
        .await
        .unwrap();
    let before = under_way(&world, &bob, &token.record).await;

    assert_eq!(
        allow(
            &world,
            "worker",
            &["key.read", "key.new-version", "job.read"]
        )
        .await,
        "ok"
    );
    assert_eq!(
        code(world.app.keys.new_version(&before, "card").await),
        "ok"
    );
    assert_eq!(
        allow(&world, "worker", &["key.read", "job.read", "key.rotate"]).await,
        "ok"
    );
    let late = world.app.access.check_still_in(&before).await;
    assert_eq!(code(late), "access.ended");
}

/// Somebody whose request is under way.
async fn under_way(world: &World, who: &Actor, token: &ApiToken) -> Actor {
    let Actor::User { id, name, standing } = who.clone() else {
        panic!("a person")
    };
    let user = world.outside.records.find_user(id).await.unwrap().unwrap();
    let claim = AccessClaim {
        user: id,
        epoch: user.access_epoch,
        via: Via::Token(token.id),
        consent: Default::default(),
    };
    Actor::User {
        id,
        name,
        standing: keyferry_app::actor::Standing {
            claim: Some(claim),
            ..standing
        },
    }
}

#[tokio::test]
async fn a11_a_role_of_ones_own_has_no_action_of_the_installation_nor_gives_it_roles() {
    let world = world().await;
    let mut given = Vec::new();
    for (_, word, _) in Action::ALL {
        let name = word.replace('.', "-");
        match role(&world, &name, &[word]).await {
            "ok" => {
                given.push(*word);
                let removed = world.app.roles.delete(&world.actor, &name).await;
                assert_eq!(code(removed), "ok", "{word}");
            }
            refused => assert_eq!(refused, "request.invalid", "{word}"),
        }
    }
    insta::assert_snapshot!(given.join("\n"));
    assert_eq!(role(&world, "typo", &["key.raed"]).await, "request.invalid");
    assert_eq!(role(&world, "none", &[]).await, "request.invalid");
    assert_eq!(
        role(&world, "operator", &["key.read"]).await,
        "request.name-taken"
    );
    assert_eq!(role(&world, "all", &given).await, "ok");
}

#[tokio::test]
async fn a11_a_role_that_does_more_than_look_counts_as_operator() {
    let world = world().await;
    world.know_actor().await;
    two_groups(&world).await;
    for name in ["bob", "cleo", "dan"] {
        person(&world, name).await;
    }
    role(&world, "looker", &["key.read", "audit.read"]).await;
    role(&world, "worker", &["key.rotate"]).await;
    assert_eq!(given(&world, "worker", "bob", Some("payments")).await, "ok");
    assert_eq!(
        given(&world, "looker", "cleo", Some("payments")).await,
        "ok"
    );
    for officer in ["security-officer", "system-administrator"] {
        assert_eq!(given(&world, officer, "bob", None).await, "role.excluded");
    }
    assert_eq!(
        given(&world, "system-administrator", "cleo", None).await,
        "ok"
    );
    assert_eq!(
        given(&world, "worker", "cleo", Some("payments")).await,
        "role.excluded"
    );
    assert_eq!(
        allow(&world, "looker", &["key.read", "key.rotate"]).await,
        "role.excluded"
    );
    assert_eq!(given(&world, "looker", "dan", None).await, "role.scope");
}

#[tokio::test]
async fn a_role_of_ones_own_is_removed_when_nobody_has_it_and_built_in_ones_stay() {
    let world = world().await;
    two_groups(&world).await;
    bob(&world).await;
    role(&world, "looker", &["key.read"]).await;
    given(&world, "looker", "bob", Some("payments")).await;
    let roles = &world.app.roles;

    assert_eq!(
        code(roles.delete(&world.actor, "looker").await),
        "role.in-use"
    );
    let all = roles.assignments(&world.actor).await.unwrap();
    let of_bob = all.iter().find(|one| one.row.role.as_str() == "looker");
    roles
        .take(&world.actor, of_bob.unwrap().row.id)
        .await
        .unwrap();
    assert_eq!(code(roles.delete(&world.actor, "looker").await), "ok");
    assert_eq!(
        code(roles.show(&world.actor, "looker").await),
        "request.not-found"
    );
    assert_eq!(
        code(roles.delete(&world.actor, "auditor").await),
        "role.built-in"
    );
    assert_eq!(
        allow(&world, "auditor", &["key.read"]).await,
        "role.built-in"
    );
}

#[tokio::test]
async fn a11_once_somebody_watches_nobody_else_makes_roles_or_policies() {
    let world = world().await;
    world.know_actor().await;
    let cleo = person(&world, "cleo").await;
    role(&world, "looker", &["key.read"]).await;
    give(&world, BuiltInRole::SecurityOfficer, "cleo", None).await;

    assert_eq!(role(&world, "other", &["key.read"]).await, "access.denied");
    assert_eq!(
        allow(&world, "looker", &["job.read"]).await,
        "access.denied"
    );
    let policies = &world.app.access_policies;
    let text = "forbid(principal, action, resource) when { false };".to_owned();
    let name = || "ours".parse().unwrap();
    let by_ann = policies.add(&world.actor, name(), text.clone()).await;
    assert_eq!(code(by_ann), "access.denied");
    assert_eq!(code(policies.add(&cleo, name(), text).await), "ok");
    assert_eq!(
        code(policies.delete(&world.actor, "ours").await),
        "access.denied"
    );
}

#[tokio::test]
async fn k15_an_auditor_of_a_group_reads_the_log_of_that_group_and_no_other() {
    let world = world().await;
    two_groups(&world).await;
    let bob = bob(&world).await;
    let cleo = person(&world, "cleo").await;
    give(&world, BuiltInRole::Auditor, "bob", Some("payments")).await;
    give(&world, BuiltInRole::SecurityOfficer, "cleo", None).await;
    let audits = &world.app.audits;
    let page = Page {
        limit: 1_000,
        cursor: None,
    };
    let log = async |who: &Actor| {
        let found = audits.list(who, &AuditFilter::default(), &page).await;
        let rows = found.unwrap().rows.into_iter();
        let rows = rows.map(|row| (row.entry.action, row.entry.object.name));
        rows.collect::<Vec<_>>()
    };

    let all = log(&cleo).await;
    let own = log(&bob).await;
    let told = |action: &str, name: &str| (action.to_owned(), name.to_owned());
    assert_eq!(
        own,
        [
            told("role.manage", "bob"),
            told("key.create", "card"),
            told("group.create", "payments"),
        ]
    );
    assert!(all.contains(&told("kms-key.create", "app")), "{all:?}");
    assert!(all.len() > own.len() + 5);
    assert_eq!(code(audits.size(&bob).await), "access.denied");
    assert_eq!(code(audits.checkpoint(&bob).await), "access.denied");
    assert_eq!(code(audits.inclusion(&bob, 0, None).await), "access.denied");
}

#[tokio::test]
async fn a_group_is_renamed_and_removed_only_when_nothing_belongs_to_it() {
    let world = world().await;
    world.know_actor().await;
    two_groups(&world).await;
    let bob = bob(&world).await;
    let groups = &world.app.groups;
    let name = "empty".parse().unwrap();
    groups
        .create(&world.actor, name, String::new())
        .await
        .unwrap();
    give(&world, BuiltInRole::Administrator, "bob", Some("empty")).await;

    let rename = |to: &str| UpdateGroup {
        name: Some(to.parse().unwrap()),
        ..UpdateGroup::default()
    };
    let taken = groups.update(&bob, "empty", rename("payments")).await;
    assert_eq!(code(taken), "request.name-taken");
    assert_eq!(
        code(groups.update(&bob, "empty", rename("hollow")).await),
        "ok"
    );
    assert_eq!(
        code(groups.update(&bob, "payments", rename("x")).await),
        "request.not-found"
    );
    assert_eq!(code(groups.delete(&bob, "hollow").await), "access.denied");
    assert_eq!(
        code(groups.update(&world.actor, "default", rename("x")).await),
        "group.default"
    );
    let full = groups.delete(&world.actor, "payments").await.unwrap_err();
    assert_eq!(full.code(), "group.in-use");
    assert!(full.to_string().contains("key `card`"), "{full}");
    let application = CreateApplication {
        name: "till".parse().unwrap(),
        description: String::new(),
        group: Some("hollow".to_owned()),
    };
    let applications = &world.app.applications;
    applications
        .create(&world.actor, application)
        .await
        .unwrap();
    let full = groups.delete(&world.actor, "hollow").await.unwrap_err();
    assert!(full.to_string().contains("application `till`"), "{full}");
    applications.delete(&world.actor, "till").await.unwrap();
    let id = groups.show(&bob, "hollow").await.unwrap().id;
    let members = groups.members(&bob, id).await.unwrap();
    assert_eq!(members.len(), 2, "{members:?}");
    groups.delete(&world.actor, "hollow").await.unwrap();
    assert_eq!(
        code(groups.show(&world.actor, "hollow").await),
        "request.not-found"
    );
    assert_eq!(sees_keys(&world, &bob).await, Vec::<String>::new());
}

#[tokio::test]
async fn a12_ones_groups_show_ones_roles_and_the_links_of_their_connections() {
    let world = world().await;
    two_groups(&world).await;
    let bob = bob(&world).await;
    give(&world, BuiltInRole::Auditor, "bob", Some("default")).await;
    give(&world, BuiltInRole::Operator, "bob", Some("payments")).await;

    let own = world.app.users.own_memberships(&bob).await.unwrap();
    let told: Vec<_> = own
        .iter()
        .map(|one| {
            (
                one.group.as_ref().unwrap().name.as_str(),
                one.roles[0].as_str(),
            )
        })
        .collect();
    assert_eq!(told, [("default", "auditor"), ("payments", "operator")]);
    let links: Vec<_> = own[0]
        .connections
        .iter()
        .map(|one| one.0.as_str())
        .collect();
    assert_eq!(links, ["aws"]);
    assert!(matches!(
        own[0].connections[0].1,
        keyferry_domain::connection::LinkHealth::Connected { .. }
    ));
    assert_eq!(own[1].connections, []);
    let Actor::User { id, .. } = bob else {
        panic!()
    };
    let cleo = person(&world, "cleo").await;
    give(&world, BuiltInRole::SecurityOfficer, "cleo", None).await;
    let by_cleo = world.app.users.memberships(&cleo, id).await.unwrap();
    assert_eq!(by_cleo[0].roles[0].as_str(), "auditor");
    assert_eq!(by_cleo[0].connections, [], "cleo may look at no connection");
}

#[tokio::test]
async fn a9_the_roles_of_a_person_who_leaves_are_named_and_taken() {
    let world = world().await;
    world.know_actor().await;
    two_groups(&world).await;
    bob(&world).await;
    give(&world, BuiltInRole::Operator, "bob", Some("payments")).await;

    let left = world.app.users.offboard(&world.actor, "bob").await.unwrap();

    let names: Vec<_> = left
        .roles
        .iter()
        .map(|(row, group)| (row.role.as_str(), group.as_ref().unwrap().as_str()))
        .collect();
    assert_eq!(names, [("operator", "payments")]);
    let all = world.app.roles.assignments(&world.actor).await.unwrap();
    assert!(all.iter().all(|one| one.row.role.as_str() != "operator"));
}
