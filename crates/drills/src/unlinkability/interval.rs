//! How often guessing without looking is right.

/// The number of hits that so many guesses have in 99 of 100 runs: half a run in a hundred has fewer, half a run more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    pub low: u64,
    pub high: u64,
}

const TAIL: f64 = 0.005;

impl Interval {
    /// Of the binomial distribution, summed up from its first term.
    pub fn of(guesses: u64, rate: f64) -> Self {
        if guesses == 0 || rate <= 0.0 {
            return Self { low: 0, high: 0 };
        }
        let n = guesses as f64;
        // the logarithm of the chance of no hit, and from each term to the next
        let mut log = n * (-rate).ln_1p();
        let odds = (rate / (1.0 - rate)).ln();
        let (mut sum, mut low) = (0.0, None);
        for hits in 0..=guesses {
            sum += log.exp();
            if low.is_none() && sum > TAIL {
                low = Some(hits);
            }
            if sum >= 1.0 - TAIL {
                return Self { low: low.unwrap_or(hits), high: hits };
            }
            let k = hits as f64;
            log += ((n - k) / (k + 1.0)).ln() + odds;
        }
        Self { low: low.unwrap_or(0), high: guesses }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_that_of_published_tables() {
        // a coin, a hundred times: 37 to 63
        assert_eq!(Interval::of(100, 0.5), Interval { low: 37, high: 63 });
        // hardly different from Poisson's distribution with mean 10: 3 to 19
        assert_eq!(Interval::of(1_000_000, 1e-5), Interval { low: 3, high: 19 });
        assert_eq!(Interval::of(0, 0.5), Interval { low: 0, high: 0 });
        assert_eq!(Interval::of(1, 1e-9), Interval { low: 0, high: 0 });
    }

    #[test]
    fn it_lies_around_the_mean_however_many_guesses_there_are() {
        for guesses in [1_000, 100_000, 4_000_000] {
            let Interval { low, high } = Interval::of(guesses, 0.001);
            let mean = guesses / 1_000;
            let wide = 3 * mean.isqrt() + 3;
            assert!(low <= mean && mean <= high && high - low <= 2 * wide, "{low} to {high}");
        }
    }
}
