//! How often something may be asked for.

use std::collections::BTreeMap;

use realdid_crypto::Digest;
use realdid_types::Timestamp;

/// Whoever is counted at once. A flood of others must not fill the memory; while it lasts newcomers are turned away.
const COUNTED_MAX: usize = 100_000;

/// So many in a window of time, for each of many.
pub(crate) struct Limit {
    most: u32,
    window: u64,
    counts: BTreeMap<Digest, (Timestamp, u32)>,
}

impl Limit {
    pub(crate) const fn new(most: u32, window: u64) -> Self {
        Self { most, window, counts: BTreeMap::new() }
    }

    /// Counts one more; whether that is within the limit.
    pub(crate) fn allows(&mut self, who: Digest, now: Timestamp) -> bool {
        if self.counts.len() >= COUNTED_MAX && !self.counts.contains_key(&who) {
            let window = self.window;
            self.counts.retain(|_, (since, _)| since.plus(window) > now);
            if self.counts.len() >= COUNTED_MAX {
                return false;
            }
        }
        let count = self.counts.entry(who).or_insert((now, 0));
        if count.0.plus(self.window) <= now {
            *count = (now, 0);
        }
        count.1 = count.1.saturating_add(1);
        count.1 <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(number: u32) -> Digest {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        Digest::from_bytes(bytes)
    }

    #[test]
    fn everybody_may_ask_so_often_in_a_window_and_again_in_the_next() {
        let mut limit = Limit::new(2, 100);
        let mut asks = |number, time| limit.allows(who(number), Timestamp(time));
        assert_eq!([asks(1, 0), asks(1, 50), asks(1, 99)], [true, true, false]);
        assert!(asks(2, 99), "others are not touched");
        assert_eq!([asks(1, 100), asks(1, 101), asks(1, 102)], [true, true, false]);
    }

    #[test]
    fn a_flood_fills_no_memory_and_ends_with_its_window() {
        let mut limit = Limit::new(1, 100);
        for number in 0..COUNTED_MAX as u32 {
            assert!(limit.allows(who(number), Timestamp(0)));
        }
        assert!(!limit.allows(who(u32::MAX), Timestamp(50)));
        assert_eq!(limit.counts.len(), COUNTED_MAX);
        assert!(limit.allows(who(u32::MAX), Timestamp(100)));
        assert_eq!(limit.counts.len(), 1);
    }
}
