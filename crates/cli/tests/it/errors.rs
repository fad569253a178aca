//! What people read when something is wrong.

use keyferry_cli::Exit;

use crate::shell::Shell;

#[tokio::test]
async fn help_names_every_noun() {
    let shell = Shell::new().await;

    let mut help = String::new();
    for line in [
        "--help",
        "kms-key --help",
        "kms-key create --help",
        "connection --help",
    ] {
        help.push_str(&shell.see(line).await);
    }

    insta::assert_snapshot!("help", help);
}

#[tokio::test]
async fn an_unknown_thing_is_an_error_with_hint_and_code() {
    let shell = Shell::signed_in().await;

    insta::assert_snapshot!("not_found", shell.see("kms-key show nothing").await);
}

#[tokio::test]
async fn without_sign_in_the_way_to_it_is_named() {
    let mut shell = Shell::new().await;
    shell
        .environment
        .insert("KEYFERRY_FINGERPRINT".to_owned(), shell.fingerprint.clone());

    insta::assert_snapshot!("not_signed_in", shell.see("key list").await);
}

#[tokio::test]
async fn a_command_line_that_cannot_be_read_ends_with_a_hint() {
    let shell = Shell::new().await;

    for (line, hint) in [
        ("kms-kez list", "similar subcommand exists: 'kms-key'"),
        ("kms-key lst", "similar subcommand exists: 'list'"),
        ("key list --nothing", "`--help` after the command"),
        ("keystore create", "`--help` after the command"),
        ("key list --output xml", "`--help` after the command"),
        ("key list --limit many", "`--help` after the command"),
    ] {
        let done = shell.run(line).await;
        assert_eq!(done.exit, Exit::Usage, "{line}");
        assert!(done.stderr.starts_with("error: "), "{}", done.stderr);
        let found = done.stderr.lines().find(|line| line.contains(hint));
        assert!(
            found.is_some_and(|line| line.starts_with("hint: ")),
            "{}",
            done.stderr
        );
    }
}

#[tokio::test]
async fn a_wrong_password_is_called_one() {
    let shell = Shell::new().await;
    let line = format!(
        "login --user ann --password-file - --fingerprint {}",
        shell.fingerprint
    );
    shell.type_in("another long password");

    let done = shell.run(&line).await;

    assert_eq!(done.exit, Exit::NotSignedIn);
    assert!(
        done.stderr
            .starts_with("error: user or password is wrong\nhint: "),
        "{}",
        done.stderr
    );
}

#[tokio::test]
async fn a_life_that_is_none_is_refused_and_not_an_empty_list() {
    let shell = Shell::signed_in().await;

    let done = shell.run("kms-key list --life nope").await;

    assert_eq!(done.exit, Exit::Usage);
    assert!(
        done.stderr.contains("known: PROVISIONING, ACTIVE"),
        "{}",
        done.stderr
    );
}

#[tokio::test]
async fn a_list_that_was_cut_says_so() {
    let shell = Shell::signed_in().await;
    for name in ["one", "two"] {
        shell.succeed(&format!("key create {name}")).await;
    }

    let (cut, whole) = (
        shell.run("key list --limit 1").await,
        shell.run("key list").await,
    );

    assert_eq!(
        cut.stderr,
        "note: there are more; a larger --limit shows them\n"
    );
    assert_eq!(whole.stderr, "");
}

