//! The client speaks to the server that it knows, and to no other.

use keyferry_cli::Exit;

use crate::shell::{PASSWORD, Shell};

#[tokio::test]
async fn another_certificate_than_the_pinned_one_is_refused_before_the_token_is_sent() {
    let mut shell = Shell::signed_in().await;
    let other = "ab".repeat(32);
    shell
        .environment
        .insert("KEYFERRY_FINGERPRINT".to_owned(), other.clone());

    let done = shell.run("me").await;

    assert_eq!(done.exit, Exit::WrongServer, "{}", done.stderr);
    assert!(
        done.stderr.contains(&format!("pinned is SHA-256 {other}")),
        "{}",
        done.stderr
    );
    assert!(
        done.stderr
            .contains(&format!("shown was  SHA-256 {}", shell.fingerprint)),
        "{}",
        done.stderr
    );
}

#[tokio::test]
async fn login_with_a_wrong_fingerprint_sends_no_password() {
    let shell = Shell::new().await;
    shell.type_in(PASSWORD);

    let done = shell
        .run(&format!(
            "login --user ann --password-file - --fingerprint {}",
            "0".repeat(64)
        ))
        .await;

    assert_eq!(done.exit, Exit::WrongServer, "{}", done.stderr);
    assert!(
        !shell
            .home
            .path()
            .join("config/keyferry/client.toml")
            .exists()
    );
}

#[tokio::test]
async fn an_unknown_certificate_is_shown_and_asked_about() {
    let shell = Shell::new().await;
    shell.type_in(PASSWORD);
    let login = "login --user ann --password-file -";

    let nobody = shell.run(login).await;
    shell.type_in(PASSWORD);
    shell.will_answer("no");
    let no = shell.run(login).await;
    shell.type_in(PASSWORD);
    shell.will_answer("yes");
    let yes = shell.run(login).await;

    assert_eq!(nobody.exit, Exit::NotConfirmed, "{}", nobody.stderr);
    assert!(
        nobody.stderr.contains(&shell.fingerprint),
        "{}",
        nobody.stderr
    );
    assert_eq!(no.exit, Exit::NotConfirmed);
    assert_eq!(yes.exit, Exit::Ok, "{}", yes.stderr);
    assert_eq!(shell.run("me").await.exit, Exit::Ok);
}

#[tokio::test]
async fn a_self_signed_server_without_a_pin_is_not_trusted() {
    let shell = Shell::new().await;

    let done = shell.run("seal status").await;

    assert_eq!(done.exit, Exit::Transient, "{}", done.stderr);
}

#[tokio::test]
async fn a_stored_token_does_not_follow_to_another_url() {
    let shell = Shell::signed_in().await;

    let done = shell.run("me --url https://localhost:1").await;

    assert_eq!(done.exit, Exit::Transient, "{}", done.stderr);
    let same = shell.run(&format!("me --url {}/", shell.url)).await;
    assert_eq!(same.exit, Exit::Ok, "{}", same.stderr);
}

#[tokio::test]
async fn a_profile_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let shell = Shell::signed_in().await;
    let profile = shell.home.path().join("config/keyferry/client.toml");
    std::fs::set_permissions(&profile, std::fs::Permissions::from_mode(0o644)).unwrap();

    let done = shell.run("me").await;

    assert_eq!(done.exit, Exit::Usage);
    assert!(done.stderr.contains("hint: chmod 0600"), "{}", done.stderr);
}
