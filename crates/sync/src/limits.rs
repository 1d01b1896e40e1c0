//! Every bound of this crate, with the reason for its size.

use std::time::Duration;

use realdid_types::limits::{BATCH_BYTES_MAX, BLOCK_BATCHES_MAX, CATCH_UP_BLOCKS_MAX, VALIDATORS_MAX};

/// While fewer certified blocks than this wait for their batches, more are asked for.
pub const READY_BLOCKS_LOW: usize = CATCH_UP_BLOCKS_MAX;
/// Blocks kept of one descent; of a longer one only the lowest stay, and the others are fetched again later.
/// A block without its batches is at most 64 KiB and seldom above 5, so that this is about 5 MiB.
pub const DESCENT_BLOCKS_MAX: usize = 1_024;
/// A descent that still has this many blocks to go is given up for a certificate nearer to the tip.
pub const DESCENT_FAR: u64 = CATCH_UP_BLOCKS_MAX as u64;

/// Blocks whose batches are fetched or held at once, delivered ones included until they are executed.
pub const WINDOW_BLOCKS_MAX: usize = 256;
/// Bytes of batches in those blocks: four of the largest blocks.
pub const WINDOW_BYTES_MAX: u64 = 4 * (BLOCK_BATCHES_MAX * BATCH_BYTES_MAX) as u64;
/// Batches asked for at once: 4 MiB.
pub const BATCHES_IN_FLIGHT_MAX: usize = 64;
/// Batches asked of one peer at once: 512 KiB.
pub const BATCHES_PER_PEER_MAX: usize = 8;

/// How long a peer has for an answer before another is asked. A late answer is still taken.
pub const ANSWER_DEADLINE: Duration = Duration::from_secs(2);
/// A peer that takes longer is asked only when no faster one is free.
pub const ANSWER_SLOW: Duration = Duration::from_millis(500);
/// A peer that has nothing for me is asked again after this time.
pub const REST_EMPTY: Duration = Duration::from_secs(1);
/// A peer that missed a deadline is left alone for this time, doubled with each further one.
pub const REST_MIN: Duration = Duration::from_secs(1);
/// But never longer than this.
pub const REST_MAX: Duration = Duration::from_secs(16);
/// A peer that lied is left alone this long, in case the shell does not cut it off.
pub const REST_LIAR: Duration = Duration::from_secs(60);
/// After this many deadlines missed in a row, a peer's talk of a later epoch is forgotten.
pub const HINT_FAILURES_MAX: u32 = 3;
/// Both validator sets while an epoch ends.
pub const PEERS_MAX: usize = 2 * VALIDATORS_MAX;

const _: () = assert!(DESCENT_BLOCKS_MAX >= CATCH_UP_BLOCKS_MAX);
const _: () = assert!(BATCHES_PER_PEER_MAX <= BATCHES_IN_FLIGHT_MAX);
