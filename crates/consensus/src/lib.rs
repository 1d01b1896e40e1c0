//! The consensus protocol as a pure state machine: [`Engine::step`] takes an input and returns effects.
//!
//! The engine reads no clock, opens no socket, holds no secret key and never waits. Its driver feeds it one [`Input`] at
//! a time and carries out the [`Effect`]s in order. The rules of voting stand in [`Voter`], so that they can be read
//! apart from everything that only makes the protocol fast and alive.
//!
#![doc = include_str!("protocol.md")]
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

mod blocks;
mod certificates;
mod pacemaker;
mod tally;
mod voter;

mod deliver;
mod engine;
mod enter;
mod epoch;
mod fingerprint;
mod judge;
mod propose;
mod recovery;
mod repair;
mod standing;
mod turn;
mod view;
mod vote;

pub use effect::{Alarm, Effect, Record, Write};
pub use engine::{Engine, Settings, Surroundings};
pub use input::{BatchStatus, Batches, Incoming, Input, Now, Outcome, Peer, Timer};
pub use pacemaker::{DELTA_MAX, DELTA_MIN, DELTA_START};
pub use recovery::{Folder, Recovered};
pub use voter::Voter;

#[cfg(test)]
#[path = "../tests/all/network.rs"]
mod network;
