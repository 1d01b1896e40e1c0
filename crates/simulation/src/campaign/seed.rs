//! One seed: a safety phase in which everything may happen, healing, and a liveness phase in which commits are due.

use std::collections::{BTreeMap, BTreeSet};

use realdid_crypto::Digest;
use realdid_mempool::limits::{REPACK_DELAY, REPACK_DOUBLINGS_MAX};
use realdid_types::TransactionId;

use super::{audit, faults::Breaker, setting::Setting};
use crate::world::{
    Event, World,
    clients::Clients,
    network::{Micros, Weather},
    operators::Operators,
    random::Random,
    trace::Telling,
};

/// 3(f + 2)Δ and this after healing a commit must have come.
const GRACE: Micros = 2_000_000;
/// A world that has not moved for this long after healing never will.
const GIVE_UP: Micros = 60_000_000;
/// The network runs on for this long after its first commit.
const RUN_ON: Micros = 3_500_000;
/// Whoever was far behind has caught up after this much longer, although some of those that it asks are silent.
const CATCH_UP: Micros = 20_000_000;
/// A transaction that nothing stands in the way of is decided after this much longer, and twice the longest stop.
const FAIR: Micros = 10_000_000;
/// What was skipped because something else had to be decided before rests for at most this much longer.
const REST: Micros = (REPACK_DELAY.as_micros() as Micros) << REPACK_DOUBLINGS_MAX;
/// What was accepted is final or void after this much longer, and the longest stop: a block must come that is later than
/// its time.
const SETTLE: Micros = 75_000_000;
/// Citizens act this often on average.
const CLIENT_INTERVAL: Micros = 110_000;
/// Timers have found their length after this long.
const SETTLE_DOWN: Micros = 1_000_000;
/// Nothing is asked for during this time, which is several times the longest that a leader may wait.
const IDLE: Micros = 7_000_000;
/// So many of these may pass before nobody skips any more.
const CALMING_MAX: usize = 4;
const SCENE_CLIENT: u64 = 0;
const SCENE_FAULT: u64 = 1;
const SCENE_OPERATORS: u64 = 2;
const SCENE_FIRST_UNDO: u64 = 3;

/// What one seed showed.
pub struct Report {
    pub seed: u64,
    pub nodes: usize,
    pub final_blocks: u64,
    pub events: u64,
    pub violations: Vec<String>,
    pub counts: BTreeMap<String, u64>,
    pub trace: Digest,
    /// What led to the first violation, if it was recorded.
    pub story: Vec<String>,
    /// From healing to the first commit after it.
    pub resumed_in: Micros,
}

impl Report {
    /// A seed that ended in a panic.
    pub fn of_panic(seed: u64) -> Self {
        Self {
            seed,
            nodes: 0,
            final_blocks: 0,
            events: 0,
            violations: vec!["a panic".to_owned()],
            counts: BTreeMap::new(),
            trace: Digest::ZERO,
            story: Vec::new(),
            resumed_in: 0,
        }
    }
}

struct Scenario {
    random: Random,
    breaker: Breaker,
    clients: Clients,
    operators: Operators,
    governs: bool,
    faulty: usize,
    weather: Weather,
    safety_ends: Micros,
    /// Citizens act no more.
    quiet: bool,
}

/// Runs a seed to its end.
pub fn run(seed: u64, telling: Telling) -> Report {
    let mut random = Random::new(seed);
    let setting = Setting::draw(&mut random);
    let mut world = setting.build(&mut random, telling);
    count_setting(&mut world, &setting);
    let safety_ends = setting.safety_phase(&mut random);
    let (faulty, nodes) = (setting.faulty(), setting.validators);
    let mut scenario = Scenario {
        clients: Clients::new(random.fork()),
        operators: Operators::new(random.fork(), nodes),
        governs: setting.faults.validator_changes,
        breaker: Breaker::new(random.fork(), setting.faults, faulty, SCENE_FIRST_UNDO),
        faulty,
        weather: setting.weather,
        safety_ends,
        quiet: false,
        random,
    };
    scenario.run_safety(&mut world);
    scenario.breaker.heal(&mut world, &scenario.weather);
    let resumed_in = scenario.run_liveness(&mut world);
    scenario.settle(&mut world);
    scenario.stay_calm(&mut world);
    // blocks that waited for a wrong clock come many at once: whoever fetches them may be behind for a moment
    scenario.let_catch_up(&mut world);
    audit::stores(&mut world);
    world.count_network();
    Report {
        seed,
        nodes,
        final_blocks: world.checks.final_blocks,
        events: world.events,
        violations: world.checks.violations,
        counts: world.checks.counts,
        trace: world.trace.digest(),
        story: world.trace.recent(),
        resumed_in,
    }
}

fn count_setting(world: &mut World, setting: &Setting) {
    world.checks.count(&format!("signatures: {:?}", setting.scheme));
    if setting.faults.clocks {
        world.checks.count("clock drift");
    }
}

