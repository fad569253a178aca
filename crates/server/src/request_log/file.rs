//! The files of the request log: one that is written, and former ones. All of them together are bounded.
//!
//! A thread of its own writes. Requests hand it lines by a bounded channel and never wait: lines that it cannot take, and lines
//! that the disk does not take, are lost, counted, and told of.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::tz::TimeZone;
use keyferry_ports::clock::Clock;
use keyferry_ports::request_log::{LogFile, LogHealth, LogText, RequestLog, RequestLogError};
use tokio::sync::{mpsc, oneshot};

/// The file that is written.
const CURRENT: &str = "request.log";

/// Lines that wait to be written, at most.
const WAITING_MAX: usize = 8_192;

/// Lines that are written at once, at most.
const TOGETHER_MAX: usize = 1_000;

/// How large it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A file that has so many bytes is ended.
    pub file_bytes_max: u64,
    /// So many former files are kept.
    pub files_max: usize,
}

/// What the writer is asked for.
enum Order {
    Line(String),
    Flush(oneshot::Sender<()>),
    Rotate(oneshot::Sender<io::Result<()>>),
    Clear(oneshot::Sender<io::Result<()>>),
}

/// The log of this server, in a folder.
pub struct FileRequestLog {
    folder: PathBuf,
    host: String,
    health: Arc<Mutex<LogHealth>>,
    orders: mpsc::Sender<Order>,
}

impl FileRequestLog {
    /// Writes into this folder, which is made with the first line.
    pub fn new(folder: PathBuf, host: String, limits: Limits, clock: Arc<dyn Clock>) -> Self {
        let (orders, received) = mpsc::channel(WAITING_MAX);
        let health = Arc::new(Mutex::new(LogHealth::default()));
        let writer = Writer {
            folder: folder.clone(),
            limits,
            clock,
            health: Arc::clone(&health),
            lost_untold: 0,
            file: None,
        };
        let spawned = std::thread::Builder::new()
            .name("request-log".to_owned())
            .spawn(move || writer.run(received));
        if let Err(error) = spawned {
            lock(&health).failing = Some(format!("its thread cannot be started: {error}"));
        }
        Self {
            folder,
            host,
            health,
            orders,
        }
    }

    async fn ask<T>(&self, order: impl FnOnce(oneshot::Sender<T>) -> Order) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        self.orders.send(order(answer)).await.ok()?;
        answered.await.ok()
    }
}

fn lock(health: &Mutex<LogHealth>) -> std::sync::MutexGuard<'_, LogHealth> {
    health.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unusable(error: &io::Error) -> RequestLogError {
    RequestLogError::Unusable {
        why: error.to_string(),
    }
}

fn done(answer: Option<io::Result<()>>) -> Result<(), RequestLogError> {
    let gone = || io::Error::other("its thread has ended");
    answer
        .unwrap_or_else(|| Err(gone()))
        .map_err(|error| unusable(&error))
}

#[async_trait]
impl RequestLog for FileRequestLog {
    fn host(&self) -> &str {
        &self.host
    }

    fn write(&self, line: String) {
        if let Err(error) = self.orders.try_send(Order::Line(line)) {
            let mut health = lock(&self.health);
            health.lost += 1;
            health.failing = Some(match error {
                mpsc::error::TrySendError::Full(_) => {
                    "lines come faster than the disk takes them".to_owned()
                }
                mpsc::error::TrySendError::Closed(_) => "its thread has ended".to_owned(),
            });
        }
    }

    fn health(&self) -> LogHealth {
        lock(&self.health).clone()
    }

    async fn files(&self) -> Result<Vec<LogFile>, RequestLogError> {
        self.flush().await;
        let folder = self.folder.clone();
        let listed = tokio::task::spawn_blocking(move || list(&folder)).await;
        let listed = listed.unwrap_or_else(|error| Err(io::Error::other(error)));
        listed.map_err(|error| unusable(&error))
    }

    async fn read(&self, file: Option<&str>, from: u64) -> Result<LogText, RequestLogError> {
        let files = self.files().await?;
        let name = file.unwrap_or(CURRENT);
        // Only what is listed is opened: no name leads out of the folder.
        if !files.iter().any(|file| file.name == name) {
            let name = name.to_owned();
            return Err(RequestLogError::NoSuchFile { name });
        }
        let (path, name) = (self.folder.join(name), name.to_owned());
        let read = tokio::task::spawn_blocking(move || part(&path, from)).await;
        let read = read.unwrap_or_else(|error| Err(io::Error::other(error)));
        let (text, end) = read.map_err(|error| unusable(&error))?;
        Ok(LogText {
            file: name,
            text,
            end,
        })
    }

    async fn rotate(&self) -> Result<(), RequestLogError> {
        done(self.ask(Order::Rotate).await)
    }

    async fn clear(&self) -> Result<(), RequestLogError> {
        done(self.ask(Order::Clear).await)
    }

    async fn flush(&self) {
        self.ask(Order::Flush).await;
    }
}

/// From a byte to the end; from the beginning where the file is shorter: another one has taken its place.
fn part(path: &Path, from: u64) -> io::Result<(String, u64)> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((String::new(), 0)),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(if from > length { 0 } else { from }))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let end = file.stream_position()?;
    Ok((String::from_utf8_lossy(&bytes).into_owned(), end))
}

