//! The audit log as people keep and check it: signed, exported, verified without a server, witnessed.

use std::path::{Path, PathBuf};

use keyferry_app::Action;
use keyferry_cli::Exit;
use keyferry_ports::marks::Marks as _;
use serde_json::Value;

use crate::shell::{Done, Shell};

struct Exported {
    shell: Shell,
    folder: PathBuf,
    key: String,
}

impl Exported {
    async fn new() -> Self {
        let shell = Shell::with_keystore().await;
        shell.succeed("kms-key create app --keystore store").await;
        let folder = shell.home.path().join("log");
        let key = shell.read("audit key").await["key"]
            .as_str()
            .unwrap()
            .to_owned();
        let exported = Self { shell, folder, key };
        exported.export().await;
        exported
    }

    async fn export(&self) -> Value {
        let to = self.folder.display();
        self.shell.read(&format!("audit export --to {to}")).await
    }

    async fn verify(&self, more: &str) -> Done {
        let command = format!(
            "audit verify {} --key {} --output json {more}",
            self.folder.display(),
            self.key
        );
        self.shell.run(&command).await
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn j2_an_exported_log_verifies_with_its_public_key_alone_and_grows_by_what_is_new() {
    let exported = Exported::new().await;
    let first = exported.verify("").await;
    assert_eq!(first.exit, Exit::Ok, "{}", first.stderr);
    let first: Value = serde_json::from_str(&first.stdout).unwrap();
    assert_eq!(first["intact"], true);
    assert!(first["size"].as_u64().unwrap() > 5, "{first:#}");

    exported.shell.succeed("key create more").await;
    let more = exported.export().await;
    assert_eq!(
        more["size"].as_u64().unwrap(),
        first["size"].as_u64().unwrap() + 1
    );
    let again = exported.export().await;
    assert_eq!(again["files_fetched"], 0, "{again:#}");
    let second = exported.verify("").await;
    assert_eq!(second.exit, Exit::Ok, "{}", second.stderr);
    let second: Value = serde_json::from_str(&second.stdout).unwrap();
    assert_eq!(second["checkpoints_compared"], 2, "{second:#}");
}

#[tokio::test]
async fn j2_a_log_longer_than_a_tile_is_exported_whole_and_later_only_its_end() {
    let exported = Exported::new().await;
    for _ in 0..3 {
        for place in 0..100 {
            exported.shell.log(&format!("filler {place}")).await;
        }
        exported.export().await;
        let verified = exported.verify("").await;
        assert_eq!(verified.exit, Exit::Ok, "{}", verified.stderr);
    }
    let whole = exported.folder.join("tile/entries/000");
    assert!(whole.is_file());
    assert!(!exported.folder.join("tile/entries/000.p").exists());
    assert!(exported.folder.join("tile/1/000.p/1").is_file());
}

#[tokio::test]
async fn j2_a_changed_byte_in_any_file_of_an_export_is_told_with_an_exit_code_of_its_own() {
    let exported = Exported::new().await;
    exported.shell.succeed("key create more").await;
    exported.export().await;
    let paths = files(&exported.folder);
    assert!(paths.len() > 3, "{paths:?}");
    for path in paths {
        let before = std::fs::read(&path).unwrap();
        let mut after = before.clone();
        let middle = after.len() / 2;
        after[middle] ^= 1;
        std::fs::write(&path, after).unwrap();
        let is_partial_leftover =
            path.to_string_lossy().contains(".p/") && !exported.is_in_use(&path);
        let found = exported.verify("").await;
        let expected = if is_partial_leftover {
            Exit::Ok
        } else {
            Exit::Damaged
        };
        assert_eq!(found.exit, expected, "{}: {}", path.display(), found.stderr);
        std::fs::write(&path, before).unwrap();
    }
    let last = exported.verify("").await;
    assert_eq!(last.exit, Exit::Ok, "{}", last.stderr);
}

impl Exported {
    /// Whether the newest checkpoint needs this file.
    fn is_in_use(&self, path: &Path) -> bool {
        let note = std::fs::read_to_string(self.folder.join("checkpoint")).unwrap();
        let size: u64 = note.lines().nth(1).unwrap().parse().unwrap();
        keyferry_audit::tiles_of(size).any(|tile| self.folder.join(tile.path()) == path)
    }
}

#[tokio::test]
async fn verifying_needs_a_key_an_export_and_no_server() {
    let exported = Exported::new().await;
    let key_file = exported.shell.home.path().join("log.key");
    std::fs::write(&key_file, format!("{}\n", exported.key)).unwrap();
    let folder = exported.folder.display();
    let offline = format!(
        "audit verify {folder} --key {} --url https://127.0.0.1:1",
        key_file.display()
    );
    exported.shell.succeed(&offline).await;

    let wrong = exported
        .shell
        .run(&format!("audit verify {folder} --key nonsense"))
        .await;
    assert_eq!(wrong.exit, Exit::Usage, "{}", wrong.stderr);
    let empty = exported.shell.home.path().join("empty");
    let none = format!("audit verify {} --key {}", empty.display(), exported.key);
    let none = exported.shell.run(&none).await;
    assert_eq!(none.exit, Exit::NotFound, "{}", none.stderr);
}

#[tokio::test]
async fn a_checkpoint_kept_elsewhere_shows_that_the_log_was_cut() {
    let exported = Exported::new().await;
    exported.shell.succeed("key create more").await;
    let later = exported.shell.succeed("audit checkpoint --note").await;
    let kept = exported.shell.home.path().join("kept");
    std::fs::write(&kept, later).unwrap();

    let cut = exported
        .verify(&format!("--checkpoint {}", kept.display()))
        .await;

    assert_eq!(cut.exit, Exit::Damaged, "{}", cut.stderr);
    assert!(cut.stderr.contains("missing"), "{}", cut.stderr);
}

#[tokio::test]
async fn a_witness_cosigns_what_goes_on_and_verification_can_demand_it() {
    let exported = Exported::new().await;
    let state = exported.shell.home.path().join("witness");
    let command = format!(
        "audit witness --state {} --name ada.example",
        state.display()
    );
    let first = exported.shell.read(&command).await;
    assert!(first["seen_before"].is_null(), "{first:#}");
    let witness = first["witness"].as_str().unwrap().to_owned();
    let unseen = exported.verify(&format!("--witness {witness}")).await;
    assert_eq!(unseen.exit, Exit::Damaged, "{}", unseen.stderr);
    assert!(unseen.stderr.contains("cosigned none"), "{}", unseen.stderr);

    exported.export().await;

    let seen = exported.verify(&format!("--witness {witness}")).await;
    assert_eq!(seen.exit, Exit::Ok, "{}", seen.stderr);
    assert!(seen.stdout.contains("ada.example: "), "{}", seen.stdout);
    let second = exported.shell.read(&command).await;
    assert_eq!(second["seen_before"], first["size"]);
    let file = exported.shell.home.path().join("cosigned");
    let alone = exported.shell.read(&format!("{command} --no-send")).await;
    std::fs::write(&file, alone["note"].as_str().unwrap()).unwrap();
    let add = format!("audit add-cosignature {}", file.display());
    exported.shell.succeed(&format!("{add} --dry-run")).await;
    exported.shell.succeed(&add).await;
}

#[tokio::test]
async fn a_witness_refuses_a_log_that_went_back() {
    let exported = Exported::new().await;
    let state = exported.shell.home.path().join("witness");
    let command = format!("audit witness --state {}", state.display());
    exported.shell.succeed(&command).await;
    // It saw a longer log of the same key: as if the server had been restored since.
    let longer = exported.shell.forked_checkpoint().await;
    std::fs::write(state.join("checkpoint"), longer).unwrap();

    let refused = exported.shell.run(&command).await;

    assert_eq!(refused.exit, Exit::Damaged, "{}", refused.stderr);
    assert!(refused.stderr.contains("seen before"), "{}", refused.stderr);
}

#[tokio::test]
async fn f21_in_quarantine_nothing_is_made_until_a_person_accepts_it() {
    let shell = Shell::with_keystore().await;
    shell.succeed("audit checkpoint").await;
    let newer = shell.forked_checkpoint().await;
    shell.outside.marks.write(&newer).unwrap();
    shell.examine().await;

    let refused = shell.run("kms-key create app --keystore store").await;
    assert_eq!(refused.exit, Exit::Conflict, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("audit.quarantined"),
        "{}",
        refused.stderr
    );
    assert!(
        refused.stderr.contains("accept-rollback"),
        "{}",
        refused.stderr
    );
    shell.succeed("kms-key list").await;
    let alerts = shell.read("alert list").await;
    assert_eq!(alerts[0]["code"], "audit.rolled-back", "{alerts:#}");
    assert_eq!(alerts[0]["severity"], "critical");
    let accept = "audit accept-rollback --reason drill";
    shell.will_answer("no");
    let unsure = shell.run(accept).await;
    assert_eq!(unsure.exit, Exit::NotConfirmed, "{}", unsure.stderr);
    shell.succeed(&format!("{accept} --dry-run")).await;
    let still = shell.run("key create one").await;
    assert_eq!(still.exit, Exit::Conflict, "{}", still.stderr);

    shell.succeed(&format!("{accept} --yes")).await;

    shell.succeed("kms-key create app --keystore store").await;
    let log = shell
        .read(&format!(
            "audit list --action {}",
            Action::AuditAcceptRollback
        ))
        .await;
    assert_eq!(log[0]["detail"]["reason"], "drill", "{log:#}");
}

#[tokio::test]
async fn a_proof_names_what_it_proves_and_under_which_checkpoint() {
    let exported = Exported::new().await;
    let shell = &exported.shell;
    let entry = shell.read("audit proof --entry 0").await;
    assert_eq!(entry["entry"], 0, "{entry:#}");
    assert!(
        entry["checkpoint"]["note"]
            .as_str()
            .unwrap()
            .contains("keyferry/")
    );
    let older = shell.read("audit proof --old-size 2").await;
    assert_eq!(older["old_size"], 2, "{older:#}");
    let beyond = shell.run("audit proof --entry 99999").await;
    assert_eq!(beyond.exit, Exit::NotFound, "{}", beyond.stderr);
    let neither = shell.run("audit proof").await;
    assert_eq!(neither.exit, Exit::Usage, "{}", neither.stderr);
}

#[tokio::test]
async fn j7_a_receipt_proves_without_the_server_where_material_was_made_and_where_it_went() {
    let shell = Shell::with_keystore().await;
    shell.succeed("kms-key create app --keystore store").await;
    shell.succeed("kms-key rotate app --method in-place").await;
    let shown = shell.read("kms-key show app").await;
    let arn = shown["arn"].as_str().unwrap().to_owned();
    let file = shell.home.path().join("receipt.json");
    let key = shell.read("audit key").await;
    let key = key["key"].as_str().unwrap().to_owned();

    let made = shell
        .run(&format!("kms-key receipt app --out {}", file.display()))
        .await;
    assert_eq!(made.exit, Exit::Ok, "{}", made.stderr);
    let verify = format!(
        "audit verify-receipt {} --key {key} --output json",
        file.display()
    );
    let verified = shell.run(&verify).await;
    assert_eq!(verified.exit, Exit::Ok, "{}", verified.stderr);
    let answer: serde_json::Value = serde_json::from_str(&verified.stdout).unwrap();
    assert_eq!(answer["arn"], arn.as_str());
    assert_eq!(answer["source"], "app");
    assert_eq!(answer["materials_without_proof"], serde_json::json!([]));
    let proved = answer["proved"].as_array().unwrap();
    let said: Vec<&str> = proved
        .iter()
        .map(|one| one["what"].as_str().unwrap())
        .collect();
    for what in ["material-made", "kms-key-made", "imported", "rotated"] {
        assert!(said.contains(&what), "{said:?}");
    }
    let imports: Vec<_> = proved
        .iter()
        .filter(|one| one["what"] == "imported")
        .collect();
    assert_eq!(imports.len(), 2, "{answer:#}");
    assert_eq!(imports[0]["version"], "1");
    assert_eq!(imports[1]["version"], "2");
    assert!(imports[0]["material_id"].is_string(), "{answer:#}");
    assert_eq!(imports[0]["by"], "user/ann");

    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("user/ann", "user/eve", 1)).unwrap();
    let forged = shell.run(&verify).await;
    assert_eq!(forged.exit, Exit::Damaged, "{}", forged.stderr);
}

#[tokio::test]
async fn j8_reports_are_shown_as_csv_kept_signed_and_verified_without_the_server() {
    let shell = Shell::with_keystore().await;
    shell.succeed("key create @SUM(A1) --spec AES-256").await;
    shell.succeed("kms-key create app --keystore store").await;
    let file = shell.home.path().join("keys.json");
    let key = shell.read("audit key").await;
    let key = key["key"].as_str().unwrap().to_owned();

    let made = shell
        .run(&format!("report keys --csv --out {}", file.display()))
        .await;
    assert_eq!(made.exit, Exit::Ok, "{}", made.stderr);
    assert!(
        made.stdout.starts_with("key,group,spec,version,"),
        "{}",
        made.stdout
    );
    assert!(
        made.stdout.contains("\r\n'@SUM(A1),default,AES-256,1,"),
        "{}",
        made.stdout
    );
    let verify = format!(
        "audit verify-report {} --key {key} --output json",
        file.display()
    );
    let verified = shell.run(&verify).await;
    assert_eq!(verified.exit, Exit::Ok, "{}", verified.stderr);
    let answer: Value = serde_json::from_str(&verified.stdout).unwrap();
    assert_eq!(answer["report"], "keys");
    assert_eq!(answer["rows"], 2);
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("AES-256", "AES-128", 1)).unwrap();
    let forged = shell.run(&verify).await;
    assert_eq!(forged.exit, Exit::Damaged, "{}", forged.stderr);

    let access = shell.succeed("report access").await;
    assert!(access.contains("system-administrator"), "{access}");
    let rotation = shell
        .run("report rotation --as-of 2026-01-01T00:00:00Z")
        .await;
    assert!(
        rotation.stderr.contains("note: next:"),
        "{}",
        rotation.stderr
    );
    let future = shell.run("report keys --as-of 2199-01-01T00:00:00Z").await;
    assert_eq!(future.exit, Exit::Usage, "{}", future.stderr);
}
