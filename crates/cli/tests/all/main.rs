//! The program `realdid`, used as a person would use it.

mod by_hand;
mod deploy;
mod documented;
mod exposition;
mod interface;
mod network;
mod program;
mod refusals;
mod rehearsal;
mod repository;
mod shell;
mod watching;
