//! Epochs end when a closing block is final; the next one starts with the next validators on the barrier.

mod elsewhere;

use realdid_consensus::{Effect, Incoming, Outcome, Record, Timer};
use realdid_types::{Block, Epoch, EpochEnd, EpochView, Height, Message, View, VoteStatement};

use crate::{
    network::{GENESIS, Network, TagVerifier, at, root_after, validators},
    node::{Node, distrusted, proposed, writes},
    pool::{batch, with_batches},
};

/// The validators of epoch 0 and of epoch 1.
struct Epochs {
    old: Network,
    new: Network,
}

impl Epochs {
    fn new() -> Self {
        Self { old: Network::of(4), new: Network::of(5) }
    }

    /// The block of view 1, whose execution decides on the next validators.
    fn barrier(&self) -> Block {
        self.old.child(1, &self.old.genesis)
    }

    fn after_barrier(&self) -> Outcome {
        Outcome { root: root_after(&self.barrier()), next: self.new.set.clone() }
    }

    /// A valid closing block on the barrier or on another closing block.
    fn closing(&self, view: u64, parent: &Block) -> Block {
        let mut block = self.old.child(view, parent);
        block.header.height = self.barrier().header.height.next();
        block.header.next_validators = self.new.set.digest();
        block.header.state_root = root_after(&self.barrier());
        block
    }

    /// A validator in view 2, to which the barrier of view 1 is prepared and executed.
    fn at_barrier(&self, me: u8) -> Node<'_> {
        let mut node = Node::new(&self.old, me);
        node.outcomes.insert(self.barrier().digest(), self.after_barrier());
        node.prepare(&self.barrier());
        node
    }

    /// A validator in epoch 1, with everything that the step into it asked for.
    fn entered(&self, me: u8) -> (Node<'_>, Vec<Effect>) {
        let mut node = self.at_barrier(me);
        let closing = self.closing(2, &self.barrier());
        node.prepare(&closing);
        let effects = node.learn(self.old.committed(&closing));
        (node, effects)
    }

    fn end(&self) -> EpochEnd {
        let closing = self.closing(2, &self.barrier());
        let commit = self.old.committed(&closing);
        EpochEnd { headers: vec![self.barrier().header, closing.header], commit }
    }

    /// The first block of epoch 1.
    fn first(&self) -> Block {
        let mut block = self.new.child(1, &self.barrier());
        block.header.at = EpochView::new(Epoch(1), View(1));
        block.header.parent_view = View(0);
        block.header.proposer = self.new.set.leader(block.header.at);
        block
    }
}

fn finals(effects: &[Effect]) -> Vec<Height> {
    let finals = effects.iter().filter_map(|effect| match effect {
        Effect::Final { block, .. } => Some(block.header.height),
        _ => None,
    });
    finals.collect()
}

#[test]
fn a_closing_block_on_the_barrier_is_prepared_and_not_executed() {
    let epochs = Epochs::new();
    let mut node = epochs.at_barrier(0);
    let closing = epochs.closing(2, &epochs.barrier());
    let effects = node.hear_block(&closing);
    assert!(node.has_prepared(&closing));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Execute(_))));
}

#[test]
fn a_block_after_the_barrier_that_does_not_close_the_epoch_is_invalid() {
    let epochs = Epochs::new();
    let mut node = epochs.at_barrier(0);
    let open = epochs.old.child(2, &epochs.barrier());
    node.hear_block(&open);
    assert!(node.has_skipped(2) && !node.has_prepared(&open));
}

#[test]
fn a_closing_block_with_batches_or_another_set_or_another_height_is_invalid() {
    let epochs = Epochs::new();
    let closing = epochs.closing(2, &epochs.barrier());
    let full = with_batches(closing.clone(), vec![batch(1)]);
    let [mut other, mut high] = [closing.clone(), closing];
    other.header.next_validators = Network::of(6).set.digest();
    high.header.height = high.header.height.next();
    for invalid in [full, other, high] {
        let mut node = epochs.at_barrier(0);
        node.hear_block(&invalid);
        assert!(node.has_skipped(2) && !node.has_prepared(&invalid));
    }
}

#[test]
fn all_closing_blocks_have_the_height_after_the_barriers() {
    let epochs = Epochs::new();
    for (above, valid) in [(0, true), (1, false)] {
        let mut node = epochs.at_barrier(0);
        let first = epochs.closing(2, &epochs.barrier());
        node.prepare(&first);
        let mut second = epochs.closing(3, &first);
        second.header.height.0 += above;
        node.hear_block(&second);
        assert_eq!((node.has_prepared(&second), node.has_skipped(3)), (valid, !valid));
    }
}

#[test]
fn a_leader_after_the_barrier_closes_the_epoch_at_once_and_without_batches() {
    let epochs = Epochs::new();
    let mut node = epochs.at_barrier(2);
    node.pool.to_propose = vec![batch(1)];
    node.fire(Timer::Repair);
    let header = proposed(&node.effects).first().copied().expect("proposed");
    assert!(header.is_closing() && header.transactions == 0);
    assert_eq!(header.next_validators, epochs.new.set.digest());
    assert_eq!(header.parent, epochs.barrier().digest());
}

