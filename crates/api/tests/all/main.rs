//! The interface over a real ledger: one validator on a real disk, without network and clock.

mod bundles;
mod citizen;
mod listing;
mod node;
mod registering;
mod resolving;
mod solo;
mod speaking;
