//! The honest validators of a closure, stepped directly.

use std::{hash::Hasher, sync::Arc};

use realdid_consensus::{Incoming, Input, Timer};
use realdid_types::{Height, View};

use super::{
    closure::Crew,
    network::Network,
    print::Print,
    validator::{Sent, Validator},
};

/// A message with its sender.
pub type Note = (usize, Arc<Incoming>);

/// Every step is taken by the engine itself.
pub struct Direct<'a> {
    network: &'a Network,
    validators: Vec<Validator>,
}

impl<'a> Direct<'a> {
    /// Copies of these validators, whose disks finish what they have begun; and what that sends.
    pub fn new(network: &'a Network, validators: &[Validator]) -> (Self, Vec<(usize, Note)>) {
        let mut crew = Self { network, validators: validators.to_vec() };
        let members = crew.members();
        let mut notes = Vec::new();
        for validator in &mut crew.validators {
            let sent = validator.settle_disk(network);
            notes.extend(address(&members, validator.index, sent));
        }
        (crew, notes)
    }

    pub fn validators(&self) -> &[Validator] {
        &self.validators
    }

    fn of(&self, member: usize) -> &Validator {
        self.validators.iter().find(|one| one.index == member).expect("a member")
    }

    fn step(&mut self, member: usize, act: impl FnOnce(&mut Validator) -> Vec<Sent>) -> Vec<(usize, Note)> {
        let members = self.members();
        let validator = self.validators.iter_mut().find(|one| one.index == member).expect("a member");
        address(&members, member, act(validator))
    }
}

/// One copy for every receiver among the members.
pub fn address(members: &[usize], from: usize, sent: Vec<Sent>) -> Vec<(usize, Note)> {
    let mut notes = Vec::new();
    for Sent { to, message } in sent {
        let note = Arc::new(message);
        let receivers = members.iter().filter(|index| **index != from && to.is_none_or(|to| to == **index));
        notes.extend(receivers.map(|index| (*index, (from, note.clone()))));
    }
    notes
}

/// Takes messages one after the other; what is sent goes out after the last.
pub fn hear_all<'a>(
    network: &Network,
    validator: &mut Validator,
    notes: impl IntoIterator<Item = &'a Note>,
) -> Vec<Sent> {
    let mut sent = Vec::new();
    for (from, message) in notes {
        let input = Input::Received { from: network.keys[*from], message: (**message).clone() };
        sent.extend(validator.take(network, input));
    }
    sent
}

impl Crew for Direct<'_> {
    type Note = Note;

    fn members(&self) -> Vec<usize> {
        self.validators.iter().map(|validator| validator.index).collect()
    }

    fn fire(&mut self, member: usize, timer: Timer) -> Vec<(usize, Note)> {
        let network = self.network;
        self.step(member, |validator| validator.fire(network, timer))
    }

    fn receive(&mut self, member: usize, notes: Vec<Note>) -> Vec<(usize, Note)> {
        let network = self.network;
        self.step(member, |validator| hear_all(network, validator, &notes))
    }

    fn timers(&self, member: usize) -> Vec<Timer> {
        self.of(member).timers.iter().copied().collect()
    }

    fn view(&self, member: usize) -> View {
        self.of(member).view()
    }

    fn tip(&self, member: usize) -> (Height, View) {
        let tip = self.of(member).engine.tip();
        (tip.height, tip.at.view)
    }

    fn key(&self) -> Vec<u64> {
        let print = |validator: &Validator| {
            let mut print = Print::default();
            validator.fingerprint_of_closure(&mut print);
            print.finish()
        };
        self.validators.iter().map(print).collect()
    }
}
