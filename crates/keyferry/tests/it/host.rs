//! A host with one data folder and one user's home.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const PASSPHRASE: &str = "correct horse battery staple";
pub(crate) const PASSWORD: &str = "a good long password";

/// A host.
pub(crate) struct Host {
    folder: TempDir,
    /// The database; `None` is a file in the data folder.
    database: Option<String>,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Host {
    pub(crate) fn new() -> Self {
        Self::on(None)
    }

    fn on(database: Option<String>) -> Self {
        let host = Self {
            folder: tempfile::tempdir().unwrap(),
            database,
        };
        host.secret("passphrase", PASSPHRASE);
        host.secret("password", PASSWORD);
        host
    }

    /// A host on which `init` was run. Answers what it printed.
    pub(crate) fn initialized() -> (Self, Value) {
        let host = Self::new();
        let answer = host.init();
        (host, answer)
    }

    /// A host on which `init` was run for a database elsewhere. Answers what it printed.
    pub(crate) fn initialized_on(database: &str) -> (Self, Value) {
        let host = Self::on(Some(database.to_owned()));
        let answer = host.init();
        (host, answer)
    }

    /// Another host of the same installation, with its own copy of the data folder.
    pub(crate) fn beside(other: &Self, database: &str) -> Self {
        let host = Self::on(Some(database.to_owned()));
        let (from, to) = (other.path("data"), host.path("data"));
        let copied = Command::new("cp").args(["-a", &from, &to]).status();
        assert!(copied.unwrap().success());
        host
    }

    fn init(&self) -> Value {
        let done = self.run(&self.init_words());
        assert_eq!(done.code, 0, "{}", done.stderr);
        serde_json::from_str(&done.stdout).unwrap()
    }

    pub(crate) fn init_words(&self) -> Vec<String> {
        let words = [
            "init",
            "--output",
            "json",
            "--data",
            &self.path("data"),
            "--passphrase-file",
        ];
        let mut words: Vec<String> = words.map(str::to_owned).into();
        words.extend([
            self.path("passphrase"),
            "--administrator-password-file".into(),
            self.path("password"),
        ]);
        words
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file for its owner alone.
    pub(crate) fn secret(&self, name: &str, text: &str) {
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(self.file(name))
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn command(&self, words: &[String]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyferry"));
        command
            .args(words)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("KEYFERRY_CONNECTIONS_PRIVATE_HOSTS", "127.0.0.1,localhost")
            .envs(self.database_variable())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn database_variable(&self) -> Option<(&str, &str)> {
        let url = self.database.as_deref()?;
        Some(("KEYFERRY_DATABASE_URL", url))
    }

    pub(crate) fn run(&self, words: &[String]) -> Done {
        self.command(words).output().unwrap().into()
    }

    /// Starts a command line without quotes; its streams are pipes.
    pub(crate) fn begin(&self, line: &str) -> Child {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        self.command(&words).spawn().unwrap()
    }

    /// Runs a command line without quotes.
    pub(crate) fn keyferry(&self, line: &str) -> Done {
        self.run(
            &line
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        )
    }

    /// Starts the server and waits until it listens.
    pub(crate) fn serve(&self, options: &[&str]) -> Server {
        let mut words: Vec<String> = ["server", "--listen", "127.0.0.1:0", "--data"]
            .map(str::to_owned)
            .into();
        words.push(self.path("data"));
        words.extend(options.iter().map(|word| (*word).to_owned()));
        let mut child = self.command(&words).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut log = String::new();
        for line in lines.by_ref() {
            let line = line.unwrap();
            log.push_str(&format!("{line}\n"));
            if let Some((_, rest)) = line.split_once("listening on ") {
                let url = rest.split_whitespace().next().unwrap().to_owned();
                // The pipe must not fill up while the server works; what it says helps where a test fails.
                let id = child.id();
                std::thread::spawn(move || {
                    lines
                        .map_while(Result::ok)
                        .for_each(|line| eprintln!("{id}: {line}"));
                });
                return Server { child, url, log };
            }
        }
        panic!("the server does not listen: {log}");
    }
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    pub(crate) log: String,
}

impl Server {
    /// Sends its process a signal, such as `-STOP`.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Asks it to stop; answers its exit code.
    pub(crate) fn stop(mut self) -> i32 {
        self.signal("-TERM");
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
