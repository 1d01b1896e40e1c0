//! A short share of the twins, and proof that they can fail.

use super::{
    cast::Cast,
    play::{Play, Stage},
    renaming,
    schedule::{self, Round},
    search::{Search, Tally},
};

fn every(stage: &Stage, depth: usize) -> Tally {
    Search::new(stage, depth, (1, 0)).every()
}

#[test]
fn every_schedule_of_two_views_is_safe_and_comes_to_a_commit() {
    let stage = super::search::stage(4);
    let tally = every(&stage, 2);
    assert_eq!(tally.violation, None);
    assert_eq!(u128::from(tally.schedules), renaming::count(stage.cast, 2).1);
}

#[test]
fn some_schedules_of_four_and_of_seven_validators_are_safe_and_come_to_a_commit() {
    for validators in [4, 7] {
        let tally = Search::new(&super::search::stage(validators), 4, (1, 0)).samples(1..=300);
        assert_eq!(tally.violation, None);
        assert_eq!(tally.schedules, 300);
        assert!(tally.heights.keys().any(|height| *height > 0), "{:?}", tally.heights);
    }
}

/// With two of four doubled two quorums need not share an honest node: that must come to light.
#[test]
fn more_doubled_keys_than_may_be_faulty_fork() {
    let stage = Stage::new(Cast { validators: 4, doubled: 2 });
    let broken = Round::all(stage.cast).find_map(|round| Play::new(&stage).round(&stage, round).err());
    assert!(broken.is_some_and(|what| what.contains("agreement")));
}

#[test]
fn a_schedule_reads_as_it_was_written() {
    let cast = Cast::with_twins(4);
    let text = "T:Tab/tc,a:Ttabc";
    let schedule = schedule::parse(text, cast).expect("a schedule");
    assert_eq!(schedule::describe(&schedule, cast).to_string(), text);
}

#[test]
fn what_is_no_schedule_is_refused_with_the_part_that_is_wrong() {
    for text in ["", "T", "Z:Ttabc", "T:Tab", "T:Tab/tcc", "T:Ttabc,"] {
        assert!(schedule::parse(text, Cast::with_twins(4)).is_err(), "{text}");
    }
}
