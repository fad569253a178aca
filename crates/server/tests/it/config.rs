//! Configuration: mistakes all at once, origins, and the reference.

use std::path::{Path, PathBuf};

use keyferry_server::config::{Environment, KEYS, Origin, Raw, default_data_folder, load};

fn environment(pairs: &[(&str, &str)]) -> Environment {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn mistakes(text: &str, pairs: &[(&str, &str)]) -> Vec<String> {
    let checked = Raw::parse(text, &environment(pairs)).and_then(|raw| raw.check(Path::new("/d")));
    checked.err().map(|mistakes| mistakes.0).unwrap_or_default()
}

#[test]
fn nothing_at_all_is_a_configuration() {
    let folder = tempfile::tempdir().unwrap();

    let config = load(folder.path(), &environment(&[])).unwrap();

    assert_eq!(config.listen.to_string(), "127.0.0.1:8443");
    assert_eq!(
        config.database_url.expose(),
        format!("sqlite:{}/keyferry.db", folder.path().display())
    );
}

#[test]
fn every_unknown_key_is_named_at_once_with_what_may_be_meant() {
    let text = "lisen = \"x\"\n[tls]\ncertifcate = \"a\"\n[colour]\nred = 1\n";

    assert_eq!(
        mistakes(text, &[("KEYFERRY_TLS_KEY", "x")]),
        [
            "`colour.red` is not a key",
            "`lisen` is not a key; is `listen` meant?",
            "`tls.certifcate` is not a key; is `tls.certificate` meant?",
            "the variable KEYFERRY_TLS_KEY overrides no key",
        ]
    );
}

#[test]
fn every_wrong_value_is_named_at_once_with_where_it_comes_from() {
    let text =
        "listen = \"here\"\ndatabase_url = \"mysql://u:secret@h/d\"\n[http]\nbody_bytes_max = 5\n";

    let found = mistakes(
        text,
        &[
            ("KEYFERRY_TLS_VERSION_MIN", "1.1"),
            ("KEYFERRY_LOG_FORMAT", "xml"),
        ],
    );

    assert_eq!(found.len(), 5, "{found:#?}");
    assert!(
        found[0].starts_with("`listen` is not an address"),
        "{found:#?}"
    );
    assert!(found[0].ends_with("(from keyferry.toml)"), "{found:#?}");
    assert!(
        found
            .iter()
            .any(|mistake| mistake.ends_with("(from KEYFERRY_TLS_VERSION_MIN)"))
    );
    assert!(!found.join("\n").contains("secret"), "{found:#?}");
}

#[test]
fn a_file_that_is_no_toml_is_one_mistake() {
    let found = mistakes("listen = ", &[]);

    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("keyferry.toml is not TOML"),
        "{found:?}"
    );
}

#[test]
fn the_environment_overrides_the_file_and_the_clients_own_variables_are_left_alone() {
    let text = "listen = \"127.0.0.1:1\"";
    let variables = environment(&[
        ("KEYFERRY_LISTEN", "127.0.0.1:2"),
        ("KEYFERRY_URL", "https://elsewhere"),
        ("KEYFERRY_TOKEN", "kfy_x"),
        ("KEYFERRY_CONSOLE_FILES", "dist"),
    ]);

    let raw = Raw::parse(text, &variables).unwrap();

    let value = raw.value("listen").unwrap();
    assert_eq!(value.text, "127.0.0.1:2");
    assert_eq!(value.origin, Origin::Variable("KEYFERRY_LISTEN".to_owned()));
}

#[test]
fn showing_hides_the_databases_password() {
    let text = "database_url = \"postgres://me:hunter2@db:5432/keys\"";
    let raw = Raw::parse(text, &environment(&[])).unwrap();

    let shown = raw.show();

    let row = shown
        .iter()
        .find(|row| row.0.path == "database_url")
        .unwrap();
    assert_eq!(row.1, "postgres://me:***@db:5432/keys");
    let config = raw.check(Path::new("/d")).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn data_is_kept_where_the_system_keeps_such_things() {
    let home = environment(&[("HOME", "/home/ann")]);
    let xdg = environment(&[("HOME", "/home/ann"), ("XDG_DATA_HOME", "/data")]);

    assert_eq!(
        default_data_folder(&home, true),
        PathBuf::from("/var/lib/keyferry")
    );
    assert_eq!(
        default_data_folder(&home, false),
        PathBuf::from("/home/ann/.local/share/keyferry")
    );
    assert_eq!(
        default_data_folder(&xdg, false),
        PathBuf::from("/data/keyferry")
    );
}

fn reference() -> String {
    let mut text = String::from(
        "# Configuration\n\n\
         `keyferry.toml` lies in the data folder. A variable overrides the file. Unknown keys and variables are mistakes; \
         `keyferry config check` names all at once, `keyferry config show` says where each value comes from.\n\n\
         | key | variable | default | what for |\n| --- | --- | --- | --- |\n",
    );
    for key in KEYS {
        let default = if key.default.is_empty() {
            "unset".to_owned()
        } else {
            format!("`{}`", key.default)
        };
        text.push_str(&format!(
            "| `{}` | `{}` | {default} | {} |\n",
            key.path,
            key.variable(),
            key.words
        ));
    }
    text.push_str(
        "\nThe data folder is `--data`, else `/var/lib/keyferry` for root, else `keyferry` in the XDG data folder.\n",
    );
    text
}

#[test]
fn the_reference_lists_every_key() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/config.md");
    let made = reference();
    #[allow(
        clippy::disallowed_methods,
        reason = "the switch that accepts a new reference"
    )]
    if std::env::var("KEYFERRY_ACCEPT").is_ok() {
        std::fs::write(&file, &made).unwrap();
    }

    let written = std::fs::read_to_string(&file).unwrap_or_default();

    assert!(
        written == made,
        "docs/reference/config.md is out of date: run `KEYFERRY_ACCEPT=1 cargo nextest run -p keyferry-server`"
    );
}
