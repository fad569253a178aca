//! Key files on the command line.

use keyferry_cli::Exit;
use serde_json::Value;

use crate::shell::Shell;

/// An ECC P-256 key in SEC1, as `openssl ecparam -name prime256v1 -genkey` wrote it.
const SEC1: &str = "-----BEGIN EC PARAMETERS-----\n\
BggqhkjOPQMBBw==\n\
-----END EC PARAMETERS-----\n\
-----BEGIN EC PRIVATE KEY-----\n\
MHcCAQEEICyVmVsFzVNxuec6KCL2vgAbDndzddjjeQZ8KDNCZI7roAoGCCqGSM49\n\
AwEHoUQDQgAEaC02TuJSIGDEkVO7UIe7CU1uGhuyhaJk57GSR2w3hd0uGq/ch7EH\n\
0pZE23UwovTZKrbUMnfQTC8iZ9TOK5b4cw==\n\
-----END EC PRIVATE KEY-----\n";

fn write(shell: &Shell, name: &str, bytes: &[u8]) -> String {
    let file = shell.home.path().join(name);
    std::fs::write(&file, bytes).unwrap();
    file.display().to_string()
}

async fn json(shell: &Shell, line: &str) -> Value {
    let text = shell.succeed(&format!("{line} --output json")).await;
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn e16_files_in_four_forms_become_keys_and_versions() {
    let shell = Shell::with_keystore().await;
    let raw = write(&shell, "raw", &[0xee; 32]);
    let hex = write(
        &shell,
        "hex",
        b"ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB\n",
    );
    let base64 = write(
        &shell,
        "base64",
        b"3t7e3t7e3t7e3t7e3t7e3t7e3t7e3t7e3t7e3t7e3t4=\n",
    );
    let pem = write(&shell, "pem", SEC1.as_bytes());

    let made = json(
        &shell,
        &format!("key import first --file {raw} --exportable --description brought"),
    )
    .await;
    assert_eq!(made["spec"], "AES-256");
    assert_eq!(made["exportable"], true);
    assert_eq!(made["description"], "brought");
    assert_eq!(made["versions"][0]["origin"], "imported");
    let mac = json(
        &shell,
        &format!("key import mac --file {hex} --format hex --spec HMAC-256"),
    )
    .await;
    assert_eq!(mac["spec"], "HMAC-256");
    let next = json(
        &shell,
        &format!("key import --new-version-of first --file {base64}"),
    )
    .await;
    assert_eq!(next["current_version"], 2);
    let signs = json(&shell, &format!("key import signs --file {pem}")).await;
    assert_eq!(signs["spec"], "ECC-P256");
    let public = signs["versions"][0]["public_key"].as_str().unwrap();
    assert!(
        public.starts_with("-----BEGIN PUBLIC KEY-----\n"),
        "{public}"
    );
    shell.succeed("kms-key upload signs --keystore store").await;
}

#[tokio::test]
async fn e22_a_key_is_copied_to_regions_and_to_a_group_and_shows_its_copies() {
    let shell = Shell::with_keystore().await;
    shell.succeed("key create app --exportable").await;
    shell.succeed("group create archive").await;

    shell
        .succeed("key copy app --to-keystore store --tag team=red")
        .await;
    let both = shell
        .run("key copy app --to-keystore store --to-group archive")
        .await;
    let neither = shell.run("key copy app").await;
    let named = "key copy app --to-keystore store --to-keystore store --name one";
    let named = shell.run(named).await;
    let copy = json(&shell, "key copy app --to-group archive --name kept").await;

    for done in [both, neither, named] {
        assert_eq!(done.exit, Exit::Usage, "{}", done.stderr);
    }
    assert_eq!(copy["copied_from"]["into"], "archive");
    let shown = shell.succeed("key show app").await;
    for word in ["app_copy1", "kept", "archive", "store"] {
        assert!(shown.contains(word), "{word} is missing in\n{shown}");
    }
    let kms_key = json(&shell, "kms-key show app_copy1").await;
    assert_eq!(kms_key["copied_from"]["name"], "app_copy1");
    assert_eq!(kms_key["tags"]["team"], "red");
}

#[tokio::test]
async fn e17_a_wrapped_file_names_key_and_way() {
    let shell = Shell::with_keystore().await;
    let kek = write(&shell, "kek", &[0x42; 32]);
    // RFC 5649 of "thirty-two bytes that are a key." under that key.
    let wrapped = write(
        &shell,
        "wrapped",
        b"539e238265e757e23b60e5006a6042c6262bb82c5e144571e610dd4a3760ddb5a7c733315df3fe66",
    );
    shell
        .succeed(&format!("key import kek --format raw --file {kek}"))
        .await;

    let line = format!("key import inner --file {wrapped} --wrapped-by kek --wrapping aes-kwp");
    let made = json(&shell, &line).await;
    let half = shell
        .run(&format!("key import x --file {wrapped} --wrapped-by kek"))
        .await;

    assert_eq!(made["spec"], "AES-256");
    assert_eq!(half.exit, Exit::Usage);
}

#[tokio::test]
async fn e16_a_file_becomes_a_kms_key_by_one_command() {
    let shell = Shell::with_keystore().await;
    let raw = write(&shell, "raw", &[0xee; 32]);
    let line =
        format!("kms-key import card --keystore store --file {raw} --alias card --exportable");

    let plan = json(&shell, &format!("{line} --dry-run")).await;
    assert_eq!(plan["steps"][0]["aws_operation"], "CreateKey");
    let done = json(&shell, &format!("{line} --idempotency-key once")).await;
    let again = json(&shell, &format!("{line} --idempotency-key once")).await;

    assert_eq!(done["kms_keys"][0]["life"], "ACTIVE");
    assert_eq!(done["kms_keys"][0]["source"]["text"], "Keyferry (card)");
    assert_eq!(done["job"]["id"], again["job"]["id"]);
    let key = json(&shell, "key show card").await;
    assert_eq!(key["exportable"], true);
    let settings = shell.run(&format!("{line} --into card --name other")).await;
    assert_eq!(settings.exit, Exit::Usage, "{}", settings.stderr);
    let settled = shell.run(&format!("{line} --into card")).await;
    assert_eq!(settled.exit, Exit::Usage, "{}", settled.stderr);
}

#[tokio::test]
async fn e16_a_copy_that_is_not_kept_is_warned_of_and_shown() {
    let shell = Shell::with_keystore().await;
    let raw = write(&shell, "raw", &[0xee; 32]);
    let line = format!("kms-key import card --keystore store --file {raw} --keep none");

    let plan = json(&shell, &format!("{line} --dry-run")).await;
    let done = shell.run(&line).await;

    let warning = plan["warnings"][0].as_str().unwrap();
    let said = "the vault keeps no copy";
    assert!(warning.contains(said), "{plan}");
    assert!(done.stderr.contains(said), "{}", done.stderr);
    let key = json(&shell, "key show card").await;
    assert_eq!(key["versions"][0]["origin"], "passed-through");
    assert_eq!(key["versions"][0]["state"], "destroyed");
    json(&shell, &format!("{line} --into card")).await;
}

#[tokio::test]
async fn a_file_that_is_no_key_is_refused_with_a_code_and_shown_nowhere() {
    let shell = Shell::with_keystore().await;
    let secret = write(&shell, "short", b"these are thirty secret bytes.");
    let large = write(&shell, "large", &[b'x'; 20_000]);
    let line = |file: &str| format!("key import bad --format raw --file {file}");

    let short = shell.run(&line(&secret)).await;
    let large = shell.run(&line(&large)).await;
    let nowhere = shell.run(&line("/nowhere")).await;
    let nameless = shell.run(&format!("key import --file {secret}")).await;

    assert!(
        short.stderr.contains("[key-file.wrong-length]"),
        "{}",
        short.stderr
    );
    assert!(short.stderr.contains("30 bytes"), "{}", short.stderr);
    for said in [&short.stdout, &short.stderr] {
        assert!(
            !said.contains("thirty") && !said.contains("dGhlc2Ug"),
            "{said}"
        );
    }
    for done in [large, nowhere, nameless] {
        assert_eq!(done.exit, Exit::Usage, "{}", done.stderr);
    }
}

#[tokio::test]
async fn e16_what_a_kms_key_keeps_when_it_is_filled_is_refused_before_the_file_is_read() {
    let shell = Shell::with_keystore().await;
    let fill = "kms-key import card --keystore store --file nowhere --into alias/empty";

    for setting in [
        "--alias card",
        "--tag team=red",
        "--description words",
        "--region eu-central-1",
        "--disabled",
        "--multi-region",
        "--expires never",
        "--key-user arn:aws:iam::111122223333:user/ann",
        "--rotate-every 90d",
    ] {
        let done = shell.run(&format!("{fill} {setting}")).await;
        assert_eq!(done.exit, Exit::Usage, "{setting}: {}", done.stderr);
        assert!(done.stderr.contains("--into"), "{setting}: {}", done.stderr);
        assert!(done.stderr.contains("hint:"), "{setting}: {}", done.stderr);
    }
    let unread = shell.run(fill).await;
    assert!(!unread.stderr.contains("--into"), "{}", unread.stderr);
    assert_eq!(shell.succeed("key list --output json").await.trim(), "[]");
}
