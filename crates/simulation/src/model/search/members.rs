//! Honest validators, each different one with a number, and what is read off them once.

use std::hash::Hash;

use realdid_consensus::{Incoming, Timer};
use realdid_types::View;

use super::{
    Fault, Search, VIEWS,
    acts::{Act, Last},
};
use crate::model::{
    print::Print,
    validator::{Storage, Validator},
};

/// An honest validator, and what is read off it once.
pub(super) struct Known {
    pub(super) validator: Validator,
    /// One bit for every statement that it has voted for.
    pub(super) said: u64,
    /// Numbers of the messages with its proposals.
    pub(super) proposals: Vec<(View, u32)>,
    /// Numbers of the messages that show it its own votes.
    pub(super) own_votes: Vec<u32>,
    /// Whether anything of it shows the liar's first block. The liar's two blocks are alike: whichever is heard first
    /// is called the first, so that nobody hears the second before.
    pub(super) met_first: bool,
    /// Whether it is the one that crashes once.
    pub(super) may_crash: bool,
    /// Whether it was wiped and may say nothing in these views any more.
    pub(super) is_mute: bool,
    /// The number of what it answers to the wiped validator's question, if it is asked.
    pub(super) answer: Option<u32>,
    /// What it can do by itself.
    pub(super) own: Vec<Act>,
    /// The number of what it can be blamed for.
    pub(super) record: u32,
}

impl Search<'_> {
    /// The number of a member, and all that is to be read off it.
    pub(super) fn number(&mut self, validator: Validator) -> u32 {
        let print = Print::of(|print| {
            validator.index.hash(print);
            validator.fingerprint(print);
            validator.complaint.hash(print);
        });
        if let Some(number) = self.members.find(print) {
            return number;
        }
        let known = self.read(validator);
        self.members.number(print, || known)
    }

    fn read(&mut self, validator: Validator) -> Known {
        let proposed: Vec<_> = validator.proposed.clone();
        let statements: Vec<_> = validator.said.iter().copied().collect();
        let said = statements.iter().fold(0, |said, statement| said | 1 << self.bit(*statement));
        let own_votes = statements.iter().map(|statement| {
            let vote = self.network.vote(validator.index, *statement);
            self.liars_message(Incoming::Vote(vote))
        });
        let own_votes = own_votes.collect();
        let mut proposals = Vec::new();
        for proposal in proposed {
            self.learn_block(&proposal.block);
            if proposal.block.header.at.view <= VIEWS {
                let message = Incoming::Proposal(Box::new((*proposal).clone()));
                proposals.push((proposal.block.header.at.view, self.message(validator.index, message)));
            }
        }
        let answer = self.answer_of(&validator);
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
            answer,
            own: self.own_acts(&validator),
            record: self.records.number(record, || ()),
            validator,
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
}
