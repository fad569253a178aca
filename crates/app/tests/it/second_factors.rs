//! Second factors: setting up, asking, losing them, and the sealed vault.

use jiff::SignedDuration;
use keyferry_app::access::SessionRules;
use keyferry_app::{Action, Actor};
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::SessionLimit;
use keyferry_ports::secret::SecretText;
use keyferry_testkit::authenticator::Authenticator;
use keyferry_testkit::world::Outside;
use kms_sim::SimConfig;

use crate::people::{ANN, BOB, House, code, sign_in};

impl House {
    /// Sets up a second factor for bob; answers his app and the recovery codes.
    async fn with_totp(&self) -> (Authenticator, Vec<SecretText>) {
        let access = &self.app().access;
        let bob = self.enter("bob", BOB).await;
        let password = SecretText::new(BOB);
        let made = access.set_up_totp(&bob, &password).await.unwrap();
        let phone = Authenticator::of(made.secret.expose());
        let code = SecretText::new(phone.code(self.world.outside.clock.now()));
        let codes = access.confirm_totp(&bob, &code).await.unwrap();
        self.pass(SignedDuration::from_secs(60));
        (phone, codes)
    }

    fn shown(&self, phone: &Authenticator) -> String {
        phone.code(self.world.outside.clock.now())
    }
}

#[tokio::test]
async fn a9_a_second_factor_is_asked_for_once_confirmed_and_each_code_counts_once() {
    let house = House::with_bob().await;
    let (phone, recovery) = house.with_totp().await;
    assert_eq!(
        code(house.sign_in("bob", BOB, None).await),
        "access.totp-required"
    );
    let wrong = house.sign_in("bob", BOB, Some("000000")).await;
    assert_eq!(code(wrong), "access.not-signed-in");

    let shown = house.shown(&phone);
    house.sign_in("bob", BOB, Some(&shown)).await.unwrap();
    let replayed = house.sign_in("bob", BOB, Some(&shown)).await;
    assert_eq!(code(replayed), "access.not-signed-in");
    let before = house.world.outside.clock.now() - SignedDuration::from_secs(30);
    let older = house.sign_in("bob", BOB, Some(&phone.code(before))).await;
    assert_eq!(
        code(older),
        "access.not-signed-in",
        "none at or before the last one"
    );
    house.pass(SignedDuration::from_secs(60));
    let late = house.shown(&phone);
    house.pass(SignedDuration::from_secs(30));
    house.sign_in("bob", BOB, Some(&late)).await.unwrap();

    assert_eq!(recovery.len(), 10);
    house
        .sign_in("bob", BOB, Some(recovery[4].expose()))
        .await
        .unwrap();
    let again = house.sign_in("bob", BOB, Some(recovery[4].expose())).await;
    assert_eq!(code(again), "access.not-signed-in");
    assert_eq!(house.show("bob").await.user.recovery_codes.len(), 9);
    let rows = house.world.outside.records.debug_without_leaves();
    assert!(!rows.contains(recovery[5].expose()));
}

#[tokio::test]
async fn a_second_factor_is_set_up_renewed_and_removed_by_those_who_prove_who_they_are() {
    let house = House::with_bob().await;
    let access = &house.app().access;
    let bob = house.enter("bob", BOB).await;
    let (right, wrong) = (SecretText::new(BOB), SecretText::new("a wrong password"));
    assert_eq!(
        code(access.set_up_totp(&bob, &wrong).await),
        "access.not-confirmed"
    );
    let made = access.set_up_totp(&bob, &right).await.unwrap();
    let uri = made.uri.expose();
    let secret = made.secret.expose();
    assert!(uri.starts_with(&format!(
        "otpauth://totp/Keyferry:bob?secret={secret}&issuer=Keyferry"
    )));
    assert!(uri.ends_with("&algorithm=SHA1&digits=6&period=30"));
    house
        .sign_in("bob", BOB, None)
        .await
        .expect("it is not confirmed yet");
    let zeros = SecretText::new("000000");
    assert_eq!(
        code(access.confirm_totp(&bob, &zeros).await),
        "access.not-confirmed"
    );

    let (phone, first) = house.with_totp().await;
    assert_eq!(
        code(house.act(&bob, "red").await),
        "access.ended",
        "it began without"
    );
    let shown = house.shown(&phone);
    let bob = house.sign_in("bob", BOB, Some(&shown)).await.unwrap();
    let bob = house.by(&bob).await.unwrap();
    assert_eq!(
        code(access.set_up_totp(&bob, &right).await),
        "user.totp-is-set"
    );
    house.pass(SignedDuration::from_secs(60));
    let shown = SecretText::new(house.shown(&phone));
    let second = access.renew_recovery_codes(&bob, &shown).await.unwrap();
    assert_ne!(first[0].expose(), second[0].expose());
    let former = house.sign_in("bob", BOB, Some(first[0].expose())).await;
    assert_eq!(code(former), "access.not-signed-in");

    let removed = access.remove_totp(&bob, &wrong, &second[0]).await;
    assert_eq!(code(removed), "access.not-confirmed");
    access.remove_totp(&bob, &right, &second[0]).await.unwrap();
    house.sign_in("bob", BOB, None).await.unwrap();
    assert_eq!(
        code(access.remove_totp(&bob, &right, &second[1]).await),
        "user.no-totp"
    );
}