impl Scenario {
    fn run_safety(&mut self, world: &mut World) {
        self.breaker.prepare(world);
        for node in 0..world.nodes.len() {
            world.start(node);
        }
        world.schedule(50_000, Event::Scene(SCENE_CLIENT));
        world.schedule(300_000, Event::Scene(SCENE_FAULT));
        world.schedule(200_000, Event::Scene(SCENE_OPERATORS));
        self.run_until(world, self.safety_ends, |_| false);
    }

    /// Runs until a time or until something holds; says when it did.
    fn run_until(
        &mut self,
        world: &mut World,
        until: Micros,
        done: impl Fn(&World) -> bool,
    ) -> Option<Micros> {
        while let Some(event) = world.next(until) {
            if let Some(scene) = world.run(event) {
                self.play(world, scene);
            }
            if let Some(node) = world.first_in_epoch.take()
                && world.now < self.safety_ends
            {
                self.breaker.at_new_epoch(world, node);
            }
            if done(world) {
                return Some(world.now);
            }
        }
        None
    }

    fn play(&mut self, world: &mut World, scene: u64) {
        match scene {
            SCENE_CLIENT if self.quiet => {}
            SCENE_CLIENT => {
                let nodes: Vec<usize> = world.honest_up().into_iter().collect();
                self.clients.act(world, &nodes);
                let faulty: Vec<usize> = world.liars.keys().copied().collect();
                if !faulty.is_empty() && self.random.chance(15) {
                    self.clients.ask(world, *self.random.pick(&faulty));
                }
                self.again(world, SCENE_CLIENT, 1_000, 2 * CLIENT_INTERVAL);
            }
            SCENE_OPERATORS => {
                self.operate(world);
                self.again(world, SCENE_OPERATORS, 50_000, 400_000);
            }
            SCENE_FAULT if world.now < self.safety_ends => {
                self.breaker.break_something(world);
                self.again(world, SCENE_FAULT, 50_000, 1_000_000);
            }
            SCENE_FAULT => {}
            undo => self.breaker.mend(world, undo),
        }
    }

    fn again(&mut self, world: &mut World, scene: u64, low: Micros, high: Micros) {
        world.schedule(world.now + self.random.between(low, high), Event::Scene(scene));
    }

    fn operate(&mut self, world: &mut World) {
        for (node, evidence) in std::mem::take(&mut world.evidence) {
            self.operators.report(world, node, evidence);
        }
        if world.now < self.safety_ends && self.random.chance(10) {
            let faulty: Vec<usize> = world.liars.keys().copied().collect();
            for node in faulty {
                if self.random.chance(50) {
                    Operators::report_falsely(world, node);
                } else {
                    Operators::propose_falsely(world, node);
                }
            }
        }
        if self.governs && world.now < self.safety_ends {
            let nodes: Vec<usize> = world.honest_up().into_iter().collect();
            self.operators.govern(world, &nodes);
        }
    }

    /// Something is asked for, and a commit must come in time.
    fn run_liveness(&mut self, world: &mut World) -> Micros {
        let healed = world.now;
        let before = world.checks.final_blocks;
        world.checks.largest_delta = 0;
        let nodes: Vec<usize> = world.honest_up().into_iter().collect();
        self.clients.act(world, &nodes);
        let resumed = self.run_until(world, healed + GIVE_UP, |world| world.checks.final_blocks > before);
        let allowed = self.longest_stop(world);
        let took = resumed.map_or(GIVE_UP, |at| at - healed);
        if took > allowed {
            let nodes = audit::describe(world);
            world.checks.violation(format!(
                "liveness: the first commit came {} ms after healing, {} ms are allowed: {nodes}",
                took / 1000,
                allowed / 1000
            ));
        }
        self.run_until(world, healed + took + RUN_ON, |_| false);
        took
    }

    /// In this time a commit must come.
    fn longest_stop(&self, world: &World) -> Micros {
        3 * (self.faulty as Micros + 2) * world.checks.largest_delta + GRACE
    }

    /// S5 and S11: what was accepted becomes final or void, and everybody has it.
    fn settle(&mut self, world: &mut World) {
        self.let_catch_up(world);
        // where timers are long, leaders that stay silent may use up all the time that a transaction has
        let fair = FAIR + 2 * self.longest_stop(world);
        let due = world.checks.promises.due(world.checks.newest_time.plus(fair / 1_000));
        let decided = |world: &World| due.iter().all(|id| world.checks.promises.decided.contains_key(id));
        if !decided(world) && self.run_until(world, world.now + fair, decided).is_none() {
            let left = due.iter().filter(|id| !world.checks.promises.decided.contains_key(*id));
            let (count, some) = (left.clone().count(), left.take(3).collect::<Vec<_>>());
            world.checks.violation(format!("S5: {count} accepted, executable, and not decided: {some:?}"));
        }
        self.let_have_their_turn(world, fair + REST);
        self.quiet = true;
        let settled = |world: &World| world.checks.promises.open(world.checks.newest_time).is_empty();
        // blocks that are an hour ahead wait for the clocks, and what is void in their time is so an hour later
        let in_time = world.checks.newest_time <= world.wall().plus(SETTLE / 1_000);
        let time = SETTLE + self.longest_stop(world);
        if in_time && !settled(world) && self.run_until_seconds(world, time, settled).is_none() {
            let left = world.checks.promises.open(world.checks.newest_time);
            let (count, some) = (left.len(), left.keys().take(3).collect::<Vec<_>>());
            world.checks.violation(format!("S5: {count} accepted, and neither final nor void: {some:?}"));
        }
    }