#[tokio::test]
async fn an_empty_list_says_how_to_make_the_first() {
    let shell = Shell::signed_in().await;

    for (noun, first) in [
        ("connection", "connection add"),
        ("keystore", "keystore create"),
        ("key", "key create"),
        ("kms-key", "kms-key create"),
        ("job", "kms-key create"),
    ] {
        let people = shell.run(&format!("{noun} list")).await;
        assert_eq!(people.stdout, "(none)\n");
        let hint = format!("hint: make the first with `keyferry {first}");
        assert!(people.stderr.contains(&hint), "{}", people.stderr);

        let program = shell.run(&format!("{noun} list --output json")).await;
        assert_eq!((program.stdout.trim(), program.stderr.as_str()), ("[]", ""));
    }
    let filtered = shell.run("kms-key list --query x").await;
    assert_eq!(
        filtered.stderr,
        "hint: nothing matches; leave the filters out to see all\n"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_passing_error() {
    let mut shell = Shell::new().await;
    shell
        .environment
        .insert("KEYFERRY_URL".to_owned(), "https://127.0.0.1:1".to_owned());

    let done = shell.run("key list").await;

    assert_eq!(done.exit, Exit::Transient);
    assert!(
        done.stderr
            .starts_with("error: https://127.0.0.1:1 cannot be reached\ncaused by: "),
        "{}",
        done.stderr
    );
    assert!(done.stderr.contains("\nhint: "), "{}", done.stderr);
}

#[tokio::test]
async fn a_wrong_secret_shows_the_aws_code_and_what_was_tried() {
    let shell = Shell::signed_in().await;
    let (id, _) = shell.outside.access_key.clone();
    shell.type_in(&"x".repeat(40));

    let seen = shell
        .see(&format!("connection add bad --region eu-central-1 --access-key-id {id} --secret-access-key-file -"))
        .await;

    insta::assert_snapshot!("wrong_secret", seen.replace(&id, "ACCESS-KEY-ID"));
    assert_eq!(
        shell.succeed("connection list --output json").await.trim(),
        "[]"
    );
}

#[tokio::test]
async fn a_secret_is_never_taken_from_the_command_line() {
    let shell = Shell::new().await;

    for line in [
        "login --password x",
        "connection add c --secret-access-key x",
        "seal unseal --passphrase x",
    ] {
        let done = shell.run(line).await;
        assert_eq!(done.exit, Exit::Usage, "{line}");
        assert!(
            done.stderr.contains("unexpected argument"),
            "{line}: {}",
            done.stderr
        );
    }
}

#[tokio::test]
async fn a_secret_that_is_missing_names_the_ways_to_give_it() {
    let shell = Shell::signed_in().await;

    let done = shell
        .run("connection add c --region eu-central-1 --access-key-id AKIAIOSFODNN7EXAMPLE")
        .await;

    assert_eq!(done.exit, Exit::Usage);
    assert!(
        done.stderr.contains("the secret access key is missing"),
        "{}",
        done.stderr
    );
}

#[tokio::test]
async fn bad_values_are_refused_before_anything_is_sent_to_aws() {
    let shell = Shell::with_keystore().await;
    let policy = shell.file("policy.json", "{not json");
    let policy = policy.display().to_string();
    let cases = [
        ("--tag aws:x=1", "kms-key.tags"),
        ("--expires 01-01-2020 --time-zone UTC", "request.invalid"),
        ("--expires 2020-01-01T00:00:00Z", "kms-key.expiry"),
        ("--alias aws/x", "kms-key.bad-alias"),
        ("--spec ML_DSA_44", "key.spec-not-importable"),
        ("--region mars-north-1", "request.region-not-in-use"),
        (&format!("--policy-file {policy}"), "kms-key.bad-policy"),
    ];
    for (options, code) in cases {
        let done = shell
            .run(&format!("kms-key create k --keystore store {options}"))
            .await;
        assert!(
            done.stderr.contains(&format!("[{code}]")),
            "{options}: {}",
            done.stderr
        );
        assert_ne!(done.exit, Exit::Ok);
    }
    assert_eq!(
        shell.succeed("kms-key list --output json").await.trim(),
        "[]"
    );
    assert_eq!(shell.succeed("key list --output json").await.trim(), "[]");
}

/// Every `keyferry noun verb` in hints and in the reference is a command.
#[tokio::test]
async fn hints_name_commands_and_options_that_exist() {
    let shell = Shell::new().await;
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut named = std::collections::BTreeSet::new();
    for file in [
        "crates/app/src/error.rs",
        "crates/domain/src/plan.rs",
        "crates/domain/src/operation/refusal.rs",
        "docs/reference/errors.md",
    ] {
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        let commands = text.split("`keyferry ").skip(1);
        named.extend(commands.filter_map(|rest| Some(rest.split_once('`')?.0.to_owned())));
    }

    assert!(named.len() > 5, "{named:?}");
    for command in named {
        let is_option = |word: &&str| word.starts_with("--");
        let words = command.split_whitespace();
        let (options, words): (Vec<&str>, Vec<&str>) = words.partition(is_option);
        let help = shell.see(&format!("{} --help", words.join(" "))).await;
        assert!(help.contains("Usage: keyferry"), "{command}: {help}");
        for option in options {
            assert!(help.contains(option), "{command}: {help}");
        }
    }
}
