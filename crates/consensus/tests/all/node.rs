//! One validator: the shipped engine with a disk, a pool and a clock that only a test moves.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use realdid_consensus::{
    Effect, Engine, Folder, Incoming, Input, Now, Outcome, Settings, Surroundings, Timer, Write,
};
use realdid_types::{Block, BlockDigest, Certificate, Message, Proposal, Timestamp, Vote, VoteStatement};

use crate::{
    disk::Disk,
    network::{GENESIS, Network, TagVerifier, consensus_key, root_after},
    pool::Pool,
};

/// A validator. What it executes it executes at once, and what it writes is durable at once, unless a test says
/// otherwise.
pub struct Node<'a> {
    pub network: &'a Network,
    pub me: u8,
    pub engine: Engine,
    pub disk: Disk,
    pub pool: Pool,
    pub now: Duration,
    pub wall: Timestamp,
    /// Writes wait for [`Node::store`].
    pub slow_disk: bool,
    /// Blocks wait for [`Node::execute`].
    pub slow_execution: bool,
    /// What executing these blocks leads to; other blocks change nothing but the root.
    pub outcomes: BTreeMap<BlockDigest, Outcome>,
    /// Everything that the engine asked for in this life.
    pub effects: Vec<Effect>,
    unstored: VecDeque<Write>,
    unexecuted: VecDeque<Block>,
}

impl<'a> Node<'a> {
    /// On a new folder, past its time of listening: it votes.
    pub fn new(network: &'a Network, me: u8) -> Self {
        let mut node = Self::start(network, me, Disk::new(network, Folder::NeverVoted));
        node.fire(Timer::Listen);
        node
    }

    /// A process that has just started on this disk.
    pub fn start(network: &'a Network, me: u8, mut disk: Disk) -> Self {
        let settings = Settings { genesis: GENESIS, me: consensus_key(me), max_idle: Duration::from_secs(1) };
        let mut node = Self {
            network,
            me,
            engine: Engine::recover(settings, disk.recover(network)),
            disk,
            pool: Pool::default(),
            now: Duration::ZERO,
            wall: Timestamp(1_000_000),
            slow_disk: false,
            slow_execution: false,
            outcomes: BTreeMap::new(),
            effects: Vec::new(),
            unstored: VecDeque::new(),
            unexecuted: VecDeque::new(),
        };
        node.take(Input::Start);
        node
    }

    /// The process ends; what is not durable is lost. The next one starts and has listened.
    pub fn restart(self) -> Self {
        let mut node = Self::start(self.network, self.me, self.disk);
        node.fire(Timer::Listen);
        node
    }

