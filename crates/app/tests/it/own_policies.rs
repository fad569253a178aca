//! Policies of one's own: what they give and take, what they cannot, and who can find out.

use keyferry_app::applications::CreateApplication;
use keyferry_app::kms_keys::Mode;
use keyferry_app::rights::{About, BuiltInRole, OWN_POLICIES_MAX, POLICY_TEXT_MAX};
use keyferry_app::{Actor, AppError};
use keyferry_testkit::world::World;

use crate::rights::{bob, code, give, person, two_groups};
use crate::scene::world;

async fn add(world: &World, name: &str, text: &str) -> Result<(), AppError> {
    let policies = &world.app.access_policies;
    let added = policies.add(&world.actor, name.parse().unwrap(), text.to_owned());
    added.await.map(|_| ())
}

/// Lets everybody do everything.
const EVERYTHING: &str = "permit(principal, action, resource);";

async fn group(world: &World, name: &str) -> String {
    let groups = &world.app.groups;
    groups
        .show(&world.actor, name)
        .await
        .unwrap()
        .id
        .to_string()
}

#[tokio::test]
async fn a11_a_policy_gives_what_no_role_gives_and_forbids_what_roles_allow() {
    let world = world().await;
    two_groups(&world).await;
    let bob = bob(&world).await;
    let payments = group(&world, "payments").await;
    let permit = format!(
        r#"permit(principal, action == Keyferry::Action::"key.read", resource in Keyferry::Group::"{payments}");"#
    );
    add(&world, "read-payments", &permit).await.unwrap();
    assert_eq!(code(world.app.keys.show(&bob, "card").await), "ok");
    assert_eq!(
        code(world.app.keys.new_version(&bob, "card").await),
        "access.denied"
    );

    give(&world, BuiltInRole::Administrator, "bob", Some("default")).await;
    let forbid = r#"forbid(principal, action == Keyferry::Action::"kms-key.disable", resource is Keyferry::KmsKeyResource)
        when { resource.name like "mail*" };"#;
    add(&world, "keep-mail", forbid).await.unwrap();
    let mode = Mode::default();
    let disable = async |name: &str| code(world.app.kms_keys.disable(&bob, name, &mode).await);
    assert_eq!(disable("mail").await, "access.denied");
    assert_eq!(disable("app").await, "ok");
    let policies = &world.app.access_policies;
    policies.delete(&world.actor, "keep-mail").await.unwrap();
    assert_eq!(disable("mail").await, "ok");
}

#[tokio::test]
async fn a11_no_policy_makes_one_person_what_two_have_to_be() {
    let world = world().await;
    world.know_actor().await;
    two_groups(&world).await;
    let bob = bob(&world).await;
    let cleo = person(&world, "cleo").await;
    add(&world, "everything", EVERYTHING).await.unwrap();
    give(&world, BuiltInRole::SecurityOfficer, "cleo", None).await;
    let (app, mode) = (&world.app, Mode::default());

    assert_eq!(code(app.kms_keys.disable(&bob, "mail", &mode).await), "ok");
    assert_eq!(code(app.users.lock(&bob, "ann").await), "access.denied");
    assert_eq!(code(app.users.list(&bob).await), "access.denied");
    let role = app
        .roles
        .give(&bob, "auditor", "cleo", Some("payments"))
        .await;
    assert_eq!(code(role), "access.denied");
    let text = EVERYTHING.to_owned();
    let policy = app
        .access_policies
        .update(&bob, "everything", text, None)
        .await;
    assert_eq!(code(policy), "access.denied");
    assert_eq!(
        code(app.kms_keys.show(&cleo, "mail").await),
        "ok",
        "looking is no work"
    );
    assert_eq!(
        code(app.kms_keys.disable(&cleo, "mail", &mode).await),
        "access.denied"
    );
}

