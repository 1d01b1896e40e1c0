//! Every state that can be reached, once.
//!
//! A state is one number for each honest validator: a validator's step depends on itself and on what it is told
//! alone, so the engine runs once for every different pair of the two, and the rest of the search is looking up.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::Hash,
    sync::Arc,
};

use realdid_consensus::{Incoming, Input, Timer};
use realdid_types::{
    Block, BlockDigest, Certificate, Epoch, EpochView, View, VoteKind, VoteStatement, WipedAnswer,
    WipedQuestion,
};

use super::{
    checks::{self, Headers},
    disk::nonce,
    network::Network,
    print::{Interner, Print, Table},
    remembered::Memory,
    validator::{Broken, Storage, Validator, fingerprint_of_message},
    words::{describe_message, describe_statement},
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

/// What follows from one act is never synced in more steps than these; more of either changes nothing.
const SYNCS_MAX: u8 = 2;
const KEPT_MAX: u8 = 3;

/// An honest validator with what the search must know of it besides.
#[derive(Clone)]
struct Member {
    validator: Validator,
    /// The open question of a wiped validator, and the numbers of the answers given to it.
    asked: Option<(usize, WipedQuestion)>,
    answers: BTreeSet<u32>,
}

/// What is read off a member once.
struct Known {
    member: Member,
    /// One bit for every statement that it has voted for.
    said: u64,
    /// Numbers of the messages with its proposals.
    proposals: Vec<(View, u32)>,
    /// Numbers of the messages that show it its own votes.
    own_votes: Vec<u32>,
    /// Whether anything of it shows the liar's first block. The liar's two blocks are alike: whichever is heard first
    /// is called the first, so that nobody hears the second before.
    met_first: bool,
    /// Whether it is the one that crashes once.
    may_crash: bool,
    /// Whether it was wiped and may say nothing in these views any more.
    is_mute: bool,
    /// What it can do by itself.
    own: Vec<Act>,
    /// The number of what it can be blamed for.
    record: u32,
}

/// What can happen to one validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Act {
    /// A message comes in.
    Hear(u32),
    /// The leader may not hold back any longer.
    Idle,
    /// All timers of the present view run out.
    GiveUp,
    /// The time to hear of forgotten votes is over.
    Listened,
    /// Does this, but crashes when so many of the writes that follow from it are synced, keeping so many of the rest;
    /// and starts again.
    Crash(Last, u8, u8),
    /// Loses its disk and starts again.
    Wipe,
    /// The wiped validator's question comes in.
    Asked(u32),
    /// The question is answered.
    Answered,
}

/// The last thing done before a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Last {
    Nothing,
    Hear(u32),
    Idle,
    GiveUp,
}

impl Last {
    fn of(act: Act) -> Option<Self> {
        match act {
            Act::Hear(message) => Some(Self::Hear(message)),
            Act::Idle => Some(Self::Idle),
            Act::GiveUp => Some(Self::GiveUp),
            _ => None,
        }
    }

    fn act(self) -> Option<Act> {
        match self {
            Self::Nothing => None,
            Self::Hear(message) => Some(Act::Hear(message)),
            Self::Idle => Some(Act::Idle),
            Self::GiveUp => Some(Act::GiveUp),
        }
    }
}

/// A statement, and numbers of messages that can be made once a quorum has said it.
struct Statement {
    statement: VoteStatement,
    certificate: u32,
    /// The liar's answer that it entered the next view by that certificate.
    answer: u32,
    /// The block that it names.
    block: Option<u32>,
}

/// The numbers of the three honest validators.
type State = [u32; 3];

/// The parent of the first state.
const NOBODY: u32 = u32::MAX;

/// What is known of a search so far.
pub struct Search<'a> {
    network: &'a Network,
    fault: Fault,
    broken: Broken,
    /// Whether closures are run.
    closes: bool,
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
    silent: Memory,
    helped: Memory,
    entered: Table<(u32, bool), u32>,
    closures: u64,
}

