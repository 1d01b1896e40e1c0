//! What the pools promise: limits, order, and that nothing is lost or packed twice.

mod fixture;

mod admission;
mod batches;
mod fetching;
mod packing;
