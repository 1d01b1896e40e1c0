//! The keys that the bridge has now.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    Algorithm, Pair,
    schedule::{Stage, Term, stage},
};

/// A key, and when it signs.
pub(super) struct Entry {
    pub(super) pair: Pair,
    pub(super) term: Term,
}

/// Keys, each at its stage.
pub(crate) struct KeySet(Vec<Entry>);

#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: String,
}

impl KeySet {
    pub(super) const fn new(entries: Vec<Entry>) -> Self {
        Self(entries)
    }

    pub(super) fn terms(&self) -> Vec<Term> {
        self.0.iter().map(|entry| entry.term).collect()
    }

    /// Each key by name, with its algorithm and how it stands.
    pub(crate) fn stages(&self, now: u64) -> impl Iterator<Item = (&str, Algorithm, Stage)> {
        let terms = self.terms();
        self.0
            .iter()
            .map(move |Entry { pair, term }| (pair.kid(), pair.algorithm(), stage(*term, &terms, now)))
    }

    /// The key that signs now.
    pub(crate) fn signer(&self, algorithm: Algorithm, now: u64) -> Option<&Pair> {
        let found = |entry: &&Entry| entry.term.algorithm == algorithm && entry.term.starts <= now;
        self.0.iter().filter(found).max_by_key(|entry| entry.term.starts).map(|entry| &entry.pair)
    }

    /// The published keys as a JSON Web Key Set. Those that sign come first: some libraries look no further.
    pub(crate) fn jwks(&self, now: u64) -> Value {
        let mut published: Vec<(u8, &Pair)> = self.published(now).collect();
        published.sort_by_key(|(rank, pair)| (*rank, pair.algorithm(), pair.kid().to_owned()));
        json!({ "keys": published.iter().map(|(_, pair)| pair.jwk()).collect::<Vec<_>>() })
    }

    /// The claims of a token that one of the published keys signed, however old it is.
    pub(crate) fn verified<T: DeserializeOwned>(&self, token: &str, now: u64) -> Option<T> {
        let (message, signature) = token.rsplit_once('.')?;
        let (head, claims) = message.split_once('.')?;
        let Head { alg, kid } = json_of(head)?;
        let (_, pair) = self.published(now).find(|(_, pair)| pair.kid() == kid)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let holds = pair.algorithm().name() == alg && pair.made(message.as_bytes(), &signature);
        if holds { json_of(claims) } else { None }
    }

    fn published(&self, now: u64) -> impl Iterator<Item = (u8, &Pair)> {
        let terms = self.terms();
        self.0.iter().filter_map(move |Entry { pair, term }| match stage(*term, &terms, now) {
            Stage::Signs => Some((0, pair)),
            Stage::Next(_) => Some((1, pair)),
            Stage::Past(_) => Some((2, pair)),
            Stage::Gone => None,
        })
    }
}

fn json_of<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
