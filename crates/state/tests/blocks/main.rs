//! What executing blocks does to the state, and what it must not do.

mod ledger;
mod people;

mod authorities;
mod batches;
mod compromise;
mod consortium;
mod controllers;
mod dids;
mod epochs;
mod evidence;
mod frozen;
mod governance;
mod layers;
mod memberships;
mod naive_model;
mod outcomes;
mod proofs;
mod schema;
mod skipped;
