//! What the fuzz targets share: choices made from a target's bytes, a small network, and cheap signatures.

mod choices;
mod network;
mod tag;

pub use choices::Choices;
pub use network::{Network, network};
pub use tag::{Tag, sign};
