//! The document and the routes.

use std::collections::BTreeSet;

use keyferry_api::{endpoints, openapi};

fn path() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json")
}

#[test]
fn the_document_that_is_checked_in_is_the_one_that_is_served() {
    let made = openapi::document_text();
    #[allow(
        clippy::disallowed_methods,
        reason = "the switch that accepts a new document"
    )]
    if std::env::var("KEYFERRY_ACCEPT").is_ok() {
        std::fs::write(path(), &made).unwrap();
    }
    let stored = std::fs::read_to_string(path()).unwrap();

    assert!(
        stored == made,
        "crates/api/openapi.json is out of date: run `KEYFERRY_ACCEPT=1 cargo nextest run -p keyferry-api`"
    );
}

#[test]
fn the_document_says_openapi_3_1_and_every_reference_leads_somewhere() {
    let document: serde_json::Value = serde_json::from_str(&openapi::document_text()).unwrap();
    let mut missing = BTreeSet::new();
    visit(&document, &mut |value| {
        if let Some(reference) = value.get("$ref").and_then(|text| text.as_str()) {
            let pointer = reference.trim_start_matches('#');
            if document.pointer(pointer).is_none() {
                missing.insert(reference.to_owned());
            }
        }
    });

    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(missing, BTreeSet::new());
}

fn visit(value: &serde_json::Value, see: &mut impl FnMut(&serde_json::Value)) {
    see(value);
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| visit(item, see)),
        serde_json::Value::Object(map) => map.values().for_each(|item| visit(item, see)),
        _ => {}
    }
}

#[test]
fn no_two_routes_share_an_id_or_a_place() {
    let ids: BTreeSet<_> = endpoints::ALL.iter().map(|endpoint| endpoint.id).collect();
    let places: BTreeSet<_> = endpoints::ALL.iter().map(|e| (e.method, e.path)).collect();

    assert_eq!(ids.len(), endpoints::ALL.len());
    assert_eq!(places.len(), endpoints::ALL.len());
}

#[test]
fn only_these_routes_answer_without_sign_in() {
    let open: Vec<_> = endpoints::ALL
        .iter()
        .filter(|e| e.open)
        .map(|e| e.id)
        .collect();

    assert_eq!(
        open,
        [
            "read_health",
            "read_readiness",
            "read_openapi",
            "create_session",
            "start_oidc_session",
            "finish_oidc_session",
            "redeem_oidc_code",
            "read_seal",
            "list_key_specs",
            "list_sign_in_providers"
        ]
    );
}

#[test]
fn the_document_marks_exactly_these_routes_as_open_and_says_of_all_others_how_to_sign_in() {
    let document: serde_json::Value = serde_json::from_str(&openapi::document_text()).unwrap();
    let signed_in = serde_json::json!([{ "bearer": [] }, { "session": [] }]);

    assert!(document.get("security").is_none(), "each says it itself");
    for endpoint in endpoints::ALL {
        let method = endpoint.method.as_str().to_lowercase();
        let marked = &document["paths"][endpoint.path][method]["security"];
        match endpoint.open {
            true => assert_eq!(*marked, serde_json::json!([]), "{}", endpoint.id),
            false => assert_eq!(*marked, signed_in, "{}", endpoint.id),
        }
    }
}

#[test]
fn every_status_with_which_a_route_refuses_is_documented_by_itself() {
    let document: serde_json::Value = serde_json::from_str(&openapi::document_text()).unwrap();

    for endpoint in endpoints::ALL {
        let method = endpoint.method.as_str().to_lowercase();
        let responses = &document["paths"][endpoint.path][method]["responses"];
        let has = |status: &str| responses.get(status).is_some();
        assert!(!has("default"), "{}: it would allow any", endpoint.id);
        assert!(has("400") && has("503"), "{}", endpoint.id);
        assert_eq!(has("428"), endpoint.if_match, "{}", endpoint.id);
        assert_eq!(has("415"), endpoint.request.is_some(), "{}", endpoint.id);
        assert!(
            endpoint.open || (has("401") && has("403")),
            "{}",
            endpoint.id
        );
    }
}

#[test]
fn a_password_is_marked_as_such_and_never_answered() {
    let document: serde_json::Value = serde_json::from_str(&openapi::document_text()).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();

    assert_eq!(schemas["Secret"]["format"], "password");
    assert_eq!(schemas["Secret"]["writeOnly"], true);
    for (name, schema) in schemas.iter().filter(|(name, _)| name.ends_with("View")) {
        assert!(
            !schema.to_string().contains("schemas/Secret"),
            "{name} would answer a secret"
        );
    }
}
