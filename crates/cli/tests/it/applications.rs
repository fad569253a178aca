//! Applications by the command line: made by a person, and using keys by themselves.

use std::path::Path;

use keyferry_cli::Exit;

use crate::shell::Shell;

/// A shell with the application `billing`, which may use keys of the default group, and the file with its API key.
async fn with_billing(shell: &Shell) -> String {
    shell.succeed("application create billing").await;
    shell
        .succeed("role give key-user --to application/billing --group default")
        .await;
    let made = shell
        .read("application key create billing production")
        .await;
    let text = made["api_key"].as_str().unwrap();
    assert!(text.starts_with("kfa_"), "no API key");
    shell.file("api-key", text).display().to_string()
}

fn bytes(shell: &Shell, name: &str) -> Vec<u8> {
    std::fs::read(Path::new(shell.home.path()).join(name)).unwrap()
}

#[tokio::test]
async fn k12_keys_are_used_by_the_command_line_with_an_api_key() {
    let shell = Shell::signed_in().await;
    let api_key = with_billing(&shell).await;
    for (name, spec) in [
        ("data", "AES-256"),
        ("curve", "ECC-P256"),
        ("mac", "HMAC-256"),
    ] {
        shell
            .succeed(&format!("key create {name} --spec {spec}"))
            .await;
    }
    shell.file("plain", "what is to be hidden");
    shell.file("aad", "invoice 7");
    let home = shell.home.path().display().to_string();
    let by = format!("--api-key-file {api_key}");
    let run = async |verb: &str, key: &str, from: &str, to: &str, more: &str| {
        let line = format!("key {verb} {key} --in {home}/{from} --out {home}/{to} {by} {more}");
        shell.succeed(&line).await;
    };

    let aad = format!("--associated-data {home}/aad");
    run("encrypt", "data", "plain", "sealed", &aad).await;
    assert!(bytes(&shell, "sealed").starts_with(b"KFC\x01"));
    run("decrypt", "data", "sealed", "opened", &aad).await;
    assert_eq!(bytes(&shell, "opened"), b"what is to be hidden");
    run("wrap", "data", "plain", "wrapped", "").await;
    run("unwrap", "data", "wrapped", "unwrapped", "").await;
    assert_eq!(bytes(&shell, "unwrapped"), b"what is to be hidden");
    run("sign", "curve", "plain", "signature", "").await;
    run("mac", "mac", "plain", "tag", "").await;
    assert_eq!(bytes(&shell, "tag").len(), 32);
    for (key, signature) in [("curve", "signature"), ("mac", "tag")] {
        let verify = |from: &str| {
            format!("key verify {key} --in {home}/{from} --signature {home}/{signature} {by}")
        };
        shell.succeed(&verify("plain")).await;
        let other = shell.run(&verify("aad")).await;
        assert_eq!(other.exit, Exit::Damaged, "{}", other.stderr);
    }

    let line = format!("key decrypt data --in {home}/sealed {by}");
    let without = shell.run(&line).await;
    assert!(
        without.stderr.contains("does not open"),
        "{}",
        without.stderr
    );
    let person = shell
        .run(&format!("key encrypt data --in {home}/plain"))
        .await;
    assert_eq!(person.exit, Exit::Denied);
    assert!(
        person.stderr.contains("applications use them"),
        "{}",
        person.stderr
    );
}

#[tokio::test]
async fn k12_a_kms_key_is_used_by_the_command_line_with_an_api_key() {
    let (shell, _) = Shell::with_two_kms_keys().await;
    let api_key = with_billing(&shell).await;
    shell.file("plain", "what is to be hidden");
    let home = shell.home.path().display().to_string();
    let by = format!("--api-key-file {api_key} --context purpose=invoices");

    let line = format!("kms-key encrypt app --in {home}/plain --out {home}/sealed {by}");
    shell.succeed(&line).await;
    let line = format!("kms-key decrypt app --in {home}/sealed --out {home}/opened {by}");
    shell.succeed(&line).await;
    assert_eq!(bytes(&shell, "opened"), b"what is to be hidden");
    let line = format!("kms-key decrypt other --in {home}/sealed {by}");
    let other = shell.run(&line).await;
    assert_ne!(other.exit, Exit::Ok, "{}", other.stdout);
}

#[tokio::test]
async fn a10_an_application_is_made_changed_locked_and_removed() {
    let shell = Shell::signed_in().await;
    let api_key = with_billing(&shell).await;
    shell.succeed("key create data --spec AES-256").await;
    shell.file("plain", "x");
    let home = shell.home.path().display().to_string();
    let encrypt = |file: &str| {
        format!("key encrypt data --in {home}/plain --out {home}/out --api-key-file {file}")
    };
    shell.succeed(&encrypt(&api_key)).await;
    let again = shell
        .read("application key rotate billing production --overlap-hours 1")
        .await;
    let second = shell.file("second", again["api_key"].as_str().unwrap());
    let second = second.display().to_string();
    for key in [&api_key, &second] {
        shell.succeed(&encrypt(key)).await;
    }
    let keys = shell.read("application key list billing").await;
    assert_eq!(keys.as_array().unwrap().len(), 2);
    let id = again["details"]["id"].as_str().unwrap();
    shell
        .succeed(&format!("application key revoke billing {id}"))
        .await;
    let refused = shell.run(&encrypt(&second)).await;
    assert_eq!(refused.exit, Exit::NotSignedIn, "{}", refused.stderr);

    shell
        .succeed("application certificate add billing dns:billing.example.com")
        .await;
    shell.succeed("application create shipping").await;
    let taken = shell
        .run("application certificate add shipping dns:billing.example.com")
        .await;
    assert_eq!(taken.exit, Exit::Conflict, "{}", taken.stderr);
    let names = shell.read("application certificate list billing").await;
    assert_eq!(names[0]["name"], "dns:billing.example.com");
    shell
        .succeed("application certificate remove billing dns:billing.example.com")
        .await;

    let changed = shell
        .read("application update billing --description invoices")
        .await;
    assert_eq!(changed["description"], "invoices");
    let tried = shell.read("application lock billing --dry-run").await;
    assert_eq!(tried["is_locked"], true);
    shell.succeed(&encrypt(&api_key)).await;
    shell.succeed("application lock billing").await;
    let locked = shell.run(&encrypt(&api_key)).await;
    assert_eq!(locked.exit, Exit::NotSignedIn, "{}", locked.stderr);
    shell.succeed("application unlock billing").await;
    shell.succeed(&encrypt(&api_key)).await;
    assert_eq!(
        shell.read("application show billing").await["is_locked"],
        false
    );
    shell.succeed("application delete billing --yes").await;
    let left = shell.read("application list").await;
    assert_eq!(left.as_array().unwrap().len(), 1);
}
