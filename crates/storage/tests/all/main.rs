//! What a disk promises.

mod consensus;
mod crash;
mod refusals;
mod restart;
mod solo;
