//! What may be heard: the liar's words, what the honest said, and certificates once a quorum has said the same.

use std::hash::Hash;

use realdid_consensus::{Incoming, Input};
use realdid_types::{
    Block, Certificate, Epoch, EpochView, View, VoteKind, VoteStatement, WipedAnswer, WipedQuestion,
};

use super::{Fault, Search};
use crate::model::{
    disk::nonce,
    print::Print,
    validator::{Validator, fingerprint_of_message},
};

/// A statement, and numbers of messages that can be made once a quorum has said it.
pub(super) struct Statement {
    pub(super) statement: VoteStatement,
    pub(super) certificate: u32,
    /// The liar's answer that it entered the next view by that certificate.
    pub(super) answer: u32,
    /// The block that it names.
    pub(super) block: Option<u32>,
}

impl Search<'_> {
    /// What anybody may hear: every certificate that can be made, and every block that one of them names.
    pub(super) fn hearable(&self, certified: u64) -> Vec<u32> {
        let certified = self.statements.iter().enumerate().filter(|(bit, _)| certified >> bit & 1 == 1);
        certified.flat_map(|(_, one)| [Some(one.certificate), one.block]).flatten().collect()
    }

    /// Whether it can still change what somebody says who has left both views.
    pub(super) fn matters_later(&self, message: u32) -> bool {
        match &self.messages.get(message).1 {
            Incoming::Certificate(certificate) => certificate.statement.kind != VoteKind::Skip,
            Incoming::Block(_) => false,
            _ => true,
        }
    }

    /// What only this one may hear: proposals of its present view, its own votes, answers to its question.
    pub(super) fn hearable_by(&self, state: &[u32], place: usize, certified: u64) -> Vec<u32> {
        let known = self.members.get(state[place]);
        let validator = &known.validator;
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

    /// Answers to the question of a wiped validator: those that the honest would give now, and any of the liar's. An
    /// answer comes in when it is given: until the last one has, the wiped one does nothing else.
    fn answers_for(&self, state: &[u32], place: usize, certified: u64) -> Vec<u32> {
        if !self.members.get(state[place]).validator.engine.is_wiped() {
            return Vec::new();
        }
        let others = state.iter().filter(|other| **other != state[place]);
        let honest = others.filter_map(|number| self.members.get(*number).answer);
        let certified = self.statements.iter().enumerate().filter(|(bit, _)| certified >> bit & 1 == 1);
        honest.chain(self.first_answer).chain(certified.map(|(_, one)| one.answer)).collect()
    }

    /// What a validator answers to the wiped one, in its own words.
    pub(super) fn answer_of(&mut self, validator: &Validator) -> Option<u32> {
        let Fault::Wipe(asker) = self.fault else { return None };
        let question = WipedQuestion { epoch: Epoch(0), nonce: nonce(1) };
        let input =
            Input::Received { from: self.network.keys[asker], message: Incoming::WipedQuestion(question) };
        let sent = validator.clone().take(self.network, input);
        let answer = sent
            .into_iter()
            .map(|sent| sent.message)
            .find(|message| matches!(message, Incoming::WipedAnswer(_)))?;
        Some(self.message(validator.index, answer))
    }

    /// The statements that a quorum has said, the liar included.
    pub(super) fn certified(&self, state: &[u32]) -> u64 {
        let [a, b, c] = [0, 1, 2].map(|place: usize| self.members.get(state[place]).said);
        a & b | a & c | b & c
    }

    pub(super) fn message(&mut self, from: usize, message: Incoming) -> u32 {
        let print = Print::of(|print| {
            from.hash(print);
            fingerprint_of_message(&message, print);
        });
        self.messages.number(print, || (from, message))
    }

    /// The number of a message of the liar's.
    pub(super) fn liars_message(&mut self, message: Incoming) -> u32 {
        self.message(self.liar(), message)
    }

    pub(super) fn liar(&self) -> usize {
        self.network.liars.first().copied().expect("there is one liar")
    }

    pub(super) fn learn_block(&mut self, block: &Block) {
        let digest = block.digest();
        if self.headers.insert(digest, block.header.clone()).is_none() {
            let message = self.liars_message(Incoming::Block(Box::new(block.clone())));
            self.blocks.insert(digest, message);
        }
    }

    /// The bit of a statement.
    pub(super) fn bit(&mut self, statement: VoteStatement) -> usize {
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

    pub(super) fn answer_of_liar(&mut self, present: EpochView, entry: Option<Certificate>) -> u32 {
        let answer = WipedAnswer { nonce: nonce(1), present, entry };
        self.liars_message(Incoming::WipedAnswer(Box::new(answer)))
    }
}
