//! People, by the command line.

use jiff::SignedDuration;
use keyferry_cli::Exit;
use keyferry_ports::clock::Clock as _;
use keyferry_testkit::authenticator::Authenticator;

use crate::shell::{PASSWORD, Shell};

const BOB: &str = "a password of my own";

/// Signs somebody in with what is typed at the questions, the last word on a line of its own in files.
async fn login(shell: &Shell, user: &str, password: &str, more: &str) -> crate::shell::Done {
    let file = shell.file("password", password);
    let line = format!(
        "login --user {user} --password-file {} --fingerprint {} {more}",
        file.display(),
        shell.fingerprint
    );
    shell.run(&line).await
}

#[tokio::test]
async fn a2_a_person_is_added_signs_in_sets_a_password_and_leaves() {
    let shell = Shell::signed_in().await;
    let tried = shell
        .read("user create bob --full-name Robert --dry-run")
        .await;
    assert!(tried["password"].is_null());
    let made = shell.read("user create bob --full-name Robert").await;
    let first = made["password"].as_str().unwrap();
    let weak = shell.file("weak", "password1234");
    let refused = shell
        .run(&format!(
            "user create eve --password-file {}",
            weak.display()
        ))
        .await;
    assert_eq!(refused.exit, Exit::Usage);
    assert!(
        refused.stderr.contains("access.weak-password"),
        "{}",
        refused.stderr
    );

    shell.will_answer(BOB);
    let signed_in = login(&shell, "BOB", first, "").await;
    assert_eq!(signed_in.exit, Exit::Ok, "{}", signed_in.stderr);
    assert!(signed_in.stderr.contains("set one of your own"));
    assert_eq!(shell.read("me").await["name"], "bob");
    let own = shell.file("own", BOB);
    let next = shell.file("next", "the next password of bob");
    let line = format!(
        "user change-password --password-file {} --new-password-file {}",
        own.display(),
        next.display()
    );
    shell.succeed(&line).await;
    let again = shell.run(&line).await;
    assert_eq!(again.exit, Exit::Denied, "{}", again.stderr);
    assert!(again.stderr.contains("access.not-confirmed"));

    shell.sign_in().await;
    shell.succeed("user update bob --full-name Rob").await;
    shell.succeed("user lock bob").await;
    let locked = login(&shell, "bob", "the next password of bob", "").await;
    assert_eq!(locked.exit, Exit::NotSignedIn);
    shell.sign_in().await;
    shell.succeed("user unlock bob").await;
    let reset = shell.read("user reset-password bob").await;
    assert_eq!(reset["user"]["must_change_password"], true);
    shell.succeed("user end-sessions bob --tokens").await;
    let shown = shell.succeed("user offboard bob --dry-run").await;
    assert!(shown.contains("API tokens that are revoked"), "{shown}");
    assert_eq!(shell.read("user show bob").await["state"], "active");
    shell.succeed("user delete bob --yes").await;
    let list = shell.read("user list").await;
    assert_eq!(list[1]["state"], "offboarded");
    assert_eq!(list[1]["full_name"], "Rob");
}

#[tokio::test]
async fn a9_a_second_factor_is_set_up_asked_for_and_removed() {
    let shell = Shell::signed_in().await;
    let clock = &shell.outside.clock;
    let password = shell.file("ann", PASSWORD);
    let set_up = format!("user totp set-up --password-file {}", password.display());
    let made = shell.read(&set_up).await;
    let phone = Authenticator::of(made["secret"].as_str().unwrap());
    let code = shell.file("code", &phone.code(clock.now()));
    let confirm = format!("user totp confirm --code-file {}", code.display());
    let codes = shell.read(&confirm).await["codes"].clone();
    clock.advance(SignedDuration::from_mins(1));

    shell.will_answer(&phone.code(clock.now()));
    let asked = login(&shell, "ann", PASSWORD, "").await;
    assert_eq!(asked.exit, Exit::Ok, "{}", asked.stderr);
    let recovery = shell.file("recovery", codes[0].as_str().unwrap());
    let more = format!("--code-file {}", recovery.display());
    let saved = login(&shell, "ann", PASSWORD, &more).await;
    assert_eq!(saved.exit, Exit::Ok, "{}", saved.stderr);
    let used = login(&shell, "ann", PASSWORD, &more).await;
    assert_eq!(used.exit, Exit::NotSignedIn);
    assert_eq!(shell.read("user show ann").await["recovery_codes_left"], 9);
    assert!(
        shell
            .read("session list")
            .await
            .as_array()
            .unwrap()
            .is_empty()
    );

    clock.advance(SignedDuration::from_mins(1));
    let code = shell.file("code", &phone.code(clock.now()));
    let renew = format!(
        "user totp new-recovery-codes --code-file {}",
        code.display()
    );
    let codes = shell.read(&renew).await["codes"].clone();
    let recovery = shell.file("recovery", codes[1].as_str().unwrap());
    let remove = format!(
        "user totp remove --password-file {} --code-file {}",
        password.display(),
        recovery.display()
    );
    shell.succeed(&remove).await;
    let signed_in = login(&shell, "ann", PASSWORD, "").await;
    assert_eq!(signed_in.exit, Exit::Ok, "{}", signed_in.stderr);
    shell.succeed("session end --all").await;
}

#[tokio::test]
async fn whoever_is_locked_out_is_told_until_when() {
    let shell = Shell::signed_in().await;
    for _ in 0..5 {
        let wrong = login(&shell, "ann", "a wrong password", "").await;
        assert_eq!(wrong.exit, Exit::NotSignedIn);
    }

    let waits = login(&shell, "ann", PASSWORD, "").await;

    assert_eq!(waits.exit, Exit::Transient);
    assert!(
        waits.stderr.contains("access.locked-out"),
        "{}",
        waits.stderr
    );
    shell.succeed("user unlock ann").await;
    assert_eq!(login(&shell, "ann", PASSWORD, "").await.exit, Exit::Ok);
}
