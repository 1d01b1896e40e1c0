//! What a disk promises.

mod checkpoint;
mod consensus;
mod crash;
mod refusals;
mod restart;
mod solo;
