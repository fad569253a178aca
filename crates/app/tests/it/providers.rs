//! Signing in by a provider: who is let in, with which roles, and what never opens another door.

mod many;
mod rules;

use std::collections::BTreeSet;

use jiff::SignedDuration;
use keyferry_app::access::{Arrived, Back, Begun, Finished, Wish, challenge_of};
use keyferry_app::rights::BuiltInRole;
use keyferry_app::sign_in_providers::{
    AddProvider, NewRule, ProviderSettings, Rule, UpdateProvider,
};
use keyferry_app::users::Invitation;
use keyferry_app::{Actor, App, AppError};
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{
    AccessRecords as _, AuthorityRecords as _, Batch, Change, Commits as _, ProviderRecords as _,
    Provisioning, RoleHolder, SignInProvider,
};
use keyferry_ports::secret::SecretText;

use crate::people::{ANN, House, code, sign_in};

const SECRET: &str = "the client's secret";

fn settings(provisioning: Provisioning) -> ProviderSettings {
    ProviderSettings {
        client_id: "keyferry".to_owned(),
        scopes: vec!["groups".to_owned()],
        name_claim: "preferred_username".to_owned(),
        public_url: "https://keyferry.example/".to_owned(),
        ca_bundle: None,
        provisioning,
    }
}

async fn add(house: &House, name: &str, provisioning: Provisioning) -> SignInProvider {
    let command = AddProvider {
        name: name.parse().unwrap(),
        issuer: format!("https://{name}.example"),
        settings: settings(provisioning),
        client_secret: Some(SecretText::new(SECRET)),
    };
    let added = house
        .app()
        .sign_in_providers
        .add(house.ann(), command)
        .await;
    added.unwrap().provider
}

/// A house with a provider `corp`.
pub(crate) async fn house(provisioning: Provisioning) -> House {
    let house = House::new().await;
    add(&house, "corp", provisioning).await;
    house
}

pub(crate) fn here(return_to: &str) -> Wish {
    Wish::Browser {
        return_to: Some(return_to.to_owned()),
    }
}

/// One parameter of an address.
fn parameter(begun: &Begun, name: &str) -> String {
    let query = begun.location.split_once('?').unwrap().1;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|pair| pair.0 == name).unwrap().1.to_owned()
}

pub(crate) fn back(begun: &Begun, code: &str) -> Back {
    Back {
        state: SecretText::new(parameter(begun, "state")),
        code: Some(SecretText::new(code)),
        error: None,
        issuer: None,
        browser: Some(SecretText::new(begun.browser.expose())),
    }
}

async fn try_begin(app: &App, provider: &str, wish: Wish) -> Result<Begun, AppError> {
    let access = &app.access;
    access.begin_at_provider(provider, wish, "192.0.2.1").await
}

pub(crate) async fn begin(app: &App, wish: Wish) -> Begun {
    try_begin(app, "corp", wish).await.unwrap()
}

pub(crate) async fn finish(app: &App, back: Back) -> Result<Arrived, AppError> {
    let Finished { arrived, .. } = app.access.finish_at_provider("corp", back).await;
    arrived
}

/// Signs somebody in of whom the provider claims groups; answers who that is to everything else.
async fn arrive(
    house: &House,
    subject: &str,
    name: &str,
    groups: &[&str],
) -> Result<Actor, AppError> {
    let claims: [(&str, &[&str]); 2] = [("preferred_username", &[name]), ("groups", groups)];
    house
        .world
        .outside
        .providers
        .knows(subject, subject, &claims);
    let begun = begin(house.app(), here("/")).await;
    match finish(house.app(), back(&begun, subject)).await? {
        Arrived::SignedIn { issued, .. } => house.by(&issued).await,
        other => panic!("{other:?}"),
    }
}

fn id(actor: &Actor) -> RoleHolder {
    match actor {
        Actor::User { id, .. } => RoleHolder::User(*id),
        other => panic!("{other}"),
    }
}

async fn roles(house: &House, who: &Actor) -> BTreeSet<String> {
    let records = &house.world.outside.records;
    let rows = records.list_assignments_of(id(who)).await.unwrap();
    rows.iter().map(|row| row.role.to_string()).collect()
}

