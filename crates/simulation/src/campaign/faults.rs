//! Breaking things while a seed's safety phase lasts, and mending them.

use std::collections::{BTreeMap, BTreeSet};

use realdid_replica::Input;

use super::setting::{DISK_WELL, Faults};
use crate::world::{
    DiskSpeed, Event, World, liars,
    network::{Micros, Weather},
    node::Status,
    random::Random,
};

/// A fault that is undone later.
enum Undo {
    Start(usize),
    Resume(usize),
    Reconnect,
    DiskSpeed,
    DiskEmpty(usize),
    Forget(usize),
}

/// Breaks and mends a world. Liars, doubled keys and wiped validators that may not vote yet are at most f together.
pub struct Breaker {
    random: Random,
    faults: Faults,
    /// f.
    faulty: usize,
    /// Nodes that lost their disk: faulty until they may vote again.
    wiped: BTreeSet<usize>,
    /// Validators that lie or whose key is on two machines.
    liars: usize,
    undo: BTreeMap<u64, Undo>,
    scenes: u64,
}

impl Breaker {
    /// Scenes from `first_scene` on are the breaker's.
    pub fn new(random: Random, faults: Faults, faulty: usize, first_scene: u64) -> Self {
        Self {
            random,
            faults,
            faulty,
            wiped: BTreeSet::new(),
            liars: 0,
            undo: BTreeMap::new(),
            scenes: first_scene,
        }
    }

    /// Decides who lies, and sets clocks and disks, before anything runs.
    pub fn prepare(&mut self, world: &mut World) {
        self.choose_liars(world);
        if self.faults.doubled_keys && self.liars < self.faulty {
            self.double_a_key(world);
        }
        let honest = world.nodes.iter().filter(|node| !world.liars.contains_key(&node.index));
        world.checks.honest = honest.map(|node| node.key).collect();
        if self.faults.clocks {
            for node in &mut world.nodes {
                node.clock.drift = self.random.between(0, 400) as i64 - 200;
                node.clock.offset = self.random.between(0, 400_000) as i64 - 200_000;
            }
        }
        if self.faults.hour_fast {
            world.checks.count("all clocks an hour fast");
            world.nodes.iter_mut().for_each(|node| node.clock.offset += 3_600_000_000);
        }
        if self.faults.black_hole {
            world.checks.count("large messages vanish");
            world.network.open_black_hole(self.random.between(10_000_000, 40_000_000));
        }
        let faults = &self.faults;
        let apart = faults.crashes || faults.pauses || faults.partitions || faults.clogs || faults.wipes;
        world.checks.all_are_heard =
            !(apart || faults.black_hole || faults.failing_writes || faults.validator_changes);
        world.failing_writes = if self.faults.failing_writes { 5 } else { 0 };
    }

    fn choose_liars(&mut self, world: &mut World) {
        if !self.random.chance(60) {
            return;
        }
        self.liars = self.random.between(0, self.faulty as u64) as usize;
        for index in self.random.sample(world.nodes.len(), self.liars) {
            let (name, lie) = *self.random.pick(liars::KINDS);
            world.checks.count(&format!("liars: {name}"));
            world.liars.insert(index, lie);
        }
    }

    /// A second machine with the key of another, and nothing on its disk that says so.
    fn double_a_key(&mut self, world: &mut World) {
        let original = self.random.below(world.nodes.len());
        if world.liars.contains_key(&original) {
            return;
        }
        world.checks.count("one key on two machines");
        let second = world.add_double(original, self.random.chance(50));
        world.liars.insert(original, liars::TRUTHFUL);
        world.liars.insert(second, liars::TRUTHFUL);
        self.liars += 1;
    }

