//! The kinds of rows.

use serde::{Deserialize, Serialize};

use crate::{
    oidc::{Grant, Person, Scope, Wanted},
    store::RowId,
};

/// What a row can hold.
pub(crate) trait Row {
    /// Names the kind: one secret may have a row of each.
    const KIND: &'static str;
}

/// A challenge that a wallet may answer; its secret is the nonce.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Open {
    /// The challenge's bytes.
    pub(crate) challenge: Vec<u8>,
    /// What names the browser that was given it.
    pub(crate) browser: [u8; 32],
    /// What the site asked.
    pub(crate) wanted: Wanted,
}

/// A challenge that was answered; its secret is the nonce.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settled {
    /// What names the browser that was given it.
    pub(crate) browser: [u8; 32],
    /// What the site asked.
    pub(crate) wanted: Wanted,
    /// What came of it.
    pub(crate) ending: Ending,
}

/// What came of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ending {
    /// Somebody logged in.
    Person(Person),
    /// The answer did not hold.
    Refused,
}

/// Somebody's session at a site; its secret is derived from the browser's cookie and the site.
impl Row for Person {
    const KIND: &'static str = "session";
}

/// A code; its secret is the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Code {
    /// It may be exchanged, for what hangs below the session with this row.
    Fresh(Box<Grant>, [u8; 32]),
    /// It was exchanged for this access token: who shows it again has stolen it, or was robbed.
    Used([u8; 32]),
}

/// An access token; its secret is the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Token {
    /// Whom it is about.
    pub(crate) person: Person,
    /// What may be told.
    pub(crate) scope: Scope,
}

impl Row for Open {
    const KIND: &'static str = "challenge";
}
impl Row for Settled {
    const KIND: &'static str = "settled";
}
impl Row for Code {
    const KIND: &'static str = "code";
}
impl Row for Token {
    const KIND: &'static str = "token";
}

impl RowId {
    /// As it stands in another row.
    pub(crate) const fn bytes(self) -> [u8; 32] {
        self.0
    }

    /// One that stood in another row.
    pub(crate) const fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}
