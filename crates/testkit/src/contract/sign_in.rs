//! Signing in many times at once at two servers: what the records must make of it.

use std::sync::Arc;

use futures::future::join_all;
use jiff::SignedDuration;
use keyferry_app::access::{Credentials, FREE_TRIES, WAIT_FIRST};
use keyferry_app::{AccessError, App, AppError};
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::AllRecords;
use keyferry_ports::secret::SecretText;
use kms_sim::SimConfig;

use crate::authenticator::Authenticator;
use crate::passwords::PlainPasswords;
use crate::world::{Outside, World};

const PASSWORD: &str = "a good long password";

/// Signs in.
async fn sign_in(
    app: &App,
    name: &str,
    password: &str,
    code: Option<&str>,
) -> Result<(), AppError> {
    let (password, code) = (SecretText::new(password), code.map(SecretText::new));
    let said = Credentials {
        name,
        password: &password,
        code: code.as_ref(),
    };
    app.access.sign_in(&said).await.map(|_| ())
}

/// Two servers, each with its own way to the same records.
async fn with_ann([first, second]: [Arc<dyn AllRecords>; 2]) -> ([World; 2], Arc<PlainPasswords>) {
    let passwords = Arc::new(PlainPasswords::default());
    let outside = Outside::new(5, SimConfig::default());
    let world = outside.start_plainly(first, Arc::clone(&passwords), 0);
    let other = outside.start_plainly(second, Arc::clone(&passwords), 1);
    let name = "ann".parse().unwrap();
    let password = SecretText::new(PASSWORD);
    let added = world.app.access.add_first_administrator(name, &password);
    let ann = added.await.unwrap();
    let actor = keyferry_app::Actor::person(ann.id, ann.name);
    ([World { actor, ..world }, other], passwords)
}

/// However many guesses come at once, and however the name is written, no more than five are looked at; for a name that does not
/// exist it is the same. Then even the right password waits, and later it is let in.
pub async fn of_many_guesses_at_once_five_are_looked_at(ways: [Arc<dyn AllRecords>; 2]) {
    let ([world, other], passwords) = with_ann(ways).await;
    let app = &world.app;
    let apps = [app, &other.app];
    let ways = ["ann", "Ann", " ANN", "ann ", "\u{ff41}nn", "AnN"];
    let nobody = ["bob", "Bob", " BOB", "bob ", "\u{ff42}ob", "BoB"];
    for ways in [ways, nobody] {
        let before = passwords.looked_at();
        let guess = |place: usize| {
            sign_in(
                apps[place / 6 % 2],
                ways[place % 6],
                "a wrong password",
                None,
            )
        };
        let guesses = (0..24).map(guess);

        let answers = join_all(guesses).await;

        assert_eq!(passwords.looked_at() - before, FREE_TRIES as usize);
        let wrong = |one: &&Result<(), AppError>| matches!(one, Err(AppError::NotSignedIn));
        assert_eq!(answers.iter().filter(wrong).count(), FREE_TRIES as usize);
        let waits = |one: &&Result<(), AppError>| {
            matches!(one, Err(AppError::Access(AccessError::LockedOut { .. })))
        };
        assert_eq!(
            answers.iter().filter(waits).count(),
            24 - FREE_TRIES as usize
        );
    }
    let early = sign_in(app, "ann", PASSWORD, None).await.unwrap_err();
    assert_eq!(early.code(), "access.locked-out");

    let later = world.outside.clock.now() + WAIT_FIRST;
    world.outside.clock.set(later);
    sign_in(app, "ANN", PASSWORD, None).await.unwrap();
}

/// Of sign-ins with one code at once, one is let in; and so of sign-ins with one recovery code.
pub async fn of_sign_ins_with_one_code_at_once_one_is_let_in(ways: [Arc<dyn AllRecords>; 2]) {
    let ([world, other], _) = with_ann(ways).await;
    let (app, ann, clock) = (&world.app, &world.actor, &world.outside.clock);
    let password = SecretText::new(PASSWORD);
    let made = app.access.set_up_totp(ann, &password).await.unwrap();
    let phone = Authenticator::of(made.secret.expose());
    let first = SecretText::new(phone.code(clock.now()));
    let recovery = app.access.confirm_totp(ann, &first).await.unwrap();
    clock.set(clock.now() + SignedDuration::from_secs(60));
    let codes = [phone.code(clock.now()), recovery[3].expose().to_lowercase()];
    for code in codes {
        let apps = [app, &other.app].into_iter().cycle().take(4);
        let all = apps.map(|app| sign_in(app, "ann", PASSWORD, Some(&code)));

        let answers = join_all(all).await;

        let let_in = answers.iter().filter(|one| one.is_ok()).count();
        assert_eq!(let_in, 1, "{answers:?}");
        let others = answers.iter().filter_map(|one| one.as_ref().err());
        for other in others {
            assert!(matches!(other, AppError::NotSignedIn), "{other:?}");
        }
        clock.set(clock.now() + SignedDuration::from_hours(25));
    }
}