#[tokio::test]
async fn nobody_is_locked_out_by_a_policy_that_forbids_everything() {
    let world = world().await;
    two_groups(&world).await;
    add(&world, "nothing", "forbid(principal, action, resource);")
        .await
        .unwrap();
    let app = &world.app;

    assert_eq!(
        code(app.keys.show(&world.actor, "card").await),
        "access.denied"
    );
    assert_eq!(code(app.users.list(&world.actor).await), "ok");
    assert_eq!(
        code(app.access_policies.delete(&world.actor, "nothing").await),
        "ok"
    );
    assert_eq!(code(app.keys.show(&world.actor, "card").await), "ok");
}

#[tokio::test]
async fn what_is_no_policy_is_refused_with_its_place_and_kept_nowhere() {
    let world = world().await;
    let wrong = [
        ("permit(principal, action, resorce);", "line 1, column 27"),
        (
            r#"permit(principal, action == Keyferry::Action::"user.lock", resource);"#,
            "user.lock",
        ),
        (
            r#"permit(principal, action == Keyferry::Action::"role.manage", resource);"#,
            "roles-alone-give-roles",
        ),
    ];
    for (text, told) in wrong {
        let error = add(&world, "ours", text).await.unwrap_err();
        assert_eq!(error.code(), "access.bad-policy", "{error}");
        assert!(error.to_string().contains(told), "{error}");
    }
    let long = format!("// {}\n{EVERYTHING}", "x".repeat(POLICY_TEXT_MAX));
    assert_eq!(code(add(&world, "ours", &long).await), "request.invalid");
    let listed = world.app.access_policies.list(&world.actor).await.unwrap();
    assert_eq!(listed, []);
    for number in 0..OWN_POLICIES_MAX {
        add(&world, &format!("p{number}"), EVERYTHING)
            .await
            .unwrap();
    }
    assert_eq!(
        code(add(&world, "one-more", EVERYTHING).await),
        "request.invalid"
    );
    assert_eq!(
        code(add(&world, "p1", EVERYTHING).await),
        "request.name-taken"
    );
}

#[tokio::test]
async fn a_check_tells_who_would_gain_and_lose_what_and_keeps_nothing() {
    let world = world().await;
    world.know_actor().await;
    two_groups(&world).await;
    bob(&world).await;
    give(&world, BuiltInRole::Operator, "bob", Some("payments")).await;
    let policies = &world.app.access_policies;
    let name = || "ours".parse().unwrap();
    let check = async |text: Option<&str>| {
        let text = text.map(str::to_owned);
        policies.check(&world.actor, &name(), text).await.unwrap()
    };

    let forbid = r#"forbid(principal, action == Keyferry::Action::"key.rotate", resource is Keyferry::KeyResource)
        when { resource.name == "card" };"#;
    let found = check(Some(forbid)).await;
    assert!(found.is_complete);
    let told: Vec<_> = found
        .effects
        .iter()
        .map(|one| (one.user.as_str(), one.object.as_deref(), one.is_gained))
        .collect();
    assert_eq!(
        told,
        [
            ("ann", Some("key/card"), false),
            ("bob", Some("key/card"), false)
        ]
    );
    assert_eq!(found.effects[1].by, ["own:ours"]);
    assert_eq!(policies.list(&world.actor).await.unwrap(), []);

    add(&world, "ours", forbid).await.unwrap();
    let back = check(None).await;
    assert_eq!(back.effects.len(), 2);
    assert!(back.effects.iter().all(|one| one.is_gained));
    let same = check(Some(forbid)).await;
    assert_eq!(same.effects, []);
}

async fn who_can(world: &World, who: &Actor, action: &str, group: &str) -> Vec<String> {
    let found = world.app.authorization.who_can(who, action, group).await;
    let found = found.unwrap().into_iter();
    found
        .map(|one| format!("{} {}", one.user, one.by.join(" ")))
        .collect()
}

