//! Random questions, each answered as text.

use jiff::Timestamp;
use keyferry_domain::arn::Lane;
use keyferry_domain::id::KeyId;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::name::Name;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::{
    Alert, AlertFilter, AllRecords, ApiToken, AuditFilter, CanonicalName, FoundKey, FoundKeyFilter,
    Groups, JobFilter, JobState, KeyFilter, KmsKeyFilter, Page, Session, SignInTries, Sweep,
    Target, TargetFilter, User,
};

use crate::contract::records::rich;
use crate::contract::records::samples::START;

use super::Differential;
use super::dice::number;

impl Differential {
    pub(super) fn question(&mut self) -> Question {
        let Self { dice, tried, .. } = self;
        Question {
            which: dice.below(35),
            name: dice.name(),
            text: dice
                .once_in(2)
                .then(|| ["", "a", "_", "Ä", "%"][dice.below(5)].to_owned()),
            words: [dice.text(), dice.text(), dice.text()],
            time: dice.time(),
            limit: dice.below(5) as u32,
            lane: dice.lane(),
            epoch: dice.below(4) as u64,
            state: dice.once_in(2).then(|| dice.word(JobState::ALL)),
            life: dice.once_in(2).then(|| dice.word(Life::ALL)),
            number: number(dice),
            key: dice.pick(&tried.keys).map(|row| row.id),
            kms_key: dice.pick(&tried.kms_keys).cloned(),
            sweep: dice.pick(&tried.sweeps).cloned(),
            found_key: dice.pick(&tried.found_keys).cloned(),
            alert: dice.pick(&tried.alerts).cloned(),
            target: dice.pick(&tried.targets).cloned(),
            user: dice.pick(&tried.users).cloned(),
            token: dice.pick(&tried.tokens).cloned(),
            session: dice.pick(&tried.sessions).cloned(),
            tries: dice.pick(&tried.tries).cloned(),
        }
    }
}

/// One of the questions of [`answer`] with everything that it may need.
#[derive(Debug)]
pub(super) struct Question {
    which: usize,
    name: Name,
    text: Option<String>,
    words: [String; 3],
    time: Timestamp,
    limit: u32,
    lane: Lane,
    epoch: u64,
    state: Option<JobState>,
    life: Option<Life>,
    number: VersionNumber,
    key: Option<KeyId>,
    kms_key: Option<KmsKey>,
    sweep: Option<Sweep>,
    found_key: Option<FoundKey>,
    alert: Option<Alert>,
    target: Option<Target>,
    user: Option<User>,
    token: Option<ApiToken>,
    session: Option<Session>,
    tries: Option<SignInTries>,
}

/// Asks the question and prints the answer.
pub(super) async fn answer(records: &dyn AllRecords, question: &Question) -> String {
    let Question {
        which,
        name,
        words: [first, second, third],
        time,
        limit,
        lane,
        epoch,
        ..
    } = question;
    match which {
        0 => format!("{:?}", records.find_connection_by_name(name).await),
        1 => format!("{:?}", records.find_keystore_by_name(name).await),
        2 => format!("{:?}", records.find_setting(first).await),
        3 => format!("{:?}", records.find_keys_called(name).await),
        4 => format!("{:?}", records.find_kms_keys_called(name.as_str()).await),
        5 => format!(
            "{:?}",
            records
                .find_kms_key_by_arn(&rich::arn("us-east-1", "mrk-1"))
                .await
        ),
        6 => format!(
            "{:?}",
            records.find_job_by_idempotency_key(first, second).await
        ),
        7 => format!("{:?}", records.due_targets(*time, *limit).await),
        8 => format!("{:?}", records.next_due(*time).await),
        25 => format!("{:?}", records.due_rotations(*time, *limit).await),
        26 => format!("{:?}", records.next_rotation(*time).await),
        27 => format!("{:?}", records.list_groups().await),
        9 => format!("{:?}", records.orphaned_attempts(lane, *epoch).await),
        10 => format!(
            "{:?}",
            records.find_user_by_name(&CanonicalName::from(name)).await
        ),
        11 => format!("{:?}", records.audit_size().await),
        12 => format!("{:?}", records.list_leaves(*epoch, *limit).await),
        31 => format!("{:?}", records.list_leaf_hashes(*epoch, *limit).await),
        32 => format!("{:?}", records.find_audit_key().await),
        33 => format!(
            "{:?} {:?}",
            records.latest_checkpoint().await,
            records.find_checkpoint(*epoch).await
        ),
        34 => format!("{:?}", records.list_audit_nodes(1, *epoch, *limit).await),
        28 => targets(records, question).await,
        29 => format!("{:?}", records.due_destructions(*time, *limit).await),
        30 => format!("{:?}", records.next_destruction(*time).await),
        22..25 => fleet(records, question).await,
        13..17 => lists(records, question, [first, second, third]).await,
        _ => rows(records, question, START).await,
    }
}

/// Targets of a job, page by page.
async fn targets(records: &dyn AllRecords, question: &Question) -> String {
    let Some(target) = &question.target else {
        return String::new();
    };
    let filter = TargetFilter {
        job: target.job,
        state: question.life.map(|_| target.state),
        due_by: question.state.map(|_| question.time),
    };
    let mut page = Page {
        limit: question.limit,
        cursor: None,
    };
    let mut text = String::new();
    loop {
        page.cursor = add(
            &mut text,
            records.page_targets(&filter, &page).await.unwrap(),
        );
        if page.cursor.is_none() {
            return text;
        }
    }
}

