//! What one would write without Keyferry: a Python script on boto3, kept warm.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

use crate::cloud::Cloud;

const SCRIPT: &str = include_str!("create.py");

/// The script, waiting for names.
pub(crate) struct Script {
    names: ChildStdin,
    times: Lines<BufReader<ChildStdout>>,
    /// Reads what it says on standard error, to its end.
    words: JoinHandle<String>,
    process: Child,
}

impl Script {
    /// Starts it with the Python that `KEYFERRY_BENCH_PYTHON` names.
    pub(crate) fn start(cloud: &Cloud, ca_file: &std::path::Path) -> Self {
        let python = std::env::var("KEYFERRY_BENCH_PYTHON")
            .expect("KEYFERRY_BENCH_PYTHON names a Python with boto3 and cryptography: `make bench` sets it");
        let (id, secret) = &cloud.access_key;
        let mut process = Command::new(&python)
            .args(["-c", SCRIPT])
            // Nothing of the caller's own AWS configuration.
            .envs(std::env::vars().filter(|(name, _)| !name.starts_with("AWS_")))
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("AWS_ACCESS_KEY_ID", id)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("AWS_DEFAULT_REGION", Cloud::region())
            .env("AWS_ENDPOINT_URL", &cloud.url)
            .env("AWS_CA_BUNDLE", ca_file)
            .env("NO_PROXY", "localhost")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{python} cannot be started: {error}"));
        let names = process.stdin.take().expect("piped");
        let times = process.stdout.take().expect("piped");
        let mut errors = process.stderr.take().expect("piped");
        let words = tokio::spawn(async move {
            let mut text = Vec::new();
            let read = errors.read_to_end(&mut text).await;
            read.expect("readable");
            String::from_utf8_lossy(&text).into_owned()
        });
        Self {
            names,
            times: BufReader::new(times).lines(),
            words,
            process,
        }
    }

    /// Makes a KMS key; answers the time that the script itself took.
    pub(crate) async fn create(&mut self, name: &str) -> Duration {
        let line = format!("{name}\n");
        // Where it has ended, this may fail; why it ended is told below.
        let _sent = self.names.write_all(line.as_bytes()).await;
        match self.times.next_line().await.expect("readable") {
            Some(time) => Duration::from_secs_f64(time.parse().expect("seconds")),
            None => self.tell_why_it_stopped(name).await,
        }
    }

    async fn tell_why_it_stopped(&mut self, name: &str) -> ! {
        let status = self.process.wait().await.expect("it was started");
        let words = (&mut self.words).await.expect("reading does not fail");
        panic!("the boto3 script stopped at {name} ({status}), and said:\n{words}");
    }
}
