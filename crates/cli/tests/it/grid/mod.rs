//! Every route by every role: in one's own group, in another, without sign-in, with one that is over, with one that ends
//! during the call, and before a sealed vault; each cell is what the real server answered.
//!
//! `routes.txt` holds what was reviewed. A new route fails until it has an example here and a row there:
//! `KEYFERRY_ACCEPT=1` writes the row, and whoever runs it reads it.

mod examples;
mod installation;
mod scene;
mod verbs;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use keyferry_api::endpoint::Endpoint;
use keyferry_api::{endpoints, openapi};
use keyferry_ports::marks::Marks as _;
use keyferry_ports::records::{
    AccessRecords as _, AuditRecords as _, Batch, Change, Commits as _, Expect,
};
use keyferry_server::{Access, routes};

use examples::{BY_SESSION, question};
use installation::{Answer, Credential, Question, Running, Start};
use scene::{GROUPS, ROLES, Scene, Subject};

/// Processes, each on a copy of the scene that nobody has changed yet.
struct Stage<'a> {
    scene: &'a Scene,
    start: Start,
    running: Option<Running>,
    /// The mark of the log before anybody asked: it is outside the database, so that it is put back beside it.
    mark: Option<String>,
}

impl<'a> Stage<'a> {
    fn new(scene: &'a Scene, start: Start) -> Self {
        Self {
            scene,
            start,
            running: None,
            mark: scene.site.outside.marks.read().unwrap(),
        }
    }

    /// Asks; what changed something is put back before the next question.
    async fn ask(&mut self, who: &Subject, by: &Credential, what: &Question) -> Answer {
        let scene = self.scene;
        if self.running.is_none() {
            if let Some(mark) = &self.mark {
                scene.site.outside.marks.write(mark).unwrap();
            }
            self.running = Some(scene.site.fresh(self.start, &scene.vault).await);
        }
        let running = self.running.as_ref().unwrap();
        let before = running.database.audit_size().await.unwrap();
        let asked = scene.site.ask(by, what);
        let held = async {
            running.fuse.burnt().await;
            end_access(running, who).await;
            running.fuse.release();
            std::future::pending::<Answer>().await
        };
        let answer = tokio::select! {
            answer = asked => answer,
            _ = held => unreachable!("it waits for ever"),
        };
        let is_refused = [401, 403, 404].contains(&answer.status);
        if is_refused && !running.fuse.is_burnt() {
            let after = running.database.audit_size().await.unwrap();
            assert_eq!(before, after, "{what:?} was refused, and wrote something");
        }
        let changed = answer.is_success() && what.method != "GET";
        if changed || running.fuse.is_burnt() {
            let over = self.running.take().unwrap();
            let is_unwritten = self.start == Start::Sealed && !answer.is_success();
            assert!(
                !is_unwritten || !over.is_open(),
                "it is open, and nobody knows by whom"
            );
            over.end().await;
        }
        answer
    }
}

/// What locking a person or taking a role does to sessions and tokens that are in use.
async fn end_access(running: &Running, who: &Subject) {
    let database = &running.database;
    let mut user = database.find_user(who.id).await.unwrap().unwrap();
    user.end_access();
    let expect = Expect::Revision(user.revision);
    let batch = Batch::new().with(Change::PutUser(user, expect));
    database.commit(batch).await.unwrap();
}

/// How an answer is written: the status, `+` where things of the group are shown, the code where it is none of those that
/// refuse.
fn cell(answer: &Answer, group: usize) -> String {
    let code = answer.code();
    let usual = match answer.status {
        401 => ["request.unauthenticated", "access.ended"].contains(&code.as_str()),
        403 => code == "access.denied",
        404 => code == "request.not-found",
        _ => answer.is_success(),
    };
    let shows = format!("{}-", GROUPS[group]);
    let mark = match answer.is_success() && answer.text.contains(&shows) {
        true => "+",
        false => "",
    };
    match usual {
        true => format!("{}{mark}", answer.status),
        false if code.is_empty() => answer.status.to_string(),
        false => format!("{}:{code}", answer.status),
    }
}

