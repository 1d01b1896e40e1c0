//! The program `realdid`, used as a person would use it.

mod authority;
mod by_hand;
mod changes;
mod consortium;
mod deploy;
mod documented;
mod errors;
mod evidence;
mod exposition;
mod folders;
mod help;
mod identity;
mod interface;
mod liar;
mod lost_disk;
mod manners;
mod network;
mod offline;
mod operators;
mod program;
mod refusals;
mod rehearsal;
mod repository;
mod shell;
mod surroundings;
mod watching;
