//! The texts that a ledger may hold: few, short, and each with a form that leaves no room for prose.

use std::fmt;

use crate::{
    DecodeError, limits,
    wire::{Field, Ordered, Reader, Writer},
};

/// Text that does not have its form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {form}")]
pub struct InvalidText {
    text: String,
    form: &'static str,
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $max:expr, $is_allowed:expr, $form:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Checks and keeps a text.
            ///
            /// # Errors
            /// If it does not have the form.
            pub fn new(text: &str) -> Result<Self, InvalidText> {
                if text.is_empty() || text.len() > $max || !$is_allowed(text) {
                    return Err(InvalidText { text: text.chars().take($max).collect(), form: $form });
                }
                Ok(Self(text.to_owned()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Field for $name {
            fn put(&self, number: u32, writer: &mut Writer) {
                writer.bytes(number, &[self.0.as_bytes()]);
            }

            fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                let bytes = reader.bytes(number)?.ok_or(DecodeError::Missing(number))?;
                let text = std::str::from_utf8(bytes).map_err(|_| DecodeError::Text(number))?;
                Self::new(text).map_err(|_| DecodeError::Text(number))
            }
        }

        impl Ordered for $name {
            fn precedes(&self, next: &Self) -> bool {
                self < next
            }
        }
    )*};
}

texts! {
    /// A member of the consortium, such as `ministry` or `operator-1`.
    OrganisationName: limits::ORGANISATION_NAME_MAX, is_name, "1 to 32 of a-z, 0-9 and -";
    /// The name of the network in its DIDs.
    NetworkName: limits::NETWORK_NAME_MAX, is_name, "1 to 20 of a-z, 0-9 and -";
    /// The name of a service in its record: the fragment of its DID URL.
    ServiceName: limits::SERVICE_NAME_MAX, is_name, "1 to 32 of a-z, 0-9 and -";
    /// What kind of service it is, such as `LinkedDomains`.
    ServiceKind: limits::SERVICE_NAME_MAX, is_service_kind, "1 to 32 of A-Z, a-z and 0-9";
    /// An address on the web: no user, query, fragment or escapes, so that little can hide in it.
    HttpsUrl: limits::URL_MAX, is_https_url,
        "https://, a lower-case host and a path of letters, digits and -._~/, at most 200";
    /// Where responses may be sent: as [`HttpsUrl`], or plain http to this very machine (RFC 8252, section 7.3).
    ReturnAddress: limits::URL_MAX, is_return_address,
        "https:// (or http://localhost), a lower-case host and a path of letters, digits and -._~/, at most 200";
    /// Scheme, host and port of a site's pages, as a browser's `Origin` header says it (RFC 6454).
    Origin: limits::ORIGIN_MAX, is_origin, "https:// (or http://localhost) and a lower-case host, at most 120";
    /// What a wallet shows of a site: letters of any script, digits, and single spaces and -.&' between them.
    SiteName: limits::SITE_NAME_MAX, is_site_name, "letters and digits with single spaces or -.&' between, at most 120 bytes";
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_service_kind(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_https_url(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(|rest| has_host_and_path(rest, is_host))
}

fn is_return_address(text: &str) -> bool {
    let is_local = |host: &str| matches!(host, "localhost" | "127.0.0.1");
    is_https_url(text) || text.strip_prefix("http://").is_some_and(|rest| has_host_and_path(rest, is_local))
}

fn is_origin(text: &str) -> bool {
    let authority = text.split_once("://").map_or("", |(_, authority)| authority);
    is_return_address(text) && !authority.contains('/')
}

fn has_host_and_path(rest: &str, is_host: impl Fn(&str) -> bool) -> bool {
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    is_host(host) && port.is_none_or(is_port) && path.bytes().all(allowed)
}

/// A port as everybody writes it: without leading zeros, and not 443, which goes without saying.
fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port != 0 && port != 443 && port.to_string() == text)
}

/// Labels of RFC 1123: lower case, so that one host has one name.
fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(allowed)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.split('.').all(is_label)
}

fn is_site_name(text: &str) -> bool {
    let is_joint = |letter: char| " -.&'".contains(letter);
    let allowed = text.chars().all(|letter| letter.is_alphanumeric() || is_joint(letter));
    let doubled = text.chars().zip(text.chars().skip(1)).any(|(a, b)| a == ' ' && b == ' ');
    allowed && !doubled && text.trim() == text && text.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_on_the_web_have_one_form() {
        for good in [
            "https://example.cn",
            "https://shop.example.cn/login/return",
            "https://localhost:8443/a_b~c-d.e/",
            "https://xn--fsq.example",
        ] {
            assert!(HttpsUrl::new(good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.cn",
            "https://",
            "https:///path",
            "https://Example.cn",
            "https://user@example.cn",
            "https://example.cn?query",
            "https://example.cn/#fragment",
            "https://example.cn/%41",
            "https://example.cn:443",
            "https://example.cn:080",
            "https://example.cn:",
            "https://-example.cn",
            "https://example..cn",
            "https://example.cn/\u{ff11}",
            "ftp://example.cn",
        ] {
            assert!(HttpsUrl::new(bad).is_err(), "{bad}");
        }
        assert!(HttpsUrl::new(&format!("https://example.cn/{}", "a".repeat(200))).is_err());
    }

    #[test]
    fn plain_http_goes_to_this_machine_alone() {
        assert!(ReturnAddress::new("http://localhost:3000/callback").is_ok());
        assert!(ReturnAddress::new("http://127.0.0.1/callback").is_ok());
        assert!(ReturnAddress::new("http://example.cn/callback").is_err());
        assert!(ReturnAddress::new("http://localhost.example.cn/callback").is_err());
        assert!(Origin::new("https://example.cn:8443").is_ok());
        assert!(Origin::new("https://example.cn/").is_err());
    }

    #[test]
    fn a_sites_name_is_a_name() {
        for good in ["Bücher & Co.", "北京书店 3", "O'Reilly"] {
            assert!(SiteName::new(good).is_ok(), "{good}");
        }
        for bad in ["", " a", "a ", "a  b", "a\u{202e}b", "a\u{200b}b", "a@b", "a\nb", "<b>", "..."] {
            assert!(SiteName::new(bad).is_err(), "{bad:?}");
        }
    }
}