async fn rule(
    house: &House,
    by: &Actor,
    value: &str,
    role: BuiltInRole,
    group: Option<&str>,
) -> Result<Rule, AppError> {
    let rule = NewRule {
        claim: "groups".to_owned(),
        value: value.to_owned(),
        role,
        group: group.map(str::to_owned),
    };
    house
        .app()
        .sign_in_providers
        .add_rule(by, "corp", rule)
        .await
}

#[tokio::test]
async fn a3_the_provider_is_promised_what_only_this_browser_can_keep() {
    let house = house(Provisioning::JustInTime).await;
    let begun = begin(house.app(), here("/kms-keys")).await;
    assert!(
        begun
            .location
            .starts_with("https://corp.example/auth?response_type=code&client_id=keyferry&")
    );
    assert_eq!(parameter(&begun, "scope"), "openid%20groups");
    assert_eq!(parameter(&begun, "code_challenge_method"), "S256");
    let redirect = "https://keyferry.example/api/v1/sessions/oidc/corp/callback";
    let outside = &house.world.outside;
    outside
        .providers
        .knows("c-1", "s-1", &[("preferred_username", &["bob"])]);

    let arrived = finish(house.app(), back(&begun, "c-1")).await.unwrap();
    assert!(matches!(arrived, Arrived::SignedIn { return_to, .. } if return_to == "/kms-keys"));
    let asked = outside.providers.asked().remove(0);
    assert_eq!(
        challenge_of(&asked.verifier),
        parameter(&begun, "code_challenge")
    );
    assert_eq!(asked.nonce, parameter(&begun, "nonce"));
    assert_eq!(
        (asked.redirect_uri.as_str(), asked.wants_proof),
        (redirect, false)
    );
    assert_eq!(asked.client_secret.as_deref(), Some(SECRET));
    let rows = outside.records.debug_without_leaves();
    for secret in [
        &asked.verifier,
        &asked.nonce,
        begun.browser.expose(),
        SECRET,
    ] {
        assert!(!rows.contains(secret), "the database holds hashes alone");
    }
}

#[tokio::test]
async fn a3_a_sign_in_ends_once_in_the_browser_that_began_it_within_ten_minutes() {
    let house = house(Provisioning::JustInTime).await;
    let app = house.app();
    house
        .world
        .outside
        .providers
        .knows("c-1", "s-1", &[("preferred_username", &["bob"])]);
    let begun = begin(app, here("/")).await;
    let other = begin(app, here("/")).await;

    let not_begun = "access.sign-in-not-begun";
    let elsewhere = Back {
        browser: Some(SecretText::new(other.browser.expose())),
        ..back(&begun, "c-1")
    };
    let nowhere = Back {
        browser: None,
        ..back(&begun, "c-1")
    };
    let unknown = Back {
        state: SecretText::new("made up"),
        ..back(&begun, "c-1")
    };
    for wrong in [elsewhere, nowhere, unknown] {
        assert_eq!(code(finish(app, wrong).await), not_begun);
    }
    assert_eq!(
        house.world.outside.providers.asked(),
        [],
        "nobody was asked"
    );
    finish(app, back(&begun, "c-1")).await.unwrap();
    assert_eq!(code(finish(app, back(&begun, "c-1")).await), not_begun);

    house.pass(SignedDuration::from_mins(10));
    assert_eq!(code(finish(app, back(&other, "c-1")).await), not_begun);
    begin(app, here("/")).await;
    let left = house
        .world
        .outside
        .records
        .count_sign_in_flows()
        .await
        .unwrap();
    assert_eq!(left, 2, "what lapses just now is still there");
    house.pass(SignedDuration::from_secs(1));
    begin(app, here("/")).await;
    let left = house
        .world
        .outside
        .records
        .count_sign_in_flows()
        .await
        .unwrap();
    assert_eq!(left, 2);
}

