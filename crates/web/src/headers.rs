//! What every answer forbids: other pages may not frame, read, embed or reach into the wallet, and it loads nothing from
//! elsewhere.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::Authority;

/// What stands in each answer, whatever it is of.
const ALWAYS: [(HeaderName, &str); 8] = [
    // a page that opened the wallet cannot navigate it, nor look at it
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // for browsers that do not know frame-ancestors
    (header::X_FRAME_OPTIONS, "DENY"),
    // asked for again each time, and not sent again if it did not change
    (header::CACHE_CONTROL, "no-cache"),
];

/// The headers of an instance whose pages also speak to this authority.
pub(crate) fn headers(authority: Option<&Authority>) -> HeaderMap {
    let mut headers: HeaderMap =
        ALWAYS.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
    if let Ok(policy) = HeaderValue::from_str(&policy(authority)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers
}

/// What a node answered may do nothing at all, should a browser ever show it.
pub(crate) const OF_NODES: HeaderValue =
    HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'");

fn policy(authority: Option<&Authority>) -> String {
    let connect =
        authority.map_or_else(|| "'self'".to_owned(), |authority| format!("'self' {}", authority.origin()));
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src {connect}; style-src 'self'; img-src 'self'; \
         form-action 'none'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_speaks_to_itself_and_to_the_authority_alone() {
        let told = |authority: Option<&str>| {
            let authority = authority.map(|address| Authority::at(address).unwrap());
            headers(authority.as_ref())[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned()
        };
        assert!(told(None).contains("connect-src 'self';"));
        assert!(told(Some("https://a.example")).contains("connect-src 'self' https://a.example;"));
        for part in ["default-src 'none'", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'"]
        {
            assert!(told(None).contains(part), "{part}");
        }
    }
}
