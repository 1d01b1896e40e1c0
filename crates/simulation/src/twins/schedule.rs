//! What a search tries: for each view, who leads and which of two groups each node is in.

use std::fmt;

use super::cast::Cast;

/// One view of a schedule. The order of rounds only serves to pick one of those that renaming makes equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Round {
    /// The leading key.
    pub leader: usize,
    /// One bit for each node of the second group. Node 0 is always in the first: groups have no names.
    pub second: u32,
}

/// The rounds of a run, first to last.
pub type Schedule = Vec<Round>;

impl Round {
    /// Every round that a view of this cast can have, ascending.
    pub fn all(cast: Cast) -> impl Iterator<Item = Self> {
        (0..cast.validators)
            .flat_map(move |leader| Self::partitions(cast).map(move |second| Self { leader, second }))
    }

    /// Every way to put the nodes in at most two groups.
    pub fn partitions(cast: Cast) -> impl Iterator<Item = u32> {
        (0..1_u32 << (cast.nodes() - 1)).map(|others| others << 1)
    }

    /// Whether two nodes hear each other.
    #[must_use]
    pub fn joins(self, a: usize, b: usize) -> bool {
        (self.second >> a ^ self.second >> b) & 1 == 0
    }

    /// Readable, and read back by [`parse`]: `T:Tab/tc`.
    #[must_use]
    pub fn describe(self, cast: Cast) -> String {
        let group = |side: u32| {
            (0..cast.nodes()).filter(move |node| self.second >> node & 1 == side).map(|node| cast.name(node))
        };
        let (first, second): (String, String) = (group(0).collect(), group(1).collect());
        let leader = cast.key_name(self.leader);
        if second.is_empty() { format!("{leader}:{first}") } else { format!("{leader}:{first}/{second}") }
    }

    fn parse(text: &str, cast: Cast) -> Result<Self, String> {
        let (leader, groups) =
            text.split_once(':').ok_or_else(|| format!("{text:?} is not leader:group/group"))?;
        let leader = (0..cast.validators)
            .find(|key| leader == cast.key_name(*key).to_string())
            .ok_or_else(|| format!("there is no key {leader:?}"))?;
        let (first, second) = groups.split_once('/').unwrap_or((groups, ""));
        let names: String = (0..cast.nodes()).map(|node| cast.name(node)).collect();
        let mut named: Vec<char> = first.chars().chain(second.chars()).collect();
        let mut expected: Vec<char> = names.chars().collect();
        named.sort_unstable();
        expected.sort_unstable();
        if named != expected {
            return Err(format!("the groups of {text:?} do not name each of {names} once"));
        }
        let other = if first.contains(cast.name(0)) { second } else { first };
        let second = (0..cast.nodes())
            .filter(|node| other.contains(cast.name(*node)))
            .fold(0, |mask, node| mask | 1 << node);
        Ok(Self { leader, second })
    }
}

/// Writes rounds as [`parse`] reads them: `T:Tab/tc,a:Ttabc`.
pub fn describe(rounds: &[Round], cast: Cast) -> impl fmt::Display {
    rounds.iter().map(|round| round.describe(cast)).collect::<Vec<_>>().join(",")
}

/// Reads a schedule.
///
/// # Errors
/// Names the part that is none.
pub fn parse(text: &str, cast: Cast) -> Result<Schedule, String> {
    text.split(',').map(|round| Round::parse(round.trim(), cast)).collect()
}
