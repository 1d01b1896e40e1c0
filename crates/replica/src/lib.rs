//! One validator without socket, clock or disk: consensus, pools, catching up and execution put together.
//!
//! [`Replica::step`] routes each input to the part that it concerns and carries the parts' effects to each other, so
//! that whoever drives a replica, a node or a simulated world, has only to sign, store, send and wait. It decides
//! nothing that a part decides.

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

mod effect;
mod input;

mod ledger;
mod pool_view;

mod batches;
mod clients;
mod finality;
mod replica;
mod route;

pub use effect::{Commit, Effect, Executable};
pub use input::{Input, Recovered, Settings, Surroundings, Timer};
pub use ledger::Ledger;
pub use replica::Replica;
