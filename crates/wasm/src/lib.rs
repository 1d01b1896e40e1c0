//! The light client for WebAssembly.
//!
//! One instance is one light client. The caller asks [`realdid_room`] for as many bytes as its request has, writes the
//! request there, calls the function that it wants, and reads the reply at [`realdid_reply`]; the function returned its
//! length. The instance imports nothing: it cannot read a clock, open a socket or draw randomness.
//!
//! A request is a list of parts, each behind its length in four bytes, the largest first. A reply is JSON.
//!
//! | function | parts | reply |
//! | --- | --- | --- |
//! | [`realdid_start`] | genesis | `network`, `genesis` (its digest), `epoch` |
//! | [`realdid_advance`] | end of the epoch, the next validators | `epoch` |
//! | [`realdid_check_record`] | DID, proof, block, certificate, and the record if there is one | `did`, `record`, `height`, `time` |
//!
//! Whatever fails replies with `error`: its `code` stays as it is, its `message` is for people; `other_epoch` also says
//! of which `epoch` the certificate is.

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

mod exchange;
mod exports;
mod failure;
mod light;
mod parts;

pub use exports::{realdid_advance, realdid_check_record, realdid_reply, realdid_room, realdid_start};
