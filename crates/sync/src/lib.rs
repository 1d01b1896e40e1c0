//! Catching up on certified blocks: how a validator that missed some, or all, gets to the end of the chain.
//!
//! [`CatchUp::step`] takes an input and returns effects; it reads no clock, opens no socket and never waits. Nothing
//! that a peer says is believed. What counts is a commit certificate: a quorum of the epoch's validators names a
//! digest, and every block below is named by its child.
//!
//! ```text
//!   certificate ── descent ──▶ ready ── batches ──▶ delivered ── executed ──▶ tip
//!                 downwards    upwards   several     in height    by the
//!                 by digest              peers       order        replica
//! ```
//!
//! A *descent* begins at a block named by a verified certificate and walks down, parent by parent, until it stands
//! on a block that is already certified here; then its blocks are *ready*, their batches are fetched by digest, and
//! they are delivered strictly upwards. A block that cannot be told true from false is never kept, so a liar can
//! only waste its own turn. At an epoch's barrier the proof that the epoch ended is fetched, verified with the
//! epoch's own validators, and the next epoch begins with the set that executing the barrier led to.
//!
//! When nothing is missing there is no timer and nothing in memory but the tip and who is connected.
//! [`answer`] is the other half: what a peer that holds the chain says to such questions.

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

mod limits;

mod effect;
mod input;

mod ask;
mod batches;
mod catch_up;
mod descent;
mod peers;
mod pipeline;
mod questions;
mod turn;

mod serve;

pub use catch_up::CatchUp;
pub use effect::{Effect, Lie};
pub use input::{Config, Input, Peer, Tip};
pub use limits::*;
pub use serve::{ChainStore, answer};