/// What a search found.
pub struct Found {
    pub states: usize,
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
    pub fn new(network: &'a Network, fault: Fault, broken: Broken, closes: bool) -> Self {
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
            state[place] = self.number(Member { validator, asked: None, answers: BTreeSet::new() });
        }
        self.reach(state, NOBODY);
    }

    /// Explores until everything is known, or `states_max` states are.
    pub fn run(&mut self, states_max: usize, mut progress: impl FnMut(&Self, usize, usize)) -> Found {
        let (mut next, mut depth, mut level_end) = (0, 0, self.states.len());
        let mut violation = None;
        while next < self.states.len() && self.states.len() < states_max {
            if next == level_end {
                depth += 1;
                level_end = self.states.len();
            }
            if next % 4096 == 0 {
                progress(self, depth, level_end - next);
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

    /// Everything that may happen next, and to whom.
    fn acts_in(&self, state: &State) -> Vec<(usize, Act)> {
        let certified = self.certified(state);
        let heard = self.hearable(certified);
        let mut all = Vec::new();
        for place in 0..state.len() {
            let known = self.members.get(state[place]);
            let mut acts = known.own.clone();
            if !known.is_mute {
                let is_over = known.member.validator.view() > VIEWS;
                let matters = |message: &&u32| !is_over || self.matters_later(**message);
                acts.extend(heard.iter().filter(matters).copied().map(Act::Hear));
            }
            acts.extend(self.hearable_by(state, place, certified).into_iter().map(Act::Hear));
            if known.may_crash {
                let lasts: Vec<Last> = acts.iter().copied().filter_map(Last::of).collect();
                let crashes =
                    (0..=SYNCS_MAX).flat_map(|synced| (0..=KEPT_MAX).map(move |kept| (synced, kept)));
                for (synced, kept) in crashes {
                    acts.extend(lasts.iter().map(|last| Act::Crash(*last, synced, kept)));
                }
            }
            all.extend(acts.into_iter().map(|act| (place, act)));
        }
        all
    }

    /// The state after an act, if it differs.
    fn step(&mut self, state: &State, place: usize, act: Act) -> Option<State> {
        let after = self.step_member(state[place], act);
        if after == state[place] {
            return None;
        }
        let mut next = *state;
        next[place] = after;
        let waits = |search: &Self, number| search.members.get(number).member.validator.engine.is_wiped();
        if act == Act::Wipe {
            let question = WipedQuestion { epoch: Epoch(0), nonce: nonce(1) };
            let question = self.message(self.honest[place], Incoming::WipedQuestion(question));
            self.step_others(&mut next, place, Act::Asked(question));
        } else if waits(self, state[place]) && !waits(self, after) {
            self.step_others(&mut next, place, Act::Answered);
        }
        Some(next)
    }

    fn step_others(&mut self, state: &mut [u32], place: usize, act: Act) {
        for other in (0..state.len()).filter(|other| *other != place) {
            state[other] = self.step_member(state[other], act);
        }
    }

    fn step_member(&mut self, number: u32, act: Act) -> u32 {
        if let Some(after) = self.steps.get(&(number, act)) {
            return *after;
        }
        let mut member = self.members.get(number).member.clone();
        self.act(&mut member, act);
        let after = self.number(member);
        self.steps.insert((number, act), after);
        after
    }

    fn act(&mut self, member: &mut Member, act: Act) {
        let network = self.network;
        let validator = &mut member.validator;
        match act {
            Act::Crash(last, synced, kept) => {
                if let Some(act) = last.act() {
                    self.do_one(validator, act);
                }
                (0..synced).for_each(|_| drop(validator.sync(network)));
                validator.crash(network, usize::from(kept), true);
            }
            Act::Wipe => drop(validator.wipe(network, true)),
            Act::Asked(message) => {
                if let (from, Incoming::WipedQuestion(question)) = self.messages.get(message) {
                    member.asked = Some((*from, question.clone()));
                }
            }
            Act::Answered => {
                member.asked = None;
                member.answers.clear();
            }
            Act::Hear(_) | Act::Idle | Act::GiveUp | Act::Listened => {
                self.do_one(validator, act);
                validator.sync_all(network);
            }
        }
        if let Some((from, question)) = &member.asked {
            let answer = answer_of(network, &member.validator, *from, question);
            let numbers = answer.map(|answer| self.message(member.validator.index, answer));
            member.answers.extend(numbers);
        }
    }

    /// What the engine is told by an act, before anything that follows from it is synced.
    fn do_one(&self, validator: &mut Validator, act: Act) {
        let network = self.network;
        let at = validator.engine.at();
        match act {
            Act::Hear(message) => {
                let (from, message) = self.messages.get(message).clone();
                validator.take(network, Input::Received { from: network.keys[from], message });
            }
            Act::Idle => drop(validator.fire(network, Timer::Idle(at))),
            Act::GiveUp => {
                if network.leader(at) != validator.index {
                    validator.fire(network, Timer::Idle(at));
                }
                validator.fire(network, Timer::Lead(at));
                validator.fire(network, Timer::Advance(at));
            }
            Act::Listened => drop(validator.fire(network, Timer::Listen)),
            Act::Crash(..) | Act::Wipe | Act::Asked(_) | Act::Answered => {}
        }
    }

    /// The number of a member, and all that is to be read off it.
    fn number(&mut self, member: Member) -> u32 {
        let print = Print::of(|print| {
            member.validator.index.hash(print);
            member.validator.fingerprint(print);
            member.validator.complaint.hash(print);
            member.asked.is_some().hash(print);
            member.answers.hash(print);
        });
        if let Some(number) = self.members.find(print) {
            return number;
        }
        let known = self.read(member);
        self.members.number(print, || known)
    }

    fn read(&mut self, member: Member) -> Known {
        let validator = &member.validator;
        let proposed: Vec<_> = validator.proposed.clone();
        let statements: Vec<_> = validator.said.iter().copied().collect();
        let said = statements.iter().fold(0, |said, statement| said | 1 << self.bit(*statement));
        let own_votes = statements.iter().map(|statement| {
            let vote = self.network.vote(member.validator.index, *statement);
            self.liars_message(Incoming::Vote(vote))
        });
        let own_votes = own_votes.collect();
        let mut proposals = Vec::new();
        for proposal in proposed {
            self.learn_block(&proposal.block);
            if proposal.block.header.at.view <= VIEWS {
                let message = Incoming::Proposal(Box::new((*proposal).clone()));
                proposals
                    .push((proposal.block.header.at.view, self.message(member.validator.index, message)));
            }
        }
        let validator = &member.validator;
        let record = Print::of(|print| {
            (validator.index, &validator.said, &validator.finals, &validator.complaint).hash(print);
            validator.proposed.iter().for_each(|proposal| proposal.block.digest().hash(print));
        });
        let first = self.first_block;
        let met_first = validator.engine.block(first).is_some()
            || statements.iter().any(|statement| statement.block == first)
            || validator.chain.contains_key(&first);
        Known {
            said,
            met_first,
            is_mute: validator.life > 0
                && (validator.engine.is_wiped() || validator.engine.voter().bound().view > VIEWS),
            may_crash: matches!(validator.storage, Storage::Lazy(_)),
            proposals,
            own_votes,
            own: self.own_acts(validator),
            record: self.records.number(record, || ()),
            member,
        }
    }

    fn own_acts(&self, validator: &Validator) -> Vec<Act> {
        let engine = &validator.engine;
        let at = engine.at();
        let is_set = |timer: Timer| validator.timers.contains(&timer);
        let mut acts = Vec::new();
        if at.view <= VIEWS && engine.is_voting() {
            let leads = self.network.leader(at) == validator.index;
            if leads && is_set(Timer::Idle(at)) {
                acts.push(Act::Idle);
            }
            if !validator.has_skipped() && (!leads || is_set(Timer::Lead(at)) || is_set(Timer::Advance(at))) {
                acts.push(Act::GiveUp);
            }
        }
        if is_set(Timer::Listen) {
            acts.push(Act::Listened);
        }
        if let Storage::Lazy(disk) = &validator.storage {
            acts.extend((0..=disk.queue.len()).map(|kept| Act::Crash(Last::Nothing, 0, kept as u8)));
        }
        if self.fault == Fault::Wipe(validator.index) && validator.life == 0 {
            acts.push(Act::Wipe);
        }
        acts
    }

    /// What anybody may hear: every certificate that can be made, and every block that one of them names.
    fn hearable(&self, certified: u64) -> Vec<u32> {
        let certified = self.statements.iter().enumerate().filter(|(bit, _)| certified >> bit & 1 == 1);
        certified.flat_map(|(_, one)| [Some(one.certificate), one.block]).flatten().collect()
    }

    /// Whether it can still change what somebody says who has left both views.
    fn matters_later(&self, message: u32) -> bool {
        match &self.messages.get(message).1 {
            Incoming::Certificate(certificate) => certificate.statement.kind != VoteKind::Skip,
            Incoming::Block(_) => false,
            _ => true,
        }
    }

    /// What only this one may hear: proposals of its present view, its own votes, answers to its question.
    fn hearable_by(&self, state: &[u32], place: usize, certified: u64) -> Vec<u32> {
        let known = self.members.get(state[place]);
        let validator = &known.member.validator;
        let view = validator.view();
        let mut heard = Vec::new();
        if known.is_mute {
            return self.answers_for(state, place, certified);
        }
        if view == View(1) {
            let first = state.iter().any(|number| self.members.get(*number).met_first);
            heard.extend(self.liars_proposals.iter().take(if first { 2 } else { 1 }));
        }
        for other in state.iter().filter(|other| **other != state[place]) {
            let proposals = &self.members.get(*other).proposals;
            heard.extend(proposals.iter().filter(|(of, _)| *of == view).map(|(_, message)| *message));
        }
        if validator.life > 0 {
            heard.extend(&known.own_votes);
        }
        heard
    }

    /// Answers to the question of a wiped validator: the honest ones that were given, and any of the liar's.
    fn answers_for(&self, state: &[u32], place: usize, certified: u64) -> Vec<u32> {
        if !self.members.get(state[place]).member.validator.engine.is_wiped() {
            return Vec::new();
        }
        let others = state.iter().enumerate().filter(|(other, _)| *other != place);
        let honest = others.flat_map(|(_, number)| self.members.get(*number).member.answers.iter().copied());
        let certified = self.statements.iter().enumerate().filter(|(bit, _)| certified >> bit & 1 == 1);
        honest.chain(self.first_answer).chain(certified.map(|(_, one)| one.answer)).collect()
    }

    /// The statements that a quorum has said, the liar included.
    fn certified(&self, state: &[u32]) -> u64 {
        let [a, b, c] = [0, 1, 2].map(|place: usize| self.members.get(state[place]).said);
        a & b | a & c | b & c
    }

    fn message(&mut self, from: usize, message: Incoming) -> u32 {
        let print = Print::of(|print| {
            from.hash(print);
            fingerprint_of_message(&message, print);
        });
        self.messages.number(print, || (from, message))
    }

    /// The number of a message of the liar's.
    fn liars_message(&mut self, message: Incoming) -> u32 {
        self.message(self.liar(), message)
    }

    fn liar(&self) -> usize {
        self.network.liars.first().copied().expect("there is one liar")
    }

    fn learn_block(&mut self, block: &Block) {
        let digest = block.digest();
        if self.headers.insert(digest, block.header.clone()).is_none() {
            let message = self.liars_message(Incoming::Block(Box::new(block.clone())));
            self.blocks.insert(digest, message);
        }
    }

    /// The bit of a statement.
    fn bit(&mut self, statement: VoteStatement) -> usize {
        if let Some(bit) = self.statements.iter().position(|known| known.statement == statement) {
            return bit;
        }
        let certificate = self.network.certificate(statement);
        let present = statement.at.next_view();
        let answer = self.answer_of_liar(present, Some(certificate.clone()));
        let certificate = self.liars_message(Incoming::Certificate(certificate));
        let block = self.blocks.get(&statement.block).copied();
        self.statements.push(Statement { statement, certificate, answer, block });
        assert!(self.statements.len() <= 64, "a bit for each statement");
        self.statements.len() - 1
    }

    fn answer_of_liar(&mut self, present: EpochView, entry: Option<Certificate>) -> u32 {
        let answer = WipedAnswer { nonce: nonce(1), present, entry };
        self.liars_message(Incoming::WipedAnswer(Box::new(answer)))
    }

    /// Checks what must hold in a state, and that a new block becomes final from it.
    fn examine(&mut self, number: usize) -> Result<(), String> {
        let state = self.states[number];
        let record = state.map(|number| self.members.get(number).record);
        if self.checked.insert(record, ()).is_none() {
            let validators: Vec<&Validator> =
                state.iter().map(|number| &self.members.get(*number).member.validator).collect();
            checks::check(self.network, &validators, &self.headers)?;
        }
        if self.closes { self.close(&state) } else { Ok(()) }
    }

    /// With a wiped validator that may not vote yet, the liar answers its question and from then on does as it should:
    /// otherwise two of four would be faulty.
    fn close(&mut self, state: &State) -> Result<(), String> {
        self.closures += 1;
        let highest = state.iter().map(|number| self.members.get(*number).member.validator.engine.at()).max();
        let wiped = state.iter().position(|number| {
            let engine = &self.members.get(*number).member.validator.engine;
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
        let mut answers = state.iter().filter_map(|number| self.members.get(*number).member.answers.last());
        let injected = answers.next().map(|answer| {
            (self.honest[place], (self.liar(), Arc::new(self.messages.get(*answer).1.clone())))
        });
        self.helped.close(self.network, members, &now, injected)
    }

    /// The honest as they go on when their disks have finished what they began; all that was on its way is lost.
    fn enter(&mut self, state: &[u32], helped: bool) -> Vec<u32> {
        let mut now = Vec::new();
        for number in state {
            let memory = if helped { &mut self.helped } else { &mut self.silent };
            let member = &self.members.get(*number).member;
            let network = self.network;
            let entered = self.entered.entry((*number, helped));
            now.push(*entered.or_insert_with(|| memory.enter(network, &member.validator)));
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

    fn describe(&self, place: usize, act: Act, after: u32) -> String {
        let what = self.say(act);
        let validator = &self.members.get(after).member.validator;
        let said: Vec<String> = validator.said.iter().map(describe_statement).collect();
        format!("{} {what}; in view {}, has said {}", self.honest[place], validator.view(), said.join(" "))
    }

    fn say(&self, act: Act) -> String {
        match act {
            Act::Hear(message) => describe_message(&self.messages.get(message).1),
            Act::Idle => "may not hold its proposal back any longer".to_owned(),
            Act::GiveUp => "runs out of time".to_owned(),
            Act::Listened => "has listened".to_owned(),
            Act::Crash(last, synced, kept) => {
                let last = last.act().map_or_else(String::new, |act| format!("{} and then ", self.say(act)));
                format!("{last}crashes after {synced} syncs, keeps {kept} more writes and starts again")
            }
            Act::Wipe => "loses its disk and starts again".to_owned(),
            Act::Asked(_) | Act::Answered => "hears of the wiped one".to_owned(),
        }
    }
}

/// What a validator answers to a wiped one, in its own words.
fn answer_of(
    network: &Network,
    validator: &Validator,
    asker: usize,
    question: &WipedQuestion,
) -> Option<Incoming> {
    let input =
        Input::Received { from: network.keys[asker], message: Incoming::WipedQuestion(question.clone()) };
    let sent = validator.clone().take(network, input);
    sent.into_iter().map(|sent| sent.message).find(|message| matches!(message, Incoming::WipedAnswer(_)))
}
