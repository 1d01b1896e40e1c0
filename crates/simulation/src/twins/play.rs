//! One run of a schedule: real engines, and a network that follows the rounds.
//!
//! A round is a view. In it nodes hear their own group alone: first repair tells what members of the group lack, then
//! the leader proposes, then whoever is still in the view runs out of time. To come to a view that the wanted key
//! leads, the views before it are skipped: in those nothing but their own Skips and the certificates of these gets
//! through, so that nobody learns more of the rounds than the groups allow. Only where no quorum can leave a view does
//! everybody hear everybody until somebody has left it.

use std::{collections::VecDeque, sync::Arc};

use realdid_consensus::{Incoming, Input, Timer};
use realdid_types::{Epoch, EpochView, View, VoteKind};

use super::{cast::Cast, schedule::Round};
use crate::model::{
    checks::{self, Headers},
    network::Network,
    validator::{Broken, Sent, Validator},
};

/// More messages than this in one round is a storm.
const MESSAGES_MAX: usize = 20_000;
/// Nobody stays in a view for so many rounds of all timers while everybody hears everybody.
const HEALS_MAX: usize = 8;

/// What all runs share.
pub struct Stage {
    pub cast: Cast,
    pub network: Network,
}

impl Stage {
    /// The doubled keys count as liars: nothing that could be made with them may lead to a fork either.
    pub fn new(cast: Cast) -> Self {
        Self { cast, network: Network::new(cast.validators, (0..cast.doubled).collect()) }
    }

    fn at(view: View) -> EpochView {
        EpochView::new(Epoch(0), view)
    }
}

/// The nodes after some rounds.
#[derive(Clone)]
pub struct Play {
    pub nodes: Vec<Validator>,
    /// The view of the last round.
    last: View,
    /// How often everybody had to hear everybody.
    pub heals: u64,
}

/// A message to a node, with its sender.
type Note = (usize, usize, Arc<Incoming>);

impl Play {
    pub fn new(stage: &Stage) -> Self {
        let twin = |node: usize| !stage.cast.is_honest(node) && node % 2 == 1;
        let nodes = (0..stage.cast.nodes()).map(|node| {
            let mut validator = Validator::new(&stage.network, stage.cast.key(node), Broken::Nothing, false);
            // a second copy proposes blocks of its own
            validator.ahead = u64::from(twin(node));
            validator
        });
        Self { nodes: nodes.collect(), last: View(0), heals: 0 }
    }

    /// Plays one round.
    ///
    /// # Errors
    /// Says which rule does not hold after it.
    pub fn round(&mut self, stage: &Stage, round: Round) -> Result<(), String> {
        let view = self.next_led_by(stage, round.leader);
        self.come_to(stage, view)?;
        self.last = view;
        let joined = |from: usize, to: usize, message: &Incoming| {
            round.joins(from, to) && view_of(message).is_none_or(|about| about <= view)
        };
        self.fire(stage, &joined, |_| true, &[Kind::Repair])?;
        self.fire(stage, &joined, |node| node.view() == view, &[Kind::Propose])?;
        self.fire(stage, &joined, |node| node.view() == view, &[Kind::GiveUp])?;
        self.check(stage)
    }

    /// Agreement, I1 to I5, no evidence against the honest, no alarm among them; and what doubled ones believe to be
    /// final is no other chain.
    fn check(&self, stage: &Stage) -> Result<(), String> {
        let headers: Headers =
            std::iter::once((stage.network.genesis.digest(), &stage.network.genesis.header))
                .chain(self.nodes.iter().flat_map(|node| {
                    node.proposed.iter().map(|proposal| (proposal.block.digest(), &proposal.block.header))
                }))
                .map(|(digest, header)| (digest, header.clone()))
                .collect();
        let honest: Vec<&Validator> = self.honest(stage).collect();
        checks::check(&stage.network, &honest, &headers)?;
        for twin in self.nodes.iter().take(2 * stage.cast.doubled) {
            let other = twin.finals.iter().find(|(height, digest)| {
                honest.iter().any(|node| node.finals.get(height).is_some_and(|known| known != *digest))
            });
            if let Some((height, _)) = other {
                return Err(format!("agreement: a doubled node has another block at height {height}"));
            }
        }
        Ok(())
    }

    /// The nodes whose keys nobody else has.
    pub fn honest(&self, stage: &Stage) -> impl Iterator<Item = &Validator> {
        self.nodes.iter().skip(2 * stage.cast.doubled)
    }

    /// Blocks that all honest nodes have delivered.
    pub fn height(&self, stage: &Stage) -> u64 {
        self.honest(stage).map(|node| node.engine.tip().height.0).min().unwrap_or_default()
    }

    fn highest(&self) -> View {
        self.nodes.iter().map(Validator::view).max().unwrap_or_default()
    }

