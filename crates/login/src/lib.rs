//! Logging in to a website with a DID, without a call to a node, an issuer or a ministry.
//!
//! ```text
//! site                                     wallet
//!  │  Challenge: who asks, from which page,   │
//!  │  where the answer goes, a nonce, what    │
//!  │  it wants to know, which validators it   │
//!  │  knows                                   │
//!  ├─────────────────────────────────────────►│ consent::review: is it the ledger's site, and its page?
//!  │                                          │ the person reads the site's name and agrees
//!  │  Response: the challenge, a signature,   │
//!  │  the Bundle that the wallet held         │
//!  │◄─────────────────────────────────────────┤ only to the return address that the ledger holds for the site
//!  │ verify: everything, down to the genesis  │
//! ```
//!
//! A [`Bundle`] is what a wallet fetched earlier, on its own schedule: the DID's record, an attestation and the entry of
//! the authority that gave it, each proven under one header that a quorum of validators signed. Nothing in it is secret,
//! and nobody learns from its being fetched who logs in when.
//!
//! Nothing here reads a clock, draws randomness, or remembers anything but [`Challenges`] does; the same code runs in
//! sites, in wallets and in browsers.

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

mod bundle;
mod challenge;
mod challenges;
mod consent;
mod epochs;
mod error;
mod proof;
mod response;
mod subject;
mod verify;

pub use bundle::{Attested, Bundle, Proven, Standing};
pub use challenge::{Challenge, matching_number};
pub use challenges::{Challenges, Session};
pub use consent::{Consent, Registered, Requester, SITE_AGE_MAX, Unacceptable, review};
pub use epochs::{EPOCHS_MAX, EpochStep, KnownEpochs};
pub use error::LoginError;
pub use proof::EntryProof;
pub use response::Response;
pub use subject::{Subject, subject};
pub use verify::{Acceptance, Login, verify};
