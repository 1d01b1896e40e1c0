//! The authority's service, as citizens and its operator meet it: a real network, a real process.

mod attested;
mod crashes;
mod post;
mod refused;
mod secrecy;
mod starting;
mod town;
