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

/// A request with this header, whatever it says, does not count as use of the session.
pub const BACKGROUND_HEADER: &str = "keyferry-background";

/// By this header a dry run tells the hash of what it answers, and a request wants to be carried out only while it would do that.
pub const PLAN_HEADER: &str = "keyferry-plan";

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
        .responses_from_iter(
            REFUSALS
                .iter()
                .map(|refusal| (refusal.1, refused_response(refusal))),
        )
        .security_scheme(
            "bearer",
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
        )
        .security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
                SESSION_COOKIE,
                "Ends after minutes without a request; those with the header `Keyferry-Background` do not count",
            ))),
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
    let text = document().to_pretty_json().unwrap_or_default();
    // The registry of formats has `uint32` where the library writes `u-int32`.
    let mut text = text.replace("\"u-int", "\"uint");
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
    for (status, name, _) in refusals(endpoint) {
        let refusal: RefOr<Response> = RefOr::Ref(Ref::from_response_name(*name));
        operation = operation.response(status.to_string(), refusal);
    }
    if endpoint.open {
        return operation
            .securities(Some(std::iter::empty::<SecurityRequirement>()))
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
    if endpoint.takes_dry_run() {
        parameters.push(parameter(
            "Keyferry-Plan",
            ParameterIn::Header,
            Required::False,
            "That of the answer to a dry run: where it asks for something else, or would do something else by now, the request is refused as `request.plan-changed`",
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
    for media in answers.iter().filter_map(|answer| answer.media) {
        response = response.content(media, ContentBuilder::new().build());
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

/// A limit of requests, or of tries to sign in, stands in the way (RFC 6585, section 4).
const TOO_MANY: u16 = 429;

/// Why something was not done: status, name among the components, words.
type Refusal = (u16, &'static str, &'static str);

const REFUSALS: &[Refusal] = &[
    (
        400,
        "BadRequest",
        "Not as documented, or it cannot be done so",
    ),
    (401, "NotSignedIn", "Not signed in"),
    (403, "Denied", "The right is missing"),
    (404, "NotFound", "Something named is not there"),
    (408, "TooSlow", "The body did not come in time"),
    (409, "Conflict", "It does not fit what is there now"),
    (
        412,
        "PlanChanged",
        "It asks for something else, or would do something else, than the plan that `Keyferry-Plan` names",
    ),
    (413, "TooLong", "The body is too long"),
    (415, "NotJson", "The body is no JSON"),
    (428, "NoIfMatch", "`If-Match` is missing"),
    (TOO_MANY, "TooMany", "Too many requests or tries"),
    (503, "NotNow", "Not now; try again later"),
];

/// With what a route may refuse. No other status leaves the server: the grid of routes and the trial by schema hold that.
fn refusals(endpoint: &Endpoint) -> impl Iterator<Item = &'static Refusal> {
    let takes_body = endpoint.request.is_some();
    let takes_something =
        takes_body || endpoint.query.is_some() || endpoint.path_parameters().next().is_some();
    let asks_who = !endpoint.open || endpoint.tag == "sessions";
    let changes = endpoint.method != Method::Get;
    let documented = |status| endpoint.answers.iter().any(|one| one.status == status);
    REFUSALS.iter().filter(move |(status, ..)| {
        let may = match status {
            401 | 403 => asks_who,
            404 => takes_something,
            // What asks AWS for something may find a connection that does not work.
            409 => changes || endpoint.tag == "connections",
            408 | 413 | 415 => takes_body,
            412 => endpoint.takes_dry_run(),
            428 => endpoint.if_match,
            _ => true,
        };
        may && !documented(*status)
    })
}

fn refused_response((status, _, words): &Refusal) -> Response {
    let response = problem_response(words);
    if *status != TOO_MANY {
        return response.build();
    }
    let seconds = HeaderBuilder::new()
        .description(Some("After how many seconds to ask again"))
        .schema(Some(
            ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer)),
        ))
        .build();
    response.header("Retry-After", seconds).build()
}

fn problem_response(words: &str) -> ResponseBuilder {
    let schema: RefOr<Schema> = Ref::from_schema_name(Problem::name()).into();
    ResponseBuilder::new().description(words).content(
        problem::CONTENT_TYPE,
        ContentBuilder::new().schema(Some(schema)).build(),
    )
}