/// Sweeps, found keys and alerts.
async fn fleet(records: &dyn AllRecords, question: &Question) -> String {
    let (sweep, key, alert) = (&question.sweep, &question.found_key, &question.alert);
    match (question.which, sweep, key, alert) {
        (22, Some(sweep), ..) => {
            let of = records.find_sweep_of(sweep.connection, &sweep.region).await;
            format!("{of:?} {:?}", records.find_sweep(sweep.id).await)
        }
        (23, _, Some(key), _) => {
            let filter = FoundKeyFilter {
                connection: question.state.map(|_| key.connection),
                text: question.text.clone(),
                unseen_since: question.life.map(|_| question.time),
                with_gone: question.epoch > 1,
                ..FoundKeyFilter::default()
            };
            let page = Page::default();
            let list = records.list_found_keys(&filter, &page).await;
            format!("{list:?} {:?}", records.find_found_key(&key.arn).await)
        }
        (_, _, _, Some(alert)) => {
            let filter = AlertFilter {
                groups: Groups::All,
                is_open: question.state.map(|_| question.epoch > 1),
                severity: question.life.map(|_| alert.severity),
                subject: question.text.as_ref().map(|_| alert.subject),
            };
            let list = records.list_alerts(&filter, &Page::default()).await;
            let open = records.open_alerts_on(alert.subject).await;
            format!("{list:?} {open:?} {:?}", records.find_alert(alert.id).await)
        }
        _ => format!("{:?}", records.list_sweeps().await),
    }
}

/// Whole lists, page by page.
async fn lists(
    records: &dyn AllRecords,
    question: &Question,
    [actor, action, object]: [&String; 3],
) -> String {
    let mut page = Page {
        limit: question.limit,
        cursor: None,
    };
    let mut text = String::new();
    loop {
        page.cursor = match question.which {
            13 => {
                let filter = KeyFilter {
                    groups: Groups::All,
                    text: question.text.clone(),
                };
                add(&mut text, records.list_keys(&filter, &page).await.unwrap())
            }
            14 => {
                let filter = KmsKeyFilter {
                    keystore: question.kms_key.as_ref().map(|row| row.keystore),
                    life: question.life.map(|life| life.as_str().to_owned()),
                    text: question.text.clone(),
                    ..KmsKeyFilter::default()
                };
                add(
                    &mut text,
                    records.list_kms_keys(&filter, &page).await.unwrap(),
                )
            }
            15 => {
                let subject = question
                    .target
                    .as_ref()
                    .filter(|_| question.state.is_none());
                let filter = JobFilter {
                    groups: Groups::All,
                    state: question.state,
                    subject: subject.map(|row| row.subject),
                };
                add(&mut text, records.list_jobs(&filter, &page).await.unwrap())
            }
            _ => {
                let filter = AuditFilter {
                    actor: Some(actor.clone()),
                    action: question.state.map(|_| action.clone()),
                    object: question.life.map(|_| object.clone()),
                    groups: match question.epoch % 2 {
                        0 => Groups::All,
                        _ => Groups::Only(
                            [crate::contract::records::samples::Samples::new().group()].into(),
                        ),
                    },
                };
                add(
                    &mut text,
                    records.find_leaves(&filter, &page).await.unwrap(),
                )
            }
        };
        if page.cursor.is_none() {
            return text;
        }
    }
}

fn add<T: std::fmt::Debug>(
    text: &mut String,
    part: keyferry_ports::records::PageOf<T>,
) -> Option<String> {
    text.push_str(&format!("{:?}\n", part.rows));
    part.next
}

/// What is known of one row.
async fn rows(records: &dyn AllRecords, question: &Question, since: Timestamp) -> String {
    let Question {
        which,
        number,
        key,
        kms_key,
        target,
        user,
        token,
        session,
        ..
    } = question;
    match (which, key, kms_key, target, user) {
        (17, Some(key), ..) => {
            let found = records.find_key(*key).await;
            format!(
                "{found:?} {:?}",
                records.read_back_version(*key, *number).await
            )
        }
        (18, _, Some(kms_key), ..) => format!("{:?}", records.find_kms_key(kms_key.id).await),
        (19, _, _, Some(target), _) => {
            let open = records.open_targets_on(target.subject).await;
            let recent = records
                .recent_attempts(target.subject, question.time.max(since))
                .await;
            format!(
                "{open:?} {recent:?} {:?}",
                records.find_target(target.id).await
            )
        }
        (20, .., Some(user)) => {
            format!(
                "{:?} {:?} {:?}",
                records.find_user(user.id).await,
                records.list_tokens(user.id).await,
                records.list_sessions(user.id).await
            )
        }
        _ => {
            let token = match token {
                Some(token) => records.find_token(&token.hash).await.unwrap(),
                None => None,
            };
            let session = match session {
                Some(session) => records.find_session(&session.hash).await.unwrap(),
                None => None,
            };
            let tries = match &question.tries {
                Some(tries) => records.find_sign_in_tries(&tries.name).await.unwrap(),
                None => None,
            };
            format!("{token:?} {session:?} {tries:?}")
        }
    }
}
