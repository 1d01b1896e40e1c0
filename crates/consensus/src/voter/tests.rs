//! The five invariants, one by one, in one life and over restarts.

mod floor;

use realdid_types::{Block, Certificate, Epoch, EpochView, View, Vote, VoteStatement};

use super::Voter;
use crate::{
    certificates::Certificates,
    network::{Network, at},
};

/// A voter's world: a chain of valid blocks, one a view, each on the one before.
struct World {
    network: Network,
    certificates: Certificates,
    chain: Vec<Block>,
}

impl World {
    fn new() -> Self {
        let network = Network::of(4);
        let certificates = Certificates::new(Epoch(0), network.genesis.digest());
        let mut chain = vec![network.genesis.clone()];
        for view in 1..8 {
            chain.extend(chain.last().map(|parent| network.child(view, parent)));
        }
        Self { network, certificates, chain }
    }

    fn block(&self, view: usize) -> &Block {
        &self.chain[view]
    }

    fn learn(&mut self, certificate: Certificate) {
        self.certificates.add(&certificate);
    }

    fn with_prepared(mut self, views: impl IntoIterator<Item = usize>) -> Self {
        for view in views {
            self.learn(self.network.prepared(self.block(view)));
        }
        self
    }

    fn with_skipped(mut self, views: impl IntoIterator<Item = u64>) -> Self {
        for view in views {
            self.learn(self.network.skipped(view));
        }
        self
    }

    /// A life that remembers exactly these votes, on a disk that was given no bound.
    fn restart(&self, floor: EpochView, statements: &[VoteStatement]) -> Voter {
        let votes: Vec<Vote> = statements.iter().map(|statement| self.network.vote(0, *statement)).collect();
        Voter::recover(floor, EpochView::default(), &votes)
    }

    fn prepare(&self, voter: &mut Voter, block: &Block) -> Option<VoteStatement> {
        voter.prepare(&block.header, &self.certificates)
    }

    fn commit(&self, voter: &mut Voter, view: u64) -> Option<VoteStatement> {
        voter.commit(at(view), &self.certificates)
    }
}

// I1: at most one Prepare a view

#[test]
fn the_first_block_of_a_view_is_prepared() {
    let world = World::new();
    let block = world.block(1);
    let expected = VoteStatement::prepare(at(1), block.digest());
    assert_eq!(world.prepare(&mut Voter::default(), block), Some(expected));
}

#[test]
fn no_second_block_of_a_view_is_prepared() {
    let (world, mut voter) = (World::new(), Voter::default());
    let twin = world.network.twin(world.block(1));
    assert!(world.prepare(&mut voter, world.block(1)).is_some());
    assert_eq!(world.prepare(&mut voter, &twin), None);
    assert_eq!(voter.prepared(at(1)), Some(world.block(1).digest()));
}

#[test]
fn the_same_block_is_not_prepared_twice() {
    let (world, mut voter) = (World::new(), Voter::default());
    assert!(world.prepare(&mut voter, world.block(1)).is_some());
    assert_eq!(world.prepare(&mut voter, world.block(1)), None);
}

#[test]
fn no_second_block_of_a_view_is_prepared_after_a_restart() {
    let world = World::new();
    let vote = world.prepare(&mut Voter::default(), world.block(1)).expect("valid");
    let mut voter = world.restart(at(0), &[vote]);
    assert_eq!(world.prepare(&mut voter, &world.network.twin(world.block(1))), None);
}

#[test]
fn a_view_may_be_prepared_after_it_was_skipped_and_after_a_later_one() {
    let (world, mut voter) = (World::new().with_prepared([1]), Voter::default());
    voter.skip(at(1));
    assert!(world.prepare(&mut voter, world.block(2)).is_some());
    assert!(world.prepare(&mut voter, world.block(1)).is_some());
}

// I2: never Commit and Skip in one view

#[test]
fn no_commit_follows_a_skip_of_the_same_view() {
    let (world, mut voter) = (World::new().with_prepared([1]), Voter::default());
    assert_eq!(voter.skip(at(1)), Some(VoteStatement::skip(at(1))));
    assert_eq!(world.commit(&mut voter, 1), None);
}

#[test]
fn no_skip_follows_a_commit_of_the_same_view() {
    let (world, mut voter) = (World::new().with_prepared([1]), Voter::default());
    assert!(world.commit(&mut voter, 1).is_some());
    assert_eq!(voter.skip(at(1)), None);
    assert!(!voter.skipped(at(1)));
}

/// What may happen to a voter in one view, in any order.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    Prepare,
    Commit,
    Skip,
    Restart,
}

#[test]
fn whatever_the_order_and_the_restarts_a_view_is_committed_or_skipped_but_never_both() {
    const EVENTS: [Event; 4] = [Event::Prepare, Event::Commit, Event::Skip, Event::Restart];
    let world = World::new().with_prepared([1]);
    for order in 0..EVENTS.len().pow(5) {
        let events = (0..5).map(|place| EVENTS[order / EVENTS.len().pow(place) % EVENTS.len()]);
        let (mut voter, mut said) = (Voter::default(), Vec::new());
        for event in events {
            match event {
                Event::Prepare => said.extend(world.prepare(&mut voter, world.block(1))),
                Event::Commit => said.extend(world.commit(&mut voter, 1)),
                Event::Skip => said.extend(voter.skip(at(1))),
                Event::Restart => voter = world.restart(at(0), &said),
            }
        }
        let commit = VoteStatement::commit(at(1), world.block(1).digest());
        let both = said.contains(&commit) && said.contains(&VoteStatement::skip(at(1)));
        assert!(!both, "order {order}: {said:?}");
        let once = said.iter().enumerate().all(|(place, vote)| !said[..place].contains(vote));
        assert!(once, "order {order}: {said:?}");
    }
}

