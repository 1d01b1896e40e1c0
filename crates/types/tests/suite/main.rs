//! What the vocabulary promises, claim by claim.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

#[macro_use]
mod arbitrary;
mod world;

mod mutations;
mod refusals;
mod round_trips;
mod schema;
mod sizes;
mod vectors;

mod batches;
mod certificates;
mod epoch_ends;
mod evidence;
mod genesis;
mod names;
mod sets;
