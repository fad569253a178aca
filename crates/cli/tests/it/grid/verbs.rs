//! Every verb of the command line stands in a table with the routes that it may call; some are typed by every role.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{BufReader, Cursor, Write};
use std::sync::{Arc, Mutex};

use clap::{Command, CommandFactory as _, Parser as _};
use keyferry_api::endpoint::Endpoint;
use keyferry_api::endpoints;
use keyferry_cli::{Invocation, Terminal, Words, World};

use super::installation::{Credential, Installation, Start};
use super::scene::{ROLES, Scene, Subject};
use super::{compare, in_this_folder};

/// The verbs below a command, with all their words.
fn leaves(command: &Command, before: &str, found: &mut BTreeSet<String>) {
    for one in command.get_subcommands() {
        let words = format!("{before}{}", one.get_name());
        match one.has_subcommands() {
            true => leaves(one, &format!("{words} "), found),
            false => drop(found.insert(words)),
        }
    }
}

/// The table: the routes of each verb.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(in_this_folder("verbs.txt")).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &str| {
        let (verb, routes) = line.split_once('|').unwrap();
        let routes = routes.split_whitespace().map(str::to_owned).collect();
        (verb.trim().to_owned(), routes)
    };
    rows.map(row).collect()
}

#[test]
fn every_verb_has_its_row_with_routes_of_the_grid_and_every_route_has_a_verb() {
    let mut verbs = BTreeSet::new();
    leaves(&Invocation::command(), "", &mut verbs);
    let table = table();
    let rows: BTreeSet<String> = table.keys().cloned().collect();
    assert_eq!(verbs, rows);

    let called: BTreeSet<&str> = table.values().flatten().map(String::as_str).collect();
    let known: BTreeSet<&str> = endpoints::ALL.iter().map(|one| one.id).collect();
    let unknown: Vec<&&str> = called.difference(&known).collect();
    assert_eq!(unknown, [&"(local)"]);
    // For programs that watch the server, for browsers and for the console; others are asked by `--ask`, an option of all.
    let without = [
        "ask_approval",
        "confirm_session",
        "finish_oidc_session",
        "list_sign_in_rules",
        "read_health",
        "read_openapi",
        "read_readiness",
        "start_oidc_session",
        "stream_events",
    ];
    let left: Vec<&str> = known.difference(&called).copied().collect();
    assert_eq!(left, without);
}

/// What every role types; the word `GROUP` stands for each group in turn.
const LINES: &[&str] = &[
    "me",
    "token list",
    "session list",
    "seal status",
    "role list",
    "role assignments",
    "group list",
    "group show GROUP-group",
    "user list",
    "user lock bob --dry-run",
    "audit list",
    "audit checkpoint",
    "connection list",
    "connection hosts --region eu-central-1",
    "connection delete GROUP-second --dry-run",
    "keystore list",
    "keystore update GROUP-store --description new --dry-run",
    "key list",
    "key show GROUP-spare",
    "key create new --spec AES-256 --group GROUP-group --dry-run",
    "key-version destroy GROUP-idle 1 --dry-run",
    "kms-key list",
    "kms-key show GROUP-app",
    "kms-key disable GROUP-app --no-wait",
    "kms-key schedule-deletion GROUP-app --dry-run",
    "job list",
    "alert list",
    "alert destination list",
    "schedule list",
    "group update GROUP-group --description new --dry-run",
    "role show auditor",
    "role create new --action key.read --dry-run",
    "policy list",
    "crypto-policy show --group GROUP-group",
    "crypto-policy set --group GROUP-group --export refused --dry-run",
    "use-period open GROUP-billing --for 1h --dry-run",
    "policy delete ours --dry-run",
    "policy who-can key.read --group GROUP-group",
    "policy why bob key.read --group GROUP-group",
    "role give auditor --to bob --group GROUP-group --dry-run",
];

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Types a line; answers the exit code, and the routes that were called.
async fn typed(site: &Installation, who: &Subject, line: &str) -> (u8, BTreeSet<String>) {
    let Credential::Token(token) = &who.token else {
        panic!("people at the command line have tokens")
    };
    let environment = [
        ("KEYFERRY_URL", site.url.as_str()),
        ("KEYFERRY_TOKEN", token),
        ("KEYFERRY_FINGERPRINT", &site.fingerprint),
        ("XDG_CONFIG_HOME", "/nowhere"),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut world = World {
        environment: environment.into(),
        terminal: Terminal {
            input: Box::new(BufReader::new(Cursor::new(Vec::new()))),
            output: Box::new(Buffer::default()),
            words: Words::to(Buffer::default()),
            prompt: None,
            shows_progress: false,
            shows_data: false,
        },
    };
    let words = std::iter::once("keyferry").chain(line.split_whitespace());
    let invocation = Invocation::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
    site.called.lock().unwrap().clear();
    let exit = keyferry_cli::run(&mut world, invocation.globals, invocation.command).await;
    let called = std::mem::take(&mut *site.called.lock().unwrap());
    let routes = called.iter().map(|(method, path)| route_of(method, path));
    (exit.expect("no local command").code(), routes.collect())
}

/// The route that a request went to.
fn route_of(method: &str, path: &str) -> String {
    let fits = |one: &&Endpoint| {
        let (pattern, path) = (one.path.split('/'), path.split('/'));
        one.method.as_str() == method
            && pattern.clone().count() == path.clone().count()
            && pattern
                .zip(path)
                .all(|(part, said)| part.starts_with('{') || part == said)
    };
    // A path without a variable part is a route of its own.
    let mut fitting: Vec<&Endpoint> = endpoints::ALL.iter().filter(fits).collect();
    fitting.sort_by_key(|one| one.path_parameters().count());
    let found = fitting.first().map(|one| one.id.to_owned());
    found.unwrap_or_else(|| panic!("{method} {path} is no route"))
}

const LEGEND: &str = "\
# How commands end that every role types, in the own group and in the other: exit codes (0 done, 4 the right is missing, 5 not there; see
# docs/reference/exit-codes.md). Written under KEYFERRY_ACCEPT=1; read it before you commit it.
";

#[tokio::test]
async fn what_every_role_types_ends_as_was_reviewed_and_calls_the_routes_of_the_table_a11() {
    let scene = Scene::new().await;
    let table = table();
    let mut text = LEGEND.to_owned();
    let heads: Vec<String> = ROLES.map(|one| one.0.to_owned()).to_vec();
    let _ = writeln!(text, "# {:<66} | {}", "command", heads.join(" | "));
    for line in LINES {
        let verb = table.keys().filter(|verb| line.starts_with(verb.as_str()));
        let verb = verb.max_by_key(|verb| verb.len()).unwrap();
        let mut cells = Vec::new();
        for (who, (role, _)) in scene.subjects.iter().zip(ROLES) {
            let mut codes = Vec::new();
            for group in ["own", "far"] {
                let running = scene.site.fresh(Start::Usual, &scene.vault).await;
                let (code, routes) = typed(&scene.site, who, &line.replace("GROUP", group)).await;
                running.end().await;
                assert!(!routes.is_empty(), "{line} calls nobody");
                let allowed = &table[verb];
                assert!(
                    routes.is_subset(allowed),
                    "{line} calls {routes:?}, not {allowed:?}"
                );
                codes.push(code.to_string());
            }
            cells.push(format!("{:<width$}", codes.join(" "), width = role.len()));
        }
        let _ = writeln!(text, "{line:<68} | {}", cells.join(" | ").trim_end());
    }
    compare(&in_this_folder("commands.txt"), &text);
}
