//! An authority's service: it checks people against a register and attests their DIDs, so that nobody who reads the ledger can
//! tell which of them belong together.
//!
//! What decides is pure: [`batching`] says which DIDs go on the ledger together and when, [`quarter`] when attestations expire,
//! and [`person`] what may be somebody. The [`Vault`] keeps who stands behind what, sealed; [`Authority`] answers citizens by
//! the rules; [`Publisher`] brings what was decided to the ledger, exactly once; [`router`] is the interface.

pub mod audit;
pub mod batching;
mod challenges;
mod draws;
mod interface;
mod limits;
pub mod person;
mod problem;
mod publisher;
pub mod quarter;
pub mod registry;
mod secret;
mod service;
mod vault;

pub use draws::Draws;
pub use interface::router;
pub use problem::{Code, Problem};
pub use publisher::{PublishError, Publisher};
pub use secret::Secret;
pub use service::{Authority, Proof, Settings};
pub use vault::{DidRow, Kind, Outcome, Refused, Standing, State, Vault, VaultError};