    /// One fault by chance, if the seed has that kind.
    pub fn break_something(&mut self, world: &mut World) {
        let node = self.random.below(world.nodes.len());
        match self.random.below(9) {
            0 | 1 if self.faults.crashes && self.random.chance(10) => self.crash_all(world),
            0 | 1 if self.faults.crashes => self.crash(world, node),
            2 if self.faults.pauses && world.nodes[node].is_up() => {
                world.checks.count("pause");
                world.nodes[node].status = Status::Paused;
                self.undo_later(world, Undo::Resume(node), 10_000, 3_000_000);
            }
            3 | 4 if self.faults.partitions => self.partition(world),
            5 if self.faults.clogs => {
                world.checks.count("clogged link");
                let other = self.random.below(world.nodes.len());
                let until = world.now + self.random.between(100_000, 2_000_000);
                world.network.clog(node, other, until);
            }
            6 if self.faults.clocks => {
                let jump = self.random.between(0, 4_000_000) as i64 - 2_000_000;
                world.checks.count(if jump < 0 { "clock jump back" } else { "clock jump forward" });
                world.nodes[node].clock.offset += jump;
            }
            7 if self.faults.slow_disks => {
                world.checks.count("slow disks");
                world.disk_speed = DiskSpeed { low: 1_000, high: 200_000 };
                self.undo_later(world, Undo::DiskSpeed, 100_000, 1_000_000);
            }
            7 if self.faults.full_disks => {
                world.checks.count("full disk");
                world.give(node, Input::DiskFull(true));
                self.undo_later(world, Undo::DiskEmpty(node), 100_000, 3_000_000);
            }
            8 if self.faults.wipes && self.faults.partitions && self.is_left_alone() => {
                self.leave_alone(world, node);
            }
            8 if self.faults.wipes => self.wipe(world, node),
            _ => {}
        }
    }

    fn crash(&mut self, world: &mut World, node: usize) {
        if world.nodes[node].status != Status::Down {
            world.checks.count("crash");
            world.crash(node);
            self.undo_later(world, Undo::Start(node), 1_000, 3_000_000);
        }
    }

    /// The power fails everywhere.
    fn crash_all(&mut self, world: &mut World) {
        world.checks.count("all crash at once");
        (0..world.nodes.len()).for_each(|node| self.crash(world, node));
    }

    /// A disk is lost; only while fewer than f are faulty.
    fn wipe(&mut self, world: &mut World, node: usize) {
        self.wiped.retain(|wiped| !may_vote_again(world, *wiped));
        let known = world.liars.contains_key(&node) || self.wiped.contains(&node);
        if self.liars + self.wiped.len() >= self.faulty || known {
            return;
        }
        world.checks.count("wiped disk");
        if world.nodes[node].status != Status::Down {
            world.crash(node);
        }
        world.wipe(node);
        self.wiped.insert(node);
        self.undo_later(world, Undo::Start(node), 1_000, 2_000_000);
    }

    /// More often where an epoch may end meanwhile: whoever is alone in the next one and forgets it must learn of it again.
    fn is_left_alone(&mut self) -> bool {
        let percent = if self.faults.validator_changes { 60 } else { 15 };
        self.random.chance(percent)
    }

    /// So many crash that nobody goes on without this one, which hears the others and is not heard: what is decided, it
    /// knows alone. Then it forgets.
    fn leave_alone(&mut self, world: &mut World, alone: usize) {
        let Some((_, set)) = world.checks.sets.last_key_value() else { return };
        let validates = |index: usize| set.index_of(&world.nodes[index].key).is_some();
        let mut others: Vec<usize> =
            (0..world.nodes.len()).filter(|index| *index != alone && validates(*index)).collect();
        let needed = set.quorum().size().saturating_sub(1);
        if !validates(alone) || others.len() < needed {
            return;
        }
        world.checks.count("one knows alone what is decided, and forgets it");
        while others.len() > needed {
            let down = others.swap_remove(self.random.below(others.len()));
            if world.nodes[down].status != Status::Down {
                world.crash(down);
            }
            self.undo_later(world, Undo::Start(down), 3_000_000, 4_000_000);
        }
        others.into_iter().for_each(|other| world.network.cut(alone, other));
        self.undo_later(world, Undo::Forget(alone), 500_000, 3_000_000);
    }

