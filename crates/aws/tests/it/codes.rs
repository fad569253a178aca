//! Every code of AWS's, and what it means for the outcome.

use keyferry_ports::aws::{CallFailure, KmsCall, Refusal};

use crate::support::{Linked, Reply, Server, key};

/// Code, HTTP status, refusal; `None` is an unknown outcome. From the operations' pages of the KMS API Reference
/// and its "Common Errors".
#[rustfmt::skip]
fn table() -> Vec<(&'static str, u16, Option<Refusal>)> {
    let other = |code: &str| Some(Refusal::Other(code.to_owned()));
    vec![
        ("AlreadyExistsException",              400, Some(Refusal::AlreadyExists)),
        ("CloudHsmClusterInvalidConfigurationException", 400, other("CloudHsmClusterInvalidConfigurationException")),
        ("ConflictException",                   400, Some(Refusal::Conflict)),
        ("CustomKeyStoreInvalidStateException", 400, other("CustomKeyStoreInvalidStateException")),
        ("CustomKeyStoreNotFoundException",     400, other("CustomKeyStoreNotFoundException")),
        ("DependencyTimeoutException",          500, None),
        ("DependencyTimeoutException",          400, None),
        ("DisabledException",                   400, Some(Refusal::Disabled)),
        ("DryRunOperationException",            400, other("DryRunOperationException")),
        ("ExpiredImportTokenException",         400, Some(Refusal::ExpiredImportToken)),
        ("IncorrectKeyMaterialException",       400, Some(Refusal::IncorrectKeyMaterial)),
        ("InvalidAliasNameException",           400, Some(Refusal::InvalidAliasName)),
        ("InvalidArnException",                 400, Some(Refusal::InvalidArn)),
        ("InvalidCiphertextException",          400, Some(Refusal::InvalidCiphertext)),
        ("InvalidGrantIdException",             400, other("InvalidGrantIdException")),
        ("InvalidImportTokenException",         400, Some(Refusal::InvalidImportToken)),
        ("InvalidKeyUsageException",            400, other("InvalidKeyUsageException")),
        ("InvalidMarkerException",              400, other("InvalidMarkerException")),
        ("KMSInternalException",                500, None),
        ("KMSInvalidStateException",            400, Some(Refusal::InvalidState)),
        ("KeyUnavailableException",             500, None),
        ("LimitExceededException",              400, Some(Refusal::LimitExceeded)),
        ("MalformedPolicyDocumentException",    400, Some(Refusal::MalformedPolicy)),
        ("NotFoundException",                   400, Some(Refusal::NotFound)),
        ("TagException",                        400, Some(Refusal::Tag)),
        ("UnsupportedOperationException",       400, Some(Refusal::UnsupportedOperation)),
        ("AccessDeniedException",               400, Some(Refusal::AccessDenied)),
        ("AccessDeniedException",               403, Some(Refusal::AccessDenied)),
        ("ExpiredTokenException",               403, Some(Refusal::ExpiredToken)),
        ("InternalFailure",                     500, None),
        ("InternalFailure",                     501, Some(Refusal::UnsupportedOperation)),
        ("InvalidAction",                       400, Some(Refusal::UnsupportedOperation)),
        ("UnknownOperationException",           400, Some(Refusal::UnsupportedOperation)),
        ("InvalidSignatureException",           403, Some(Refusal::Unauthenticated)),
        ("MissingAuthenticationTokenException", 403, Some(Refusal::Unauthenticated)),
        ("OptInRequired",                       403, Some(Refusal::OptInRequired)),
        ("RequestExpired",                      400, Some(Refusal::RequestExpired)),
        ("RequestTimeoutException",             408, None),
        ("ServiceUnavailableException",         503, None),
        ("ThrottlingException",                 400, Some(Refusal::Throttling)),
        ("ThrottlingException",                 503, Some(Refusal::Throttling)),
        ("UnrecognizedClientException",         403, Some(Refusal::Unauthenticated)),
        ("ValidationException",                 400, Some(Refusal::Validation)),
        ("SomethingNewException",               400, other("SomethingNewException")),
        ("SomethingNewException",               500, None),
    ]
}

#[tokio::test]
async fn every_code_is_refused_or_unknown_as_its_page_says() {
    for (code, status, want) in table() {
        let server = Server::script(vec![Reply::error(status, code, "as AWS says")]).await;
        let linked = Linked::to(&server).await;

        let failure = linked.send(&KmsCall::EnableKey(key())).await.unwrap_err();

        match (want, failure) {
            (
                Some(want),
                CallFailure::Refused {
                    operation,
                    code: found,
                    refusal,
                    message,
                    request_id,
                },
            ) => {
                assert_eq!(refusal, want, "{code} {status}");
                assert_eq!(&*found, code, "{status}");
                assert_eq!((operation, message.as_str()), ("EnableKey", "as AWS says"));
                assert!(request_id.is_some());
            }
            (
                None,
                CallFailure::Unknown {
                    why, request_id, ..
                },
            ) => {
                assert!(why.contains(code), "{why}");
                assert!(request_id.is_some());
            }
            (want, failure) => panic!("{code} {status}: wanted {want:?}, got {failure:?}"),
        }
        assert_eq!(server.seen().len(), 1, "{code} {status}");
    }
}

#[tokio::test]
async fn a_key_that_is_not_there_is_no_failure_of_the_read() {
    let server = Server::script(vec![Reply::error(400, "NotFoundException", "m")]).await;
    let linked = Linked::to(&server).await;

    assert_eq!(linked.kms.describe(&key()).await, Ok(None));
}
