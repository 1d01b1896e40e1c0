//! The authenticated map: one root for a whole state, and proofs that a key has a value or none, which verify
//! without the state.
//!
//! Keys are digests, so they spread evenly and nobody chooses where they lie. Their bits, the most significant
//! first, lead through a binary tree in which a subtree of one key *is* that key's leaf, and a subtree of none is
//! nothing. So a path has about as many levels as the number of keys has bits, and one content has exactly one root,
//! however it came about:
//!
//! ```text
//! level 0                  N                       root  = digest of the top node, zero of an empty map
//!                    0 /       \ 1
//! level 1            N           leaf 1…           N     = digest("…/state-node", left ‖ right)
//!                0 /   \ 1                         leaf  = digest("…/state-leaf", key ‖ digest of the value)
//! level 2         ·     N                          ·     = 32 zero bytes
//!                    0 /   \ 1
//! level 3     leaf 010…     leaf 011…
//! ```
//!
//! Leaves and nodes are hashed under contexts of their own, so neither can be shown as the other (RFC 6962, section
//! 2.1, does it with a prefix). A leaf names its whole key, so a leaf beside the key that is asked for proves that
//! key absent. Such trees are described as sparse Merkle trees by Dahlberg, Pulls and Peeters (eprint 2016/683), and
//! with lone leaves moved up as the Jellyfish Merkle tree of Diem (Gao, Hu and Wu, 2021).
//!
//! What is particular here is how it is kept. Four levels are one [`Page`] of sixteen slots, which stores its lower
//! ends only: a digest of the page below, or a leaf. A block's changes are applied together: each touched page is read
//! once on the way down and hashed once on the way up, many pages at the same time, because a processor makes sixteen
//! short digests nearly as fast as one. That is why a page need not store the nodes between its ends, which would
//! double it. By calculation, at a million keys, pages of three levels would write a quarter less but read a third more
//! often, and pages of five read a fifth less often but write two thirds more.
//!
//! `cargo run --release -p realdid-merkle --example tree` measures it beside the `jmt` crate. At a million keys and a
//! thousand changes a block it reads 2.7 pages and writes 1.3 kB for each changed key, names included, in about a
//! fifth of the time; its proofs have 0.65 kB, half of the other's.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod fold;
mod page;
mod page_id;
mod proof;
mod proof_bytes;
mod update;

pub use page::{Leaf, Page, PageError, Pages};
pub use page_id::PageId;
pub use proof::{Proof, ProofError, prove};
pub use proof_bytes::{PROOF_BYTES_MAX, ProofBytesError};
pub use update::{Update, root_of, update};
