//! Checks a whole ledger from genesis to tip, trusting no node.
//!
//! The auditor executes every block again into a ledger of its own, and compares: each header with what the blocks
//! before it led to, each batch with its signatures, each certificate with the validators that the chain itself put
//! in office, each epoch's end with its proof, each receipt with what execution gives. So whoever shows the chain can
//! leave out its end and nothing else. Since the auditor's ledger is on disk, an audit that was interrupted goes on
//! where it was.

mod check;
mod compare;
mod source;

pub use check::{Audit, Finding, Progress};
pub use compare::compare;
pub use source::{Source, SourceError};
