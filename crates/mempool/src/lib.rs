//! Transactions on their way into blocks: those of a node's own clients until they are packed into batches, and the
//! batches of all members until they are in final blocks. Both are pure and bounded.

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

mod batch_pool;
mod transaction_pool;
mod waiting;

pub mod limits;

pub use batch_pool::{BatchPool, Fetch};
pub use transaction_pool::{Included, Refusal, Senders, TransactionPool};
