//! What requests take and refuse.

use keyferry_api::connection::{AddConnectionRequest, IdentityRequest};
use keyferry_api::kms_key::{CreateKmsKeyRequest, RotateRequest, SynchronizeRequest};
use keyferry_api::problem::HttpCode;
use serde_json::json;

fn connection() -> serde_json::Value {
    json!({
        "name": "prod",
        "regions": ["eu-central-1"],
        "identity": {"kind": "access-key", "access_key_id": "AKIDEXAMPLE", "secret_access_key": "hush"},
    })
}

#[test]
fn a_secret_shows_in_no_debug_output() {
    let request: AddConnectionRequest = serde_json::from_value(connection()).unwrap();

    assert!(!format!("{request:?}").contains("hush"));
}

#[test]
fn a_client_can_send_what_the_server_reads() {
    let request: AddConnectionRequest = serde_json::from_value(connection()).unwrap();

    let sent = serde_json::to_value(&request).unwrap();

    let again: AddConnectionRequest = serde_json::from_value(sent).unwrap();
    let IdentityRequest::AccessKey {
        secret_access_key, ..
    } = again.identity
    else {
        panic!("another kind of identity");
    };
    assert_eq!(secret_access_key.expose(), "hush");
}

#[test]
fn unknown_fields_are_refused_at_every_depth() {
    for (pointer, field) in [("", "nmae"), ("/identity", "externalId")] {
        let mut request = connection();
        request.pointer_mut(pointer).unwrap()[field] = json!("x");

        let error = serde_json::from_value::<AddConnectionRequest>(request).unwrap_err();

        assert!(error.to_string().contains(field), "{error}");
    }
    let misspelt = json!({"keystore": "k", "name": "n", "settings": {"alias": "a"}});
    assert!(serde_json::from_value::<CreateKmsKeyRequest>(misspelt).is_err());
}

#[test]
fn an_empty_synchronize_deletes_nothing() {
    let request: SynchronizeRequest = serde_json::from_value(json!({})).unwrap();

    assert_eq!(request, SynchronizeRequest::default());
    assert!(!request.delete_material);
}

#[test]
fn a_rotation_must_say_how() {
    assert!(serde_json::from_value::<RotateRequest>(json!({})).is_err());
    assert!(serde_json::from_value::<RotateRequest>(json!({"method": "in-place"})).is_ok());
}

#[test]
fn every_refusal_of_the_http_layer_says_what_to_do() {
    let codes = [
        HttpCode::BadBody,
        HttpCode::BadQuery,
        HttpCode::BadPath,
        HttpCode::BadHeader,
        HttpCode::PlanChanged,
        HttpCode::Unauthenticated,
        HttpCode::CrossSite,
        HttpCode::NoSuchRoute,
        HttpCode::MethodNotAllowed,
        HttpCode::PreconditionRequired,
        HttpCode::BodyTooLarge,
        HttpCode::UnsupportedMediaType,
        HttpCode::Timeout,
        HttpCode::Internal,
    ];
    for code in codes {
        let problem = code.problem("something");
        let hint = problem.hint.unwrap_or_default();
        assert!(hint.len() > 10, "{code:?}: {hint:?}");
        assert_ne!(hint, problem.detail);
    }
}
