//! The one rule of signatures, from outside: published vectors, crafted signatures, and batches.

mod batches;
mod craft;
mod published;
mod small_order;
