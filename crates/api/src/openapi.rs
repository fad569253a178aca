//! The OpenAPI 3.1 document, made from the routes and the types.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, HeaderBuilder, InfoBuilder, OpenApi, OpenApiBuilder,
    PathsBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Schema,
};

use crate::endpoint::{Answer, Body, Endpoint, Method};
use crate::endpoints;
use crate::problem::{self, Problem};

/// The name of the session cookie.
pub const SESSION_COOKIE: &str = "__Host-keyferry";

/// The whole document.
pub fn document() -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut schemas: BTreeMap<String, RefOr<Schema>> = BTreeMap::new();
    let mut collect = |body: &Body| {
        let mut found = vec![((body.name)().into_owned(), (body.schema)())];
        (body.references)(&mut found);
        schemas.extend(found);
    };
    collect(&crate::endpoint::body::<Problem>());
    for endpoint in endpoints::ALL {
        endpoint.request.iter().for_each(&mut collect);
        endpoint
            .answers
            .iter()
            .filter_map(|answer| answer.body.as_ref())
            .for_each(&mut collect);
        paths = paths.path(
            endpoint.path,
            PathItem::new(method(endpoint), operation(endpoint)),
        );
    }
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme(
            "bearer",
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
        )
        .security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(SESSION_COOKIE))),
        )
        .build();
    let info = InfoBuilder::new()
        .title("Keyferry")
        .version("1")
        .description(Some(
            "A self-hosted key manager for AWS KMS Bring Your Own Key.",
        ))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .paths(paths.build())
        .components(Some(components))
        .build()
}

/// The document as it is checked in: indented JSON with a newline at its end.
pub fn document_text() -> String {
    // Printing plain data cannot fail: no map has keys other than text.
    let mut text = document().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

fn method(endpoint: &Endpoint) -> HttpMethod {
    match endpoint.method {
        Method::Get => HttpMethod::Get,
        Method::Post => HttpMethod::Post,
        Method::Patch => HttpMethod::Patch,
        Method::Delete => HttpMethod::Delete,
    }
}

fn operation(endpoint: &Endpoint) -> Operation {
    let mut operation = OperationBuilder::new()
        .operation_id(Some(endpoint.id))
        .tag(endpoint.tag)
        .summary(Some(endpoint.summary))
        .parameters(Some(parameters(endpoint)));
    if let Some(body) = &endpoint.request {
        let content = ContentBuilder::new().schema(Some(reference(body))).build();
        let request = RequestBodyBuilder::new()
            .required(Some(Required::True))
            .content("application/json", content);
        operation = operation.request_body(Some(request.build()));
    }
    for (status, answers) in by_status(endpoint.answers) {
        operation = operation.response(status.to_string(), response(&answers));
    }
    operation = operation
        .response("429", too_many())
        .response("default", problem_response("Why it was not done").build());
    if endpoint.open {
        return operation
            .securities(Some([SecurityRequirement::default()]))
            .build();
    }
    let none: [&str; 0] = [];
    operation
        .security(SecurityRequirement::new("bearer", none))
        .security(SecurityRequirement::new("session", none))
        .build()
}

fn parameters(endpoint: &Endpoint) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = endpoint
        .path_parameters()
        .map(|name| parameter(name, ParameterIn::Path, Required::True, path_words(name)))
        .collect();
    if let Some(query) = endpoint.query {
        parameters.extend(query());
    }
    if endpoint.idempotent {
        parameters.push(parameter(
            "Idempotency-Key",
            ParameterIn::Header,
            Required::False,
            "Any text of at most 200 characters; the same key again answers what the first request began",
        ));
    }
    if endpoint.if_match {
        parameters.push(parameter(
            "If-Match",
            ParameterIn::Header,
            Required::True,
            "The `ETag` of what was read, or `*`",
        ));
    }
    parameters
}

fn path_words(name: &str) -> &'static str {
    match name {
        "kms_key" => "Id, name, ARN or alias",
        "connection" | "keystore" | "key" => "Id or name",
        _ => "Id",
    }
}

fn parameter(name: &str, place: ParameterIn, required: Required, words: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(words))
        .schema(Some(
            ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)),
        ))
        .build()
}

fn by_status(answers: &[Answer]) -> BTreeMap<u16, Vec<Answer>> {
    let mut grouped: BTreeMap<u16, Vec<Answer>> = BTreeMap::new();
    for answer in answers {
        grouped.entry(answer.status).or_default().push(*answer);
    }
    grouped
}

fn response(answers: &[Answer]) -> Response {
    let words: Vec<&str> = answers.iter().map(|answer| answer.words).collect();
    let mut response = ResponseBuilder::new().description(words.join("; or "));
    let bodies: Vec<RefOr<Schema>> = answers
        .iter()
        .filter_map(|answer| answer.body.as_ref())
        .map(reference)
        .collect();
    if let Some(schema) = one_of(bodies) {
        response = response.content(
            "application/json",
            ContentBuilder::new().schema(Some(schema)).build(),
        );
    }
    response.build()
}

fn one_of(mut bodies: Vec<RefOr<Schema>>) -> Option<RefOr<Schema>> {
    if bodies.len() < 2 {
        return bodies.pop();
    }
    let mut choice = utoipa::openapi::schema::OneOfBuilder::new();
    for body in bodies {
        choice = choice.item(body);
    }
    Some(Schema::OneOf(choice.build()).into())
}

fn reference(body: &Body) -> RefOr<Schema> {
    Ref::from_schema_name((body.name)()).into()
}

fn problem_response(words: &str) -> ResponseBuilder {
    let schema: RefOr<Schema> = Ref::from_schema_name(Problem::name()).into();
    ResponseBuilder::new().description(words).content(
        problem::CONTENT_TYPE,
        ContentBuilder::new().schema(Some(schema)).build(),
    )
}

/// A limit of requests, or of tries to sign in, stands in the way (RFC 6585, section 4).
fn too_many() -> Response {
    let seconds = HeaderBuilder::new()
        .description(Some("After how many seconds to ask again"))
        .schema(Some(
            ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer)),
        ))
        .build();
    problem_response("Too many requests or tries")
        .header("Retry-After", seconds)
        .build()
}
