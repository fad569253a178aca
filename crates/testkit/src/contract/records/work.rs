//! Jobs and targets.

use futures::future::join_all;
use keyferry_domain::id::{ApprovalId, KmsKeyId};
use keyferry_ports::records::{
    AllRecords, Change, Groups, Job, JobFilter, JobProgress, JobState, Page, Priority, Target,
    TargetFilter, TargetState,
};

use super::samples::{START, Samples, at, lane_in};
use super::{Ways, assert_conflict, commit, write};

async fn job_with_targets(
    records: &dyn AllRecords,
    samples: &mut Samples,
    count: u32,
) -> (Job, Vec<Target>) {
    let job = samples.job("rotate");
    let targets: Vec<Target> = (0..count)
        .map(|ordinal| samples.target(&job, ordinal))
        .collect();
    let mut changes = vec![Change::InsertJob(job.clone())];
    changes.extend(targets.iter().cloned().map(Change::InsertTarget));
    write(records, changes).await;
    (job, targets)
}

async fn find_job(records: &dyn AllRecords, job: &Job) -> Job {
    records.find_job(job.id).await.unwrap().unwrap()
}

pub(super) async fn a_job_with_its_targets_is_read_back_as_written(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    for ((state, _), (priority, _)) in JobState::ALL.iter().zip(Priority::ALL.iter().cycle()) {
        let job = Job {
            idempotency_key: Some(format!("key {state:?}")),
            request_digest: Some("0a".repeat(32)),
            approval: Some(ApprovalId::new(uuid::Uuid::from_u128(5))),
            state: *state,
            priority: *priority,
            request: Some("{\"format\":1}".to_owned()),
            finished_at: Some(at(77)),
            progress: JobProgress {
                total: 4,
                done: 1,
                stuck: 1,
                cancelled: 1,
            },
            ..samples.job("päper")
        };
        let mut changes = vec![Change::InsertJob(job.clone())];
        let mut targets = Vec::new();
        for (ordinal, (state, _)) in TargetState::ALL.iter().enumerate() {
            let target = Target {
                state: *state,
                note: Some(("aws.throttled".to_owned(), "Wait: \"later\".".to_owned())),
                tries: 7,
                begun: ordinal % 2 == 0,
                lane: lane_in(9, "us-gov-west-1"),
                ..samples.target(&job, ordinal as u32)
            };
            changes.insert(1, Change::InsertTarget(target.clone()));
            targets.push(target);
        }
        write(records, changes).await;

        assert_eq!(find_job(records, &job).await, job);
        assert_eq!(records.list_targets(job.id).await.unwrap(), targets);
        let first = targets.remove(0);
        assert_eq!(records.find_target(first.id).await.unwrap(), Some(first));
    }
}

pub(super) async fn an_idempotency_key_is_taken_per_actor(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let mut job = |actor: &str, key: Option<&str>| Job {
        actor: actor.to_owned(),
        idempotency_key: key.map(str::to_owned),
        ..samples.job("create")
    };
    let ann = job("user/ann", Some("1"));
    let bob = job("user/bob", Some("1"));
    let changes = [
        ann.clone(),
        bob,
        job("user/ann", None),
        job("user/ann", None),
    ]
    .map(Change::InsertJob);
    write(records, changes).await;

    assert_conflict(
        records,
        "idempotency key",
        [Change::InsertJob(job("user/ann", Some("1")))],
    )
    .await;
    assert_conflict(records, "job", [Change::InsertJob(ann.clone())]).await;
    let found = records
        .find_job_by_idempotency_key("user/ann", "1")
        .await
        .unwrap();
    assert_eq!(found, Some(ann));
    assert_eq!(
        records
            .find_job_by_idempotency_key("user/ann", "2")
            .await
            .unwrap(),
        None
    );
}

