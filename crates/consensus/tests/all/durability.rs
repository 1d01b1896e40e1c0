//! What is on disk before it is on the wire, and what a restart makes of it.

use realdid_consensus::{Effect, Record, Timer};
use realdid_types::{Block, Message, VoteKind, VoteStatement};

use crate::{
    network::{Network, at},
    node::{Node, votes_sent, writes},
};

fn on_slow_disk(network: &Network) -> Node<'_> {
    let mut node = Node::new(network, 0);
    node.slow_disk = true;
    node
}

/// Lets every decision be made once: Prepare and Commit in view 1, Skip in view 2.
fn decide_everything(node: &mut Node<'_>) -> (Block, [VoteStatement; 3]) {
    let block = node.network.child(1, &node.network.genesis);
    node.prepare(&block);
    give_up(node, 2);
    let decided = [
        VoteStatement::prepare(at(1), block.digest()),
        VoteStatement::commit(at(1), block.digest()),
        VoteStatement::skip(at(2)),
    ];
    assert_eq!(node.decided(), decided);
    (block, decided)
}

/// A batch waits, and the leader of this view does not propose it in time.
fn give_up(node: &mut Node<'_>, view: u64) {
    node.pool.announced_pending = true;
    node.fire(Timer::Patience(at(view)));
    node.fire(Timer::Lead(at(view)));
}

#[test]
fn no_vote_leaves_before_its_write_is_durable() {
    let network = Network::of(4);
    let mut node = on_slow_disk(&network);
    let (_, decided) = decide_everything(&mut node);
    assert_eq!(votes_sent(&node.effects), []);
    let sent: Vec<_> = (0..3).flat_map(|_| votes_sent(&node.store())).collect();
    assert_eq!(sent, decided);
}

#[test]
fn an_own_vote_counts_only_once_it_is_durable() {
    let network = Network::of(4);
    let mut node = on_slow_disk(&network);
    let block = network.child(1, &network.genesis);
    node.hear_block(&block);
    for signer in [1, 2] {
        node.hear_vote(signer, VoteStatement::prepare(at(1), block.digest()));
    }
    assert_eq!(node.engine.at(), at(1));
    node.store();
    assert_eq!(node.engine.at(), at(2));
}

#[test]
fn every_write_with_a_vote_asks_for_a_sync() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    decide_everything(&mut node);
    assert!(writes(&node.effects).filter(|write| !write.votes.is_empty()).all(|write| write.sync));
}

#[test]
fn writes_are_numbered_one_by_one_and_stand_before_what_else_their_step_asks_for() {
    let network = Network::of(4);
    let mut node = on_slow_disk(&network);
    decide_everything(&mut node);
    let ids: Vec<u64> = writes(&node.effects).map(|write| write.id).collect();
    assert_eq!(ids, (1..).take(ids.len()).collect::<Vec<_>>());
    let effects = node.learn(network.skipped(2));
    assert!(matches!(effects.as_slice(), [Effect::Write(_), _, ..]));
    assert_eq!(writes(&effects).count(), 1);
}

/// The write in which a vote of this kind was decided.
fn records_beside(node: &Node<'_>, kind: VoteKind) -> Vec<Record> {
    let mut found = writes(&node.effects).filter(|write| write.votes.iter().any(|vote| vote.kind == kind));
    found.next().expect("decided").records.clone()
}

#[test]
fn a_prepare_is_written_together_with_its_proposal() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let (block, _) = decide_everything(&mut node);
    let proposal = Record::Proposal(Box::new(network.proposal(&block)));
    assert!(records_beside(&node, VoteKind::Prepare).contains(&proposal));
}

#[test]
fn a_commit_is_written_together_with_its_prepare_certificate() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let (block, _) = decide_everything(&mut node);
    let certificate = Record::Certificate(network.prepared(&block));
    assert!(records_beside(&node, VoteKind::Commit).contains(&certificate));
}

#[test]
fn a_late_commit_is_written_together_with_a_prepare_certificate_that_was_known_before() {
    let network = Network::of(4);
    let mut node =
        Node::start(&network, 0, crate::disk::Disk::new(&network, realdid_consensus::Folder::Voted));
    let block = network.child(1, &network.genesis);
    node.prepare(&block);
    assert_eq!(node.decided(), []);
    node.effects.clear();
    node.fire(Timer::Listen);
    assert!(node.has_committed(&block));
    let certificate = Record::Certificate(network.prepared(&block));
    assert!(records_beside(&node, VoteKind::Commit).contains(&certificate));
}

