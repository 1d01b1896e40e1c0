//! A whole network of separate processes on one machine: for developers to try and to break, and for the drills that
//! do so on purpose.

mod citizens;
mod governance;
mod lock;
mod network;
mod people;
mod plan;
mod ports;
mod processes;
mod remains;
mod services;

pub use citizens::{citizen, citizen_key, now_ms};
pub use governance::{decide, newcomer_change};
pub use lock::lock;
pub use network::{Network, NodeEntry};
pub use people::{LIFE, People, expiry};
pub use plan::{Wishes, make, make_newcomer, usual_folder};
pub use processes::{Lifetime, end, end_services, spawn, spawn_service};
pub use services::{Kind, Service};