pub(super) async fn counts_of_a_job_follow_its_targets(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let (job, targets) = job_with_targets(records, &mut samples, 3).await;
    let update = |n: usize, state, revision| {
        Change::UpdateTarget(Target {
            state,
            revision,
            ..targets[n].clone()
        })
    };
    let counts = async || {
        let job = find_job(records, &job).await;
        let JobProgress {
            total,
            done,
            stuck,
            cancelled,
        } = job.progress;
        ([total, done, stuck, cancelled], job.revision)
    };
    assert_eq!(counts().await, ([3, 0, 0, 0], 1));

    write(records, [update(0, TargetState::Open, 1)]).await;
    assert_eq!(
        counts().await,
        ([3, 0, 0, 0], 1),
        "nothing counted has changed"
    );
    write(
        records,
        [
            update(0, TargetState::Done, 2),
            update(1, TargetState::Stuck, 1),
        ],
    )
    .await;
    assert_eq!(counts().await, ([3, 1, 1, 0], 2));
    write(records, [update(1, TargetState::Cancelled, 2)]).await;
    assert_eq!(counts().await, ([3, 1, 0, 1], 3));
    write(
        records,
        [
            update(1, TargetState::Open, 3),
            Change::InsertTarget(samples.target(&job, 3)),
        ],
    )
    .await;
    assert_eq!(counts().await, ([4, 1, 0, 0], 4));

    assert_conflict(
        records,
        "target revision",
        [update(2, TargetState::Done, 2)],
    )
    .await;
    let nowhere = samples.job("never written");
    assert_conflict(
        records,
        "job of the target",
        [Change::InsertTarget(samples.target(&nowhere, 0))],
    )
    .await;
}

pub(super) async fn a_batch_may_update_a_target_and_its_job_in_any_order(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    for reverse in [false, true] {
        let (job, targets) = job_with_targets(records, &mut samples, 1).await;
        let done = Target {
            state: TargetState::Done,
            ..targets[0].clone()
        };
        let ended = Job {
            state: JobState::Succeeded,
            finished_at: Some(at(50)),
            ..job.clone()
        };
        let mut changes = vec![Change::UpdateTarget(done), Change::UpdateJob(ended.clone())];
        if reverse {
            changes.reverse();
        }
        write(records, changes).await;

        let progress = JobProgress {
            total: 1,
            done: 1,
            ..JobProgress::default()
        };
        assert_eq!(
            find_job(records, &job).await,
            Job {
                progress,
                revision: 2,
                ..ended.clone()
            }
        );
        assert_conflict(records, "job revision", [Change::UpdateJob(ended)]).await;
    }
}

pub(super) async fn counts_follow_targets_that_end_at_the_same_time(ways: Ways<'_>) {
    let records = ways.first;
    let mut samples = Samples::new();
    let (job, targets) = job_with_targets(records, &mut samples, 12).await;
    let end = |(target, records): (Target, _)| {
        commit(
            records,
            [Change::UpdateTarget(Target {
                state: TargetState::Done,
                ..target
            })],
        )
    };

    for answer in join_all(targets.into_iter().zip(ways.in_turn()).map(end)).await {
        answer.unwrap();
    }

    let found = find_job(records, &job).await;
    assert_eq!(
        found.progress,
        JobProgress {
            total: 12,
            done: 12,
            ..JobProgress::default()
        }
    );
    assert_eq!(found.revision, 13);
}

pub(super) async fn an_update_changes_only_what_work_changes(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let (job, targets) = job_with_targets(records, &mut samples, 1).await;
    let other = Target {
        ordinal: 5,
        priority: Priority::Protect,
        lane: lane_in(8, "us-east-1"),
        ..targets[0].clone()
    };
    let note = Some(("code".to_owned(), "sentence".to_owned()));
    let changed = Target {
        state: TargetState::Stuck,
        due_at: at(9),
        note,
        tries: 3,
        ..other
    };
    let other_job = Job {
        title: "other".to_owned(),
        actor: "x".to_owned(),
        state: JobState::Stuck,
        ..job.clone()
    };
    write(
        records,
        [
            Change::UpdateTarget(changed.clone()),
            Change::UpdateJob(other_job),
        ],
    )
    .await;

    let Target {
        ordinal,
        priority,
        lane,
        ..
    } = targets[0].clone();
    let expected = Target {
        ordinal,
        priority,
        lane,
        revision: 2,
        ..changed
    };
    assert_eq!(
        records.find_target(expected.id).await.unwrap(),
        Some(expected)
    );
    let found = find_job(records, &job).await;
    assert_eq!(
        (found.title, found.actor, found.state),
        (job.title, job.actor, JobState::Stuck)
    );
}

