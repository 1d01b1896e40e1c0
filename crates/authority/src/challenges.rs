//! Challenges that are signed to prove control of a DID. What is given out is not remembered: a challenge carries its own end
//! and a digest that only this process can make, so nobody can fill a table by asking for many. Those that were used are
//! remembered until their end, so that none is used twice.

use std::collections::BTreeMap;

use realdid_client::CHALLENGE_BYTES;
use realdid_types::{Did, Timestamp};

use crate::{draws::random_bytes, secret::DigestKey};

/// How long a challenge can be answered.
const LIFETIME: u64 = 5 * 60_000;
/// Used ones that are remembered; each took a request within all limits.
const USED_MAX: usize = 100_000;

type Challenge = [u8; CHALLENGE_BYTES];

/// Gives challenges out and takes each back once.
pub(crate) struct Challenges {
    key: DigestKey,
    used: BTreeMap<Challenge, Timestamp>,
}

impl Challenges {
    pub(crate) fn new() -> Self {
        Self { key: DigestKey::fresh(), used: BTreeMap::new() }
    }

    /// A challenge for whoever controls a DID, and when it ends.
    pub(crate) fn give(&self, did: Did, now: Timestamp) -> (Challenge, Timestamp) {
        let expires = now.plus(LIFETIME);
        let mut head = [0; 16];
        let (time, random) = head.split_at_mut(8);
        time.copy_from_slice(&expires.0.to_be_bytes());
        random.copy_from_slice(&random_bytes::<8>());
        (self.whole(did, head), expires)
    }

    /// Whether a challenge was given out for this DID, has not ended and was not used.
    pub(crate) fn is_open(&self, did: Did, challenge: &Challenge, now: Timestamp) -> bool {
        let Some((head, _)) = challenge.split_first_chunk::<16>() else { return false };
        let [a, b, c, d, e, f, g, h, ..] = *head;
        let expires = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        // all of it, however early it differs
        let expected = self.whole(did, *head);
        let differences = expected.iter().zip(challenge).fold(0, |sum, (one, other)| sum | (one ^ other));
        differences == 0 && now.0 < expires && !self.used.contains_key(challenge)
    }

    /// Uses one up; whether it was open.
    pub(crate) fn take(&mut self, did: Did, challenge: &Challenge, now: Timestamp) -> bool {
        if !self.is_open(did, challenge, now) {
            return false;
        }
        if self.used.len() >= USED_MAX {
            self.used.retain(|_, expires| *expires > now);
        }
        self.used.len() < USED_MAX && self.used.insert(*challenge, now.plus(LIFETIME)).is_none()
    }

    /// The end, chance, and sixteen bytes that show that both come from here and for whom.
    fn whole(&self, did: Did, head: [u8; 16]) -> Challenge {
        let tag = self.key.of(&[&head[..], did.0.as_bytes()].concat());
        let mut challenge = [0; CHALLENGE_BYTES];
        let bytes = head.iter().chain(tag.as_bytes());
        challenge.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
        challenge
    }
}

#[cfg(test)]
mod tests {
    use realdid_crypto::Digest;

    use super::*;

    fn did(byte: u8) -> Did {
        Did(Digest::from_bytes([byte; 32]))
    }

    #[test]
    fn a_challenge_is_taken_once_in_its_time_for_its_did() {
        let mut challenges = Challenges::new();
        let (challenge, expires) = challenges.give(did(1), Timestamp(1_000));
        assert!(!challenges.take(did(2), &challenge, Timestamp(1_001)));
        assert!(!challenges.take(did(1), &challenge, expires));
        assert!(challenges.take(did(1), &challenge, Timestamp(expires.0 - 1)));
        assert!(!challenges.take(did(1), &challenge, Timestamp(1_001)), "it is used up");
        assert_ne!(challenges.give(did(1), Timestamp(1_000)).0, challenge);
    }

    #[test]
    fn nobody_else_makes_one_nor_changes_a_bit_of_one() {
        let challenges = Challenges::new();
        let (challenge, _) = challenges.give(did(1), Timestamp(0));
        assert!(!Challenges::new().is_open(did(1), &challenge, Timestamp(1)));
        for bit in 0..CHALLENGE_BYTES * 8 {
            let mut changed = challenge;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!challenges.is_open(did(1), &changed, Timestamp(1)), "bit {bit}");
        }
    }
}