/// Whether a file is one of the former ones.
fn is_former(name: &str) -> bool {
    name.strip_prefix("request-")
        .and_then(|rest| rest.strip_suffix(".log"))
        .is_some_and(|stamp| {
            stamp
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

/// The current file, then the former ones, the newest first.
fn list(folder: &Path) -> io::Result<Vec<LogFile>> {
    let mut files = vec![LogFile {
        name: CURRENT.to_owned(),
        bytes: fs::metadata(folder.join(CURRENT)).map_or(0, |found| found.len()),
        is_current: true,
    }];
    let mut former = Vec::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(files),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let found = entry.metadata()?;
        if found.is_file() && is_former(&name) {
            former.push(LogFile {
                name,
                bytes: found.len(),
                is_current: false,
            });
        }
    }
    former.sort_by(|one, other| other.name.cmp(&one.name));
    files.extend(former);
    Ok(files)
}

/// The thread that writes.
struct Writer {
    folder: PathBuf,
    limits: Limits,
    clock: Arc<dyn Clock>,
    health: Arc<Mutex<LogHealth>>,
    /// Lost lines of which no line tells yet.
    lost_untold: u64,
    file: Option<(File, u64)>,
}

impl Writer {
    fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        let mut together = Vec::new();
        loop {
            together.clear();
            if orders.blocking_recv_many(&mut together, TOGETHER_MAX) == 0 {
                return;
            }
            let mut lines = Vec::new();
            for order in together.drain(..) {
                if let Order::Line(line) = order {
                    lines.push(line);
                    continue;
                }
                self.write(&mut lines);
                match order {
                    Order::Flush(answer) => _ = answer.send(()),
                    Order::Rotate(answer) => _ = answer.send(self.rotate()),
                    Order::Clear(answer) => _ = answer.send(self.clear()),
                    Order::Line(_) => {}
                }
            }
            self.write(&mut lines);
        }
    }

    fn write(&mut self, lines: &mut Vec<String>) {
        if lines.is_empty() {
            return;
        }
        let count = lines.len() as u64;
        let mut text = self.told_of_losses();
        for line in lines.drain(..) {
            text.push_str(&line);
            text.push('\n');
        }
        let written = self.append(text.as_bytes());
        let mut health = lock(&self.health);
        match written {
            Ok(()) => {
                health.failing = None;
                self.lost_untold = 0;
            }
            Err(error) => {
                self.file = None;
                self.lost_untold += count;
                health.lost += count;
                if health.failing.is_none() {
                    tracing::error!(%error, "the request log cannot be written");
                }
                health.failing = Some(error.to_string());
            }
        }
    }

    /// A line about lines that were lost.
    fn told_of_losses(&self) -> String {
        if self.lost_untold == 0 {
            return String::new();
        }
        let at = self.clock.now().to_zoned(TimeZone::UTC);
        let (at, lost) = (at.strftime("%Y-%m-%d %H:%M:%S"), self.lost_untold);
        format!("[{at}] [ERROR] - [-] [REST] - - - [{lost} lines were lost] - [Failed] [-]\n")
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let is_full = self
            .file
            .as_ref()
            .is_some_and(|(_, length)| *length >= self.limits.file_bytes_max);
        if is_full {
            self.rotate()?;
        }
        let (mut file, length) = match self.file.take() {
            Some(open) => open,
            None => self.open()?,
        };
        if let Err(error) = file.write_all(bytes) {
            // Half a line would end in another one.
            let _ = file.set_len(length);
            return Err(error);
        }
        self.file = Some((file, length + bytes.len() as u64));
        Ok(())
    }

    fn open(&self) -> io::Result<(File, u64)> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)?;
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(self.folder.join(CURRENT))?;
        let length = file.metadata()?.len();
        Ok((file, length))
    }

    /// Gives the current file a name with the time, and removes the oldest ones.
    fn rotate(&mut self) -> io::Result<()> {
        self.file = None;
        let current = self.folder.join(CURRENT);
        if fs::metadata(&current).map_or(0, |found| found.len()) > 0 {
            let at = self.clock.now().to_zoned(TimeZone::UTC);
            let stamp = at.strftime("%Y%m%dT%H%M%SZ").to_string();
            let before = list(&self.folder)?;
            let number = |name: &str| {
                let rest = name.strip_prefix(&format!("request-{stamp}-"))?;
                rest.strip_suffix(".log")?.parse::<u32>().ok()
            };
            // Never a number that was there: names tell the order.
            let last = before.iter().filter_map(|file| number(&file.name)).max();
            let next = last.map_or(0, |last| last.saturating_add(1));
            let name = format!("request-{stamp}-{next:04}.log");
            fs::rename(&current, self.folder.join(name))?;
        }
        let former = list(&self.folder)?
            .into_iter()
            .filter(|file| !file.is_current);
        for old in former.skip(self.limits.files_max) {
            fs::remove_file(self.folder.join(old.name))?;
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.file = None;
        for file in list(&self.folder)? {
            match fs::remove_file(self.folder.join(file.name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}
