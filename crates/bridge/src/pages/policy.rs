//! What a page may load and do: its own style, its own script, and nothing from elsewhere.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::digest;

/// The style of all pages: one column that fits 360 pixels, dark where the person prefers it.
pub(super) const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:18px/1.5 system-ui,sans-serif;max-width:22rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}\
h1{font-size:1.4rem}small{opacity:.8}\
a.button,button{display:block;box-sizing:border-box;width:100%;padding:.8rem;border:0;border-radius:.5rem;\
font:inherit;text-align:center;text-decoration:none;color:#fff;background:#1a56b0;cursor:pointer}\
a.quiet{display:block;margin-top:1rem;text-align:center}\
a:focus-visible,button:focus-visible{outline:3px solid #f80;outline-offset:2px}\
svg{display:block;width:100%;height:auto;background:#fff}\
output{display:block;font-size:2rem;text-align:center}";

/// The style's hash, as a policy names it.
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| hash(STYLE));

/// The header `Content-Security-Policy` of a page with a script and forms that go to these places.
pub(super) fn policy(script: Option<&str>, forms: &[&str]) -> String {
    let script = script.map_or_else(|| "'none'".to_owned(), hash);
    let forms = if forms.is_empty() { "'none'".to_owned() } else { forms.join(" ") };
    format!(
        "default-src 'none'; style-src {}; script-src {script}; connect-src 'self'; form-action {forms}; base-uri 'none'; \
         frame-ancestors 'none'",
        *STYLE_HASH
    )
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(digest::digest(&digest::SHA256, text.as_bytes())))
}
