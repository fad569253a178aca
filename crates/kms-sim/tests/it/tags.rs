//! Tags.

use serde_json::{Value, json};

use crate::support::Aws;

fn tags(pairs: &[(&str, &str)]) -> Value {
    pairs
        .iter()
        .map(|(key, value)| json!({ "TagKey": key, "TagValue": value }))
        .collect()
}

#[test]
fn tags_are_set_replaced_and_removed() {
    let aws = Aws::new();
    let key = aws.create(json!({ "Tags": tags(&[("a", "1"), ("b", "")]) }));
    aws.kms(
        "TagResource",
        json!({ "KeyId": key, "Tags": tags(&[("a", "2"), ("A", "3")]) }),
    );
    aws.kms("UntagResource", json!({ "KeyId": key, "TagKeys": ["b"] }));
    let list = aws.kms("ListResourceTags", json!({ "KeyId": key }));
    assert_eq!(list["Tags"], tags(&[("A", "3"), ("a", "2")]));
    assert_eq!(list["Truncated"], false);
}

#[test]
fn bad_tags_are_refused() {
    let aws = Aws::new();
    let create = |list: Value| json!({ "Tags": list });
    let long = "x".repeat(129);
    for (list, code) in [
        (tags(&[("aws:x", "1")]), "TagException"),
        (tags(&[("a", "1"), ("a", "2")]), "TagException"),
        (tags(&[(long.as_str(), "1")]), "ValidationException"),
        (tags(&[("", "1")]), "ValidationException"),
    ] {
        assert_eq!(aws.refused("CreateKey", create(list)), code);
    }
    let many: Vec<String> = (0..51).map(|n| n.to_string()).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(
        aws.refused("CreateKey", create(tags(&many))),
        "TagException"
    );
    let key = aws.create(create(tags(&many[..50])));
    let one_more = json!({ "KeyId": key, "Tags": tags(&[("z", "")]) });
    assert_eq!(aws.refused("TagResource", one_more), "TagException");
}

#[test]
fn tag_lists_have_pages() {
    let aws = Aws::new();
    let key = aws.create(json!({ "Tags": tags(&[("a", ""), ("b", ""), ("c", "")]) }));
    let page = aws.kms("ListResourceTags", json!({ "KeyId": key, "Limit": 2 }));
    assert_eq!(page["Tags"], tags(&[("a", ""), ("b", "")]));
    assert_eq!(page["Truncated"], true);
    let input = json!({ "KeyId": key, "Limit": 2, "Marker": page["NextMarker"] });
    let page = aws.kms("ListResourceTags", input);
    assert_eq!(page["Tags"], tags(&[("c", "")]));
    assert!(page.get("NextMarker").is_none());
}
