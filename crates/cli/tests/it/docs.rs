//! The reference of exit codes.

use std::path::Path;

use keyferry_cli::Exit;

#[test]
fn the_reference_lists_every_exit_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/exit-codes.md");
    let mut made = String::from(
        "# Exit codes\n\nEvery command of `keyferry` ends with one of these.\n\n| code | means |\n| --- | --- |\n",
    );
    for (exit, words) in Exit::ALL {
        made.push_str(&format!("| {} | {words} |\n", exit.code()));
    }
    #[allow(
        clippy::disallowed_methods,
        reason = "the switch that accepts a new reference"
    )]
    if std::env::var("KEYFERRY_ACCEPT").is_ok() {
        std::fs::write(&file, &made).unwrap();
    }

    let written = std::fs::read_to_string(&file).unwrap_or_default();

    assert!(
        written == made,
        "docs/reference/exit-codes.md is out of date: run `KEYFERRY_ACCEPT=1 cargo nextest run -p keyferry-cli`"
    );
}
