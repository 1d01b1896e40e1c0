//! Numbers from a seed: nobody who does not know it can tell the next one, and whoever does can draw them again.

use realdid_crypto::{Context, Digest, Hasher};

/// A stream of numbers.
#[derive(Clone)]
pub struct Draws {
    seed: [u8; 32],
    drawn: u64,
}

impl Draws {
    /// Those of a seed.
    #[must_use]
    pub const fn new(seed: [u8; 32]) -> Self {
        Self { seed, drawn: 0 }
    }

    /// Those of a seed of the operating system's.
    ///
    /// # Panics
    /// If the operating system has no randomness: what would be drawn could be guessed.
    #[must_use]
    pub fn fresh() -> Self {
        Self::new(random_bytes())
    }

    /// The next 32 bytes.
    pub fn bytes(&mut self) -> [u8; 32] {
        self.drawn = self.drawn.wrapping_add(1);
        let drawn: Digest =
            Hasher::new(Context::Random).update(&self.seed).update(&self.drawn.to_le_bytes()).finish();
        *drawn.as_bytes()
    }

    /// The next number below a bound; 0 if the bound is.
    pub fn below(&mut self, bound: u64) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.bytes();
        // the bounds here are far below 2^64, so the bias is far below what anybody could see
        u64::from_le_bytes([a, b, c, d, e, f, g, h]).checked_rem(bound).unwrap_or(0)
    }
}

/// Bytes of the operating system's.
///
/// # Panics
/// If it has none.
#[must_use]
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).unwrap_or_else(|error| panic!("the system has no randomness: {error}"));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_numbers_again_and_another_seed_others() {
        let draw = |seed| {
            let mut draws = Draws::new([seed; 32]);
            [(); 8].map(|()| draws.below(1_000_000_007))
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn numbers_stay_below_their_bound_and_reach_all_of_it() {
        let mut draws = Draws::new([3; 32]);
        let drawn: std::collections::BTreeSet<u64> = (0..200).map(|_| draws.below(5)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert_eq!(draws.below(0), 0);
    }
}
