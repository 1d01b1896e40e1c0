//! What nodes say to each other: through the liars that some are, checked where honest ones speak, and onto links.

use std::sync::Arc;

use realdid_crypto::PublicKey;
use realdid_types::{Message, Proposal, Vote, VoteKind};

use super::{Event, World, liars::Saying, network::Micros};

impl World {
    /// Sends to one peer or to all, through the liar that a node may be.
    pub(super) fn speak(&mut self, from: usize, to: Option<PublicKey>, message: &Arc<Message>) {
        if let Message::Vote(vote) = &**message
            && !self.liars.contains_key(&from)
            && to != Some(self.nodes[from].key)
        {
            self.on_vote_sent(from, vote);
        }
        if let Message::Proposal(proposal) = &**message
            && !self.liars.contains_key(&from)
        {
            self.on_proposal_sent(from, proposal);
        }
        if !self.liars.contains_key(&from) {
            self.on_batch_said(from, message);
        }
        let targets: Vec<usize> = match to {
            Some(key) => self
                .nodes
                .iter()
                .filter(|node| node.key == key && node.index != from)
                .map(|node| node.index)
                .collect(),
            None => (0..self.nodes.len())
                .filter(|index| *index != from && self.nodes[*index].key != self.nodes[from].key)
                .collect(),
        };
        for target in targets {
            let lie = self.liars.get(&from).copied();
            let said = lie.and_then(|lie| lie(&mut Saying { world: self, from, to: target, message }));
            self.lies += u64::from(said.is_some());
            for message in said.unwrap_or_else(|| vec![message.clone()]) {
                self.post(from, target, message);
            }
        }
    }

    /// Own votes are checked; others' are sent only to show them to whoever forgot them.
    fn on_vote_sent(&mut self, from: usize, vote: &Vote) {
        let key = self.nodes[from].key;
        let set = self.checks.sets.get(&vote.statement.at.epoch);
        if set.and_then(|set| set.get(vote.signer)).is_some_and(|validator| validator.consensus_key == key) {
            if vote.statement.kind == VoteKind::Skip && !self.checks.has_voted(key, vote) {
                self.checks.on_skip(self.now, from, key, vote.statement.at);
            }
            self.checks.on_vote(key, vote);
            let bound = self.nodes[from].replica.as_ref().map(|replica| replica.engine().voter().bound());
            let synced = self.nodes[from].disk.synced();
            let backed = match bound.filter(|bound| *bound > synced.wiped_bound()) {
                Some(_) => Err("the bound that replaces forgotten votes"),
                None => synced.backs(&vote.statement),
            };
            if let Err(missing) = backed {
                let statement = vote.statement;
                self.checks
                    .violation(format!("S8: node {from} sends {statement:?} before {missing} is on disk"));
            }
        }
    }

    /// Others' proposals are repeated too.
    fn on_proposal_sent(&mut self, from: usize, proposal: &Proposal) {
        let header = &proposal.block.header;
        let key = self.nodes[from].key;
        let set = self.checks.sets.get(&header.at.epoch);
        let proposer = set.and_then(|set| set.get(header.proposer));
        if proposer.is_some_and(|proposer| proposer.consensus_key == key) {
            let mark = self.nodes[from].disk.synced().lead_mark();
            self.checks.on_proposal(key, header, mark);
        }
    }

    /// An own batch has a number that no other had, and what a validator says that it has, a crash cannot take.
    fn on_batch_said(&mut self, from: usize, message: &Message) {
        match message {
            Message::Batch(signed)
                if signed.batch.author == self.nodes[from].author
                    && !self.checks.promises.number(from, &signed.batch) =>
            {
                let number = signed.batch.number;
                self.checks.violation(format!("S5: node {from} makes two batches of the number {number}"));
            }
            Message::Have(have) => {
                let synced = &self.nodes[from].disk.synced().batches;
                if let Some(missing) = have.batches.iter().find(|digest| !synced.contains_key(*digest)) {
                    let text = format!("S5: node {from} says that it has {missing} before that is on disk");
                    self.checks.violation(text);
                }
            }
            _ => {}
        }
    }

    /// Puts a message on a link.
    pub fn post(&mut self, from: usize, to: usize, message: Arc<Message>) {
        let large = matches!(*message, Message::Proposal(_) | Message::Block(_) | Message::Batch(_));
        if large && self.network.swallows_large(self.now) {
            return;
        }
        let key = self.nodes[from].key;
        for at in self.network.arrivals(&mut self.random, self.now, from, to) {
            self.schedule(at, Event::Deliver { to, from: key, message: message.clone() });
        }
    }

    /// Puts a message on a link after a while.
    pub fn post_later(&mut self, from: usize, to: usize, message: Arc<Message>, delay: Micros) {
        let key = self.nodes[from].key;
        for at in self.network.arrivals(&mut self.random, self.now + delay, from, to) {
            self.schedule(at, Event::Deliver { to, from: key, message: message.clone() });
        }
    }
}
