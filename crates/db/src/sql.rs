//! Statements and rows in the portable subset: text, integers and bytes, placeholders `$1`, `$2`, ….

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use keyferry_ports::records::{Records, RecordsError};

/// One value of a statement or row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Text(Option<String>),
    Int(Option<i64>),
    Bytes(Option<Vec<u8>>),
}

impl Value {
    /// Anything that prints as what is stored: ids, names, specs, ARNs.
    pub(crate) fn text(value: impl Display) -> Self {
        Self::Text(Some(value.to_string()))
    }

    /// The same, where it may be missing.
    pub(crate) fn opt_text<T: Display>(value: Option<&T>) -> Self {
        Self::Text(value.map(T::to_string))
    }

    /// A time in whole microseconds.
    pub(crate) fn time(value: Timestamp) -> Self {
        Self::Int(Some(value.as_microsecond()))
    }

    /// The same, where it may be missing.
    pub(crate) fn opt_time(value: Option<Timestamp>) -> Self {
        Self::Int(value.map(Timestamp::as_microsecond))
    }

    /// A flag as 0 or 1.
    pub(crate) fn flag(value: bool) -> Self {
        Self::Int(Some(i64::from(value)))
    }

    /// A count. Counts beyond `i64` do not occur; they would be cut to its greatest value.
    pub(crate) fn count(value: impl TryInto<i64>) -> Self {
        Self::Int(Some(value.try_into().unwrap_or(i64::MAX)))
    }

    /// Bytes, where they may be missing.
    pub(crate) fn opt_bytes(value: Option<&[u8]>) -> Self {
        Self::Bytes(value.map(<[u8]>::to_vec))
    }

    /// Bytes.
    pub(crate) fn bytes(value: &[u8]) -> Self {
        Self::Bytes(Some(value.to_vec()))
    }
}

/// Text as both databases take it: PostgreSQL has no NUL in texts, and SQLite's patterns end at one. None of
/// ours have one either; what people search for may.
pub(crate) fn without_nul(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{FFFD}")
    } else {
        text
    }
}

/// A statement with its values.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

impl Statement {
    pub(crate) fn new(sql: impl Into<String>, values: Vec<Value>) -> Self {
        Self {
            sql: sql.into(),
            values,
        }
    }

    /// `INSERT INTO table (columns) VALUES ($1, …)`, with `values` in rows of as many as there are columns.
    pub(crate) fn insert(table: &str, columns: &[&str], values: Vec<Value>) -> Self {
        let width = columns.len();
        let rows: Vec<String> = (0..values.len() / width)
            .map(|row| {
                let marks: Vec<String> = (1..=width)
                    .map(|n| format!("${}", row * width + n))
                    .collect();
                format!("({})", marks.join(", "))
            })
            .collect();
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES {}",
            columns.join(", "),
            rows.join(", ")
        );
        Self { sql, values }
    }

    /// Several in one text, each with its own values, for a database that takes that. `$` stands nowhere but before a placeholder's
    /// number.
    pub(crate) fn joined(statements: impl Iterator<Item = Self>) -> Self {
        let mut joined = Self::new("", Vec::new());
        for statement in statements {
            let former = joined.values.len();
            if former == 0 && joined.sql.is_empty() {
                joined = statement;
                continue;
            }
            joined.sql.push_str(";\n");
            joined.push_numbered(&statement.sql, former);
            joined.values.extend(statement.values);
        }
        joined
    }

    /// Adds the text of a statement whose values come behind as many others.
    fn push_numbered(&mut self, sql: &str, former: usize) {
        let mut parts = sql.split('$');
        self.sql.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let end = part.find(|letter: char| !letter.is_ascii_digit());
            let (number, rest) = part.split_at(end.unwrap_or(part.len()));
            let number: usize = number.parse().unwrap_or_default();
            self.sql.push('$');
            self.sql.push_str(&(number + former).to_string());
            self.sql.push_str(rest);
        }
    }

    /// Adds text to the end of the statement.
    #[must_use]
    pub(crate) fn then(mut self, sql: &str) -> Self {
        self.sql.push(' ');
        self.sql.push_str(sql);
        self
    }
}

/// What came of one statement.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Rows that it changed; of a statement that changes none, nothing that counts.
    pub(crate) changed: u64,
    /// Rows that it answered.
    pub(crate) rows: Vec<Row>,
}

/// Conditions of a `WHERE`, added one by one.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    sql: Vec<String>,
    pub(crate) values: Vec<Value>,
}

impl Conditions {
    /// Adds a condition in which `{}` stands for the next placeholder, one per value.
    pub(crate) fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        let mut sql = condition.to_owned();
        for value in values {
            self.values.push(value);
            sql = sql.replacen("{}", &format!("${}", self.values.len()), 1);
        }
        self.sql.push(sql);
    }

    /// `WHERE …`, or nothing.
    pub(crate) fn clause(&self) -> String {
        if self.sql.is_empty() {
            String::new()
        } else {
            format!("WHERE {}", self.sql.join(" AND "))
        }
    }
}

