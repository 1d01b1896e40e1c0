//! The cookie that names a browser.

use axum::http::{HeaderMap, HeaderValue, header};
use realdid_types::Origin;

use crate::store::Secret;

/// With `__Host-` no other host and no page without encryption can plant one; browsers refuse that name over http, which is
/// for development.
fn name(issuer: &Origin) -> &'static str {
    if is_encrypted(issuer) { "__Host-realdid-bridge" } else { "realdid-bridge" }
}

fn is_encrypted(issuer: &Origin) -> bool {
    issuer.as_str().starts_with("https://")
}

/// What a browser's cookie says.
pub(super) fn read(headers: &HeaderMap, issuer: &Origin) -> Option<Secret> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name(issuer)).and_then(|(_, value)| Secret::parse(value))
}

/// A cookie that the browser keeps until it is closed. `Lax`: it comes along when a site sends the person here, and not when a
/// strange page posts something.
pub(super) fn write(browser: &Secret, issuer: &Origin) -> Option<HeaderValue> {
    let secure = if is_encrypted(issuer) { "; Secure" } else { "" };
    let text = format!("{}={}; Path=/; HttpOnly; SameSite=Lax{secure}", name(issuer), browser.text());
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_shows_what_it_was_given_among_other_cookies() {
        for (issuer, start) in [("https://id.example", "__Host-"), ("http://localhost:1", "realdid-bridge=")]
        {
            let issuer = Origin::new(issuer).unwrap();
            let secret = Secret::draw();
            let set = write(&secret, &issuer).unwrap().to_str().unwrap().to_owned();
            assert!(set.starts_with(start) && set.contains("HttpOnly") && set.contains("SameSite=Lax"));
            assert_eq!(set.ends_with("; Secure"), start == "__Host-");
            let shown = format!("a=b; {}; c=d", set.split(';').next().unwrap());
            let headers = HeaderMap::from_iter([(header::COOKIE, shown.parse().unwrap())]);
            assert!(read(&headers, &issuer).is_some_and(|read| read == secret));
        }
    }
}