#[test]
fn a_leader_closes_on_the_newest_closing_block() {
    let epochs = Epochs::new();
    let mut node = epochs.at_barrier(3);
    let first = epochs.closing(2, &epochs.barrier());
    node.prepare(&first);
    let header = proposed(&node.effects).first().copied().expect("proposed");
    assert_eq!((header.parent, header.height), (first.digest(), first.header.height));
}

#[test]
fn a_final_barrier_alone_does_not_end_the_epoch() {
    let epochs = Epochs::new();
    let mut node = epochs.at_barrier(0);
    let effects = node.learn(epochs.old.committed(&epochs.barrier()));
    assert_eq!((finals(&effects), node.engine.epoch()), (vec![Height(1)], Epoch(0)));
}

#[test]
fn a_prepared_closing_block_does_not_end_the_epoch() {
    let epochs = Epochs::new();
    let mut node = epochs.at_barrier(0);
    node.prepare(&epochs.closing(2, &epochs.barrier()));
    assert_eq!((node.engine.epoch(), node.engine.at()), (Epoch(0), at(3)));
}

#[test]
fn a_final_closing_block_ends_the_epoch_at_its_barrier() {
    let epochs = Epochs::new();
    let (node, effects) = epochs.entered(0);
    assert_eq!(node.engine.at(), EpochView::new(Epoch(1), View(1)));
    assert_eq!(node.engine.floor(), EpochView::new(Epoch(1), View(0)));
    assert_eq!(node.engine.validators().digest(), epochs.new.set.digest());
    assert_eq!(node.engine.tip().digest(), epochs.barrier().digest());
    assert_eq!(finals(&effects), [Height(1)]);
}

#[test]
fn the_proof_of_the_end_is_synced_sent_and_holds_under_the_old_set() {
    let epochs = Epochs::new();
    let (_, effects) = epochs.entered(0);
    let end = Box::new(epochs.end());
    let record = Record::EpochEnd(end.clone());
    assert!(writes(&effects).any(|write| write.sync && write.records.contains(&record)));
    assert!(effects.contains(&Effect::Broadcast(Message::EpochEnd(end.clone()))));
    assert!(effects.contains(&Effect::EpochEntered(end.clone())));
    assert_eq!(end.verify(&epochs.old.set, GENESIS, &TagVerifier), Ok(epochs.new.set.digest()));
}

/// Writes survive a crash in their order. A disk with the proof and without the barrier would know of an epoch whose
/// validators nothing on it names.
#[test]
fn the_proof_of_the_end_is_written_after_the_barrier_and_the_certificate_before_it() {
    let epochs = Epochs::new();
    let (_, effects) = epochs.entered(0);
    let place = |found: &dyn Fn(&Effect) -> bool| effects.iter().position(found).expect("asked for");
    let records = |effect: &Effect, wanted: fn(&Record) -> bool| match effect {
        Effect::Write(write) => write.records.iter().any(wanted),
        _ => false,
    };
    let certificate = place(&|effect| records(effect, |record| matches!(record, Record::Certificate(_))));
    let barrier = place(&|effect| matches!(effect, Effect::Final { .. }));
    let proof = place(&|effect| records(effect, |record| matches!(record, Record::EpochEnd(_))));
    assert!(certificate < barrier && barrier < proof);
}

#[test]
fn no_vote_is_cast_in_the_epoch_that_ended() {
    let epochs = Epochs::new();
    let (mut node, _) = epochs.entered(0);
    let before = node.decided();
    node.hear_block(&epochs.closing(3, &epochs.barrier()));
    node.learn(epochs.old.skipped(3));
    assert_eq!(node.decided(), before);
}

#[test]
fn the_first_block_of_the_new_epoch_stands_on_the_barrier() {
    let epochs = Epochs::new();
    let first = epochs.first();
    for restarted in [false, true] {
        let (mut node, _) = epochs.entered(0);
        if restarted {
            node = node.restart();
            assert_eq!(node.engine.at(), first.header.at);
        }
        let leader = u8::try_from(first.header.proposer.0).expect("few validators");
        node.hear(leader, Incoming::Proposal(Box::new(epochs.new.proposal(&first))));
        assert!(node.has_prepared(&first));
    }
}

#[test]
fn a_quorum_of_the_old_set_certifies_nothing_in_the_new_epoch() {
    let epochs = Epochs::new();
    let (mut node, _) = epochs.entered(0);
    let statement = VoteStatement::skip(EpochView::new(Epoch(1), View(1)));
    assert_eq!(distrusted(&node.learn(epochs.old.certificate(statement))), 1);
    assert_eq!(node.engine.at(), statement.at);
    node.learn(epochs.new.certificate(statement));
    assert_eq!(node.engine.at(), statement.at.next_view());
}

#[test]
fn a_validator_that_leaves_votes_until_its_epoch_ends_and_no_longer() {
    let staying = Network { set: validators(1..5), ..Network::of(4) };
    let epochs = Epochs { new: staying, ..Epochs::new() };
    let mut node = epochs.at_barrier(0);
    let closing = epochs.closing(2, &epochs.barrier());
    node.prepare(&closing);
    assert!(node.has_prepared(&closing) && node.has_committed(&closing));
    node.learn(epochs.old.committed(&closing));
    assert!(node.engine.epoch() == Epoch(1) && !node.engine.is_voting());
}