fn credential<'a>(who: &'a Subject, endpoint: &Endpoint) -> &'a Credential {
    match BY_SESSION.contains(&endpoint.id) {
        true => &who.session,
        false => &who.token,
    }
}

/// What everybody is answered who is not signed in, or no longer; by which role does not matter.
async fn without_sign_in(stage: &mut Stage<'_>, endpoint: &Endpoint) -> Vec<String> {
    let scene = stage.scene;
    let mut nobody = Vec::new();
    let mut over = Vec::new();
    // Nobody gets as far as what makes the other processes another: one role is enough there.
    let asking = match stage.start {
        Start::Usual => scene.subjects.len(),
        Start::Held | Start::Sealed => 1,
    };
    for who in scene.subjects.iter().take(asking) {
        let what = question(scene, who, endpoint, 0).unwrap();
        if nobody.is_empty() {
            nobody.push(cell(&stage.ask(who, &Credential::Nothing, &what).await, 0));
        }
        for by in [&who.old_token, &who.old_session] {
            over.push(cell(&stage.ask(who, by, &what).await, 0));
        }
    }
    over.dedup();
    assert_eq!(over.len(), 1, "{}: {over:?}", endpoint.id);
    nobody.append(&mut over);
    nobody
}

fn needs(endpoint: &Endpoint) -> &'static str {
    let all = routes();
    let route = all.iter().find(|route| route.endpoint.id == endpoint.id);
    match route.map(|route| route.access) {
        Some(Access::Guarded { action, .. }) => action.as_str(),
        _ => "(open)",
    }
}

fn place(endpoint: &Endpoint) -> String {
    format!("{:<6} {}", endpoint.method.as_str(), endpoint.path)
}

const LEGEND: &str = "\
# Who is answered what. Written by `KEYFERRY_ACCEPT=1 cargo nextest run -p keyferry-cli -E 'test(every_route_by_every_role)'`; read it before you commit it.
# A role has four cells: in the own group, in another group, with access that ends during the call, before a sealed vault.
# Administrator, operator and auditor have their role in one group; the other two for the installation.
# 200+ shows something of the group that is asked about. * stands where the right was there and something else was not: the codes are at the end.
";

/// Route, action, cells, and the codes that stand for stars in them.
type Row = (String, &'static str, Vec<String>, BTreeSet<String>);

/// A cell without its code, which goes to the end of the row.
fn short(cell: &str, codes: &mut BTreeSet<String>) -> String {
    let Some((status, _)) = cell.split_once(':') else {
        return cell.to_owned();
    };
    codes.insert(cell.to_owned());
    format!("{status}*")
}

fn write(rows: &[Row]) -> String {
    let heads = ["nobody", "over"].into_iter().chain(ROLES.map(|one| one.0));
    let heads: Vec<String> = heads.map(str::to_owned).collect();
    let head = ("# route".to_owned(), "action", heads, BTreeSet::new());
    let all: Vec<&Row> = std::iter::once(&head).chain(rows).collect();
    let widest = |get: &dyn Fn(&Row) -> usize| {
        let widths = all.iter().map(|row| get(row));
        widths.max().unwrap_or_default()
    };
    let (first, second) = (widest(&|row| row.0.len()), widest(&|row| row.1.len()));
    let columns: Vec<usize> = (0..head.2.len())
        .map(|at| widest(&|row| row.2[at].len()))
        .collect();
    let mut text = LEGEND.to_owned();
    for row in all {
        let mut line = format!("{:<first$} | {:<second$}", row.0, row.1);
        for (cell, width) in row.2.iter().zip(&columns) {
            let _ = write!(line, " | {cell:<width$}");
        }
        let codes: Vec<&str> = row.3.iter().map(String::as_str).collect();
        let _ = write!(line, " | {}", codes.join(" "));
        text.push_str(line.trim_end_matches([' ', '|']));
        text.push('\n');
    }
    text
}

fn in_this_folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/grid")
        .join(name)
}

