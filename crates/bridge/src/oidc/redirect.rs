//! How an answer goes back to a site.

use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::OidcError;

/// How an answer travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mode {
    /// In the address.
    Query,
    /// In a form that the browser posts.
    FormPost,
}

/// Where an answer goes: an address that the ledger holds for the site, with the `state` that the site gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Target {
    /// The address.
    pub(crate) address: String,
    /// How.
    pub(crate) mode: Mode,
    /// What the site wants back.
    pub(crate) state: Option<String>,
}

impl Target {
    /// The parameters of an answer, with `iss` (RFC 9207), so that a site which knows several providers knows whose it is.
    pub(crate) fn fields<'a>(
        &'a self,
        answer: &[(&'static str, &'a str)],
        issuer: &'a str,
    ) -> Vec<(&'static str, &'a str)> {
        let state = self.state.as_deref().map(|state| ("state", state));
        answer.iter().copied().chain(state).chain([("iss", issuer)]).collect()
    }

    /// The parameters of a failure.
    pub(crate) fn failure<'a>(
        &'a self,
        error: &'a OidcError,
        issuer: &'a str,
    ) -> Vec<(&'static str, &'a str)> {
        self.fields(&[("error", error.fault.name()), ("error_description", error.words)], issuer)
    }

    /// The address with these parameters. Addresses on the ledger have no query of their own.
    pub(crate) fn with(&self, fields: &[(&str, &str)]) -> String {
        with_query(&self.address, fields)
    }
}

/// An address without a query, with one.
pub(crate) fn with_query(address: &str, fields: &[(&str, &str)]) -> String {
    if fields.is_empty() {
        return address.to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    format!("{address}?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::Fault;

    #[test]
    fn an_answer_has_the_state_and_the_issuer_and_nothing_breaks_out_of_it() {
        let state = Some("a&b=c#d \u{4e2d}".to_owned());
        let target = Target { address: "https://a.cn/back".to_owned(), mode: Mode::Query, state };
        let fields = target.fields(&[("code", "x")], "https://id.cn");
        assert_eq!(
            target.with(&fields),
            "https://a.cn/back?code=x&state=a%26b%3Dc%23d+%E4%B8%AD&iss=https%3A%2F%2Fid.cn"
        );
        let error = OidcError::new(Fault::AccessDenied, "no");
        let failure = target.failure(&error, "https://id.cn");
        assert!(target.with(&failure).contains("error=access_denied&error_description=no&state="));
    }
}
