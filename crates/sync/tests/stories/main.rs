//! Catching up, told as stories: a chain, peers of all characters, and one validator that has missed something.

mod chain;
mod peers;
mod world;

mod bounds;
mod epochs;
mod lies;
mod progress;
mod random;
mod serving;
