//! Parts of lists.

use keyferry_app::AppError;
use keyferry_ports::records::Page;

/// Rows that one answer has at most.
const LIMIT_MAX: u32 = 1000;

/// Reads `limit` and `cursor`.
pub(crate) fn page(limit: Option<u32>, cursor: Option<String>) -> Result<Page, AppError> {
    let limit = limit.unwrap_or(Page::default().limit);
    if limit == 0 || limit > LIMIT_MAX {
        let why = format!("must be a number from 1 to {LIMIT_MAX}");
        return Err(AppError::Invalid {
            field: "limit",
            why,
        });
    }
    Ok(Page { limit, cursor })
}
