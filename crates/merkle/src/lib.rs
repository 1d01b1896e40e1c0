//! The authenticated map: one root for a whole state, and proofs that a key has a value or none, which verify
//! without the state.
//!
//! It is a binary tree over 256-bit keys in which a subtree with a single leaf *is* that leaf, so that the depth is
//! about the logarithm of the number of keys and one content has exactly one root, however it came about. Four
//! levels are stored together as a [`Page`]; a block's changes are applied in one pass in which every touched page
//! is read, hashed and written once.

mod hash;
mod page;
mod proof;
mod update;

pub use page::{Leaf, Page, PageId, Pages, Slot};
pub use proof::{Proof, ProofError, Terminal, prove};
pub use update::{Update, root_of, update};
