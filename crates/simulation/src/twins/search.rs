//! Every schedule of some depth, or some drawn at random.

use std::collections::BTreeMap;

use super::{
    cast::Cast,
    play::{Play, Stage},
    renaming::Symmetry,
    schedule::{Round, Schedule, describe},
};
use crate::{
    model::{remembered::Memory, validator::Validator},
    world::random::Random,
};

/// With more validators than this in memory, closures begin to remember anew.
const REMEMBERED_MAX: usize = 40_000;

/// What a search saw.
#[derive(Default)]
pub struct Tally {
    /// Schedules played to their end, each followed by a closure.
    pub schedules: u64,
    /// How often nobody could leave a view before everybody heard everybody.
    pub heals: u64,
    /// Schedules by how many blocks all honest nodes had delivered at their end.
    pub heights: BTreeMap<u64, u64>,
    /// The first thing that does not hold, with the schedule that shows it.
    pub violation: Option<(String, String)>,
}

impl Tally {
    /// Both together.
    pub fn merge(&mut self, other: Self) {
        self.schedules += other.schedules;
        self.heals += other.heals;
        for (height, count) in other.heights {
            *self.heights.entry(height).or_default() += count;
        }
        self.violation = self.violation.take().or(other.violation);
    }
}

/// One of several searchers that share the work by the first two rounds.
pub struct Search<'a> {
    stage: &'a Stage,
    depth: usize,
    /// Of seven validators two are doubled, and five honest.
    memory: Memory<5>,
    /// Every so many of the first two rounds are mine, beginning with this one.
    share: (u64, u64),
    pairs: u64,
    rounds: Schedule,
    tally: Tally,
}

impl<'a> Search<'a> {
    pub fn new(stage: &'a Stage, depth: usize, share: (u64, u64)) -> Self {
        let (memory, rounds) = (Memory::new(), Vec::new());
        Self { stage, depth, memory, share, pairs: 0, rounds, tally: Tally::default() }
    }

    /// Plays every schedule that stands for those which renaming makes equal.
    pub fn every(mut self) -> Tally {
        self.extend(&Play::new(self.stage), &Symmetry::full(self.stage.cast));
        self.tally
    }

    fn extend(&mut self, play: &Play, symmetry: &Symmetry) {
        for round in Round::all(self.stage.cast) {
            let Some(left) = symmetry.after(round) else { continue };
            if self.rounds.len() == self.share_depth() && !self.is_mine() {
                continue;
            }
            let mut next = play.clone();
            self.rounds.push(round);
            if self.play(&mut next, round) {
                if self.rounds.len() == self.depth { self.end(&next) } else { self.extend(&next, &left) }
            }
            self.rounds.pop();
            if self.tally.violation.is_some() {
                return;
            }
        }
    }

    fn share_depth(&self) -> usize {
        usize::from(self.depth > 1)
    }

    fn is_mine(&mut self) -> bool {
        self.pairs += 1;
        self.pairs % self.share.0 == self.share.1
    }

    /// Plays schedules drawn at random.
    pub fn samples(mut self, numbers: impl Iterator<Item = u64>) -> Tally {
        let all: Vec<Round> = Round::all(self.stage.cast).collect();
        for number in numbers {
            let mut random = Random::new(number);
            let mut play = Play::new(self.stage);
            self.rounds.clear();
            for _ in 0..self.depth {
                let round = *random.pick(&all);
                self.rounds.push(round);
                if !self.play(&mut play, round) {
                    return self.tally;
                }
            }
            self.end(&play);
        }
        self.tally
    }

    /// Plays this schedule alone and tells what each round led to.
    pub fn one(mut self, schedule: &[Round], mut tell: impl FnMut(&Round, &Play)) -> Tally {
        let mut play = Play::new(self.stage);
        for round in schedule {
            self.rounds.push(*round);
            let went_well = self.play(&mut play, *round);
            tell(round, &play);
            if !went_well {
                return self.tally;
            }
        }
        self.end(&play);
        self.tally
    }

    fn play(&mut self, play: &mut Play, round: Round) -> bool {
        let played = play.round(self.stage, round);
        played.map_err(|what| self.violate(what)).is_ok()
    }

    /// Doubled keys fall silent, all that was on its way is lost, and a new block must become final.
    fn end(&mut self, play: &Play) {
        if self.memory.held() > REMEMBERED_MAX {
            self.memory = Memory::new();
        }
        let honest: Vec<&Validator> = play.honest(self.stage).collect();
        let now: Vec<u32> = honest.iter().map(|node| self.memory.enter(&self.stage.network, node)).collect();
        let members = honest.iter().map(|node| node.index).collect();
        if let Err(what) = self.memory.close(&self.stage.network, members, &now, None) {
            return self.violate(what);
        }
        self.tally.schedules += 1;
        self.tally.heals += play.heals;
        *self.tally.heights.entry(play.height(self.stage)).or_default() += 1;
    }

    fn violate(&mut self, what: String) {
        let schedule = describe(&self.rounds, self.stage.cast).to_string();
        self.tally.violation.get_or_insert((what, schedule));
    }
}

/// The stage with as many doubled keys as may be faulty.
pub fn stage(validators: usize) -> Stage {
    Stage::new(Cast::with_twins(validators))
}