    /// S5: what was accepted and would be decided if it were packed now, is, unless something else comes before it.
    fn let_have_their_turn(&mut self, world: &mut World, time: Micros) {
        let soon = world.checks.newest_time.plus(time / 1_000);
        let could = |world: &World| -> BTreeSet<TransactionId> {
            let open = world.checks.promises.open(soon).into_iter();
            open.filter(|(_, signed)| audit::would_decide(world, signed)).map(|(id, _)| id).collect()
        };
        let due = could(world);
        let done = |world: &World| due.is_disjoint(&could(world));
        if !done(world) && self.run_until_seconds(world, time, done).is_none() {
            let left: Vec<_> = due.intersection(&could(world)).copied().collect();
            world
                .checks
                .violation(format!("S5: accepted, executable all the while, and not decided: {left:?}"));
        }
    }

    /// Gives whoever is behind the time in which S11 lets it catch up.
    fn let_catch_up(&mut self, world: &mut World) {
        if !audit::caught_up(world) {
            self.run_until(world, world.now + CATCH_UP, audit::caught_up);
        }
    }

    /// Runs for some time at most and looks once a second.
    fn run_until_seconds(
        &mut self,
        world: &mut World,
        most: Micros,
        done: impl Fn(&World) -> bool,
    ) -> Option<Micros> {
        let until = world.now + most;
        while world.now < until {
            self.run_until(world, world.now + 1_000_000, |_| false);
            if done(world) {
                return Some(world.now);
            }
        }
        None
    }
}

impl Scenario {
    /// Where all are honest and up and nothing is asked for, no view is given up; and then all goes on as before.
    fn stay_calm(&mut self, world: &mut World) {
        let honest = world.liars.is_empty() && audit::all_vote(world);
        if !honest || !world.checks.violations.is_empty() {
            return;
        }
        world.checks.count("calm ends");
        // a block whose time was ahead of all clocks is waited for as long as Δ had become, and no Skip tells of it meanwhile
        let (healed, stop) = (self.safety_ends, self.longest_stop(world));
        self.run_until(world, world.now + stop, |world| world.checks.have_moved_since(healed));
        let link = self.weather.delay.1;
        self.run_until(world, world.now + SETTLE_DOWN + 80 * link, |_| false);
        // Δ may still be as long as faults have made it: one idle time may see the last Skips of that
        let restless = |scenario: &mut Self, world: &mut World| scenario.skips_while_idle(world) > 0;
        if (0..CALMING_MAX).all(|_| restless(self, world)) {
            world.checks.violation("calm: views are given up although nothing is wrong".to_owned());
        }
        let given_up = self.skips_while_idle(world);
        if given_up > 0 {
            world.checks.violation(format!("calm: {given_up} Skips were sent while nothing was wrong"));
        }
        let nodes: Vec<usize> = world.honest_up().into_iter().collect();
        let node = *self.random.pick(&nodes);
        let asked = self.clients.ask(world, node);
        let until = world.now + 1_000_000 + 40 * link;
        if self.run_until(world, until, |world| world.checks.promises.decided.contains_key(&asked)).is_none()
        {
            world
                .checks
                .violation("calm: a transaction after a quiet time was not decided at once".to_owned());
        } else if !world.checks.promises.is_accepted(node, &asked) {
            world.checks.violation("calm: a transaction was final before it was accepted".to_owned());
        }
    }

    fn skips_while_idle(&mut self, world: &mut World) -> u64 {
        let before = world.checks.skips;
        self.run_until(world, world.now + IDLE, |_| false);
        world.checks.skips - before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CI's share of the campaign.
    #[test]
    fn a_hundred_worlds_lose_nothing_and_never_get_stuck() {
        for seed in 1..=100 {
            let report = run(seed, Telling::Silent);
            assert_eq!(report.violations, Vec::<String>::new(), "seed {seed}");
        }
    }

    #[test]
    fn a_seed_tells_the_same_story_twice_and_another_seed_another() {
        assert_eq!(run(3, Telling::Silent).trace, run(3, Telling::Silent).trace);
        assert_ne!(run(3, Telling::Silent).trace, run(4, Telling::Silent).trace);
    }
}
