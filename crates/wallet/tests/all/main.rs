//! A wallet, against ledgers with real proofs and sites that check its answers.

mod code;
mod derive;
mod file;
mod keys_at_work;
#[path = "../../../login/tests/all/ledger.rs"]
mod ledger;
mod logging_in;
mod scene;
mod schedule;
