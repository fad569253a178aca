//! `cargo xtask bench`: figures as JSON lines, each held against its goal.

use serde_json::Value;

use crate::workspace::{Workspace, output_of};

/// The name of every bench that prints figures.
const BENCH: &str = "figures";
/// The members of a figure.
const MEMBERS: [&str; 6] = ["figure", "value", "unit", "better", "goal", "against"];

/// Runs the bench `figures` of each crate that has one, and prints its JSON lines.
pub(crate) fn run() -> Result<(), String> {
    let workspace = Workspace::load()?;
    let mut missed = Vec::new();
    let mut figures = 0;
    for package in &workspace.packages {
        if !package.benches.iter().any(|bench| bench == BENCH) {
            continue;
        }
        let arguments = ["bench", "--locked", "-p", &package.name, "--bench", BENCH];
        let output = output_of("cargo", &arguments, Some(&workspace.root))?;
        for line in output.lines().filter(|line| line.starts_with('{')) {
            println!("{line}");
            figures += 1;
            if let Some(miss) = judge(line)? {
                missed.push(miss);
            }
        }
    }
    match (figures, missed.is_empty()) {
        (0, _) => Err(format!(
            "no crate has a bench named `{BENCH}` that prints a figure"
        )),
        (_, true) => Ok(()),
        (_, false) => Err(format!("goals missed:\n{}", missed.join("\n"))),
    }
}

/// Says how a figure misses its goal, or nothing where it reaches it or has none.
fn judge(line: &str) -> Result<Option<String>, String> {
    let malformed = |why: &str| format!("not a figure ({why}): {line}");
    let figure: Value = serde_json::from_str(line).map_err(|_| malformed("no JSON"))?;
    if let Some(member) = MEMBERS
        .into_iter()
        .find(|member| figure.get(*member).is_none())
    {
        return Err(malformed(&format!("without `{member}`")));
    }
    let number = |member: &str| figure.get(member).and_then(Value::as_f64);
    let value = number("value").ok_or_else(|| malformed("`value` is no number"))?;
    let Some(goal) = number("goal") else {
        return Ok(None);
    };
    let is_reached = match figure.get("better").and_then(Value::as_str) {
        Some("less") => value <= goal,
        Some("more") => value >= goal,
        _ => return Err(malformed("`better` is neither `less` nor `more`")),
    };
    Ok((!is_reached).then(|| line.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(value: &str, better: &str, goal: &str) -> String {
        format!(
            r#"{{"figure":"f","value":{value},"unit":"ratio","better":"{better}","goal":{goal},"against":"a"}}"#
        )
    }

    #[test]
    fn a_figure_is_held_against_its_goal_in_its_direction() {
        let cases = [
            ("1.1", "less", "1.15", false),
            ("1.2", "less", "1.15", true),
            ("0.8", "more", "0.8", false),
            ("0.7", "more", "0.8", true),
            ("9", "less", "null", false),
        ];
        for (value, better, goal, is_missed) in cases {
            let judged = judge(&figure(value, better, goal)).unwrap();
            assert_eq!(judged.is_some(), is_missed, "{value} {better} {goal}");
        }
    }

    #[test]
    fn a_line_that_is_no_figure_is_an_error() {
        for line in [
            "{}",
            "{",
            &figure("\"fast\"", "less", "1"),
            &figure("1", "bigger", "1"),
        ] {
            assert!(judge(line).is_err(), "{line}");
        }
    }
}
