//! Every state that can be reached, once.
//!
//! A state is one number for each honest validator: a validator's step depends on itself and on what it is told
//! alone, so the engine runs once for every different pair of the two, and the rest of the search is looking up.

mod acts;
mod hearing;
mod members;

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use realdid_consensus::Incoming;
use realdid_types::{BlockDigest, Epoch, EpochView, View};

use self::{acts::Act, hearing::Statement, members::Known};
use super::{
    checks::{self, Headers},
    network::Network,
    print::{Interner, Table},
    remembered::Memory,
    validator::{Broken, Validator},
};

/// What may happen once in a run, and to which validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// None at all.
    Nothing,
    /// A crash that loses some of the last writes, and a restart.
    Crash(usize),
    /// A crash that loses the whole disk, and a restart.
    Wipe(usize),
}

/// Views above this are entered, but nothing is proposed to others or given up in them.
const VIEWS: View = View(2);

/// The numbers of the three honest validators.
type State = [u32; 3];

/// The parent of the first state.
const NOBODY: u32 = u32::MAX;

/// What is known of a search so far.
pub struct Search<'a> {
    network: &'a Network,
    fault: Fault,
    broken: Broken,
    /// Closures are run from the states of these numbers. A state has the same number in each search of its kind.
    closes: Range<usize>,
    honest: Vec<usize>,
    members: Interner<Known>,
    steps: Table<(u32, Act), u32>,
    messages: Interner<(usize, Incoming)>,
    /// By their bits.
    statements: Vec<Statement>,
    blocks: BTreeMap<BlockDigest, u32>,
    liars_proposals: Vec<u32>,
    first_block: BlockDigest,
    /// The liar's answer that it is in the first view.
    first_answer: Option<u32>,
    headers: Headers,
    records: Interner<()>,
    checked: Table<State, ()>,
    states: Vec<State>,
    /// From which state each was reached first.
    parents: Vec<u32>,
    known: Table<State, ()>,
    /// Three honest ones, with the liar silent, and with the liar.
    silent: Memory<3>,
    helped: Memory<4>,
    entered: Table<(u32, bool), u32>,
    closures: u64,
}

/// What a search found.
pub struct Found {
    pub states: usize,
    /// States below this number are explored.
    pub explored: usize,
    pub depth: usize,
    /// Whether nothing is left to explore.
    pub complete: bool,
    pub members: usize,
    pub closures: u64,
    pub closure_members: usize,
    /// What does not hold, after the events that lead there.
    pub violation: Option<(String, Vec<String>)>,
}

impl<'a> Search<'a> {
    /// Two views, the first one a liar's, with one fault.
    pub fn new(network: &'a Network, fault: Fault, broken: Broken, closes: Range<usize>) -> Self {
        let mut search = Self {
            network,
            fault,
            broken,
            closes,
            honest: network.honest().collect(),
            members: Interner::new(),
            steps: Table::default(),
            messages: Interner::new(),
            statements: Vec::new(),
            blocks: BTreeMap::new(),
            liars_proposals: Vec::new(),
            first_block: network.block(View(1), &network.genesis.header, 0).digest(),
            first_answer: None,
            headers: Headers::from([(network.genesis.digest(), network.genesis.header.clone())]),
            records: Interner::new(),
            checked: Table::default(),
            states: Vec::new(),
            parents: Vec::new(),
            known: Table::default(),
            silent: Memory::new(),
            helped: Memory::new(),
            entered: Table::default(),
            closures: 0,
        };
        search.prepare_lies();
        search.begin();
        search
    }

    fn prepare_lies(&mut self) {
        for variant in 0..2 {
            let block = self.network.block(View(1), &self.network.genesis.header, variant);
            self.learn_block(&block);
            let proposal = self.network.proposal(block, None, Vec::new());
            let number = self.liars_message(Incoming::Proposal(Box::new(proposal)));
            self.liars_proposals.push(number);
        }
        self.first_answer = Some(self.answer_of_liar(EpochView::new(Epoch(0), View(1)), None));
    }

    fn begin(&mut self) {
        let mut state = [0; 3];
        for (place, index) in self.honest.clone().into_iter().enumerate() {
            let crashes = self.fault == Fault::Crash(index);
            let validator = Validator::new(self.network, index, self.broken, crashes);
            state[place] = self.number(validator);
        }
        self.reach(state, NOBODY);
    }

