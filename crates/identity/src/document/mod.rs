//! A record as a DID document: W3C DID Core 1.0 and 1.1, and DID Resolution's metadata. Documents are made at the edge;
//! the ledger stores the record.

mod key;
mod metadata;
mod render;
mod time;

pub use key::{InvalidKey, Jwk, KeyForm, from_jwk, from_multibase, to_multibase};
pub use metadata::DocumentMetadata;
pub use render::{CoreVersion, DidDocument, ServiceEntry, Style, VerificationMethod};
pub use time::{from_utc, utc};

#[cfg(test)]
mod tests;
