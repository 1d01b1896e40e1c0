//! The program `realdid`, used as a person would use it.

mod by_hand;
mod changes;
mod deploy;
mod documented;
mod errors;
mod evidence;
mod exposition;
mod folders;
mod interface;
mod liar;
mod lost_disk;
mod manners;
mod network;
mod operators;
mod program;
mod refusals;
mod rehearsal;
mod repository;
mod shell;
mod surroundings;
mod watching;
