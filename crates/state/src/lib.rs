//! The ledger's state, and what executing a block makes of it.
//!
//! [`execute`] depends on the block, its batches and the state before it, and on nothing else. It reads through
//! [`StateRead`], collects its writes in an [`Execution`], and changes nothing itself: whoever keeps the state
//! commits an execution in one atomic act once its block is final. Until then further blocks are executed on
//! [`Layered`] views, in which executions lie on top of the state that is kept.

#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

mod batch_numbers;
mod entries;
mod keys;
mod overlay;
mod store;

mod block;
mod execute;
mod history;
mod operations;
mod policy;
mod receipt;

mod genesis;
pub mod invariants;
pub mod naive;

pub use batch_numbers::BatchNumbers;
pub use entries::{
    BlockReceipts, Evidenced, FormerMember, MemberEntry, Members, NodeEntry, OpenProposals, Policy,
    ProposalEntry, QuotaEntry, RecentHeader, ValidatorSets,
};
pub use execute::{Execution, Inputs, execute};
pub use genesis::genesis_state;
pub use history::past_key;
pub use keys::{StateKey, hashed as hashed_key, value_digest};
pub use overlay::Layered;
pub use policy::rule;
pub use receipt::{Outcome, Receipt, Refused, Skipped};
pub use store::{MemoryStore, StateRead, read};
