//! The interface's description as a page for people, without a script and without anything from elsewhere.

use std::fmt::Write;

use axum::response::Html;
use utoipa::openapi::{OpenApi, path::Operation};

const HEAD: &str = "<!doctype html><html lang=en><meta charset=utf-8>\
<meta name=viewport content='width=device-width'><title>RealDID</title><style>\
body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}\
code{background:#eef;padding:.1rem .3rem;border-radius:.2rem;overflow-wrap:anywhere}h2{margin-top:2rem}\
dt{margin-top:.8rem}dd{margin-left:1.5rem;color:#555}</style>";

/// The page: every operation under its tag, with what it does.
pub(crate) fn page(description: &OpenApi) -> Html<String> {
    let mut page = format!("{HEAD}<h1>RealDID {}</h1>", escape(&description.info.version));
    let about = description.info.description.as_deref().unwrap_or_default();
    let intro = "Types, parameters and answers of each: <a href=/v1/openapi.json>/v1/openapi.json</a>.";
    // writing to a string does not fail
    let _ = write!(page, "<p>{} {intro}", escape(about));
    for tag in description.tags.iter().flatten() {
        let about = tag.description.as_deref().unwrap_or_default();
        let _ = write!(page, "<h2>{}</h2><p>{}<dl>", escape(&tag.name), escape(about));
        for (method, path, operation) in operations(description) {
            if operation.tags.iter().flatten().any(|name| *name == tag.name) {
                let does = operation.summary.as_deref().unwrap_or_default();
                let _ = write!(page, "<dt><code>{method} {}</code><dd>{}", escape(path), escape(does));
            }
        }
        page.push_str("</dl>");
    }
    Html(page)
}

fn operations(description: &OpenApi) -> impl Iterator<Item = (&'static str, &String, &Operation)> {
    description.paths.paths.iter().flat_map(|(path, item)| {
        let get = item.get.as_ref().map(|operation| ("GET", path, operation));
        let post = item.post.as_ref().map(|operation| ("POST", path, operation));
        get.into_iter().chain(post)
    })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
