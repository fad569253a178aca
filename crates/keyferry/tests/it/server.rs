//! From an empty folder to a key, across a restart.

use std::os::unix::fs::PermissionsExt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::host::{Host, PASSPHRASE, PASSWORD};

#[test]
fn init_makes_a_folder_for_its_owner_alone_and_prints_no_secret_that_was_given() {
    let (host, answer) = Host::initialized();

    let mode = |name: &str| {
        std::fs::metadata(host.file(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode("data"), 0o700);
    assert_eq!(mode("data/keyferry.toml"), 0o600);
    assert_eq!(mode("data/tls/private-key.pem"), 0o600);
    assert_eq!(answer["fingerprint"].as_str().unwrap().len(), 64);
    assert!(answer.get("password").is_none());
    let text = answer.to_string();
    assert!(!text.contains(PASSPHRASE) && !text.contains(PASSWORD));
}

#[test]
fn a_second_init_in_the_same_folder_changes_nothing() {
    let (host, _) = Host::initialized();
    let before = std::fs::read(host.file("data/keyferry.db")).unwrap();

    let again = host.run(&host.init_words());

    assert_eq!(again.code, 6, "{}", again.stderr);
    assert_eq!(
        std::fs::read(host.file("data/keyferry.db")).unwrap(),
        before
    );
}

#[test]
fn a_short_passphrase_makes_no_folder() {
    let host = Host::new();
    host.secret("passphrase", "short");

    let done = host.run(&host.init_words());

    assert_eq!(done.code, 2, "{}", done.stderr);
    assert!(!host.file("data").exists());
}

#[test]
fn what_was_made_is_there_after_a_restart_and_usable_once_the_vault_is_open() {
    let (host, answer) = Host::initialized();
    let fingerprint = answer["fingerprint"].as_str().unwrap();
    let login = |url: &str| {
        let password = host.path("password");
        host.keyferry(&format!(
            "login --url {url} --user admin --password-file {password} --fingerprint {fingerprint}"
        ))
    };
    let passphrase = host.path("passphrase");
    let server = host.serve(&["--unseal-file", &passphrase]);
    let done = login(&server.url);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let made = host.keyferry("key create billing");
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert_eq!(server.stop(), 0);

    let server = host.serve(&[]);
    assert!(server.log.contains("the vault is sealed"), "{}", server.log);
    assert_eq!(login(&server.url).code, 0);
    let sealed = host.keyferry("key new-version billing");
    assert_eq!(sealed.code, 7, "{}", sealed.stderr);
    assert!(sealed.stderr.contains("[seal.sealed]"), "{}", sealed.stderr);
    let opened = host.keyferry(&format!("seal unseal --passphrase-file {passphrase}"));
    assert_eq!(opened.code, 0, "{}", opened.stderr);
    let rotated = host.keyferry("key new-version billing --output json");
    assert_eq!(rotated.code, 0, "{}", rotated.stderr);
    let key: serde_json::Value = serde_json::from_str(&rotated.stdout).unwrap();
    assert_eq!(key["versions"].as_array().unwrap().len(), 2);
    assert_eq!(server.stop(), 0);
}

#[test]
fn init_with_dual_control_begins_with_rules_that_hold_at_once() {
    let host = Host::new();
    let words: Vec<String> = host.init_words();
    let made = host.run(&[words, vec!["--dual-control".to_owned()]].concat());
    assert_eq!(made.code, 0, "{}", made.stderr);
    let answer: serde_json::Value = serde_json::from_str(&made.stdout).unwrap();
    let fingerprint = answer["fingerprint"].as_str().unwrap();
    let (passphrase, password) = (host.path("passphrase"), host.path("password"));
    let serve = || host.serve(&["--unseal-file", &passphrase]);
    let login = |url: &str| {
        host.keyferry(&format!(
            "login --url {url} --user admin --password-file {password} --fingerprint {fingerprint}"
        ))
    };
    let server = serve();
    let limited = login(&server.url);
    assert_ne!(limited.code, 0, "nobody is there to type a code");
    assert!(
        limited.stderr.contains("otpauth://totp/"),
        "{}",
        limited.stderr
    );
    assert_eq!(server.stop(), 0);
    let config = std::path::PathBuf::from(host.path("data/keyferry.toml"));
    let text = std::fs::read_to_string(&config).unwrap();
    assert!(text.contains("\nsecond_factor = \"required\"\n"), "{text}");
    let text = text.replace("\nsecond_factor = \"required\"\n", "\n");
    std::fs::write(&config, text).unwrap();
    let server = serve();
    let done = login(&server.url);
    assert_eq!(done.code, 0, "{}", done.stderr);

    let rules = host.keyferry("approval-rule list --output json");
    let rules: serde_json::Value = serde_json::from_str(&rules.stdout).unwrap();
    let classes: Vec<&str> = rules
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["class"].as_str().unwrap())
        .collect();
    assert_eq!(
        classes,
        ["destructive", "export-equivalent", "use-equivalent"]
    );
    assert_eq!(rules[0]["approvers"], 2);
    let refused = host.keyferry("group create prod");
    assert_eq!(refused.code, 4);
    assert!(
        refused.stderr.contains("[approval.needed]"),
        "{}",
        refused.stderr
    );
    let person = host.keyferry("user create bob");
    assert_eq!(person.code, 0, "{}", person.stderr);
    assert_eq!(server.stop(), 0);
}

#[test]
fn one_data_folder_has_one_server() {
    let (host, _) = Host::initialized();
    let server = host.serve(&[]);

    let second = host.keyferry(&format!(
        "server --listen 127.0.0.1:0 --data {}",
        host.path("data")
    ));

    assert_eq!(second.code, 6, "{}", second.stderr);
    assert!(
        second.stderr.contains("another server is using"),
        "{}",
        second.stderr
    );
    assert_eq!(server.stop(), 0);
}

#[test]
fn a_passphrase_file_that_others_can_read_keeps_the_server_from_starting() {
    let (host, _) = Host::initialized();
    let file = host.file("passphrase");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();

    let data = host.path("data");
    let done = host.keyferry(&format!(
        "server --data {data} --unseal-file {}",
        file.display()
    ));

    assert_eq!(done.code, 2, "{}", done.stderr);
    assert!(done.stderr.contains("hint: chmod 0600"), "{}", done.stderr);
}

#[test]
fn the_configuration_that_init_writes_is_well_and_shown_with_origins() {
    let (host, _) = Host::initialized();
    let data = host.path("data");

    let check = host.keyferry(&format!("config --data {data} check"));
    let show = host.keyferry(&format!("config --data {data} show --output json"));

    assert_eq!(check.code, 0, "{}", check.stderr);
    let rows: serde_json::Value = serde_json::from_str(&show.stdout).unwrap();
    assert_eq!(rows[0]["key"], "listen");
    assert_eq!(rows[0]["origin"], "default");
}

#[test]
fn f21_a_server_on_a_restored_database_is_not_ready_until_a_person_accepts_it() {
    let (host, answer) = Host::initialized();
    let fingerprint = answer["fingerprint"].as_str().unwrap();
    let (passphrase, password) = (host.path("passphrase"), host.path("password"));
    let start = || {
        let server = host.serve(&["--unseal-file", &passphrase]);
        let url = &server.url;
        let login = host.keyferry(&format!(
            "login --url {url} --user admin --password-file {password} --fingerprint {fingerprint}"
        ));
        assert_eq!(login.code, 0, "{}", login.stderr);
        server
    };
    let succeed = |line: &str| {
        let done = host.keyferry(line);
        assert_eq!(done.code, 0, "{line}: {}", done.stderr);
        done.stdout
    };
    let (database, backup) = (host.path("data/keyferry.db"), host.path("backup.db"));
    let server = start();
    succeed("key create before");
    succeed("audit checkpoint");
    assert_eq!(server.stop(), 0);
    std::fs::copy(&database, &backup).unwrap();
    let server = start();
    succeed("key create after");
    succeed("audit checkpoint");
    assert_eq!(server.stop(), 0);

    std::fs::copy(&backup, &database).unwrap();
    let server = start();
    let refused = host.keyferry("key create more");
    assert_eq!(refused.code, 6, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("[audit.quarantined]"),
        "{}",
        refused.stderr
    );
    assert!(succeed("alert list").contains("audit.rolled-back"));
    assert_eq!(server.stop(), 0);
    let server = start();
    assert_eq!(
        host.keyferry("key create more").code,
        6,
        "a restart changes nothing"
    );
    succeed("audit accept-rollback --reason drill --yes");
    succeed("key create more");
    assert_eq!(server.stop(), 0);
    let server = start();
    succeed("key create again");
    assert_eq!(server.stop(), 0);
}

/// Whether bytes hold a secret: as it is, in hexadecimal of either case, or in base64 as it begins at any of three places.
fn holds(bytes: &[u8], secret: &str) -> bool {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![secret.to_owned(), hex.to_uppercase(), hex];
    for pad in 0..3 {
        let coded = STANDARD.encode(format!("{}{secret}", "x".repeat(pad)));
        forms.push(coded[4..coded.len() - 4].to_owned());
    }
    let has = |form: &String| {
        bytes
            .windows(form.len())
            .any(|part| part == form.as_bytes())
    };
    forms.iter().any(has)
}

#[test]
fn what_is_secret_in_a_request_is_in_no_file_of_the_data_folder() {
    const SECRET: &str = "CanaryOfASecretThatNobodySees123";
    let (host, answer) = Host::initialized();
    let fingerprint = answer["fingerprint"].as_str().unwrap();
    let server = host.serve(&["--unseal-file", &host.path("passphrase")]);
    host.secret("canary", SECRET);
    let canary = host.path("canary");
    let login = |password: &str| {
        host.keyferry(&format!(
            "login --url {} --user admin --password-file {password} --fingerprint {fingerprint}",
            server.url
        ))
    };
    assert_ne!(login(&canary).code, 0, "a wrong password");
    let signed_in = login(&host.path("password"));
    assert_eq!(signed_in.code, 0, "{}", signed_in.stderr);
    for line in [
        "key import plainly-seen --format raw --file CANARY",
        "user create bob --password-file CANARY",
        "sign-in-provider add corp --issuer https://id.example --client-id keyferry --client-secret-file CANARY",
        "connection add aws --region eu-central-1 --access-key-id AKIAIOSFODNN7EXAMPLE --secret-access-key-file CANARY --allow-unverified",
    ] {
        let done = host.keyferry(&line.replace("CANARY", &canary));
        assert_eq!(done.code, 0, "{line}: {}", done.stderr);
        assert!(!holds(done.stdout.as_bytes(), SECRET), "{line}");
        assert!(!holds(done.stderr.as_bytes(), SECRET), "{line}");
    }

    let mut seen = 0;
    let mut folders = vec![host.file("data")];
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            assert!(!holds(&bytes, SECRET), "{}", path.display());
            seen += usize::from(holds(&bytes, "plainly-seen"));
        }
    }
    assert!(seen > 0, "what is no secret is found in these files");
    assert_eq!(server.stop(), 0);
}