    fn next_led_by(&self, stage: &Stage, key: usize) -> View {
        let mut view = self.last.next();
        while stage.network.leader(Stage::at(view)) != key {
            view = view.next();
        }
        view
    }

    /// Skips views until somebody is in this one.
    fn come_to(&mut self, stage: &Stage, view: View) -> Result<(), String> {
        while self.highest() < view {
            let present = self.highest();
            if present > self.last {
                let skips = |_: usize, _: usize, message: &Incoming| skipped_by(message) == Some(present);
                self.fire(stage, &skips, |node| node.view() == present, &[Kind::GiveUp])?;
            }
            if self.highest() == present {
                self.heal(stage, present)?;
            }
        }
        Ok(())
    }

    /// Everybody hears everybody until somebody has left this view.
    fn heal(&mut self, stage: &Stage, stuck: View) -> Result<(), String> {
        self.heals += 1;
        for _ in 0..HEALS_MAX {
            for kind in [Kind::Repair, Kind::GiveUp] {
                let mut sent = self.fire_all(stage, |_| true, &[kind]);
                while let Some(note) = sent.pop_front() {
                    sent.extend(self.receive(stage, note));
                    if self.highest() > stuck {
                        return Ok(());
                    }
                }
            }
        }
        Err(format!("halt: nobody can leave view {stuck}"))
    }

    /// Lets timers run out and delivers what follows from that, where `passes` lets it through.
    fn fire(
        &mut self,
        stage: &Stage,
        passes: &dyn Fn(usize, usize, &Incoming) -> bool,
        who: impl Fn(&Validator) -> bool,
        kinds: &[Kind],
    ) -> Result<(), String> {
        let mut sent = self.fire_all(stage, who, kinds);
        for _ in 0..MESSAGES_MAX {
            let Some(note) = sent.pop_front() else { return Ok(()) };
            if passes(note.0, note.1, &note.2) {
                sent.extend(self.receive(stage, note));
            }
        }
        Err("storm: a round does not come to rest".to_owned())
    }

    fn fire_all(
        &mut self,
        stage: &Stage,
        who: impl Fn(&Validator) -> bool,
        kinds: &[Kind],
    ) -> VecDeque<Note> {
        let mut notes = VecDeque::new();
        for place in 0..self.nodes.len() {
            let node = &mut self.nodes[place];
            if !who(node) {
                continue;
            }
            let at = node.engine.at();
            let leads = stage.network.leader(at) == node.index;
            let timers = kinds.iter().flat_map(|kind| kind.timers(at, leads));
            let sent: Vec<Sent> = timers.flat_map(|timer| node.fire(&stage.network, timer)).collect();
            notes.extend(address(stage.cast, place, sent));
        }
        notes
    }

    fn receive(&mut self, stage: &Stage, (from, to, message): Note) -> Vec<Note> {
        let from = stage.network.keys[stage.cast.key(from)];
        let input = Input::Received { from, message: (*message).clone() };
        let sent = self.nodes[to].take(&stage.network, input);
        address(stage.cast, to, sent)
    }
}

/// What a round lets happen to a node.
#[derive(Clone, Copy)]
enum Kind {
    Repair,
    /// The leader waits no longer.
    Propose,
    /// All timers of the view run out.
    GiveUp,
}

impl Kind {
    fn timers(self, at: EpochView, leads: bool) -> Vec<Timer> {
        match self {
            Self::Repair => vec![Timer::Repair],
            Self::Propose if leads => vec![Timer::Idle(at)],
            Self::Propose => Vec::new(),
            Self::GiveUp => vec![Timer::Patience(at), Timer::Idle(at), Timer::Lead(at), Timer::Advance(at)],
        }
    }
}

/// One copy for every node of the addressed key; a doubled key does not write to itself.
fn address(cast: Cast, from: usize, sent: Vec<Sent>) -> Vec<Note> {
    let mut notes = Vec::new();
    for Sent { to, message } in sent {
        let message = Arc::new(message);
        let is_addressed = |node: &usize| match to {
            Some(key) => cast.key(*node) == key,
            None => cast.key(*node) != cast.key(from),
        };
        notes.extend((0..cast.nodes()).filter(is_addressed).map(|node| (from, node, message.clone())));
    }
    notes
}

/// The view that a message brings forward.
fn view_of(message: &Incoming) -> Option<View> {
    match message {
        Incoming::Proposal(proposal) => Some(proposal.block.header.at.view),
        Incoming::Vote(vote) => Some(vote.statement.at.view),
        _ => None,
    }
}

/// The view that a message helps to skip.
fn skipped_by(message: &Incoming) -> Option<View> {
    let statement = match message {
        Incoming::Vote(vote) => vote.statement,
        Incoming::Certificate(certificate) => certificate.statement,
        _ => return None,
    };
    (statement.kind == VoteKind::Skip).then_some(statement.at.view)
}