#[test]
fn prepare_and_skip_are_written_together_with_the_certificate_by_which_the_view_was_entered() {
    let network = Network::of(4);
    let parent = network.child(1, &network.genesis);
    let entry = Record::Certificate(network.prepared(&parent));
    for kind in [VoteKind::Prepare, VoteKind::Skip] {
        let mut node = Node::new(&network, 0);
        node.prepare(&parent);
        node.effects.clear();
        if kind == VoteKind::Prepare {
            node.hear_block(&network.child(2, &parent));
        } else {
            give_up(&mut node, 2);
        }
        assert!(records_beside(&node, kind).contains(&entry), "{kind:?}");
    }
}

#[test]
fn a_vote_that_was_lost_with_its_write_was_never_sent_and_binds_nobody() {
    let network = Network::of(4);
    let mut node = on_slow_disk(&network);
    let block = network.child(1, &network.genesis);
    node.hear_block(&block);
    assert_eq!(votes_sent(&node.effects), []);
    let mut node = node.restart();
    let twin = network.twin(&block);
    node.hear_block(&twin);
    assert!(node.has_prepared(&twin));
}

#[test]
fn whoever_restarts_goes_on_in_the_view_after_its_newest_certificate_and_remembers_its_votes() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let (block, decided) = decide_everything(&mut node);
    let mut node = node.restart();
    assert_eq!(node.engine.at(), at(2));
    assert!(decided.iter().all(|statement| node.engine.voter().has_decided(statement)));
    node.hear_block(&network.twin(&block));
    give_up(&mut node, 2);
    assert_eq!(node.decided(), []);
}

#[test]
fn whoever_restarts_sends_its_votes_again_as_they_were() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let (_, decided) = decide_everything(&mut node);
    let mut node = node.restart();
    node.fire(Timer::Repair);
    let sent = votes_sent(&node.fire(Timer::Repair));
    assert!(decided.iter().all(|statement| sent.contains(statement)), "{sent:?}");
}

#[test]
fn a_commit_certificate_is_durable_with_the_votes_that_it_lets_go() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let (block, decided) = decide_everything(&mut node);
    node.learn(network.committed(&block));
    let mut node = node.restart();
    assert_eq!(node.engine.floor(), at(1));
    let kept = decided.map(|statement| node.engine.voter().has_decided(&statement));
    assert_eq!(kept, [false, false, true]);
    node.hear_block(&network.twin(&block));
    assert_eq!(node.decided(), []);
}

#[test]
fn no_vote_is_cast_while_the_disk_is_full_and_what_is_due_is_cast_when_there_is_room() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    node.take(realdid_consensus::Input::DiskFull(true));
    let block = network.child(1, &network.genesis);
    node.prepare(&block);
    give_up(&mut node, 2);
    assert_eq!(node.decided(), []);
    assert!(!node.engine.is_voting());
    node.take(realdid_consensus::Input::DiskFull(false));
    assert!(node.has_committed(&block) && node.has_skipped(2));
}

#[test]
fn a_final_block_is_handed_over_with_its_certificate_after_the_write_that_holds_it() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let block = network.child(1, &network.genesis);
    node.prepare(&block);
    let effects = node.learn(network.committed(&block));
    let certificate = network.committed(&block);
    let write = writes(&effects).next().expect("a write");
    assert!(write.records.contains(&Record::Certificate(certificate.clone())));
    assert!(effects.contains(&Effect::Final { block: Box::new(block), commit: Some(certificate) }));
}

#[test]
fn nothing_but_own_durable_votes_is_ever_sent_as_a_vote() {
    let network = Network::of(4);
    let mut node = on_slow_disk(&network);
    decide_everything(&mut node);
    for _ in 0..3 {
        node.fire(Timer::Repair);
    }
    let votes = |effect: &&Effect| {
        matches!(effect, Effect::Broadcast(Message::Vote(_)) | Effect::Send(_, Message::Vote(_)))
    };
    assert_eq!(node.effects.iter().filter(votes).count(), 0);
}

/// A crash may take the final blocks and leave the certificate that was written before them. If it takes them from
/// everybody, nobody can be asked.
#[test]
fn what_a_durable_certificate_makes_final_is_there_after_a_crash_that_took_the_final_blocks() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let first = network.child(1, &network.genesis);
    node.prepare(&first);
    let second = network.child(2, &first);
    node.prepare(&second);
    node.disk.store(&[], &[Record::Certificate(network.committed(&second))]);
    let node = node.restart();
    let finals = node.effects.iter().filter_map(|effect| match effect {
        Effect::Final { block, .. } => Some(block.digest()),
        _ => None,
    });
    assert_eq!(finals.collect::<Vec<_>>(), [first.digest(), second.digest()]);
}
