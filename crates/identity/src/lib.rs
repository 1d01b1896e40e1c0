//! What a DID is on the ledger, and the operations that change one. Each operation is a file with the same two
//! steps: `check` reads and refuses, `apply` changes and cannot fail.

mod record;
mod refusal;

pub mod create;
pub mod update;

pub use record::{DidRecord, Moment, ReplacedKey};
pub use refusal::Refusal;
