//! The passphrase file.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use keyferry_server::config::Environment;
use keyferry_server::unseal::{UnsealFileError, find, read};

use crate::site::config;

fn file(mode: u32, text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("passphrase");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    (folder, path)
}

#[test]
fn a_file_of_its_owner_alone_is_read_without_its_line_end() {
    for mode in [0o600, 0o400] {
        let (_folder, path) = file(mode, "correct horse\n");
        assert_eq!(
            read(&path, &Environment::new()).unwrap().expose(),
            "correct horse"
        );
    }
}

#[test]
fn a_file_that_others_may_read_is_refused_with_the_way_out() {
    for mode in [0o644, 0o640, 0o604, 0o660] {
        let (_folder, path) = file(mode, "correct horse\n");
        let error = read(&path, &Environment::new()).unwrap_err();
        assert!(
            matches!(error, UnsealFileError::TooOpen { .. }),
            "{mode:o}: {error}"
        );
        assert!(error.hint().unwrap().starts_with("chmod 0600"));
        assert!(!error.to_string().contains("horse"));
    }
}

/// systemd makes its credentials 0440 where the service runs as a user of its own.
#[test]
fn a_credential_of_systemd_may_be_readable_by_its_group() {
    for (mode, is_read) in [(0o440, true), (0o400, true), (0o444, false), (0o460, false)] {
        let (folder, path) = file(mode, "correct horse");
        let directory = folder.path().display().to_string();
        let elsewhere =
            Environment::from([("CREDENTIALS_DIRECTORY".to_owned(), "/run".to_owned())]);
        let here = Environment::from([("CREDENTIALS_DIRECTORY".to_owned(), directory)]);

        assert_eq!(read(&path, &here).is_ok(), is_read, "{mode:o}");
        assert_eq!(read(&path, &elsewhere).is_ok(), mode == 0o400, "{mode:o}");
    }
}

#[test]
fn an_empty_file_opens_nothing() {
    let (_folder, path) = file(0o600, "\n");

    assert!(matches!(
        read(&path, &Environment::new()),
        Err(UnsealFileError::Empty { .. })
    ));
}

#[test]
fn the_credential_of_systemd_is_found_where_no_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [(
        "CREDENTIALS_DIRECTORY".to_owned(),
        folder.path().display().to_string(),
    )]
    .into();
    assert_eq!(find(None, &config(), &variables), None);

    let credential = folder.path().join("keyferry-unseal");
    std::fs::write(&credential, "x").unwrap();

    assert_eq!(find(None, &config(), &variables), Some(credential));
    assert_eq!(
        find(Some("/a".into()), &config(), &variables),
        Some("/a".into())
    );
}
