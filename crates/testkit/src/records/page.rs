//! Cutting a sorted list into pages.

use keyferry_ports::records::{BAD_CURSOR, Page, PageOf, Records, RecordsError};

/// The cursor is not one that a page ended with.
pub(super) fn bad_cursor() -> RecordsError {
    RecordsError::Conflict { what: BAD_CURSOR }
}

/// One page of `rows`, which are in order. `place` tells where a row stands, `parse` reads a cursor back,
/// and a row belongs behind the cursor where `is_after(place, cursor)`.
pub(super) fn cut<'a, T: Clone + 'a, P>(
    rows: impl Iterator<Item = &'a T>,
    page: &Page,
    parse: impl Fn(&str) -> Option<P>,
    is_after: impl Fn(&T, &P) -> bool,
    write: impl Fn(&T) -> String,
) -> Records<PageOf<T>> {
    let cursor = match &page.cursor {
        Some(text) => Some(parse(text).ok_or_else(bad_cursor)?),
        None => None,
    };
    let limit = page.limit.clamp(1, 1000) as usize;
    let behind = |row: &&T| cursor.as_ref().is_none_or(|cursor| is_after(row, cursor));
    let mut rows: Vec<T> = rows.filter(behind).take(limit + 1).cloned().collect();
    let next = if rows.len() > limit {
        rows.truncate(limit);
        rows.last().map(write)
    } else {
        None
    };
    Ok(PageOf { rows, next })
}
