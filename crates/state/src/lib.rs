//! The ledger's state, and what executing a block makes of it.
//!
//! [`execute`] depends on the block, its batches and the state before it, and on nothing else. It reads through
//! [`StateRead`], collects its writes in an [`Execution`], and changes nothing itself: whoever keeps the state
//! commits an execution in one atomic act once its block is final.

mod entries;
mod keys;
mod overlay;
mod store;

mod execute;
mod operations;
mod receipt;

mod genesis;
pub mod invariants;

pub use entries::{
    BlockReceipts, Evidenced, MemberEntry, OpenProposals, ProposalEntry, QuotaEntry, RecentHeader,
    ValidatorSets,
};
pub use execute::{Execution, Inputs, execute};
pub use genesis::genesis_state;
pub use keys::StateKey;
pub use overlay::Layered;
pub use receipt::{Outcome, Receipt, Refused, Skipped};
pub use store::{MemoryStore, StateRead, read};