    /// All others crash before they know that the epoch is over, and come back after the first one in the next, which may
    /// have voted there, has forgotten it.
    pub fn at_new_epoch(&mut self, world: &mut World, first: usize) {
        if !self.faults.wipes || !self.random.chance(50) {
            return;
        }
        world.checks.count("the first in an epoch is left alone, and forgets it");
        for other in (0..world.nodes.len()).filter(|other| *other != first) {
            if world.nodes[other].status != Status::Down {
                world.crash(other);
            }
            self.undo_later(world, Undo::Start(other), 2_000_000, 3_000_000);
        }
        self.undo_later(world, Undo::Forget(first), 300_000, 2_000_000);
    }

    fn partition(&mut self, world: &mut World) {
        let n = world.nodes.len();
        let side: Vec<bool> = (0..n).map(|_| self.random.chance(50)).collect();
        let one_way = self.random.chance(25);
        let partial = self.random.chance(25);
        world.checks.count(match (partial, one_way) {
            (true, _) => "partition, partial",
            (_, true) => "partition, one way",
            _ => "partition, full",
        });
        for a in 0..n {
            for b in 0..n {
                let cut = if partial {
                    self.random.chance(30)
                } else {
                    side[a] && !side[b] || !one_way && side[b] && !side[a]
                };
                if a != b && cut {
                    world.network.cut(a, b);
                }
            }
        }
        self.undo_later(world, Undo::Reconnect, 50_000, 3_000_000);
    }

    fn undo_later(&mut self, world: &mut World, undo: Undo, low: Micros, high: Micros) {
        self.scenes += 1;
        self.undo.insert(self.scenes, undo);
        world.schedule(world.now + self.random.between(low, high), Event::Scene(self.scenes));
    }

    /// The time of an undoing has come.
    pub fn mend(&mut self, world: &mut World, scene: u64) {
        match self.undo.remove(&scene) {
            Some(Undo::Start(node)) if world.nodes[node].status == Status::Down => world.start(node),
            Some(Undo::Start(_)) | None => {}
            Some(Undo::Resume(node)) => world.resume(node),
            Some(Undo::Reconnect) => world.reconnect(),
            Some(Undo::Forget(node)) => {
                self.wipe(world, node);
                world.reconnect();
            }
            Some(Undo::DiskSpeed) => world.disk_speed = DISK_WELL,
            Some(Undo::DiskEmpty(node)) => world.give(node, Input::DiskFull(false)),
        }
    }

    /// Faults end: links, disks and clocks are good, what is down is started once, liars fall silent.
    pub fn heal(&mut self, world: &mut World, weather: &Weather) {
        world.trace.note(world.now, 0, "healing");
        world.failing_writes = 0;
        world.disk_speed = DISK_WELL;
        world.network.open_black_hole(0);
        world.network.set_weather(Weather { delay: weather.delay, ..Weather::default() });
        for (_, undo) in std::mem::take(&mut self.undo) {
            if let Undo::DiskEmpty(node) = undo {
                world.give(node, Input::DiskFull(false));
            }
        }
        world.liars.values_mut().for_each(|liar| *liar = liars::SILENT);
        for node in 0..world.nodes.len() {
            world.nodes[node].clock.offset = 0;
            match world.nodes[node].status {
                Status::Up => {}
                Status::Paused => world.resume(node),
                Status::Down => world.start(node),
            }
        }
        world.reconnect_all();
    }
}

/// Whether a node that lost its disk may vote, and will not fall silent again when an epoch begins.
fn may_vote_again(world: &World, node: usize) -> bool {
    let Some(replica) = &world.nodes[node].replica else { return false };
    let engine = replica.engine();
    engine.is_voting() && engine.voter().may_vote(engine.at()) && engine.tip().at >= engine.voter().bound()
}