/// Compares with what was reviewed, or writes it.
fn compare(path: &PathBuf, text: &str) {
    if std::env::var_os("KEYFERRY_ACCEPT").is_some() {
        std::fs::write(path, text).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let missing: Vec<&str> = text
        .lines()
        .filter(|line| !kept.lines().any(|one| one == *line))
        .collect();
    assert!(
        kept == text,
        "not as in {}:\n{}",
        path.display(),
        missing.join("\n")
    );
}

/// The answers of one kind of process, by route and then by whom.
type Answers = Vec<Vec<Vec<String>>>;

/// Asks everything of one kind of process, on a scene and a thread of its own.
fn ask_all(start: Start) -> std::thread::JoinHandle<Answers> {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let scene = Scene::new().await;
            asked_by_all(&mut Stage::new(&scene, start)).await
        })
    })
}

#[test]
fn every_route_by_every_role_in_every_state_of_access_is_answered_as_was_reviewed_a11() {
    let kinds = [Start::Usual, Start::Held, Start::Sealed].map(ask_all);
    let kinds = kinds.map(|kind| kind.join().unwrap());
    let mut rows = Vec::new();
    for (at, endpoint) in endpoints::ALL.iter().enumerate() {
        let mut codes = BTreeSet::new();
        // Who is not signed in is answered alike before every kind of process.
        let mut cells = kinds[0][at][ROLES.len()].clone();
        for kind in kinds.iter().filter(|_| !endpoint.open) {
            assert_eq!(kind[at][ROLES.len()], cells, "{}", endpoint.id);
        }
        for role in 0..ROLES.len() {
            let answers = kinds.iter().flat_map(|kind| &kind[at][role]);
            let answers: Vec<String> = answers.map(|cell| short(cell, &mut codes)).collect();
            cells.push(answers.join(" "));
        }
        rows.push((place(endpoint), needs(endpoint), cells, codes));
    }
    compare(&in_this_folder("routes.txt"), &write(&rows));
}

#[test]
fn every_status_of_the_grid_is_in_the_document() {
    let document = openapi::document_text();
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let kept = std::fs::read_to_string(in_this_folder("routes.txt")).unwrap();
    let mut count = 0;
    for line in kept.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (method, path) = cells[0].split_once(' ').unwrap();
        let route = &document["paths"][path.trim()][method.to_lowercase()];
        // Nobody, those whose access is over, and the roles.
        let answers = cells[2..4 + ROLES.len()].iter();
        for word in answers.flat_map(|cell| cell.split_whitespace()) {
            let status = &word[..3];
            let documented = route["responses"].get(status);
            assert!(documented.is_some(), "{method} {path} answers {status}");
            count += 1;
        }
    }
    assert!(
        count > 200 * ROLES.len(),
        "the grid has {count} answers only"
    );
}

/// The answers to each role, in the own group and, of a usual process, in the other; last, to those who are not signed in.
async fn asked_by_all(stage: &mut Stage<'_>) -> Answers {
    let scene = stage.scene;
    let groups: &[usize] = match stage.start {
        Start::Usual => &[0, 1],
        Start::Held | Start::Sealed => &[0],
    };
    let mut all = Vec::new();
    for endpoint in endpoints::ALL {
        let known = question(scene, &scene.subjects[0], endpoint, 0).is_some();
        assert!(
            known,
            "{}: give it an example in grid/examples.rs",
            endpoint.id
        );
        let mut answers = Vec::new();
        for who in &scene.subjects {
            let mut cells = Vec::new();
            for group in groups {
                let what = question(scene, who, endpoint, *group).unwrap();
                let by = credential(who, endpoint);
                cells.push(cell(&stage.ask(who, by, &what).await, *group));
            }
            answers.push(cells);
        }
        answers.push(without_sign_in(stage, endpoint).await);
        all.push(answers);
    }
    all
}
