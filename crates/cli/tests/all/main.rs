//! The program `realdid`, used as a person would use it.

mod by_hand;
mod errors;
mod network;
mod program;
mod refusals;