#[tokio::test]
async fn a3_what_a_provider_refuses_lets_nobody_in_and_nobody_is_sent_elsewhere() {
    let house = house(Provisioning::JustInTime).await;
    let (app, providers) = (house.app(), &house.world.outside.providers);
    providers.knows("c-1", "s-1", &[("preferred_username", &["bob"])]);
    let refused = "sign-in-provider.refused";

    let begun = begin(app, here("/")).await;
    let denied = Back {
        error: Some("access_denied".to_owned()),
        ..back(&begun, "c-1")
    };
    assert_eq!(code(finish(app, denied).await), refused);
    let begun = begin(app, here("/")).await;
    let mixed_up = Back {
        issuer: Some("https://evil.example".to_owned()),
        ..back(&begun, "c-1")
    };
    assert_eq!(code(finish(app, mixed_up).await), refused);
    assert_eq!(providers.asked(), []);
    let begun = begin(app, here("/")).await;
    assert_eq!(
        code(finish(app, back(&begun, "another code")).await),
        refused
    );
    let elsewhere = app
        .access
        .begin_at_provider("corp", here("//evil.example"), "192.0.2.1")
        .await;
    assert_eq!(code(elsewhere), "request.invalid");
    let nobody = try_begin(app, "none", here("/")).await;
    assert_eq!(code(nobody), "request.not-found");
    let users = house.world.outside.records.list_users().await.unwrap();
    assert_eq!(users.len(), 1, "ann alone");
}

#[tokio::test]
async fn a3_a_provider_that_is_down_or_a_sealed_vault_opens_no_other_door() {
    let house = house(Provisioning::JustInTime).await;
    let (app, providers) = (house.app(), &house.world.outside.providers);
    let bob = arrive(&house, "s-1", "bob", &[]).await.unwrap();
    let begun = begin(app, here("/")).await;
    providers.set_down(true);

    let unavailable = "sign-in-provider.unavailable";
    assert_eq!(code(finish(app, back(&begun, "s-1")).await), unavailable);
    let again = try_begin(app, "corp", here("/")).await;
    assert_eq!(code(again), unavailable);
    for password in ["", "bob", "s-1"] {
        let entered = sign_in(app, "bob", password, None).await;
        assert_eq!(code(entered), "access.not-signed-in");
    }
    house.enter("ann", ANN).await;
    assert!(
        app.access.list_sessions(&bob).await.is_ok(),
        "who is in stays in"
    );

    providers.set_down(false);
    let sealed = house.world.outside.start_sealed(7);
    let begun = try_begin(&sealed.app, "corp", here("/")).await;
    assert_eq!(code(begun), "seal.sealed");
}

#[tokio::test]
async fn a3_nobody_is_linked_by_name_to_a_person_who_was_not_added_for_the_provider() {
    let house = house(Provisioning::JustInTime).await;
    assert_eq!(
        code(arrive(&house, "s-1", "ANN", &[]).await),
        "access.name-unusable"
    );
    add(&house, "other", Provisioning::JustInTime).await;
    let bob = arrive(&house, "s-2", "bob", &[]).await.unwrap();
    // Another subject under bob's name, at the same provider and at another.
    assert_eq!(
        code(arrive(&house, "s-3", "bob", &[]).await),
        "access.name-unusable"
    );
    let renamed = arrive(&house, "s-2", "robert", &[]).await.unwrap();
    assert_eq!(
        id(&renamed),
        id(&bob),
        "the subject is the person, whatever its name"
    );
    for name in ["", "a\u{7}b", "x".repeat(200).as_str()] {
        assert_eq!(
            code(arrive(&house, "s-4", name, &[]).await),
            "access.name-unusable"
        );
    }
}

#[tokio::test]
async fn a3_who_is_invited_is_bound_to_one_subject_and_a_lock_refuses_the_provider() {
    let house = house(Provisioning::Invited).await;
    let users = &house.app().users;
    let invitation = |subject: Option<&str>| Invitation {
        provider: "corp".to_owned(),
        subject: subject.map(str::to_owned),
    };
    let not_admitted = "access.not-admitted";
    let invite = async |name: &str, subject: Option<&str>| {
        let name = name.parse().unwrap();
        let by = invitation(subject);
        users.invite(house.ann(), name, String::new(), &by).await
    };
    let of_nobody = code(invite("Bob", None).await);
    assert_eq!(of_nobody, "sign-in-provider.subject-needed");
    invite("Bob", Some("s-1")).await.unwrap();
    invite("carol", Some("s-9")).await.unwrap();
    assert_eq!(code(invite("BOB", Some("s-7")).await), "request.name-taken");
    assert_eq!(
        code(invite("dora", Some("s-9")).await),
        "request.name-taken"
    );

    let bob = arrive(&house, "s-1", "bob", &[]).await.unwrap();
    assert_eq!(code(arrive(&house, "s-2", "bob", &[]).await), not_admitted);
    assert_eq!(
        code(arrive(&house, "s-3", "carol", &[]).await),
        not_admitted
    );
    assert!(arrive(&house, "s-9", "anything", &[]).await.is_ok());
    assert_eq!(house.show("bob").await.provider.unwrap().as_str(), "corp");

    users.lock(house.ann(), "bob").await.unwrap();
    assert_eq!(
        code(house.app().access.check_still_in(&bob).await),
        "access.ended"
    );
    assert_eq!(code(arrive(&house, "s-1", "bob", &[]).await), not_admitted);
    users.unlock(house.ann(), "bob").await.unwrap();
    arrive(&house, "s-1", "bob", &[]).await.unwrap();
    users.offboard(house.ann(), "bob").await.unwrap();
    assert_eq!(code(arrive(&house, "s-1", "bob", &[]).await), not_admitted);
}

