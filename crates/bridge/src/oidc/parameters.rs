//! The parameters of a request.

use std::collections::BTreeMap;

use url::form_urlencoded;

/// The parameters of a request, as a query or a form carries them: each once at most, and one without a value counts as
/// missing (RFC 6749, section 3.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters(BTreeMap<String, String>);

/// One that is there twice: whoever reads the first and whoever reads the last would read different requests.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a parameter is there more than once")]
pub(crate) struct Repeated;

impl Parameters {
    /// Reads `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// If a parameter is there twice.
    pub(crate) fn parse(encoded: &[u8]) -> Result<Self, Repeated> {
        let mut read = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(encoded) {
            if read.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(Repeated);
            }
        }
        Ok(Self(read))
    }

    /// This one alone.
    pub(crate) fn only(name: &str, value: &str) -> Self {
        Self(BTreeMap::from([(name.to_owned(), value.to_owned())]))
    }

    /// One of them.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// One of them, as text of one's own.
    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }
}

#[cfg(test)]
impl Parameters {
    /// These, whose values need no escapes.
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_without_a_value_is_missing_and_one_that_is_there_twice_is_refused() {
        let read =
            Parameters::parse(b"scope=openid+real_name&state=&redirect_uri=https%3A%2F%2Fa.cn").unwrap();
        assert_eq!(read.get("scope"), Some("openid real_name"));
        assert_eq!(read.get("redirect_uri"), Some("https://a.cn"));
        assert_eq!((read.get("state"), read.get("nonce")), (None, None));
        assert_eq!(Parameters::parse(b"scope=openid&scope=openid"), Err(Repeated));
    }
}
