//! The answer in the form that the client wants (DID Resolution, section "HTTP(S) Binding").

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::{Map, Value, json};

use super::{
    accept::{Form, Representation, Shape},
    failure::Failure,
};

/// An old version, asked for by its number, never changes again.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Whatever else there is may change with the next block.
const ASK_AGAIN: &str = "no-cache";

/// What was found, before it is written.
pub(crate) struct Content {
    /// A document or a part of one.
    pub(crate) content: Value,
    /// What is said beside it.
    pub(crate) metadata: Value,
    pub(crate) representation: Representation,
    /// Whether a DID URL named something else than a whole document.
    pub(crate) is_dereferenced: bool,
    pub(crate) is_deactivated: bool,
    /// Tells this answer from every other of the same address and form.
    pub(crate) tag: String,
    /// Whether it never changes.
    pub(crate) is_old: bool,
}

/// The answer with what was found.
pub(crate) fn found(content: Content, form: Form, headers: &HeaderMap) -> Response {
    let status = if content.is_deactivated { StatusCode::GONE } else { StatusCode::OK };
    let (media, body, cache) = match form {
        Form::Content(representation) => {
            let cache = if content.is_old { FOR_EVER } else { ASK_AGAIN };
            (representation.media(), content.content, cache)
        }
        Form::Result(_) | Form::UriList => {
            let shape = shape_of(form);
            let about = json!({ "contentType": content.representation.media() });
            // the W3C's result of an ended DID has no document, older ones have an empty one
            let is_newer = matches!(shape, Shape::Resolution | Shape::Dereferencing);
            let document = if is_newer && content.is_deactivated { Value::Null } else { content.content };
            let is_dereferenced = content.is_dereferenced || shape == Shape::Dereferencing;
            let body = result(shape, is_dereferenced, about, document, content.metadata);
            (media_of(shape, is_dereferenced), body, ASK_AGAIN)
        }
    };
    let tag = format!("\"{}\"", content.tag);
    // what a client has is asked after only where there is something to have (RFC 9110, section 13.2.1)
    if status == StatusCode::OK && is_known(headers, &tag) {
        return respond(StatusCode::NOT_MODIFIED, None, Vec::new(), cache, Some(&tag));
    }
    respond(status, Some(media), body.to_string().into_bytes(), cache, Some(&tag))
}

/// The answer that says why there is none.
pub(crate) fn failed(failure: &Failure, form: Form, is_dereferenced: bool) -> Response {
    let shape = shape_of(form);
    let is_dereferenced = is_dereferenced || shape == Shape::Dereferencing;
    let about = json!({ "error": failure.shown(form.is_legacy()) });
    let body = result(shape, is_dereferenced, about, Value::Null, json!({}));
    let media = media_of(shape, is_dereferenced);
    respond(failure.kind.status(), Some(media), body.to_string().into_bytes(), ASK_AGAIN, None)
}

/// The answer that leads to a service.
pub(crate) fn redirected(address: &str) -> Option<Response> {
    let location = HeaderValue::from_str(address).ok()?;
    let mut response = respond(StatusCode::SEE_OTHER, None, Vec::new(), ASK_AGAIN, None);
    response.headers_mut().insert(header::LOCATION, location);
    Some(response)
}

const fn shape_of(form: Form) -> Shape {
    match form {
        Form::Result(shape) => shape,
        Form::Content(_) | Form::UriList => Shape::Any,
    }
}

const fn media_of(shape: Shape, is_dereferenced: bool) -> &'static str {
    match (shape, is_dereferenced) {
        (Shape::Resolution | Shape::Dereferencing | Shape::Any, false) => "application/did-resolution",
        (Shape::Resolution | Shape::Dereferencing | Shape::Any, true) => "application/did-url-dereferencing",
        (Shape::Json, _) => "application/json",
        (Shape::Legacy, false) => "application/ld+json;profile=\"https://w3id.org/did-resolution\"",
        (Shape::Legacy, true) => "application/ld+json;profile=\"https://w3id.org/did-url-dereferencing\"",
    }
}

fn result(shape: Shape, is_dereferenced: bool, about: Value, content: Value, metadata: Value) -> Value {
    let names = if is_dereferenced {
        ["dereferencingMetadata", "content", "contentMetadata"]
    } else {
        ["didResolutionMetadata", "didDocument", "didDocumentMetadata"]
    };
    let mut result = Map::new();
    if shape == Shape::Legacy {
        result.insert("@context".to_owned(), json!("https://w3id.org/did-resolution/v1"));
    }
    result.extend(names.map(str::to_owned).into_iter().zip([about, content, metadata]));
    Value::Object(result)
}

/// Whether the client has this answer already (RFC 9110, section 13.1.2).
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

fn respond(
    status: StatusCode,
    media: Option<&'static str>,
    body: Vec<u8>,
    cache: &'static str,
    tag: Option<&str>,
) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Some(media) = media {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    }
    if let Some(tag) = tag.and_then(|tag| HeaderValue::from_str(tag).ok()) {
        headers.insert(header::ETAG, tag);
    }
    response
}
