//! Pages: markup that escapes what comes from elsewhere, and headers that let nothing in.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::language::Words;

/// Nothing is loaded but what the shop itself serves, and nobody frames it.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// One column that fits 360 pixels, dark where the person prefers it.
pub(crate) const STYLE: &str = "\
:root{color-scheme:light dark}
body{font:18px/1.5 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
h1{font-size:1.7rem;margin-bottom:.2rem}
ul{list-style:none;padding:0;display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.8rem}
li{border:1px solid #8886;border-top:.8rem solid #1a56b0;border-radius:.6rem;padding:.8rem}
li:nth-child(2){border-top-color:#2e7d4f}
li:nth-child(3){border-top-color:#a0522d}
aside{border-left:4px solid #1a56b0;padding:.1rem 1rem;margin:1.5rem 0}
code{font-size:.85em}
a.button,button{display:inline-block;box-sizing:border-box;padding:.7rem 1.4rem;border:0;border-radius:.5rem;
font:inherit;text-decoration:none;color:#fff;background:#1a56b0;cursor:pointer}
a:focus-visible,button:focus-visible{outline:3px solid #f80;outline-offset:2px}
";

/// Hands what the wallet answered, which stands behind a `#` that servers never see, to the shop.
pub(crate) const HAND_IN: &str = "\
const form=document.forms[0];
form.response.value=new URLSearchParams(location.hash.slice(1)).get('response')??'';
history.replaceState(null,'',location.pathname);
form.submit();
";

/// A page.
pub(crate) struct Page {
    status: StatusCode,
    html: String,
}

impl Page {
    /// One with a title, and markup in which everything from elsewhere is escaped.
    pub(crate) fn new(words: &Words, title: &str, body: &str) -> Self {
        let (tag, title) = (words.tag, escape(title));
        let html = format!(
            "<!doctype html><html lang={tag}><head><meta charset=utf-8><meta name=viewport \
             content='width=device-width,initial-scale=1'><title>{title}</title><link rel=stylesheet href=/style.css>\
             </head><body><main><h1>{title}</h1>{body}</main></body></html>"
        );
        Self { status: StatusCode::OK, html }
    }

    /// With another status than 200.
    pub(crate) const fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (self.status, headers, self.html).into_response()
    }
}

/// Text as it stands in markup and in attributes with quotes.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