/// A row, read from left to right.
#[derive(Debug)]
pub(crate) struct Row {
    what: &'static str,
    cells: std::vec::IntoIter<Value>,
}

impl Row {
    pub(crate) fn new(what: &'static str, cells: Vec<Value>) -> Self {
        Self {
            what,
            cells: cells.into_iter(),
        }
    }

    /// The row is not what it should be.
    pub(crate) fn corrupt(&self, why: impl Display) -> RecordsError {
        RecordsError::Corrupt {
            what: self.what,
            why: why.to_string(),
        }
    }

    /// The next cells, as a row of something else.
    pub(crate) fn part(&mut self, what: &'static str, width: usize) -> Self {
        Self::new(what, self.cells.by_ref().take(width).collect())
    }

    /// Whether nothing is in the next cell.
    pub(crate) fn is_next_null(&self) -> bool {
        let next = self.cells.as_slice().first();
        matches!(
            next,
            None | Some(Value::Text(None) | Value::Int(None) | Value::Bytes(None))
        )
    }

    pub(crate) fn opt_text(&mut self) -> Records<Option<String>> {
        match self.cells.next() {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(self.corrupt("a text is missing")),
        }
    }

    pub(crate) fn text(&mut self) -> Records<String> {
        self.opt_text()?
            .ok_or_else(|| self.corrupt("a text is null"))
    }

    pub(crate) fn opt_int(&mut self) -> Records<Option<i64>> {
        match self.cells.next() {
            Some(Value::Int(number)) => Ok(number),
            // SQLite tells no type for a null.
            Some(Value::Text(None) | Value::Bytes(None)) => Ok(None),
            _ => Err(self.corrupt("a number is missing")),
        }
    }

    pub(crate) fn int(&mut self) -> Records<i64> {
        self.opt_int()?
            .ok_or_else(|| self.corrupt("a number is null"))
    }

    pub(crate) fn opt_bytes(&mut self) -> Records<Option<Vec<u8>>> {
        match self.cells.next() {
            Some(Value::Bytes(bytes)) => Ok(bytes),
            Some(Value::Text(None) | Value::Int(None)) => Ok(None),
            _ => Err(self.corrupt("bytes are missing")),
        }
    }

    pub(crate) fn bytes(&mut self) -> Records<Vec<u8>> {
        self.opt_bytes()?
            .ok_or_else(|| self.corrupt("bytes are null"))
    }

    pub(crate) fn hash(&mut self) -> Records<[u8; 32]> {
        self.bytes()?
            .try_into()
            .map_err(|_| self.corrupt("a hash has not 32 bytes"))
    }

    /// Text that parses: ids, names, specs, ARNs.
    pub(crate) fn parse<T: FromStr<Err: Display>>(&mut self) -> Records<T> {
        let text = self.text()?;
        text.parse().map_err(|error| self.corrupt(error))
    }

    pub(crate) fn opt_parse<T: FromStr<Err: Display>>(&mut self) -> Records<Option<T>> {
        let text = self.opt_text()?;
        text.map(|text| text.parse().map_err(|error| self.corrupt(error)))
            .transpose()
    }

    /// A word that an enum knows.
    pub(crate) fn word<T>(&mut self, from_word: impl Fn(&str) -> Option<T>) -> Records<T> {
        let word = self.text()?;
        from_word(&word).ok_or_else(|| self.corrupt("a word is not known"))
    }

    pub(crate) fn time(&mut self) -> Records<Timestamp> {
        let micros = self.int()?;
        Timestamp::from_microsecond(micros).map_err(|error| self.corrupt(error))
    }

    pub(crate) fn opt_time(&mut self) -> Records<Option<Timestamp>> {
        let micros = self.opt_int()?;
        let time = |micros| Timestamp::from_microsecond(micros);
        micros
            .map(time)
            .transpose()
            .map_err(|error| self.corrupt(error))
    }

    pub(crate) fn flag(&mut self) -> Records<bool> {
        Ok(self.int()? != 0)
    }

    pub(crate) fn count<T: TryFrom<i64>>(&mut self) -> Records<T> {
        let number = self.int()?;
        T::try_from(number).map_err(|_| self.corrupt("a count is out of range"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_are_joined_keep_their_own_values() {
        let one = Statement::new(
            "UPDATE a SET b = $2 WHERE c = $1",
            vec![Value::flag(true); 2],
        );
        let two = Statement::new("DELETE FROM a", Vec::new());
        let three = Statement::insert("a", &["b", "c"], vec![Value::flag(false); 4]);

        let joined = Statement::joined([one.clone(), two, three].into_iter());

        assert_eq!(
            joined.sql,
            "UPDATE a SET b = $2 WHERE c = $1;\nDELETE FROM a;\n\
             INSERT INTO a (b, c) VALUES ($3, $4), ($5, $6)"
        );
        let values = [vec![Value::flag(true); 2], vec![Value::flag(false); 4]];
        assert_eq!(joined.values, values.concat());
        let alone = Statement::joined([one.clone()].into_iter());
        assert_eq!((alone.sql, alone.values), (one.sql, one.values));
    }
}