#[tokio::test]
async fn a3_who_comes_by_a_provider_has_no_password_and_gets_none() {
    let house = house(Provisioning::JustInTime).await;
    let bob = arrive(&house, "s-1", "bob", &[]).await.unwrap();
    let (access, users) = (&house.app().access, &house.app().users);
    let elsewhere = "user.signs-in-elsewhere";
    let password = SecretText::new("a good long password");
    let another = SecretText::new("another long password");

    assert_eq!(
        code(users.reset_password(house.ann(), "bob", None).await),
        elsewhere
    );
    assert_eq!(
        code(access.change_password(&bob, &password, &another).await),
        elsewhere
    );
    assert_eq!(code(access.set_up_totp(&bob, &password).await), elsewhere);
    assert_eq!(
        code(access.confirm_session(&bob, Some(&password), None).await),
        elsewhere
    );
    for password in ["", "a good long password"] {
        let entered = sign_in(house.app(), "bob", password, None).await;
        assert_eq!(code(entered), "access.not-signed-in");
    }
}

#[tokio::test]
async fn a3_roles_of_rules_come_and_go_with_claims_and_those_that_people_gave_stay() {
    let house = house(Provisioning::JustInTime).await;
    rule(
        &house,
        house.ann(),
        "kms",
        BuiltInRole::Operator,
        Some("default"),
    )
    .await
    .unwrap();
    let bob = arrive(&house, "s-1", "bob", &["kms", "staff"])
        .await
        .unwrap();
    assert_eq!(
        roles(&house, &bob).await,
        BTreeSet::from(["operator".to_owned()])
    );
    let given = house.app().roles.give(
        house.ann(),
        BuiltInRole::Auditor.as_str(),
        "bob",
        Some("default"),
    );
    given.await.unwrap();
    let again = arrive(&house, "s-1", "bob", &["kms"]).await.unwrap();
    assert!(
        house.app().access.check_still_in(&bob).await.is_ok(),
        "nothing was taken"
    );

    let less = arrive(&house, "s-1", "bob", &["staff"]).await.unwrap();
    assert_eq!(
        roles(&house, &less).await,
        BTreeSet::from(["auditor".to_owned()])
    );
    for ended in [&bob, &again] {
        assert_eq!(
            code(house.app().access.check_still_in(ended).await),
            "access.ended"
        );
    }
    assert!(house.app().access.check_still_in(&less).await.is_ok());
}

#[tokio::test]
async fn a3_roles_that_exclude_each_other_let_nobody_in() {
    let house = house(Provisioning::JustInTime).await;
    rule(
        &house,
        house.ann(),
        "kms",
        BuiltInRole::Operator,
        Some("default"),
    )
    .await
    .unwrap();
    rule(
        &house,
        house.ann(),
        "root",
        BuiltInRole::SystemAdministrator,
        None,
    )
    .await
    .unwrap();

    let both = arrive(&house, "s-1", "bob", &["kms", "root"]).await;
    assert_eq!(code(both), "access.roles-exclude");
    let users = house.world.outside.records.list_users().await.unwrap();
    assert_eq!(users.len(), 1, "nothing of it was written");
    let bob = arrive(&house, "s-1", "bob", &["root"]).await.unwrap();
    assert_eq!(
        code(arrive(&house, "s-1", "bob", &["kms", "root"]).await),
        "access.roles-exclude"
    );
    // Bob is the last who runs it, and his group is taken from him at the provider.
    let records = &house.world.outside.records;
    for row in records.list_assignments().await.unwrap() {
        if row.role.as_str() == "system-administrator" && row.holder != id(&bob) {
            let gone = Change::DeleteAssignment {
                id: row.id,
                keep_one: true,
            };
            records.commit(Batch::new().with(gone)).await.unwrap();
        }
    }
    assert_eq!(
        code(arrive(&house, "s-1", "bob", &[]).await),
        "user.last-administrator"
    );
    let removed = house.app().sign_in_providers.remove(&bob, "corp").await;
    assert_eq!(code(removed), "user.last-administrator");
}

