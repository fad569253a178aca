//! What one would write without Keyferry: a Python script on boto3, kept warm.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::cloud::Cloud;

const SCRIPT: &str = include_str!("create.py");

/// The script, waiting for names.
pub(crate) struct Script {
    names: ChildStdin,
    times: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Script {
    /// Starts it with the Python that `KEYFERRY_BENCH_PYTHON` names.
    pub(crate) fn start(cloud: &Cloud, ca_file: &std::path::Path) -> Self {
        let python = std::env::var("KEYFERRY_BENCH_PYTHON")
            .expect("KEYFERRY_BENCH_PYTHON names a Python with boto3 and cryptography: `make bench` sets it");
        let (id, secret) = &cloud.access_key;
        let mut process = Command::new(python)
            .args(["-c", SCRIPT])
            .env("AWS_ACCESS_KEY_ID", id)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("AWS_DEFAULT_REGION", Cloud::region())
            .env("AWS_ENDPOINT_URL", &cloud.url)
            .env("AWS_CA_BUNDLE", ca_file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Python starts");
        let names = process.stdin.take().expect("piped");
        let times = process.stdout.take().expect("piped");
        Self {
            names,
            times: BufReader::new(times).lines(),
            _process: process,
        }
    }

    /// Makes a KMS key; answers the time that the script itself took.
    pub(crate) async fn create(&mut self, name: &str) -> Duration {
        let line = format!("{name}\n");
        let sent = self.names.write_all(line.as_bytes()).await;
        sent.expect("the script listens");
        let time = self.times.next_line().await.expect("readable");
        let time = time.expect("the script has told on stderr why it stopped");
        Duration::from_secs_f64(time.parse().expect("seconds"))
    }
}
