//! The program `realdid`, used as a person would use it.

mod by_hand;
mod changes;
mod errors;
mod folders;
mod manners;
mod network;
mod operators;
mod program;
mod refusals;
mod surroundings;
