//! One world for one cell of the table.

use std::collections::BTreeMap;

use realdid_types::TransactionId;

use super::row::{Row, Scene};
use crate::{
    campaign::{audit, setting::Setting},
    world::{
        Event, World, clients::Clients, keys::Scheme, liars::TRUTHFUL, network::Micros, node::Status,
        operators::Operators, random::Random, trace::Telling,
    },
};

/// The lie is told for this long.
const DURATION: Micros = 12_000_000;
/// What was accepted is final this much later.
const SETTLE: Micros = 75_000_000;
/// Blocks may stop for 3(f + 2)Δ and this.
const GRACE: Micros = 2_000_000;
/// An announcement is everywhere after this long.
const ANNOUNCED: Micros = 10_000;
const CLIENT_INTERVAL: Micros = 40_000;
/// Units of work that each member may ask for where spam is shown.
const SMALL_QUOTA: u64 = 400;
const SCENE_CLIENT: u64 = 0;
const SCENE_FAULTY: u64 = 1;
const SCENE_LEAVE: u64 = 2;
const SCENE_RETURN: u64 = 3;
const SCENE_CENSORED: u64 = 4;

/// The longest that anybody had to wait, where that is the question.
const VIEWS_WAITED: &str = "views waited at most";

/// What one world, or a row of them, showed.
#[derive(Default)]
pub struct Outcome {
    pub lies: u64,
    pub longest_gap: Micros,
    pub violations: Vec<String>,
    /// How the network reacted.
    pub seen: BTreeMap<String, u64>,
}

impl Outcome {
    pub fn add(&mut self, other: Self) {
        self.lies += other.lies;
        self.longest_gap = self.longest_gap.max(other.longest_gap);
        self.violations.extend(other.violations);
        for (what, count) in other.seen {
            let at_most = what == VIEWS_WAITED;
            let seen = self.seen.entry(what).or_default();
            *seen = if at_most { count.max(*seen) } else { count + *seen };
        }
    }
}

pub struct Trial<'a> {
    row: &'a Row,
    world: World,
    clients: Clients,
    operators: Operators,
    random: Random,
    faulty: usize,
    /// Who is wiped or away in the scene, if anybody.
    away: Option<usize>,
    last_block: Micros,
    longest_gap: Micros,
    /// The views that censored transactions had to wait.
    waited: Vec<u64>,
}

impl<'a> Trial<'a> {
    pub fn new(row: &'a Row, validators: usize, liars: usize, seed: u64, telling: Telling) -> Self {
        let mut random = Random::new(seed);
        let crafted = row.name == "batches with a crafted signature";
        let mut setting = Setting::calm(validators, if crafted { Scheme::Real } else { Scheme::Tag });
        if row.scene == Scene::Spam {
            setting.quota = SMALL_QUOTA;
        }
        let mut world = setting.build(&mut random, telling);
        let chosen = random.sample(validators, liars);
        let mut liars: Vec<usize> = chosen;
        let away = match row.scene {
            // a wiped validator is one of the faulty
            Scene::Wiped => liars.pop(),
            Scene::Away => (0..validators).find(|node| !liars.contains(node)),
            _ => None,
        };
        world.liars.extend(liars.iter().map(|index| (*index, row.lie)));
        if row.scene == Scene::Doubled {
            for index in liars {
                let second = world.add_double(index, random.chance(50));
                world.liars.insert(second, TRUTHFUL);
            }
        }
        let honest = world.nodes.iter().filter(|node| !world.liars.contains_key(&node.index));
        world.checks.honest = honest.map(|node| node.key).collect();
        Self {
            row,
            clients: Clients::new(random.fork()),
            operators: Operators::new(random.fork(), validators),
            faulty: setting.faulty(),
            away,
            last_block: 0,
            longest_gap: 0,
            waited: Vec::new(),
            random,
            world,
        }
    }

    pub fn run(mut self) -> Outcome {
        for node in 0..self.world.nodes.len() {
            self.world.start(node);
        }
        let scenes = [
            (500_000, SCENE_CLIENT),
            (600_000, SCENE_FAULTY),
            (3_000_000, SCENE_LEAVE),
            (5_000_000, SCENE_RETURN),
            (4_000_000, SCENE_CENSORED),
        ];
        scenes.into_iter().for_each(|(at, scene)| self.world.schedule(at, Event::Scene(scene)));
        self.run_until(DURATION, |_| false);
        self.settle();
        self.judge();
        let counts = &self.world.checks.counts;
        let reactions = [
            ("evidence found", "pieces of evidence"),
            ("faulty peers cut off", "peers cut off"),
            ("alarms of faulty nodes: key used elsewhere", "doubled keys stopped"),
            ("receipts: refused", "refused receipts"),
            ("receipts: skipped", "skipped receipts"),
        ];
        let seen = reactions
            .iter()
            .filter_map(|(count, name)| counts.get(*count).map(|count| ((*name).to_owned(), *count)));
        let mut seen: BTreeMap<String, u64> = seen.collect();
        if let Some(longest) = self.waited.iter().max() {
            seen.insert(VIEWS_WAITED.to_owned(), *longest);
        }
        if self.world.checks.skips > 0 {
            seen.insert("Skips by the honest".to_owned(), self.world.checks.skips);
        }
        Outcome {
            lies: self.world.lies,
            longest_gap: self.longest_gap,
            violations: self.world.checks.violations,
            seen,
        }
    }

