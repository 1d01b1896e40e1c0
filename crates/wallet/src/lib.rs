//! A person's wallet: one DID per site, and all of them derived from one recovery code.
//!
//! - [`RecoveryCode`] is what the person writes down; [`Branch`] derives the keys and the DID of one site from it, so that
//!   two DIDs of one person have nothing in common, and a second device finds them all again without a server.
//! - [`Wallet`] is what a device keeps: the proofs of each DID, the validators that they lead to, the sites as the ledger
//!   proves them, and the history of logins, which is nowhere else.
//! - [`Wallet::answer`] logs in with what is held, and asks nobody. [`Wallet::next_look`] says what to fetch when.
//! - [`Pending`] is what is asked of the ledger; it is kept before it is sent.
//! - [`open`] and [`Lock`] read and write the encrypted file.
//!
//! Nothing here reads a clock, draws randomness, or opens a file or a socket: time and random numbers come in as values,
//! so that the same code is the wallet on a command line and the one in a page. Consent is [`realdid_login::review`]'s.

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

mod answer;
mod bucket;
mod code;
mod derive;
mod file;
mod pending;
mod place;
mod proofs;
mod schedule;
mod wallet;

pub use answer::NotReady;
pub use bucket::Bucket;
pub use code::{CODE_BYTES, CodeError, RecoveryCode};
pub use derive::{Branch, Purpose};
pub use file::{Cost, FileError, Lock, check, open};
pub use pending::{Exhausted, Pending};
pub use place::{GENERATIONS_MAX, Lost, Place};
pub use proofs::{Look, NotTaken};
pub use schedule::{FRESHNESS, FRESHNESS_MIN, attest_after, late_fetch, next_fetch};
pub use wallet::{HISTORY_MAX, IDENTITIES_MAX, Identity, PastLogin, Wallet};
