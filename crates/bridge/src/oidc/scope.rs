//! What a site asks for.

use serde::{Deserialize, Serialize};

use super::{Fault, OidcError};

/// What a site asks for: who it is in any case, and perhaps if that is a real person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scope {
    /// Whether a real person is to be attested.
    pub(crate) real_name: bool,
}

impl Scope {
    /// Those that this bridge knows.
    pub(crate) const ALL: [&str; 2] = ["openid", "real_name"];

    /// Reads the parameter `scope`. What is unknown is refused, not dropped: a site that counts on `email` should learn at
    /// once that it never comes.
    ///
    /// # Errors
    /// If `openid` is missing, or something is unknown.
    pub(crate) fn parse(text: Option<&str>) -> Result<Self, OidcError> {
        let refused = |words| OidcError::new(Fault::InvalidScope, words);
        let words: Vec<&str> = text.unwrap_or_default().split(' ').filter(|word| !word.is_empty()).collect();
        if !words.contains(&"openid") {
            return Err(refused("scope must contain openid"));
        }
        if words.iter().any(|word| !Self::ALL.contains(word)) {
            return Err(refused("only the scopes openid and real_name exist here"));
        }
        Ok(Self { real_name: words.contains(&"real_name") })
    }

    /// As the token endpoint tells it.
    pub(crate) const fn text(self) -> &'static str {
        if self.real_name { "openid real_name" } else { "openid" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openid_must_be_asked_for_and_nothing_that_is_unknown() {
        assert_eq!(Scope::parse(Some("openid")), Ok(Scope { real_name: false }));
        assert_eq!(Scope::parse(Some("real_name  openid")), Ok(Scope { real_name: true }));
        for bad in [None, Some(""), Some("real_name"), Some("openid email"), Some("openid offline_access")] {
            assert_eq!(Scope::parse(bad).unwrap_err().fault, Fault::InvalidScope, "{bad:?}");
        }
    }
}
