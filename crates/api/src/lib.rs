//! Request and response types, problems, error codes and the OpenAPI document.
