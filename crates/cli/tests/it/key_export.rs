//! Taking material out on the command line, and unwrapping it without a server.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use keyferry_cli::Exit;
use serde_json::Value;

use crate::shell::{Done, PASSWORD, Shell, as_bob};

const BOB: &str = "a password of my own";
const BYTES: &str = "thirty-two bytes that are a key.";

fn openssl(arguments: &[&str]) {
    let ran = Command::new("openssl").args(arguments).output().unwrap();
    let words = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{arguments:?} {words}");
}

/// A key pair of OpenSSL's; the private half is under a passphrase.
fn pair(shell: &Shell) -> (PathBuf, PathBuf) {
    let [plain, private, public] = ["plain", "private", "public"].map(|name| shell.file(name, ""));
    let path = |path: &PathBuf| path.to_str().unwrap().to_owned();
    let (plain, private, public) = (path(&plain), path(&private), path(&public));
    openssl(&["genpkey", "-quiet", "-algorithm", "RSA", "-out", &plain]);
    openssl(&["pkey", "-in", &plain, "-pubout", "-out", &public]);
    openssl(&[
        "pkcs8",
        "-topk8",
        "-in",
        &plain,
        "-out",
        &private,
        "-v2",
        "aes-256-cbc",
        "-passout",
        "pass:a long one",
    ]);
    (private.into(), public.into())
}