#[tokio::test]
async fn a3_a_secret_goes_nowhere_else_than_where_it_was_given_for() {
    let house = house(Provisioning::Invited).await;
    let providers = &house.app().sign_in_providers;
    let change = |command| providers.update(house.ann(), "corp", command, None);
    let elsewhere = || UpdateProvider {
        client_id: Some("another".to_owned()),
        ..UpdateProvider::default()
    };
    let other_trust = UpdateProvider {
        ca_bundle: Some(Some("-----BEGIN CERTIFICATE-----".to_owned())),
        ..UpdateProvider::default()
    };
    for command in [elsewhere(), other_trust] {
        assert_eq!(
            code(change(command).await),
            "sign-in-provider.secret-needed"
        );
    }
    let with_secret = UpdateProvider {
        client_secret: Some(SecretText::new("another secret")),
        ..elsewhere()
    };
    let changed = change(with_secret).await.unwrap().provider;
    assert_eq!(
        (changed.client_id.as_str(), changed.revision),
        ("another", 2)
    );
    let open = UpdateProvider {
        provisioning: Some(Provisioning::JustInTime),
        ..UpdateProvider::default()
    };
    change(open).await.unwrap();
    arrive(&house, "s-1", "bob", &[]).await.unwrap();
    let asked = house.world.outside.providers.asked();
    assert_eq!(asked[0].client_secret.as_deref(), Some("another secret"));
    let bad = AddProvider {
        name: "plain".parse().unwrap(),
        issuer: "http://plain.example".to_owned(),
        settings: settings(Provisioning::Invited),
        client_secret: None,
    };
    assert_eq!(
        code(providers.add(house.ann(), bad).await),
        "request.invalid"
    );
}

