//! What the authenticated map promises.

mod content;
mod pages;
mod proof_bytes;
mod proofs;
mod store;
mod vectors;
