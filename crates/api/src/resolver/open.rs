//! Pages of any origin may read what everybody may read (Fetch, section "CORS protocol").

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};

/// Lets a browser hand the answer to the page that asked.
pub(crate) async fn open_to_browsers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("etag"));
    response
}

/// Tells a browser that it may ask: some values of `Accept` make it ask for that first.
pub(crate) async fn preflight() -> (StatusCode, [(HeaderName, &'static str); 3]) {
    (
        StatusCode::NO_CONTENT,
        [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "accept, if-none-match"),
            (header::ACCESS_CONTROL_MAX_AGE, "86400"),
        ],
    )
}