#[test]
fn a_prepare_bars_neither_commit_nor_skip_of_its_view() {
    let world = World::new().with_prepared([1]);
    let prepared = VoteStatement::prepare(at(1), world.block(1).digest());
    assert!(world.commit(&mut world.restart(at(0), &[prepared]), 1).is_some());
    assert!(world.restart(at(0), &[prepared]).skip(at(1)).is_some());
}

#[test]
fn a_view_is_skipped_once() {
    let mut voter = Voter::default();
    assert!(voter.skip(at(1)).is_some());
    assert_eq!(voter.skip(at(1)), None);
}

// I3: Prepare only under the parent rule

#[test]
fn no_block_is_prepared_whose_parent_has_no_certificate() {
    let world = World::new();
    assert_eq!(world.prepare(&mut Voter::default(), world.block(2)), None);
    let world = world.with_prepared([1]);
    assert!(world.prepare(&mut Voter::default(), world.block(2)).is_some());
}

#[test]
fn a_commit_certificate_of_the_parent_will_do() {
    let mut world = World::new();
    world.learn(world.network.committed(world.block(1)));
    assert!(world.prepare(&mut Voter::default(), world.block(2)).is_some());
}

#[test]
fn no_block_is_prepared_unless_every_view_since_its_parent_is_skipped() {
    let world = World::new().with_prepared([1]).with_skipped([2, 4]);
    let block = world.network.child(5, world.block(1));
    assert_eq!(world.prepare(&mut Voter::default(), &block), None);
    let world = world.with_skipped([3]);
    assert!(world.prepare(&mut Voter::default(), &block).is_some());
}

#[test]
fn a_prepare_certificate_in_between_does_not_stand_for_a_skip() {
    let world = World::new().with_prepared([1, 2]);
    let block = world.network.child(3, world.block(1));
    assert_eq!(world.prepare(&mut Voter::default(), &block), None);
}

#[test]
fn no_block_is_prepared_on_another_block_than_the_one_certified_at_its_parents_view() {
    let world = World::new().with_prepared([1]);
    let block = world.network.child(2, &world.network.twin(world.block(1)));
    assert_eq!(world.prepare(&mut Voter::default(), &block), None);
}

#[test]
fn the_first_block_of_an_epoch_stands_on_its_start_and_on_nothing_else() {
    let world = World::new();
    let mut block = world.block(1).clone();
    assert!(world.prepare(&mut Voter::default(), &block).is_some());
    block.header.parent = world.block(3).digest();
    assert_eq!(world.prepare(&mut Voter::default(), &block), None);
}

#[test]
fn no_block_is_prepared_whose_parent_stands_at_its_own_view_or_later() {
    let world = World::new().with_prepared([1, 2, 3]);
    for parent in [2, 3] {
        let block = world.network.child(2, world.block(parent));
        assert_eq!(world.prepare(&mut Voter::default(), &block), None);
    }
}

#[test]
fn no_block_is_prepared_on_a_parent_below_the_newest_commit_certificate() {
    let mut world = World::new().with_prepared([1, 2]).with_skipped([3]);
    world.learn(world.network.committed(world.block(2)));
    let block = world.network.child(4, world.block(1));
    assert_eq!(world.prepare(&mut Voter::default(), &block), None);
}

// I4: Commit only with the Prepare certificate

#[test]
fn no_commit_is_cast_without_a_prepare_certificate() {
    let (world, mut voter) = (World::new(), Voter::default());
    world.prepare(&mut voter, world.block(1));
    assert_eq!(world.commit(&mut voter, 1), None);
}

#[test]
fn a_commit_certificate_does_not_stand_for_the_prepare_certificate() {
    let mut world = World::new();
    world.learn(world.network.committed(world.block(1)));
    assert_eq!(world.commit(&mut Voter::default(), 1), None);
}

#[test]
fn a_commit_names_the_block_of_the_certificate_and_not_the_one_prepared_here() {
    let (world, mut voter) = (World::new().with_prepared([1]), Voter::default());
    world.prepare(&mut voter, &world.network.twin(world.block(1)));
    let expected = VoteStatement::commit(at(1), world.block(1).digest());
    assert_eq!(world.commit(&mut voter, 1), Some(expected));
}

#[test]
fn a_certificate_of_another_epoch_allows_no_commit() {
    let world = World::new().with_prepared([1]);
    let elsewhere = EpochView::new(Epoch(1), View(1));
    assert_eq!(Voter::default().commit(elsewhere, &world.certificates), None);
}

#[test]
fn an_earlier_view_may_be_committed_after_votes_in_later_ones() {
    let (world, mut voter) = (World::new().with_prepared([1, 2]), Voter::default());
    world.prepare(&mut voter, world.block(3));
    voter.skip(at(3));
    assert!(world.commit(&mut voter, 1).is_some());
    assert!(world.commit(&mut voter, 2).is_some());
}