    /// Takes an input with all that follows from it at once, and returns what the engine asked for.
    pub fn take(&mut self, input: Input) -> Vec<Effect> {
        let from = self.effects.len();
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let now = Now { monotonic: self.now, wall: self.wall };
            let surroundings = Surroundings { now, batches: &self.pool, verifier: &TagVerifier };
            let effects = self.engine.step(&surroundings, input);
            for effect in &effects {
                inputs.extend(self.carry_out(effect));
            }
            self.effects.extend(effects);
        }
        self.effects[from..].to_vec()
    }

    fn carry_out(&mut self, effect: &Effect) -> Option<Input> {
        match effect {
            Effect::Write(write) => {
                self.unstored.push_back(write.clone());
                if self.slow_disk { None } else { self.write_oldest() }
            }
            Effect::Execute(block) => {
                self.unexecuted.push_back((**block).clone());
                if self.slow_execution { None } else { self.execute_oldest() }
            }
            Effect::SignProposal(header) => {
                Some(Input::ProposalSigned((**header).clone(), self.network.sign_header(header)))
            }
            Effect::Final { block, .. } => {
                let outcome = self.outcome_of(block);
                self.disk.store_final((**block).clone(), outcome);
                None
            }
            _ => None,
        }
    }

    /// The oldest write becomes durable, and the engine hears of it.
    pub fn store(&mut self) -> Vec<Effect> {
        self.write_oldest().map_or_else(Vec::new, |stored| self.take(stored))
    }

    fn write_oldest(&mut self) -> Option<Input> {
        let write = self.unstored.pop_front()?;
        let votes: Vec<Vote> =
            write.votes.iter().map(|statement| self.network.vote(self.me, *statement)).collect();
        self.disk.store(&votes, &write.records);
        write.sync.then_some(Input::Stored { id: write.id, votes })
    }

    /// The oldest block that waits is executed, and the engine hears of it.
    pub fn execute(&mut self) -> Vec<Effect> {
        self.execute_oldest().map_or_else(Vec::new, |executed| self.take(executed))
    }

    fn execute_oldest(&mut self) -> Option<Input> {
        let block = self.unexecuted.pop_front()?;
        Some(Input::Executed(block.digest(), self.outcome_of(&block)))
    }

    fn outcome_of(&self, block: &Block) -> Outcome {
        let unchanged = || Outcome { root: root_after(block), next: self.network.set.clone() };
        self.outcomes.get(&block.digest()).cloned().unwrap_or_else(unchanged)
    }

    pub fn hear(&mut self, from: u8, message: Incoming) -> Vec<Effect> {
        self.take(Input::Received { from: consensus_key(from), message })
    }

    /// The leader's own stream brings its block.
    pub fn hear_block(&mut self, block: &Block) -> Vec<Effect> {
        self.hear_proposal(self.network.proposal(block))
    }

    pub fn hear_proposal(&mut self, proposal: Proposal) -> Vec<Effect> {
        let leader = self.network.leader(proposal.block.header.at.view.0);
        self.hear(leader, Incoming::Proposal(Box::new(proposal)))
    }

    /// Some other validator sends a certificate.
    pub fn learn(&mut self, certificate: Certificate) -> Vec<Effect> {
        let other = if self.me == 0 { 1 } else { 0 };
        self.hear(other, Incoming::Certificate(certificate))
    }

    /// Hears a block and that a quorum prepared it, so that the view after it begins.
    pub fn prepare(&mut self, block: &Block) {
        self.hear_block(block);
        self.learn(self.network.prepared(block));
    }

    /// Another validator's vote, on its own stream.
    pub fn hear_vote(&mut self, signer: u8, statement: VoteStatement) -> Vec<Effect> {
        self.hear(signer, Incoming::Vote(self.network.vote(signer, statement)))
    }

    pub fn fire(&mut self, timer: Timer) -> Vec<Effect> {
        self.take(Input::Timer(timer))
    }

    /// What it decided in this life, durable or not.
    pub fn decided(&self) -> Vec<VoteStatement> {
        writes(&self.effects).flat_map(|write| write.votes.clone()).collect()
    }

    pub fn has_prepared(&self, block: &Block) -> bool {
        self.decided().contains(&VoteStatement::prepare(block.header.at, block.digest()))
    }

    pub fn has_committed(&self, block: &Block) -> bool {
        self.decided().contains(&VoteStatement::commit(block.header.at, block.digest()))
    }

    pub fn has_skipped(&self, view: u64) -> bool {
        self.decided().contains(&VoteStatement::skip(crate::network::at(view)))
    }
}

/// The writes among effects.
pub fn writes(effects: &[Effect]) -> impl Iterator<Item = &Write> {
    effects.iter().filter_map(|effect| match effect {
        Effect::Write(write) => Some(write),
        _ => None,
    })
}

/// The votes among effects that leave for everybody.
pub fn votes_sent(effects: &[Effect]) -> Vec<VoteStatement> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Broadcast(Message::Vote(vote)) => Some(vote.statement),
        _ => None,
    });
    sent.collect()
}

/// The blocks among effects that the engine wants to propose.
pub fn proposed(effects: &[Effect]) -> Vec<&realdid_types::Header> {
    let signed = effects.iter().filter_map(|effect| match effect {
        Effect::SignProposal(header) => Some(&**header),
        _ => None,
    });
    signed.collect()
}

/// Whom the effects call a liar.
pub fn distrusted(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Distrust(..))).count()
}
