//! One route of the API, as data: server, client and OpenAPI document all read it.

use std::borrow::Cow;

use utoipa::openapi::path::Parameter;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, ToSchema};

/// HTTP methods that the API uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes, or does.
    Post,
    /// Changes some fields.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// The schema of a body.
#[derive(Clone, Copy, Debug)]
pub struct Body {
    /// Its name among the components.
    pub name: fn() -> Cow<'static, str>,
    /// The schema.
    pub schema: fn() -> RefOr<Schema>,
    /// Collects the schemas that it refers to.
    pub references: fn(&mut Vec<(String, RefOr<Schema>)>),
}

/// The schema of a type.
pub const fn body<T: ToSchema>() -> Body {
    Body {
        name: T::name,
        schema: T::schema,
        references: T::schemas,
    }
}

fn query_of<T: IntoParams>() -> Vec<Parameter> {
    T::into_params(|| Some(utoipa::openapi::path::ParameterIn::Query))
}

/// One answer.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// In a few words.
    pub words: &'static str,
    /// The body, if there is one that a schema describes.
    pub body: Option<Body>,
    /// The media type of content that no schema describes.
    pub media: Option<&'static str>,
}

/// One route.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// `<verb>_<resource>`, unique.
    pub id: &'static str,
    /// How it is called.
    pub method: Method,
    /// Where, with `{names}` for variable segments. Complete, prefix included.
    pub path: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The noun under which documents list it.
    pub tag: &'static str,
    /// Query parameters.
    pub query: Option<fn() -> Vec<Parameter>>,
    /// The body that it takes.
    pub request: Option<Body>,
    /// What it answers when all is well.
    pub answers: &'static [Answer],
    /// Whether it answers without sign-in.
    pub open: bool,
    /// Whether it takes `Idempotency-Key`.
    pub idempotent: bool,
    /// Whether it wants `If-Match`.
    pub if_match: bool,
}

impl Endpoint {
    /// A route; the rest follows by the methods below.
    pub const fn new(
        method: Method,
        path: &'static str,
        id: &'static str,
        tag: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            id,
            method,
            path,
            summary,
            tag,
            query: None,
            request: None,
            answers: &[],
            open: false,
            idempotent: false,
            if_match: false,
        }
    }

    /// Takes these query parameters.
    pub const fn query<T: IntoParams>(mut self) -> Self {
        self.query = Some(query_of::<T>);
        self
    }

    /// Takes this body.
    pub const fn takes(mut self, request: Body) -> Self {
        self.request = Some(request);
        self
    }

    /// Answers these.
    pub const fn answers(mut self, answers: &'static [Answer]) -> Self {
        self.answers = answers;
        self
    }

    /// Answers without sign-in.
    pub const fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// Takes `Idempotency-Key`.
    pub const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Wants `If-Match`.
    pub const fn if_match(mut self) -> Self {
        self.if_match = true;
        self
    }

    /// Whether it can be tried: whether it takes `dry_run`.
    pub fn takes_dry_run(&self) -> bool {
        let parameters = self.query.map(|query| query()).unwrap_or_default();
        parameters.iter().any(|one| one.name == "dry_run")
    }

    /// The names of the variable segments, in order.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// The path with its variable segments filled in, percent-encoded.
    pub fn path_with(&self, values: &[&str]) -> String {
        let mut values = values.iter();
        let parts = self
            .path
            .split('/')
            .map(|part| match part.strip_prefix('{') {
                Some(_) => encode_segment(values.next().copied().unwrap_or_default()),
                None => part.to_owned(),
            });
        parts.collect::<Vec<_>>().join("/")
    }
}

/// Percent-encodes one path segment: everything but RFC 3986's unreserved characters.
pub fn encode_segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_or_alias_fits_into_one_path_segment() {
        let endpoint = Endpoint::new(Method::Get, "/a/{kms_key}/b", "x", "x", "x");

        assert_eq!(
            endpoint.path_with(&["alias/app ä"]),
            "/a/alias%2Fapp%20%C3%A4/b"
        );
        assert_eq!(endpoint.path_parameters().collect::<Vec<_>>(), ["kms_key"]);
    }
}
