//! The request log.

use keyferry_api::request_log::{
    LogFileView, LogFilesView, RequestLogQuery, RequestLogView, RequestOutcome,
};
use keyferry_app::request_log::{LineFilter, LogFiles, ShownLines};

/// Which lines.
pub(crate) fn filter(query: RequestLogQuery) -> LineFilter {
    LineFilter {
        file: query.file,
        from: query.from.unwrap_or_default(),
        lines: query.lines,
        text: query.q,
        user: query.user,
        operation: query.operation,
        is_failed: query
            .outcome
            .map(|outcome| outcome == RequestOutcome::Failed),
    }
}

/// Lines of a file.
pub(crate) fn lines(shown: ShownLines) -> RequestLogView {
    RequestLogView {
        file: shown.file,
        lines: shown.lines,
        end: shown.end,
    }
}

/// The files.
pub(crate) fn files(found: LogFiles) -> LogFilesView {
    let file = |file: keyferry_ports::request_log::LogFile| LogFileView {
        name: file.name,
        bytes: file.bytes,
        current: file.is_current,
    };
    LogFilesView {
        host: found.host,
        files: found.files.into_iter().map(file).collect(),
        failing: found.health.failing,
        lost: found.health.lost,
    }
}
