//! Where the authority is, which the pages also speak to.

use url::Url;

/// An authority's address. It goes into the pages' policy, so it is nothing but an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority(String);

/// Why it is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "--authority {0:?}: an address is like https://authority.example, or on this machine http://127.0.0.1:7490"
)]
pub struct AuthorityError(String);

impl Authority {
    /// The authority at an address. Names and identity numbers go there, so it must be https, or this machine.
    ///
    /// # Errors
    /// If it is no such address.
    pub fn at(address: &str) -> Result<Self, AuthorityError> {
        let wrong = || AuthorityError(address.to_owned());
        let url = Url::parse(address).map_err(|_| wrong())?;
        let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let is_private = url.scheme() == "https" || url.scheme() == "http" && is_here;
        let origin = url.origin().ascii_serialization();
        // an origin and nothing else: what was typed but a slash
        if is_private && address.trim_end_matches('/') == origin { Ok(Self(origin)) } else { Err(wrong()) }
    }

    /// Its origin, as a browser says it.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_named_to_https_or_this_machine_only() {
        for good in [
            "https://a.example",
            "https://a.example:8443/",
            "http://127.0.0.1:7490",
            "http://localhost:7490/",
        ] {
            assert_eq!(Authority::at(good).unwrap().origin(), good.trim_end_matches('/'));
        }
        let bad = [
            "",
            "a.example",
            "http://a.example",
            "https://a.example/v1",
            "https://a.example; script-src *",
            "https://u@a.example",
        ];
        for bad in bad {
            assert_eq!(Authority::at(bad), Err(AuthorityError(bad.to_owned())), "{bad}");
        }
    }
}
