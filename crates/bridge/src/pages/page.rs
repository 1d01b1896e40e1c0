//! The frame of all pages.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    Language,
    policy::{STYLE, policy},
};

/// A page that is being made.
pub(crate) struct Page {
    language: Language,
    status: StatusCode,
    title: String,
    body: String,
    script: Option<&'static str>,
    forms: Vec<String>,
}

impl Page {
    /// One with a title.
    pub(super) fn new(language: Language, title: &str) -> Self {
        Self {
            language,
            status: StatusCode::OK,
            title: title.to_owned(),
            body: String::new(),
            script: None,
            forms: Vec::new(),
        }
    }

    /// With markup, in which everything that came from elsewhere is escaped.
    pub(super) fn with(mut self, markup: &str) -> Self {
        self.body.push_str(markup);
        self
    }

    /// With a paragraph of text.
    pub(super) fn saying(self, text: &str) -> Self {
        self.with(&format!("<p>{}</p>", escape(text)))
    }

    /// With a script, the only one that may run.
    pub(super) fn running(mut self, script: &'static str) -> Self {
        self.script = Some(script);
        self
    }

    /// With forms that may go to this origin, or on to it.
    pub(super) fn posting_to(mut self, origin: &str) -> Self {
        self.forms.push(origin.to_owned());
        self
    }

    /// With another status than 200.
    pub(crate) const fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    fn html(&self) -> String {
        let Self { language, title, body, script, .. } = self;
        let (tag, title) = (language.tag(), escape(title));
        let script = script.map_or(String::new(), |script| format!("<script>{script}</script>"));
        format!(
            "<!doctype html><html lang={tag}><head><meta charset=utf-8><meta name=viewport \
             content='width=device-width,initial-scale=1'><title>{title}</title><style>{STYLE}</style></head><body><main>\
             <h1>{title}</h1>{body}</main>{script}</body></html>"
        )
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let forms: Vec<&str> = self.forms.iter().map(String::as_str).collect();
        let policy = policy(self.script, &forms);
        let mut response = (self.status, self.html()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        // an origin that would not fit a header is none that the ledger holds
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

/// Text as it stands in markup and in attributes with quotes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_from_elsewhere_stands_there_as_text() {
        let evil = "<script>alert(\"1\")</script>'&";
        let html = Page::new(Language::English, evil).saying(evil).html();
        assert!(!html.contains("<script>") && !html.contains(evil));
        assert_eq!(html.matches("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;").count(), 3);
    }

    #[test]
    fn a_page_runs_its_own_script_alone_and_loads_nothing() {
        let of = |page: Page| {
            let response = page.into_response();
            response.headers()["content-security-policy"].to_str().unwrap().to_owned()
        };
        let still = of(Page::new(Language::English, "x"));
        assert!(still.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(still.contains("script-src 'none'") && still.contains("form-action 'none'"));
        let lively = of(Page::new(Language::English, "x").running("1").posting_to("https://shop.example"));
        // of the letter `1`
        assert!(lively.contains("script-src 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"));
        assert!(lively.contains("form-action https://shop.example;"));
    }
}
