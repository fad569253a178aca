//! CloudTrail LookupEvents: the journal, late.

use kms_sim::{Caller, MINUTE, Service};
use serde_json::{Value, json};

use crate::support::{ACCOUNT, Aws};

fn look_up(aws: &Aws, key: &str, value: &str) -> Vec<Value> {
    let attribute = json!([{ "AttributeKey": key, "AttributeValue": value }]);
    let input = json!({ "LookupAttributes": attribute });
    let answer = aws.service(Service::CloudTrail, "LookupEvents", input);
    answer["Events"].as_array().expect("a list").clone()
}

fn record(event: &Value) -> Value {
    serde_json::from_str(event["CloudTrailEvent"].as_str().expect("text")).expect("JSON")
}

#[test]
fn events_about_a_key_come_newest_first_with_who_did_them() {
    let aws = Aws::new();
    let arn = aws.create(json!({}));
    aws.sim.create_user(ACCOUNT, "mallory", &[]).expect("user");
    let hand = aws.sim.foreign_hand(ACCOUNT, "eu-central-1");
    let hand = hand.signed_in_as("mallory");
    hand.disable(&arn, aws.now.get()).expect("disabled");

    let found = look_up(&aws, "ResourceName", &arn);

    let names: Vec<&Value> = found.iter().map(|event| &event["EventName"]).collect();
    assert_eq!(names, ["DisableKey", "CreateKey"]);
    let record = record(&found[0]);
    assert_eq!(
        record["userIdentity"]["arn"],
        format!("arn:aws:iam::{ACCOUNT}:user/mallory")
    );
    assert_eq!(record["eventSource"], "kms.amazonaws.com");
    assert!(record["sourceIPAddress"].is_string());
    assert_eq!(look_up(&aws, "EventName", "DisableKey").len(), 1);
}

#[test]
fn an_event_is_told_once_it_is_as_old_as_the_lag() {
    let aws = Aws::new();
    aws.sim
        .configure(|config| config.cloud_trail_lag = 15 * MINUTE);
    let arn = aws.create(json!({}));

    assert_eq!(look_up(&aws, "ResourceName", &arn).len(), 0);
    aws.now.set(aws.now.get() + 15 * MINUTE);
    assert_eq!(look_up(&aws, "ResourceName", &arn).len(), 1);
}

#[test]
fn the_list_has_pages_and_takes_one_attribute() {
    let aws = Aws::new();
    let arn = aws.create(json!({}));
    for _ in 0..3 {
        aws.kms("DisableKey", json!({ "KeyId": arn }));
        aws.kms("EnableKey", json!({ "KeyId": arn }));
    }
    let mut token = json!(null);
    let mut seen = 0;
    loop {
        let input = json!({ "MaxResults": 3, "NextToken": token });
        let page = aws.service(Service::CloudTrail, "LookupEvents", input);
        seen += page["Events"].as_array().expect("a list").len();
        match page.get("NextToken") {
            Some(next) => token = next.clone(),
            None => break,
        }
    }
    assert_eq!(seen, 7);
    let two = json!([
        { "AttributeKey": "EventName", "AttributeValue": "CreateKey" },
        { "AttributeKey": "ReadOnly", "AttributeValue": "false" },
    ]);
    let input = json!({ "LookupAttributes": two });
    let code = aws.service_refused(Service::CloudTrail, "LookupEvents", input);
    assert_eq!(code, "InvalidLookupAttributesException");
}

#[test]
fn whoever_lacks_the_right_is_refused_and_two_a_second_is_all() {
    let aws = Aws::new();
    aws.sim.create_user(ACCOUNT, "ann", &[]).expect("user");
    let ann = aws.by(Caller::User(ACCOUNT.to_owned(), "ann".to_owned()));
    let ask = |aws: &Aws| aws.service_refused(Service::CloudTrail, "LookupEvents", json!({}));
    assert_eq!(ask(&ann), "AccessDeniedException");

    aws.sim.configure(|config| config.quotas = true);
    aws.service(Service::CloudTrail, "LookupEvents", json!({}));
    aws.service(Service::CloudTrail, "LookupEvents", json!({}));
    assert_eq!(ask(&aws), "ThrottlingException");
}