#[tokio::test]
async fn a11_who_can_and_why_not_are_answered_by_the_deciding_roles_and_policies() {
    let world = world().await;
    world.know_actor().await;
    two_groups(&world).await;
    bob(&world).await;
    let eve = person(&world, "eve").await;
    give(&world, BuiltInRole::Operator, "bob", Some("payments")).await;
    give(&world, BuiltInRole::Auditor, "eve", Some("payments")).await;
    let rights = &world.app.authorization;

    assert_eq!(
        who_can(&world, &eve, "key.rotate", "payments").await,
        ["ann role:administrator", "bob role:operator"]
    );
    let group = || About::Group("payments".to_owned());
    let why = rights
        .why(&eve, "bob", "key.rotate", &group())
        .await
        .unwrap();
    assert!(why.decision.is_allowed);
    assert_eq!(why.decision.by, ["role:operator"]);
    assert_eq!(why.has, ["operator"]);
    let why = rights
        .why(&eve, "eve", "key.rotate", &group())
        .await
        .unwrap();
    assert!(!why.decision.is_allowed);
    assert_eq!(why.decision.by, Vec::<String>::new());
    assert_eq!(
        (why.has, why.would),
        (
            vec!["auditor".to_owned()],
            vec!["administrator".to_owned(), "operator".to_owned()]
        )
    );
    let forbid = r#"forbid(principal, action == Keyferry::Action::"key.rotate", resource is Keyferry::KeyResource)
        when { resource.name == "card" };"#;
    add(&world, "keep-card", forbid).await.unwrap();
    let card = About::Object("card".to_owned());
    let why = rights.why(&eve, "bob", "key.rotate", &card).await.unwrap();
    assert_eq!(why.decision.by, ["own:keep-card"]);
    assert_eq!(why.object.as_deref(), Some("key/card"));
}

#[tokio::test]
async fn a11_applications_are_among_those_who_can_and_are_asked_about() {
    let world = world().await;
    world.know_actor().await;
    two_groups(&world).await;
    let eve = person(&world, "eve").await;
    give(&world, BuiltInRole::Auditor, "eve", Some("payments")).await;
    for name in ["billing", "locked"] {
        let made = CreateApplication {
            name: name.parse().unwrap(),
            description: String::new(),
            group: Some("payments".to_owned()),
        };
        let applications = &world.app.applications;
        applications.create(&world.actor, made).await.unwrap();
        let who = format!("application/{name}");
        give(&world, BuiltInRole::KeyUser, &who, Some("payments")).await;
    }
    let locked = world.app.applications.lock(&world.actor, "locked").await;
    locked.unwrap();
    let rights = &world.app.authorization;

    assert_eq!(
        who_can(&world, &eve, "key.encrypt", "payments").await,
        ["application/billing role:key-user"]
    );
    let group = || About::Group("payments".to_owned());
    let why = async |who: &str, action: &str, about: About| {
        rights.why(&eve, who, action, &about).await.unwrap()
    };
    let billing = why("application/billing", "key.encrypt", group()).await;
    assert_eq!(billing.user.to_string(), "application/billing");
    assert_eq!(billing.decision.by, ["role:key-user"]);
    assert_eq!(
        (billing.has, billing.is_shut_out),
        (vec!["key-user".to_owned()], false)
    );
    assert!(
        why("application/locked", "key.encrypt", group())
            .await
            .is_shut_out
    );
    let never = why("application/billing", "key.rotate", group()).await;
    assert_eq!(never.decision.by, ["rule:applications-only-use-keys"]);
    let about = About::Object("billing".to_owned());
    let seen = why("eve", "application.read", about).await;
    assert_eq!(seen.object.as_deref(), Some("application/billing"));
    assert!(seen.decision.is_allowed);
}