    /// Explores until everything is known, `states_max` states are, or the last state to be closed is explored. Tells
    /// its progress with the number of the state that is next, its depth, and how many are left of that depth.
    pub fn run(&mut self, states_max: usize, mut progress: impl FnMut(&Self, usize, [usize; 2])) -> Found {
        let (mut next, mut depth, mut level_end) = (0, 0, self.states.len());
        let mut violation = None;
        let end = if self.closes.is_empty() { usize::MAX } else { self.closes.end };
        while next < self.states.len().min(end) && self.states.len() < states_max {
            if next == level_end {
                depth += 1;
                level_end = self.states.len();
            }
            if next % 4096 == 0 {
                progress(self, next, [depth, level_end - next]);
            }
            if let Err(what) = self.examine(next) {
                violation = Some((what, self.path(next)));
                break;
            }
            self.expand(next);
            next += 1;
        }
        Found {
            states: self.states.len(),
            explored: next,
            depth,
            complete: next == self.states.len(),
            members: self.members.len(),
            closures: self.closures,
            closure_members: self.silent.sizes()[0] + self.helped.sizes()[0],
            violation,
        }
    }

    /// How many states are known.
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// Different validators met, steps remembered, validators met in closures.
    pub fn sizes(&self) -> [usize; 4] {
        let ([a, b], [c, d]) = (self.silent.sizes(), self.helped.sizes());
        [self.members.len(), self.steps.len(), a + c, b + d]
    }

    fn reach(&mut self, state: State, parent: u32) {
        if self.known.insert(state, ()).is_none() {
            self.states.push(state);
            self.parents.push(parent);
        }
    }

    fn expand(&mut self, number: usize) {
        let state = self.states[number];
        for (place, act) in self.acts_in(&state) {
            if let Some(after) = self.step(&state, place, act) {
                self.reach(after, number as u32);
            }
        }
    }

    /// Checks what must hold in a state, and that a new block becomes final from it.
    fn examine(&mut self, number: usize) -> Result<(), String> {
        let state = self.states[number];
        let record = state.map(|number| self.members.get(number).record);
        if self.checked.insert(record, ()).is_none() {
            let validators: Vec<&Validator> =
                state.iter().map(|number| &self.members.get(*number).validator).collect();
            checks::check(self.network, &validators, &self.headers)?;
        }
        if self.closes.contains(&number) { self.close(&state) } else { Ok(()) }
    }

    /// With a wiped validator that may not vote yet, the liar answers its question and from then on does as it should:
    /// otherwise two of four would be faulty.
    fn close(&mut self, state: &State) -> Result<(), String> {
        self.closures += 1;
        let highest = state.iter().map(|number| self.members.get(*number).validator.engine.at()).max();
        let wiped = state.iter().position(|number| {
            let engine = &self.members.get(*number).validator.engine;
            engine.is_wiped() || Some(engine.voter().bound()) > highest
        });
        let Some(place) = wiped else {
            let now = self.enter(state, false);
            return self.silent.close(self.network, self.honest.clone(), &now, None);
        };
        let mut now = self.enter(state, true);

        let members: Vec<usize> = self.honest.iter().copied().chain([self.liar()]).collect();
        let liar = Validator::new(self.network, self.liar(), self.broken, false);
        now.push(self.helped.enter(self.network, &liar));
        let others = state.iter().filter(|number| **number != state[place]);
        let mut answers = others.filter_map(|number| self.members.get(*number).answer);
        let injected = answers.next().map(|answer| {
            let note = (self.liar(), Arc::new(self.messages.get(answer).1.clone()));
            (self.honest[place], answer, note)
        });
        self.helped.close(self.network, members, &now, injected)
    }

    /// The honest as they go on when their disks have finished what they began; all that was on its way is lost.
    fn enter(&mut self, state: &[u32], helped: bool) -> Vec<u32> {
        let mut now = Vec::new();
        for number in state {
            let validator = &self.members.get(*number).validator;
            let (network, silent, with_liar) = (self.network, &mut self.silent, &mut self.helped);
            let entered = self.entered.entry((*number, helped)).or_insert_with(|| {
                if helped { with_liar.enter(network, validator) } else { silent.enter(network, validator) }
            });
            now.push(*entered);
        }
        now
    }

    /// The events that lead to a state, in words.
    fn path(&mut self, number: usize) -> Vec<String> {
        let mut path = Vec::new();
        let mut next = number;
        while self.parents[next] != NOBODY {
            let parent = self.parents[next] as usize;
            let (before, after) = (self.states[parent], self.states[next]);
            let mut acts = self.acts_in(&before).into_iter();
            let led = acts.find(|(place, act)| self.step(&before, *place, *act) == Some(after));
            path.extend(led.map(|(place, act)| self.describe(place, act, after[place])));
            next = parent;
        }
        path.reverse();
        path
    }
}
