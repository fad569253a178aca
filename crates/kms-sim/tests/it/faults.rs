//! Faults.

use kms_sim::{
    Call, CallError, Fault, MINUTE, RandomFaults, SECOND, ScriptedFault, Service, SimFault,
};
use serde_json::json;

use crate::support::{ACCOUNT, Aws, OTHER_REGION, REGION};

fn keys(aws: &Aws) -> usize {
    aws.sim.settle(aws.now.get());
    let hand = aws.sim.foreign_hand(ACCOUNT, REGION);
    let list = hand
        .act("ListKeys", json!({}), aws.now.get())
        .expect("list");
    list["Keys"].as_array().expect("list").len()
}

fn create(aws: &Aws) -> Result<(), CallError> {
    aws.try_kms("CreateKey", json!({})).map(drop)
}

#[test]
fn faults_before_the_effect_change_nothing() {
    let aws = Aws::new();
    for (fault, code) in [
        (Fault::Throttle, Some("ThrottlingException")),
        (Fault::Internal500, Some("KMSInternalException")),
        (Fault::TimeoutBefore, None),
    ] {
        aws.sim.add_fault(ScriptedFault::next("CreateKey", fault));
        let error = create(&aws).expect_err("a fault");
        assert_eq!(error.code(), code);
        assert_eq!(keys(&aws), 0);
    }
    create(&aws).expect("faults strike once");
}

#[test]
fn faults_after_the_effect_hide_it() {
    let aws = Aws::new();
    aws.sim
        .add_fault(ScriptedFault::next("CreateKey", Fault::LostReply));
    assert_eq!(
        create(&aws),
        Err(CallError::NoAnswer(SimFault::ConnectionLost))
    );
    assert_eq!(keys(&aws), 1);
    let fault = ScriptedFault::next("CreateKey", Fault::Internal500AfterEffect);
    aws.sim.add_fault(fault);
    let Err(CallError::Refused(error)) = create(&aws) else {
        panic!("no fault");
    };
    assert_eq!(error.http_status, 500);
    assert_eq!(keys(&aws), 2);
}

#[test]
fn a_delayed_effect_comes_later_while_its_signature_is_good() {
    let aws = Aws::new();
    let delayed = |after| ScriptedFault::next("CreateKey", Fault::DelayedEffect { after });
    aws.sim.add_fault(delayed(4 * MINUTE));
    assert_eq!(create(&aws), Err(CallError::NoAnswer(SimFault::TimedOut)));
    aws.advance(4 * MINUTE - SECOND);
    assert_eq!(keys(&aws), 0);
    aws.advance(SECOND);
    assert_eq!(keys(&aws), 1);
    let entry = aws.sim.journal().pop().expect("entry");
    assert_eq!(entry.time, aws.now.get());

    aws.sim.add_fault(delayed(5 * MINUTE + SECOND));
    assert_eq!(create(&aws), Err(CallError::NoAnswer(SimFault::TimedOut)));
    aws.advance(10 * MINUTE);
    assert_eq!(keys(&aws), 1, "the signature was too old by then");
}

#[test]
fn an_old_signature_is_refused_and_counts_from_the_signing() {
    let aws = Aws::new();
    let call =
        |age| Call::kms(&aws.caller, REGION, "CreateKey", json!({})).signed_at(aws.now.get() - age);
    aws.sim
        .call(&call(5 * MINUTE), aws.now.get())
        .expect("just good");
    for age in [5 * MINUTE + SECOND, -(5 * MINUTE + SECOND)] {
        let error = aws
            .sim
            .call(&call(age), aws.now.get())
            .expect_err("too old or too new");
        assert_eq!(error.code(), Some("InvalidSignatureException"));
    }
    let sts = Call::new(
        &aws.caller,
        REGION,
        Service::Sts,
        "GetCallerIdentity",
        json!({}),
    );
    let error = aws
        .sim
        .call(&sts.signed_at(aws.now.get() - 6 * MINUTE), aws.now.get())
        .expect_err("too old");
    assert_eq!(error.code(), Some("SignatureDoesNotMatch"));
}

#[test]
fn scripted_faults_choose_their_calls() {
    let aws = Aws::new();
    let fault = ScriptedFault::next("CreateKey", Fault::Throttle)
        .in_region(OTHER_REGION)
        .after(1)
        .times(2);
    aws.sim.add_fault(fault);
    create(&aws).expect("another Region");
    let elsewhere = aws.at(OTHER_REGION);
    let outcomes: Vec<bool> = (0..4).map(|_| create(&elsewhere).is_ok()).collect();
    assert_eq!(outcomes, [true, false, false, true]);
    assert_eq!(aws.sim.waiting_faults(), 0);
}

#[test]
fn an_outage_lasts_until_it_is_cleared() {
    let aws = Aws::new();
    aws.sim
        .add_fault(ScriptedFault::next("*", Fault::TimeoutBefore).times(u32::MAX));
    for _ in 0..50 {
        assert_eq!(create(&aws), Err(CallError::NoAnswer(SimFault::TimedOut)));
    }
    aws.sim.clear_faults();
    create(&aws).expect("over");
}

#[test]
fn latency_is_told() {
    let aws = Aws::new();
    aws.sim
        .add_fault(ScriptedFault::next("ListKeys", Fault::Latency { ms: 250 }));
    let call = Call::kms(&aws.caller, REGION, "ListKeys", json!({}));
    let latency = |aws: &Aws| {
        aws.sim
            .call(&call, aws.now.get())
            .expect("answer")
            .latency_ms
    };
    assert_eq!(latency(&aws), 250);
    assert_eq!(latency(&aws), 0);
}

#[test]
fn random_faults_follow_from_their_seed_and_rate() {
    let run = |seed: u64, rate: f64| {
        let aws = Aws::new();
        aws.sim
            .set_random_faults(Some(RandomFaults::new(seed, rate)));
        (0..200)
            .map(|_| create(&aws).is_ok())
            .collect::<Vec<bool>>()
    };
    assert_eq!(run(1, 0.3), run(1, 0.3));
    assert_ne!(run(1, 0.3), run(2, 0.3));
    let struck = run(3, 0.3).into_iter().filter(|ok| !ok).count();
    assert!((30..=90).contains(&struck), "{struck} of 200");
    assert!(run(4, 0.0).into_iter().all(|ok| ok));
}