#[tokio::test]
async fn a3_a_removed_provider_leaves_nobody_in_and_gives_nobody_another_way() {
    let house = house(Provisioning::JustInTime).await;
    rule(
        &house,
        house.ann(),
        "kms",
        BuiltInRole::Operator,
        Some("default"),
    )
    .await
    .unwrap();
    let bob = arrive(&house, "s-1", "bob", &["kms"]).await.unwrap();
    let given = house.app().roles.give(
        house.ann(),
        BuiltInRole::Auditor.as_str(),
        "bob",
        Some("default"),
    );
    given.await.unwrap();
    let access = &house.app().access;
    let token = access.create_token(&bob, "ci".parse().unwrap(), None);
    let token = token.await.unwrap();
    access.by_token(&token.secret).await.unwrap();
    house
        .app()
        .sign_in_providers
        .remove(house.ann(), "corp")
        .await
        .unwrap();

    assert_eq!(
        code(house.app().access.check_still_in(&bob).await),
        "access.ended"
    );
    assert_eq!(
        code(access.by_token(&token.secret).await),
        "access.not-signed-in"
    );
    assert_eq!(
        roles(&house, &bob).await,
        BTreeSet::from(["auditor".to_owned()])
    );
    assert_eq!(house.roles_taken_of("bob").await, ["operator by user/ann"]);
    assert_eq!(
        code(sign_in(house.app(), "bob", "", None).await),
        "access.not-signed-in"
    );
    // The same issuer under the same name is another provider: its subjects are strangers.
    add(&house, "corp", Provisioning::JustInTime).await;
    assert_eq!(
        code(arrive(&house, "s-1", "bob", &["kms"]).await),
        "access.name-unusable"
    );
    let reset = house
        .app()
        .users
        .reset_password(house.ann(), "bob", None)
        .await
        .unwrap();
    let password = reset.made_up.unwrap();
    assert!(
        sign_in(house.app(), "bob", password.expose(), None)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a3_a_session_is_confirmed_by_the_same_person_who_proves_it_anew() {
    let house = house(Provisioning::JustInTime).await;
    let (app, providers) = (house.app(), &house.world.outside.providers);
    providers.knows("s-1", "s-1", &[("preferred_username", &["bob"])]);
    providers.knows("s-2", "s-2", &[("preferred_username", &["eve"])]);
    let begun = begin(app, here("/")).await;
    let Arrived::SignedIn { issued, .. } = finish(app, back(&begun, "s-1")).await.unwrap() else {
        panic!("a session begins");
    };
    let records = &house.world.outside.records;
    let session = issued.record.id;
    let proved = || async {
        records
            .find_session_by_id(session)
            .await
            .unwrap()
            .unwrap()
            .confirmed_at
    };
    let now = house.world.outside.clock.now();
    assert_eq!(
        proved().await,
        now - SignedDuration::from_hours(12),
        "the provider does not tell when"
    );

    let confirm = || Wish::Confirm {
        cookie: Some(SecretText::new(issued.secret.expose())),
        return_to: None,
    };
    let begun = begin(app, confirm()).await;
    assert_eq!(
        (
            parameter(&begun, "max_age").as_str(),
            parameter(&begun, "prompt").as_str()
        ),
        ("0", "login")
    );
    assert_eq!(
        code(finish(app, back(&begun, "s-2")).await),
        "access.another-person"
    );
    let begun = begin(app, confirm()).await;
    assert!(matches!(
        finish(app, back(&begun, "s-1")).await,
        Ok(Arrived::Confirmed { .. })
    ));
    assert_eq!(proved().await, now);
    assert!(providers.asked().last().unwrap().wants_proof);
    let without = Wish::Confirm {
        cookie: None,
        return_to: None,
    };
    assert_eq!(
        code(try_begin(app, "corp", without).await),
        "access.not-signed-in"
    );
}

#[tokio::test]
async fn a3_a_command_line_gets_a_session_for_its_code_once_and_for_what_it_promised() {
    let house = house(Provisioning::JustInTime).await;
    let (app, access) = (house.app(), &house.app().access);
    house
        .world
        .outside
        .providers
        .knows("s-1", "s-1", &[("preferred_username", &["bob"])]);
    let verifier = SecretText::new("what the command line keeps");
    let wish = |port, challenge| Wish::CommandLine {
        port,
        challenge,
        is_anew: true,
    };
    let brought = || async {
        let begun = begin(app, wish(50_000, challenge_of(verifier.expose()))).await;
        let finished = access.finish_at_provider("corp", back(&begun, "s-1")).await;
        assert_eq!(finished.port, Some(50_000));
        match finished.arrived.unwrap() {
            Arrived::Code(code) => code,
            other => panic!("{other:?}"),
        }
    };
    let not_begun = "access.sign-in-not-begun";
    let one = brought().await;
    assert_eq!(
        code(access.by_session(&one).await),
        "access.not-signed-in",
        "a code is no session"
    );
    let (issued, user) = access.redeem_code(&one, &verifier).await.unwrap();
    assert_eq!(user.name.as_str(), "bob");
    house.by(&issued).await.unwrap();
    assert_eq!(code(access.redeem_code(&one, &verifier).await), not_begun);

    let stolen = brought().await;
    let wrong = SecretText::new("guessed");
    assert_eq!(code(access.redeem_code(&stolen, &wrong).await), not_begun);
    assert_eq!(
        code(access.redeem_code(&stolen, &verifier).await),
        not_begun,
        "it is used up"
    );
    let late = brought().await;
    house.pass(SignedDuration::from_mins(1));
    assert_eq!(code(access.redeem_code(&late, &verifier).await), not_begun);
    let overtaken = brought().await;
    house.app().users.lock(house.ann(), "bob").await.unwrap();
    assert_eq!(
        code(access.redeem_code(&overtaken, &verifier).await),
        not_begun
    );
    for (port, challenge) in [(80, challenge_of("x")), (50_000, "x".to_owned())] {
        let bad = access.begin_at_provider("corp", wish(port, challenge), "192.0.2.1");
        assert_eq!(code(bad.await), "request.invalid");
    }
}
