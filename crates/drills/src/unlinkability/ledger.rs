//! What an observer sees.

use std::collections::BTreeMap;

use realdid_types::Timestamp;

/// Two DIDs, by their places.
pub type Pair = (usize, usize);

/// A DID, as its creation stands on the ledger.
pub struct Made {
    /// When.
    pub time: Timestamp,
    /// Whose node handed it in.
    pub member: u64,
    /// Its key.
    pub key: u64,
    /// The commitment to its recovery key.
    pub recovery: u64,
    /// When its holder logged in with it for the first time: only the site knows that.
    pub first_login: Option<Timestamp>,
}

/// A transaction of the authority's.
pub struct Batch {
    /// When.
    pub time: Timestamp,
    /// Until when it attests.
    pub expires: Timestamp,
    /// The DIDs, by their places.
    pub dids: Vec<usize>,
}

/// All of it.
#[derive(Default)]
pub struct Ledger {
    /// Every DID, as they came.
    pub dids: Vec<Made>,
    /// Attestations, as they came.
    pub batches: Vec<Batch>,
    /// Withdrawals, as they came.
    pub withdrawals: Vec<Batch>,
}

/// All pairs of a group.
pub fn pairs_within(group: &[usize]) -> impl Iterator<Item = Pair> + '_ {
    group.iter().enumerate().flat_map(|(place, one)| group[place + 1..].iter().map(|other| (*one, *other)))
}

/// All pairs with something in common.
pub fn pairs_alike<K: Ord>(things: impl IntoIterator<Item = (K, usize)>) -> Vec<Pair> {
    let mut groups: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (key, did) in things {
        groups.entry(key).or_default().push(did);
    }
    groups.values().flat_map(|group| pairs_within(group)).collect()
}

/// All pairs of which one follows the other within a time.
pub fn pairs_close(mut times: Vec<(Timestamp, usize)>, within: u64) -> Vec<Pair> {
    times.sort_unstable();
    let mut pairs = Vec::new();
    for (place, (time, did)) in times.iter().enumerate() {
        let later = times[place + 1..].iter().take_while(|(other, _)| other.0 - time.0 <= within);
        pairs.extend(later.map(|(_, other)| (*did, *other)));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_each_named_once() {
        assert_eq!(pairs_within(&[1, 2, 3]).collect::<Vec<_>>(), [(1, 2), (1, 3), (2, 3)]);
        assert_eq!(pairs_alike([("a", 1), ("b", 2), ("a", 3), ("a", 4)]), [(1, 3), (1, 4), (3, 4)]);
        let times = [(5, 1), (1, 2), (9, 3)].map(|(time, did)| (Timestamp(time), did));
        assert_eq!(pairs_close(times.to_vec(), 4), [(2, 1), (1, 3)]);
    }
}
