//! Honest nodes differ in name only: of all schedules that renaming them makes equal, one is run, the least.
//!
//! The number of classes is Burnside's: the mean, over all renamings, of how many schedules a renaming leaves as they
//! are; and it leaves a schedule of `depth` views as it is if it does so in each view.

use super::{cast::Cast, schedule::Round};

/// Where a renaming sends each node; the copies of doubled keys stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renaming {
    cast: Cast,
    to: Vec<usize>,
}

impl Renaming {
    /// Every renaming of the honest nodes, the one that changes nothing first.
    #[must_use]
    pub fn all(cast: Cast) -> Vec<Self> {
        let fixed: Vec<usize> = (0..2 * cast.doubled).collect();
        let mut all = vec![fixed];
        for _ in cast.honest() {
            all = all
                .into_iter()
                .flat_map(|to| {
                    let free = cast.honest().filter(|node| !to.contains(node)).collect::<Vec<_>>();
                    free.into_iter().map(move |node| to.iter().copied().chain([node]).collect())
                })
                .collect();
        }
        all.into_iter().map(|to| Self { cast, to }).collect()
    }

    /// The round with everybody renamed. Node 0 is never renamed, so the first group stays the first.
    #[must_use]
    pub fn rename(&self, round: Round) -> Round {
        let second =
            self.to.iter().enumerate().fold(0, |mask, (node, to)| mask | (round.second >> node & 1) << to);
        let leader = if self.cast.is_honest_key(round.leader) {
            self.cast.key(self.to[round.leader + self.cast.doubled])
        } else {
            round.leader
        };
        Round { leader, second }
    }
}

/// The renamings that leave all rounds so far as they are: only among schedules that begin alike is there a choice.
#[derive(Clone, Debug)]
pub struct Symmetry(Vec<Renaming>);

impl Symmetry {
    /// Before the first round everything can be renamed.
    #[must_use]
    pub fn full(cast: Cast) -> Self {
        Self(Renaming::all(cast))
    }

    /// What is left after one more round; none if another round stands for this one.
    #[must_use]
    pub fn after(&self, round: Round) -> Option<Self> {
        let mut left = Vec::new();
        for renaming in &self.0 {
            match renaming.rename(round).cmp(&round) {
                std::cmp::Ordering::Less => return None,
                std::cmp::Ordering::Equal => left.push(renaming.clone()),
                std::cmp::Ordering::Greater => {}
            }
        }
        Some(Self(left))
    }
}

/// How many schedules of this depth there are, and how many up to renaming.
#[must_use]
pub fn count(cast: Cast, depth: u32) -> (u128, u128) {
    let renamings = Renaming::all(cast);
    let unchanged =
        |renaming: &Renaming| Round::all(cast).filter(|round| renaming.rename(*round) == *round).count();
    let sum: u128 = renamings.iter().map(|renaming| (unchanged(renaming) as u128).pow(depth)).sum();
    ((Round::all(cast).count() as u128).pow(depth), sum / renamings.len() as u128)
}
