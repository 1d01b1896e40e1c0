//! How much may wait, with the reason for each bound.

use std::time::Duration;

/// Transactions of own clients that wait or are on their way; at 300 bytes each about 20 MB.
pub const TRANSACTIONS_MAX: usize = 65_536;
/// How far ahead of its next number a sender may run: enough for a wallet that signs offline, too little to hoard.
pub const SEQUENCE_AHEAD_MAX: u64 = 64;
/// Between two batches that are not full: a fraction of a view. What comes after a quiet moment leaves at once.
pub const PACK_DELAY: Duration = Duration::from_millis(5);
/// A transaction that its block skipped is packed again after this long: what it waits for, an earlier number or the
/// next window of a quota, may take a few blocks. The time doubles each time, so that what waits in vain costs little.
pub const REPACK_DELAY: Duration = Duration::from_secs(1);
/// It does not double more often than this.
pub const REPACK_DOUBLINGS_MAX: u32 = 5;
/// After a restart, what was skipped is looked for this far back from the newest block, in milliseconds: twice as far as the
/// longest rest, after which it was in a block again.
pub const SKIPPED_LOOK_BACK: u64 = (2 * REPACK_DELAY.as_millis() as u64) << REPACK_DOUBLINGS_MAX;
/// And in at most so many blocks: under full load some hundred a second.
pub const SKIPPED_BLOCKS_MAX: usize = 8_192;
/// Pending batches of one author; with 64 KiB each, 16 MiB.
pub const AUTHOR_BATCHES_MAX: usize = 256;
/// Digests that one peer may announce beyond what is held: what four authors may have pending. More can only come
/// from a liar or after a long time apart, and is fetched when a proposal names it.
pub const ANNOUNCED_MAX: usize = 1_024;
/// Between two requests for one batch, at least; more where a Δ is longer, or slow links would carry it many times.
pub const FETCH_INTERVAL: Duration = Duration::from_millis(500);
/// For what was only announced it doubles this often at most: half a minute, after which rumours are forgotten anyway.
pub const PATIENCE_DOUBLINGS_MAX: usize = 6;
