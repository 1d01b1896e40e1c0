//! What the engine promises to whoever drives it, claim by claim, on the shipped [`realdid_consensus::Engine`].

mod disk;
mod network;
mod node;
mod pool;

mod catching_up;
mod durability;
mod epochs;
mod giving_up;
mod idle;
mod judging;
mod leading;
mod repair;
mod standing;
