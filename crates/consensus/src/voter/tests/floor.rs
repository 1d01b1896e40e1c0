//! I5: no vote at or below the floor, nor below the bound of a validator that lost its votes.

use realdid_types::{Epoch, EpochView, View, VoteStatement};

use super::{Voter, World, at};

/// What a voter would say of each view from 1 to 7 if it were asked for everything.
fn views_voted_in(mut voter: Voter) -> Vec<u64> {
    let world = World::new().with_prepared(1..8);
    (1..8)
        .filter(|view| {
            let block = world.block(usize::try_from(*view).expect("a small view"));
            let mut skipper = voter.clone();
            let votes = [
                world.prepare(&mut voter, block).is_some(),
                world.commit(&mut voter, *view).is_some(),
                skipper.skip(at(*view)).is_some(),
            ];
            assert!(votes.windows(2).all(|pair| pair[0] == pair[1]), "view {view}: {votes:?}");
            votes[0]
        })
        .collect()
}

fn raised_to(view: u64) -> Voter {
    let mut voter = Voter::default();
    voter.raise_floor(at(view));
    voter
}

#[test]
fn no_vote_is_cast_at_or_below_the_floor() {
    assert_eq!(views_voted_in(Voter::default()), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(views_voted_in(raised_to(4)), [5, 6, 7]);
}

#[test]
fn no_vote_is_cast_at_or_below_the_floor_after_a_restart() {
    assert_eq!(views_voted_in(Voter::recover(at(4), at(0), &[])), [5, 6, 7]);
}

#[test]
fn the_floor_never_sinks() {
    let mut voter = raised_to(4);
    voter.raise_floor(at(2));
    assert_eq!((voter.floor(), views_voted_in(voter)), (at(4), vec![5, 6, 7]));
}

#[test]
fn no_vote_is_cast_below_the_bound() {
    assert_eq!(views_voted_in(Voter::recover(at(0), at(5), &[])), [5, 6, 7]);
}

#[test]
fn the_bound_never_sinks() {
    let mut voter = Voter::default();
    voter.raise_bound(at(5));
    voter.raise_bound(at(3));
    assert_eq!((voter.bound(), views_voted_in(voter)), (at(5), vec![5, 6, 7]));
}

#[test]
fn floor_and_bound_hold_together() {
    assert_eq!(views_voted_in(Voter::recover(at(5), at(5), &[])), [6, 7]);
    assert_eq!(views_voted_in(Voter::recover(at(2), at(6), &[])), [6, 7]);
}

#[test]
fn a_later_epoch_stands_above_every_view_of_the_one_before() {
    let mut voter = Voter::default();
    voter.raise_floor(EpochView::new(Epoch(1), View(0)));
    assert!(!voter.may_vote(at(u64::MAX)));
    assert!(voter.may_vote(EpochView::new(Epoch(1), View(1))));
}

#[test]
fn what_was_decided_above_the_floor_is_remembered_when_it_rises() {
    let world = World::new();
    let kept = [VoteStatement::skip(at(3)), VoteStatement::prepare(at(4), world.block(4).digest())];
    let mut voter = world.restart(at(0), &kept);
    voter.raise_floor(at(2));
    assert!(kept.iter().all(|statement| voter.has_decided(statement)));
}

#[test]
fn what_was_decided_at_or_below_the_floor_is_let_go_and_not_taken_back_from_disk() {
    let decided = [VoteStatement::skip(at(1)), VoteStatement::skip(at(2))];
    let world = World::new();
    let mut raised = world.restart(at(0), &decided);
    raised.raise_floor(at(2));
    let restarted = world.restart(at(2), &decided);
    for voter in [raised, restarted] {
        assert!(!decided.iter().any(|statement| voter.has_decided(statement)));
    }
}

#[test]
fn a_decision_is_known_by_its_kind_its_view_and_its_block() {
    let world = World::new();
    let [one, other] = [1, 2].map(|view| world.block(view).digest());
    let voter = world.restart(at(0), &[VoteStatement::prepare(at(1), one)]);
    assert!(voter.has_decided(&VoteStatement::prepare(at(1), one)));
    for another in [
        VoteStatement::prepare(at(1), other),
        VoteStatement::prepare(at(2), one),
        VoteStatement::commit(at(1), one),
        VoteStatement::skip(at(1)),
    ] {
        assert!(!voter.has_decided(&another), "{another:?}");
    }
}
