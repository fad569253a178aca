//! Where in a policy's text something is wrong.

use miette::Diagnostic;

/// `line 2, column 5: ` where Cedar tells the place, else nothing.
pub(crate) fn place(text: &str, error: &dyn Diagnostic) -> String {
    let label = error.labels().and_then(|mut labels| labels.next());
    let Some(offset) = label.map(|label| label.offset()) else {
        return String::new();
    };
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    format!("line {line}, column {column}: ")
}