#[tokio::test]
async fn an_administrator_takes_a_lost_second_factor_away_and_not_ones_own() {
    let house = House::with_bob().await;
    house.with_totp().await;
    let users = &house.app().users;

    let person = users.reset_totp(house.ann(), "bob").await.unwrap();

    assert_eq!(
        (person.user.totp, person.user.recovery_codes.len()),
        (None, 0)
    );
    house.sign_in("bob", BOB, None).await.unwrap();
    assert_eq!(
        code(users.reset_totp(house.ann(), "bob").await),
        "user.no-totp"
    );
    assert_eq!(
        code(users.reset_totp(house.ann(), "ann").await),
        "user.oneself"
    );
    let reset = users.reset_password(house.ann(), "ann", None).await;
    assert_eq!(code(reset), "user.oneself");
}

/// Real hashes, because a second process must find them.
#[tokio::test]
async fn while_the_vault_is_sealed_a_person_with_a_second_factor_can_only_open_it() {
    let outside = Outside::new(3, SimConfig::default());
    let open = outside.start(keyferry_testkit::fuse::Fuse::whole(), 0);
    let password = SecretText::new(ANN);
    let name = "ann".parse().unwrap();
    let access = &open.app.access;
    let ann = access
        .add_first_administrator(name, &password)
        .await
        .unwrap();
    let ann = Actor::person(ann.id, ann.name);
    let made = access.set_up_totp(&ann, &password).await.unwrap();
    let phone = Authenticator::of(made.secret.expose());
    let first = SecretText::new(phone.code(outside.clock.now()));
    let recovery = access.confirm_totp(&ann, &first).await.unwrap();
    outside.clock.advance(SignedDuration::from_mins(1));

    let sealed = outside.start_sealed(1);
    let shown = phone.code(outside.clock.now());
    for code in [None, Some(shown.as_str())] {
        let issued = sign_in(&sealed.app, "ann", ANN, code).await.unwrap();
        assert_eq!(issued.record.limit, Some(SessionLimit::Unseal));
        let ann = sealed.app.access.by_session(&issued.secret).await.unwrap();
        assert!(ann.may_try(Action::SealUnseal).is_ok());
        let refused = ann.may_try(Action::KeyRead).unwrap_err();
        assert_eq!(refused.code(), "access.only-for-unsealing");
        let limited = open.app.access.by_session(&issued.secret).await.unwrap();
        assert!(
            limited.may_try(Action::KeyRead).is_err(),
            "also once it is open"
        );
    }
    let wrong = sign_in(&sealed.app, "ann", "a wrong password", None).await;
    assert_eq!(code(wrong), "access.not-signed-in");
    let saved = sign_in(&sealed.app, "ann", ANN, Some(recovery[0].expose())).await;
    assert_eq!(saved.unwrap().record.limit, None, "it needs no vault");
    let full = sign_in(&open.app, "ann", ANN, Some(&shown)).await.unwrap();
    assert_eq!(full.record.limit, None, "the code was not used up");
}

#[tokio::test]
async fn a9_who_lacks_a_second_factor_that_is_wanted_may_only_set_one_up() {
    let house = House::with_rules(SessionRules::default().wanting_second_factors()).await;
    let access = &house.app().access;
    let token = access.create_token(house.ann(), "t".parse().unwrap(), None);
    let token = token.await.unwrap().secret;

    let issued = house.sign_in("ann", ANN, None).await.unwrap();
    assert_eq!(issued.record.limit, Some(SessionLimit::SetUpSecondFactor));
    let limited = [
        house.by(&issued).await.unwrap(),
        access.by_token(&token).await.unwrap(),
    ];
    for actor in &limited {
        for (action, word, _) in Action::ALL {
            let is_let = matches!(
                action,
                Action::SessionUse | Action::UserSetTotp | Action::SealUnseal
            );
            assert_eq!(actor.may_try(*action).is_ok(), is_let, "{word}");
        }
    }
    let refused = limited[0].may_try(Action::KeyRead).unwrap_err();
    assert_eq!(refused.code(), "access.second-factor-missing");

    let made = access.set_up_totp(&limited[0], &SecretText::new(ANN)).await;
    let phone = Authenticator::of(made.unwrap().secret.expose());
    // One that was never confirmed is none.
    let again = house.sign_in("ann", ANN, None).await.unwrap();
    assert_eq!(again.record.limit, Some(SessionLimit::SetUpSecondFactor));
    let code = SecretText::new(house.shown(&phone));
    access.confirm_totp(&limited[0], &code).await.unwrap();
    house.pass(SignedDuration::from_secs(60));
    let shown = house.shown(&phone);
    let issued = house.sign_in("ann", ANN, Some(&shown)).await.unwrap();
    assert_eq!(issued.record.limit, None);
    let ann = house.by(&issued).await.unwrap();
    assert!(ann.may_try(Action::KeyRead).is_ok());
    let by_token = access.by_token(&token).await.unwrap();
    assert!(by_token.may_try(Action::KeyRead).is_ok());

    // Whoever loses it begins anew; a first password comes before.
    let users = &house.app().users;
    let name = "bob".parse().unwrap();
    let first = SecretText::new("a first long password");
    let made = users.create(house.ann(), name, String::new(), Some(&first));
    made.await.unwrap();
    let bob = house.sign_in("bob", first.expose(), None).await.unwrap();
    assert_eq!(bob.record.limit, Some(SessionLimit::ChangePassword));
    let bob = house.by(&bob).await.unwrap();
    let own = SecretText::new(BOB);
    let changed = access.change_password(&bob, &first, &own).await;
    let changed = changed.unwrap().unwrap();
    assert_eq!(changed.record.limit, Some(SessionLimit::SetUpSecondFactor));
}
