//! Websites to try logging in at. They sell nothing, and show what a site has to do: [`Offline`] verifies logins by itself,
//! [`Oidc`] knows nothing of DIDs and asks a bridge.
//!
//! Who is logged in is kept in memory: whoever runs a real site keeps it where its sessions are.

mod kept;
mod language;
mod offline;
mod oidc;
mod page;
mod routes;

use std::sync::Mutex;

pub use self::{
    offline::{Asks, Offline},
    oidc::Oidc,
    routes::router,
};

use self::kept::Kept;

/// Browsers that are remembered; then the oldest are forgotten.
const BROWSERS_MAX: usize = 10_000;

/// What a cookie says: a random name for a browser.
pub(crate) type Browser = [u8; 32];

/// A website.
#[derive(Debug)]
pub struct Shop {
    name: String,
    /// Browsers keep cookies by host, not by port: shops on one machine must not take each other's.
    cookie: String,
    login: Login,
    people: Mutex<Kept<Browser, Person>>,
}

/// How people log in.
#[derive(Debug)]
pub enum Login {
    /// The site verifies what wallets answer.
    Offline(Offline),
    /// A bridge does.
    Oidc(Oidc),
}

/// All that a site knows of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The same at every login here, and another one anywhere else.
    pub subject: String,
    /// Whether an authority attests that this is a real person.
    pub real: bool,
}

/// Why somebody is not logged in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Refusal {
    /// A stable code.
    pub code: String,
    /// In words.
    pub detail: String,
}

impl Shop {
    /// A site with a name; `port` is where it is reached.
    #[must_use]
    pub fn new(name: &str, port: u16, login: Login) -> Self {
        let people = Mutex::new(Kept::new(BROWSERS_MAX));
        Self { name: name.to_owned(), cookie: format!("shop_{port}"), login, people }
    }
}

impl Refusal {
    pub(crate) fn new(code: &str, detail: impl ToString) -> Self {
        Self { code: code.to_owned(), detail: detail.to_string() }
    }
}

/// Random bytes.
///
/// # Panics
/// If the operating system has none: nothing secret may be made then.
pub(crate) fn draw() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).unwrap_or_else(|error| panic!("no randomness for a secret: {error}"));
    bytes
}
