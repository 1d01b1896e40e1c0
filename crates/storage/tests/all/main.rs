//! What a disk promises.

mod alarm;
mod check;
mod checkpoint;
mod consensus;
mod crash;
mod refusals;
mod restart;
mod solo;
