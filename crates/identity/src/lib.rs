//! What a DID is on the ledger, and the operations that change one.
//!
//! Each operation is a file with the same steps. `is_authorised` asks whether those signed whom it takes; signatures
//! are no part of a transaction's identifier, so whoever passes one on can leave some out, and the answer must
//! decide nothing for good. `check` reads what was signed and refuses; `apply` makes the change and cannot fail.

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

mod compromise;
pub mod document;
mod personal;
mod record;
mod refusal;
mod services;
mod signers;
mod view;

pub mod create;
pub mod deactivate;
pub mod recover;
pub mod update;

pub mod attestation;
pub mod site;

pub use attestation::Attestation;
pub use personal::looks_personal;
pub use record::{DidRecord, HeldKey, Moment, ReplacedKey, commitment};
pub use refusal::Refusal;
pub use services::check_texts;
pub use signers::Signers;
pub use site::SiteRecord;
pub use view::{KeyView, RecordView};