    fn run_until(&mut self, until: Micros, done: impl Fn(&World) -> bool) -> bool {
        while let Some(event) = self.world.next(until) {
            if let Some(scene) = self.world.run(event) {
                self.play(scene);
            }
            if self.world.checks.last_commit > self.last_block {
                self.last_block = self.world.checks.last_commit;
            }
            self.longest_gap = self.longest_gap.max(self.world.now - self.last_block);
            if done(&self.world) {
                return true;
            }
        }
        false
    }

    fn play(&mut self, scene: u64) {
        match scene {
            SCENE_CLIENT => {
                let nodes: Vec<usize> = self.world.honest_up().into_iter().collect();
                self.clients.act(&mut self.world, &nodes);
                self.again(SCENE_CLIENT, CLIENT_INTERVAL);
            }
            SCENE_FAULTY => self.let_the_faulty_act(),
            SCENE_LEAVE => {
                if let Some(node) = self.away {
                    self.world.crash(node);
                    if self.row.scene == Scene::Wiped {
                        self.world.wipe(node);
                    }
                }
            }
            SCENE_RETURN => {
                if self.row.scene == Scene::Away && self.world.now < DURATION - 5_000_000 {
                    self.world.schedule(self.world.now + 1_000_000, Event::Scene(SCENE_LEAVE));
                    self.world.schedule(self.world.now + 3_000_000, Event::Scene(SCENE_RETURN));
                }
                if let Some(node) = self.away.filter(|node| self.world.nodes[*node].status == Status::Down) {
                    self.world.start(node);
                }
            }
            _ if self.row.scene == Scene::Censored => {
                self.ask_as_victim();
                self.again(SCENE_CENSORED, 1_000_000);
            }
            _ => {}
        }
    }

    fn again(&mut self, scene: u64, interval: Micros) {
        if self.world.now < DURATION {
            let after = self.random.between(interval / 2, interval + interval / 2);
            self.world.schedule(self.world.now + after, Event::Scene(scene));
        }
    }

    fn let_the_faulty_act(&mut self) {
        let faulty: Vec<usize> = self.world.liars.keys().copied().collect();
        match self.row.scene {
            Scene::FalseEvidence => {
                faulty.iter().for_each(|node| Operators::report_falsely(&mut self.world, *node))
            }
            Scene::Spam => {
                for node in faulty {
                    for _ in 0..25 {
                        self.clients.ask(&mut self.world, node);
                    }
                }
            }
            _ => {
                for node in faulty {
                    self.clients.ask(&mut self.world, node);
                }
                for (node, evidence) in std::mem::take(&mut self.world.evidence) {
                    self.operators.report(&mut self.world, node, evidence);
                }
            }
        }
        self.again(SCENE_FAULTY, 200_000);
    }

    /// A DID that faulty leaders want to keep out is asked for; how many views pass until it is there is noted.
    fn ask_as_victim(&mut self) {
        let nodes: Vec<usize> = self.world.honest_up().into_iter().collect();
        let (victim, signed) = self.clients.newcomer(&mut self.world);
        self.world.victim = Some(victim);
        let id = self.world.submit(*self.random.pick(&nodes), signed);
        let until = self.world.now + 10_000_000;
        let is_held = |world: &World| world.honest_up().into_iter().all(|node| holds(world, node, id));
        self.run_until(until, is_held);
        // and then everybody hears that a quorum does
        self.run_until(self.world.now + ANNOUNCED, |_| false);
        let present = self.world.honest_up().into_iter().filter_map(|node| view_of(&self.world, node)).max();
        if self.run_until(until, |world| world.checks.promises.decided.contains_key(&id)) {
            let included = self.world.checks.newest_view().view.0;
            self.waited.push(included.saturating_sub(present.unwrap_or_default()));
        } else {
            self.world.checks.violation("a censored transaction was not included in ten seconds".to_owned());
        }
    }

    /// Everything that was accepted becomes final, and whoever was away has it too.
    fn settle(&mut self) {
        let until = self.world.now + SETTLE;
        let due = self.world.checks.promises.due(self.world.checks.newest_time);
        let decided = |world: &World| due.iter().all(|id| world.checks.promises.decided.contains_key(id));
        if !self.run_until(until, |world| decided(world) && audit::caught_up(world)) {
            self.world.checks.violation("S5: what was accepted is not final everywhere".to_owned());
        }
    }

    fn judge(&mut self) {
        audit::stores(&mut self.world);
        let allowed = 3 * (self.faulty as Micros + 2) * self.world.checks.largest_delta + GRACE;
        if self.longest_gap > allowed {
            let gap = self.longest_gap / 1_000;
            self.world.checks.violation(format!("no block for {gap} ms, {} ms are allowed", allowed / 1_000));
        }
        // the block of the view in which everybody has it may be out already; of the next f + 1 leaders one is honest
        let views = self.faulty as u64 + 1;
        if let Some(waited) = self.waited.iter().find(|waited| **waited > views) {
            self.world.checks.violation(format!("a censored transaction waited for {waited} views"));
        }
        let doubled = self.row.scene == Scene::Doubled;
        let stopped = self.world.checks.counts.get("alarms of faulty nodes: key used elsewhere").copied();
        if doubled && self.world.checks.violations.is_empty() && stopped.is_none() {
            self.world.checks.count("doubled keys that kept each other silent");
        }
    }
}

/// Whether a node has a batch with this transaction.
fn holds(world: &World, node: usize, id: TransactionId) -> bool {
    let mut batches = world.nodes[node].live.batches.values();
    batches.any(|batch| batch.batch.transactions.iter().any(|signed| signed.id() == id))
}

fn view_of(world: &World, node: usize) -> Option<u64> {
    Some(world.nodes[node].replica.as_ref()?.engine().at().view.0)
}
