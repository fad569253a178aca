//! Consent against a model: whatever people say in whatever order, only what enough others agreed to in time may be done.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::approval::{
    Approval, ApprovalClass, ApprovalState, Decider, Need, People, Refusal, Verdict, expires_at,
};
use keyferry_domain::id::{ApprovalId, PersonId, UserId};
use proptest::prelude::*;
use uuid::Uuid;

const PEOPLE: u128 = 5;
const HASH: [u8; 32] = [7; 32];

#[derive(Clone, Debug)]
enum Event {
    /// Who, what, how many minutes ago he proved who he is (`None`: never), and whether he saw this request.
    Decide(u128, Verdict, Option<i64>, bool),
    Cancel(u128),
    /// Somebody gets or loses the right to consent.
    Right(u128, bool),
    /// The first account, with all of the same human, turns out to be of the human of the second.
    One(u128, u128),
    /// An account turns out to be of a human of its own.
    Apart(u128),
    Hours(i64),
    Run(u128),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let who = 0..PEOPLE;
    let verdict = prop_oneof![4 => Just(Verdict::Approve), 1 => Just(Verdict::Reject)];
    let proof =
        prop_oneof![3 => (0i64..4).prop_map(Some), 1 => (6i64..90).prop_map(Some), 1 => Just(None)];
    let event = prop_oneof![
        6 => (who.clone(), verdict, proof, prop::bool::weighted(0.9))
            .prop_map(|(who, verdict, proof, saw)| Event::Decide(who, verdict, proof, saw)),
        1 => who.clone().prop_map(Event::Cancel),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, has)| Event::Right(who, has)),
        2 => (who.clone(), who.clone()).prop_map(|(one, other)| Event::One(one, other)),
        1 => who.clone().prop_map(Event::Apart),
        2 => (1i64..40).prop_map(Event::Hours),
        4 => prop_oneof![3 => Just(0), 1 => who].prop_map(Event::Run),
    ];
    prop::collection::vec(event, 1..40)
}

fn user(number: u128) -> UserId {
    UserId::new(Uuid::from_u128(number))
}

fn waiting(needs: BTreeSet<Need>, now: Timestamp) -> Approval {
    Approval {
        id: ApprovalId::new(Uuid::from_u128(9)),
        requester: user(0),
        requester_name: "ann".parse().unwrap(),
        reason: String::new(),
        action: "kms-key.deactivate".to_owned(),
        group: None,
        request: "{}".to_owned(),
        plan: "{}".to_owned(),
        sealed: None,
        hash: HASH,
        expires_at: expires_at(&needs, now),
        needs,
        decisions: Vec::new(),
        state: ApprovalState::Open,
        run: None,
        created_at: now,
        ended_at: None,
        revision: 1,
    }
}

fn need(approvers: u32, hours: u32) -> Need {
    Need {
        group: None,
        class: ApprovalClass::Destructive,
        approvers,
        hours,
        revision: 1,
    }
}

/// Everybody is somebody else, and these may consent.
struct Strangers<F>(F);

impl<F: Fn(UserId, &Need) -> bool> People for Strangers<F> {
    fn person(&self, account: UserId) -> PersonId {
        account.into()
    }

    fn counts(&self, account: UserId, need: &Need) -> bool {
        self.0(account, need)
    }
}

/// What the model remembers.
#[derive(Default)]
struct Model {
    /// Of which human an account is, where that is not the one of its number.
    humans: BTreeMap<u128, u128>,
    apart: u128,
    said_yes: BTreeSet<u128>,
    said: BTreeSet<u128>,
    is_over: bool,
    rights: BTreeMap<u128, bool>,
}

impl Model {
    fn has_right(&self, who: u128) -> bool {
        self.rights.get(&who).copied().unwrap_or(true)
    }

    fn human(&self, who: u128) -> u128 {
        self.humans.get(&who).copied().unwrap_or(who)
    }

    fn unite(&mut self, one: u128, other: u128) {
        let (from, to) = (self.human(one), self.human(other));
        for who in (0..PEOPLE)
            .filter(|who| self.human(*who) == from)
            .collect::<Vec<_>>()
        {
            self.humans.insert(who, to);
        }
    }

