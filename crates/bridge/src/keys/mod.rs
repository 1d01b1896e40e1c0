//! The keys that sign ID tokens.

mod algorithm;
mod folder;
mod pair;
mod schedule;
mod set;

pub use algorithm::Algorithm;
pub(crate) use folder::KeyFolder;
pub use folder::{KeyFileError, Rotation};
pub(crate) use pair::Pair;
pub(crate) use schedule::CACHED_SECONDS;
pub use schedule::{Stage, Term};
pub(crate) use set::KeySet;
