//! RealDID's two networks, each a libp2p swarm of its own on a port of its own.
//!
//! On the *validators' plane* ([`validators`]) exactly the validators of the present sets speak to each other, over one
//! long-lived stream per pair in which votes overtake bulk. On the *public plane* ([`public`]) any node hears of
//! batches and final blocks by gossip and asks for what it lacks. The two share nothing but the machine, so that what
//! happens on the second cannot stop the first.
//!
//! Nothing here knows what a frame says. Everything is bounded: frames before they are read, queues, connections,
//! streams, and the time that a peer may take.

mod frame;
mod peer;
pub mod public;
mod swarm;
pub mod validators;

pub use peer::{PeerAddress, PeerAddressError, peer_id};
pub use swarm::StartError;
