//! B22: what comes next in the rotation of an access key.

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::access_key::{
    AccessKeyDecision, AccessKeyStep, Facts, GRACE, Listed, Made, Obstacle, next_step,
};

use crate::support::start;

fn hours(hours: i64) -> Timestamp {
    start() + SignedDuration::from_hours(hours)
}

fn listed(id: &str, is_active: bool) -> Listed {
    Listed {
        id: id.to_owned(),
        is_active,
    }
}

/// An hour after `old` was replaced by `new`, and deactivated.
fn switched() -> Facts {
    Facts {
        in_use: "new".to_owned(),
        former: "old".to_owned(),
        since: hours(0),
        made: vec![Made {
            id: "new".to_owned(),
            at: hours(0),
            has_secret: true,
            is_of_this_rotation: true,
        }],
        unanswered: None,
        deactivated_at: Some(hours(1)),
        is_deactivated: true,
        changed_at: Some(hours(1)),
        listed: vec![listed("old", false), listed("new", true)],
    }
}

#[test]
fn the_former_key_is_deleted_a_day_after_its_deactivation() {
    let facts = switched();
    let end = hours(1) + GRACE;

    let before = next_step(&facts, end - SignedDuration::from_secs(1));
    assert!(matches!(before, AccessKeyDecision::Wait { until, .. } if until == end));
    let delete = AccessKeyStep::Delete {
        id: "old".to_owned(),
    };
    assert_eq!(next_step(&facts, end), AccessKeyDecision::Step(delete));
}

#[test]
fn a_former_key_that_somebody_activated_again_is_left_to_people() {
    let facts = Facts {
        listed: vec![listed("old", true), listed("new", true)],
        ..switched()
    };

    let reactivated = AccessKeyDecision::Blocked(Obstacle::Reactivated {
        id: "old".to_owned(),
    });
    assert_eq!(next_step(&facts, hours(30)), reactivated);
    let unanswered = Facts {
        is_deactivated: false,
        ..facts
    };
    let again = AccessKeyStep::Deactivate {
        id: "old".to_owned(),
    };
    assert_eq!(
        next_step(&unanswered, hours(30)),
        AccessKeyDecision::Step(again)
    );
}

#[test]
fn a_former_key_that_the_connection_was_given_back_stays_and_the_new_one_goes() {
    let facts = Facts {
        in_use: "old".to_owned(),
        since: hours(2),
        deactivated_at: None,
        is_deactivated: false,
        listed: vec![listed("old", true), listed("new", true)],
        ..switched()
    };

    let delete = AccessKeyStep::Delete {
        id: "new".to_owned(),
    };
    assert_eq!(next_step(&facts, hours(3)), AccessKeyDecision::Step(delete));
}

#[test]
fn a_request_without_an_answer_is_not_forgotten_because_the_connection_got_another_key() {
    let facts = Facts {
        in_use: "given".to_owned(),
        since: hours(2),
        made: Vec::new(),
        unanswered: Some(hours(2)),
        listed: vec![listed("given", true), listed("unknown", true)],
        ..switched()
    };

    assert!(matches!(
        next_step(&facts, hours(2)),
        AccessKeyDecision::Wait { .. }
    ));
    let unknown = Obstacle::UnknownKey {
        id: "unknown".to_owned(),
        asked_at: hours(2),
    };
    assert_eq!(
        next_step(&facts, hours(3)),
        AccessKeyDecision::Blocked(unknown)
    );
}
