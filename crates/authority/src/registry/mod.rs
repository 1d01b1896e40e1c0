//! Who is real: where an authority looks people up.

mod file;
mod http;

use futures::future::BoxFuture;

pub use file::{FileRegistry, RegistryFileError, invented, write_invented};
pub use http::{HttpRegistry, HttpRegistryError};

use crate::person::Person;

/// A register of people.
pub trait Registry: Send + Sync {
    /// Whether there is this person, with this name, number and code. A wrong name, a wrong number and a wrong code are one
    /// answer, so that nobody finds out who is in it.
    fn holds<'a>(&'a self, person: &'a Person) -> BoxFuture<'a, Result<bool, RegistryUnavailable>>;

    /// Whether it holds invented people.
    fn is_development(&self) -> bool;
}

/// It gives no answer now.
#[derive(Debug, thiserror::Error)]
#[error("the register of people gives no answer: {0}")]
pub struct RegistryUnavailable(pub String);