#[tokio::test]
async fn a_check_asks_about_applications_and_about_everything_that_a_policy_can_name() {
    let world = world().await;
    world.know_actor().await;
    two_groups(&world).await;
    let made = CreateApplication {
        name: "billing".parse().unwrap(),
        description: String::new(),
        group: Some("payments".to_owned()),
    };
    let applications = &world.app.applications;
    applications.create(&world.actor, made).await.unwrap();
    let (policies, ours) = (&world.app.access_policies, "ours".parse().unwrap());
    let check = async |text: String| {
        let found = policies.check(&world.actor, &ours, Some(text));
        let found = found.await.unwrap();
        let told = found.effects.iter().map(|one| {
            let object = one.object.clone().unwrap_or_default();
            format!("{} {} {object}", one.user, one.action)
        });
        (told.collect::<Vec<_>>(), found.is_complete)
    };

    let payments = group(&world, "payments").await;
    let reads = format!(
        r#"permit(principal is Keyferry::Application, action == Keyferry::Action::"key.read", resource in Keyferry::Group::"{payments}");"#
    );
    let expected = [
        "application/billing key.read ",
        "application/billing key.read key/card",
    ];
    assert_eq!(
        check(reads).await,
        (expected.map(str::to_owned).to_vec(), true)
    );
    let hide = r#"forbid(principal, action == Keyferry::Action::"application.lock", resource is Keyferry::ApplicationResource)
        when { resource.name == "billing" };"#;
    let expected = vec!["ann application.lock application/billing".to_owned()];
    assert_eq!(check(hide.to_owned()).await, (expected, true));
    let jobs = r#"forbid(principal, action == Keyferry::Action::"job.cancel", resource is Keyferry::JobResource);"#;
    let (told, is_complete) = check(jobs.to_owned()).await;
    assert!(
        !told.is_empty()
            && told
                .iter()
                .all(|one| one.starts_with("ann job.cancel job/")),
        "{told:?}"
    );
    assert!(is_complete);
}

#[tokio::test]
async fn a_check_that_did_not_ask_about_everything_says_so() {
    let world = world().await;
    world.know_actor().await;
    for number in 0..51 {
        let made = CreateApplication {
            name: format!("a{number}").parse().unwrap(),
            description: String::new(),
            group: None,
        };
        let applications = &world.app.applications;
        applications.create(&world.actor, made).await.unwrap();
    }
    let (policies, ours) = (&world.app.access_policies, "ours".parse().unwrap());
    let is_complete = async |action: &str| {
        let text =
            format!(r#"forbid(principal, action == Keyferry::Action::"{action}", resource);"#);
        let found = policies.check(&world.actor, &ours, Some(text));
        found.await.unwrap().is_complete
    };

    assert!(!is_complete("application.lock").await);
    assert!(
        is_complete("keystore.update").await,
        "all that it names was asked about"
    );
}

#[tokio::test]
async fn k15_questions_about_rights_are_answered_to_whoever_watches_over_that_group_alone() {
    let world = world().await;
    world.know_actor().await;
    two_groups(&world).await;
    let bob = bob(&world).await;
    let eve = person(&world, "eve").await;
    let cleo = person(&world, "cleo").await;
    give(&world, BuiltInRole::Operator, "bob", Some("payments")).await;
    give(&world, BuiltInRole::Auditor, "eve", Some("payments")).await;
    give(&world, BuiltInRole::SecurityOfficer, "cleo", None).await;
    let rights = &world.app.authorization;
    let ask = async |who: &Actor, group: &str| code(rights.who_can(who, "key.read", group).await);

    assert_eq!(ask(&bob, "payments").await, "access.denied");
    assert_eq!(ask(&eve, "payments").await, "ok");
    assert_eq!(ask(&eve, "default").await, "request.not-found");
    assert_eq!(ask(&eve, "no-such-group").await, "request.not-found");
    assert_eq!(ask(&cleo, "default").await, "ok");
    let hidden = About::Object("mail".to_owned());
    let why = rights.why(&eve, "bob", "kms-key.read", &hidden).await;
    assert_eq!(code(why), "request.not-found");
    let of_installation = rights.who_can(&eve, "user.lock", "payments").await;
    assert_eq!(code(of_installation), "request.invalid");
}
