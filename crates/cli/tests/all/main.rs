//! The program `realdid`, used as a person would use it.

mod by_hand;
mod liar;
mod network;
mod program;
mod refusals;
