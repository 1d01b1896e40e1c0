//! OpenID Connect for websites: the bridge speaks with wallets by proofs, as `realdid-login` has them, and with sites as any
//! other identity provider does.
//!
//! ```text
//! site                      bridge                              wallet
//!  │ authorization request    │                                   │
//!  ├─────────────────────────►│ the ledger: is it a site, its     │
//!  │                          │ address, and does it name us?     │
//!  │                          ├── challenge, in a page ──────────►│
//!  │                          │◄─ response, by the same browser ──┤
//!  │◄──────── code ───────────┤ everything is verified            │
//!  ├─ code, verifier ────────►│                                   │
//!  │◄─ ID token ──────────────┤ signed                            │
//! ```
//!
//! What a site learns is `sub`, which [`realdid_login::subject`] makes of the two DIDs: it survives the loss of the bridge and
//! of all its keys, and another bridge comes to the same. The person's DID is in memory while an answer is verified and nowhere
//! else.
//!
//! `oidc` holds the rules and is pure; `store` what must survive a restart; `keys` what signs; `pages` what people see;
//! `http` ties them together.

#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::unwrap_used
    )
)]

mod bridge;
mod clients;
mod domains;
mod home;
mod http;
mod keys;
mod ledger;
mod oidc;
mod pages;
mod private;
mod randomness;
mod store;

use std::time::{SystemTime, UNIX_EPOCH};

pub use bridge::{Bridge, BridgeError, Settings};
pub use clients::{Client, Clients};
pub use home::{Home, HomeError, KeyView};
pub use http::router;
pub use keys::{Algorithm, KeyFileError, Rotation, Stage, Term};
pub use store::StoreError;

/// Milliseconds since 1970.
fn milliseconds_now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Seconds since 1970.
fn seconds_now() -> u64 {
    milliseconds_now() / 1_000
}