/// The key `canary` of which the bytes are known, and bob who administers too and is signed in.
async fn house() -> Shell {
    let shell = Shell::signed_in().await;
    let file = shell.file("key", BYTES);
    let import = format!(
        "key import canary --file {} --format raw --exportable",
        file.display()
    );
    shell.succeed(&import).await;
    shell
        .succeed("key create rsa --spec RSA-2048 --exportable")
        .await;
    shell.succeed("key create stays --spec AES-256").await;
    let made = shell.read("user create bob").await;
    shell
        .succeed("role give administrator --to bob --group default")
        .await;
    shell.will_answer(BOB);
    as_bob(&shell, made["password"].as_str().unwrap()).await;
    shell
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Under which public key something is prepared, as the list tells.
async fn fingerprint(shell: &Shell) -> String {
    let list = shell.read("key preparations").await;
    let items = list.get("items").unwrap_or(&list);
    items[0]["public_key_sha256"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn i1_i2_a_version_is_prepared_by_one_downloaded_by_another_and_unwrapped_offline() {
    let shell = house().await;
    let (private, public) = pair(&shell);
    let at = |name: &str| shell.home.path().join(name);
    let prepare = |file: &Path| {
        format!(
            "key prepare-download canary 1 --reason moving --public-key {}",
            file.display()
        )
    };
    let refused = shell.run(&prepare(&private)).await;
    assert_eq!(refused.exit, Exit::Usage);
    assert!(
        refused.stderr.contains("nothing was sent"),
        "{}",
        refused.stderr
    );
    shell.succeed(&prepare(&public)).await;
    let list = shell.succeed("key preparations").await;
    assert!(list.contains("canary") && list.contains("bob"), "{list}");
    let wrapped = at("wrapped");
    let under = fingerprint(&shell).await;
    let download = format!(
        "key download canary 1 --public-key-sha256 {under} --to {}",
        wrapped.display()
    );
    let own = shell.file("bobs", BOB);
    let alone = shell
        .run(&format!("{download} --password-file {}", own.display()))
        .await;
    assert!(
        alone.stderr.contains("[export.same-person]"),
        "{}",
        alone.stderr
    );
    assert!(!wrapped.exists(), "nothing was left behind");

    shell.sign_in().await;
    shell.succeed(&format!("{download} --dry-run")).await;
    let exchanged = download.replace(&under, &"0".repeat(64));
    let refused = shell.run(&format!("{exchanged} --dry-run")).await;
    assert!(
        refused.stderr.contains("[export.other-public-key]"),
        "{}",
        refused.stderr
    );
    assert!(!wrapped.exists());
    let password = shell.file("anns", PASSWORD);
    let download = format!("{download} --password-file {}", password.display());
    let there = shell.read(&download).await;
    assert_eq!(there["wrapping"], "RSAES_OAEP_SHA_256");
    assert_eq!(
        (mode(&wrapped), std::fs::metadata(&wrapped).unwrap().len()),
        (0o600, 256)
    );
    let again = shell.run(&download).await;
    assert_eq!(again.exit, Exit::Usage, "the file is there");
    let other = download.replace("/wrapped ", "/second ");
    let again = shell.run(&other).await;
    assert!(
        again.stderr.contains("[export.not-prepared]"),
        "{}",
        again.stderr
    );

    let wrong = shell.file("wrong", "another one");
    let passphrase = shell.file("passphrase", "a long one");
    let unwrap = |file: &Path| {
        format!(
            "key unwrap-export {} --private-key {} --key-passphrase-file {} --to {}",
            wrapped.display(),
            private.display(),
            file.display(),
            at("clear").display()
        )
    };
    let refused = shell.run(&unwrap(&wrong)).await;
    assert!(
        refused.stderr.contains("the passphrase does not open it"),
        "{}",
        refused.stderr
    );
    shell.succeed(&unwrap(&passphrase)).await;
    assert_eq!(std::fs::read_to_string(at("clear")).unwrap(), BYTES);
    assert_eq!(mode(&at("clear")), 0o600);
    let over = shell.run(&unwrap(&passphrase)).await;
    assert_eq!(over.exit, Exit::Usage, "nothing is overwritten");
    let shown = unwrap(&passphrase).replace(&at("clear").display().to_string(), "-");
    assert_eq!(shell.succeed(&shown).await, BYTES);
}

#[tokio::test]
async fn i2_a_group_is_prepared_by_one_taken_by_another_and_unwrapped_offline() {
    let shell = house().await;
    let (private, public) = pair(&shell);
    let at = |name: &str| shell.home.path().join(name);
    let prepare = format!(
        "key export prepare default --reason leaving --public-key {}",
        public.display()
    );
    shell.succeed(&prepare).await;
    shell.sign_in().await;
    let password = shell.file("anns", PASSWORD);
    let under = fingerprint(&shell).await;
    let take = format!(
        "key export take default --public-key-sha256 {under} --to {} --password-file {}",
        at("export").display(),
        password.display()
    );
    let taken = shell.read(&take).await;
    assert_eq!(taken["files"], 5, "two papers, two keys, the manifest");
    let key = shell.read("audit key").await;
    let key = shell.file("log.key", key["key"].as_str().unwrap());
    let passphrase = shell.file("passphrase", "a long one");
    let unwrap = |to: &str| {
        format!(
            "key unwrap-export {} --private-key {} --key-passphrase-file {} --to {}",
            at("export").display(),
            private.display(),
            passphrase.display(),
            at(to).display()
        )
    };
    let signed = format!("{} --log-key {}", unwrap("clear"), key.display());
    let opened: Value = shell.read(&signed).await;
    let opened = opened.as_array().unwrap();
    assert_eq!(opened.len(), 2);
    let file = |name: &str| {
        let row = opened.iter().find(|one| one["key"] == name).unwrap();
        PathBuf::from(row["file"].as_str().unwrap())
    };
    assert_eq!(std::fs::read_to_string(file("canary")).unwrap(), BYTES);
    assert_eq!(mode(&file("rsa")), 0o600);
    openssl(&[
        "pkey",
        "-inform",
        "DER",
        "-in",
        file("rsa").to_str().unwrap(),
        "-noout",
    ]);
    let told = shell.run(&unwrap("twice")).await;
    assert!(
        told.stderr
            .contains("version 1 of `stays` is not there: not-exportable"),
        "{}",
        told.stderr
    );

    let manifest = at("export").join("manifest.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("\"stays\"", "\"other\"")).unwrap();
    let forged = format!("{} --log-key {}", unwrap("forged"), key.display());
    let forged = shell.run(&forged).await;
    assert_eq!(forged.exit, Exit::Damaged);
    hints_at(&forged, "prints the key that --log-key takes");
    std::fs::write(&manifest, text.replace("\"material/", "\"../material/")).unwrap();
    let outside = shell.run(&unwrap("outside")).await;
    assert!(
        outside.stderr.contains("leads out of the folder"),
        "{}",
        outside.stderr
    );
    hints_at(&outside, "checks by whom it was signed");
    std::fs::write(&manifest, "{}").unwrap();
    hints_at(&shell.run(&unwrap("none")).await, "a newer version");
    std::fs::write(&manifest, &text).unwrap();
    let folder = at("export/material");
    let one = std::fs::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let one = std::fs::read_dir(one)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut bytes = std::fs::read(&one).unwrap();
    bytes[9] ^= 1;
    std::fs::write(&one, bytes).unwrap();
    let altered = shell.run(&unwrap("altered")).await;
    assert_eq!(altered.exit, Exit::Damaged, "{}", altered.stderr);
    hints_at(&altered, "altered or replaced after it was taken out");
    std::fs::remove_file(&manifest).unwrap();
    let cut = shell.run(&unwrap("cut")).await;
    assert!(cut.stderr.contains("is not whole"), "{}", cut.stderr);
}

/// What is said to do is about the export: the class of the error is that of audit logs, too.
fn hints_at(done: &Done, words: &str) {
    let (_, hint) = done.stderr.split_once("hint: ").unwrap();
    assert!(hint.contains(words), "{}", done.stderr);
}
