//! When a key is published, signs, and is gone. Whoever verifies keeps the published keys for a while, so a key stands there
//! before it signs; and it stays until the last token that it signed is void.

use super::Algorithm;
use crate::oidc::TOKEN_SECONDS;

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// How long a key signs.
pub(super) const SIGNS_SECONDS: u64 = 30 * DAY;
/// How long a key is published before it signs: longer than anybody may keep what [`CACHED_SECONDS`] allows to be kept.
pub(super) const LEAD_SECONDS: u64 = DAY;
/// How long answers with the published keys may be kept.
pub(crate) const CACHED_SECONDS: u64 = HOUR;
/// How long a key stays after it signed last: its tokens are void long before, but a site may still show one at a logout.
const STAYS_SECONDS: u64 = DAY;
const _: () = assert!(CACHED_SECONDS < LEAD_SECONDS && TOKEN_SECONDS < STAYS_SECONDS);

/// From when on a key signs, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// When.
    pub starts: u64,
    /// How.
    pub algorithm: Algorithm,
}

/// How a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Published, and signs from then on.
    Next(u64),
    /// Signs.
    Signs,
    /// Published until then.
    Past(u64),
    /// Not published any more.
    Gone,
}

/// How a key among others stands.
pub(crate) fn stage(term: Term, all: &[Term], now: u64) -> Stage {
    if term.starts > now {
        return Stage::Next(term.starts);
    }
    let later = all.iter().filter(|other| other.algorithm == term.algorithm && other.starts > term.starts);
    match later.map(|other| other.starts).filter(|starts| *starts <= now).min() {
        None => Stage::Signs,
        Some(replaced) if now < replaced.saturating_add(STAYS_SECONDS) => {
            Stage::Past(replaced.saturating_add(STAYS_SECONDS))
        }
        Some(_) => Stage::Gone,
    }
}

/// From when on a new key of an algorithm is to sign, if it is time to make one.
pub(crate) fn due(algorithm: Algorithm, all: &[Term], now: u64) -> Option<u64> {
    match all.iter().filter(|term| term.algorithm == algorithm).map(|term| term.starts).max() {
        None => Some(now),
        Some(newest) => {
            let ends = newest.saturating_add(SIGNS_SECONDS);
            // a bridge that was off for long publishes the new key before it signs all the same
            (now.saturating_add(LEAD_SECONDS) >= ends).then(|| ends.max(now.saturating_add(LEAD_SECONDS)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn term(starts: u64) -> Term {
        Term { starts, algorithm: Algorithm::Rs256 }
    }

    #[test]
    fn a_key_is_published_before_it_signs_and_after_it_signed() {
        let all = [term(NOW), term(NOW + 1_000)];
        let at = |index: usize, now| stage(all[index], &all, now);
        assert_eq!((at(0, NOW), at(1, NOW)), (Stage::Signs, Stage::Next(NOW + 1_000)));
        assert_eq!(at(0, NOW + 999), Stage::Signs);
        assert_eq!((at(0, NOW + 1_000), at(1, NOW + 1_000)), (Stage::Past(NOW + 1_000 + DAY), Stage::Signs));
        assert_eq!(at(0, NOW + 1_000 + DAY - 1), Stage::Past(NOW + 1_000 + DAY));
        assert_eq!(at(0, NOW + 1_000 + DAY), Stage::Gone);
    }

    #[test]
    fn keys_of_other_algorithms_replace_nothing() {
        let all = [term(NOW), Term { starts: NOW + 1, algorithm: Algorithm::EdDsa }];
        assert_eq!(stage(all[0], &all, NOW + DAY), Stage::Signs);
    }

    #[test]
    fn a_new_key_is_made_a_day_before_it_is_needed() {
        let kind = Algorithm::Rs256;
        assert_eq!(due(kind, &[], NOW), Some(NOW));
        assert_eq!(due(kind, &[term(NOW)], NOW + 29 * DAY - 1), None);
        assert_eq!(due(kind, &[term(NOW)], NOW + 29 * DAY), Some(NOW + 30 * DAY));
        assert_eq!(due(kind, &[term(NOW), term(NOW + 30 * DAY)], NOW + 29 * DAY), None);
        assert_eq!(due(kind, &[term(NOW)], NOW + 90 * DAY), Some(NOW + 91 * DAY));
        assert_eq!(due(Algorithm::EdDsa, &[term(NOW)], NOW), Some(NOW));
    }
}
