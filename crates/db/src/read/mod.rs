//! Reads, over connections that never write.

mod access;
mod application;
mod approval;
mod audit;
mod authority;
mod configuration;
mod delivery;
mod fleet;
mod policy;
mod preparation;
mod provider;
mod schedule;
mod work;

use keyferry_ports::records::{BAD_CURSOR, Groups, Page, PageOf, Records, RecordsError};

use crate::Database;
use crate::rows::select;
use crate::sql::{Conditions, Row, Statement, Value};

/// A table, its columns and how a row of it is read.
struct Noun<T: 'static> {
    what: &'static str,
    table: &'static str,
    columns: &'static [&'static str],
    read: fn(Row) -> Records<T>,
}

impl<T> Noun<T> {
    /// All rows that a clause (`WHERE … ORDER BY …`) leaves, in its order.
    async fn list(&self, database: &Database, clause: &str, values: Vec<Value>) -> Records<Vec<T>> {
        let sql = format!("{} {clause}", select(self.table, self.columns));
        let rows = database
            .engine
            .read(self.what, Statement::new(sql, values))
            .await?;
        rows.into_iter().map(self.read).collect()
    }

    /// The first of them.
    async fn find(
        &self,
        database: &Database,
        clause: &str,
        values: Vec<Value>,
    ) -> Records<Option<T>> {
        let clause = format!("{clause} LIMIT 1");
        Ok(self
            .list(database, &clause, values)
            .await?
            .into_iter()
            .next())
    }

    /// The row with a value in a column.
    async fn find_by(&self, database: &Database, column: &str, value: Value) -> Records<Option<T>> {
        self.find(database, &format!("WHERE {column} = $1"), vec![value])
            .await
    }

    /// One page, in an order; `cursor` tells where a page that ends with this row ends.
    async fn page(
        &self,
        database: &Database,
        conditions: Conditions,
        order: &str,
        page: &Page,
        cursor: impl Fn(&T) -> String,
    ) -> Records<PageOf<T>> {
        let limit = page.limit.clamp(1, 1000) as usize;
        let clause = format!(
            "{} ORDER BY {order} LIMIT {}",
            conditions.clause(),
            limit + 1
        );
        let mut rows = self.list(database, &clause, conditions.values).await?;
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = if has_more {
            rows.last().map(cursor)
        } else {
            None
        };
        Ok(PageOf { rows, next })
    }
}

/// The two parts of a cursor, each as it is compared.
fn cursor_parts<A, B>(
    page: &Page,
    parse: impl Fn(&str, &str) -> Option<(A, B)>,
) -> Records<Option<(A, B)>> {
    let Some(text) = &page.cursor else {
        return Ok(None);
    };
    let parts = text
        .split_once(':')
        .and_then(|(first, second)| parse(first, second));
    parts.map(Some).ok_or_else(bad_cursor)
}

/// The cursor is not one that a page ended with.
fn bad_cursor() -> RecordsError {
    RecordsError::Conflict { what: BAD_CURSOR }
}

/// Adds a condition on groups, in which `{}` stands for their list. In no group there is nothing.
fn within(conditions: &mut Conditions, groups: &Groups, condition: &str) {
    let Groups::Only(groups) = groups else { return };
    if groups.is_empty() {
        conditions.and("1 = 0", []);
        return;
    }
    let marks = vec!["{}"; groups.len()].join(", ");
    let sql = condition.replacen("{}", &marks, 1);
    conditions.and(&sql, groups.iter().map(Value::text));
}

/// Adds "the name contains this text, in any case".
fn contains_text(conditions: &mut Conditions, text: Option<&str>) {
    let Some(text) = text else { return };
    let mut pattern = String::from("%");
    for letter in text.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    conditions.and(r"name_folded LIKE {} ESCAPE '\'", [Value::text(pattern)]);
}
