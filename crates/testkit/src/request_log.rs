//! A request log in memory.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use keyferry_ports::request_log::{LogFile, LogHealth, LogText, RequestLog, RequestLogError};

/// The current file's name.
const CURRENT: &str = "request.log";

/// Keeps lines, and fails as long as it is told to.
#[derive(Debug, Default)]
pub struct MemoryRequestLog {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    current: String,
    former: Vec<String>,
    health: LogHealth,
    is_full: bool,
}

impl MemoryRequestLog {
    /// From now on the disk is full, or not any more.
    pub fn set_full(&self, is_full: bool) {
        self.lock().is_full = is_full;
    }

    /// The lines of the current file.
    pub fn lines(&self) -> Vec<String> {
        self.lock().current.lines().map(str::to_owned).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl RequestLog for MemoryRequestLog {
    fn host(&self) -> &str {
        "vault1"
    }

    fn write(&self, line: String) {
        let mut state = self.lock();
        if state.is_full {
            state.health.failing = Some("no space left on device".to_owned());
            state.health.lost += 1;
            return;
        }
        state.health.failing = None;
        state.current.push_str(&line);
        state.current.push('\n');
    }

    fn health(&self) -> LogHealth {
        self.lock().health.clone()
    }

    async fn files(&self) -> Result<Vec<LogFile>, RequestLogError> {
        let state = self.lock();
        let former = state.former.iter().enumerate().rev();
        let former = former.map(|(place, text)| LogFile {
            name: format!("request-{place}.log"),
            bytes: text.len() as u64,
            is_current: false,
        });
        let current = LogFile {
            name: CURRENT.to_owned(),
            bytes: state.current.len() as u64,
            is_current: true,
        };
        Ok([current].into_iter().chain(former).collect())
    }

    async fn read(&self, file: Option<&str>, from: u64) -> Result<LogText, RequestLogError> {
        let state = self.lock();
        let name = file.unwrap_or(CURRENT);
        let former = || {
            let place = name.strip_prefix("request-")?.strip_suffix(".log")?;
            state.former.get(place.parse::<usize>().ok()?)
        };
        let text = match name {
            CURRENT => Some(&state.current),
            _ => former(),
        };
        let text = text.ok_or_else(|| RequestLogError::NoSuchFile {
            name: name.to_owned(),
        })?;
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        Ok(LogText {
            file: name.to_owned(),
            text: text.get(from..).unwrap_or(text).to_owned(),
            end: text.len() as u64,
        })
    }

    async fn rotate(&self) -> Result<(), RequestLogError> {
        let mut state = self.lock();
        let ended = std::mem::take(&mut state.current);
        state.former.push(ended);
        Ok(())
    }

    async fn clear(&self) -> Result<(), RequestLogError> {
        let mut state = self.lock();
        state.current.clear();
        state.former.clear();
        Ok(())
    }

    async fn flush(&self) {}
}