    fn set_apart(&mut self, who: u128) {
        self.apart += 1;
        self.humans.insert(who, PEOPLE + self.apart);
    }

    fn has_said(&self, who: u128) -> bool {
        self.said
            .iter()
            .any(|other| self.human(*other) == self.human(who))
    }

    fn may_run(&self, by: u128, wanted: u32) -> bool {
        let yes = self.said_yes.iter().filter(|who| self.has_right(**who));
        let mut humans: BTreeSet<u128> = yes.map(|who| self.human(*who)).collect();
        humans.remove(&self.human(0));
        by == 0 && !self.is_over && humans.len() >= wanted as usize
    }
}

impl People for Model {
    fn person(&self, account: UserId) -> PersonId {
        PersonId::new(Uuid::from_u128(self.human(account.as_uuid().as_u128())))
    }

    fn counts(&self, account: UserId, _: &Need) -> bool {
        self.has_right(account.as_uuid().as_u128())
    }
}

proptest! {
    #[test]
    fn only_what_enough_other_people_agreed_to_in_time_is_done(
        events in events(), approvers in 1u32..4, hours in 1u32..200,
    ) {
        let began: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut approval = waiting(BTreeSet::from([need(approvers, hours)]), began);
        let (mut model, mut now) = (Model::default(), began);
        for event in events {
            let in_time = now < began + SignedDuration::from_hours(i64::from(hours));
            match event {
                Event::Decide(who, verdict, proof, saw) => {
                    let decider = Decider {
                        user: user(who),
                        name: "bob".parse().unwrap(),
                        confirmed_at: proof.map(|ago| now - SignedDuration::from_mins(ago)),
                    };
                    let hash = if saw { HASH } else { [8; 32] };
                    let done = approval.decide(decider, verdict, &hash, String::new(), now, &model).is_ok();
                    let is_proven = proof.is_some_and(|ago| ago <= 5);
                    let may = model.human(who) != model.human(0) && saw && is_proven && in_time
                        && !model.is_over && !model.has_said(who);
                    prop_assert_eq!(done, may);
                    if done {
                        model.said.insert(who);
                        match verdict {
                            Verdict::Approve => { model.said_yes.insert(who); }
                            Verdict::Reject => model.is_over = true,
                        }
                    }
                }
                Event::Cancel(who) => {
                    let done = approval.cancel(user(who), now).is_ok();
                    prop_assert_eq!(done, who == 0 && in_time && !model.is_over);
                    model.is_over |= done;
                }
                Event::Right(who, has) => { model.rights.insert(who, has); }
                Event::One(one, other) => model.unite(one, other),
                Event::Apart(who) => model.set_apart(who),
                Event::Hours(count) => now += SignedDuration::from_hours(count),
                Event::Run(by) => {
                    let may = approval.may_run(user(by), &model, now);
                    prop_assert_eq!(may.is_ok(), in_time && model.may_run(by, approvers), "{:?}", may);
                }
            }
        }
    }
}

#[test]
fn every_rule_wants_its_own_number_of_people() {
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let (few, many) = (
        need(1, 72),
        Need {
            class: ApprovalClass::UseEquivalent,
            ..need(2, 10)
        },
    );
    let mut approval = waiting(BTreeSet::from([few, many]), now);
    assert_eq!(approval.expires_at, now + SignedDuration::from_hours(10));
    // The first may consent everywhere, the second only for what wants few.
    let people = Strangers(|one: UserId, wanted: &Need| one == user(1) || *wanted == few);
    let mut approve = |number| {
        let who = Decider {
            user: user(number),
            name: "bob".parse().unwrap(),
            confirmed_at: Some(now),
        };
        approval
            .decide(who, Verdict::Approve, &HASH, String::new(), now, &people)
            .unwrap();
        approval.may_run(user(0), &people, now)
    };

    assert_eq!(approve(1), Err(Refusal::NotEnough { missing: 1 }));
    assert_eq!(approve(2), Err(Refusal::NotEnough { missing: 1 }));
}