pub(super) async fn two_targets_cannot_have_one_place_in_a_job(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let (job, targets) = job_with_targets(records, &mut samples, 1).await;

    assert_conflict(
        records,
        "target ordinal",
        [Change::InsertTarget(samples.target(&job, 0))],
    )
    .await;
    let again = Target {
        ordinal: 1,
        ..targets[0].clone()
    };
    assert_conflict(records, "target", [Change::InsertTarget(again)]).await;
    assert_eq!(find_job(records, &job).await.progress.total, 1);
}

pub(super) async fn due_targets_come_by_priority_then_due_time_then_place(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let mut expected = Vec::new();
    let mut changes = Vec::new();
    for (priority, _) in Priority::ALL.iter().rev() {
        let job = Job {
            priority: *priority,
            ..samples.job("work")
        };
        changes.push(Change::InsertJob(job.clone()));
        let dues = [at(20), at(10), at(10), at(31), at(30)];
        let targets: Vec<Target> = dues
            .into_iter()
            .enumerate()
            .map(|(n, due_at)| Target {
                due_at,
                ..samples.target(&job, n as u32)
            })
            .collect();
        let due = [1, 2, 0, 4].map(|n: usize| targets[n].id);
        expected.splice(0..0, due);
        changes.extend(targets.into_iter().map(Change::InsertTarget));
        let ended = Target {
            state: TargetState::Stuck,
            ..samples.target(&job, 9)
        };
        changes.push(Change::InsertTarget(ended));
    }
    write(records, changes).await;

    for limit in [0, 3, 7, 16, 100] {
        let found = records.due_targets(at(30), limit).await.unwrap();
        let found: Vec<_> = found.into_iter().map(|row| row.id).collect();
        assert_eq!(found, expected[..expected.len().min(limit as usize)]);
    }
    assert!(records.due_targets(at(9), 10).await.unwrap().is_empty());
}

pub(super) async fn the_next_due_time_is_that_of_an_open_target_in_the_future(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    assert_eq!(records.next_due(START).await.unwrap(), None);
    let job = samples.job("work");
    let mut target = |ordinal, due_at, state, priority| {
        Change::InsertTarget(Target {
            due_at,
            state,
            priority,
            ..samples.target(&job, ordinal)
        })
    };
    let changes = [
        Change::InsertJob(job.clone()),
        target(0, at(10), TargetState::Open, Priority::Bulk),
        target(1, at(40), TargetState::Open, Priority::Protect),
        target(2, at(30), TargetState::Open, Priority::Bulk),
        target(3, at(20), TargetState::Done, Priority::Bulk),
    ];
    write(records, changes).await;

    assert_eq!(records.next_due(at(9)).await.unwrap(), Some(at(10)));
    assert_eq!(records.next_due(at(10)).await.unwrap(), Some(at(30)));
    assert_eq!(records.next_due(at(30)).await.unwrap(), Some(at(40)));
    assert_eq!(records.next_due(at(40)).await.unwrap(), None);
}

pub(super) async fn jobs_are_listed_newest_first_in_pages(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let jobs: Vec<Job> = [5, 1, 9, 5, -3]
        .map(|seconds| Job {
            created_at: at(seconds),
            ..samples.job("work")
        })
        .into();
    write(records, jobs.iter().cloned().map(Change::InsertJob)).await;
    let expected = [2, 3, 0, 1, 4].map(|n: usize| jobs[n].id);

    for limit in 1..=6 {
        let mut found = Vec::new();
        let mut page = Page {
            limit,
            cursor: None,
        };
        loop {
            let part = records
                .list_jobs(&JobFilter::default(), &page)
                .await
                .unwrap();
            found.extend(part.rows.into_iter().map(|row| row.id));
            page.cursor = part.next;
            if page.cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "pages of {limit}");
    }
}

pub(super) async fn jobs_are_listed_by_state_and_by_kms_key(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let (one, targets) = job_with_targets(records, &mut samples, 2).await;
    let (two, _) = job_with_targets(records, &mut samples, 1).await;
    let shared = Target {
        subject: targets[0].subject,
        ..samples.target(&two, 1)
    };
    let running = Job {
        state: JobState::Running,
        ..two.clone()
    };
    write(
        records,
        [Change::InsertTarget(shared), Change::UpdateJob(running)],
    )
    .await;
    let list = async |state, subject| {
        let found = records
            .list_jobs(
                &JobFilter {
                    groups: Groups::All,
                    state,
                    subject,
                },
                &Page::default(),
            )
            .await
            .unwrap();
        found.rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };

    assert_eq!(list(Some(JobState::Queued), None).await, [one.id]);
    assert_eq!(list(None, Some(targets[0].subject)).await, [two.id, one.id]);
    assert_eq!(list(None, Some(targets[1].subject)).await, [one.id]);
    assert_eq!(
        list(Some(JobState::Running), Some(targets[1].subject)).await,
        []
    );
    assert_eq!(
        list(None, Some(KmsKeyId::new(samples.uuid()).into())).await,
        []
    );
}

