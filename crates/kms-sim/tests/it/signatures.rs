//! Signature Version 4, against the example that the IAM User Guide and the AWS General Reference
//! have carried for years.

use kms_sim::sigv4::{Authorization, SignedRequest, authorization_header};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const STAMP: &str = "20150830T123600Z";

fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn documented() -> Vec<(String, String)> {
    headers(&[
        (
            "Content-Type",
            "application/x-www-form-urlencoded; charset=utf-8",
        ),
        ("Host", "iam.amazonaws.com"),
        ("X-Amz-Date", STAMP),
    ])
}

fn list_users(headers: &[(String, String)]) -> SignedRequest<'_> {
    SignedRequest {
        method: "GET",
        path: "/",
        query: "Action=ListUsers&Version=2010-05-08",
        headers,
        body: b"",
    }
}

#[test]
fn the_documented_example_has_the_documented_signature() {
    let headers = documented();
    let scope = ("us-east-1", "iam");
    let header = authorization_header(&list_users(&headers), STAMP, scope, ("AKIDEXAMPLE", SECRET));
    assert_eq!(
        header,
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, \
         Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    );
    let parsed = Authorization::parse(&header).expect("parts");
    assert_eq!(parsed.access_key_id, "AKIDEXAMPLE");
    assert_eq!(parsed.region, "us-east-1");
    assert!(parsed.verify(&list_users(&headers), SECRET));
}

#[test]
fn every_change_breaks_the_signature() {
    let headers = documented();
    let request = list_users(&headers);
    let scope = ("us-east-1", "iam");
    let header = authorization_header(&request, STAMP, scope, ("AKIDEXAMPLE", SECRET));
    let authorization = Authorization::parse(&header).expect("parts");
    let mut changed = headers.clone();
    changed[1].1 = "other.amazonaws.com".to_owned();
    let broken = [
        SignedRequest {
            method: "POST",
            ..request
        },
        SignedRequest {
            path: "/x",
            ..request
        },
        SignedRequest {
            query: "Action=ListRoles&Version=2010-05-08",
            ..request
        },
        SignedRequest {
            body: b"x",
            ..request
        },
        SignedRequest {
            headers: &changed,
            ..request
        },
    ];
    for request in &broken {
        assert!(!authorization.verify(request, SECRET), "{request:?}");
    }
    assert!(!authorization.verify(&request, "another secret"));
    for change in ["20150831", "20150829"] {
        let other_day = Authorization {
            date: change.to_owned(),
            ..authorization.clone()
        };
        assert!(!other_day.verify(&request, SECRET));
    }
}

#[test]
fn query_order_and_header_spacing_do_not_matter_but_unsigned_amz_headers_do() {
    let headers = documented();
    let request = list_users(&headers);
    let scope = ("us-east-1", "iam");
    let header = authorization_header(&request, STAMP, scope, ("AKIDEXAMPLE", SECRET));
    let authorization = Authorization::parse(&header).expect("parts");
    let reordered = SignedRequest {
        query: "Version=2010-05-08&Action=ListUsers",
        ..request
    };
    assert!(authorization.verify(&reordered, SECRET));
    let mut spaced = documented();
    spaced[0].1 = "  application/x-www-form-urlencoded;   charset=utf-8 ".to_owned();
    assert!(authorization.verify(&list_users(&spaced), SECRET));
    let mut smuggled = documented();
    smuggled.push(("X-Amz-Security-Token".to_owned(), "t".to_owned()));
    assert!(!authorization.verify(&list_users(&smuggled), SECRET));
}

#[test]
fn half_headers_are_no_authorization() {
    for header in [
        "",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=00",
        "Bearer abc",
    ] {
        assert_eq!(Authorization::parse(header), None, "{header}");
    }
}
