//! The database, as its administrator sees it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use super::installation::Installation;

/// A database of its own for a test. Answers its URL.
pub(super) fn new_database(name: &str) -> String {
    let server = server();
    let name = format!("several_servers_{name}");
    sql(&server, &format!("DROP DATABASE IF EXISTS {name}"));
    sql(&server, &format!("CREATE DATABASE {name}"));
    let (begin, _) = server.rsplit_once('/').unwrap();
    format!("{begin}/{name}")
}

fn server() -> String {
    #[allow(
        clippy::disallowed_methods,
        reason = "tests learn where PostgreSQL is from the environment"
    )]
    std::env::var("KEYFERRY_TEST_POSTGRES_URL")
        .expect("run the tests with `scripts/postgres run -- cargo nextest run`")
}

/// Makes one database, which nobody uses, anew as another is.
#[track_caller]
pub(super) fn copy(from: &str, to: &str) {
    let name = |url: &str| url.rsplit_once('/').unwrap().1.to_owned();
    let (server, from, to) = (server(), name(from), name(to));
    sql(&server, &format!("DROP DATABASE IF EXISTS {to}"));
    sql(&server, &format!("CREATE DATABASE {to} TEMPLATE {from}"));
}

/// Runs one statement. Answers the rows as text.
#[track_caller]
pub(super) fn sql(url: &str, query: &str) -> String {
    let done = Command::new("psql").args([url, "-qAtc", query]).output();
    let done = done.unwrap();
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{query}: {told}");
    String::from_utf8(done.stdout).unwrap()
}

/// A lock that every commit needs, for as long as this lives.
pub(super) struct Hold {
    session: Child,
}

impl Hold {
    pub(super) fn on_the_audit_log(installation: &Installation) -> Self {
        let mut session = Command::new("psql")
            .args([installation.database(), "-qAt"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let words = "BEGIN; UPDATE audit_log SET size = size;\n\\echo held\n";
        let input = session.stdin.as_mut().unwrap();
        input.write_all(words.as_bytes()).unwrap();
        let mut lines = BufReader::new(session.stdout.as_mut().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "held");
        Self { session }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // The session ends with its input, and its transaction with it.
        drop(self.session.stdin.take());
        let _ = self.session.wait();
    }
}