pub(super) async fn open_targets_of_a_kms_key_are_listed(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let (_, targets) = job_with_targets(records, &mut samples, 2).await;
    let (two, _) = job_with_targets(records, &mut samples, 1).await;
    let subject = targets[0].subject;
    let shared = Target {
        subject,
        ..samples.target(&two, 1)
    };
    write(records, [Change::InsertTarget(shared.clone())]).await;
    let open = async || {
        let found = records.open_targets_on(subject).await.unwrap();
        found.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(open().await, [targets[0].id, shared.id]);

    let done = Target {
        state: TargetState::Done,
        ..targets[0].clone()
    };
    write(records, [Change::UpdateTarget(done)]).await;
    assert_eq!(open().await, [shared.id]);
}

pub(super) async fn targets_of_a_paused_job_are_not_due(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let (held, _) = job_with_targets(records, &mut samples, 2).await;
    let (free, targets) = job_with_targets(records, &mut samples, 1).await;
    let pause = Change::UpdateJob(Job {
        state: JobState::Paused,
        ..find_job(records, &held).await
    });

    write(records, [pause]).await;

    let due = records.due_targets(at(99), 10).await.unwrap();
    assert_eq!(due, targets);
    assert_eq!(due[0].job, free.id);
    let only_held = Change::UpdateTarget(Target {
        state: TargetState::Done,
        ..due[0].clone()
    });
    write(records, [only_held]).await;
    assert_eq!(records.next_due(at(-99)).await.unwrap(), None);
    let resume = Change::UpdateJob(Job {
        state: JobState::Waiting,
        ..find_job(records, &held).await
    });
    write(records, [resume]).await;
    assert_eq!(records.due_targets(at(99), 10).await.unwrap().len(), 2);
    assert_eq!(records.next_due(at(-99)).await.unwrap(), Some(START));
}

pub(super) async fn a_page_of_targets_holds_what_the_filter_asks_in_order(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let (job, targets) = job_with_targets(records, &mut samples, 5).await;
    let changed = [
        (1, TargetState::Stuck, START),
        (3, TargetState::Open, at(50)),
    ];
    let changes = changed.map(|(n, state, due_at): (usize, _, _)| {
        Change::UpdateTarget(Target {
            state,
            due_at,
            ..targets[n].clone()
        })
    });
    write(records, changes).await;
    let pages = async |filter: TargetFilter| {
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let page = Page { limit: 2, cursor };
            let part = records.page_targets(&filter, &page).await.unwrap();
            found.extend(part.rows.into_iter().map(|row| row.ordinal));
            cursor = part.next;
            if cursor.is_none() {
                return found;
            }
        }
    };

    assert_eq!(pages(TargetFilter::of(job.id)).await, [0, 1, 2, 3, 4]);
    let open = TargetFilter::in_state(job.id, TargetState::Open);
    assert_eq!(pages(open).await, [0, 2, 3, 4]);
    let due = TargetFilter {
        due_by: Some(at(49)),
        ..open
    };
    assert_eq!(pages(due).await, [0, 2, 4]);
    let bad = Page {
        limit: 2,
        cursor: Some("here".to_owned()),
    };
    assert!(records.page_targets(&open, &bad).await.is_err());
}

pub(super) async fn that_a_target_has_begun_is_written_with_it(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let job = samples.job("bulk");
    let target = Target {
        begun: false,
        ..samples.target(&job, 0)
    };
    let changes = [Change::InsertJob(job), Change::InsertTarget(target.clone())];
    write(records, changes).await;

    let begun = Target {
        begun: true,
        ..target.clone()
    };
    write(records, [Change::UpdateTarget(begun)]).await;

    let found = records.find_target(target.id).await.unwrap().unwrap();
    assert!(found.begun);
}
