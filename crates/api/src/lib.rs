//! RealDID's HTTP interface: submit transactions, follow them, read blocks and records with proofs, events, health.
//!
//! What the interface needs of a node is in [`Ports`]: the store to read from, a queue for what clients hand in, and
//! what the node tells of itself. It decides nothing and can do nothing else to the node.

mod blocks;
mod bundles;
mod dids;
mod entries;
mod events;
mod guide;
mod health;
mod members;
mod metrics;
mod ports;
mod problem;
mod proof;
mod records;
mod registrar;
mod resolver;
mod routes;
mod server;
mod sites;
mod status;
mod tls;
mod transactions;
mod views;
mod waiting;

// of what `problem_codes` makes
pub use axum::http::StatusCode;
pub use metrics::Metrics;
pub use ports::{Fate, Final, Ports, Submission};
pub use problem::{Code, Problem, told};
pub use routes::openapi;
pub use server::{Peer, ServeError, serve, serve_router};
pub use status::{Disk, Health, Link, Status};
pub use tls::{TlsError, TlsFiles};
pub use waiting::{Waiting, Waits};
