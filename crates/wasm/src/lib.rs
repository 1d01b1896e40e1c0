//! The light client for WebAssembly, and what makes and signs transactions.
//!
//! One instance is one light client. The caller asks [`realdid_room`] for as many bytes as its request has, writes the
//! request there, calls the function that it wants, and reads the reply at [`realdid_reply`]; the function returned its
//! length. The instance imports nothing: it cannot read a clock, open a socket or draw randomness.
//!
//! A request is a list of parts, each behind its length in four bytes, the largest first. A reply is JSON.
//!
//! | function | parts | reply |
//! | --- | --- | --- |
//! | [`realdid_start`] | genesis | `network`, `genesis` (its digest), `development`, `epoch` |
//! | [`realdid_advance`] | end of the epoch, the next validators | `epoch` |
//! | [`realdid_check_record`] | DID, proof, block, certificate, and the record if there is one | `did`, `record`, `height`, `time` |
//! | [`realdid_draft`] | JSON: `sender`, `sequence`, `expires`, `operation` | the transaction |
//! | [`realdid_read`] | a transaction, signed or not | the transaction |
//! | [`realdid_add_signature`] | a transaction, signed or not, a key, its signature | the transaction |
//! | [`realdid_check`] | a signed transaction, and its sender's record if there is one | nothing |
//! | [`realdid_public_key`] | seed | `key` |
//! | [`realdid_sign`] | seed, message | `signature` |
//! | [`realdid_commitment`] | key | `commitment` |
//! | [`realdid_challenge`] | JSON: what a site asks | the challenge |
//! | [`realdid_read_challenge`] | a challenge | the challenge |
//! | [`realdid_read_response`] | a response | the challenge |
//! | [`realdid_verify_login`] | the challenge that was made, a response, JSON: `now`, `authorities` | `did`, `subject`, `level`, `authority`, `height`, `time`, `epoch` |
//! | [`realdid_review`] | a challenge, JSON: `now`, `requester`; proof, block, certificate, and the site if there is one | `name`, `origin`, `return_address`, `level`, `number` |
//! | [`realdid_check_bundle`] | DID, bundle | `record`, `height`, `time`, `attested` |
//! | [`realdid_answer`] | a challenge, DID, key, signature, bundle, then end and next validators of each epoch | `bytes` |
//! | [`realdid_control`] | DID, an authority's name, its challenge | the `message` that a key of the DID signs |
//!
//! *The transaction* is `network`, `genesis`, `id`, `sender`, `sequence`, `expires`, `operation`, `signatures`, and its own `bytes`,
//! all binary in hexadecimal. It is shown only if it is of the network whose genesis is trusted, if every signature under it holds,
//! and if JavaScript can hold each of its numbers exactly.
//!
//! *The challenge* is its fields, the `number` to compare, the `site_key` under which the ledger holds the site, and its own
//! `bytes`. Asked with a `did`, too, it has the `message` that the DID's key signs.
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

mod control;
mod exchange;
mod exports;
mod failure;
mod json;
mod keys;
mod light;
mod login;
mod parts;
mod rules;
mod transaction;

pub use exports::{
    realdid_add_signature, realdid_advance, realdid_answer, realdid_challenge, realdid_check,
    realdid_check_bundle, realdid_check_record, realdid_commitment, realdid_control, realdid_draft,
    realdid_public_key, realdid_read, realdid_read_challenge, realdid_read_response, realdid_reply,
    realdid_review, realdid_room, realdid_sign, realdid_start, realdid_verify_login,
};
