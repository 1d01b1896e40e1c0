//! The program `realdid`, used as a person would use it.

mod by_hand;
mod interface;
mod network;
mod program;
mod refusals;
