//! Serves the web wallet on an origin of its own: its files, which networks it is for, and the way to a node.
//!
//! | address | gives |
//! | --- | --- |
//! | `/`, `/wallet/…`, `/src/…`, `/realdid.wasm` | the files of `js/` that the page consists of |
//! | `/config.json` | the digest of the genesis that is trusted, and the authority's address |
//! | `/v1/…` | what a wallet asks a node, handed on: a node lets no other origin ask it |
//!
//! Nothing of a person is kept here: keys and the history of logins are in the browser, and what is handed on carries no
//! header of the browser's. Every answer forbids what the page does not need.

mod authority;
mod files;
mod headers;
mod nodes;
mod routes;

pub use authority::{Authority, AuthorityError};
pub use files::{Files, FilesError};
pub use nodes::{Nodes, NodesError};
pub use routes::{WebWallet, router};
