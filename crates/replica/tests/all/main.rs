//! What a replica adds to its parts: who is told what, and when.

mod chain;
mod fixture;

mod batches;
mod clients;
mod finality;
