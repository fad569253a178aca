//! Reports: shown, written as CSV, kept signed, verified without the server.

use keyferry_api::endpoint::Endpoint;
use keyferry_api::endpoints as at;
use keyferry_api::statement::SignedStatementView;
use keyferry_audit::{open_statement, verify_approvals};
use serde::Serialize;
use serde_json::Value;

use super::audit_folder::key;
use super::{Context, receipt};
use crate::args::{Globals, ReportArgs, ReportCommand, VerifyStatementArgs};
use crate::client::Call;
use crate::error::{CliError, Exit};
use crate::table::Table;
use crate::world::World;

/// The report whose rows are proved by entries of the log.
const APPROVALS: &str = "approvals";

/// A report that holds.
#[derive(Serialize)]
struct Answer {
    intact: bool,
    report: String,
    as_of: String,
    issued_at: String,
    issued_to: String,
    rows: usize,
}

pub(super) async fn run(context: &mut Context<'_>, command: ReportCommand) -> Result<(), CliError> {
    let (endpoint, args): (&Endpoint, ReportArgs) = match command {
        ReportCommand::Keys(args) => (&at::REPORT_KEYS, args),
        ReportCommand::Access(args) => (&at::REPORT_ACCESS, args),
        ReportCommand::Rotation(args) => (&at::REPORT_ROTATION, args),
        ReportCommand::Approvals(args) => (&at::REPORT_APPROVALS, args),
    };
    let call = Call::to(endpoint, &[]).query("as_of", args.as_of.as_ref());
    let signed: SignedStatementView = context.client.send(call).await?.read()?;
    if let Some(path) = &args.out {
        let text = serde_json::to_string_pretty(&signed).unwrap_or_default() + "\n";
        receipt::keep(context, Some(path), &text, "verify-report")?;
    }
    let (head, rows) = cells(&signed.statement);
    if let Some(notes) = signed.statement.get("notes").and_then(Value::as_object) {
        for (field, why) in notes {
            let why = why.as_str().unwrap_or_default();
            context.world.say(&format!("note: {field}: {why}"));
        }
    }
    if args.csv {
        return context.world.print_text(&csv(&head, &rows));
    }
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let output = context.globals.output;
    context
        .world
        .print(output, &signed, || Table::list(&head, rows.clone()))
}

/// Columns and rows as text.
fn cells(statement: &Value) -> (Vec<String>, Vec<Vec<String>>) {
    let array = |name: &str| statement.get(name).and_then(Value::as_array);
    let columns = array("columns").into_iter().flatten();
    let columns: Vec<String> = columns
        .filter_map(|column| column.as_str().map(str::to_owned))
        .collect();
    let rows = array("rows").into_iter().flatten().map(|row| {
        let cell = |column: &String| match row.get(column) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        columns.iter().map(cell).collect()
    });
    let rows = rows.collect();
    (columns, rows)
}

/// RFC 4180, safe for programs that take cells for formulas.
fn csv(head: &[String], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
        cells.join(",") + "\r\n"
    };
    let mut text = line(head);
    text.extend(rows.iter().map(|row| line(row)));
    text
}

/// A cell that begins like a formula begins with an apostrophe (OWASP, "CSV Injection"); what has commas, quotes or line ends
/// is quoted.
fn csv_cell(cell: &str) -> String {
    let is_formula =
        cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let cell = if is_formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if cell.contains([',', '"', '\n', '\r', ';', '\t']) {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell
}

/// Verifies a report without the server.
pub(super) fn verify(
    world: &mut World,
    globals: &Globals,
    args: VerifyStatementArgs,
) -> Result<(), CliError> {
    let key = key(&args.key)?;
    let text = world.read_text(&args.file)?;
    let damaged = |why: &str| {
        CliError::new(Exit::Damaged, format!("the report does not hold: {why}"))
            .hint("compare the key with `keyferry audit key`, and ask for the report anew")
    };
    let statement = open_statement(&text, &key).map_err(|error| damaged(&error.to_string()))?;
    if statement.get("kind").and_then(Value::as_str) != Some("report") {
        return Err(damaged("it is a statement of another kind"));
    }
    if statement.get("report").and_then(Value::as_str) == Some(APPROVALS) {
        verify_approvals(&statement, &key).map_err(|error| damaged(&error.to_string()))?;
    }
    let word = |name: &str| {
        let found = statement.get(name).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    };
    let rows = statement.get("rows").and_then(Value::as_array);
    let answer = Answer {
        intact: true,
        report: word("report"),
        as_of: word("as_of"),
        issued_at: word("issued_at"),
        issued_to: word("issued_to"),
        rows: rows.map_or(0, Vec::len),
    };
    world.print_one(globals.output, &answer)
}

#[cfg(test)]
mod tests {
    use super::csv_cell;

    #[test]
    fn a_cell_is_never_a_formula_and_never_two_cells() {
        for (cell, safe) in [
            ("app", "app"),
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2", "'-2"),
            ("+2", "'+2"),
            ("\t=1", "\"'\t=1\""),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("=cmd|' /C calc'!A0,x", "\"'=cmd|' /C calc'!A0,x\""),
            ("a\r\n=b", "\"a\r\n=b\""),
        ] {
            assert_eq!(csv_cell(cell), safe);
        }
    }
}
